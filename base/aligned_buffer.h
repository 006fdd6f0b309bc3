// Memory that is aligned to pages, so for any SIMD too, and that is reused instead of freed.
//
//   AlignedBuffer buffer;
//   absl::Span<std::byte> bytes = buffer.Reserve(n);   // grows at most; old contents are gone
//
// A first touch of fresh memory costs more than decoding into warm memory, so buffers only grow
// and are kept. Thread-compatible: one owner at a time.
#ifndef SEICHE_BASE_ALIGNED_BUFFER_H_
#define SEICHE_BASE_ALIGNED_BUFFER_H_

#include <cstddef>

#include "absl/types/span.h"

namespace seiche {

class AlignedBuffer {
 public:
  // Of every buffer's first byte, in bytes.
  static constexpr size_t kAlignment = 4096;

  AlignedBuffer() = default;
  explicit AlignedBuffer(size_t size) { Reserve(size); }
  AlignedBuffer(AlignedBuffer&& other) noexcept;
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept;
  ~AlignedBuffer();

  // At least `size` bytes. What was in the buffer is lost if it has to grow. Contents of fresh
  // memory are unspecified. Throws std::bad_alloc as operator new does; the buffer is empty then.
  absl::Span<std::byte> Reserve(size_t size);

  std::byte* data() const { return data_; }
  size_t capacity() const { return capacity_; }

 private:
  void Free();

  std::byte* data_ = nullptr;
  size_t capacity_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_BASE_ALIGNED_BUFFER_H_
