// The arrays that the streams in testdata/ hold, as formulas of integers and of operations that
// IEEE 754 defines to the bit.
//
//   for (const GoldenArray& golden : GoldenArrays()) Decode("testdata/" + golden.name + ".swell");
//
// `bazel run //codecs/swell:write_golden_streams -- FOLDER` writes the streams. Those of a version
// of the format that has been released are never written again.
#ifndef SEICHE_CODECS_SWELL_GOLDEN_ARRAYS_H_
#define SEICHE_CODECS_SWELL_GOLDEN_ARRAYS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "base/shape.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {

struct GoldenArray {
  std::string name;
  SwellOptions options;
  DType dtype = DType::kFloat32;
  Shape shape;
  std::vector<std::byte> values;
  // CRC-32C of what the stream decodes to; of `values` if it is lossless.
  uint32_t decoded_crc = 0;
};

std::vector<GoldenArray> GoldenArrays();

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_GOLDEN_ARRAYS_H_
