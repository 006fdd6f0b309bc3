#include "codecs/jpeg/baseline/test_stream.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "base/ceil_divide.h"

namespace seiche {
namespace {

int Uniform(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

// Bits to bytes, zeros stuffed.
class BitWriter {
 public:
  void Put(uint32_t bits, int count) {
    for (int i = count - 1; i >= 0; --i) {
      byte_ = byte_ << 1 | (bits >> i & 1);
      if (++used_ == 8) Flush();
    }
  }
  // Fills up with ones.
  std::string Finish() {
    while (used_ > 0) Put(1, 1);
    return std::move(bytes_);
  }

 private:
  void Flush() {
    bytes_ += static_cast<char>(byte_);
    if (byte_ == 0xff) bytes_ += '\0';
    byte_ = used_ = 0;
  }

  std::string bytes_;
  uint32_t byte_ = 0;
  int used_ = 0;
};

int SizeOfValue(int value) { return std::bit_width(static_cast<uint32_t>(std::abs(value))); }

void PutValue(BitWriter& writer, int value, int size) {
  writer.Put(static_cast<uint32_t>(value < 0 ? value + (1 << size) - 1 : value), size);
}

using Block = std::array<int, 64>;  // quantised, in zigzag order

Block RandomBlock(const RandomJpegOptions& options, absl::Span<const uint8_t> quanta,
                  std::mt19937& random) {
  Block block = {};
  int left = options.max_sum;
  const auto set = [&](int index, int max_value) {
    const int most = std::min(left / quanta[index], max_value);
    if (most == 0) return;
    const int value = Uniform(random, -most, most);
    left -= std::abs(value) * quanta[index];
    block[index] = value;
  };
  const int last = std::array{0, 1, 5, 9, 10, 40, 63}[Uniform(random, 0, 6)];
  // The last ones, which an end of the block is not needed behind, first.
  for (int index = last; index >= 0; --index) {
    if (index != last && Uniform(random, 0, 2) == 0) continue;
    set(index, Uniform(random, 0, 3) == 0 ? 1000 : 3);
  }
  return block;
}

struct ComponentCoder {
  HuffmanSpec dc, ac;
  std::vector<TestCode> dc_codes, ac_codes;
  int last_dc = 0;

  void Put(BitWriter& writer, const Block& block) {
    const int difference = block[0] - last_dc, size = SizeOfValue(difference);
    last_dc = block[0];
    PutCode(writer, dc_codes, size);
    PutValue(writer, difference, size);
    int zeros = 0;
    for (int index = 1; index < 64; ++index) {
      if (block[index] == 0) {
        ++zeros;
        continue;
      }
      for (; zeros > 15; zeros -= 16) PutCode(writer, ac_codes, 0xf0);
      const int size = SizeOfValue(block[index]);
      PutCode(writer, ac_codes, zeros << 4 | size);
      PutValue(writer, block[index], size);
      zeros = 0;
    }
    if (zeros > 0) PutCode(writer, ac_codes, 0);
  }

  static void PutCode(BitWriter& writer, const std::vector<TestCode>& codes, int symbol) {
    writer.Put(codes[symbol].bits, codes[symbol].length);
  }
};

ComponentCoder RandomCoder(std::mt19937& random) {
  std::vector<uint8_t> dc, ac = {0x00, 0xf0};
  for (int size = 0; size <= 11; ++size) dc.push_back(size);
  for (int zeros = 0; zeros < 16; ++zeros) {
    for (int size = 1; size <= 10; ++size) ac.push_back(zeros << 4 | size);
  }
  ComponentCoder coder{.dc = RandomCode(dc, random), .ac = RandomCode(ac, random)};
  coder.dc_codes = CodesOf(coder.dc);
  coder.ac_codes = CodesOf(coder.ac);
  return coder;
}

std::string HuffmanSegment(int target, const HuffmanSpec& spec) {
  std::vector<uint8_t> content = {static_cast<uint8_t>(target)};
  content.insert(content.end(), spec.counts.begin(), spec.counts.end());
  size_t symbols = 0;
  for (const uint8_t count : spec.counts) symbols += count;
  content.insert(content.end(), spec.symbols.begin(), spec.symbols.begin() + symbols);
  return TestSegment(0xc4, content);
}

std::vector<uint8_t> FrameHeader(const RandomJpegOptions& options) {
  const auto byte = [](int value) { return static_cast<uint8_t>(value); };
  std::vector<uint8_t> content = {8,
                                  byte(options.height >> 8),
                                  byte(options.height),
                                  byte(options.width >> 8),
                                  byte(options.width),
                                  byte(options.components.size())};
  for (size_t i = 0; i < options.components.size(); ++i) {
    const auto [across, down] = options.components[i];
    content.insert(content.end(), {byte(i + 1), byte(across << 4 | down), byte(i > 0)});
  }
  return content;
}

std::vector<uint8_t> ScanHeader(int components) {
  std::vector<uint8_t> content = {static_cast<uint8_t>(components)};
  for (int i = 0; i < components; ++i) {
    content.insert(content.end(), {static_cast<uint8_t>(i + 1), static_cast<uint8_t>(i * 0x11)});
  }
  content.insert(content.end(), {0, 63, 0});
  return content;
}

std::string Scan(const RandomJpegOptions& options, absl::Span<const uint8_t> quanta,
                 std::vector<ComponentCoder>& coders, std::mt19937& random) {
  // One component's blocks are not interleaved.
  const bool gray = coders.size() == 1;
  const auto [across, down] = gray ? RandomJpegOptions::Blocks{} : options.components[0];
  const int64_t mcus = CeilDivide(options.width, 8 * across) * CeilDivide(options.height, 8 * down);
  std::string scan;
  BitWriter writer;
  for (int64_t mcu = 0; mcu < mcus; ++mcu) {
    if (options.restart_interval > 0 && mcu > 0 && mcu % options.restart_interval == 0) {
      scan += std::exchange(writer, {}).Finish();
      scan += '\xff';
      scan += static_cast<char>(0xd0 + (mcu / options.restart_interval - 1) % 8);
      for (ComponentCoder& coder : coders) coder.last_dc = 0;
    }
    for (size_t i = 0; i < coders.size(); ++i) {
      const auto [across, down] = options.components[i];
      for (int block = 0; block < (gray ? 1 : across * down); ++block) {
        coders[i].Put(writer, RandomBlock(options, quanta, random));
      }
    }
  }
  return scan + writer.Finish();
}

}  // namespace

std::vector<TestCode> CodesOf(const HuffmanSpec& spec) {
  std::vector<TestCode> codes(256);
  uint32_t code = 0;
  size_t index = 0;
  for (int length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < spec.counts[length - 1]; ++i)
      codes[spec.symbols[index++]] = {code++, length};
  }
  return codes;
}

HuffmanSpec RandomCode(std::vector<uint8_t> symbols, std::mt19937& random) {
  std::shuffle(symbols.begin(), symbols.end(), random);
  HuffmanSpec spec;
  std::copy(symbols.begin(), symbols.end(), spec.symbols.begin());
  int64_t left = symbols.size(), room = 1;  // codes of the present length
  for (int length = 1; length <= 16; ++length) {
    room *= 2;
    // As many as leave room for the others behind, and for the code of all ones.
    int64_t most = std::min({left, room, int64_t{255}});
    while (most > 0 && ((room - most) << (16 - length)) - 1 < left - most) --most;
    spec.counts[length - 1] = length == 16 ? left : Uniform(random, 0, static_cast<int>(most));
    left -= spec.counts[length - 1];
    room -= spec.counts[length - 1];
  }
  return spec;
}

std::string TestSegment(uint8_t marker, absl::Span<const uint8_t> content) {
  const size_t length = content.size() + 2;
  std::string segment = {'\xff', static_cast<char>(marker), static_cast<char>(length >> 8),
                         static_cast<char>(length)};
  segment.append(content.begin(), content.end());
  return segment;
}

std::string RandomJpeg(const RandomJpegOptions& options, std::mt19937& random) {
  std::vector<uint8_t> quanta(65, 0);
  for (int i = 1; i <= 64; ++i) quanta[i] = Uniform(random, 1, options.max_quantum);
  std::string jpeg = "\xff\xd8";
  jpeg += TestSegment(0xe0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  for (const int target : {0, 1}) {
    quanta[0] = target;
    jpeg += TestSegment(0xdb, quanta);
  }
  jpeg += TestSegment(0xc0, FrameHeader(options));
  std::vector<ComponentCoder> coders;
  for (size_t i = 0; i < options.components.size(); ++i) {
    coders.push_back(RandomCoder(random));
    jpeg += HuffmanSegment(i, coders[i].dc) + HuffmanSegment(0x10 + i, coders[i].ac);
  }
  if (options.restart_interval > 0) {
    jpeg += TestSegment(0xdd, {static_cast<uint8_t>(options.restart_interval >> 8),
                               static_cast<uint8_t>(options.restart_interval)});
  }
  jpeg += TestSegment(0xda, ScanHeader(options.components.size()));
  jpeg += Scan(options, absl::MakeConstSpan(quanta).subspan(1), coders, random);
  return jpeg + "\xff\xd9";
}

}  // namespace seiche
