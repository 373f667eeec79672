# The second example of the raw_exec page. Its address and checksum are those of
# nobody's server, so both are variables here:
#
#   drover run -var source=https://... -var checksum=sha256:... artifact.nomad.hcl
variable "source" {
  default = "https://internal.file.server/name-of-my-binary"
}

variable "checksum" {
  default = "sha256:abd123445ds4555555555"
}

job "example" {
  type = "batch"

  group "example" {
    task "example" {
      driver = "raw_exec"

      config {
        command = "name-of-my-binary"
      }

      artifact {
        source = var.source
        options {
          checksum = var.checksum
        }
      }
    }
  }
}
