// The decoder on any bytes: it gives an array or an error. Where it gives one, every instruction
// set and the reference decoder give the same, and so does each part of it alone.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include "base/crc32c.h"
#include "codecs/swell/fuzz/fuzz_check.h"
#include "codecs/swell/fuzz/reseal.h"
#include "codecs/swell/reference_decoder.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {
namespace {

constexpr int64_t kMaxBytes = 1 << 18;

const ArrayCodec& Codec() {
  static const auto& codec = *new std::unique_ptr<const ArrayCodec>(*MakeSwellCodec());
  return *codec;
}

// Frames [first, first + frames) alone; the chosen instruction set and others as `number` says.
void CheckPart(absl::Span<const std::byte> encoded, const FuzzArray& whole, bool whole_is_good,
               uint32_t number, CodecScratch& scratch) {
  const int64_t all = whole.info.shape[0];
  ArrayInfo info = whole.info;
  DecodeOptions options;
  options.first_frame = number % (all + 1);
  options.frames = number / 7 % (all - options.first_frame + 1);
  info.shape[0] = options.frames;
  FuzzArray part(info);
  ChooseTarget(number / 3);
  const bool good = Codec().Decode(encoded, options, part.view(), scratch).ok();
  // Damage may lie outside of the part.
  FuzzCheck(good || !whole_is_good, "a part of a good stream is none");
  if (!whole_is_good || part.bytes.empty()) return;
  const size_t start = whole.bytes.size() / all * options.first_frame;
  FuzzCheck(std::equal(part.bytes.begin(), part.bytes.end(), whole.bytes.begin() + start),
            "a part differs from the whole");
}

// Elements from anywhere to anywhere.
void CheckElements(absl::Span<const std::byte> encoded, const FuzzArray& whole, bool whole_is_good,
                   uint32_t number, CodecScratch& scratch) {
  const auto size = static_cast<int64_t>(SizeOf(whole.info.dtype));
  const int64_t count = NumElements(whole.info.shape);
  const int64_t first = number % (count + 1);
  std::vector<std::byte> part(number / 5 % (count - first + 1) * size);
  const bool good =
      DecodeSwellElements(encoded, count, first, size, absl::MakeSpan(part), scratch).ok();
  FuzzCheck(good || !whole_is_good, "elements of a good stream are none");
  FuzzCheck(
      !whole_is_good || std::equal(part.begin(), part.end(), whole.bytes.begin() + first * size),
      "elements differ from the whole");
}

// Of an array too large to be had as a whole, which any stream can claim to be, some elements and
// one index along axis 0: every instruction set gives the same.
void CheckPartsOfLarge(absl::Span<const std::byte> encoded, const ArrayInfo& info, uint32_t number,
                       CodecScratch& scratch) {
  const auto size = static_cast<int64_t>(SizeOf(info.dtype));
  const int64_t count = NumElements(info.shape), frame = count / info.shape[0];
  if (frame > kMaxBytes / size) return;
  const int64_t first_element = static_cast<int64_t>(number * uint64_t{0x9E3779B97F4A7C15} % count);
  const int64_t elements = std::min<int64_t>(number % 1000, count - first_element);
  ArrayInfo one = info;
  one.shape[0] = 1;
  const DecodeOptions options{.first_frame = first_element / frame, .frames = 1};
  std::vector<std::byte> some[2];
  FuzzArray frames[2] = {FuzzArray(one), FuzzArray(one)};
  bool good[2][2];
  for (uint32_t i = 0; i < 2; ++i) {
    ChooseTarget(number + i);
    some[i].resize(elements * size);
    good[i][0] =
        DecodeSwellElements(encoded, count, first_element, size, absl::MakeSpan(some[i]), scratch)
            .ok();
    good[i][1] = Codec().Decode(encoded, options, frames[i].view(), scratch).ok();
  }
  FuzzCheck(good[0][0] == good[1][0] && good[0][1] == good[1][1],
            "instruction sets differ in whether a part is good");
  FuzzCheck(!good[0][0] || some[0] == some[1], "instruction sets differ in elements");
  FuzzCheck(!good[0][1] || frames[0].bytes == frames[1].bytes, "instruction sets differ in a part");
}

void Decode(absl::Span<const std::byte> encoded) {
  const auto info = Codec().Inspect(encoded);
  if (!info.ok()) return;
  const int64_t elements = NumElements(info->shape);
  if (elements < 0) return;
  const uint32_t number = Crc32c(encoded);
  static CodecScratch& scratch = *new CodecScratch;
  if (elements > kMaxBytes / static_cast<int64_t>(SizeOf(info->dtype))) {
    CheckPartsOfLarge(encoded, *info, number, scratch);
    return;
  }
  FuzzArray array(*info);
  ChooseTarget(number);
  const bool good = Codec().Decode(encoded, {}, array.view(), scratch).ok();
  CheckPart(encoded, array, good, number, scratch);
  CheckElements(encoded, array, good, number, scratch);
  FuzzArray again(*info);
  ChooseTarget(number + 1);
  FuzzCheck(Codec().Decode(encoded, {}, again.view(), scratch).ok() == good,
            "instruction sets differ in whether a stream is good");
  if (!good || elements == 0) return;
  FuzzCheck(again.bytes == array.bytes, "instruction sets differ");
  const auto reference = DecodeByReference(encoded);
  FuzzCheck(reference.has_value(), "a good stream is none for the reference decoder");
  FuzzCheck(*reference == array.bytes, "the reference decoder differs");
}

}  // namespace
}  // namespace seiche

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::Span<const std::byte> encoded(reinterpret_cast<const std::byte*>(data), size);
  seiche::Decode(encoded);
  // A copy has nothing behind it that belongs to anybody.
  if (const auto sealed = seiche::Reseal(encoded)) seiche::Decode(*sealed);
  return 0;
}
