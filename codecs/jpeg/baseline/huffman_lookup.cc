#include "codecs/jpeg/baseline/huffman_lookup.h"

#include <algorithm>

namespace seiche {
namespace {

constexpr int kMaxCodeLength = 16;

}  // namespace

bool HuffmanLookup::Assign(const HuffmanSpec& spec, bool is_dc) {
  spec_ = spec;
  is_dc_ = is_dc;
  uint32_t code = 0;
  int32_t index = 0;
  for (int length = 1; length <= kMaxCodeLength; ++length) {
    offsets_[length] = index - static_cast<int32_t>(code);
    for (int i = 0; i < spec.counts[length - 1]; ++i, ++index, ++code) {
      if (is_dc && spec.symbols[index] > 15) return false;
    }
    // No code is all ones.
    if (code >= 1u << length) return false;
    limits_[length] = code << (kMaxCodeLength - length);
    code <<= 1;
  }
  FillLookup();
  return true;
}

void HuffmanLookup::FillLookup() {
  lookup_.fill({});
  auto entry = lookup_.begin();
  int index = 0;
  for (int length = 1; length <= kLookupBits; ++length) {
    for (int i = 0; i < spec_.counts[length - 1]; ++i) {
      const Code code{spec_.symbols[index++], static_cast<uint8_t>(length)};
      entry = std::fill_n(entry, 1 << (kLookupBits - length), code);
    }
  }
}

// Of length 0 if there is no such code.
HuffmanLookup::Code HuffmanLookup::Search(uint64_t window) const {
  const auto bits = static_cast<uint32_t>(window >> (64 - kMaxCodeLength));
  int length = 1;
  while (bits >= limits_[length]) {
    if (++length > kMaxCodeLength) return {};
  }
  const int32_t index = offsets_[length] + static_cast<int32_t>(bits >> (kMaxCodeLength - length));
  return {spec_.symbols[index], static_cast<uint8_t>(length)};
}

bool BlockTables::Assign(const HuffmanSpec& dc_spec, const HuffmanSpec& ac_spec) {
  if (assigned_ && dc_spec == dc_spec_ && ac_spec == ac_spec_) {
    if (!prepared_) PrepareRuns();
    return true;
  }
  assigned_ = prepared_ = false;
  if (!dc.Assign(dc_spec, /*is_dc=*/true) || !ac.Assign(ac_spec, /*is_dc=*/false)) return false;
  dc_runs_.fill({});
  ac_runs_.fill({});
  dc_spec_ = dc_spec;
  ac_spec_ = ac_spec;
  return assigned_ = true;
}

void BlockTables::PrepareRuns() {
  for (uint64_t entry = 0; entry < dc_runs_.size(); ++entry) {
    const uint64_t window = entry << (64 - kRunBits);
    const Symbol difference = dc.Find(window), first = ac.Find(window);
    if (difference.length > 0 && difference.length <= kRunBits) {
      dc_runs_[entry] = {.length = difference.length, .steps = 0, .values = {difference.value}};
    }
    if (first.length > 0 && first.length <= kRunBits) {
      ac_runs_[entry] = {.length = first.length,
                         .first_step = first.step,
                         .steps = first.step,
                         .ends_block = first.ends_block(),
                         .values = {first.value}};
    }
  }
  for (int i = 0; i < 2; ++i) {
    Extend(dc_runs_);
    Extend(ac_runs_);
  }
  prepared_ = true;
}

void BlockTables::Extend(Runs& runs) const {
  for (uint64_t entry = 0; entry < runs.size(); ++entry) {
    Run& run = runs[entry];
    if (run.steps == Run::kNone || run.ends_block) continue;
    const Symbol next = ac.Find(entry << (64 - kRunBits) << run.length);
    if (next.length == 0 || run.length + next.length > kRunBits) continue;
    if (next.ends_block()) {
      run.ends_block = true;
    } else if (run.steps == run.first_step) {
      run.steps += next.step;
      run.values[1] = next.value;
    } else {
      continue;
    }
    run.length += next.length;
  }
}

}  // namespace seiche
