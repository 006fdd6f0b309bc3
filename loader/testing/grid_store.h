// A SequenceStore without data for tests: any fields of any size, elements computed on the way.
//
//   GridStore store({.fields = {GridStore::MakeField("u", {200, 100, 184, 184}, {94, 7, 12,
//   12})}}); GridStore::ValueAt(store.fields()[0].shape(), {7, 0, 0, 0})
//
// Fields of codec "none" are raw: their chunks lie one after the other in the field's file. Those
// of any other codec have `encoded_bytes` a chunk, which say which chunk that is. Thread-safe, as
// far as the given functions are.
#ifndef SEICHE_LOADER_TESTING_GRID_STORE_H_
#define SEICHE_LOADER_TESTING_GRID_STORE_H_

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

class GridStore : public SequenceStore {
 public:
  struct Options {
    std::vector<Field> fields = {};
    std::vector<int64_t> parts = {};  // empty: one
    int64_t encoded_bytes = 16;       // of a chunk, >= 16
    int64_t gap = 0;                  // bytes from a chunk's end to the next one's beginning
    std::set<int64_t> missing = {};   // chunks of kind kMissing, whose elements are 0
    bool merges = true;               // whether ReadBytes() serves chunks that are not raw
    // Called before each chunk is decoded, on the thread that does it. An error is returned as the
    // store's own.
    std::function<absl::Status(int field, int64_t chunk)> on_decode = {};
    // Called before bytes are read, on the thread that does it, and for each hint.
    std::function<void(int32_t file, int64_t offset, int64_t size)> on_read = {}, on_hint = {};
  };

  explicit GridStore(Options options);

  // Of DefaultAxes(), unless `axes` says others.
  static Field MakeField(std::string name, Shape shape, Shape chunk, std::string axes = "",
                         DType dtype = DType::kFloat32, std::string codec = "number");
  static Field MakeField(std::string name, ChunkGrid grid, std::string axes,
                         DType dtype = DType::kFloat32, std::string codec = "number");

  // What the element at `index` of an array of `shape` holds: 0 to 250.
  static int64_t ValueAt(absl::Span<const int64_t> shape, absl::Span<const int64_t> index);

  // Calls so far.
  int64_t decodes() const { return decodes_; }
  int64_t reads() const { return reads_; }

  absl::Span<const Field> fields() const override { return options_.fields; }
  const std::string& path() const override { return path_; }
  int32_t num_files() const override { return static_cast<int32_t>(options_.fields.size()); }
  std::string file_path(int32_t file) const override;
  std::vector<int64_t> parts() const override;
  ChunkLocation Locate(int field, int64_t chunk) const override;
  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override;
  absl::Status ReadBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const override;
  void WillRead(int32_t file, int64_t offset, int64_t size) const override {
    if (options_.on_hint) options_.on_hint(file, offset, size);
  }
  absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch& scratch) const override;
  absl::Status Read(int field, const Box& box, const ArrayView& out) const override;
  std::vector<std::pair<std::string, std::string>> Attributes(int) const override { return {}; }

 private:
  bool raw(int field) const { return options_.fields[field].codec == "none"; }
  // Bytes of a chunk of the field in its file, without the gap.
  int64_t StoredBytes(int field) const;
  std::byte ByteAt(int field, int64_t offset) const;

  const Options options_;
  const std::string path_ = "grid.h5";
  mutable std::atomic<int64_t> decodes_ = 0, reads_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_TESTING_GRID_STORE_H_
