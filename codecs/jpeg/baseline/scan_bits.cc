#include "codecs/jpeg/baseline/scan_bits.h"

#include <algorithm>
#include <cstring>

namespace seiche {
namespace {

constexpr std::byte kEscape{0xff};

}  // namespace

std::optional<absl::Span<const std::byte>> ScanData::Next(AlignedBuffer& buffer) {
  std::byte* const to = buffer.Reserve(scan_.size() + kPadding).data();
  size_t size = 0;
  while (!scan_.empty()) {
    const void* escape = std::memchr(scan_.data(), static_cast<int>(kEscape), scan_.size());
    if (escape == nullptr) return std::nullopt;
    const size_t run = static_cast<const std::byte*>(escape) - scan_.data();
    if (scan_.size() - run < 2) return std::nullopt;
    std::memcpy(to + size, scan_.data(), run);
    size += run;
    const std::byte second = scan_[run + 1];
    scan_.remove_prefix(run + 2);
    if (second == kEscape) return std::nullopt;
    if (second != std::byte{0}) {
      marker_ = static_cast<int>(second);
      std::fill_n(to + size, kPadding, std::byte{0});
      return absl::MakeConstSpan(to, size);
    }
    to[size++] = kEscape;
  }
  return std::nullopt;
}

}  // namespace seiche
