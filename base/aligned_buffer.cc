#include "base/aligned_buffer.h"

#include <limits>
#include <new>
#include <utility>

namespace seiche {

AlignedBuffer::AlignedBuffer(AlignedBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), capacity_(std::exchange(other.capacity_, 0)) {}

AlignedBuffer& AlignedBuffer::operator=(AlignedBuffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(capacity_, other.capacity_);
  return *this;
}

AlignedBuffer::~AlignedBuffer() { Free(); }

absl::Span<std::byte> AlignedBuffer::Reserve(size_t size) {
  if (size > capacity_) {
    Free();  // before the new memory is taken: the two need not fit at once
    if (size > std::numeric_limits<size_t>::max() - kAlignment) throw std::bad_alloc();
    const size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
    data_ = static_cast<std::byte*>(::operator new (rounded, std::align_val_t{kAlignment}));
    capacity_ = rounded;
  }
  return {data_, size};
}

void AlignedBuffer::Free() {
  if (data_ != nullptr) ::operator delete (data_, std::align_val_t{kAlignment});
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace seiche
