#include "codecs/jpeg/baseline/luma_decoder.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>

#include "absl/base/attributes.h"
#include "base/ceil_divide.h"
#include "codecs/jpeg/levels.h"

namespace seiche {
namespace {

constexpr int kFirstRestart = 0xd0, kEndOfImage = 0xd9;  // Table B.1
constexpr int kBlockSide = 8;
// Coefficients in zigzag order that lie in DctExtent::kCorner.
constexpr int kCornerCoefficients = 10;

// Figure A.6: diagonals, alternately upwards and downwards. visit(index, v, u).
template <typename Visit>
void ForZigzag(Visit visit) {
  int index = 0;
  for (int diagonal = 0; diagonal < 2 * kBlockSide - 1; ++diagonal) {
    for (int i = 0; i <= diagonal; ++i) {
      const int v = diagonal % 2 == 0 ? diagonal - i : i, u = diagonal - v;
      if (v < kBlockSide && u < kBlockSide) visit(index++, v, u);
    }
  }
}

// Reads one block (F.2.2): calls take_dc(difference) and take_ac(index, value), index in zigzag
// order, for all values but 0, and for some that are 0. Returns how many coefficients the block has
// up to the last one that counts, or 0 if it is not as it should be.
//
// Always inline, as its callers are: the reader has to stay in registers.
template <typename TakeDc, typename TakeAc>
ABSL_ATTRIBUTE_ALWAYS_INLINE inline int ReadBlock(BitReader& reader, const BlockTables& tables,
                                                  TakeDc take_dc, TakeAc take_ac) {
  reader.Refill();
  int count = 1;
  if (const Run run = tables.dc_run(reader.window()); run.steps != Run::kNone) {
    reader.Skip(run.length);
    take_dc(run.values[0]);
    count += run.steps;
    take_ac(count - 1, run.values[1]);
    if (run.ends_block) return reader.past_end() ? 0 : count;
  } else {
    const Symbol symbol = tables.dc.Find(reader.window());
    if (symbol.length == 0) return 0;
    reader.Skip(symbol.length);
    take_dc(symbol.value);
  }
  while (count < 64) {
    reader.Refill();
    const Run run = tables.ac_run(reader.window());
    if (count + run.steps < 64) [[likely]] {
      reader.Skip(run.length);
      take_ac(count - 1 + run.first_step, run.values[0]);
      count += run.steps;
      take_ac(count - 1, run.values[1]);
      if (run.ends_block) break;
      continue;
    }
    // A long code, or one near the block's last coefficient, which no end follows.
    const Symbol symbol = tables.ac.Find(reader.window());
    if (symbol.length == 0) return 0;
    reader.Skip(symbol.length);
    if (symbol.ends_block()) break;
    count += symbol.step;
    if (count > 64) return 0;
    take_ac(count - 1, symbol.value);
  }
  return reader.past_end() ? 0 : count;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool SkipBlock(BitReader& reader, const BlockTables& tables) {
  return ReadBlock(
             reader, tables, [](int) {}, [](int, int) {}) > 0;
}

void Fill(uint8_t level, uint8_t* target, int64_t stride) {
  const uint64_t row = level * uint64_t{0x0101010101010101};
#pragma GCC unroll 8
  for (int y = 0; y < kBlockSide; ++y, target += stride) std::memcpy(target, &row, sizeof(row));
}

// From a group's block to another's; leaves zeros.
void MoveBlock(int16_t* from, int16_t* to) {
  constexpr int kStep = DctGroup::kBlocks * DctGroup::kBlockStep;
  for (int i = 0; i < 64 / DctGroup::kBlockStep; ++i, from += kStep, to += kStep) {
    std::memcpy(to, from, DctGroup::kBlockStep * sizeof(int16_t));
    std::fill_n(from, DctGroup::kBlockStep, int16_t{0});
  }
}

}  // namespace

bool LumaDecoder::SetUp(absl::Span<const std::byte> encoded) {
  if (!header_bytes_.empty() && encoded.size() > header_bytes_.size() &&
      std::memcmp(encoded.data(), header_bytes_.data(), header_bytes_.size()) == 0) {
    return prepared_ || AssignTables();
  }
  header_bytes_.clear();
  prepared_ = false;
  if (!ReadHeader(encoded)) return false;
  header_bytes_.assign(encoded.begin(), encoded.begin() + header_.size);
  return true;
}

bool LumaDecoder::AssignTables() {
  const auto assign = [&](BlockTables& tables, int component) {
    return tables.Assign(header_.components[component].dc, header_.components[component].ac);
  };
  if (!assign(luma_, 0)) return false;
  for (int i = 1; i < header_.num_components; ++i) {
    if (!assign(chroma_[i - 1], i)) return false;
  }
  return prepared_ = true;
}

bool LumaDecoder::ReadHeader(absl::Span<const std::byte> encoded) {
  const std::optional<BaselineHeader> header =
      ParseBaselineHeader({reinterpret_cast<const uint8_t*>(encoded.data()), encoded.size()});
  if (!header) return false;
  header_ = *header;
  if (!AssignTables()) return false;
  prepared_ = false;
  ForZigzag([&](int index, int v, int u) {
    coefficients_[index].position = DctGroup::Position(v, u);
    coefficients_[index].quantum = header_.quanta[index];
  });
  return *std::min_element(header_.quanta.begin(), header_.quanta.end()) > 0;
}

bool LumaDecoder::Decode(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                         const ArrayView& out) {
  if (!SetUp(encoded)) return false;
  if (header_.height != out.shape[0] || header_.width != out.shape[1]) return false;
  const BaselineHeader::Component& layout = header_.components[0];
  const int64_t mcus = CeilDivide(header_.width, layout.across * kBlockSide);
  const int64_t mcu_rows = CeilDivide(header_.height, layout.down * kBlockSide);
  stride_ = mcus * layout.across * kBlockSide;
  strip_ =
      reinterpret_cast<uint8_t*>(strip_buffer_.Reserve(stride_ * layout.down * kBlockSide).data());
  corner_ = {};
  full_ = {};

  ScanData data(encoded.subspan(header_.size));
  const int64_t interval =
      header_.restart_interval == 0 ? mcus * mcu_rows : header_.restart_interval;
  int64_t left = 0;  // MCUs in the present interval
  int intervals = 0;
  for (int64_t row = 0; row < mcu_rows; ++row) {
    for (int64_t first = 0, count; first < mcus; first += count, left -= count) {
      if (left == 0) {
        // The interval before must have ended right here, with the marker that is its turn.
        const int marker = kFirstRestart + (intervals - 1) % 8;
        if (intervals > 0 && (!reader_.at_end() || data.marker() != marker)) return false;
        const auto bytes = data.Next(interval_buffer_);
        if (!bytes) return false;
        reader_ = BitReader(*bytes);
        dc_ = 0;
        left = interval;
        ++intervals;
      }
      count = std::min(left, mcus - first);
      if (!DecodeMcus(first, count)) return false;
    }
    Transform(corner_, DctExtent::kCorner);
    Transform(full_, DctExtent::kFull);
    Deliver(row, options, out);
  }
  return reader_.at_end() && data.marker() == kEndOfImage;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool LumaDecoder::DecodeBlock(BitReader& reader,
                                                                  uint8_t* target) {
  int16_t* const slot = corner_.group.coefficients + corner_.size * DctGroup::kBlockStep;
  int dc = dc_;
  uint32_t sum = 0;  // of absolute coefficients but DC's
  const int count = ReadBlock(
      reader, luma_, [&](int difference) { dc += difference; },
      [&](int index, int value) {
        const Coefficient coefficient = coefficients_[index];
        const int product = value * coefficient.quantum;
        sum += std::abs(product);
        slot[coefficient.position] += static_cast<int16_t>(product);
      });
  dc_ = dc;
  const int product = dc * coefficients_[0].quantum;
  if (count == 0 || sum + std::abs(product) > kMaxDctSum) return false;
  if (count == 1) {
    Fill(FlatLevel(product), target, stride_);
    return true;
  }
  slot[0] = static_cast<int16_t>(product);
  if (count <= kCornerCoefficients) {
    Await(corner_, DctExtent::kCorner, target);
  } else {
    MoveBlock(slot, full_.group.coefficients + full_.size * DctGroup::kBlockStep);
    Await(full_, DctExtent::kFull, target);
  }
  return true;
}

bool LumaDecoder::DecodeMcus(int64_t first, int64_t count) {
  const int across = header_.components[0].across, down = header_.components[0].down;
  int chroma_blocks[2] = {};
  for (int i = 1; i < header_.num_components; ++i) {
    chroma_blocks[i - 1] = header_.components[i].across * header_.components[i].down;
  }
  BitReader reader = reader_;
  for (int64_t mcu = first; mcu < first + count; ++mcu) {
    uint8_t* const target = strip_ + mcu * across * kBlockSide;
    for (int y = 0; y < down; ++y) {
      for (int x = 0; x < across; ++x) {
        if (!DecodeBlock(reader, target + (y * stride_ + x) * kBlockSide)) return false;
      }
    }
    for (int i = 0; i < 2; ++i) {
      for (int block = 0; block < chroma_blocks[i]; ++block) {
        if (!SkipBlock(reader, chroma_[i])) return false;
      }
    }
  }
  reader_ = reader;
  return true;
}

void LumaDecoder::Await(Waiting& waiting, DctExtent extent, uint8_t* target) {
  waiting.targets[waiting.size++] = target;
  if (waiting.size == waiting.targets.size()) Transform(waiting, extent);
}

void LumaDecoder::Transform(Waiting& waiting, DctExtent extent) {
  if (waiting.size == 0) return;
  InverseDct(waiting.group, extent, absl::MakeConstSpan(waiting.targets).first(waiting.size),
             stride_);
  const size_t size = extent == DctExtent::kCorner ? DctGroup::kCornerSize : DctGroup::kSize;
  std::fill_n(waiting.group.coefficients, size, int16_t{0});
  waiting.size = 0;
}

void LumaDecoder::Deliver(int64_t row, const DecodeOptions& options, const ArrayView& out) {
  const int64_t mcu_height = header_.components[0].down * kBlockSide;
  const int64_t first = row * mcu_height;
  const int64_t rows = std::min(mcu_height, out.shape[0] - first);
  const size_t width = out.shape[1];
  for (int64_t y = 0; y < rows; ++y) {
    std::byte* const to = out.data + (first + y) * out.strides[0];
    const uint8_t* const from = strip_ + y * stride_;
    if (out.dtype == DType::kUInt8) {
      std::memcpy(to, from, width);
    } else {
      LevelsToFloat({from, width}, options.scale, options.offset,
                    {reinterpret_cast<float*>(to), width});
    }
  }
}

}  // namespace seiche
