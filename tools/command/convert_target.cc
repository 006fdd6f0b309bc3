#include "tools/command/convert_target.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <deque>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/aligned_buffer.h"
#include "base/crc32c.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "codecs/jpeg/jpeg_codec.h"
#include "codecs/swell/swell_codec.h"
#include "codecs/swell/swell_filter.h"
#include "storage/chunk_reader.h"
#include "storage/hdf5/chunk_guess.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/jpeg/jpeg_folder_store.h"
#include "storage/jpeg/jpeg_folder_writer.h"
#include "tools/command/block_reader.h"

namespace seiche {
namespace {

constexpr int kDefaultQuality = 75;

// Whether a text is what a number looks like when it is printed, so that nothing is lost.
bool ParseWholeNumber(std::string_view text, int64_t& number) {
  return absl::SimpleAtoi(text, &number) && absl::StrCat(number) == text;
}

bool ParseNumber(std::string_view text, double& number) {
  if (!absl::SimpleAtod(text, &number) || !std::isfinite(number)) return false;
  char printed[32];
  const auto end = std::to_chars(printed, printed + sizeof(printed), number).ptr;
  return text == std::string_view(printed, end - printed);
}

// `attribute`, which the packing gave `value` for, so that it gives the same again: the text of a
// float32 reads as another double, and text that looks like a number was none.
void KeepMeaning(std::optional<double> value, const std::string& text, Attribute& attribute) {
  double number = 0;
  if (const auto* whole = std::get_if<int64_t>(&attribute.second)) {
    number = static_cast<double>(*whole);
  } else if (const auto* floating = std::get_if<double>(&attribute.second)) {
    number = *floating;
  } else {
    return;
  }
  if (!value.has_value()) {
    attribute.second = text;
  } else if (number != *value && static_cast<float>(number) == static_cast<float>(*value)) {
    attribute.second = *value;
  }
}

// What the codecs of a target, the last of which may be swell, promise: how far values may be from
// those of the source. Lossless without swell.
absl::StatusOr<SwellOptions> SwellOptionsOf(const std::vector<std::string>& codecs) {
  constexpr std::string_view kName = "swell:";
  if (codecs.empty() || !absl::StartsWith(codecs.back(), kName)) return SwellOptions{};
  return ParseSwellOptions(codecs.back().substr(kName.size()));
}

template <typename T>
bool WithinBound(const std::byte* decoded, const std::byte* source, int64_t count, double bound) {
  for (int64_t i = 0; i < count; ++i) {
    T got, wanted;
    std::memcpy(&got, decoded + i * sizeof(T), sizeof(T));
    std::memcpy(&wanted, source + i * sizeof(T), sizeof(T));
    if (std::memcmp(&got, &wanted, sizeof(T)) == 0) continue;
    if (!(std::abs(static_cast<double>(got) - static_cast<double>(wanted)) <= bound)) return false;
  }
  return true;
}

// Elements of `part` and those of `expected`, which has the part's shape: bit for bit, or within
// what is allowed. `whole`: the part is a chunk, whose range a relative bound is a part of; of less
// than a chunk such a bound is not known, and the encoder's own check has to do.
bool SameValues(absl::Span<const std::byte> part, const ConstArrayView& expected,
                const SwellOptions& allowed, bool whole, AlignedBuffer& memory) {
  const absl::Span<std::byte> copy = memory.Reserve(part.size());
  CopyArray(expected, MakeView(static_cast<void*>(copy.data()), expected.dtype, expected.shape));
  if (std::memcmp(copy.data(), part.data(), part.size()) == 0) return true;
  if (allowed.mode == SwellMode::kLossless) return false;
  if (allowed.mode == SwellMode::kRelative && !whole) return true;
  const int64_t count = NumElements(expected.shape);
  const double bound = LargestError(allowed, copy.data(), expected.dtype, count);
  if (expected.dtype == DType::kFloat32) {
    return WithinBound<float>(part.data(), copy.data(), count, bound);
  }
  if (expected.dtype == DType::kFloat64) {
    return WithinBound<double>(part.data(), copy.data(), count, bound);
  }
  return false;  // kept exactly, whatever the bound
}

class Hdf5Target : public ConvertTarget {
 public:
  Hdf5Target(const SequenceStore& source, const ConvertOptions& options, std::string path,
             std::string field, std::unique_ptr<Hdf5Writer> writer)
      : source_(source),
        options_(options),
        path_(std::move(path)),
        field_(std::move(field)),
        writer_(std::move(writer)) {}

  const std::string& field() const override { return field_; }

  absl::Status Append(const ConstArrayView& rows) override {
    Box row = WholeBox(rows.shape);
    const Shape shape(rows.shape.begin() + 1, rows.shape.end());
    const int64_t bytes = NumElements(shape) * static_cast<int64_t>(SizeOf(rows.dtype));
    for (int64_t i = 0; i < rows.shape[0]; ++i) {
      const void* data = rows.data + i * bytes;
      SEICHE_RETURN_IF_ERROR(writer_->Append(MakeView(data, rows.dtype, shape)));
    }
    return absl::OkStatus();
  }

  absl::Status Finish() override {
    const absl::Status status = writer_->Finish();
    writer_ = nullptr;  // its memory and its threads
    return status;
  }

  absl::Status Check(Progress& progress) override {
    SEICHE_ASSIGN_OR_RETURN(const auto written,
                            OpenHdf5Store(path_, {.field = field_, .files = options_.files}));
    const Field &from = source_.fields()[0], &to = written->fields()[0];
    if (to.shape() != from.shape() || to.dtype != from.dtype) {
      return absl::DataLossError(absl::StrCat(path_, ": holds ", Name(to.dtype), " ",
                                              ToString(to.shape()), " when it is read back"));
    }
    BlockReader reader(source_, 0,
                       {.max_bytes = options_.memory / 2,
                        .row_multiple = to.grid.chunk_shape()[0],
                        .workers = options_.workers});
    AlignedBuffer buffer;
    SEICHE_ASSIGN_OR_RETURN(const SwellOptions allowed, SwellOptionsOf(options_.codecs));
    Checker checker(*written, allowed, options_.workers);
    for (int64_t row = 0; row < source_.size(); row += reader.rows()) {
      SEICHE_ASSIGN_OR_RETURN(const ConstArrayView block, reader.Read(row, buffer));
      SEICHE_RETURN_IF_ERROR(checker.Compare(row, block));
      progress.Add(block.shape[0]);
    }
    return absl::OkStatus();
  }

 private:
  // Compares rows with what was written, chunk by chunk.
  class Checker {
   public:
    Checker(const SequenceStore& written, const SwellOptions& allowed, int workers)
        : written_(written), allowed_(allowed), pool_(workers) {
      for (int i = 0; i < pool_.workers(); ++i) workers_.emplace_back(written);
    }

    absl::Status Compare(int64_t first_row, const ConstArrayView& rows) {
      const Field& field = written_.fields()[0];
      Box box = WholeBox(rows.shape);
      box.offset[0] = first_row;
      std::vector<ChunkPart> parts;
      SEICHE_RETURN_IF_ERROR(field.grid.ForEachChunk(box, [&](const ChunkPart& part) {
        parts.push_back(part);
        return absl::OkStatus();
      }));
      return pool_.ForEach(
          static_cast<int64_t>(parts.size()), [&](int64_t i, int worker) -> absl::Status {
            const ChunkPart& part = parts[i];
            Worker& mine = workers_[worker];
            const absl::Span<std::byte> bytes =
                mine.part.Reserve(NumElements(part.in_chunk.extent) * SizeOf(field.dtype));
            SEICHE_RETURN_IF_ERROR(mine.reader.ReadPart(
                0, part.chunk, part.in_chunk,
                MakeView(static_cast<void*>(bytes.data()), field.dtype, part.in_chunk.extent)));
            const bool whole = part.in_chunk.extent == field.grid.BoxOf(part.chunk).extent;
            if (SameValues(bytes, Slice(rows, part.in_box), allowed_, whole, mine.expected)) {
              return absl::OkStatus();
            }
            return absl::DataLossError(absl::StrCat(
                written_.path(), ": H5 dataset '", field.name, "': chunk ",
                ToString(field.grid.Coordinates(part.chunk)),
                ": reads back differently from the source: the disk or the memory is faulty"));
          });
    }

   private:
    struct Worker {
      explicit Worker(const SequenceStore& store) : reader(store) {}
      ChunkReader reader;
      AlignedBuffer part, expected;
    };
    const SequenceStore& written_;
    const SwellOptions allowed_;
    WorkerPool pool_;
    std::deque<Worker> workers_;
  };

  const SequenceStore& source_;
  const ConvertOptions& options_;
  const std::string path_;
  const std::string field_;
  std::unique_ptr<Hdf5Writer> writer_;
};

template <typename T>
absl::Status FloatsToLevels(const void* values, int64_t count, uint8_t* levels) {
  for (int64_t i = 0; i < count; ++i) {
    const T value = static_cast<const T*>(values)[i];
    if (!(value >= 0 && value <= 1)) {
      return absl::FailedPreconditionError(absl::StrCat(
          "has the value ", value, ": JPEG frames are made of levels, floats in [0, 1] or uint8"));
    }
    levels[i] = static_cast<uint8_t>(value * T{255} + T{0.5});
  }
  return absl::OkStatus();
}

class JpegTargetImpl : public JpegTarget {
 public:
  JpegTargetImpl(const SequenceStore& source, const ConvertOptions& options, std::string path,
                 std::unique_ptr<const ArrayCodec> codec, std::unique_ptr<JpegFolderWriter> writer)
      : source_(source),
        options_(options),
        path_(std::move(path)),
        codec_(std::move(codec)),
        writer_(std::move(writer)),
        pool_(options.workers),
        workers_(pool_.workers()),
        frames_(source.fields()[0].shape()[1]) {}

  const std::string& field() const override { return field_; }

  absl::Status Append(const ConstArrayView& rows) override {
    const int64_t frames = static_cast<int64_t>(frames_.size());
    const int64_t bytes = rows.size_bytes() / (rows.shape[0] * frames);
    for (int64_t row = 0; row < rows.shape[0]; ++row) {
      SEICHE_RETURN_IF_ERROR(pool_.ForEach(frames, [&](int64_t t, int worker) {
        const std::byte* frame = rows.data + (row * frames + t) * bytes;
        return Annotate(Encode(frame, rows, workers_[worker], frames_[t]),
                        absl::StrCat(source_.path(), ": sequence ", sequences_, ": frame ", t));
      }));
      SEICHE_RETURN_IF_ERROR(Write());
    }
    return absl::OkStatus();
  }

  absl::Status Copy(int64_t sequence) override {
    const int64_t frames = static_cast<int64_t>(frames_.size());
    SEICHE_RETURN_IF_ERROR(pool_.ForEach(frames, [&](int64_t t, int worker) -> absl::Status {
      const ChunkLocation location = source_.Locate(0, sequence * frames + t);
      SEICHE_ASSIGN_OR_RETURN(const absl::Span<const std::byte> encoded,
                              source_.ReadEncoded(location, workers_[worker].bytes));
      frames_[t].assign(encoded.begin(), encoded.end());
      return absl::OkStatus();
    }));
    return Write();
  }

  absl::Status Finish() override { return writer_->Finish(); }

  // The files hold the bytes that were encoded, and are frames of the right number and size.
  absl::Status Check(Progress& progress) override {
    SEICHE_ASSIGN_OR_RETURN(const auto written, OpenJpegFolder(path_, {.files = options_.files}));
    if (written->fields()[0].shape() != source_.fields()[0].shape()) {
      return absl::DataLossError(absl::StrCat(
          path_, ": holds ", ToString(written->fields()[0].shape()), " when it is read back"));
    }
    const int64_t frames = static_cast<int64_t>(frames_.size());
    return pool_.ForEach(sequences_, [&](int64_t sequence, int worker) -> absl::Status {
      for (int64_t i = sequence * frames; i < (sequence + 1) * frames; ++i) {
        const ChunkLocation location = written->Locate(0, i);
        SEICHE_ASSIGN_OR_RETURN(const absl::Span<const std::byte> encoded,
                                written->ReadEncoded(location, workers_[worker].bytes));
        if (Crc32c(encoded) != checksums_[i]) {
          return absl::DataLossError(absl::StrCat(
              written->file_path(location.file),
              ": reads back differently from what was written: the disk or the memory is faulty"));
        }
      }
      progress.Add(1);
      return absl::OkStatus();
    });
  }

  int64_t stored_bytes() const override { return stored_bytes_; }

 private:
  struct Worker {
    AlignedBuffer bytes;
    CodecScratch scratch;
  };

  absl::Status Encode(const std::byte* frame, const ConstArrayView& rows, Worker& worker,
                      std::vector<std::byte>& encoded) const {
    const int64_t height = rows.shape[2], width = rows.shape[3], count = height * width;
    const void* levels = frame;
    if (rows.dtype != DType::kUInt8) {
      auto* converted = reinterpret_cast<uint8_t*>(worker.bytes.Reserve(count).data());
      SEICHE_RETURN_IF_ERROR(rows.dtype == DType::kFloat32
                                 ? FloatsToLevels<float>(frame, count, converted)
                                 : FloatsToLevels<double>(frame, count, converted));
      levels = converted;
    }
    return codec_->Encode(MakeView(levels, DType::kUInt8, {height, width}), encoded,
                          worker.scratch);
  }

  // The frames of the next sequence.
  absl::Status Write() {
    SEICHE_RETURN_IF_ERROR(writer_->AppendEncoded(frames_));
    ++sequences_;
    for (const std::vector<std::byte>& frame : frames_) {
      checksums_.push_back(Crc32c(frame));
      stored_bytes_ += static_cast<int64_t>(frame.size());
    }
    return absl::OkStatus();
  }

  const SequenceStore& source_;
  const ConvertOptions& options_;
  const std::string path_;
  const std::string field_ = "frames";
  const std::unique_ptr<const ArrayCodec> codec_;
  const std::unique_ptr<JpegFolderWriter> writer_;
  WorkerPool pool_;
  std::vector<Worker> workers_;
  std::vector<std::vector<std::byte>> frames_;  // encoded, of the sequence at hand
  std::vector<uint32_t> checksums_;             // of all frames
  int64_t sequences_ = 0;
  int64_t stored_bytes_ = 0;
};

}  // namespace

std::vector<Attribute> TypedAttributes(
    absl::Span<const std::pair<std::string, std::string>> attributes) {
  static constexpr std::string_view kDimensions[] = {"CLASS",          "NAME",
                                                     "DIMENSION_LIST", "REFERENCE_LIST",
                                                     "_Netcdf4Dimid",  "_Netcdf4Coordinates",
                                                     "_NCProperties",  "_nc3_strict"};
  std::vector<Attribute> typed;
  std::set<std::string_view> seen;
  for (const auto& [name, text] : attributes) {
    const bool dimension =
        std::find(std::begin(kDimensions), std::end(kDimensions), name) != std::end(kDimensions);
    if (dimension || !seen.insert(name).second) continue;
    int64_t whole = 0;
    double number = 0;
    if (ParseWholeNumber(text, whole)) {
      typed.emplace_back(name, whole);
    } else if (ParseNumber(text, number)) {
      typed.emplace_back(name, number);
    } else {
      typed.emplace_back(name, text);
    }
  }
  return typed;
}

std::vector<Attribute> TypedAttributes(
    absl::Span<const std::pair<std::string, std::string>> attributes, const Packing& packing) {
  // A scale of 1 and an offset of 0 are those of numbers, or of no such attribute.
  const auto unless = [](double value, double neutral, std::string_view text) {
    double number = 0;
    const bool meant = absl::SimpleAtod(text, &number) && number == neutral;
    return value == neutral && !meant ? std::nullopt : std::optional<double>(value);
  };
  std::vector<Attribute> typed = TypedAttributes(attributes);
  for (Attribute& attribute : typed) {
    const std::string& name = attribute.first;
    // The first of that name is the one that TypedAttributes() took.
    const std::string& text =
        std::find_if(attributes.begin(), attributes.end(), [&](const auto& candidate) {
          return candidate.first == name;
        })->second;
    if (name == "scale_factor") KeepMeaning(unless(packing.scale, 1, text), text, attribute);
    if (name == "add_offset") KeepMeaning(unless(packing.offset, 0, text), text, attribute);
    if (name == "_FillValue" || name == "missing_value") {
      KeepMeaning(packing.missing, text, attribute);
      if (packing.missing.has_value() && std::isnan(*packing.missing) && text.ends_with("nan")) {
        attribute.second = *packing.missing;
      }
    }
  }
  return typed;
}

absl::StatusOr<Shape> ParseChunks(const std::string& text, const Field& field) {
  const Shape& shape = field.shape();
  if (text == "none") return absl::StatusOr<Shape>(std::in_place);
  // A row of a rank 1 field is a single number, no chunk worth having.
  if (text == "auto" || (text == "manual" && shape.size() == 1)) {
    return GuessChunkShape(shape, static_cast<int64_t>(SizeOf(field.dtype)));
  }
  if (text == "manual") {
    Shape chunks = shape;
    chunks[0] = 1;
    return chunks;
  }
  Shape chunks;
  for (const std::string_view part : absl::StrSplit(text, ',')) {
    int64_t extent = 0;
    if (!absl::SimpleAtoi(part, &extent) || extent < 1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "chunks '", text, "': give manual, auto, none or an extent for each axis of ",
          ToString(shape)));
    }
    chunks.push_back(extent);
  }
  if (chunks.size() != shape.size()) {
    return absl::InvalidArgumentError(absl::StrCat("chunks '", text, "' do not fit the shape ",
                                                   ToString(shape), " of the field"));
  }
  return chunks;
}

absl::Status CheckHdf5Target(const SequenceStore& source, const ConvertOptions& options) {
  const Field& field = source.fields()[0];
  if (field.dtype == DType::kBFloat16) {
    return absl::FailedPreconditionError(absl::StrCat(
        source.path(), ": field ", field.name, ": is bfloat16, which no writer here writes"));
  }
  if (options.quality != 0) {
    return absl::InvalidArgumentError("a quality (--quality) is for JPEG folders, not for HDF5");
  }
  if (options.name.find_first_not_of("/.") == std::string::npos && !options.name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", options.name, "' (--name) is the name of a group, not of an H5 dataset"));
  }
  return Annotate(ParseChunks(options.chunks, field).status(), field.name);
}

absl::StatusOr<std::unique_ptr<ConvertTarget>> MakeHdf5Target(const SequenceStore& source,
                                                              const ConvertOptions& options,
                                                              const std::string& path,
                                                              Hdf5FileWriter& file) {
  SEICHE_RETURN_IF_ERROR(CheckHdf5Target(source, options));
  const Field& field = source.fields()[0];
  Hdf5WriterOptions writing{.field = options.name.empty() ? field.name : options.name,
                            .dtype = field.dtype,
                            .shape = field.shape(),
                            .codecs = options.codecs,
                            .attributes = TypedAttributes(source.Attributes(0), field.packing),
                            .workers = options.workers};
  if (writing.codecs == std::vector<std::string>{"none"}) writing.codecs.clear();
  SEICHE_ASSIGN_OR_RETURN(writing.chunk_shape, ParseChunks(options.chunks, field));
  SEICHE_ASSIGN_OR_RETURN(auto writer, file.Add(writing));
  return std::make_unique<Hdf5Target>(source, options, path, writing.field, std::move(writer));
}

absl::StatusOr<std::unique_ptr<JpegTarget>> MakeJpegTarget(const SequenceStore& source,
                                                           const ConvertOptions& options,
                                                           const std::string& path) {
  const Field& field = source.fields()[0];
  const bool levels = field.dtype == DType::kUInt8 || field.dtype == DType::kFloat32 ||
                      field.dtype == DType::kFloat64;
  if (field.axes != "NTHW" || !levels) {
    return absl::FailedPreconditionError(
        absl::StrCat(source.path(), ": field ", field.name, ": is ", Name(field.dtype), " ",
                     ToString(field.shape()), " with axes ", field.axes,
                     ": JPEG frames are made of NTHW, uint8 or floats in [0, 1]"));
  }
  const JpegOptions jpeg{.quality = options.quality == 0 ? kDefaultQuality : options.quality,
                         .chroma = JpegChroma::kGray};
  SEICHE_ASSIGN_OR_RETURN(auto codec, MakeJpegCodec(jpeg));
  SEICHE_ASSIGN_OR_RETURN(
      auto writer,
      JpegFolderWriter::Create(
          path, {.sequences = field.shape()[0], .jpeg = jpeg, .files = options.files}));
  return std::make_unique<JpegTargetImpl>(source, options, path, std::move(codec),
                                          std::move(writer));
}

bool HasJpegFrames(const SequenceStore& source) {
  return source.fields()[0].codec == "jpeg" &&
         source.Locate(0, 0).kind == ChunkLocation::Kind::kFile;
}

}  // namespace seiche
