#include "experiments/measure/page_cache.h"

#include <string>
#include <vector>

#include "absl/status/status_matchers.h"
#include "base/atomic_output.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;

std::vector<std::string> TwoFiles() {
  std::vector<std::string> paths;
  for (const char* name : {"one", "two"}) {
    paths.push_back(JoinPath(testing::TempDir(), name));
    EXPECT_THAT(WriteFileAtomically(DefaultFileSystem(), paths.back(), std::string(1 << 20, 'x'),
                                    OverwritePolicy::kReplace),
                IsOk());
  }
  return paths;
}

TEST(PageCacheTest, WhatWasReadIsResident) {
  const std::vector<std::string> paths = TwoFiles();
  ASSERT_THAT(ReadIntoPageCache(paths), IsOk());
  EXPECT_THAT(ResidentFraction(paths), IsOkAndHolds(1.0));
  EXPECT_THAT(PrepareCache(paths, CacheState::kWarm), IsOkAndHolds(true));
}

// A memory file system cannot drop anything, so the claim is only that the answer is true.
TEST(PageCacheTest, ColdIsClaimedOnlyWhenItIsSo) {
  const std::vector<std::string> paths = TwoFiles();
  const auto cold = PrepareCache(paths, CacheState::kCold);
  ASSERT_THAT(cold, IsOk());
  const auto resident = ResidentFraction(paths);
  ASSERT_THAT(resident, IsOk());
  EXPECT_EQ(*cold, *resident <= 0.001);
}

TEST(PageCacheTest, WarmAfterColdReadsTheFiles) {
  const std::vector<std::string> paths = TwoFiles();
  ASSERT_THAT(PrepareCache(paths, CacheState::kCold), IsOk());
  EXPECT_THAT(PrepareCache(paths, CacheState::kWarm), IsOkAndHolds(true));
}

TEST(PageCacheTest, EmptyFilesAreResident) {
  const std::vector<std::string> paths = {JoinPath(testing::TempDir(), "empty")};
  ASSERT_THAT(WriteFileAtomically(DefaultFileSystem(), paths[0], "", OverwritePolicy::kReplace),
              IsOk());
  EXPECT_THAT(ResidentFraction(paths), IsOkAndHolds(1.0));
}

TEST(PageCacheTest, MissingFileIsNamed) {
  const std::vector<std::string> paths = {JoinPath(testing::TempDir(), "none")};
  EXPECT_THAT(ResidentFraction(paths), StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_THAT(DropFromPageCache(paths), StatusIs(absl::StatusCode::kNotFound, HasSubstr("open")));
}

}  // namespace
}  // namespace seiche
