#include "codecs/fletcher32.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/fletcher32.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#ifndef SEICHE_CODECS_FLETCHER32_ONCE_
#define SEICHE_CODECS_FLETCHER32_ONCE_
namespace seiche {
namespace fletcher32_internal {

// Not folded: equal to the 16-bit sums modulo 65535, and 0 only where these are.
struct Sums {
  uint64_t sum1 = 0;
  uint64_t sum2 = 0;
};

// Ones'-complement sums are folded, not divided: 65535 stays 65535 and only zeros give 0.
inline uint32_t Fold(uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint32_t>(sum);
}

}  // namespace fletcher32_internal
}  // namespace seiche
#endif  // SEICHE_CODECS_FLETCHER32_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using fletcher32_internal::Fold;
using fletcher32_internal::Sums;

// Adds whole steps of two words a lane from `data` to `sums`; returns how many bytes that were.
//
// Every lane sums up its own words, a = sum of w_i, and these sums, b = sum of (n - i) w_i, i
// counting the n steps of a block. A word at place p of the W of a step is in sum2 as often as
// words follow it: W (n - i) - p times. So a block adds W b - p a for every place.
size_t AddSteps(const uint8_t* data, size_t size, Sums& sums) {
  const hn::ScalableTag<uint32_t> tag;
  const hn::Repartition<uint16_t, decltype(tag)> words;
  const hn::Repartition<uint8_t, decltype(tag)> bytes;
  const size_t lanes = hn::Lanes(tag);
  const size_t step_bytes = 4 * lanes;
  // 360 * 361 / 2 * 65535 is just below 2^32.
  constexpr size_t kMaxSteps = 360;
  const size_t all_steps = size / step_bytes;
  for (size_t done = 0; done < all_steps;) {
    const size_t steps = std::min(kMaxSteps, all_steps - done);
    auto even_a = hn::Zero(tag);
    auto even_b = hn::Zero(tag);
    auto odd_a = hn::Zero(tag);
    auto odd_b = hn::Zero(tag);
    for (size_t i = 0; i < steps; ++i, data += step_bytes) {
      const auto swapped = hn::ReverseLaneBytes(hn::BitCast(words, hn::LoadU(bytes, data)));
      const auto pair = hn::BitCast(tag, swapped);
      even_a = hn::Add(even_a, hn::And(pair, hn::Set(tag, 0xffff)));
      odd_a = hn::Add(odd_a, hn::ShiftRight<16>(pair));
      even_b = hn::Add(even_b, even_a);
      odd_b = hn::Add(odd_b, odd_a);
    }
    uint32_t a[2][hn::MaxLanes(tag)];
    uint32_t b[2][hn::MaxLanes(tag)];
    hn::StoreU(even_a, tag, a[0]);
    hn::StoreU(odd_a, tag, a[1]);
    hn::StoreU(even_b, tag, b[0]);
    hn::StoreU(odd_b, tag, b[1]);
    sums.sum2 = Fold(sums.sum2 + steps * 2 * lanes * sums.sum1);
    for (size_t place = 0; place < 2 * lanes; ++place) {
      const uint64_t lane_a = a[place % 2][place / 2];
      const uint64_t lane_b = b[place % 2][place / 2];
      sums.sum1 += lane_a;
      sums.sum2 += 2 * lanes * lane_b - place * lane_a;
    }
    sums.sum1 = Fold(sums.sum1);
    sums.sum2 = Fold(sums.sum2);
    done += steps;
  }
  return all_steps * step_bytes;
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

using fletcher32_internal::Fold;
using fletcher32_internal::Sums;

HWY_EXPORT(AddSteps);

constexpr size_t kChecksumBytes = 4;

uint32_t BigWord(const std::byte* at) {
  return std::to_integer<uint32_t>(at[0]) << 8 | std::to_integer<uint32_t>(at[1]);
}

// What HDF5 before 1.6.3 wrote on little-endian machines.
uint32_t SwapBytesOfHalves(uint32_t checksum) {
  return (checksum & 0x00ff00ff) << 8 | (checksum >> 8 & 0x00ff00ff);
}

class Fletcher32Codec final : public ByteCodec {
 public:
  explicit Fletcher32Codec(bool verify) : verify_(verify) {}

  std::string name() const override { return "fletcher32"; }

  size_t MaxEncodedSize(size_t decoded_size) const override {
    return decoded_size + kChecksumBytes;
  }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch&) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    std::copy(decoded.begin(), decoded.end(), encoded.begin());
    StoreLittle32(Fletcher32(decoded), encoded.data() + decoded.size());
    return decoded.size() + kChecksumBytes;
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    if (encoded.size() < kChecksumBytes) return Damaged("fletcher32", "the checksum is missing");
    const size_t size = encoded.size() - kChecksumBytes;
    if (size > decoded.size()) return TooLarge("fletcher32", decoded.size());
    if (verify_ && !Matches(encoded.first(size), LoadLittle32(encoded.data() + size))) {
      return Damaged("fletcher32", "the checksum does not match the data");
    }
    std::copy_n(encoded.begin(), size, decoded.begin());
    return size;
  }

 private:
  static bool Matches(absl::Span<const std::byte> data, uint32_t stored) {
    const uint32_t computed = Fletcher32(data);
    return stored == computed || stored == SwapBytesOfHalves(computed);
  }

  const bool verify_;
};

}  // namespace

uint32_t Fletcher32(absl::Span<const std::byte> data) {
  Sums sums;
  size_t at = HWY_DYNAMIC_DISPATCH(AddSteps)(reinterpret_cast<const uint8_t*>(data.data()),
                                             data.size(), sums);
  for (; at + 1 < data.size(); at += 2) {
    sums.sum1 += BigWord(&data[at]);
    sums.sum2 += sums.sum1;
  }
  if (at < data.size()) {
    sums.sum1 += std::to_integer<uint32_t>(data[at]) << 8;
    sums.sum2 += sums.sum1;
  }
  return Fold(sums.sum2) << 16 | Fold(sums.sum1);
}

std::unique_ptr<const ByteCodec> MakeFletcher32(bool verify) {
  return std::make_unique<Fletcher32Codec>(verify);
}

}  // namespace seiche
#endif  // HWY_ONCE
