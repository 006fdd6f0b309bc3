#include "experiments/comparison/environment.h"

#include "gtest/gtest.h"

namespace seiche {
namespace {

TEST(EnvironmentTest, DescribesTheMachine) {
  const Environment environment = CollectEnvironment();
  EXPECT_FALSE(environment.cpu_model.empty());
  EXPECT_FALSE(environment.architecture.empty());
  EXPECT_FALSE(environment.compiler.empty());
  EXPECT_GE(environment.cores, 1);
  EXPECT_GT(environment.memory_bytes, 0);
}

TEST(EnvironmentTest, NamesTheLibrariesWithTheirVersions) {
  const Environment environment = CollectEnvironment();
  bool hdf5 = false;
  for (const auto& [name, version] : environment.versions) {
    EXPECT_FALSE(version.empty()) << name;
    hdf5 |= name == "hdf5" && version.starts_with("1.14.");
  }
  EXPECT_TRUE(hdf5);
}

TEST(EnvironmentTest, OnlyOptimisedBuildsGiveResults) {
  EXPECT_TRUE(Environment{.build_mode = "opt"}.is_optimised());
  EXPECT_FALSE(Environment{.build_mode = "dbg"}.is_optimised());
  EXPECT_FALSE(Environment{.build_mode = "asan"}.is_optimised());
}

}  // namespace
}  // namespace seiche
