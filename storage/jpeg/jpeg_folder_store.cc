#include "storage/jpeg/jpeg_folder_store.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file_system.h"
#include "base/status.h"
#include "codecs/jpeg/jpeg_codec.h"
#include "storage/jpeg/frame_files.h"

namespace seiche {
namespace {

// Where the files lie. Folders whose frames have the same names, usually all of them, share a list.
struct Folders {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<const NameList>> frames;  // of each folder
};

// The folders in `path`, in order.
absl::StatusOr<std::vector<std::string>> ListFolders(const FileSystem& files,
                                                     const std::string& path) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(path));
  bool numbered = true;
  std::vector<std::tuple<int64_t, std::string>> folders;
  for (const std::string& name : names) {
    if (name.starts_with('.')) continue;
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(JoinPath(path, name)));
    if (info.kind != FileInfo::Kind::kDirectory) continue;
    const std::optional<int64_t> number = NumberIn(name);
    numbered = numbered && number.has_value();
    folders.emplace_back(number.value_or(0), name);
  }
  if (folders.empty()) {
    const bool frames_here = std::any_of(names.begin(), names.end(), IsFrameName);
    return absl::FailedPreconditionError(absl::StrCat(
        path, frames_here
                  ? ": has frames but no folders: open the folder that this one is a sequence of"
                  : ": has no folders of .jpg frames, one for each sequence"));
  }
  if (numbered) std::sort(folders.begin(), folders.end());  // else: by name, as listed
  std::vector<std::string> ordered;
  for (auto& [number, name] : folders) ordered.push_back(std::move(name));
  return ordered;
}

// Two folders with frames, of one of which some are missing; or one of them is no sequence.
absl::Status OtherNumberOfFrames(const std::string& folder, int64_t frames,
                                 const std::string& first, int64_t frames_of_first) {
  if (frames == 0 || frames_of_first == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        frames == 0 ? folder : first, ": has no .jpg frames, but ", frames == 0 ? first : folder,
        " has: move it elsewhere, or restore its frames"));
  }
  return absl::DataLossError(
      absl::StrCat(folder, ": has ", frames, " frames, but ", first, " has ", frames_of_first,
                   ": restore those that one of them lacks, or remove those that are too many"));
}

absl::StatusOr<Folders> FindSequences(const FileSystem& files, const std::string& path) {
  Folders folders;
  SEICHE_ASSIGN_OR_RETURN(folders.names, ListFolders(files, path));
  for (const std::string& name : folders.names) {
    const std::string folder = JoinPath(path, name);
    SEICHE_ASSIGN_OR_RETURN(std::vector<std::string> names, files.List(folder));
    std::erase_if(names, [](const std::string& file) { return file.starts_with('.'); });
    SEICHE_ASSIGN_OR_RETURN(NameList frames, FindFrames(folder, names));
    if (!folders.frames.empty() && frames.size() != folders.frames[0]->size()) {
      return OtherNumberOfFrames(folder, frames.size(), JoinPath(path, folders.names[0]),
                                 folders.frames[0]->size());
    }
    if (!folders.frames.empty() && frames == *folders.frames.back()) {
      folders.frames.push_back(folders.frames.back());
    } else {
      folders.frames.push_back(std::make_shared<const NameList>(std::move(frames)));
    }
  }
  if (folders.frames[0]->size() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": its folders have no .jpg frames: name the folder whose folders, one "
                     "a sequence, hold frames such as 000.jpg"));
  }
  return folders;
}

// All bytes of `path`, in `buffer`. kDataLoss for more than `max_bytes`.
absl::StatusOr<absl::Span<const std::byte>> ReadWhole(const FileSystem& files,
                                                      const std::string& path, int64_t max_bytes,
                                                      AlignedBuffer& buffer) {
  SEICHE_ASSIGN_OR_RETURN(const auto file, files.OpenForReading(path));
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, file->Info());
  if (info.size > max_bytes) {
    return absl::DataLossError(
        absl::StrCat(path, ": has ", info.size, " bytes, too many for one frame"));
  }
  const absl::Span<std::byte> bytes = buffer.Reserve(info.size);
  SEICHE_RETURN_IF_ERROR(file->ReadAt(0, bytes));
  return bytes;
}

// What comments and thumbnails may add to a frame, in bytes.
constexpr int64_t kMaxExtraBytes = int64_t{64} << 20;

class JpegFolderStore : public SequenceStore {
 public:
  // `frame`: [H,W].
  JpegFolderStore(std::string path, Folders folders, const Shape& frame,
                  std::unique_ptr<const ArrayCodec> codec, const FileSystem& files)
      : path_(std::move(path)),
        folders_(std::move(folders)),
        frames_(folders_.frames[0]->size()),
        max_bytes_(kMaxExtraBytes + 8 * NumElements(frame)),
        codec_(std::move(codec)),
        files_(files) {
    const Shape shape = {static_cast<int64_t>(folders_.names.size()), frames_, frame[0], frame[1]};
    field_ = {.name = "frames",
              .dtype = DType::kFloat32,
              .grid = ChunkGrid(shape, {1, 1, frame[0], frame[1]}),
              .codec = codec_->name()};
  }

  absl::Span<const Field> fields() const override { return {&field_, 1}; }
  const std::string& path() const override { return path_; }
  int32_t num_files() const override { return static_cast<int32_t>(field_.grid.num_chunks()); }

  std::string file_path(int32_t file) const override {
    const int64_t sequence = file / frames_;
    const std::string_view frame = (*folders_.frames[sequence])[file % frames_];
    return JoinPath(JoinPath(path_, folders_.names[sequence]), frame);
  }

  ChunkLocation Locate(int, int64_t chunk) const override {
    return {.kind = ChunkLocation::Kind::kFile, .file = static_cast<int32_t>(chunk)};
  }

  absl::StatusOr<absl::Span<const std::byte>> ReadEncoded(const ChunkLocation& location,
                                                          AlignedBuffer& buffer) const override {
    return ReadWhole(files_, file_path(location.file), max_bytes_, buffer);
  }

  absl::Status DecodeChunk(int, int64_t chunk, const ChunkLocation&,
                           absl::Span<const std::byte> encoded, const Box& part,
                           const ArrayView& out, CodecScratch& scratch) const override {
    const Shape& whole = field_.grid.chunk_shape();
    if (part.extent == whole && out.strides[3] == sizeof(float)) {
      return DecodeFrame(chunk, encoded, out, scratch);
    }
    const int64_t size = NumElements(whole) * sizeof(float);
    const ArrayView frame =
        MakeView(scratch.buffer(0).Reserve(size).data(), DType::kFloat32, whole);
    SEICHE_RETURN_IF_ERROR(DecodeFrame(chunk, encoded, frame, scratch));
    CopyArray(Slice(frame, part), out);
    return absl::OkStatus();
  }

  absl::Status Read(int field, const Box& box, const ArrayView& out) const override {
    CodecScratch scratch;
    return ReadByChunks(*this, field, box, out, scratch);
  }

  std::vector<std::pair<std::string, std::string>> Attributes(int) const override { return {}; }

 private:
  // `out`: [1,1,H,W], rows contiguous.
  absl::Status DecodeFrame(int64_t chunk, absl::Span<const std::byte> encoded, const ArrayView& out,
                           CodecScratch& scratch) const {
    const ArrayView frame{.data = out.data,
                          .dtype = out.dtype,
                          .shape = {out.shape[2], out.shape[3]},
                          .strides = {out.strides[2], out.strides[3]}};
    absl::Status status = codec_->Decode(encoded, {}, frame, scratch);
    if (status.ok()) return status;
    return Annotate(std::move(status), file_path(static_cast<int32_t>(chunk)));
  }

  const std::string path_;
  const Folders folders_;
  const int64_t frames_;  // in each sequence
  const int64_t max_bytes_;
  const std::unique_ptr<const ArrayCodec> codec_;
  const FileSystem& files_;
  Field field_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenJpegFolder(const std::string& path,
                                                                    const OpenOptions& options) {
  const FileSystem& files = *options.files;
  SEICHE_ASSIGN_OR_RETURN(Folders folders, FindSequences(files, path));
  const int64_t sequences = folders.names.size(), frames = folders.frames[0]->size();
  if (sequences > std::numeric_limits<int32_t>::max() / frames) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": ", sequences, " sequences of ", frames, " files are too many"));
  }
  SEICHE_ASSIGN_OR_RETURN(auto codec, MakeJpegCodec());
  const std::string first = JoinPath(JoinPath(path, folders.names[0]), (*folders.frames[0])[0]);
  AlignedBuffer buffer;
  SEICHE_ASSIGN_OR_RETURN(const absl::Span<const std::byte> encoded,
                          ReadWhole(files, first, int64_t{1} << 30, buffer));
  const absl::StatusOr<ArrayInfo> info = codec->Inspect(encoded);
  if (!info.ok()) return Annotate(info.status(), first);
  return std::make_unique<JpegFolderStore>(path, std::move(folders), info->shape, std::move(codec),
                                           files);
}

}  // namespace seiche
