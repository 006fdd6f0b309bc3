// Writes sequences as a JPEG folder store: one folder a sequence, one numbered file a frame.
//
//   SEICHE_ASSIGN_OR_RETURN(auto writer,
//                           JpegFolderWriter::Create("waves_jpeg", {.sequences = 200}));
//   for (...) SEICHE_RETURN_IF_ERROR(writer->Append(levels));     // [T,H,W] gray levels
//   return writer->Finish();
//
// Frame 7 of 101..1000 of sequence 42 of 200 becomes waves_jpeg/042/007.jpg: as many digits as the
// largest number needs. The folder appears under its name only when Finish() succeeds, which writes
// all files to the disk in one go (AtomicOutput). Memory: one encoded frame. Thread-compatible.
#ifndef SEICHE_STORAGE_JPEG_JPEG_FOLDER_WRITER_H_
#define SEICHE_STORAGE_JPEG_JPEG_FOLDER_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/atomic_output.h"
#include "base/file_system.h"
#include "codecs/jpeg/jpeg_codec.h"

namespace seiche {

struct JpegFolderWriterOptions {
  int64_t sequences = 0;  // to come, >= 1
  JpegOptions jpeg = {};  // quality, chroma
  OverwritePolicy overwrite = OverwritePolicy::kRefuse;
  FileSystem* files = &DefaultFileSystem();
};

class JpegFolderWriter {
 public:
  // kInvalidArgument, kAlreadyExists, kNotFound (parent folder).
  static absl::StatusOr<std::unique_ptr<JpegFolderWriter>> Create(
      const std::string& path, const JpegFolderWriterOptions& options);
  virtual ~JpegFolderWriter() = default;  // without Finish(): nothing is left behind

  // Encodes and writes the next sequence of gray levels. All have the first one's shape
  // (kInvalidArgument). kOutOfRange after options.sequences of them; kResourceExhausted if the disk
  // is full. After an error in writing every call returns that error.
  virtual absl::Status Append(SequenceView<const uint8_t> sequence) = 0;
  // Writes frames that are JPEG streams already: all [H,W] of the same size.
  virtual absl::Status AppendEncoded(absl::Span<const std::vector<std::byte>> frames) = 0;
  // kFailedPrecondition if fewer sequences came than announced.
  virtual absl::Status Finish() = 0;
};

}  // namespace seiche

#endif  // SEICHE_STORAGE_JPEG_JPEG_FOLDER_WRITER_H_
