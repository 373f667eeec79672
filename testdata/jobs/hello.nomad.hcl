# The smallest useful job: drover run testdata/jobs/hello.nomad.hcl
job "hello" {
  type = "batch"

  group "hello" {
    task "hello" {
      driver = "raw_exec"

      config {
        command = "/bin/echo"
        args    = ["Hello from ${NOMAD_TASK_NAME}, allocation ${NOMAD_SHORT_ALLOC_ID}."]
      }
    }
  }
}
