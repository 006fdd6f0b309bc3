#include "storage/hdf5/element_copy.h"

#include <cassert>
#include <cstdint>
#include <cstring>

#include "absl/functional/function_ref.h"

namespace seiche {
namespace {

// Runs up to this many bytes are copied in line: calling memcpy costs more than a few moves.
constexpr size_t kShortRun = 256;
constexpr size_t kBlock = 16;

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

inline uint8_t Reversed(uint8_t word) { return word; }
inline uint16_t Reversed(uint16_t word) { return __builtin_bswap16(word); }
inline uint32_t Reversed(uint32_t word) { return __builtin_bswap32(word); }
inline uint64_t Reversed(uint64_t word) { return __builtin_bswap64(word); }

// Two axes: `rows` rows of `count` elements each; strides in bytes.
struct Rows {
  int64_t rows, count;
  int64_t from_row, to_row;
  int64_t from_step, to_step;
};

using CopyRows = void (*)(const std::byte* from, std::byte* to, const Rows& rows);

template <typename Word, bool kSwap>
void CopyStrided(const std::byte* from, std::byte* to, const Rows& r) {
  for (int64_t y = 0; y < r.rows; ++y, from += r.from_row, to += r.to_row) {
    for (int64_t x = 0; x < r.count; ++x) {
      const Word word = Load<Word>(from + x * r.from_step);
      Store(to + x * r.to_step, kSwap ? Reversed(word) : word);
    }
  }
}

template <typename Word>
void SwapRuns(const std::byte* from, std::byte* to, const Rows& r) {
  for (int64_t y = 0; y < r.rows; ++y, from += r.from_row, to += r.to_row) {
    for (int64_t x = 0; x < r.count; ++x) {
      Store(to + x * sizeof(Word), Reversed(Load<Word>(from + x * sizeof(Word))));
    }
  }
}

template <typename Word>
void CopyLongRuns(const std::byte* from, std::byte* to, const Rows& r) {
  const size_t bytes = r.count * sizeof(Word);
  for (int64_t y = 0; y < r.rows; ++y, from += r.from_row, to += r.to_row) {
    std::memcpy(to, from, bytes);
  }
}

// 16 bytes at a time; the last block overlaps the one before.
template <typename Word>
void CopyShortRuns(const std::byte* from, std::byte* to, const Rows& r) {
  const size_t bytes = r.count * sizeof(Word);
  assert(bytes >= kBlock);
  for (int64_t y = 0; y < r.rows; ++y, from += r.from_row, to += r.to_row) {
    for (size_t i = 0; i + kBlock <= bytes; i += kBlock) std::memcpy(to + i, from + i, kBlock);
    std::memcpy(to + bytes - kBlock, from + bytes - kBlock, kBlock);
  }
}

template <typename Word>
CopyRows ChooseCopy(const Rows& rows, bool swap_bytes) {
  const bool runs = rows.from_step == sizeof(Word) && rows.to_step == sizeof(Word);
  const size_t bytes = rows.count * sizeof(Word);
  if (swap_bytes && sizeof(Word) > 1) return runs ? SwapRuns<Word> : CopyStrided<Word, true>;
  if (!runs || bytes < kBlock) return CopyStrided<Word, false>;
  return bytes <= kShortRun ? CopyShortRuns<Word> : CopyLongRuns<Word>;
}

CopyRows ChooseCopy(size_t element_size, const Rows& rows, bool swap_bytes) {
  switch (element_size) {
    case 1:
      return ChooseCopy<uint8_t>(rows, swap_bytes);
    case 2:
      return ChooseCopy<uint16_t>(rows, swap_bytes);
    case 4:
      return ChooseCopy<uint32_t>(rows, swap_bytes);
    default:
      return ChooseCopy<uint64_t>(rows, swap_bytes);
  }
}

// The axes of two arrays, fewer where both can be walked as if they were one.
struct Axes {
  Shape extent, from_stride, to_stride;
};

Axes MergedAxes(const ConstArrayView& from, const ArrayView& to) {
  Axes axes;
  for (size_t i = 0; i < from.shape.size(); ++i) {
    const int64_t extent = from.shape[i];
    if (extent == 1) continue;
    if (!axes.extent.empty() && axes.from_stride.back() == from.strides[i] * extent &&
        axes.to_stride.back() == to.strides[i] * extent) {
      axes.extent.back() *= extent;
      axes.from_stride.back() = from.strides[i];
      axes.to_stride.back() = to.strides[i];
    } else {
      axes.extent.push_back(extent);
      axes.from_stride.push_back(from.strides[i]);
      axes.to_stride.push_back(to.strides[i]);
    }
  }
  return axes;
}

// Takes the last two axes off.
Rows TakeRows(Axes& axes, int64_t element_size) {
  Rows rows = {1, 1, 0, 0, element_size, element_size};
  const auto take = [&axes](int64_t& extent, int64_t& from_stride, int64_t& to_stride) {
    if (axes.extent.empty()) return;
    extent = axes.extent.back();
    from_stride = axes.from_stride.back();
    to_stride = axes.to_stride.back();
    axes.extent.pop_back();
    axes.from_stride.pop_back();
    axes.to_stride.pop_back();
  };
  take(rows.count, rows.from_step, rows.to_step);
  take(rows.rows, rows.from_row, rows.to_row);
  return rows;
}

void ForEachPlane(const Axes& axes, size_t axis, const std::byte* from, std::byte* to,
                  absl::FunctionRef<void(const std::byte*, std::byte*)> visit) {
  if (axis == axes.extent.size()) {
    visit(from, to);
    return;
  }
  for (int64_t i = 0; i < axes.extent[axis]; ++i) {
    ForEachPlane(axes, axis + 1, from + i * axes.from_stride[axis], to + i * axes.to_stride[axis],
                 visit);
  }
}

}  // namespace

void CopyElements(const ConstArrayView& from, const ArrayView& to, bool swap_bytes) {
  assert(from.shape == to.shape && from.dtype == to.dtype);
  if (NumElements(from.shape) == 0) return;
  const size_t element_size = SizeOf(from.dtype);
  Axes axes = MergedAxes(from, to);
  const Rows rows = TakeRows(axes, element_size);
  const CopyRows copy = ChooseCopy(element_size, rows, swap_bytes);
  ForEachPlane(axes, 0, from.data, to.data,
               [&](const std::byte* source, std::byte* target) { copy(source, target, rows); });
}

void SwapBytes(absl::Span<std::byte> elements, size_t element_size) {
  const Rows run = {1, static_cast<int64_t>(elements.size() / element_size), 0, 0, 0, 0};
  if (element_size == 2) SwapRuns<uint16_t>(elements.data(), elements.data(), run);
  if (element_size == 4) SwapRuns<uint32_t>(elements.data(), elements.data(), run);
  if (element_size == 8) SwapRuns<uint64_t>(elements.data(), elements.data(), run);
}

void FillElements(absl::Span<const std::byte> element, const ArrayView& to) {
  // An array all of whose elements are the same one.
  const ConstArrayView from(element.data(), to.dtype, to.shape, Shape(to.shape.size(), 0));
  CopyElements(from, to, /*swap_bytes=*/false);
}

}  // namespace seiche
