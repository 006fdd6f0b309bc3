// Writes sequences into H5 datasets [N,...] of a new HDF5 file, chunks encoded in parallel.
//
//   SEICHE_ASSIGN_OR_RETURN(auto writer, Hdf5Writer::Create("waves.h5", {
//       .field = "images", .dtype = DType::kFloat32, .shape = {3000, 100, 184, 184},
//       .chunk_shape = {1, 100, 184, 184}, .codecs = {"lzf"}}));
//   for (...) SEICHE_RETURN_IF_ERROR(writer->Append(sequence));    // [T,H,W], N times
//   return writer->Finish({{"mean", 0.4}});
//
// Memory: chunk_shape[0] sequences (until a row of chunks is complete), or as many as give every
// worker a chunk, plus one encoded chunk for each worker, and a decoded one where chunks are cut
// out of sequences. The file appears under its name only when Finish() succeeds. Same input, same
// bytes: no time stamps, chunks handed to libhdf5 in grid order. Thread-compatible; any number of
// writers may be at work in one process, their libhdf5 calls take turns.
#ifndef SEICHE_STORAGE_HDF5_HDF5_WRITER_H_
#define SEICHE_STORAGE_HDF5_HDF5_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/array_view.h"
#include "base/atomic_output.h"
#include "base/dtype.h"
#include "base/file_system.h"
#include "base/shape.h"

namespace seiche {

using Attribute = std::pair<std::string, std::variant<int64_t, double, std::string>>;

struct Hdf5WriterOptions {
  std::string field = "images";            // H5 dataset name
  DType dtype = DType::kFloat32;           // of the sequences and of the file; not kBFloat16
  Shape shape = {};                        // [N,...], all extents >= 1
  Shape chunk_shape = {};                  // same rank; empty: contiguous, which takes no codecs
  std::vector<std::string> codecs = {};    // as in codecs/registry.h, in encoding order
  std::vector<Attribute> attributes = {};  // of the H5 dataset, in this order
  // Keep a CRC-32C of every chunk in an H5 dataset more, FIELD.crc32c: 4 bytes a chunk, that
  // OpenOptions::verify checks. Without chunks, of every sequence.
  bool checksums = true;
  int workers = 0;  // encoding threads; 0: one a core
  OverwritePolicy overwrite = OverwritePolicy::kRefuse;
  FileSystem* files = &DefaultFileSystem();
};

class Hdf5Writer {
 public:
  // kInvalidArgument for a bad option, an unknown codec too; kAlreadyExists; kNotFound for a
  // folder; kResourceExhausted if there is no memory for the sequences of a row of chunks.
  static absl::StatusOr<std::unique_ptr<Hdf5Writer>> Create(const std::string& path,
                                                            const Hdf5WriterOptions& options);
  virtual ~Hdf5Writer() = default;  // without Finish(): nothing is left behind

  // The next sequence, shape options.shape without axis 0. kOutOfRange after N of them;
  // kResourceExhausted if the disk is full.
  virtual absl::Status Append(const ConstArrayView& sequence) = 0;

  // Writes what is buffered and `attributes` known only now, closes, renames. kFailedPrecondition
  // if fewer than N sequences came.
  virtual absl::Status Finish(const std::vector<Attribute>& attributes = {}) = 0;
};

// Several H5 datasets in one new file, written one after the other or side by side.
//
//   SEICHE_ASSIGN_OR_RETURN(auto file, Hdf5FileWriter::Create("run.h5"));
//   SEICHE_ASSIGN_OR_RETURN(auto pressure, file->Add({.field = "pressure", ...}));
//   ... pressure->Append(...) ... pressure->Finish() ...
//   return file->Finish({{"title", "run 7"}});
//
// Its writers may outlive it. Thread-compatible; so are all of its writers together.
class Hdf5FileWriter {
 public:
  // kAlreadyExists; kNotFound for an unknown folder.
  static absl::StatusOr<std::unique_ptr<Hdf5FileWriter>> Create(
      const std::string& path, OverwritePolicy overwrite = OverwritePolicy::kRefuse,
      FileSystem& files = DefaultFileSystem());
  virtual ~Hdf5FileWriter() = default;  // without Finish(): nothing is left behind

  // One more H5 dataset; options.overwrite and options.files are not looked at. kInvalidArgument
  // for a bad option or a name that is taken; otherwise as Hdf5Writer::Create.
  virtual absl::StatusOr<std::unique_ptr<Hdf5Writer>> Add(const Hdf5WriterOptions& options) = 0;

  // Writes `attributes` of the file, closes, renames. kFailedPrecondition if a writer has not
  // finished.
  virtual absl::Status Finish(const std::vector<Attribute>& attributes = {}) = 0;
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_HDF5_WRITER_H_
