"""A program inside a program: static_binary() builds it alike in every configuration, embed_binary() holds its bytes."""

_FLAGS = ["//command_line_option:" + flag for flag in ["copt", "cxxopt"]]

def _only_language_and_warnings(flags):
    return [flag for flag in flags if flag.startswith("-W") or flag.startswith("-std=")]

def _plain_opt_impl(settings, _attr):
    return {
        "//command_line_option:collect_code_coverage": False,
        "//command_line_option:compilation_mode": "opt",
        "//command_line_option:copt": _only_language_and_warnings(settings["//command_line_option:copt"]),
        "//command_line_option:cxxopt": _only_language_and_warnings(settings["//command_line_option:cxxopt"]),
        "//command_line_option:linkopt": [],
    }

# Whatever --config says: -O2, no sanitizer, no flag of ours but the language and the warnings.
_plain_opt = transition(
    implementation = _plain_opt_impl,
    inputs = _FLAGS,
    outputs = _FLAGS + ["//command_line_option:" + flag for flag in [
        "collect_code_coverage",
        "compilation_mode",
        "linkopt",
    ]],
)

def _in_plain_opt_impl(ctx):
    binary = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    output = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = output, target_file = binary, is_executable = True)
    return [DefaultInfo(executable = output, files = depset([output]))]

_in_plain_opt = rule(
    implementation = _in_plain_opt_impl,
    attrs = {
        "binary": attr.label(executable = True, cfg = _plain_opt),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)

def static_binary(name, visibility = None, testonly = False, linkopts = [], **kwargs):
    """A stripped cc_binary without shared libraries, always -O2 and never sanitized, in every --config.

    The configuration is changed, not only the flags of this target, so its deps are built again without
    sanitizers too. The compiler stays the one of the configuration (clang with --config=clang).

    Args:
      name: of the program's file.
      visibility: of the program.
      testonly: as everywhere.
      linkopts: added to those for a static link.
      **kwargs: srcs, deps, copts and so on of cc_binary.
    """
    native.cc_binary(
        name = name + "_in_target_configuration",
        linkopts = ["-static", "-Wl,--gc-sections", "-Wl,--strip-all"] + linkopts,
        linkstatic = True,
        tags = ["manual"],  # a static link and a sanitizer do not go together: only build it through `name`
        testonly = testonly,
        visibility = ["//visibility:private"],
        **kwargs
    )
    _in_plain_opt(
        name = name,
        binary = name + "_in_target_configuration",
        testonly = testonly,
        visibility = visibility,
    )

def embed_binary(name, binary, visibility = None, testonly = False):
    """A cc_library with the bytes of the file `binary`, and a header <name>.h that declares them.

    The header says: extern "C" const unsigned char <name>_begin[], <name>_end[]; the bytes are read-only, start at
    a multiple of 64 and cost no memory until they are touched.

    Args:
      name: of the library, of the header and of the symbols, so it must be unique in a program.
      binary: one file, for example a static_binary.
      visibility: of the library.
      testonly: as everywhere.
    """
    guard = "DROVER_EMBEDDED_%s_H_" % name.upper()
    native.genrule(
        name = name + "_header",
        outs = [name + ".h"],
        cmd = """cat > $@ <<'EOF'
// Made by embed_binary (//tools:embed.bzl): the bytes of a file, from {name}_begin until before {name}_end.
#ifndef {guard}
#define {guard}
extern "C" const unsigned char {name}_begin[], {name}_end[];
#endif
EOF""".format(guard = guard, name = name),
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    native.genrule(
        name = name + "_assembly",
        srcs = [binary],
        outs = [name + ".S"],
        # The checksum is there because Bazel believes the compiler's list of what it has read, and .incbin is not on
        # it: without it a changed program would not be embedded again.
        cmd = """echo "// $$(sha256sum < $(execpath {binary}))" > $@
cat >> $@ <<'EOF'
    .section .rodata.{name},"a",@progbits
    .balign 64
    .globl {name}_begin
    .type {name}_begin,@object
{name}_begin:
    .incbin "$(execpath {binary})"
    .globl {name}_end
    .type {name}_end,@object
{name}_end:
    .byte 0
    .size {name}_begin, {name}_end - {name}_begin
    .size {name}_end, 1
    .section .note.GNU-stack,"",@progbits
EOF""".format(binary = binary, name = name),
        testonly = testonly,
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [name + ".S"],
        hdrs = [name + ".h"],
        linkstatic = True,
        testonly = testonly,
        textual_hdrs = [binary],  # what .incbin reads
        visibility = visibility,
    )
