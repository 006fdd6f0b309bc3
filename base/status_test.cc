#include "base/status.h"

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using absl_testing::IsOk;
using absl_testing::IsOkAndHolds;
using absl_testing::StatusIs;

TEST(AnnotateTest, PutsTheContextInFront) {
  EXPECT_THAT(Annotate(absl::DataLossError("checksum differs"), "waves.h5: chunk (3,0)"),
              StatusIs(absl::StatusCode::kDataLoss, "waves.h5: chunk (3,0): checksum differs"));
}

TEST(AnnotateTest, OkStaysOk) { EXPECT_THAT(Annotate(absl::OkStatus(), "context"), IsOk()); }

TEST(AnnotateTest, KeepsPayloads) {
  absl::Status status = absl::DataLossError("no");
  status.SetPayload("url", absl::Cord("payload"));
  EXPECT_EQ(Annotate(std::move(status), "context").GetPayload("url"), absl::Cord("payload"));
}

TEST(ErrnoStatusTest, MapsToTheProjectsCodes) {
  EXPECT_THAT(ErrnoStatus(ENOSPC, "a.h5", "cannot write"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "a.h5: cannot write: No space left on device"));
  EXPECT_THAT(
      ErrnoStatus(EDQUOT, "a.h5", "cannot write"),
      StatusIs(absl::StatusCode::kResourceExhausted, "a.h5: cannot write: Disk quota exceeded"));
  EXPECT_THAT(ErrnoStatus(EFBIG, "a.h5", "cannot write"),
              StatusIs(absl::StatusCode::kResourceExhausted, "a.h5: cannot write: File too large"));
  EXPECT_THAT(ErrnoStatus(EIO, "a.h5", "cannot read"),
              StatusIs(absl::StatusCode::kUnavailable, "a.h5: cannot read: Input/output error"));
  EXPECT_THAT(
      ErrnoStatus(EROFS, "a.h5", "cannot create"),
      StatusIs(absl::StatusCode::kPermissionDenied, "a.h5: cannot create: Read-only file system"));
  EXPECT_THAT(
      ErrnoStatus(ENOENT, "a.h5", "cannot open"),
      StatusIs(absl::StatusCode::kNotFound, "a.h5: cannot open: No such file or directory"));
  EXPECT_THAT(ErrnoStatus(EMFILE, "a.h5", "cannot open"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "a.h5: cannot open: Too many open files: raise their limit (ulimit -n)"));
}

TEST(ErrnoStatusTest, IsNeverOk) {
  EXPECT_THAT(ErrnoStatus(0, "a.h5", "cannot read"),
              StatusIs(absl::StatusCode::kUnknown, "a.h5: cannot read: unknown error"));
}

absl::StatusOr<std::string> Describe(absl::StatusOr<std::unique_ptr<int>> first,
                                     absl::Status second) {
  SEICHE_ASSIGN_OR_RETURN(const std::unique_ptr<int> owned, std::move(first));
  SEICHE_RETURN_IF_ERROR(second);
  SEICHE_ASSIGN_OR_RETURN(const int number, absl::StatusOr<int>(*owned));
  return std::to_string(number);
}

TEST(StatusMacrosTest, ReturnTheFirstError) {
  EXPECT_THAT(Describe(std::make_unique<int>(7), absl::OkStatus()), IsOkAndHolds("7"));
  EXPECT_THAT(Describe(absl::NotFoundError("first"), absl::DataLossError("second")),
              StatusIs(absl::StatusCode::kNotFound, "first"));
  EXPECT_THAT(Describe(std::make_unique<int>(7), absl::DataLossError("second")),
              StatusIs(absl::StatusCode::kDataLoss, "second"));
}

}  // namespace
}  // namespace seiche
