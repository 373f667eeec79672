// The same test in every configuration: what is embedded is a static program
// without sanitizers, and it runs.

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/embedded_test_program.h"

namespace {

std::string_view Program() {
  return {reinterpret_cast<const char*>(embedded_test_program_begin),
          reinterpret_cast<const char*>(embedded_test_program_end)};
}

TEST(EmbedBinary, HoldsAnElfFileFromBeginToEnd) {
  ASSERT_GT(Program().size(), sizeof(Elf64_Ehdr));
  EXPECT_EQ(Program().substr(0, SELFMAG), ELFMAG);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(embedded_test_program_begin) % 64, 0U);
}

TEST(StaticBinary, IsStaticAndNotPositionIndependent) {
  Elf64_Ehdr header;
  memcpy(&header, embedded_test_program_begin, sizeof(header));
  EXPECT_EQ(header.e_type, ET_EXEC);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    memcpy(&segment,
           embedded_test_program_begin + header.e_phoff + i * sizeof(segment),
           sizeof(segment));
    EXPECT_NE(segment.p_type, PT_INTERP) << "it wants a dynamic loader";
  }
}

TEST(StaticBinary, IsStrippedAndHasNoSanitizer) {
  EXPECT_EQ(Program().find("__asan"), std::string_view::npos);
  EXPECT_EQ(Program().find("AddressSanitizer"), std::string_view::npos);
  EXPECT_EQ(Program().find("ThreadSanitizer"), std::string_view::npos);
  EXPECT_EQ(Program().find("embed_test_program.cc"), std::string_view::npos);
  EXPECT_LT(Program().size(), 1U << 20);
}

TEST(EmbedBinary, RunsFromMemory) {
  const int program = memfd_create("embedded", MFD_CLOEXEC);
  ASSERT_GE(program, 0);
  ASSERT_EQ(write(program, Program().data(), Program().size()),
            static_cast<ssize_t>(Program().size()));
  int output[2];
  ASSERT_EQ(pipe2(output, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    char name[] = "embedded";
    char* const argv[] = {name, name, nullptr};
    char* const no_environment[] = {nullptr};
    dup2(output[1], STDOUT_FILENO);
    fexecve(program, argv, no_environment);
    _exit(126);
  }
  close(output[1]);
  char text[100] = {};
  ASSERT_GT(read(output[0], text, sizeof(text) - 1), 0);
  EXPECT_STREQ(text, "embedded, 4\n");
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 7 << 8);
  close(output[0]);
  close(program);
}

}  // namespace
