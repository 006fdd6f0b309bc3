#include "base/crc32c.h"

#include "absl/crc/crc32c.h"
#include "absl/strings/string_view.h"

namespace seiche {

uint32_t Crc32c(absl::Span<const std::byte> bytes) { return ExtendCrc32c(0, bytes); }

uint32_t ExtendCrc32c(uint32_t crc, absl::Span<const std::byte> bytes) {
  const absl::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return static_cast<uint32_t>(absl::ExtendCrc32c(absl::crc32c_t{crc}, text));
}

}  // namespace seiche
