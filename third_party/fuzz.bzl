"""cc_fuzz_test: one LLVMFuzzerTestOneInput source, two uses."""

def cc_fuzz_test(name, srcs, deps = [], corpus = [], size = "small", tags = [], **kwargs):
    """Makes an ordinary test and a real fuzzer of one source with LLVMFuzzerTestOneInput.

    `name` is a cc_test for every build (g++, clang, asan, tsan): it gives the function each file of the corpus, the
    empty input and a fixed number of mutations of each. On a failure it names the input and keeps it (see
    //tools:fuzz_replay_main.cc).

    `name` + "_libfuzzer" is a fuzzer that goes on until it finds something; it only builds with --config=fuzz:

        bazel run --config=fuzz //hcl:parser_fuzz_libfuzzer -- -max_total_time=60

    It starts from the corpus and leaves what it found in /tmp/<name>-crash-...; a directory after `--` keeps
    what it learns for the next time.

    Args:
      name: of the test; by custom the name of the source without .cc, so it ends in _fuzz.
      srcs: the source with LLVMFuzzerTestOneInput, and no main().
      deps: what the source includes.
      corpus: labels of seed files (a glob or a filegroup).
      size: of the test.
      tags: of both targets.
      **kwargs: further arguments of the cc_test, for example copts, which the fuzzer gets too.
    """
    if corpus:
        native.filegroup(
            name = name + "_corpus",
            testonly = True,
            srcs = corpus,
        )
    seeds = [":" + name + "_corpus"] if corpus else []
    native.cc_test(
        name = name,
        size = size,
        srcs = srcs,
        args = ["$(rootpaths %s)" % label for label in seeds],
        data = seeds,
        tags = tags,
        deps = deps + ["//tools:fuzz_replay_main"],
        **kwargs
    )

    # libFuzzer takes seeds that are not in one directory as a list in a file.
    native.genrule(
        name = name + "_seed_list",
        testonly = True,
        srcs = seeds,
        outs = [name + "_seeds.txt"],
        cmd = "echo %s | tr ' ' ',' > $@" % " ".join(["$(rootpaths %s)" % label for label in seeds]),
        tags = ["manual"],
    )
    native.cc_binary(
        name = name + "_libfuzzer",
        testonly = True,
        srcs = srcs,
        args = ["-artifact_prefix=/tmp/%s-" % name] +
               ["-seed_inputs=@$(rootpath %s_seeds.txt)" % name for label in seeds],
        data = seeds + [name + "_seeds.txt"],
        tags = tags + ["manual"],
        deps = deps + select(
            {"//tools:config_fuzz": ["//tools:libfuzzer"]},
            no_match_error = "a fuzzer needs clang's libFuzzer: add --config=fuzz",
        ),
        **kwargs
    )
