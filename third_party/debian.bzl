"""Debian's libraries as Bazel repositories.

Headers are on the compiler's default path, so a repository holds nothing but the link line. A library that is
not installed shows up as a missing header of that library, not as an error here.
"""

def _cc(name, libraries, **attributes):
    text = "cc_library(\n    name = %r,\n    linkopts = %r,\n" % (name, ["-l" + library for library in libraries])
    for key, value in attributes.items():
        text += "    %s = %r,\n" % (key, value)
    return text + "    visibility = [\"//visibility:public\"],\n)\n"

# Every shared library of Abseil 20220623 that code of ours can need; --as-needed (.bazelrc) drops the others.
_ABSL = [
    "absl_bad_optional_access",
    "absl_bad_variant_access",
    "absl_base",
    "absl_city",
    "absl_civil_time",
    "absl_cord",
    "absl_cord_internal",
    "absl_cordz_functions",
    "absl_cordz_handle",
    "absl_cordz_info",
    "absl_debugging_internal",
    "absl_demangle_internal",
    "absl_failure_signal_handler",
    "absl_graphcycles_internal",
    "absl_hash",
    "absl_int128",
    "absl_low_level_hash",
    "absl_malloc_internal",
    "absl_random_distributions",
    "absl_random_internal_platform",
    "absl_random_internal_pool_urbg",
    "absl_random_internal_randen",
    "absl_random_internal_randen_hwaes",
    "absl_random_internal_randen_hwaes_impl",
    "absl_random_internal_randen_slow",
    "absl_random_internal_seed_material",
    "absl_random_seed_gen_exception",
    "absl_random_seed_sequences",
    "absl_raw_hash_set",
    "absl_raw_logging_internal",
    "absl_spinlock_wait",
    "absl_stacktrace",
    "absl_status",
    "absl_statusor",
    "absl_str_format_internal",
    "absl_strings",
    "absl_strings_internal",
    "absl_symbolize",
    "absl_synchronization",
    "absl_throw_delegate",
    "absl_time",
    "absl_time_zone",
]

_LIBRARIES = {
    "com_google_absl": _cc("absl", _ABSL),
    "com_googlesource_code_re2": _cc("re2", ["re2"]),
    "com_google_protobuf": _cc("protobuf", ["protobuf"]),
    "com_github_grpc_grpc": _cc("grpc++", ["grpc++", "grpc", "gpr", "protobuf"]),
    "com_google_googletest": (
        _cc("gtest", ["gmock", "gtest", "pthread"]) +
        _cc("gtest_main", ["gmock_main", "gmock", "gtest", "pthread"])
    ),
    "com_github_google_benchmark": (
        _cc("benchmark", ["benchmark", "pthread"]) +
        _cc("benchmark_main", ["benchmark_main", "benchmark", "pthread"])
    ),
    # Headers only, with Boost.System in its header-only form; Asio without its deprecated names.
    "boost": _cc("boost", ["pthread"], defines = ["BOOST_ERROR_CODE_HEADER_ONLY", "BOOST_ASIO_NO_DEPRECATED"]),
    "curl": _cc("curl", ["curl"]),
    "libarchive": _cc("archive", ["archive"]),
    "openssl": _cc("crypto", ["crypto"]) + _cc("ssl", ["ssl", "crypto"]),
    "sqlite": _cc("sqlite3", ["sqlite3"]),
    "msgpack": _cc("msgpack", []),
    "nlohmann_json": _cc("json", []),
    "utf8proc": _cc("utf8proc", ["utf8proc"]),
    "zlib": _cc("zlib", ["z"]),
}

def debian_libraries():
    """Declares one repository for each Debian library: @com_google_absl//:absl and so on."""
    for name, build_file_content in _LIBRARIES.items():
        native.new_local_repository(
            name = name,
            path = "/usr/share/bazel/tools/platforms/os",  # any folder: no file of it is used
            build_file_content = build_file_content,
        )
