#include "base/aligned_buffer.h"

#include <sys/mman.h>

#include <limits>
#include <new>
#include <utility>

namespace seiche {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;  // bytes, of x86-64 and of ARM with pages of 4 KB

// Of a buffer of `capacity` bytes: large ones can consist of huge pages.
std::align_val_t AlignmentOf(size_t capacity) {
  return std::align_val_t{capacity >= 2 * kHugePage ? kHugePage : AlignedBuffer::kAlignment};
}

// The first touch of fresh memory costs less in huge pages, which Linux gives to those who ask
// (transparent_hugepage=madvise, the common setting). Whole ones only: no memory beyond the buffer
// is touched. A hint: nothing depends on it.
void AskForHugePages(std::byte* data, size_t capacity) {
  if (capacity < 2 * kHugePage) return;
  madvise(data, capacity / kHugePage * kHugePage, MADV_HUGEPAGE);
}

}  // namespace

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
    data_ = static_cast<std::byte*>(::operator new(rounded, AlignmentOf(rounded)));
    capacity_ = rounded;
    AskForHugePages(data_, rounded);
  }
  return {data_, size};
}

void AlignedBuffer::Free() {
  if (data_ != nullptr) ::operator delete(data_, AlignmentOf(capacity_));
  data_ = nullptr;
  capacity_ = 0;
}

}  // namespace seiche
