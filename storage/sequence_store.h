// Where sequences of frames lie: one interface over HDF5 files, JPEG folders and lists of them.
//
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenStore("waves.h5"));         // storage/open.h
//   const Field& field = store->fields()[0];                            // "images", [N,T,H,W]
//   SEICHE_RETURN_IF_ERROR(store->Read(0, window, MakeView(...)));      // any box
//
// The fast way, for the loader: the chunk grid says which chunks a box touches, Locate(chunk) says
// where each one's bytes lie, ReadEncoded brings them and DecodeChunk turns them into elements.
// None of these takes a lock or calls libhdf5. Chunks that only libhdf5 can decode have
// location.kind == kOther: Read() serves them under one lock, and field.slow_reason says why.
//
// A store is immutable after opening and thread-safe. All elements are delivered in the machine's
// byte order. Errors name file, H5 dataset and chunk.
#ifndef SEICHE_STORAGE_SEQUENCE_STORE_H_
#define SEICHE_STORAGE_SEQUENCE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "codecs/codec.h"
#include "storage/chunk_grid.h"

namespace seiche {

// How stored numbers stand for others (netCDF's CF conventions): value = stored * scale + offset,
// and a stored number equal to `missing` stands for none. Stores deliver what is stored.
struct Packing {
  double scale = 1;
  double offset = 0;
  std::optional<double> missing = {};
  // netCDF's _Unsigned: stored integers have another sign than their dtype has. Nothing here
  // unpacks those.
  bool other_sign = false;

  bool identity() const { return scale == 1 && offset == 0 && !missing.has_value() && !other_sign; }
};

// One array of a store.
struct Field {
  std::string name;  // H5 dataset name, or "frames" for image folders
  DType dtype = DType::kFloat32;
  ChunkGrid grid;     // shape of the array and of its chunks
  std::string codec;  // "shuffle+deflate:4", "none", "jpeg"
  // Empty if every chunk is decoded without libhdf5; otherwise why not.
  std::string slow_reason = {};
  // Not empty: a file or an H5 dataset that a part of the array is made of is not there, and this
  // says which one. That part reads as the fill value.
  std::string missing_source = {};
  // DecodeChunk() of a part decodes about as much as lies between its first element and its last
  // one, not the whole chunk: frames of a sequence are best asked for alone.
  bool decodes_parts = false;
  // What each axis counts, one letter an axis: N sequences, T frames, C channels; D, H, W and any
  // other are space. Without N the array is one long recording: [T,H,W].
  std::string axes = "NTHW";
  Packing packing = {};

  const Shape& shape() const { return grid.shape(); }
  // The axis with that letter, or -1.
  int axis(char letter) const {
    const size_t index = axes.find(letter);
    return index == std::string::npos ? -1 : static_cast<int>(index);
  }
};

// "N", "NT", "THW", "NTHW"; of rank 5 "NTHWC" if the last extent is at most 4, else "NTDHW";
// "NTDHWC". Empty for other ranks.
std::string DefaultAxes(absl::Span<const int64_t> shape);

// Where the encoded bytes of one chunk lie.
struct ChunkLocation {
  enum class Kind : uint8_t {
    kMissing,  // never written: every element is the fill value; nothing to read
    kBytes,    // `size` bytes at `offset` of file `file`
    kFile,     // all of file `file`; offset and size are 0
    kOther,    // only Read() can deliver it
  };
  Kind kind = Kind::kMissing;
  // Of kBytes: those bytes are the chunk's elements as they are delivered, row-major. Any part of
  // them can be read straight into its place by ReadBytes().
  bool raw = false;
  int32_t file = 0;        // index for ReadEncoded and ReadBytes
  uint32_t skip_mask = 0;  // bit i: stage i of the codec chain was not applied
  int64_t offset = 0;      // bytes from the file's beginning
  int64_t size = 0;        // bytes, as stored
};

class SequenceStore {
 public:
  virtual ~SequenceStore() = default;

  // At least one; all have the same axis 0 and as many of it.
  virtual absl::Span<const Field> fields() const = 0;
  // The path or pattern the store was opened by.
  virtual const std::string& path() const = 0;
  // Locations name files 0..num_files() - 1.
  virtual int32_t num_files() const { return 1; }
  // Path of file `file` of a ChunkLocation.
  virtual std::string file_path(int32_t file) const = 0;
  // Where along axis 0 each of the stores that this one is made of begins, and the end: {0, size()}
  // unless it is a concatenation. A recording without axis N does not go on from one to the next.
  virtual std::vector<int64_t> parts() const { return {0, size()}; }

  // `chunk` is a number of the field's grid. Constant time, no allocation, no I/O.
  virtual ChunkLocation Locate(int field, int64_t chunk) const = 0;

  // The chunks of a field whose location is not kMissing, ascending; kResourceExhausted if there
  // are too many to list. By asking Locate() for each unless the store knows better.
  virtual absl::StatusOr<std::vector<int64_t>> StoredChunks(int field) const;

  // Reads the bytes at `location` (kBytes or kFile) into `buffer`, which grows as needed, and
  // returns the span of it that they fill. kDataLoss if the file is shorter; kFailedPrecondition if
  // it has changed since it was opened (size or time of modification).
  virtual absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                                  AlignedBuffer& buffer) const = 0;

  // The same for bytes that nothing looks at but DecodeChunk() of this store, with this chunk and
  // location: they may stay in a mapping of the file, which only that knows how to touch. The span
  // is good until `buffer` is used again, and no longer than the store.
  virtual absl::StatusOr<absl::Span<const std::byte>> ReadForDecoding(int field, int64_t chunk,
                                                                      const ChunkLocation& location,
                                                                      AlignedBuffer& buffer) const {
    (void)field, (void)chunk;
    return ReadEncoded(location, buffer);
  }

  // Reads out.size() bytes at `offset` of a file that has kBytes locations: the encoded bytes of
  // several neighbouring chunks at once, or part of a raw one. Errors as of ReadEncoded, but they
  // name no chunk.
  virtual absl::Status ReadBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const;

  // The same for raw bytes that are delivered as they are and not looked at soon: they may go past
  // the caches, as by ReadableFile::StreamAt().
  virtual absl::Status StreamBytes(int32_t file, int64_t offset, absl::Span<std::byte> out) const {
    return ReadBytes(file, offset, out);
  }

  // Whether what was read at `location` is still what the file has: kFailedPrecondition if it has
  // changed since it was opened, as of ReadEncoded. For those who keep what they decoded.
  virtual absl::Status CheckUnchanged(const ChunkLocation& location) const {
    (void)location;
    return absl::OkStatus();
  }

  // These bytes of a file that has kBytes locations will be read soon. A hint, as
  // ReadableFile::WillRead().
  virtual void WillRead(int32_t file, int64_t offset, int64_t size) const {
    (void)file, (void)offset, (void)size;
  }

  // Decodes chunk `chunk`, whose bytes at `location` are `encoded` (empty for kMissing), and
  // delivers the part of it in `part`: a box in the chunk's own coordinates, inside
  // grid.ShapeOf(chunk); elements past the array's edge are unspecified. `out` has shape
  // part.extent and the field's dtype, any strides. When the part is the whole chunk as it is
  // stored and `out` contiguous, nothing is copied on the way. A raw chunk may have been read into
  // its place in `out` already: where `encoded` is there too, its bytes are only checked. kDataLoss
  // if the bytes are damaged; errors as of ReadEncoded if they are from ReadForDecoding and cannot
  // be had any more.
  virtual absl::Status DecodeChunk(int field, int64_t chunk, const ChunkLocation& location,
                                   absl::Span<const std::byte> encoded, const Box& part,
                                   const ArrayView& out, CodecScratch& scratch) const = 0;

  // Reads the elements in `box` of a field into `out` (shape box.extent, the field's dtype), by
  // whatever way. kInvalidArgument if the box is not inside the field's shape or `out` differs.
  virtual absl::Status Read(int field, const Box& box, const ArrayView& out) const = 0;

  // Attributes of a field, or of the store itself for field < 0, in the order they are stored;
  // numbers as decimal text. Normalisation: "mean", "standard_deviation", "minimum", "maximum".
  virtual std::vector<std::pair<std::string, std::string>> Attributes(int field) const = 0;

  // Extent of axis 0: sequences, or frames of recordings.
  int64_t size() const { return fields()[0].shape()[0]; }
  // Index of the field of that name; kNotFound lists those that exist.
  absl::StatusOr<int> FindField(std::string_view name) const;
};

// kInvalidArgument, with the store's path, if Read() cannot deliver `box` into `out`: no such
// field, a box outside its shape, another dtype or shape than the field's and the box's.
absl::Status CheckRead(const SequenceStore& store, int field, const Box& box, const ArrayView& out);

// kUnimplemented, with the store's path, if a field's values cannot be had from its stored numbers
// (Packing::other_sign).
absl::Status CheckUnpacks(const SequenceStore& store, int field);

// Locates, reads and decodes the part `part` of a chunk, in the chunk's own coordinates, into
// `out`. `buffer` takes the encoded bytes. A kOther chunk is kInternal here; kResourceExhausted if
// there is no memory for the chunk.
absl::Status ReadLocatedChunk(const SequenceStore& store, int field, int64_t chunk, const Box& part,
                              const ArrayView& out, AlignedBuffer& buffer, CodecScratch& scratch);

// Read() for stores all of whose chunks in `box` can be located: chunk by chunk, in grid order,
// after CheckRead(). kOther chunks are kInternal here; kResourceExhausted if there is no memory for
// a chunk. For implementations of SequenceStore.
absl::Status ReadByChunks(const SequenceStore& store, int field, const Box& box,
                          const ArrayView& out, CodecScratch& scratch);

}  // namespace seiche

#endif  // SEICHE_STORAGE_SEQUENCE_STORE_H_
