#include "storage/hdf5/element_copy.h"

#include <cassert>
#include <cstdint>
#include <cstring>

#include "base/plane_walk.h"

namespace seiche {
namespace {

template <typename Word>
Word Load(const std::byte* from) {
  Word word;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

template <typename Word>
void Store(std::byte* to, Word word) {
  std::memcpy(to, &word, sizeof(word));
}

inline uint16_t Reversed(uint16_t word) { return __builtin_bswap16(word); }
inline uint32_t Reversed(uint32_t word) { return __builtin_bswap32(word); }
inline uint64_t Reversed(uint64_t word) { return __builtin_bswap64(word); }

using SwapRows = void (*)(const std::byte* from, std::byte* to, const Plane& plane);

template <typename Word>
void SwapStrided(const std::byte* from, std::byte* to, const Plane& p) {
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    for (int64_t x = 0; x < p.count; ++x) {
      Store(to + x * p.to_step, Reversed(Load<Word>(from + x * p.from_step)));
    }
  }
}

// The steps are known when compiled, so that the loop becomes one on vectors.
template <typename Word>
void SwapRuns(const std::byte* from, std::byte* to, const Plane& p) {
  for (int64_t y = 0; y < p.rows; ++y, from += p.from_row, to += p.to_row) {
    for (int64_t x = 0; x < p.count; ++x) {
      Store(to + x * sizeof(Word), Reversed(Load<Word>(from + x * sizeof(Word))));
    }
  }
}

template <typename Word>
SwapRows ChooseSwap(const Plane& plane) {
  const bool runs = plane.from_step == sizeof(Word) && plane.to_step == sizeof(Word);
  return runs ? SwapRuns<Word> : SwapStrided<Word>;
}

SwapRows ChooseSwap(size_t element_size, const Plane& plane) {
  switch (element_size) {
    case 2:
      return ChooseSwap<uint16_t>(plane);
    case 4:
      return ChooseSwap<uint32_t>(plane);
    default:
      return ChooseSwap<uint64_t>(plane);
  }
}

}  // namespace

void CopyElements(const ConstArrayView& from, const ArrayView& to, bool swap_bytes) {
  assert(from.shape == to.shape && from.dtype == to.dtype);
  const size_t element_size = SizeOf(from.dtype);
  if (!swap_bytes || element_size == 1) {
    CopyArray(from, to);
    return;
  }
  const PlaneWalk walk(from.shape, from.strides, to.strides);
  const SwapRows swap = ChooseSwap(element_size, walk.plane());
  walk.ForEach(from.data, to.data, [&](const std::byte* source, std::byte* target, int64_t) {
    swap(source, target, walk.plane());
  });
}

void SwapBytes(absl::Span<std::byte> elements, size_t element_size) {
  const Plane run = {.count = static_cast<int64_t>(elements.size() / element_size)};
  if (element_size == 2) SwapRuns<uint16_t>(elements.data(), elements.data(), run);
  if (element_size == 4) SwapRuns<uint32_t>(elements.data(), elements.data(), run);
  if (element_size == 8) SwapRuns<uint64_t>(elements.data(), elements.data(), run);
}

void FillElements(absl::Span<const std::byte> element, const ArrayView& to) {
  // An array all of whose elements are the same one.
  const ConstArrayView from(element.data(), to.dtype, to.shape, Shape(to.shape.size(), 0));
  CopyArray(from, to);
}

}  // namespace seiche
