#include "codecs/swell/small/decode_tables.h"

#include <algorithm>

namespace seiche {
namespace {

uint32_t CodeOf(uint32_t token) {
  if (token >= kDirectTokens) return token - kDirectTokens + kFirstRawCode;
  return token >> 1 ^ -(token & 1);
}

void AddTable(const FrequencyTable& table, int t, SmallDecodeTables& tables) {
  const uint32_t first = table.frequencies[0];
  tables.bits[t] = table.bits;
  tables.floors[t] = static_cast<int32_t>(first) - 1;
  tables.bases[t] = static_cast<int32_t>(tables.entries.size()) - tables.floors[t];
  if (first == 0) tables.entries.push_back(0);  // so that slot 0 is at index 1
  uint32_t start = 0;
  for (uint32_t symbol = 0; symbol < table.frequencies.size(); ++symbol) {
    const uint32_t frequency = table.frequencies[symbol];
    if (symbol >= 1 && symbol <= 3) tables.starts[symbol - 1][t] = static_cast<int32_t>(start);
    if (frequency == 0) continue;
    const uint32_t entry = CodeOf(symbol) << 25 | frequency << 12 | start;
    tables.entries.insert(tables.entries.end(), symbol == 0 ? 1 : frequency,
                          static_cast<int32_t>(entry));
    start += frequency;
  }
}

void FillFlags(const FrequencyTable& table, SmallDecodeTables::Flags& flags) {
  uint32_t start = 0;
  for (size_t symbol = 0; symbol < table.frequencies.size(); ++symbol) {
    flags.frequencies[symbol] = table.frequencies[symbol];
    flags.starts[symbol] = static_cast<uint16_t>(start);
    std::fill_n(flags.symbols + start, table.frequencies[symbol], static_cast<uint8_t>(symbol));
    start += table.frequencies[symbol];
  }
}

}  // namespace

SmallDecodeTables MakeSmallDecodeTables(const SmallModel& model) {
  SmallDecodeTables tables;
  for (size_t t = 0; t < model.tables.size(); ++t) {
    AddTable(model.tables[t], static_cast<int>(t), tables);
  }
  for (int i = 0; i < kContexts; ++i) {
    // A first frame has no activity in a former one.
    tables.first_contexts[i] = model.first_contexts[i / kLevels];
    tables.contexts[i] = model.contexts[i];
  }
  std::copy(model.flagged_contexts.begin(), model.flagged_contexts.end(), tables.flagged_contexts);
  for (int i = 0; i < 2; ++i) FillFlags(model.flag_tables[i], tables.flags[i]);
  for (int set = 0; set < model.sets; ++set) {
    tables.coefficients[set] = PackCoefficients(model, set);
  }
  return tables;
}

}  // namespace seiche
