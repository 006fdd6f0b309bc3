// Set-up, the lock, the error stack, and what belongs to neither File nor Dataset.
#include "storage/hdf5/h5.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

// Descriptions of a message, innermost first, and names of a listing.
constexpr size_t kMaxDescriptions = 2;
constexpr size_t kMaxListed = 20;

std::mutex mutex;
std::atomic<bool> inside{false};

void SetUp() {
  // Threads may still be reading when static objects are destroyed, and all files are closed by
  // their owners.
  H5dont_atexit();
  H5open();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  RegisterDriver();
  RegisterFilters();
}

struct Stack {
  std::vector<std::string> descriptions;  // innermost first, without repetitions
  int error_number = 0;                   // what a system call reported; 0: nothing
  bool not_found = false;
  bool no_memory = false;
  std::string missing_filter;  // the description that names it
};

// libhdf5 keeps errno only as text.
int ErrorNumber(std::string_view description) {
  constexpr std::string_view kMark = "errno = ";
  const size_t at = description.find(kMark);
  if (at == std::string_view::npos) return 0;
  std::string_view digits = description.substr(at + kMark.size());
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  int number = 0;
  return absl::SimpleAtoi(digits, &number) ? number : 0;
}

herr_t Collect(unsigned, const H5E_error2_t* error, void* data) {
  Stack& stack = *static_cast<Stack*>(data);
  const std::string_view description = error->desc == nullptr ? "" : error->desc;
  if (stack.error_number == 0) stack.error_number = ErrorNumber(description);
  stack.not_found |= error->min_num == H5E_NOTFOUND;
  stack.no_memory |= absl::StrContains(description, "memory allocation failed");
  if (absl::StrContains(description, "is not registered")) stack.missing_filter = description;
  if (!description.empty() && !absl::c_linear_search(stack.descriptions, description)) {
    stack.descriptions.emplace_back(description);
  }
  return 0;
}

Stack TakeStack() {
  Stack stack;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, Collect, &stack);
  H5Eclear2(H5E_DEFAULT);
  return stack;
}

absl::StatusCode CodeOf(const Stack& stack, std::string_view detail, absl::StatusCode otherwise) {
  if (stack.no_memory) return absl::StatusCode::kResourceExhausted;
  if (!stack.missing_filter.empty()) return absl::StatusCode::kUnimplemented;
  if (absl::StrContains(detail, "already open for")) return absl::StatusCode::kFailedPrecondition;
  return otherwise;
}

std::string DetailOf(const Stack& stack) {
  // What comes before is about folders that it was looked for in.
  if (!stack.missing_filter.empty()) return stack.missing_filter;
  if (stack.descriptions.empty()) return "libhdf5 does not say why";
  const size_t count = std::min(stack.descriptions.size(), kMaxDescriptions);
  return absl::StrJoin(absl::MakeConstSpan(stack.descriptions).first(count), "; ");
}

// The file system's error, whose message begins with the file's path, as `context` does.
absl::Status In(std::string_view context, const absl::Status& error) {
  std::string_view message = error.message();
  const std::string_view path = context.substr(0, context.find(": "));
  if (absl::ConsumePrefix(&message, path)) absl::ConsumePrefix(&message, ": ");
  return absl::Status(error.code(), absl::StrCat(context, ": ", message));
}

// fork() waits for the call of libhdf5 that another thread is in, so that the child, which has none
// of these threads, finds the mutex free and the library in order.
std::mutex& ForkSafeMutex() {
  [[maybe_unused]] static const int registered =
      pthread_atfork([] { mutex.lock(); }, [] { mutex.unlock(); }, [] { mutex.unlock(); });
  return mutex;
}

}  // namespace

Lock::Lock() : guard_(ForkSafeMutex()) {
  inside = true;
  static const bool set_up = (SetUp(), true);
  (void)set_up;
  H5Eclear2(H5E_DEFAULT);
  (void)TakeDriverError();
}

Lock::~Lock() { inside = false; }

OutsideLibrary::OutsideLibrary() { inside = false; }
OutsideLibrary::~OutsideLibrary() { inside = true; }

bool InsideLibrary() { return inside; }

bool StackSaysNotFound() {
  Stack stack;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, Collect, &stack);
  return stack.not_found;
}

absl::Status LibraryError(std::string_view context, absl::StatusCode code) {
  const Stack stack = TakeStack();
  if (const absl::Status status = TakeDriverError(); !status.ok()) return In(context, status);
  if (stack.error_number != 0) return ErrnoStatus(stack.error_number, context, "libhdf5");
  const std::string detail = DetailOf(stack);
  return absl::Status(CodeOf(stack, detail, code), absl::StrCat(context, ": ", detail));
}

absl::Status WriteResult(bool ok, std::string_view context, absl::StatusCode code) {
  if (!ok) return LibraryError(context, code);
  const absl::Status status = TakeDriverError();
  return status.ok() ? status : In(context, status);
}

absl::StatusOr<bool> HasSignature(const ReadableFile& file) {
  static constexpr char kSignature[] = "\x89HDF\r\n\x1a\n";
  constexpr int64_t kSize = 8;
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, file.Info());
  for (int64_t offset = 0; offset + kSize <= info.size; offset = offset == 0 ? 512 : offset * 2) {
    std::byte bytes[kSize];
    SEICHE_RETURN_IF_ERROR(file.ReadAt(offset, bytes));
    if (std::memcmp(bytes, kSignature, kSize) == 0) return true;
  }
  return false;
}

bool HasFilter(uint32_t id) {
  const Lock lock;
  const htri_t available = H5Zfilter_avail(static_cast<H5Z_filter_t>(id));
  return available > 0;
}

std::string Describe(absl::Span<const DatasetSummary> datasets) {
  if (datasets.empty()) return "none";
  std::string text = absl::StrJoin(datasets.subspan(0, std::min(datasets.size(), kMaxListed)), ", ",
                                   [](std::string* out, const DatasetSummary& dataset) {
                                     absl::StrAppend(out, "'", dataset.name, "' ", dataset.type,
                                                     " ", ToString(dataset.shape));
                                   });
  if (datasets.size() > kMaxListed) {
    absl::StrAppend(&text, " and ", datasets.size() - kMaxListed, " more");
  }
  return text;
}

}  // namespace seiche::h5
