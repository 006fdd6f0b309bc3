#include "experiments/data/variant_writer.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/aligned_buffer.h"
#include "base/crc32c.h"
#include "base/progress.h"
#include "base/status.h"
#include "codecs/codec_chain.h"
#include "codecs/registry.h"
#include "experiments/data/level_statistics.h"
#include "experiments/measure/array_error.h"
#include "storage/jpeg/jpeg_folder_writer.h"
#include "storage/open.h"

namespace seiche {
namespace {

constexpr int64_t kBlockSequences = 8;
constexpr int64_t kMarkFrames = 4;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The shape without axis 0.
Shape SequenceShape(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()); }

// Reads sequence `sequence` as float32.
absl::Status ReadSequence(const SequenceStore& store, int64_t sequence, float* out) {
  Box box = WholeBox(store.fields()[0].shape());
  box.offset[0] = sequence;
  box.extent[0] = 1;
  const Field& field = store.fields()[0];
  if (field.dtype == DType::kFloat32) {
    return store.Read(0, box, MakeView(out, DType::kFloat32, box.extent));
  }
  if (field.dtype != DType::kUInt8) {
    return absl::FailedPreconditionError(absl::StrCat(store.path(), ": ", field.name, " is ",
                                                      Name(field.dtype), ", not float32 or uint8"));
  }
  std::vector<uint8_t> levels(NumElements(box.extent));
  SEICHE_RETURN_IF_ERROR(store.Read(0, box, MakeView(levels.data(), DType::kUInt8, box.extent)));
  std::transform(levels.begin(), levels.end(), out,
                 [](uint8_t level) { return static_cast<float>(level) * (1 / 255.0f); });
  return absl::OkStatus();
}

// Takes one variant's sequences, whatever it stores.
class VariantSink {
 public:
  virtual ~VariantSink() = default;
  // `values`: level * (1/255.0f); `levels`: the levels themselves; [T,H,W] both.
  virtual absl::Status Append(const float* values, const uint8_t* levels) = 0;
  virtual absl::Status Finish() = 0;
};

class Hdf5Sink : public VariantSink {
 public:
  Hdf5Sink(const Variant& variant, std::vector<Attribute> attributes,
           std::vector<std::string> paths, int workers, FileSystem& files)
      : variant_(variant),
        attributes_(std::move(attributes)),
        paths_(std::move(paths)),
        workers_(workers),
        files_(files),
        sequence_shape_(SequenceShape(variant.shape)) {}

  absl::Status Append(const float* values, const uint8_t* levels) override {
    if (writer_ == nullptr) SEICHE_RETURN_IF_ERROR(OpenFile());
    SEICHE_RETURN_IF_ERROR(writer_->Append(
        variant_.dtype == DType::kUInt8 ? MakeView(levels, DType::kUInt8, sequence_shape_)
                                        : MakeView(values, DType::kFloat32, sequence_shape_)));
    if (++in_file_ < variant_.sequences_in_file(file_)) return absl::OkStatus();
    SEICHE_RETURN_IF_ERROR(writer_->Finish());
    writer_.reset();
    ++file_;
    in_file_ = 0;
    return absl::OkStatus();
  }

  absl::Status Finish() override { return absl::OkStatus(); }

 private:
  absl::Status OpenFile() {
    Hdf5WriterOptions options;
    options.field = kFieldName;
    options.dtype = variant_.dtype;
    options.shape = variant_.shape;
    options.shape[0] = variant_.sequences_in_file(file_);
    options.chunk_shape = variant_.chunk_shape_of_file(file_);
    options.codecs = variant_.codecs;
    options.attributes = attributes_;
    options.checksums = false;  // sizes are compared with published ones
    options.workers = workers_;
    options.overwrite = OverwritePolicy::kReplace;
    options.files = &files_;
    SEICHE_ASSIGN_OR_RETURN(writer_, Hdf5Writer::Create(paths_[file_], options));
    return absl::OkStatus();
  }

  const Variant& variant_;
  const std::vector<Attribute> attributes_;
  const std::vector<std::string> paths_;
  const int workers_;
  FileSystem& files_;
  const Shape sequence_shape_;
  std::unique_ptr<Hdf5Writer> writer_;  // of file `file_`; null between files
  int64_t file_ = 0;
  int64_t in_file_ = 0;
};

class JpegSink : public VariantSink {
 public:
  static absl::StatusOr<std::unique_ptr<VariantSink>> Create(const Variant& variant,
                                                             const std::string& path,
                                                             FileSystem& files) {
    SEICHE_ASSIGN_OR_RETURN(auto writer,
                            JpegFolderWriter::Create(path, {.sequences = variant.sequences,
                                                            .overwrite = OverwritePolicy::kReplace,
                                                            .files = &files}));
    return std::unique_ptr<VariantSink>(new JpegSink(variant, std::move(writer)));
  }

  absl::Status Append(const float*, const uint8_t* levels) override {
    return writer_->Append({levels, shape_[0], shape_[1], shape_[2]});
  }
  absl::Status Finish() override { return writer_->Finish(); }

 private:
  JpegSink(const Variant& variant, std::unique_ptr<JpegFolderWriter> writer)
      : shape_(SequenceShape(variant.shape)), writer_(std::move(writer)) {}

  const Shape shape_;
  std::unique_ptr<JpegFolderWriter> writer_;
};

absl::StatusOr<std::unique_ptr<VariantSink>> MakeSink(const Variant& variant,
                                                      const std::vector<Attribute>& attributes,
                                                      const std::string& folder, int workers,
                                                      FileSystem& files) {
  std::vector<std::string> paths = VariantPaths(variant, folder);
  if (variant.container == Container::kJpegFolders) {
    return JpegSink::Create(variant, paths[0], files);
  }
  return std::make_unique<Hdf5Sink>(variant, attributes, std::move(paths), workers, files);
}

// Decoded sequences in memory, a block at a time.
class Block {
 public:
  // For at most `sequences` ones of a variant of shape `shape`.
  Block(const Shape& shape, int64_t sequences)
      : elements_(NumElements(SequenceShape(shape))),
        values_(elements_ * sequences),
        levels_(elements_ * sequences) {}

  absl::Status Fill(const SequenceStore& source, int64_t first, int64_t count, WorkerPool& pool) {
    return pool.ForEach(count, [&](int64_t i, int) -> absl::Status {
      float* values = values_.data() + i * elements_;
      SEICHE_RETURN_IF_ERROR(ReadSequence(source, first + i, values));
      std::transform(values, values + elements_, levels_.data() + i * elements_, LevelOf);
      return absl::OkStatus();
    });
  }

  const float* values(int64_t i) const { return values_.data() + i * elements_; }
  const uint8_t* levels(int64_t i) const { return levels_.data() + i * elements_; }

 private:
  int64_t elements_;
  std::vector<float> values_;
  std::vector<uint8_t> levels_;
};

}  // namespace

std::vector<std::string> VariantPaths(const Variant& variant, const std::string& folder) {
  if (variant.container == Container::kJpegFolders) return {JoinPath(folder, "jpeg")};
  if (variant.num_files() == 1) return {JoinPath(folder, "images.h5")};
  std::vector<std::string> paths;
  for (int64_t file = 0; file < variant.num_files(); ++file) {
    paths.push_back(JoinPath(folder, absl::StrFormat("images_%d.h5", file)));
  }
  return paths;
}

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenVariant(const Variant& variant,
                                                                 const std::string& folder) {
  const std::vector<std::string> paths = VariantPaths(variant, folder);
  if (variant.container == Container::kJpegFolders) return OpenStore(paths[0]);
  return paths.size() == 1 ? OpenStore(paths[0], {.field = kFieldName})
                           : OpenStore(paths, {.field = kFieldName});
}

std::vector<Attribute> VariantAttributes(const Variant& variant, const Dataset& dataset) {
  const double scale = variant.dtype == DType::kUInt8 ? 255 : 1;
  const Normalisation& normalisation = dataset.normalisation;
  const WaveOptions& waves = dataset.options.waves;
  return {{"mean", normalisation.mean * scale},
          {"standard_deviation", normalisation.standard_deviation * scale},
          {"minimum", normalisation.minimum * scale},
          {"maximum", normalisation.maximum * scale},
          {"product", std::string("images")},
          {"seed", absl::StrCat(waves.seed)},
          {"dataset_sequences", dataset.options.sequences},
          {"frame_seconds", kFrameSeconds},
          {"tank_depth_metres", kTankDepth},
          {"tank_side_metres_minimum", kMinTankSide},
          {"tank_side_metres_maximum", kMaxTankSide},
          {"bump_height_metres", kBumpHeight},
          {"bump_sigma_grid_points", kBumpSigma},
          {"jpeg_quality", int64_t{75}},
          {"jpeg_chroma", std::string("4:2:0")},
          {"dataset_digest", dataset.jpeg.digest()}};
}

absl::StatusOr<double> WriteVariant(const Variant& variant, const SequenceStore& source,
                                    const std::vector<Attribute>& attributes,
                                    const std::string& folder, WorkerPool& pool,
                                    FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const auto sink,
                          MakeSink(variant, attributes, folder, pool.workers(), files));
  Progress progress(absl::StrCat("writing ", variant.id), variant.sequences, "sequences");
  Block block(variant.shape, std::min(kBlockSequences, variant.sequences));
  double seconds = 0;
  for (int64_t first = 0; first < variant.sequences; first += kBlockSequences) {
    const int64_t count = std::min(kBlockSequences, variant.sequences - first);
    SEICHE_RETURN_IF_ERROR(block.Fill(source, first, count, pool));
    const double start = Now();
    for (int64_t i = 0; i < count; ++i) {
      SEICHE_RETURN_IF_ERROR(sink->Append(block.values(i), block.levels(i)));
    }
    seconds += Now() - start;
    progress.Add(count);
  }
  const double start = Now();
  SEICHE_RETURN_IF_ERROR(sink->Finish());
  return seconds + Now() - start;
}

namespace {

absl::StatusOr<ArrayError> CompareSequence(const SequenceStore& source,
                                           const SequenceStore& written, int64_t sequence) {
  const Shape shape = SequenceShape(source.fields()[0].shape());
  std::vector<float> expected(NumElements(shape)), found(expected.size());
  SEICHE_RETURN_IF_ERROR(ReadSequence(source, sequence, expected.data()));
  SEICHE_RETURN_IF_ERROR(ReadSequence(written, sequence, found.data()));
  const void* const values = expected.data();
  const void* const others = found.data();
  return CompareArrays(MakeView(values, DType::kFloat32, shape),
                       MakeView(others, DType::kFloat32, shape));
}

}  // namespace

absl::Status CompareSequences(const SequenceStore& source, const SequenceStore& written,
                              absl::Span<const int64_t> sequences, double bound) {
  if (SequenceShape(written.fields()[0].shape()) != SequenceShape(source.fields()[0].shape())) {
    return absl::DataLossError(absl::StrCat(written.path(), ": has shape ",
                                            ToString(written.fields()[0].shape()), ", its source ",
                                            ToString(source.fields()[0].shape())));
  }
  for (const int64_t sequence : sequences) {
    SEICHE_ASSIGN_OR_RETURN(const ArrayError error, CompareSequence(source, written, sequence));
    if (CheckPromise(bound, error).ok()) continue;
    return absl::DataLossError(absl::StrCat(written.path(), ": sequence ", sequence,
                                            " is not what was written; remove it"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Quality> MeasureQuality(const SequenceStore& source, const SequenceStore& written,
                                       int64_t sequences) {
  ArrayError all;
  for (int64_t sequence = 0; sequence < sequences; ++sequence) {
    SEICHE_ASSIGN_OR_RETURN(const ArrayError error, CompareSequence(source, written, sequence));
    all.max_error = std::max(all.max_error, error.max_error);
    all.squared_error += error.squared_error;
  }
  const int64_t values = sequences * NumElements(SequenceShape(source.fields()[0].shape()));
  return Quality{.psnr_db = Psnr(all.squared_error, values, /*peak=*/1).value_or(0),
                 .max_error = 255 * all.max_error};
}

absl::StatusOr<uint32_t> EncoderMark(const Variant& variant, const SequenceStore& source) {
  if (variant.container == Container::kJpegFolders || variant.codecs.empty()) return 0;
  CodecChain chain;
  Shape shape = SequenceShape(variant.shape);
  shape[0] = std::min(shape[0], kMarkFrames);
  for (const std::string& codec : variant.codecs) {
    SEICHE_ASSIGN_OR_RETURN(
        auto made,
        MakeByteCodec(codec, {.element_size = static_cast<uint32_t>(SizeOf(variant.dtype)),
                              .chunk_shape = shape,
                              .dtype = variant.dtype}));
    chain.Add(std::move(made));
  }
  Block block(variant.shape, 1);
  WorkerPool here(1);
  SEICHE_RETURN_IF_ERROR(block.Fill(source, 0, 1, here));
  const size_t bytes = NumElements(shape) * SizeOf(variant.dtype);
  const auto* decoded = variant.dtype == DType::kUInt8
                            ? reinterpret_cast<const std::byte*>(block.levels(0))
                            : reinterpret_cast<const std::byte*>(block.values(0));
  std::vector<std::byte> encoded(chain.MaxEncodedSize(bytes));
  CodecScratch scratch;
  SEICHE_ASSIGN_OR_RETURN(const CodecChain::Encoded result,
                          chain.Encode({decoded, bytes}, absl::MakeSpan(encoded), scratch));
  return Crc32c(absl::MakeConstSpan(encoded).first(result.size));
}

}  // namespace seiche
