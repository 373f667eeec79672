# Fails twice, and leaves a process behind each time: drover run testdata/jobs/crash.nomad.hcl
job "crash" {
  type = "batch"

  group "crash" {
    task "worker" {
      driver = "raw_exec"

      config {
        command = "/bin/sh"
        args    = ["-c", "echo working; setsid sleep 1000 & exit 3"]
      }

      restart {
        attempts = 1
        delay    = "1s"
      }
    }
  }
}
