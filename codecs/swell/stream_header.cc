#include "codecs/swell/stream_header.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/crc32c.h"
#include "base/status.h"
#include "codecs/byte_order.h"
#include "codecs/codec_errors.h"
#include "codecs/swell/mapping/varint.h"

namespace seiche {
namespace {

constexpr char kMagic[4] = {'s', 'w', 'e', 'l'};
constexpr uint8_t kVersion = 1;
constexpr size_t kFixedSize = 12;
constexpr size_t kMaxRank = 4;

uint64_t ZigZag(int64_t value) {
  return static_cast<uint64_t>(value) << 1 ^ static_cast<uint64_t>(value >> 63);
}
int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1 ^ (uint64_t{0} - (value & 1)));
}

void PutDouble(double value, std::vector<std::byte>& bytes) {
  bytes.resize(bytes.size() + sizeof(value));
  std::memcpy(bytes.data() + bytes.size() - sizeof(value), &value, sizeof(value));
}

bool HasStep(ValueKind kind) {
  return kind == ValueKind::kMultiple || kind == ValueKind::kQuotient;
}

// Reads a header from front to back; after a failed read everything fails.
class Reader {
 public:
  explicit Reader(absl::Span<const std::byte> bytes) : bytes_(bytes) {}

  bool Varint(uint64_t& value) { return Keep(ReadVarint(bytes_, at_, value)); }
  bool Extent(int64_t& value) {
    uint64_t wide = 0;
    if (!Varint(wide)) return false;
    value = static_cast<int64_t>(wide);
    return Keep(value >= 0);
  }
  bool Double(double& value) {
    if (!Keep(fine_ && bytes_.size() - at_ >= sizeof(value))) return false;
    std::memcpy(&value, bytes_.data() + at_, sizeof(value));
    at_ += sizeof(value);
    return true;
  }
  bool Crc(uint32_t& value) {
    if (!Keep(fine_ && bytes_.size() - at_ >= sizeof(value))) return false;
    value = LoadLittle32(bytes_.data() + at_);
    at_ += sizeof(value);
    return true;
  }
  bool Bytes(uint64_t size, absl::Span<const std::byte>& value) {
    if (!Keep(fine_ && bytes_.size() - at_ >= size)) return false;
    value = bytes_.subspan(at_, size);
    at_ += size;
    return true;
  }
  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }

 private:
  bool Keep(bool fine) { return fine_ = fine_ && fine; }

  absl::Span<const std::byte> bytes_;
  size_t at_ = kFixedSize;
  bool fine_ = true;
};

// The fixed fields, as numbers that may be anything. kDataLoss if one means nothing.
absl::Status ParseFixed(absl::Span<const std::byte> encoded, StreamHeader& header, size_t& rank) {
  if (encoded.size() < kFixedSize || std::memcmp(encoded.data(), kMagic, sizeof(kMagic)) != 0) {
    return Damaged("swell", "not a swell stream");
  }
  const auto byte = [&](size_t at) { return static_cast<uint8_t>(encoded[at]); };
  if (byte(4) != kVersion) {
    return Damaged("swell",
                   absl::StrCat("version ", byte(4), " of the format, and this program reads ",
                                kVersion, ": take a newer one, or restore the data"));
  }
  rank = byte(10);
  if (byte(5) > static_cast<uint8_t>(DType::kBFloat16) ||
      byte(6) > static_cast<uint8_t>(SwellLevel::kSmallest) ||
      byte(7) > static_cast<uint8_t>(SwellMode::kRelative) ||
      byte(8) > static_cast<uint8_t>(ValueKind::kQuotient) || rank < 1 || rank > kMaxRank ||
      byte(11) != 0) {
    return Damaged("swell", "a header that makes no sense");
  }
  header.info.dtype = static_cast<DType>(byte(5));
  header.level = static_cast<SwellLevel>(byte(6));
  header.mode = static_cast<SwellMode>(byte(7));
  header.mapping.dtype = header.info.dtype;
  header.mapping.kind = static_cast<ValueKind>(byte(8));
  header.mapping.bits = byte(9);
  return absl::OkStatus();
}

// Groups that a shape has, or nothing if that are more than `limit`.
bool CountGroups(const StreamHeader& header, uint64_t limit, uint64_t& count) {
  if (header.level == SwellLevel::kRaw) {
    count = 1;
    return true;
  }
  const StreamHeader::Extents extents = header.extents();
  const uint64_t each = extents.groups(header.group_frames);
  const uint64_t leading = extents.leading;
  if (each > 0 && leading > limit / each) return false;
  count = each * leading;
  return true;
}

bool ParseShape(size_t rank, Reader& reader, StreamHeader& header) {
  for (size_t axis = 0; axis < rank; ++axis) {
    int64_t extent = 0;
    if (!reader.Extent(extent)) return false;
    header.info.shape.push_back(extent);
  }
  const int64_t elements = NumElements(header.info.shape);
  return elements >= 0 && elements <= std::numeric_limits<int64_t>::max() /
                                          static_cast<int64_t>(SizeOf(header.info.dtype));
}

bool ParseMapping(Reader& reader, StreamHeader& header) {
  if (HasStep(header.mapping.kind) && !reader.Double(header.mapping.step)) return false;
  uint64_t base = 0;
  uint64_t model_size = 0;
  if (!reader.Varint(base) || !reader.Extent(header.group_frames) || header.group_frames == 0 ||
      !reader.Varint(model_size)) {
    return false;
  }
  header.mapping.base = UnZigZag(base);
  return IsValid(header.mapping) && reader.Bytes(model_size, header.model);
}

// Decoders have memory for frames, and their arithmetic is that of frames of at most this size.
bool FrameFits(const StreamHeader& header) {
  const StreamHeader::Extents extents = header.extents();
  const int64_t most = kMaxGroupBytes / (header.mapping.bits / 8);
  return extents.width == 0 || extents.height <= most / extents.width;
}

// What lies between the fixed fields and the header's checksum.
bool ParseRest(size_t rank, Reader& reader, StreamHeader& header, std::vector<uint64_t>& sizes) {
  if (!ParseShape(rank, reader, header)) return false;
  if (header.mode != SwellMode::kLossless &&
      (!reader.Double(header.bound) || !std::isfinite(header.bound) || header.bound <= 0)) {
    return false;
  }
  if (header.level != SwellLevel::kRaw && (!ParseMapping(reader, header) || !FrameFits(header))) {
    return false;
  }
  uint64_t count = 0;
  // A group takes five bytes of the table at least.
  if (!CountGroups(header, reader.left() / 5, count)) return false;
  sizes.resize(count);
  header.groups.resize(count);
  for (uint64_t g = 0; g < count; ++g) {
    if (!reader.Varint(sizes[g]) || !reader.Crc(header.groups[g].crc)) return false;
  }
  return true;
}

}  // namespace

StreamHeader::Extents ExtentsOf(const Shape& shape) {
  StreamHeader::Extents extents;
  int64_t* const to[] = {&extents.width, &extents.height, &extents.frames, &extents.leading};
  for (size_t i = 0; i < shape.size(); ++i) *to[i] = shape[shape.size() - 1 - i];
  return extents;
}

StreamHeader::Extents StreamHeader::extents() const { return ExtentsOf(info.shape); }

std::vector<std::byte> WriteHeader(const StreamHeader& header) {
  std::vector<std::byte> bytes(kFixedSize);
  std::memcpy(bytes.data(), kMagic, sizeof(kMagic));
  const bool raw = header.level == SwellLevel::kRaw;
  const uint8_t fields[] = {kVersion,
                            static_cast<uint8_t>(header.info.dtype),
                            static_cast<uint8_t>(header.level),
                            static_cast<uint8_t>(header.mode),
                            static_cast<uint8_t>(raw ? ValueKind::kInteger : header.mapping.kind),
                            static_cast<uint8_t>(raw ? 0 : header.mapping.bits),
                            static_cast<uint8_t>(header.info.shape.size()),
                            0};
  std::memcpy(bytes.data() + sizeof(kMagic), fields, sizeof(fields));
  for (const int64_t extent : header.info.shape) AppendVarint(extent, bytes);
  if (header.mode != SwellMode::kLossless) PutDouble(header.bound, bytes);
  if (!raw) {
    if (HasStep(header.mapping.kind)) PutDouble(header.mapping.step, bytes);
    AppendVarint(ZigZag(header.mapping.base), bytes);
    AppendVarint(header.group_frames, bytes);
    AppendVarint(header.model.size(), bytes);
    bytes.insert(bytes.end(), header.model.begin(), header.model.end());
  }
  const auto put_crc = [&](uint32_t crc) {
    bytes.resize(bytes.size() + sizeof(crc));
    StoreLittle32(crc, bytes.data() + bytes.size() - sizeof(crc));
  };
  for (const StreamHeader::Group& group : header.groups) {
    AppendVarint(group.bytes.size(), bytes);
    put_crc(group.crc);
  }
  put_crc(Crc32c(bytes));
  return bytes;
}

absl::StatusOr<StreamHeader> ParseHeader(absl::Span<const std::byte> encoded) {
  StreamHeader header;
  size_t rank = 0;
  SEICHE_RETURN_IF_ERROR(ParseFixed(encoded, header, rank));
  Reader reader(encoded);
  std::vector<uint64_t> sizes;
  if (!ParseRest(rank, reader, header, sizes)) return Damaged("swell", "a damaged header");
  const uint32_t computed = Crc32c(encoded.first(reader.at()));
  uint32_t stored = 0;
  if (!reader.Crc(stored) || stored != computed) {
    return Damaged("swell", "a header whose checksum differs");
  }
  for (size_t g = 0; g < sizes.size(); ++g) {
    if (!reader.Bytes(sizes[g], header.groups[g].bytes)) return Damaged("swell", "truncated");
  }
  if (reader.left() != 0) return Damaged("swell", "bytes behind the last group");
  return header;
}

}  // namespace seiche
