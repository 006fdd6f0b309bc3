#include "codecs/swell/swell_filter.h"

#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/array_view.h"
#include "base/status.h"
#include "codecs/codec_errors.h"
#include "codecs/swell/stream_header.h"

namespace seiche {
namespace {

using Values = std::vector<uint32_t>;

constexpr uint32_t kListVersion = 1;
constexpr size_t kOptionValues = 6;
constexpr size_t kMaxRank = 4;
// More than any header of level raw has: no stream exceeds its array by as much.
constexpr size_t kHeaderRoom = 64;

constexpr std::string_view kLevelNames[] = {"raw", "fast", "small", "smallest"};

Values ToValues(const SwellOptions& options) {
  const uint64_t bound = std::bit_cast<uint64_t>(options.bound);
  return {kListVersion,
          static_cast<uint32_t>(options.level),
          static_cast<uint32_t>(options.mode),
          static_cast<uint32_t>(bound),
          static_cast<uint32_t>(bound >> 32),
          static_cast<uint32_t>(options.group_frames)};
}

// Options as they are written; MakeSwellCodec checks the rest.
SwellOptions FromValues(const Values& values) {
  return {.level = static_cast<SwellLevel>(values[1]),
          .mode = static_cast<SwellMode>(values[2]),
          .bound = std::bit_cast<double>(uint64_t{values[4]} << 32 | values[3]),
          .group_frames = values[5]};
}

absl::Status BadSpec(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("swell: parameter \"", text,
                   "\": a level (fast, small, smallest), then abs=BOUND or rel=BOUND, then "
                   "frames=FRAMES are possible: fast,abs=1e-4,frames=10"));
}

std::optional<SwellLevel> LevelOf(std::string_view name) {
  for (uint8_t level = 1; level < std::size(kLevelNames); ++level) {
    if (kLevelNames[level] == name) return static_cast<SwellLevel>(level);
  }
  return std::nullopt;
}

// Takes one part of a spec; false if it is none.
bool ParsePart(std::string_view part, SwellOptions& options) {
  if (const auto level = LevelOf(part); level.has_value()) {
    options.level = *level;
    return true;
  }
  if (absl::ConsumePrefix(&part, "frames=")) {
    uint32_t frames = 0;
    if (!absl::SimpleAtoi(part, &frames)) return false;
    options.group_frames = frames;
    return frames > 0;
  }
  if (options.mode != SwellMode::kLossless) return false;
  if (absl::ConsumePrefix(&part, "abs=")) {
    options.mode = SwellMode::kAbsolute;
  } else if (absl::ConsumePrefix(&part, "rel=")) {
    options.mode = SwellMode::kRelative;
  } else {
    return false;
  }
  return absl::SimpleAtod(part, &options.bound);
}

class SwellFilter final : public ByteCodec {
 public:
  SwellFilter(std::unique_ptr<const ArrayCodec> codec, const SwellOptions& options, DType dtype,
              Shape shape)
      : codec_(std::move(codec)), options_(options), dtype_(dtype), shape_(std::move(shape)) {}

  std::string name() const override {
    std::string name = absl::StrCat("swell:", kLevelNames[static_cast<int>(options_.level)]);
    if (options_.mode != SwellMode::kLossless) {
      // As many digits as lead back to the same number.
      char digits[32];
      std::snprintf(digits, sizeof(digits), "%.17g", options_.bound);
      absl::StrAppend(&name, options_.mode == SwellMode::kAbsolute ? ",abs=" : ",rel=", digits);
    }
    if (options_.group_frames != SwellOptions().group_frames) {
      absl::StrAppend(&name, ",frames=", options_.group_frames);
    }
    return name;
  }

  size_t MaxEncodedSize(size_t decoded_size) const override { return decoded_size + kHeaderRoom; }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch& scratch) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    std::vector<std::byte> stream;
    SEICHE_RETURN_IF_ERROR(codec_->Encode(ViewOf(decoded), stream, scratch));
    std::copy(stream.begin(), stream.end(), encoded.begin());
    return stream.size();
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch& scratch) const override {
    SEICHE_ASSIGN_OR_RETURN(const ArrayInfo info, codec_->Inspect(encoded));
    const ArrayView out = MakeView(static_cast<void*>(decoded.data()), info.dtype, info.shape);
    const size_t size = out.size_bytes();
    if (size > decoded.size()) return TooLarge("swell", decoded.size());
    SEICHE_RETURN_IF_ERROR(codec_->Decode(encoded, {}, out, scratch));
    return size;
  }

  // From the key frame before `first` on.
  bool decodes_part() const override { return true; }
  size_t PartStart(size_t first) const override { return first; }
  absl::Status DecodePart(absl::Span<const std::byte> encoded, size_t size, size_t first,
                          absl::Span<std::byte> decoded, CodecScratch& scratch) const override {
    const size_t element = SizeOf(dtype_);
    return DecodeSwellElements(encoded, static_cast<int64_t>(size / element),
                               static_cast<int64_t>(first / element), static_cast<int64_t>(element),
                               decoded, scratch);
  }

 private:
  ConstArrayView ViewOf(absl::Span<const std::byte> decoded) const {
    const void* const data = decoded.data();
    const int64_t size = static_cast<int64_t>(decoded.size());
    const int64_t element = static_cast<int64_t>(SizeOf(dtype_));
    if (!shape_.empty() && NumElements(shape_) * element == size)
      return MakeView(data, dtype_, shape_);
    if (size % element == 0) return MakeView(data, dtype_, {size / element});
    return MakeView(data, DType::kUInt8, {size});
  }

  const std::unique_ptr<const ArrayCodec> codec_;
  const SwellOptions options_;
  const DType dtype_;
  const Shape shape_;
};

DType UnsignedOf(uint32_t element_size) {
  switch (element_size) {
    case 2:
      return DType::kUInt16;
    case 4:
      return DType::kUInt32;
    case 8:
      return DType::kUInt64;
    default:
      return DType::kUInt8;
  }
}

}  // namespace

absl::StatusOr<SwellOptions> ParseSwellOptions(std::string_view text) {
  SwellOptions options;
  for (const std::string_view part : absl::StrSplit(text, ',')) {
    if (!ParsePart(part, options)) return BadSpec(text);
  }
  SEICHE_RETURN_IF_ERROR(MakeSwellCodec(options).status());
  return options;
}

absl::StatusOr<Values> ParseSwellSpec(std::string_view text) {
  SEICHE_ASSIGN_OR_RETURN(const SwellOptions options, ParseSwellOptions(text));
  return ToValues(options);
}

absl::StatusOr<Values> CompleteSwell(Values values, std::optional<DType> dtype,
                                     uint32_t element_size, absl::Span<const int64_t> chunk_shape) {
  if (values.empty()) values = ToValues({});
  if (values.size() != kOptionValues) return values;
  if (!dtype.has_value() && values[2] != static_cast<uint32_t>(SwellMode::kLossless)) {
    return absl::InvalidArgumentError(
        "swell: a bound needs the elements' type, which is not known here");
  }
  values.push_back(dtype.has_value() ? static_cast<uint32_t>(*dtype)
                                     : kUnknownSwellDType + element_size);
  Shape shape(chunk_shape.begin(), chunk_shape.end());
  for (; shape.size() > kMaxRank; shape.erase(shape.begin())) shape[1] *= shape[0];
  for (const int64_t extent : shape) {
    if (extent < 0 || extent > UINT32_MAX) {
      return absl::InvalidArgumentError(
          absl::StrCat("swell: a chunk of shape ", ToString(shape), " is too large"));
    }
    values.push_back(static_cast<uint32_t>(extent));
  }
  return values;
}

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeSwellFilter(const Values& values) {
  const size_t rank = values.size() - kOptionValues - 1;
  if (values.size() < kOptionValues + 1 || rank > kMaxRank || values[0] != kListVersion ||
      values[1] >= std::size(kLevelNames) ||
      values[2] > static_cast<uint32_t>(SwellMode::kRelative)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "swell: ", values.size(), " client values that are not those of a version known here"));
  }
  const uint32_t type = values[kOptionValues];
  if (type > static_cast<uint32_t>(DType::kBFloat16) && type < kUnknownSwellDType) {
    return absl::InvalidArgumentError(absl::StrCat("swell: dtype ", type, " in the client values"));
  }
  const SwellOptions options = FromValues(values);
  SEICHE_ASSIGN_OR_RETURN(auto codec, MakeSwellCodec(options));
  const DType dtype =
      type < kUnknownSwellDType ? static_cast<DType>(type) : UnsignedOf(type - kUnknownSwellDType);
  const Shape shape(values.begin() + kOptionValues + 1, values.end());
  return std::make_unique<SwellFilter>(std::move(codec), options, dtype, shape);
}

}  // namespace seiche
