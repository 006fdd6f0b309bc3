// Flipped bits in HDF5's own structures, which libhdf5 parses: it may crash, so a child process
// does the reading. Our own code must not crash, hang or throw.
//
// Prints how often what came out, for docs/limits.md, which was made with all flips of all files:
//   bazel test --config=asan --test_env=SEICHE_FLIPS=100000000 --test_output=all THIS_TEST
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status_matchers.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/hdf5/one_file.h"
#include "storage/hdf5/test_values.h"

// Sanitizers need all of the address space, and time.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizer = true;
#else
constexpr bool kSanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__)
// What libhdf5 does wrong ends the child by SIGABRT; absurd sizes fail as without the sanitizer.
extern "C" const char* __asan_default_options() {
  return "abort_on_error=1:allocator_may_return_null=1:detect_leaks=0:handle_segv=0:handle_sigbus="
         "0";
}
#elif defined(__SANITIZE_THREAD__)
extern "C" const char* __tsan_default_options() { return "allocator_may_return_null=1"; }
#endif

namespace seiche {
namespace {

using ::absl_testing::IsOk;

constexpr rlim_t kMemoryLimit = rlim_t{4} << 30;
constexpr unsigned kSecondsPerFlip = 20;

// How many flips to try in each file.
size_t WantedFlips() {
  size_t flips = kSanitizer ? 500 : 4000;
  if (const char* text = std::getenv("SEICHE_FLIPS")) (void)absl::SimpleAtoi(text, &flips);
  return flips;
}

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

Outcome Try(OneFile& files, const std::string& field, const std::vector<std::byte>& expected) {
  std::vector<std::byte> values;
  const auto store = OpenHdf5Store(files.path(), {.field = field, .files = &files});
  const absl::Status status = store.ok() ? ReadSome(**store, values) : store.status();
  if (status.ok()) return values == expected ? kSameValues : kOtherValues;
  return absl::StartsWith(status.message(), files.path()) ? kError : kBadMessage;
}

// In the child: flips one bit after the other until the end, or until it dies.
[[noreturn]] void TryAll(OneFile& files, const std::string& field, const std::vector<size_t>& bits,
                         const std::vector<std::byte>& expected) {
  if (!kSanitizer) {
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
    const Outcome outcome = Try(files, field, expected);
    byte ^= static_cast<char>(1 << bits[i] % 8);
    ++report->counts[outcome];
    if (outcome == kBadMessage) std::cerr << "bad message at bit " << bits[i] << "\n";
  }
  report->next = bits.size();
  _exit(0);
}

// In the parent: children until all bits were tried.
void RunChildren(OneFile& files, const std::string& field, const std::vector<size_t>& bits,
                 const std::vector<std::byte>& expected) {
  while (report->next < bits.size()) {
    report->in_library = false;
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) TryAll(files, field, bits, expected);
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

// Bits of all bytes but those of chunks, about WantedFlips() of them.
std::vector<size_t> MetadataBits(const SequenceStore& store, size_t file_size) {
  std::vector<bool> is_data(file_size);
  for (int64_t chunk = 0; chunk < store.fields()[0].grid.num_chunks(); ++chunk) {
    const ChunkLocation location = store.Locate(0, chunk);
    if (location.kind != ChunkLocation::Kind::kBytes) continue;
    std::fill_n(is_data.begin() + location.offset, location.size, true);
  }
  std::vector<size_t> bits, chosen;
  for (size_t bit = 0; bit < file_size * 8; ++bit) {
    if (!is_data[bit / 8]) bits.push_back(bit);
  }
  // Odd, so that it is not the same bit of every byte.
  const size_t step = bits.size() / WantedFlips() | 1;
  for (size_t i = 0; i < bits.size(); i += step) chosen.push_back(bits[i]);
  return chosen;
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

struct DamageCase {
  std::string file;
  std::string field = "";
};

class MetadataDamageTest : public ::testing::TestWithParam<DamageCase> {};

TEST_P(MetadataDamageTest, NeverCrashesOurCode) {
  std::string path = absl::StrCat("storage/hdf5/testdata/", GetParam().file);
  if (GetParam().file == kOurs) {
    path = JoinPath(::testing::TempDir(), kOurs);
    ASSERT_THAT(WriteOurs(path), IsOk());
  }
  const auto contents = ReadFile(DefaultFileSystem(), path);
  ASSERT_THAT(contents, IsOk());
  OneFile files(GetParam().file, *contents);
  std::vector<size_t> bits;
  std::vector<std::byte> expected;
  {
    const auto store = OpenHdf5Store(files.path(), {.field = GetParam().field, .files = &files});
    ASSERT_THAT(store, IsOk());
    ASSERT_THAT(ReadSome(**store, expected), IsOk());
    bits = MetadataBits(**store, contents->size());
  }
  void* shared =
      mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  report = new (shared) Report();

  RunChildren(files, GetParam().field, bits, expected);

  const auto count = [](Outcome outcome) { return report->counts[outcome].load(); };
  std::cout << GetParam().file << " " << GetParam().field << ": " << bits.size()
            << " flips: " << count(kSameValues) << " same values, " << count(kOtherValues)
            << " other values, " << count(kError) << " errors, " << count(kCrashInLibrary)
            << " crashes in libhdf5\n";
  EXPECT_EQ(count(kCrashOfOurs), 0);
  EXPECT_EQ(count(kHang), 0);
  EXPECT_EQ(count(kBadMessage), 0);
  EXPECT_GT(count(kError), 0);
  munmap(shared, sizeof(Report));
}

INSTANTIATE_TEST_SUITE_P(All, MetadataDamageTest,
                         ::testing::Values(DamageCase{kOurs}, DamageCase{"h5repack_gzip.h5"},
                                           DamageCase{"h5repack_latest.h5"},
                                           DamageCase{"attributes.h5"},
                                           DamageCase{"h5py_earliest.h5", "odd/int12_nbit"},
                                           DamageCase{"h5py_v114.h5", "extensible_array_gzip"},
                                           DamageCase{"h5py_v114.h5", "btree_v2"},
                                           DamageCase{"links.h5", "virtual"},
                                           DamageCase{"netcdf4.nc", "height"}));

}  // namespace
}  // namespace seiche
