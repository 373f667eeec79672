# The first example of the raw_exec page, word for word: a task alone is run as
# a batch job of its name.
task "example" {
  driver = "raw_exec"

  config {
    # When running a binary that exists on the host, the path must be absolute/
    command = "/bin/sleep"
    args    = ["1"]
  }
}
