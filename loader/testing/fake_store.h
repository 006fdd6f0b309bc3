// A SequenceStore in memory for tests: exact values, and errors, delays and damage on demand.
//
//   FakeStore::Options options;
//   options.shape = {20, 3, 4, 5};
//   options.damaged = {7};                                     // chunk 7 fails its checksum
//   auto store = std::make_shared<FakeStore>(options);
//   FakeStore::ValueAt(store->fields()[0].shape(), {7, 0, 0, 0})
//
// One float32 field "frames" whose elements are their own row-major numbers. Thread-safe, as far
// as the given functions are.
#ifndef SEICHE_LOADER_TESTING_FAKE_STORE_H_
#define SEICHE_LOADER_TESTING_FAKE_STORE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/sequence_store.h"

namespace seiche {

class FakeStore : public SequenceStore {
 public:
  // Of every element of a missing chunk.
  static constexpr float kFill = -1;

  struct Options {
    ChunkGrid grid = ChunkGrid({20, 3, 4, 5}, {1, 3, 4, 5});
    std::string axes = "";           // empty: DefaultAxes(), or any letters where there are none
    std::set<int64_t> damaged = {};  // chunks whose checksum is wrong
    std::set<int64_t> missing = {};  // chunks of kind kMissing
    std::set<int64_t> other = {};    // chunks of kind kOther
    // Called before each chunk is read or decoded, on the thread that does it. An error is returned
    // as the store's own.
    std::function<absl::Status(int64_t chunk)> on_read = {};
    std::function<absl::Status(int64_t chunk)> on_decode = {};
  };

  explicit FakeStore(Options options);

  // What the element at `index` of an array of `shape` holds, unless it is missing.
  static float ValueAt(absl::Span<const int64_t> shape, absl::Span<const int64_t> index);

  // Calls so far.
  int64_t chunks_read() const { return chunks_read_; }
  int64_t slow_reads() const { return slow_reads_; }

  absl::Span<const Field> fields() const override { return {&field_, 1}; }
  const std::string& path() const override { return path_; }
  std::string file_path(int32_t) const override { return path_; }
  ChunkLocation Locate(int field, int64_t chunk) const override;
  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override;
  absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch& scratch) const override;
  absl::Status Read(int field, const Box& box, const ArrayView& out) const override;
  std::vector<std::pair<std::string, std::string>> Attributes(int) const override { return {}; }

 private:
  const Options options_;
  const std::string path_ = "fake.h5";
  Field field_;
  std::vector<int64_t> offsets_;  // of each chunk in bytes_, and the end
  std::vector<std::byte> bytes_;  // all chunks: elements, then a checksum
  mutable std::atomic<int64_t> chunks_read_ = 0, slow_reads_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_TESTING_FAKE_STORE_H_
