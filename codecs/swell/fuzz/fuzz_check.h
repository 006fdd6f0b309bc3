// What both harnesses share: an array in memory of its own size, to the byte, so that a sanitizer
// notices wrong accesses; and a check that ends the process.
#ifndef SEICHE_CODECS_SWELL_FUZZ_FUZZ_CHECK_H_
#define SEICHE_CODECS_SWELL_FUZZ_FUZZ_CHECK_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/array_view.h"
#include "codecs/codec.h"
#include "codecs/simd_targets.h"
#include "hwy/targets.h"

namespace seiche {

inline void FuzzCheck(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

struct FuzzArray {
  ArrayInfo info;
  std::vector<std::byte> bytes;

  explicit FuzzArray(ArrayInfo of)
      : info(std::move(of)), bytes(NumElements(info.shape) * SizeOf(info.dtype)) {}
  ArrayView view() { return MakeView(static_cast<void*>(bytes.data()), info.dtype, info.shape); }
  ConstArrayView view() const {
    return MakeView(static_cast<const void*>(bytes.data()), info.dtype, info.shape);
  }
};

// Until the next call the instruction set of that number, modulo those that the machine has.
inline void ChooseTarget(uint32_t number) {
  static const std::vector<int64_t> targets = hwy::SupportedAndGeneratedTargets();
  hwy::SetSupportedTargetsForTest(targets[number % targets.size()]);
}

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_FUZZ_FUZZ_CHECK_H_
