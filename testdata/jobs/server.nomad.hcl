# Runs until it is stopped, and tidies up when it is told to. A task alone is
# run as a batch job of its name.
task "server" {
  driver      = "raw_exec"
  kill_signal = "SIGTERM"

  config {
    command = "/bin/sh"
    args    = ["-c", "trap 'echo closing; exit 0' TERM; echo serving; while :; do sleep 0.1; done"]
  }
}
