// Views of n-d arrays in memory that somebody else owns.
//
//   ArrayView any = MakeView(buffer.data(), DType::kFloat32, {100, 184, 184});
//   SequenceView<float> sequence(buffer.data(), 100, 184, 184);   // [T,H,W]
//   sequence.frame(7)(y, x) = 0.5f;
//
// ArrayView and ConstArrayView carry their dtype and byte strides at run time: storage and codecs
// speak these. FrameView, SequenceView and BatchView are typed and contiguous and name their axes:
// the code that computes on frames speaks those. A view must not outlive the memory it points to.
#ifndef SEICHE_BASE_ARRAY_VIEW_H_
#define SEICHE_BASE_ARRAY_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "absl/types/span.h"
#include "base/dtype.h"
#include "base/shape.h"

namespace seiche {

// An n-d array of `dtype`: element (i, j, ...) is at data + i * strides[0] + j * strides[1] + ...
struct ArrayView {
  std::byte* data = nullptr;
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;  // bytes

  bool contiguous() const;
  int64_t size_bytes() const;  // of the elements, gaps left out
};

struct ConstArrayView {
  const std::byte* data = nullptr;
  DType dtype = DType::kFloat32;
  Shape shape;
  Shape strides;  // bytes

  ConstArrayView() = default;
  ConstArrayView(const std::byte* data, DType dtype, Shape shape, Shape strides);
  ConstArrayView(const ArrayView& view);  // NOLINT: as T* converts to const T*

  bool contiguous() const;
  int64_t size_bytes() const;
};

// A contiguous row-major view.
ArrayView MakeView(void* data, DType dtype, absl::Span<const int64_t> shape);
ConstArrayView MakeView(const void* data, DType dtype, absl::Span<const int64_t> shape);

// The part of `view` in `box`, which must lie inside it.
ArrayView Slice(const ArrayView& view, const Box& box);
ConstArrayView Slice(const ConstArrayView& view, const Box& box);

// Copies all elements. Same shape and dtype required; the memory must not overlap. Made for parts
// of chunks, too: many short rows. Allocates nothing up to kInlineRank axes.
void CopyArray(const ConstArrayView& from, const ArrayView& to);

// One frame, [H,W], contiguous.
template <typename T>
class FrameView {
 public:
  FrameView(T* data, int64_t height, int64_t width) : data_(data), height_(height), width_(width) {}
  template <typename U, typename = std::enable_if_t<std::is_same_v<const U, T>>>
  FrameView(const FrameView<U>& view)  // NOLINT: as T* converts to const T*
      : FrameView(view.data(), view.height(), view.width()) {}

  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t size() const { return height_ * width_; }
  T* data() const { return data_; }
  T* row(int64_t y) const { return data_ + y * width_; }
  T& operator()(int64_t y, int64_t x) const { return data_[y * width_ + x]; }
  absl::Span<T> values() const { return {data_, static_cast<size_t>(size())}; }

 private:
  T* data_;
  int64_t height_, width_;
};

// A run of frames, [T,H,W], contiguous.
template <typename T>
class SequenceView {
 public:
  SequenceView(T* data, int64_t frames, int64_t height, int64_t width)
      : data_(data), frames_(frames), height_(height), width_(width) {}
  template <typename U, typename = std::enable_if_t<std::is_same_v<const U, T>>>
  SequenceView(const SequenceView<U>& view)  // NOLINT: as T* converts to const T*
      : SequenceView(view.data(), view.frames(), view.height(), view.width()) {}

  int64_t frames() const { return frames_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t size() const { return frames_ * height_ * width_; }
  T* data() const { return data_; }
  FrameView<T> frame(int64_t t) const { return {data_ + t * height_ * width_, height_, width_}; }
  absl::Span<T> values() const { return {data_, static_cast<size_t>(size())}; }

 private:
  T* data_;
  int64_t frames_, height_, width_;
};

// B samples, [B,T,H,W], contiguous.
template <typename T>
class BatchView {
 public:
  BatchView(T* data, int64_t samples, int64_t frames, int64_t height, int64_t width)
      : data_(data), samples_(samples), frames_(frames), height_(height), width_(width) {}
  template <typename U, typename = std::enable_if_t<std::is_same_v<const U, T>>>
  BatchView(const BatchView<U>& view)  // NOLINT: as T* converts to const T*
      : BatchView(view.data(), view.samples(), view.frames(), view.height(), view.width()) {}

  int64_t samples() const { return samples_; }
  int64_t frames() const { return frames_; }
  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  int64_t size() const { return samples_ * frames_ * height_ * width_; }
  T* data() const { return data_; }
  SequenceView<T> sample(int64_t b) const {
    return {data_ + b * frames_ * height_ * width_, frames_, height_, width_};
  }
  absl::Span<T> values() const { return {data_, static_cast<size_t>(size())}; }

 private:
  T* data_;
  int64_t samples_, frames_, height_, width_;
};

}  // namespace seiche

#endif  // SEICHE_BASE_ARRAY_VIEW_H_
