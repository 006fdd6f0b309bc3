#include "storage/jpeg/jpeg_folder_writer.h"

#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"

namespace seiche {
namespace {

// `number` with as many digits as `count` - 1, the largest, has.
std::string PaddedNumber(int64_t number, int64_t count) {
  return absl::StrFormat("%0*d", static_cast<int>(absl::StrCat(count - 1).size()), number);
}

class JpegFolderWriterImpl : public JpegFolderWriter {
 public:
  JpegFolderWriterImpl(const JpegFolderWriterOptions& options,
                       std::unique_ptr<const ArrayCodec> codec, AtomicOutput output)
      : sequences_(options.sequences),
        files_(*options.files),
        codec_(std::move(codec)),
        output_(std::move(output)) {}

  absl::Status Append(SequenceView<const uint8_t> sequence) override {
    SEICHE_RETURN_IF_ERROR(CheckShape({sequence.frames(), sequence.height(), sequence.width()}));
    return WriteSequence([&](int64_t t) -> absl::StatusOr<absl::Span<const std::byte>> {
      const ConstArrayView frame = MakeView(static_cast<const void*>(sequence.frame(t).data()),
                                            DType::kUInt8, {sequence.height(), sequence.width()});
      SEICHE_RETURN_IF_ERROR(codec_->Encode(frame, encoded_, scratch_));
      return encoded_;
    });
  }

  absl::Status AppendEncoded(absl::Span<const std::vector<std::byte>> frames) override {
    Shape shape = {static_cast<int64_t>(frames.size()), 0, 0};
    for (size_t t = 0; t < frames.size(); ++t) {
      const absl::StatusOr<ArrayInfo> info = codec_->Inspect(frames[t]);
      if (!info.ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("frame ", t, " is not a JPEG: ", info.status().message()));
      }
      if (t > 0 && (info->shape[0] != shape[1] || info->shape[1] != shape[2])) {
        return absl::InvalidArgumentError(absl::StrCat("frame ", t, " is ", ToString(info->shape),
                                                       ", but frame 0 is (", shape[1], ", ",
                                                       shape[2], ")"));
      }
      shape[1] = info->shape[0];
      shape[2] = info->shape[1];
    }
    SEICHE_RETURN_IF_ERROR(CheckShape(shape));
    return WriteSequence(
        [&](int64_t t) -> absl::StatusOr<absl::Span<const std::byte>> { return frames[t]; });
  }

  absl::Status Finish() override {
    SEICHE_RETURN_IF_ERROR(failure_);
    if (written_ < sequences_) {
      return absl::FailedPreconditionError(absl::StrCat(
          output_.path(), ": has ", written_, " sequences of the ", sequences_, " announced"));
    }
    return output_.Commit();
  }

 private:
  // Whether a sequence of `shape` [T,H,W] may come next. The first one says what all look like.
  absl::Status CheckShape(const Shape& shape) {
    SEICHE_RETURN_IF_ERROR(failure_);
    if (written_ == sequences_) {
      return absl::OutOfRangeError(
          absl::StrCat(output_.path(), ": has all ", sequences_, " sequences already"));
    }
    if (*std::min_element(shape.begin(), shape.end()) < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(output_.path(), ": a sequence of shape ", ToString(shape), " is empty"));
    }
    if (shape_.empty()) shape_ = shape;
    if (shape_ == shape) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(output_.path(), ": a sequence of shape ",
                                                   ToString(shape), " does not fit those of ",
                                                   ToString(shape_)));
  }

  using FrameSource = absl::FunctionRef<absl::StatusOr<absl::Span<const std::byte>>(int64_t frame)>;

  absl::Status WriteSequence(FrameSource encoded_frame) {
    failure_ = WriteFrames(encoded_frame);
    if (failure_.ok()) ++written_;
    return failure_;
  }

  absl::Status WriteFrames(FrameSource encoded_frame) {
    const std::string folder =
        JoinPath(output_.temporary_path(), PaddedNumber(written_, sequences_));
    SEICHE_RETURN_IF_ERROR(files_.MakeDirectories(folder));
    for (int64_t t = 0; t < shape_[0]; ++t) {
      SEICHE_ASSIGN_OR_RETURN(const absl::Span<const std::byte> encoded, encoded_frame(t));
      const std::string path = JoinPath(folder, absl::StrCat(PaddedNumber(t, shape_[0]), ".jpg"));
      SEICHE_ASSIGN_OR_RETURN(const auto file, files_.CreateForWriting(path));
      SEICHE_RETURN_IF_ERROR(file->Append(encoded));
      SEICHE_RETURN_IF_ERROR(file->Close());
    }
    return absl::OkStatus();
  }

  const int64_t sequences_;
  FileSystem& files_;
  const std::unique_ptr<const ArrayCodec> codec_;
  AtomicOutput output_;
  Shape shape_;  // [T,H,W]; empty before the first sequence
  int64_t written_ = 0;
  absl::Status failure_;
  std::vector<std::byte> encoded_;
  CodecScratch scratch_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<JpegFolderWriter>> JpegFolderWriter::Create(
    const std::string& path, const JpegFolderWriterOptions& options) {
  if (options.sequences < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": sequences is ", options.sequences, ", at least 1 is needed"));
  }
  SEICHE_ASSIGN_OR_RETURN(auto codec, MakeJpegCodec(options.jpeg));
  SEICHE_ASSIGN_OR_RETURN(AtomicOutput output,
                          AtomicOutput::Create(*options.files, path, options.overwrite));
  return std::make_unique<JpegFolderWriterImpl>(options, std::move(codec), std::move(output));
}

}  // namespace seiche
