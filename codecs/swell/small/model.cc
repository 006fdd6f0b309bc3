#include "codecs/swell/small/model.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

absl::Status DamagedModel(const char* reason) {
  return absl::DataLossError(absl::StrCat("swell: the model of level small ", reason));
}

// How many of the taps reach back at most `frames` frames.
int TapsWithin(absl::Span<const StencilTap> taps, int frames) {
  return std::count_if(taps.begin(), taps.end(),
                       [frames](const StencilTap& tap) { return tap.dt <= frames; });
}

void AppendVarint(uint32_t value, std::vector<std::byte>& bytes) {
  for (; value >= 128; value >>= 7) bytes.push_back(std::byte(value | 128));
  bytes.push_back(std::byte(value));
}

// Two numbers below 16 a byte, the first one in the lower half.
template <size_t n>
void AppendNibbles(const std::array<uint8_t, n>& values, std::vector<std::byte>& bytes) {
  static_assert(n % 2 == 0);
  for (size_t i = 0; i < n; i += 2) bytes.push_back(std::byte(values[i] | values[i + 1] << 4));
}

void AppendTable(const FrequencyTable& table, std::vector<std::byte>& bytes) {
  size_t count = table.frequencies.size();
  while (count > 0 && table.frequencies[count - 1] == 0) --count;
  bytes.push_back(std::byte(table.bits));
  AppendVarint(count, bytes);
  for (size_t i = 0; i < count; ++i) {
    AppendVarint(table.frequencies[i], bytes);
    if (table.frequencies[i] != 0) continue;
    size_t zeros = 0;  // the one before aside; a last frequency is never 0
    for (; table.frequencies[i + 1] == 0; ++i) ++zeros;
    AppendVarint(zeros, bytes);
  }
}

// Reads what the functions above append; after any read past the end ok() is false.
class ModelReader {
 public:
  explicit ModelReader(absl::Span<const std::byte> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return next_ == bytes_.size(); }

  uint32_t Byte() {
    if (next_ == bytes_.size()) {
      ok_ = false;
      return 0;
    }
    return static_cast<uint32_t>(bytes_[next_++]);
  }

  // Of up to three bytes.
  uint32_t Varint() {
    uint32_t value = 0;
    for (int shift = 0; shift < 21; shift += 7) {
      const uint32_t byte = Byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    ok_ = false;
    return 0;
  }

  template <size_t n>
  void Nibbles(std::array<uint8_t, n>& values) {
    for (size_t i = 0; i < n; i += 2) {
      const uint32_t byte = Byte();
      values[i] = byte & 15;
      values[i + 1] = byte >> 4;
    }
  }

 private:
  absl::Span<const std::byte> bytes_;
  size_t next_ = 0;
  bool ok_ = true;
};

// A table of up to `symbols` symbols.
absl::StatusOr<FrequencyTable> ReadTable(ModelReader& reader, size_t symbols) {
  FrequencyTable table;
  table.bits = static_cast<int>(reader.Byte());
  const size_t count = reader.Varint();
  if (!reader.ok()) return DamagedModel("ends too early");
  if (table.bits < kMinTableBits || table.bits > kMaxTableBits || count > symbols) {
    return DamagedModel("has a table of a size that is not allowed");
  }
  table.frequencies.assign(symbols, 0);
  uint32_t sum = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t frequency = reader.Varint();
    sum += std::min<uint32_t>(frequency, 1 << 16);
    if (frequency <= 1 << kMaxTableBits) table.frequencies[i] = static_cast<uint16_t>(frequency);
    if (frequency == 0) i += reader.Varint();
  }
  if (!reader.ok()) return DamagedModel("ends too early");
  if (sum != 1u << table.bits) return DamagedModel("has a table whose sum is wrong");
  return table;
}

template <size_t n>
bool AllBelow(const std::array<uint8_t, n>& values, size_t bound) {
  return *std::max_element(values.begin(), values.end()) < bound;
}

}  // namespace

std::vector<StencilTap> StencilTaps(SmallStencil stencil) {
  const StencilRows& rows = kStencilRows[static_cast<int>(stencil)];
  std::vector<StencilTap> taps;
  const auto add_row = [&taps](int dt, int dy, int reach) {
    for (int dx = -reach; dx <= reach; ++dx) taps.push_back({dt, dy, dx});
  };
  for (int i = 0; i < 3; ++i) {
    if (rows.above[i] >= 0) add_row(0, -1 - i, rows.above[i]);
  }
  for (int dt = 1; dt <= 2; ++dt) {
    for (int i = 0; i < 7; ++i) {
      if (rows.past[i] >= 0) add_row(dt, i - 3, rows.past[i]);
    }
  }
  return taps;
}

void AppendModel(const SmallModel& model, std::vector<std::byte>& bytes) {
  bytes.push_back(std::byte(model.stencil));
  bytes.push_back(std::byte(model.lanes / kMinLanes));
  bytes.push_back(std::byte(model.sets));
  bytes.push_back(std::byte(model.tables.size()));
  const std::vector<StencilTap> taps = StencilTaps(model.stencil);
  for (int set = 0; set < model.sets; ++set) {
    for (int i = 0; i < TapsWithin(taps, set); ++i) {
      const auto coefficient = static_cast<uint16_t>(model.coefficients[set][i]);
      bytes.push_back(std::byte(coefficient & 255));
      bytes.push_back(std::byte(coefficient >> 8));
    }
  }
  AppendNibbles(model.first_contexts, bytes);
  AppendNibbles(model.flagged_contexts, bytes);
  if (model.sets > 1) AppendNibbles(model.contexts, bytes);
  for (const FrequencyTable& table : model.tables) AppendTable(table, bytes);
  for (const FrequencyTable& table : model.flag_tables) AppendTable(table, bytes);
}

absl::StatusOr<SmallModel> ParseModel(absl::Span<const std::byte> bytes) {
  ModelReader reader(bytes);
  SmallModel model;
  const uint32_t stencil = reader.Byte();
  const uint32_t lanes = reader.Byte() * kMinLanes;
  const uint32_t sets = reader.Byte();
  const uint32_t tables = reader.Byte();
  if (!reader.ok()) return DamagedModel("ends too early");
  if (stencil >= std::size(kSmallStencils)) return DamagedModel("names an unknown stencil");
  if (lanes < kMinLanes || lanes > kMaxLanes) return DamagedModel("has no such number of lanes");
  if (sets < 1 || sets > 3) return DamagedModel("has no such number of coefficients");
  if (tables < 1 || tables > kMaxTables) return DamagedModel("has no such number of tables");
  model.stencil = static_cast<SmallStencil>(stencil);
  model.lanes = static_cast<int>(lanes);
  model.sets = static_cast<int>(sets);
  const std::vector<StencilTap> taps = StencilTaps(model.stencil);
  for (int set = 0; set < model.sets; ++set) {
    for (int i = 0; i < TapsWithin(taps, set); ++i) {
      const uint32_t low = reader.Byte();
      model.coefficients[set][i] = static_cast<int16_t>(low | reader.Byte() << 8);
    }
  }
  reader.Nibbles(model.first_contexts);
  reader.Nibbles(model.flagged_contexts);
  if (model.sets > 1) reader.Nibbles(model.contexts);
  if (!AllBelow(model.first_contexts, tables) || !AllBelow(model.flagged_contexts, tables) ||
      !AllBelow(model.contexts, tables)) {
    return DamagedModel("names a table that does not exist");
  }
  for (uint32_t i = 0; i < tables; ++i) {
    SEICHE_ASSIGN_OR_RETURN(FrequencyTable table, ReadTable(reader, kTokens));
    model.tables.push_back(std::move(table));
  }
  for (FrequencyTable& table : model.flag_tables) {
    SEICHE_ASSIGN_OR_RETURN(table, ReadTable(reader, 1 << kBlocksPerFlags));
    if (table.bits != kMaxTableBits) return DamagedModel("has flags of a size not allowed");
  }
  if (!reader.at_end()) return DamagedModel("is longer than it says");
  return model;
}

}  // namespace seiche
