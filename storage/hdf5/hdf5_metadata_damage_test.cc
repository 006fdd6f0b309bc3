// Flipped bits in HDF5's own structures, which libhdf5 parses: it may crash, so a child process
// does the reading. Our own code must not crash, hang or throw.
//
// Prints how often what came out, for docs/limits.md.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <iostream>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/hdf5/one_file.h"
#include "storage/hdf5/test_values.h"

#if defined(__SANITIZE_ADDRESS__)
// What libhdf5 does wrong ends the child by SIGABRT; absurd sizes fail as without the sanitizer.
extern "C" const char* __asan_default_options() {
  return "abort_on_error=1:allocator_may_return_null=1:detect_leaks=0:handle_segv=0:handle_sigbus="
         "0";
}
constexpr bool kAddressSanitizer = true;
#else
constexpr bool kAddressSanitizer = false;
#endif

namespace seiche {
namespace {

using ::absl_testing::IsOk;

constexpr rlim_t kMemoryLimit = rlim_t{4} << 30;
constexpr unsigned kSecondsPerFlip = 20;
// Under the sanitizer each flip costs ten times as much.
constexpr size_t kStep = kAddressSanitizer ? 37 : 5;

enum Outcome {
  kSameValues,
  kOtherValues,
  kError,
  kBadMessage,
  kCrashInLibrary,
  kCrashOfOurs,
  kHang
};
constexpr int kOutcomes = kHang + 1;

// Shared by parent and child.
struct Report {
  std::atomic<size_t> next;  // the flip to try next
  std::atomic<bool> in_library;
  std::atomic<int64_t> counts[kOutcomes];
};

Report* report = nullptr;

void OnCrash(int signal) {
  report->in_library = h5::InsideLibrary();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

// Reads a little of every chunk, and of the array.
absl::Status ReadSome(const SequenceStore& store, std::vector<std::byte>& values) {
  constexpr int64_t kMost = 16;
  const Field& field = store.fields()[0];
  Box box = WholeBox(field.shape());
  for (int64_t& extent : box.extent) extent = std::min(extent, kMost);
  const int64_t elements = NumElements(box.extent);
  if (elements > int64_t{1} << 20) return absl::OkStatus();
  values.assign(elements * SizeOf(field.dtype), std::byte{0});
  return store.Read(0, box, MakeView(static_cast<void*>(values.data()), field.dtype, box.extent));
}

Outcome Try(OneFile& files, const std::vector<std::byte>& expected) {
  std::vector<std::byte> values;
  const auto store = OpenHdf5Store(files.path(), {.files = &files});
  const absl::Status status = store.ok() ? ReadSome(**store, values) : store.status();
  if (status.ok()) return values == expected ? kSameValues : kOtherValues;
  return absl::StartsWith(status.message(), files.path()) ? kError : kBadMessage;
}

// In the child: flips one bit after the other until the end, or until it dies.
[[noreturn]] void TryAll(OneFile& files, const std::vector<size_t>& bits,
                         const std::vector<std::byte>& expected) {
  if (!kAddressSanitizer) {
    const rlimit limit = {kMemoryLimit, kMemoryLimit};
    setrlimit(RLIMIT_AS, &limit);
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    std::signal(signal, OnCrash);
  }
  for (size_t i = report->next; i < bits.size(); ++i) {
    report->next = i;
    alarm(kSecondsPerFlip);
    char& byte = files.contents()[bits[i] / 8];
    byte ^= static_cast<char>(1 << bits[i] % 8);
    const Outcome outcome = Try(files, expected);
    byte ^= static_cast<char>(1 << bits[i] % 8);
    ++report->counts[outcome];
    if (outcome == kBadMessage) std::cerr << "bad message at bit " << bits[i] << "\n";
  }
  report->next = bits.size();
  _exit(0);
}

// In the parent: children until all bits were tried.
void RunChildren(OneFile& files, const std::vector<size_t>& bits,
                 const std::vector<std::byte>& expected) {
  while (report->next < bits.size()) {
    report->in_library = false;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) TryAll(files, bits, expected);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    const bool hang = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
    const Outcome outcome = hang ? kHang : report->in_library ? kCrashInLibrary : kCrashOfOurs;
    ++report->counts[outcome];
    std::cout << files.path() << ": bit " << bits[report->next] << ": "
              << (hang                 ? "hang"
                  : report->in_library ? "crash in libhdf5"
                                       : "crash of ours")
              << ", wait status " << status << "\n";
    ++report->next;
  }
}

// All bits but those of chunks.
std::vector<size_t> MetadataBits(const SequenceStore& store, size_t file_size) {
  std::vector<bool> is_data(file_size);
  for (int64_t chunk = 0; chunk < store.fields()[0].grid.num_chunks(); ++chunk) {
    const ChunkLocation location = store.Locate(0, chunk);
    std::fill_n(is_data.begin() + location.offset, location.size, true);
  }
  std::vector<size_t> bits;
  size_t counter = 0;
  for (size_t byte = 0; byte < file_size; ++byte) {
    for (int bit = 0; bit < 8 && !is_data[byte]; ++bit) {
      if (counter++ % kStep == 0) bits.push_back(byte * 8 + bit);
    }
  }
  return bits;
}

// What this package writes.
absl::Status WriteOurs(const std::string& path) {
  const Hdf5WriterOptions options = {.shape = {3, 4, 6, 7},
                                     .chunk_shape = {1, 4, 6, 7},
                                     .codecs = {"shuffle", "lzf"},
                                     .attributes = {{"seed", int64_t{1}}, {"about", "damage"}},
                                     .overwrite = OverwritePolicy::kReplace};
  auto writer = Hdf5Writer::Create(path, options);
  if (!writer.ok()) return writer.status();
  const std::vector<std::byte> elements = FormulaElements(options.dtype, 3 * 4 * 6 * 7);
  for (int i = 0; i < 3; ++i) {
    const void* sequence = elements.data() + i * elements.size() / 3;
    const absl::Status status = (*writer)->Append(MakeView(sequence, options.dtype, {4, 6, 7}));
    if (!status.ok()) return status;
  }
  return (*writer)->Finish({{"mean", 0.5}});
}

constexpr char kOurs[] = "seiche.h5";

class MetadataDamageTest : public ::testing::TestWithParam<std::string> {};

TEST_P(MetadataDamageTest, NeverCrashesOurCode) {
  std::string path = absl::StrCat("storage/hdf5/testdata/", GetParam());
  if (GetParam() == kOurs) {
    path = JoinPath(::testing::TempDir(), kOurs);
    ASSERT_THAT(WriteOurs(path), IsOk());
  }
  const auto contents = ReadFile(DefaultFileSystem(), path);
  ASSERT_THAT(contents, IsOk());
  OneFile files(GetParam(), *contents);
  std::vector<size_t> bits;
  std::vector<std::byte> expected;
  {
    const auto store = OpenHdf5Store(files.path(), {.files = &files});
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(ReadSome(**store, expected), IsOk());
    bits = MetadataBits(**store, contents->size());
  }
  void* shared =
      mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  report = new (shared) Report();

  RunChildren(files, bits, expected);

  const auto count = [](Outcome outcome) { return report->counts[outcome].load(); };
  std::cout << GetParam() << ": " << bits.size() << " flips: " << count(kSameValues)
            << " same values, " << count(kOtherValues) << " other values, " << count(kError)
            << " errors, " << count(kCrashInLibrary) << " crashes in libhdf5\n";
  EXPECT_EQ(count(kCrashOfOurs), 0);
  EXPECT_EQ(count(kHang), 0);
  EXPECT_EQ(count(kBadMessage), 0);
  EXPECT_GT(count(kError), 0);
  munmap(shared, sizeof(Report));
}

INSTANTIATE_TEST_SUITE_P(All, MetadataDamageTest,
                         ::testing::Values("h5repack_gzip.h5", "h5repack_latest.h5",
                                           "attributes.h5", kOurs));

}  // namespace
}  // namespace seiche
