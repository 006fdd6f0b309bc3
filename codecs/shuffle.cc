#include "codecs/shuffle.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>

#include "base/status.h"
#include "codecs/codec_errors.h"
#include "codecs/simd_targets.h"

// Compiled once for each instruction set, the best of which is chosen at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/shuffle.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"
// After Highway.
#include "codecs/riffle_inl.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kVectorBytes = 16;
using Tag = hn::FixedTag<uint8_t, kVectorBytes>;

// Sixteen elements at a time. An element-major byte index is (element:4 bits, byte:k bits), a
// plane-major one (byte:k, element:4): each is the other rotated. Returns the elements done.
template <int kElementSize>
size_t ShuffleBlocks(const uint8_t* HWY_RESTRICT from, size_t elements, uint8_t* HWY_RESTRICT to) {
  const Tag tag;
  size_t done = 0;
  for (; done + kVectorBytes <= elements; done += kVectorBytes) {
    hn::Vec<Tag> v[kElementSize];
    for (int i = 0; i < kElementSize; ++i) {
      v[i] = hn::LoadU(tag, from + done * kElementSize + i * kVectorBytes);
    }
    Riffle<Log2(kVectorBytes)>(tag, v);
    for (int i = 0; i < kElementSize; ++i) hn::StoreU(v[i], tag, to + i * elements + done);
  }
  return done;
}

template <int kElementSize>
size_t UnshuffleBlocks(const uint8_t* HWY_RESTRICT from, size_t elements,
                       uint8_t* HWY_RESTRICT to) {
  const Tag tag;
  size_t done = 0;
  for (; done + kVectorBytes <= elements; done += kVectorBytes) {
    hn::Vec<Tag> v[kElementSize];
    for (int i = 0; i < kElementSize; ++i) v[i] = hn::LoadU(tag, from + i * elements + done);
    Riffle<Log2(kElementSize)>(tag, v);
    for (int i = 0; i < kElementSize; ++i) {
      hn::StoreU(v[i], tag, to + done * kElementSize + i * kVectorBytes);
    }
  }
  return done;
}

size_t ShuffleSimd(const uint8_t* from, size_t elements, size_t element_size, uint8_t* to) {
  switch (element_size) {
    case 2:
      return ShuffleBlocks<2>(from, elements, to);
    case 4:
      return ShuffleBlocks<4>(from, elements, to);
    case 8:
      return ShuffleBlocks<8>(from, elements, to);
    case 16:
      return ShuffleBlocks<16>(from, elements, to);
    default:
      return 0;
  }
}

size_t UnshuffleSimd(const uint8_t* from, size_t elements, size_t element_size, uint8_t* to) {
  switch (element_size) {
    case 2:
      return UnshuffleBlocks<2>(from, elements, to);
    case 4:
      return UnshuffleBlocks<4>(from, elements, to);
    case 8:
      return UnshuffleBlocks<8>(from, elements, to);
    case 16:
      return UnshuffleBlocks<16>(from, elements, to);
    default:
      return 0;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
namespace {

HWY_EXPORT(ShuffleSimd);
HWY_EXPORT(UnshuffleSimd);

// Elements of a tile: what is written in strides stays in the first-level cache.
size_t TileElements(size_t element_size) { return std::max<size_t>(64, 16384 / element_size); }

class ShuffleCodec final : public ByteCodec {
 public:
  explicit ShuffleCodec(size_t element_size) : element_size_(element_size) {}

  std::string name() const override { return "shuffle"; }

  size_t MaxEncodedSize(size_t decoded_size) const override { return decoded_size; }

  absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded, absl::Span<std::byte> encoded,
                                CodecScratch&) const override {
    SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
    Shuffle(decoded, element_size_, encoded.first(decoded.size()));
    return decoded.size();
  }

  absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded,
                                CodecScratch&) const override {
    if (encoded.size() > decoded.size()) return TooLarge("shuffle", decoded.size());
    Unshuffle(encoded, element_size_, decoded.first(encoded.size()));
    return encoded.size();
  }

 private:
  const size_t element_size_;
};

}  // namespace

void Shuffle(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to) {
  const size_t elements = from.size() / element_size;
  if (from.empty()) return;
  if (element_size == 1 || elements <= 1) {
    std::memcpy(to.data(), from.data(), from.size());
    return;
  }
  const auto* source = reinterpret_cast<const uint8_t*>(from.data());
  auto* target = reinterpret_cast<uint8_t*>(to.data());
  const size_t tile = TileElements(element_size);
  size_t done = HWY_DYNAMIC_DISPATCH(ShuffleSimd)(source, elements, element_size, target);
  while (done < elements) {
    const size_t end = std::min(elements, done + tile);
    for (size_t byte = 0; byte < element_size; ++byte) {
      uint8_t* plane = target + byte * elements;
      for (size_t i = done; i < end; ++i) plane[i] = source[i * element_size + byte];
    }
    done = end;
  }
  const size_t whole = elements * element_size;
  std::memcpy(target + whole, source + whole, from.size() - whole);
}

void Unshuffle(absl::Span<const std::byte> from, size_t element_size, absl::Span<std::byte> to) {
  const size_t elements = from.size() / element_size;
  if (from.empty()) return;
  if (element_size == 1 || elements <= 1) {
    std::memcpy(to.data(), from.data(), from.size());
    return;
  }
  const auto* source = reinterpret_cast<const uint8_t*>(from.data());
  auto* target = reinterpret_cast<uint8_t*>(to.data());
  const size_t tile = TileElements(element_size);
  size_t done = HWY_DYNAMIC_DISPATCH(UnshuffleSimd)(source, elements, element_size, target);
  while (done < elements) {
    const size_t end = std::min(elements, done + tile);
    for (size_t byte = 0; byte < element_size; ++byte) {
      const uint8_t* plane = source + byte * elements;
      for (size_t i = done; i < end; ++i) target[i * element_size + byte] = plane[i];
    }
    done = end;
  }
  const size_t whole = elements * element_size;
  std::memcpy(target + whole, source + whole, from.size() - whole);
}

std::unique_ptr<const ByteCodec> MakeShuffle(size_t element_size) {
  return std::make_unique<ShuffleCodec>(element_size);
}

}  // namespace seiche
#endif  // HWY_ONCE
