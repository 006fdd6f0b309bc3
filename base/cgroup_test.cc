#include "base/cgroup.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

// A machine's /proc and /sys in a folder of the test.
class CgroupTest : public testing::Test {
 protected:
  CgroupTest()
      : root_(absl::StrCat(testing::TempDir(), "/cgroup_",
                           testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(root_);
  }

  void Write(const std::string& path, const std::string& contents) {
    const std::filesystem::path whole = root_ + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << contents;
  }

  double Limit() const { return CgroupCpuLimit(root_); }

 private:
  std::string root_;
};

constexpr char kV2Mount[] =
    "24 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
    "36 24 0:30 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
constexpr char kV1Mount[] =
    "37 24 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
    "38 24 0:32 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n";

TEST_F(CgroupTest, NothingMountedMeansNoLimit) { EXPECT_TRUE(std::isinf(Limit())); }

TEST_F(CgroupTest, Version2) {
  Write("/proc/self/mountinfo", kV2Mount);
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(Limit(), 1.5);
}

TEST_F(CgroupTest, Version2WithoutLimit) {
  Write("/proc/self/mountinfo", kV2Mount);
  Write("/proc/self/cgroup", "0::/user.slice\n");
  Write("/sys/fs/cgroup/user.slice/cpu.max", "max 100000\n");
  EXPECT_TRUE(std::isinf(Limit()));
}

TEST_F(CgroupTest, TheTightestParentCounts) {
  Write("/proc/self/mountinfo", kV2Mount);
  Write("/proc/self/cgroup", "0::/pod/container/process\n");
  Write("/sys/fs/cgroup/pod/cpu.max", "200000 100000\n");
  Write("/sys/fs/cgroup/pod/container/cpu.max", "400000 100000\n");
  Write("/sys/fs/cgroup/pod/container/process/cpu.max", "max 100000\n");
  EXPECT_EQ(Limit(), 2);
}

TEST_F(CgroupTest, Version1) {
  Write("/proc/self/mountinfo", kV1Mount);
  Write("/proc/self/cgroup", "9:cpuset:/\n4:cpu,cpuacct:/docker/42\n0::/\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/docker/42/cpu.cfs_quota_us", "50000\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/docker/42/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Limit(), 0.5);
}

// A container that sees its own group mounted but is told the path that the host knows.
TEST_F(CgroupTest, PathOfTheHost) {
  Write("/proc/self/mountinfo",
        "38 24 0:32 /docker/42 /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n");
  Write("/proc/self/cgroup", "4:cpu,cpuacct:/docker/42\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n");
  Write("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(Limit(), 3);
}

TEST_F(CgroupTest, GarbageMeansNoLimit) {
  Write("/proc/self/mountinfo", absl::StrCat("nonsense\n - \n", kV2Mount));
  Write("/proc/self/cgroup", "nonsense\n0::/\n");
  Write("/sys/fs/cgroup/cpu.max", "100000 0\n");
  EXPECT_TRUE(std::isinf(Limit()));
}

}  // namespace
}  // namespace seiche
