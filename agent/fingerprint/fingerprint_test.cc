#include "agent/fingerprint/fingerprint.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agent/fingerprint/kernel_files.h"
#include "agent/fingerprint/parts.h"
#include "base/file.h"
#include "base/status_matchers.h"
#include "base/temp_dir.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fingerprint {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

// A folder with the kernel's file names, and no interfaces but given ones.
class FingerprintTest : public ::testing::Test {
 protected:
  FingerprintTest() {
    options_.root = temp_.path();
    options_.interfaces.emplace();
  }

  void File(absl::string_view path, absl::string_view text) {
    const std::string full = absl::StrCat(temp_.path(), path);
    ASSERT_OK(base::MakeDirectories(full.substr(0, full.find_last_of('/'))));
    ASSERT_OK(base::WriteFileAtomically(full, text));
  }

  // Four cores, two of them slow, as an Arm board has them.
  void FourCores(int64_t slow_capacity) {
    File("/sys/devices/system/cpu/online", "0-3\n");
    for (int i = 0; i < 4; ++i) {
      const std::string cpu = absl::StrCat("/sys/devices/system/cpu/cpu", i);
      File(cpu + "/cpu_capacity",
           absl::StrCat(i < 2 ? 1024 : slow_capacity, "\n"));
      File(cpu + "/cpufreq/cpuinfo_max_freq", i < 2 ? "2400000" : "1800000");
    }
  }

  std::string Get(const std::string& key) const {
    const Fingerprint host = Take(options_);
    const auto found = host.attributes.find(key);
    return found == host.attributes.end() ? "<none>" : found->second;
  }

  base::TempDir temp_;
  Options options_;
};

TEST_F(FingerprintTest, EmptyMachineGivesNotesAndNoFailure) {
  const Fingerprint host = Take(options_);
  EXPECT_THAT(host.notes, Contains(StartsWith("cpu: ")));
  EXPECT_THAT(host.notes, Contains(StartsWith("memory: ")));
  EXPECT_THAT(host.notes, Contains(StartsWith("network: ")));
  EXPECT_THAT(host.notes, Contains(StartsWith("storage: ")));
  EXPECT_THAT(host.attributes, Contains(Pair("kernel.name", "linux")));
  for (const auto& [key, value] : host.attributes) {
    EXPECT_NE(value, "") << key;
  }
}

TEST_F(FingerprintTest, CountsEqualCores) {
  FourCores(1000);
  EXPECT_EQ(Get("cpu.numcores"), "4");
  EXPECT_EQ(Get("cpu.numcores.efficiency"), "<none>");
  EXPECT_EQ(Get("cpu.frequency"), "2400");
  EXPECT_EQ(Get("cpu.totalcompute"), "8400");
  EXPECT_EQ(Get("cpu.usablecompute"), "8400");
  EXPECT_EQ(Get("cpu.reservablecores"), "4");
}

TEST_F(FingerprintTest, GradesCoresByCapacityAndNotByThreads) {
  FourCores(446);
  EXPECT_EQ(Get("cpu.numcores"), "4");
  EXPECT_EQ(Get("cpu.numcores.performance"), "2");
  EXPECT_EQ(Get("cpu.numcores.efficiency"), "2");
  EXPECT_EQ(Get("cpu.frequency"), "<none>");
  EXPECT_EQ(Get("cpu.frequency.performance"), "2400");
  EXPECT_EQ(Get("cpu.frequency.efficiency"), "1800");
}

TEST_F(FingerprintTest, GradesIntelsCoresByTheirOwnList) {
  FourCores(1024);
  File("/sys/devices/cpu_atom/cpus", "3\n");
  EXPECT_EQ(Get("cpu.numcores.efficiency"), "1");
}

TEST_F(FingerprintTest, TakesTheFirstSourceOfTheSpeed) {
  File("/proc/cpuinfo",
       "processor\t: 0\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 2596.146\n\n"
       "processor\t: 1\nmodel name\t: AMD EPYC\ncpu MHz\t\t: 1200.0\n");
  EXPECT_EQ(Get("cpu.modelname"), "AMD EPYC");
  EXPECT_EQ(Get("cpu.numcores"), "2");
  EXPECT_EQ(Get("cpu.frequency"), "2596");
  EXPECT_EQ(Get("cpu.totalcompute"), "5192");
  EXPECT_THAT(Take(options_).notes, Contains(HasSubstr("/proc/cpuinfo")));

  std::string table = std::string("\x04\x1A\x00\x00", 4);
  table.resize(0x16);
  table += std::string("\xB8\x0B\x00\x00", 4);  // 3000
  table += std::string("CPU 0\0\0\x7F\x04\x00\x00\0\0", 13);
  File("/sys/firmware/dmi/tables/DMI", table);
  EXPECT_EQ(Get("cpu.frequency"), "3000");
  EXPECT_THAT(Take(options_).notes, Contains(HasSubstr("firmware")));

  File("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3500000\n");
  EXPECT_EQ(Get("cpu.frequency"), "3500");
  File("/sys/devices/system/cpu/cpu0/acpi_cppc/nominal_freq", "2700\n");
  EXPECT_EQ(Get("cpu.frequency"), "2700");
  File("/sys/devices/system/cpu/cpu0/cpufreq/base_frequency", "2000000\n");
  EXPECT_EQ(Get("cpu.frequency"), "2000");
}

TEST_F(FingerprintTest, ReservationsAreNotUsable) {
  FourCores(1024);
  options_.reserved_cores = "0";
  options_.reserved_cpu_mhz = 500;
  options_.reservable_cores = "0-2";
  EXPECT_EQ(Get("cpu.totalcompute"), "8400");
  EXPECT_EQ(Get("cpu.usablecompute"), "5500");
  EXPECT_EQ(Get("cpu.reservablecores"), "2");
  EXPECT_THAT(Take(options_).reservable_cores, ElementsAre(1, 2));
  options_.cpu_total_compute_mhz = 1000;
  EXPECT_EQ(Get("cpu.totalcompute"), "1000");
  EXPECT_EQ(Get("cpu.usablecompute"), "500");
}

TEST_F(FingerprintTest, ListsNumaNodes) {
  FourCores(1024);
  EXPECT_EQ(Get("numa.node.count"), "1");  // a kernel without NUMA
  EXPECT_EQ(Get("numa.node0.cores"), "0-3");
  File("/sys/devices/system/node/online", "0-1\n");
  File("/sys/devices/system/node/node0/cpulist", "0,2\n");
  File("/sys/devices/system/node/node1/cpulist", "1,3\n");
  EXPECT_EQ(Get("numa.node.count"), "2");
  EXPECT_EQ(Get("numa.node0.cores"), "0,2");
  EXPECT_EQ(Get("numa.node1.cores"), "1,3");
}

TEST_F(FingerprintTest, ReadsMemoryAndKernel) {
  File("/proc/meminfo", "MemTotal:       24684084 kB\nMemFree: 1 kB\n");
  File("/proc/sys/kernel/osrelease", "5.15.0-91-generic\n");
  File("/proc/sys/kernel/hostname", "node7\n");
  EXPECT_EQ(Get("memory.totalbytes"), "25276502016");
  EXPECT_EQ(Get("kernel.version"), "5.15.0-91-generic");
  EXPECT_EQ(Get("kernel.version.major"), "5");
  EXPECT_EQ(Get("kernel.version.minor"), "15");
  EXPECT_EQ(Get("unique.hostname"), "node7");
  options_.memory_total_mb = 100;
  EXPECT_EQ(Get("memory.totalbytes"), "104857600");
}

TEST_F(FingerprintTest, SignalsAreSorted) {
  EXPECT_THAT(Get("os.signals"),
              AllOf(StartsWith("SIGABRT,SIGALRM,SIGBUS,"),
                    HasSubstr(",SIGTERM,"), HasSubstr(",SIGXFSZ")));
}

Interface Eth(absl::string_view name) {
  Interface interface;
  interface.name = std::string(name);
  interface.up = true;
  return interface;
}

TEST_F(FingerprintTest, AnnouncesTheAddressOfTheDefaultRoute) {
  Interface lo = Eth("lo");
  lo.loopback = true;
  lo.addresses = {{"127.0.0.1", 8, false, false}};
  Interface eth0 = Eth("eth0");
  eth0.addresses = {{"169.254.1.1", 16, false, true},
                    {"10.0.0.5", 24, false, false},
                    {"fd00::2", 64, true, false}};
  Interface eth1 = Eth("eth1");
  eth1.addresses = {{"192.168.0.9", 24, false, false}};
  options_.interfaces = {lo, eth0, eth1};
  EXPECT_EQ(Get("unique.network.ip-address"), "10.0.0.5");  // first that is up
  EXPECT_THAT(Take(options_).notes, Contains(HasSubstr("no default route")));

  const std::string header =
      "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\n";
  File("/proc/net/route",
       header +
           "eth0\t00000000\t0100000A\t0003\t0\t0\t200\t00000000\t0\t0\t0\n"
           "eth1\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
           "eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n");
  EXPECT_EQ(Get("unique.network.ip-address"), "192.168.0.9");
  EXPECT_EQ(Take(options_).network_device, "eth1");

  options_.network_interface = "eth0";
  EXPECT_EQ(Get("unique.network.ip-address"), "10.0.0.5");
  options_.preferred_address_family = "ipv6";
  EXPECT_EQ(Get("unique.network.ip-address"), "fd00::2");
  options_.network_interface = "eth7";
  EXPECT_EQ(Get("unique.network.ip-address"), "<none>");
  EXPECT_THAT(Take(options_).notes, Contains(HasSubstr("\"eth7\"")));
}

TEST_F(FingerprintTest, FindsADefaultRouteOfIpv6) {
  Interface eth0 = Eth("eth0");
  eth0.addresses = {{"10.0.0.5", 24, false, false}};
  Interface eth1 = Eth("eth1");
  eth1.addresses = {{"fe80::1", 64, true, true}};
  options_.interfaces = {eth0, eth1};
  const std::string zero(32, '0');
  File("/proc/net/ipv6_route",
       absl::StrCat(zero, " 00 ", zero, " 00 ", zero,
                    " ffffffff 00000001 00000000 00200200       lo\n", zero,
                    " 00 ", zero, " 00 fd", std::string(29, '0'),
                    "1 00000400 00000002 00000000 00000003     eth1\n"));
  EXPECT_EQ(Get("unique.network.ip-address"), "fe80::1");
  options_.allow_link_local = false;
  EXPECT_EQ(Get("unique.network.ip-address"), "<none>");
}

TEST_F(FingerprintTest, FindsTheDiskOfTheAllocations) {
  ASSERT_OK(base::MakeDirectories(temp_.path() + "/data dir"));
  options_.alloc_dir = temp_.path() + "/data dir/alloc";  // not there yet
  File("/proc/self/mountinfo",
       absl::StrCat("20 1 8:1 / / rw - ext4 /dev/root rw\n",  //
                    "21 20 8:2 / ", temp_.path(),
                    "/data\\040dir rw,relatime shared:1 - xfs /dev/vdb rw\n",
                    "22 20 8:3 / ", temp_.path(),
                    "/data\\040dir2 rw - xfs /dev/vdc rw\n"));
  EXPECT_EQ(Get("unique.storage.volume"), "/dev/vdb");
  EXPECT_GT(Take(options_).disk_bytes, 0);
  EXPECT_EQ(Take(options_).disk_bytes % 1024, 0);
  options_.disk_total_mb = 7;
  EXPECT_EQ(Get("unique.storage.bytestotal"), "7340032");
}

TEST_F(FingerprintTest, BridgeIsThereWhenTheKernelHasIt) {
  EXPECT_EQ(Get("nomad.bridge.hairpin_mode"), "<none>");
  File("/proc/modules", "xbridge 1 0 - Live\nbridge 311296 0 - Live 0x0\n");
  EXPECT_EQ(Get("nomad.bridge.hairpin_mode"), "false");
  File("/proc/modules", "");
  File("/proc/sys/kernel/osrelease", "6.1.0\n");
  EXPECT_EQ(Get("nomad.bridge.hairpin_mode"), "<none>");
  File("/lib/modules/6.1.0/modules.dep",
       "kernel/net/bridge/bridge.ko: kernel/net/llc/llc.ko\n");
  options_.bridge_hairpin_mode = true;
  EXPECT_EQ(Get("nomad.bridge.hairpin_mode"), "true");
}

TEST_F(FingerprintTest, DriversAreThereWhenTheyAreEnabled) {
  EXPECT_EQ(Get("driver.raw_exec"), "<none>");
  options_.drivers = {"raw_exec"};
  EXPECT_EQ(Get("driver.raw_exec"), "1");
}

TEST_F(FingerprintTest, TellsWhatTheAgentIs) {
  options_.nomad_version = "2.0.5";
  options_.advertise_address = "127.0.0.1:4646";
  EXPECT_EQ(Get("nomad.version"), "2.0.5");
  EXPECT_EQ(Get("nomad.revision"), "<none>");
  EXPECT_EQ(Get("nomad.service_discovery"), "true");
  EXPECT_EQ(Get("unique.advertise.address"), "127.0.0.1:4646");
}

TEST_F(FingerprintTest, CloudIsOffUnlessWanted) {
  File("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  File("/sys/class/dmi/id/product_name", "m5.large\n");
  File("/sys/class/dmi/id/board_asset_tag", "i-0123\n");
  File("/run/cloud-init/instance-data.json",
       R"({"v1": {"availability_zone": "eu-west-1a", "x": 5}})");
  EXPECT_EQ(Get("platform.aws.instance-type"), "<none>");
  options_.ReadClientOptions({{"fingerprint.cloud", "true"}});
  EXPECT_EQ(Get("platform.aws.instance-type"), "m5.large");
  EXPECT_EQ(Get("unique.platform.aws.instance-id"), "i-0123");
  EXPECT_EQ(Get("platform.aws.placement.availability-zone"), "eu-west-1a");
  File("/run/cloud-init/instance-data.json", "{\"v1\": [");
  EXPECT_EQ(Get("platform.aws.placement.availability-zone"), "<none>");
}

TEST_F(FingerprintTest, PartsCanBeSwitched) {
  const auto keys = [this](const std::map<std::string, std::string>& client) {
    options_.allow.reset();
    options_.deny.clear();
    options_.ReadClientOptions(client);
    return Take(options_).attributes;
  };
  EXPECT_THAT(keys({{"fingerprint.allowlist", "arch, signal"}}),
              ElementsAre(Key("cpu.arch"), Key("os.signals")));
  EXPECT_THAT(keys({{"fingerprint.whitelist", "signal"}}),
              ElementsAre(Key("os.signals")));
  EXPECT_THAT(
      keys({{"fingerprint.denylist", "signal"}}),
      AllOf(Contains(Key("cpu.arch")), Not(Contains(Key("os.signals")))));
  EXPECT_THAT(keys({{"fingerprint.allowlist", "signal"},
                    {"fingerprint.blacklist", "signal"}}),
              IsEmpty());
}

TEST(DescribeCgroups, TellsWhatTasksCanHave) {
  cgroups::Hierarchy unified;
  unified.mode = cgroups::Mode::kUnified;
  unified.v2.mount_point = unified.v2.base = "/sys/fs/cgroup";
  unified.v2.create = {true, ""};
  unified.v2.controllers = {"cpu", "memory"};
  Fingerprint result;
  DescribeCgroups(unified, /*is_root=*/false, &result);
  EXPECT_THAT(result.attributes,
              ElementsAre(Pair("os.cgroups.controllers", "cpu,memory"),
                          Pair("os.cgroups.mode", "unified"),
                          Pair("os.cgroups.version", "2")));
  EXPECT_THAT(result.notes, Contains(HasSubstr("no limit of pids")));

  unified.v2.create = {false, "it is read-only"};
  result = {};
  DescribeCgroups(unified, /*is_root=*/true, &result);
  EXPECT_THAT(result.attributes, Not(Contains(Key("os.cgroups.version"))));
  EXPECT_THAT(result.notes, Contains(HasSubstr("it is read-only")));

  cgroups::Hierarchy hybrid;
  hybrid.mode = cgroups::Mode::kHybrid;
  result = {};
  DescribeCgroups(hybrid, /*is_root=*/true, &result);
  EXPECT_EQ(result.attributes["os.cgroups.version"], "1");
  result = {};
  DescribeCgroups(hybrid, /*is_root=*/false, &result);
  EXPECT_THAT(result.attributes, Not(Contains(Key("os.cgroups.version"))));
}

TEST(Take, FindsThisMachineInUnder20Milliseconds) {
  Options options;
  options.alloc_dir = "/tmp";
  absl::Duration fastest = absl::InfiniteDuration();
  Fingerprint host;
  // The best of ten: what is measured is this code, not its neighbours.
  for (int i = 0; i < 10; ++i) {
    const absl::Time before = absl::Now();
    host = Take(options);
    fastest = std::min(fastest, absl::Now() - before);
  }
  EXPECT_LT(fastest, absl::Milliseconds(20));
  for (const char* key :
       {"cpu.arch", "cpu.numcores", "cpu.totalcompute", "memory.totalbytes",
        "kernel.arch", "kernel.version", "os.signals", "unique.hostname",
        "unique.storage.bytestotal", "unique.storage.volume"}) {
    EXPECT_THAT(host.attributes, Contains(Key(key)));
  }
}

TEST(ToText, AlignsAndToJsonIsJson) {
  Fingerprint host;
  host.attributes = {{"a", "1"}, {"long.key", "\xFF\"x"}};
  host.notes = {"cpu: none"};
  EXPECT_EQ(ToText(host),
            "a        = 1\nlong.key = \xFF\"x\n\nnote: cpu: none\n");
  EXPECT_EQ(ToJson(host),
            "{\n  \"a\": \"1\",\n  \"long.key\": \"\xEF\xBF\xBD\\\"x\"\n}\n");
}

}  // namespace
}  // namespace fingerprint
