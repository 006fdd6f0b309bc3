// Arrays made of any bytes, encoded and decoded: lossless is bit for bit, a bound is kept, no
// stream is much larger than its array, and instruction sets agree on every byte.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "codecs/swell/fuzz/fuzz_check.h"
#include "codecs/swell/reference_decoder.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {
namespace {

constexpr int64_t kMaxElements = 2048;

// Takes numbers from the input; 0 behind its end.
class Input {
 public:
  Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint64_t Take(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) {
      if (at_ < size_) value |= uint64_t{data_[at_++]} << 8 * i;
    }
    return value;
  }
  // From the start again, for arrays larger than the input.
  uint64_t TakeInTurn(size_t bytes) {
    uint64_t value = 0;
    for (size_t i = 0; i < bytes && size_ > 0; ++i) {
      if (at_ >= size_) at_ = 0;
      value |= uint64_t{data_[at_++]} << 8 * i;
    }
    return value;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

SwellOptions TakeOptions(Input& input) {
  constexpr SwellLevel kLevels[] = {SwellLevel::kFast, SwellLevel::kSmall, SwellLevel::kSmallest};
  SwellOptions options;
  const uint64_t choice = input.Take(1);
  options.level = kLevels[choice % 3];
  options.mode = static_cast<SwellMode>(choice / 3 % 3);
  options.group_frames = 1 + input.Take(1) % 8;
  const auto exponent = static_cast<int8_t>(input.Take(1));
  if (options.mode != SwellMode::kLossless) {
    // Mostly near 1; every power of ten for the bytes at the ends.
    options.bound = std::abs(exponent) < 64 ? std::ldexp(1.3, exponent / 2)
                                            : std::pow(10.0, (exponent % 64) * 5.0);
    if (!(options.bound > 0) || !std::isfinite(options.bound)) options.bound = 1e-3;
  }
  return options;
}

ArrayInfo TakeInfo(Input& input) {
  ArrayInfo info;
  const uint64_t choice = input.Take(1);
  info.dtype = static_cast<DType>(choice % 12);
  info.shape.resize(1 + choice / 12 % 4);
  int64_t left = kMaxElements;
  for (size_t i = info.shape.size(); i-- > 0;) {
    int64_t& extent = info.shape[i];
    extent = input.Take(1);
    // Wide rows have several groups of flags.
    if (i + 1 == info.shape.size() && extent > 200) extent = 256 + (extent - 200) * 8;
    extent = std::min(extent, left);
    left /= std::max<int64_t>(extent, 1);
  }
  return info;
}

template <typename T>
void PutFloat(double value, std::byte* to) {
  const T rounded = static_cast<T>(value);
  std::memcpy(to, &rounded, sizeof(rounded));
}

// Bits as they come, sums of small steps, or few levels: in order of what makes use of the levels.
void Fill(Input& input, FuzzArray& array) {
  const size_t size = SizeOf(array.info.dtype);
  const uint64_t style = input.Take(1);
  const double step = std::ldexp(static_cast<double>(1 + input.Take(1)) / 255, style / 4 % 32 - 16);
  uint64_t sum = input.Take(size);
  int64_t level = 0;
  for (size_t at = 0; at < array.bytes.size(); at += size) {
    if (style % 4 == 0) sum = input.TakeInTurn(size);
    if (style % 4 == 1) sum += static_cast<int8_t>(input.TakeInTurn(1));
    std::memcpy(&array.bytes[at], &sum, size);
    if (style % 4 < 2) continue;
    level += static_cast<int8_t>(input.TakeInTurn(1)) / (style % 4 == 2 ? 1 : 32);
    if (array.info.dtype == DType::kFloat32) PutFloat<float>(level * step, &array.bytes[at]);
    if (array.info.dtype == DType::kFloat64) PutFloat<double>(level * step, &array.bytes[at]);
  }
}

template <typename T>
void CheckBound(const SwellOptions& options, const FuzzArray& array, const FuzzArray& decoded) {
  const size_t count = array.bytes.size() / sizeof(T);
  const auto at = [](const FuzzArray& of, size_t i) {
    T value;
    std::memcpy(&value, &of.bytes[i * sizeof(T)], sizeof(T));
    return value;
  };
  long double low = std::numeric_limits<long double>::infinity(), high = -low;
  for (size_t i = 0; i < count; ++i) {
    const T x = at(array, i);
    if (!std::isfinite(x)) continue;
    low = std::min<long double>(low, x);
    high = std::max<long double>(high, x);
  }
  long double bound = options.bound;
  // The range is rounded once to float64, and so is its product.
  if (options.mode == SwellMode::kRelative) bound *= (high - low) * (1 + 1e-15L);
  for (size_t i = 0; i < count; ++i) {
    const T x = at(array, i), y = at(decoded, i);
    const bool same = std::memcmp(&x, &y, sizeof(T)) == 0;
    FuzzCheck(same || (std::isfinite(x) && std::abs(static_cast<long double>(x) - y) <= bound),
              "a bound is not kept");
  }
}

void RoundTrip(Input input) {
  const SwellOptions options = TakeOptions(input);
  FuzzArray array(TakeInfo(input));
  const uint64_t number = input.Take(1);
  Fill(input, array);
  const auto codec = MakeSwellCodec(options);
  FuzzCheck(codec.ok(), "options that should be possible are not");
  static CodecScratch& scratch = *new CodecScratch;
  std::vector<std::byte> encoded, again;
  ChooseTarget(number / 2);
  FuzzCheck((*codec)->Encode(std::as_const(array).view(), encoded, scratch).ok(), "not encoded");
  FuzzCheck(encoded.size() <= array.bytes.size() + 64, "a stream is larger than its array");
  if (number % 4 == 0) {  // encoding is what takes the time
    ChooseTarget(number / 4);
    FuzzCheck((*codec)->Encode(std::as_const(array).view(), again, scratch).ok(), "not encoded");
    FuzzCheck(encoded == again, "instruction sets encode differently");
  }
  FuzzArray decoded(array.info);
  ChooseTarget(number / 16);
  FuzzCheck((*codec)->Decode(encoded, {}, decoded.view(), scratch).ok(), "not decoded");
  const bool bounded = options.mode != SwellMode::kLossless;
  if (bounded && array.info.dtype == DType::kFloat32) {
    CheckBound<float>(options, array, decoded);
  } else if (bounded && array.info.dtype == DType::kFloat64) {
    CheckBound<double>(options, array, decoded);
  } else {
    FuzzCheck(decoded.bytes == array.bytes, "not the same bits");
  }
  if (array.bytes.empty()) return;
  const auto reference = DecodeByReference(encoded);
  FuzzCheck(reference.has_value() && *reference == decoded.bytes, "the reference decoder differs");
}

}  // namespace
}  // namespace seiche

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seiche::RoundTrip(seiche::Input(data, size));
  return 0;
}
