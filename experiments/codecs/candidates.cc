#include "experiments/codecs/candidates.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "codecs/codec_chain.h"
#include "codecs/jpeg/jpeg_codec.h"
#include "codecs/registry.h"
#include "codecs/swell/stream_header.h"

namespace seiche {
namespace {

constexpr const char* kChains[] = {
    "lzf",       "deflate:4",  "shuffle+deflate:4", "zstd:3",         "lz4", "shuffle+zstd:3",
    "blosc:lz4", "blosc:zstd", "bitshuffle:lz4",    "bitshuffle:zstd"};
constexpr char kJpeg[] = "jpeg:75";
constexpr int kJpegQuality = 75;
constexpr std::pair<const char*, SwellLevel> kOurLevels[] = {
    {"swell:fast", SwellLevel::kFast},
    {"swell:small", SwellLevel::kSmall},
    {"swell:smallest", SwellLevel::kSmallest}};

bool Names(std::string_view name, std::string_view codec) {
  return codec == name || absl::StartsWith(codec, absl::StrCat(name, ":"));
}

bool IsChosen(const std::string& codec, const CandidateSelection& selection) {
  return selection.codecs.empty() ||
         std::any_of(selection.codecs.begin(), selection.codecs.end(),
                     [&](const std::string& name) { return Names(name, codec); });
}

std::vector<std::string> TableNames() {
  std::vector<std::string> names(std::begin(kChains), std::end(kChains));
  names.push_back(kJpeg);
  for (const auto& [name, level] : kOurLevels) names.push_back(name);
  return names;
}

bool IsInTable(const std::string& name) {
  const std::vector<std::string> names = TableNames();
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& codec) { return Names(name, codec); });
}

// A chain whose every stage is skipped where it does not make the array smaller, as files do it.
absl::StatusOr<CodecChain> MakeChain(const std::string& spec, DType dtype, const Shape& shape) {
  CodecChain chain;
  for (const std::string_view stage : absl::StrSplit(spec, '+')) {
    CodecParameters parameters{
        .element_size = static_cast<uint32_t>(SizeOf(dtype)), .chunk_shape = shape, .dtype = dtype};
    SEICHE_ASSIGN_OR_RETURN(auto codec, MakeByteCodec(stage, std::move(parameters)));
    chain.Add(std::move(codec), /*optional=*/stage != "shuffle");
  }
  return chain;
}

class BytesCandidate : public Candidate {
 public:
  explicit BytesCandidate(std::string spec) : spec_(std::move(spec)) {}

  absl::Status Encode(const ConstArrayView& array, EncodedArray& encoded,
                      CodecScratch& scratch) override {
    if (!chain_.has_value() || array.dtype != dtype_ || array.shape != shape_) {
      SEICHE_ASSIGN_OR_RETURN(chain_, MakeChain(spec_, array.dtype, array.shape));
      dtype_ = array.dtype;
      shape_ = array.shape;
    }
    const size_t size = array.size_bytes();
    const absl::Span<std::byte> room = encoded.buffer.Reserve(chain_->MaxEncodedSize(size));
    SEICHE_ASSIGN_OR_RETURN(const CodecChain::Encoded written,
                            chain_->Encode({array.data, size}, room, scratch));
    encoded.bytes = room.first(written.size);
    encoded.skip_mask = written.skip_mask;
    return absl::OkStatus();
  }

  absl::Status Decode(const EncodedArray& encoded, const ArrayView& out,
                      CodecScratch& scratch) override {
    return chain_->Decode(encoded.bytes, encoded.skip_mask,
                          {out.data, static_cast<size_t>(out.size_bytes())}, scratch);
  }

 private:
  std::string spec_;
  std::optional<CodecChain> chain_;
  DType dtype_ = DType::kUInt8;
  Shape shape_;
};

class SwellCandidate : public Candidate {
 public:
  explicit SwellCandidate(std::unique_ptr<const ArrayCodec> codec) : codec_(std::move(codec)) {}

  absl::Status Encode(const ConstArrayView& array, EncodedArray& encoded,
                      CodecScratch& scratch) override {
    SEICHE_RETURN_IF_ERROR(codec_->Encode(array, encoded.stream, scratch));
    encoded.bytes = encoded.stream;
    return absl::OkStatus();
  }

  absl::Status Decode(const EncodedArray& encoded, const ArrayView& out,
                      CodecScratch& scratch) override {
    return codec_->Decode(encoded.bytes, {}, out, scratch);
  }

 private:
  std::unique_ptr<const ArrayCodec> codec_;
};

int64_t FramesOf(const Shape& shape) {
  return NumElements(absl::MakeSpan(shape).first(shape.size() - 2));
}

// The level of each value; whether every value is one.
bool ToLevels(const ConstArrayView& array, std::vector<uint8_t>& levels) {
  const auto count = static_cast<size_t>(NumElements(array.shape));
  if (array.dtype == DType::kUInt8) {
    const auto* const values = reinterpret_cast<const uint8_t*>(array.data);
    levels.assign(values, values + count);
    return true;
  }
  if (array.dtype != DType::kFloat32) return false;
  const auto* const values = reinterpret_cast<const float*>(array.data);
  levels.resize(count);
  for (size_t i = 0; i < count; ++i) {
    const float level = values[i] * 255.0f + 0.5f;
    if (!(level >= 0 && level < 256)) return false;
    levels[i] = static_cast<uint8_t>(level);
    const float back = static_cast<float>(levels[i]) * (1 / 255.0f);
    if (std::memcmp(&back, &values[i], sizeof back) != 0) return false;
  }
  return true;
}

// Frame by frame, each behind its size.
class JpegCandidate : public Candidate {
 public:
  explicit JpegCandidate(std::unique_ptr<const ArrayCodec> codec) : codec_(std::move(codec)) {}

  absl::Status Encode(const ConstArrayView& array, EncodedArray& encoded,
                      CodecScratch& scratch) override {
    if (array.shape.size() < 2 || !ToLevels(array, levels_)) {
      return absl::InvalidArgumentError("JPEG takes frames of gray levels k / 255 only");
    }
    const Shape frame(array.shape.end() - 2, array.shape.end());
    encoded.stream.clear();
    for (int64_t i = 0; i < FramesOf(array.shape); ++i) {
      const void* const levels = levels_.data() + i * NumElements(frame);
      SEICHE_RETURN_IF_ERROR(
          codec_->Encode(MakeView(levels, DType::kUInt8, frame), stream_, scratch));
      const auto size = static_cast<uint32_t>(stream_.size());
      const auto* const size_bytes = reinterpret_cast<const std::byte*>(&size);
      encoded.stream.insert(encoded.stream.end(), size_bytes, size_bytes + sizeof size);
      encoded.stream.insert(encoded.stream.end(), stream_.begin(), stream_.end());
    }
    encoded.bytes = encoded.stream;
    return absl::OkStatus();
  }

  absl::Status Decode(const EncodedArray& encoded, const ArrayView& out,
                      CodecScratch& scratch) override {
    const Shape frame(out.shape.end() - 2, out.shape.end());
    const int64_t frame_bytes = NumElements(frame) * static_cast<int64_t>(SizeOf(out.dtype));
    absl::Span<const std::byte> rest = encoded.bytes;
    for (int64_t i = 0; i < FramesOf(out.shape); ++i) {
      uint32_t size;
      std::memcpy(&size, rest.data(), sizeof size);
      rest.remove_prefix(sizeof size);
      SEICHE_RETURN_IF_ERROR(codec_->Decode(
          rest.first(size), {}, MakeView(out.data + i * frame_bytes, out.dtype, frame), scratch));
      rest.remove_prefix(size);
    }
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<const ArrayCodec> codec_;
  std::vector<uint8_t> levels_;
  std::vector<std::byte> stream_;
};

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat16 || dtype == DType::kFloat32 || dtype == DType::kFloat64 ||
         dtype == DType::kBFloat16;
}

// Whether a lossless stream of the array codes multiples of a step that are at most 16 bits wide:
// values of similar size are always multiples of what their last bit stands for.
absl::StatusOr<bool> IsMultipleOfStep(const ConstArrayView& array) {
  CodecScratch scratch;
  std::vector<std::byte> encoded;
  SEICHE_ASSIGN_OR_RETURN(const auto swell, MakeSwellCodec());
  SEICHE_RETURN_IF_ERROR(swell->Encode(array, encoded, scratch));
  SEICHE_ASSIGN_OR_RETURN(const StreamHeader header, ParseHeader(encoded));
  const ValueMapping& mapping = header.mapping;
  return header.level != SwellLevel::kRaw && mapping.bits == 16 &&
         (mapping.kind == ValueKind::kMultiple || mapping.kind == ValueKind::kQuotient);
}

}  // namespace

absl::StatusOr<DataTraits> InspectData(const ConstArrayView& array) {
  DataTraits traits{.dtype = array.dtype};
  std::vector<uint8_t> levels;
  traits.levels = array.shape.size() >= 2 && ToLevels(array, levels);
  if (!IsFloat(array.dtype) || traits.levels) {
    traits.steps = true;
  } else {
    SEICHE_ASSIGN_OR_RETURN(traits.steps, IsMultipleOfStep(array));
  }
  return traits;
}

absl::Status CheckSelection(const CandidateSelection& selection) {
  for (const double bound : selection.bounds) {
    if (bound > 0 && std::isfinite(bound)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("bound ", bound, ": must be positive and finite"));
  }
  if (selection.key_frames < 1) {
    return absl::InvalidArgumentError("key frames must be at least one frame apart");
  }
  for (const std::string& name : selection.codecs) {
    if (IsInTable(name) || MakeChain(name, DType::kFloat32, {64, 64, 64}).ok()) continue;
    return absl::InvalidArgumentError(absl::StrCat("no codec ", name, ": take some of ",
                                                   absl::StrJoin(TableNames(), ", "),
                                                   " or others of codecs/registry.h, joined by +"));
  }
  return absl::OkStatus();
}

std::vector<CandidateSpec> CandidatesFor(const DataTraits& traits,
                                         const CandidateSelection& selection) {
  std::vector<CandidateSpec> specs;
  for (const char* const chain : kChains) {
    if (IsChosen(chain, selection)) specs.push_back({.codec = chain});
  }
  for (const std::string& name : selection.codecs) {
    if (!IsInTable(name)) specs.push_back({.codec = name});
  }
  if (traits.levels && IsChosen(kJpeg, selection)) {
    specs.push_back({.codec = kJpeg, .kind = CandidateSpec::Kind::kJpeg, .bound = std::nullopt});
  }
  std::vector<double> bounds = {0};
  const bool wide_float = traits.dtype == DType::kFloat32 || traits.dtype == DType::kFloat64;
  if (traits.bounded() || (selection.bound_steps && wide_float)) {
    bounds.insert(bounds.end(), selection.bounds.begin(), selection.bounds.end());
  }
  for (const double bound : bounds) {
    for (const auto& [name, level] : kOurLevels) {
      if (!IsChosen(name, selection)) continue;
      specs.push_back({.codec = name,
                       .kind = CandidateSpec::Kind::kSwell,
                       .bound = bound,
                       .level = level,
                       .key_frames = selection.key_frames});
    }
  }
  return specs;
}

absl::StatusOr<std::unique_ptr<Candidate>> MakeCandidate(const CandidateSpec& spec) {
  switch (spec.kind) {
    case CandidateSpec::Kind::kBytes:
      return std::make_unique<BytesCandidate>(spec.codec);
    case CandidateSpec::Kind::kJpeg: {
      SEICHE_ASSIGN_OR_RETURN(
          auto jpeg, MakeJpegCodec({.quality = kJpegQuality, .chroma = JpegChroma::kGray}));
      return std::make_unique<JpegCandidate>(std::move(jpeg));
    }
    case CandidateSpec::Kind::kSwell: {
      const double bound = spec.bound.value_or(0);
      SEICHE_ASSIGN_OR_RETURN(auto swell, MakeSwellCodec({.level = spec.level,
                                                          .mode = bound > 0 ? SwellMode::kAbsolute
                                                                            : SwellMode::kLossless,
                                                          .bound = bound,
                                                          .group_frames = spec.key_frames}));
      return std::make_unique<SwellCandidate>(std::move(swell));
    }
  }
  return absl::InvalidArgumentError("no such kind of codec");
}

}  // namespace seiche
