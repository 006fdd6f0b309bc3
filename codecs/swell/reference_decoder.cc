#include "codecs/swell/reference_decoder.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "codecs/swell/small/reference.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

// Thrown by nobody: damage sets `failed`, after which all reads are 0.
struct Input {
  absl::Span<const std::byte> bytes;
  size_t at = 0;
  bool failed = false;

  uint64_t Little(int size) {
    uint64_t value = 0;
    for (int i = 0; i < size; ++i) {
      if (at >= bytes.size()) failed = true;
      if (failed) return 0;
      value |= uint64_t{static_cast<uint8_t>(bytes[at++])} << 8 * i;
    }
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint64_t byte = Little(1);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    failed = true;
    return 0;
  }
  Input Part(uint64_t size) {
    if (size > bytes.size() - at) failed = true;
    if (failed) return {{}, 0, true};
    at += size;
    return {bytes.subspan(at - size, size)};
  }
};

uint32_t PlainCrc32c(absl::Span<const std::byte> bytes) {
  uint32_t crc = 0xffffffff;
  for (const std::byte byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
  }
  return ~crc;
}

struct Header {
  int dtype, level, mode, kind, bits, rank;
  uint64_t extents[4] = {1, 1, 1, 1};  // [N,T,H,W]
  double step = 1;
  int64_t base = 0;
  uint64_t group_frames = 1;
  absl::Span<const std::byte> model;
};

constexpr int kElementSizes[] = {1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 2};

// Bit i of `bytes`, the lowest bit of the first byte being bit 0.
bool Bit(absl::Span<const std::byte> bytes, uint64_t i) {
  return i / 8 < bytes.size() && (static_cast<uint8_t>(bytes[i / 8]) >> i % 8 & 1);
}

// One group of the level fast: residuals block by block, then the sums along x, y and t.
std::vector<uint64_t> DecodeFast(Input& in, uint64_t frames, uint64_t height, uint64_t width) {
  const uint64_t predictors[2] = {in.Little(1), in.Little(1)};
  const uint64_t rows = in.Little(1);
  const uint64_t control_size = in.Little(4);
  const uint64_t planes_size = in.Little(4);
  Input control = in.Part(control_size);
  Input planes = in.Part(planes_size);
  const absl::Span<const std::byte> signs = in.bytes.subspan(std::min(in.at, in.bytes.size()));
  uint64_t sign = 0;
  std::vector<uint64_t> k(frames * height * width);
  if (in.failed || rows == 0 || predictors[0] > 3) return in.failed = true, k;
  const uint64_t columns = 32 / rows;
  const uint64_t blocks = (width + columns - 1) / columns;
  for (uint64_t strip = 0; strip < frames * ((height + rows - 1) / rows); ++strip) {
    const uint64_t t = strip / ((height + rows - 1) / rows);
    const uint64_t top = strip % ((height + rows - 1) / rows) * rows;
    const uint64_t field = control.Little(1);
    Input widths = control.Part((blocks * field + 7) / 8);
    for (uint64_t b = 0; b < blocks; ++b) {
      uint64_t planes_of_block = 0;
      for (uint64_t i = 0; i < field; ++i) {
        planes_of_block |= uint64_t{Bit(widths.bytes, b * field + i)} << i;
      }
      uint64_t magnitudes[32] = {};
      for (uint64_t j = 0; j < planes_of_block; ++j) {
        const uint64_t plane = planes.Little(4);
        for (int i = 0; i < 32; ++i) magnitudes[i] |= (plane >> i & 1) << j;
      }
      for (uint64_t i = 0; i < 32; ++i) {
        const bool negative = magnitudes[i] != 0 && Bit(signs, sign++);
        const uint64_t y = top + i / columns;
        const uint64_t x = b * columns + i % columns;
        if (y < height && x < width) {
          k[(t * height + y) * width + x] = negative ? 0 - magnitudes[i] : magnitudes[i];
        }
      }
    }
  }
  in.failed = in.failed || control.failed || planes.failed;
  for (uint64_t t = 0; t < frames; ++t) {
    const uint64_t axes = predictors[t > 0];
    uint64_t* const frame = k.data() + t * height * width;
    for (uint64_t i = 0; axes & 1 && i < height * width; ++i) {
      if (i % width > 0) frame[i] += frame[i - 1];
    }
    for (uint64_t i = width; axes & 2 && i < height * width; ++i) frame[i] += frame[i - width];
    // Of frames that have one before them: a key frame's predictor has no 4.
    for (uint64_t i = 0; axes & 4 && i < height * width; ++i) {
      frame[i] += k[(t - 1) * height * width + i];
    }
  }
  return k;
}

// One group of the levels small and smallest.
std::vector<uint64_t> DecodeSmall(absl::Span<const std::byte> model, Input& in, uint64_t frames,
                                  uint64_t height, uint64_t width) {
  const auto k = DecodeSmallPlainly(model, in.bytes.subspan(in.at), frames, height, width);
  if (!k.ok()) return in.failed = true, std::vector<uint64_t>();
  return {k->begin(), k->end()};
}

// The lowest `bits` bits as a signed number.
int64_t Signed(uint64_t value, int bits) {
  return static_cast<int64_t>(value << (64 - bits)) >> (64 - bits);
}

// The element that k stands for, as its bits.
uint64_t Element(const Header& header, uint64_t k) {
  const int element_bits = 8 * kElementSizes[header.dtype];
  const uint64_t sum =
      static_cast<uint64_t>(header.base) + static_cast<uint64_t>(Signed(k, header.bits));
  const int64_t n = Signed(sum, std::max(32, element_bits));
  uint64_t bits = 0;
  if (header.kind == 0) bits = n;
  if (header.kind == 1) {
    const int64_t low = Signed(sum, element_bits);
    bits = low < 0 ? low ^ ((uint64_t{1} << (element_bits - 1)) - 1) : low;
  }
  if (header.kind >= 2 && element_bits == 32) {
    const float number = static_cast<float>(n);
    const float step = static_cast<float>(header.step);
    const float value = header.kind == 2 ? number * step : number / step;
    std::memcpy(&bits, &value, sizeof(value));
  } else if (header.kind >= 2) {
    const double number = static_cast<double>(n);
    const double value = header.kind == 2 ? number * header.step : number / header.step;
    std::memcpy(&bits, &value, sizeof(value));
  }
  return bits;
}

// A group: exceptions, then integers. Appends its elements.
void DecodeGroup(const Header& header, Input in, uint64_t frames, Bytes& out) {
  struct Run {
    uint64_t start, length, bits;
  };
  const int size = kElementSizes[header.dtype];
  std::vector<Run> runs;
  uint64_t at = 0;
  for (uint64_t left = in.Varint(); left > 0 && !in.failed; --left) {
    const uint64_t start = at + in.Varint();
    const uint64_t length = in.Varint();
    runs.push_back({start, length, in.Little(size)});
    at = start + length;
  }
  const auto [leading, all_frames, height, width] = header.extents;
  const std::vector<uint64_t> k = header.level == 1
                                      ? DecodeFast(in, frames, height, width)
                                      : DecodeSmall(header.model, in, frames, height, width);
  const size_t first = out.size();
  out.resize(first + k.size() * size);
  const auto put = [&](size_t i, uint64_t bits) {
    std::memcpy(out.data() + first + i * size, &bits, size);
  };
  for (size_t i = 0; i < k.size(); ++i) put(i, Element(header, k[i]));
  for (const Run& run : runs) {
    for (uint64_t i = run.start; i < run.start + run.length && i < k.size(); ++i) put(i, run.bits);
  }
}

}  // namespace

std::optional<Bytes> DecodeByReference(absl::Span<const std::byte> encoded) {
  Input in = {encoded};
  if (in.Little(4) != 0x6c657773 || in.Little(1) != 1) return std::nullopt;
  Header header = {};
  for (int* field :
       {&header.dtype, &header.level, &header.mode, &header.kind, &header.bits, &header.rank}) {
    *field = static_cast<int>(in.Little(1));
  }
  in.Little(1);
  if (in.failed || header.rank > 4 || header.dtype > 11 || header.level > 3) return std::nullopt;
  std::fill(header.extents, header.extents + 4, 1);
  for (int i = 0; i < header.rank; ++i) header.extents[4 - header.rank + i] = in.Varint();
  if (header.mode != 0) in.Little(8);
  if (header.level != 0) {
    if (header.kind >= 2) {
      const uint64_t bits = in.Little(8);
      std::memcpy(&header.step, &bits, sizeof(bits));
    }
    const uint64_t base = in.Varint();
    header.base = static_cast<int64_t>(base >> 1 ^ (0 - (base & 1)));
    header.group_frames = in.Varint();
    header.model = in.Part(in.Varint()).bytes;
  }
  const auto [leading, frames, height, width] = header.extents;
  const uint64_t per_index = (frames + header.group_frames - 1) / header.group_frames;
  const uint64_t groups = header.level == 0 ? 1 : leading * per_index;
  std::vector<uint64_t> sizes, crcs;
  for (uint64_t g = 0; g < groups && !in.failed; ++g) {
    sizes.push_back(in.Varint());
    crcs.push_back(in.Little(4));
  }
  const uint32_t crc = PlainCrc32c(encoded.first(in.at));
  if (in.Little(4) != crc || in.failed) return std::nullopt;
  Bytes out;
  for (uint64_t g = 0; g < groups; ++g) {
    const Input part = in.Part(sizes[g]);
    if (in.failed || PlainCrc32c(part.bytes) != crcs[g]) return std::nullopt;
    if (header.level == 0) return Bytes(part.bytes.begin(), part.bytes.end());
    const uint64_t start = g % per_index * header.group_frames;
    DecodeGroup(header, part, std::min(header.group_frames, frames - start), out);
  }
  return out;
}

}  // namespace seiche
