#include "storage/hdf5/source_files.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/one_file.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::IsOkAndHolds;
using ::absl_testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

TEST(SourceFilesTest, OpensEachFileOnce) {
  OneFile files("a", "abcdef");
  SourceFiles sources(files);
  EXPECT_THAT(sources.Open("a"), IsOkAndHolds(0));
  EXPECT_THAT(sources.Open("a"), IsOkAndHolds(0));
  EXPECT_THAT(sources.Open("b"), StatusIs(Code::kNotFound, HasSubstr("b: ")));
  EXPECT_EQ(sources.count(), 1);
  EXPECT_EQ(sources.path(0), "a");
  EXPECT_EQ(sources.size(0), 6);
  std::byte bytes[2];
  ASSERT_THAT(sources.Read(0, 3, absl::MakeSpan(bytes)), IsOk());
  EXPECT_THAT(bytes, ElementsAre(std::byte{'d'}, std::byte{'e'}));
  EXPECT_THAT(sources.Read(0, 5, absl::MakeSpan(bytes)),
              StatusIs(Code::kDataLoss, HasSubstr("a: ends at byte 6")));
}

TEST(SourceFilesTest, KeptBytesAreAFileThatChangesWithItsSource) {
  OneFile files("a", "abcdef");
  SourceFiles sources(files);
  ASSERT_THAT(sources.Open("a"), IsOkAndHolds(0));
  EXPECT_EQ(sources.Keep(0, {std::byte{1}, std::byte{2}, std::byte{3}}), 1);
  EXPECT_THAT(sources.Open("a"), IsOkAndHolds(0));
  EXPECT_EQ(sources.path(1), "a");
  std::byte bytes[2];
  ASSERT_THAT(sources.Read(1, 1, absl::MakeSpan(bytes)), IsOk());
  EXPECT_THAT(bytes, ElementsAre(std::byte{2}, std::byte{3}));
  EXPECT_THAT(sources.Read(1, 2, absl::MakeSpan(bytes)),
              StatusIs(Code::kDataLoss, HasSubstr("a: ends at byte 3")));
  EXPECT_THAT(sources.Read(1, -1, absl::MakeSpan(bytes)), StatusIs(Code::kInvalidArgument));

  files.contents() += "g";
  const auto changed =
      StatusIs(Code::kFailedPrecondition, "a: changed since it was opened: open it again");
  for (const int file : {0, 1}) {
    EXPECT_THAT(sources.Read(file, 0, absl::MakeSpan(bytes)), changed);
    EXPECT_THAT(sources.CheckUnchanged(file), changed);
  }
}

}  // namespace
}  // namespace seiche
