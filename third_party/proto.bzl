"""C++ code of .proto files, made with Debian's protoc."""

def cc_proto(name, src, visibility = None):
    """A cc_library of the messages in `src` (a .proto file of this package).

    Args:
      name: of the library; its header is included as "<package>/<stem>.pb.h".
      src: the .proto file.
      visibility: of the library.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_code",
        srcs = [src],
        outs = [stem + ".pb.h", stem + ".pb.cc"],
        cmd = "/usr/bin/protoc --proto_path=. --cpp_out=$(GENDIR) $(location %s)" % src,
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        # Generated code and protobuf's headers are not ours to warn about.
        copts = ["-Wno-conversion", "-Wno-unused-parameter"],
        visibility = visibility,
        deps = ["@com_google_protobuf//:protobuf"],
    )
