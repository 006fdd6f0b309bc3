#include "codecs/swell/fuzz/reseal.h"

#include <algorithm>
#include <cstdint>

#include "base/crc32c.h"
#include "codecs/byte_order.h"
#include "codecs/swell/mapping/varint.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

constexpr size_t kFixedSize = 12;
constexpr size_t kMaxGroups = 100;

// What the table's place and length depend on: docs/swell_format.md, "Stream".
class Cursor {
 public:
  explicit Cursor(absl::Span<const std::byte> bytes) : bytes_(bytes) {}

  uint8_t Byte(size_t at) const { return static_cast<uint8_t>(bytes_[at]); }
  uint64_t Varint() {
    uint64_t value = 0;
    fine_ = fine_ && ReadVarint(bytes_, at_, value);
    return fine_ ? value : 0;
  }
  void Skip(uint64_t size) {
    fine_ = fine_ && size <= bytes_.size() - at_;
    if (fine_) at_ += size;
  }
  bool fine() const { return fine_; }
  absl::Span<const std::byte> before() const { return bytes_.first(at_); }
  absl::Span<const std::byte> rest() const { return bytes_.subspan(at_); }

 private:
  absl::Span<const std::byte> bytes_;
  size_t at_ = kFixedSize;
  bool fine_ = true;
};

// Moves to the table. Returns how many groups there should be; 0 if there is no telling.
size_t FindTable(Cursor& cursor) {
  const int level = cursor.Byte(6), mode = cursor.Byte(7), kind = cursor.Byte(8);
  const size_t rank = cursor.Byte(10);
  if (rank < 1 || rank > 4) return 0;
  uint64_t extents[4] = {1, 1, 1, 1};
  for (size_t i = 4 - rank; i < 4; ++i) extents[i] = cursor.Varint();
  if (mode != 0) cursor.Skip(sizeof(double));
  if (level == 0) return cursor.fine();
  if (kind >= 2) cursor.Skip(sizeof(double));
  cursor.Varint();  // base
  const uint64_t group_frames = cursor.Varint();
  cursor.Skip(cursor.Varint());
  if (!cursor.fine() || group_frames == 0) return 0;
  const uint64_t each = extents[1] / group_frames + (extents[1] % group_frames != 0);
  return each == 0 || extents[0] > kMaxGroups / each ? 0 : extents[0] * each;
}

void AppendLittle32(uint32_t value, Bytes& bytes) {
  bytes.resize(bytes.size() + sizeof(value));
  StoreLittle32(value, bytes.data() + bytes.size() - sizeof(value));
}

}  // namespace

std::optional<Bytes> Reseal(absl::Span<const std::byte> encoded) {
  if (encoded.size() < kFixedSize) return std::nullopt;
  Cursor cursor(encoded);
  const size_t groups = FindTable(cursor);
  if (groups == 0) return std::nullopt;
  Bytes sealed(cursor.before().begin(), cursor.before().end());
  std::vector<uint64_t> sizes(groups);
  for (uint64_t& size : sizes) {
    size = cursor.Varint();
    cursor.Skip(sizeof(uint32_t));
  }
  cursor.Skip(sizeof(uint32_t));
  if (!cursor.fine()) return std::nullopt;
  absl::Span<const std::byte> left = cursor.rest();
  for (size_t g = 0; g < groups; ++g) {
    const size_t size = g + 1 < groups ? std::min<uint64_t>(sizes[g], left.size()) : left.size();
    AppendVarint(size, sealed);
    AppendLittle32(Crc32c(left.first(size)), sealed);
    left.remove_prefix(size);
  }
  AppendLittle32(Crc32c(sealed), sealed);
  sealed.insert(sealed.end(), cursor.rest().begin(), cursor.rest().end());
  return sealed;
}

}  // namespace seiche
