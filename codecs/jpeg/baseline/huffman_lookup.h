// Tables that turn the next bits of a scan into coefficients: one look-up for several of them.
//
//   BlockTables tables;
//   if (!tables.Assign(dc_spec, ac_spec)) ...                  // no legal code
//   const Run& run = tables.ac_run(window);                    // of up to two coefficients
//   if (run.steps == Run::kNone) symbol = tables.ac.Find(window);
//
// Two short codes with the bits of their values, and the end of the block if its code follows,
// often fit into kRunBits bits, and then are one run. What does not is found code by code.
// Thread-compatible.
#ifndef SEICHE_CODECS_JPEG_BASELINE_HUFFMAN_LOOKUP_H_
#define SEICHE_CODECS_JPEG_BASELINE_HUFFMAN_LOOKUP_H_

#include <array>
#include <cstdint>

#include "codecs/jpeg/baseline/baseline_header.h"

namespace seiche {

// What one code stands for. Of an AC table: `step` coefficients on (zeros, then one of `value`), or
// none if the block ends. Of a DC table: the difference `value`.
struct Symbol {
  int16_t value = 0;
  uint8_t step = 0;
  uint8_t length = 0;  // bits, those of the value included; 0: no such code

  bool ends_block() const { return step == 0; }
};

class HuffmanLookup {
 public:
  static constexpr int kLookupBits = 10;
  // Of a code with the bits of its value.
  static constexpr int kMaxLength = 16 + 15;

  // False if `spec` is no legal code (C.2), or of a DC table has sizes above 15.
  bool Assign(const HuffmanSpec& spec, bool is_dc);

  // `window`: the next bits, the first one on top; at least kMaxLength of them.
  Symbol Find(uint64_t window) const {
    const Code code = lookup_[window >> (64 - kLookupBits)];
    return ToSymbol(code.length != 0 ? code : Search(window), window);
  }

 private:
  struct Code {
    uint8_t symbol = 0;  // zeros before the value, and the value's size in bits
    uint8_t length = 0;
  };

  Code Search(uint64_t window) const;
  void FillLookup();

  Symbol ToSymbol(Code code, uint64_t window) const {
    const int zeros = code.symbol >> 4, size = code.symbol & 15;
    if (size > 0) {
      int value = static_cast<int>(window << code.length >> (64 - size));
      if (value < 1 << (size - 1)) value += 1 - (1 << size);  // F.2.2.1, EXTEND
      return {static_cast<int16_t>(value), static_cast<uint8_t>(zeros + 1),
              static_cast<uint8_t>(code.length + size)};
    }
    if (is_dc_) return {0, 1, code.length};
    if (zeros == 0) return {0, 0, code.length};
    if (zeros == 15) return {0, 16, code.length};
    return {};  // an end of several blocks, which only progressive scans have
  }

  HuffmanSpec spec_;
  bool is_dc_ = false;
  // Of each length: the first code past those of that length or less, as 16 bits from the top; and
  // what to add to a code to have its symbol's index.
  std::array<uint32_t, 17> limits_ = {};
  std::array<int32_t, 17> offsets_ = {};
  std::array<Code, 1 << kLookupBits> lookup_ = {};
};

// What follows in the next bits: coefficient `first_step` on and one `steps` on, or one, or none;
// values that are not there are 0. In front of an AC coefficient the DC's difference can stand.
struct Run {
  static constexpr uint8_t kNone = 64;

  uint8_t length = 0;
  uint8_t first_step = 0;
  uint8_t steps = kNone;
  bool ends_block = false;
  int16_t values[2] = {};
};

// What the blocks of one component are decoded by.
class BlockTables {
 public:
  static constexpr int kRunBits = 11;

  // False as above. Runs are prepared when the same tables come for the second time: others may be
  // for one image only.
  bool Assign(const HuffmanSpec& dc_spec, const HuffmanSpec& ac_spec);

  // `window`: kRunBits bits at least. A run of a DC table is a difference, values[0], and one
  // coefficient at most.
  const Run& dc_run(uint64_t window) const { return dc_runs_[window >> (64 - kRunBits)]; }
  const Run& ac_run(uint64_t window) const { return ac_runs_[window >> (64 - kRunBits)]; }

  HuffmanLookup dc, ac;

 private:
  using Runs = std::array<Run, 1 << kRunBits>;

  void PrepareRuns();
  // Appends to each of the `runs` what follows there, if there is room for it.
  void Extend(Runs& runs) const;

  bool assigned_ = false, prepared_ = false;
  HuffmanSpec dc_spec_, ac_spec_;
  Runs dc_runs_, ac_runs_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_HUFFMAN_LOOKUP_H_
