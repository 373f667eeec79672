"""The names that Bazel's own tools load from rules_cc, answered by the rules built into Bazel 4.2."""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
compiler_flag = None
cc_flags_supplier = None
