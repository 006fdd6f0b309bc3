// libhdf5, wrapped once: nothing else includes hdf5.h.
//
//   SEICHE_ASSIGN_OR_RETURN(h5::File file, h5::File::Open(files, *readable));
//   SEICHE_ASSIGN_OR_RETURN(h5::Dataset dataset, file.OpenDataset("images"));
//   SEICHE_RETURN_IF_ERROR(dataset.ForEachStoredChunk([&](const h5::StoredChunk& chunk) {...}));
//
// libhdf5 is built without thread safety: every function and destructor here takes the one mutex of
// the process, so all of this is thread-safe, and slow for everybody while one call is under way.
// It does its reading and writing through base's FileSystem, by a driver of ours, takes no file
// locks, prints nothing, and registers the codecs of codecs/registry.h as filters.
//
// Errors carry the descriptions that libhdf5 left on its error stack, innermost first. Unless it
// says otherwise, reading fails with kDataLoss; what the FileSystem reported (kUnavailable,
// kResourceExhausted) goes before what libhdf5 made of it.
#ifndef SEICHE_STORAGE_HDF5_H5_H_
#define SEICHE_STORAGE_HDF5_H5_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/dtype.h"
#include "base/file_system.h"
#include "base/shape.h"

namespace seiche::h5 {

using AttributeValue = std::variant<int64_t, double, std::string>;

// How the elements of an H5 dataset are stored.
struct ElementType {
  DType dtype = DType::kFloat32;  // the smallest of ours that holds every value
  bool swapped = false;           // in the other byte order than the machine's
  // Empty if the stored bytes are those of `dtype`, but for their order; otherwise why only
  // libhdf5 can convert them: "integers of 12 bits".
  std::string odd = {};
};

// One stage of an H5 dataset's filter pipeline.
struct Filter {
  uint32_t id = 0;
  std::string name;              // as the file has it; may be empty
  std::vector<uint32_t> values;  // "client data"
  bool optional = false;
};

// How libhdf5 finds a chunk in a file.
enum class ChunkIndexKind {
  kBTree1,           // version 1 B-tree
  kSingle,           // one chunk is all of the array
  kImplicit,         // one after the other, no index
  kFixedArray,       // no unlimited axis
  kExtensibleArray,  // one
  kBTree2,           // version 2 B-tree: several
};

enum class Layout { kContiguous, kChunked, kCompact, kExternal, kVirtual };

struct DatasetInfo {
  std::string name;  // full path without the leading "/"
  std::string file;  // path of the file that holds it: another one behind an external link
  Shape shape;
  ElementType type;
  Layout layout = Layout::kContiguous;
  Shape chunk_shape = {};            // of kChunked
  std::vector<Filter> filters = {};  // of kChunked
  bool raw_edge_chunks = false;      // chunks that reach over the edge are stored without filters
  int64_t data_offset = -1;          // of kContiguous: byte in the file; -1: nothing is stored
  std::vector<std::byte> fill_value = {};  // one element of type.dtype
};

// A line of a listing.
struct DatasetSummary {
  std::string name;
  Shape shape;
  std::string type;      // "float32", "string", ...
  bool numeric = false;  // can be opened if it has an axis
};

// An H5 dataset of that name behind another one's holds CRC-32C checksums of its chunks
// (chunk_checksums.h); listings leave it out. On disk: do not change.
inline constexpr std::string_view kChecksumsSuffix = ".crc32c";

// Where some elements of a virtual H5 dataset come from.
struct VirtualSource {
  std::string file;     // as it is written there; "." is the virtual H5 dataset's own
  std::string dataset;  // its name
  // Empty if `target` and `source` say all; otherwise what they cannot say.
  std::string odd = {};
  Box target = {};                           // in the virtual H5 dataset
  std::optional<Box> source = std::nullopt;  // in the source; nothing: all of it
};

struct StoredChunk {
  absl::Span<const int64_t> offset;  // of its first element, one number an axis
  int64_t address = 0;               // byte in the file, a user block included
  int64_t size = 0;                  // bytes, as stored
  uint32_t skip_mask = 0;            // bit i: filter i was not applied
};

// An open H5 dataset. Closed when destroyed.
class Dataset {
 public:
  Dataset(Dataset&& other) noexcept;
  Dataset& operator=(Dataset&& other) noexcept;
  ~Dataset();

  const DatasetInfo& info() const { return info_; }

  // Of a chunked H5 dataset.
  absl::StatusOr<ChunkIndexKind> IndexKind() const;

  // Calls `visit` for every chunk that is in the file, in no particular order, once. `visit` must
  // not call libhdf5.
  absl::Status ForEachStoredChunk(absl::FunctionRef<void(const StoredChunk&)> visit) const;

  // Reads the elements in `box`, which lies inside the shape, row-major into `out`, as
  // info().type's dtype. kUnimplemented if a filter is missing.
  absl::Status Read(const Box& box, absl::Span<std::byte> out) const;

  // Of a virtual H5 dataset, in no particular order.
  absl::StatusOr<std::vector<VirtualSource>> VirtualSources() const;

  // The attribute `name` if there is one and it is one integer or floating-point number.
  absl::StatusOr<std::optional<double>> NumberAttribute(const std::string& name) const;

  // "name" -> text, in the order they are stored. Numbers are decimal, arrays of up to 16
  // separated by ", "; others are left out.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Attributes() const;

  // The encoded bytes of the chunk whose first element is `offset`.
  absl::Status WriteChunk(absl::Span<const int64_t> offset, uint32_t skip_mask,
                          absl::Span<const std::byte> encoded);
  // Row-major elements of `box`.
  absl::Status Write(const Box& box, absl::Span<const std::byte> elements);
  // Replaces one of the same name.
  absl::Status SetAttribute(const std::string& name, const AttributeValue& value);
  absl::Status Close();

 private:
  friend class File;
  Dataset(int64_t id, std::string path, DatasetInfo info);
  std::string Context() const;  // "waves.h5: H5 dataset 'images'"

  int64_t id_ = -1;
  std::string path_;
  DatasetInfo info_;
};

// An open HDF5 file. Closed when destroyed.
class File {
 public:
  // For reading. `file` was opened from `files`, which also opens what the file links to; both
  // must outlive the object and its Datasets. kFailedPrecondition if it is not an HDF5 file or is
  // being written by somebody.
  static absl::StatusOr<File> Open(const FileSystem& files, const ReadableFile& file);
  // A new, empty file; readable by every libhdf5 since 1.8. kAlreadyExists if there is one.
  static absl::StatusOr<File> Create(FileSystem& files, const std::string& path);
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  // After Create, without Close(): closes without writing what libhdf5 still holds back.
  ~File();

  // Every H5 dataset in every group, sorted by name; but for checksums of chunks.
  absl::StatusOr<std::vector<DatasetSummary>> ListDatasets() const;
  // kNotFound lists those that exist; kFailedPrecondition for elements that are not numbers, for
  // scalars and for groups.
  absl::StatusOr<Dataset> OpenDataset(const std::string& name) const;
  // Whether there is something of that name, whose groups must exist.
  bool Has(const std::string& name) const;
  // Of the root group.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Attributes() const;

  // Of the root group, as Dataset::SetAttribute().
  absl::Status SetAttribute(const std::string& name, const AttributeValue& value);

  // Creates the groups on the way to `info.name`. Uses shape, type.dtype, chunk_shape (empty:
  // contiguous) and filters. Keeps the order of its attributes, stores no times.
  absl::StatusOr<Dataset> CreateDataset(const DatasetInfo& info);
  // Writes all that libhdf5 held back. kResourceExhausted if the disk is full.
  absl::Status Close();

 private:
  struct Target;  // of a file that is being written
  File(int64_t id, std::string path, Target* target);

  int64_t id_ = -1;
  std::string path_;
  Target* target_ = nullptr;
};

// Whether `file` has HDF5's signature at byte 0, 512, 1024, 2048, ...
absl::StatusOr<bool> HasSignature(const ReadableFile& file);

// Whether libhdf5 has a filter of that number, of its own, of ours or as a plugin.
bool HasFilter(uint32_t id);

// "float32 (4, 100, 184, 184)" after the name: "'images' float32 (4, 100, 184, 184), ...".
std::string Describe(absl::Span<const DatasetSummary> datasets);

// Whether a thread is inside libhdf5 now. For crash reports: async-signal-safe.
bool InsideLibrary();

}  // namespace seiche::h5

#endif  // SEICHE_STORAGE_HDF5_H5_H_
