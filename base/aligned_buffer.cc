#include "base/aligned_buffer.h"

#include <algorithm>
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
    const size_t rounded = (size + kAlignment - 1) / kAlignment * kAlignment;
    Free();
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
