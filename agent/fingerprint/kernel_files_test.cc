#include "agent/fingerprint/kernel_files.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/fingerprint/os_release.h"
#include "agent/fingerprint/smbios.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fingerprint {
namespace {

TEST(ParseIdList, ReadsWhatTheKernelWrites) {
  const struct {
    const char* why;
    const char* text;
    std::vector<int> want;
    const char* back;
  } kCases[] = {
      {"IP-070", "0,5-7\n", {0, 5, 6, 7}, "0,5-7"},
      {"one", "3", {3}, "3"},
      {"empty", "\n", {}, ""},
      {"neighbours join", "0,1,2", {0, 1, 2}, "0-2"},
      {"not sorted", "4,1-2", {1, 2, 4}, "1-2,4"},
      {"stops at what is none", "1,x,3", {1}, "1"},
      {"backwards is empty", "5-3", {}, ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    EXPECT_EQ(ParseIdList(c.text), c.want);
    EXPECT_EQ(FormatIdList(c.want), c.back);
  }
}

TEST(ParseIdList, IsBounded) {
  EXPECT_LE(ParseIdList("0-2147483647").size(), 65536u);
}

TEST(FindOsRelease, TakesTheFirstFileThatIsThere) {
  const struct {
    const char* why;
    std::map<std::string, std::string> files;
    const char* name;
    const char* version;
  } kCases[] = {
      {"Debian",
       {{"/etc/debian_version", "12.11\n"},
        {"/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"}},
       "debian",
       "12.11"},
      {"Ubuntu",
       {{"/etc/debian_version", "bookworm/sid\n"},
        {"/etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\n"}},
       "ubuntu",
       "22.04"},
      {"Mint",
       {{"/etc/debian_version", "x\n"},
        {"/etc/lsb-release", "DISTRIB_ID=LinuxMint\nDISTRIB_RELEASE=21\n"}},
       "linuxmint",
       "21"},
      {"CentOS",
       {{"/etc/redhat-release", "CentOS Linux release 7.9.2009 (Core)\n"}},
       "centos",
       "7.9.2009"},
      {"Red Hat",
       {{"/etc/redhat-release",
         "Red Hat Enterprise Linux release 9.4 (Plow)\n"}},
       "redhat",
       "9.4"},
      {"Fedora before release",
       {{"/etc/redhat-release", "Fedora release 43 (Rawhide)\n"}},
       "fedora",
       "rawhide"},
      {"Amazon",
       {{"/etc/system-release", "Amazon Linux release 2023 (x)\n"}},
       "amazon",
       "2023"},
      {"Alpine", {{"/etc/alpine-release", "3.19.1\n"}}, "alpine", "3.19.1"},
      {"Arch, whose file is empty", {{"/etc/arch-release", ""}}, "arch", ""},
      {"Oracle before Red Hat",
       {{"/etc/oracle-release", "Oracle Linux Server release 8.9\n"},
        {"/etc/redhat-release", "Red Hat Enterprise Linux release 8.9\n"}},
       "oracle",
       "8.9"},
      {"os-release alone",
       {{"/etc/os-release", "# x\nID='nixos'\nVERSION_ID=\"24.05\"\n"}},
       "nixos",
       "24.05"},
      {"the other place", {{"/usr/lib/os-release", "ID=void\n"}}, "void", ""},
      {"Slackware",
       {{"/etc/slackware-version", "Slackware 15.0\n"}},
       "slackware",
       "15.0"},
      {"nothing", {}, "", ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.why);
    const base::TempDir temp;
    ASSERT_OK(base::MakeDirectories(temp.path() + "/etc"));
    ASSERT_OK(base::MakeDirectories(temp.path() + "/usr/lib"));
    for (const auto& [path, text] : c.files) {
      ASSERT_OK(base::WriteFileAtomically(temp.path() + path, text));
    }
    const OsRelease os = FindOsRelease(KernelFiles(temp.path()));
    EXPECT_EQ(os.name, c.name);
    EXPECT_EQ(os.version, c.version);
  }
}

TEST(ParseSmbiosCpuMhz, TakesAnyBytes) {
  std::string table("\x04\x30\x00\x00", 4);
  table.resize(0x16);
  table += std::string("\x24\x0A", 2);  // 2596
  table.resize(0x30);
  std::string bios("\x00\x18\x00\x00", 4);
  bios.resize(0x18);
  bios += std::string("vendor\0version\0\0", 16);
  EXPECT_EQ(ParseSmbiosCpuMhz(table), 2596);
  EXPECT_EQ(ParseSmbiosCpuMhz(bios + table), 2596);
  EXPECT_EQ(ParseSmbiosCpuMhz(""), 0);
  for (size_t size = 0; size < table.size(); ++size) {
    const int64_t mhz = ParseSmbiosCpuMhz(table.substr(0, size));
    EXPECT_TRUE(mhz == 0 || mhz == 2596) << size;
  }
  EXPECT_EQ(ParseSmbiosCpuMhz(std::string(1000, '\0')), 0);
  EXPECT_EQ(ParseSmbiosCpuMhz(std::string(1000, '\x04')), 0);
  EXPECT_EQ(ParseSmbiosCpuMhz(std::string(1000, '\x2A')), 0);
}

}  // namespace
}  // namespace fingerprint
