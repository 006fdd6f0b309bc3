// For tests: baseline JPEGs of random coefficients, coded with random tables, of any layout.
//
//   const std::string jpeg = RandomJpeg({.height = 9, .width = 31, .chroma = {{1, 2}}}, random);
//
// Unlike an encoder of images it writes whatever the standard allows: codes of up to 16 bits,
// blocks without an end, runs of zeros everywhere.
#ifndef SEICHE_CODECS_JPEG_BASELINE_TEST_STREAM_H_
#define SEICHE_CODECS_JPEG_BASELINE_TEST_STREAM_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "codecs/jpeg/baseline/baseline_header.h"

namespace seiche {

struct RandomJpegOptions {
  struct Blocks {
    int across = 1, down = 1;
  };

  int height = 8, width = 8;
  std::vector<Blocks> components = {{}};  // of an MCU; 1 or 3
  int restart_interval = 0;
  int max_quantum = 255;
  int max_sum = 2500;  // of a block's absolute dequantised coefficients, about
};

std::string RandomJpeg(const RandomJpegOptions& options, std::mt19937& random);

// A legal code for `symbols`, in which some are short and some, if there are many, 16 bits long.
HuffmanSpec RandomCode(std::vector<uint8_t> symbols, std::mt19937& random);

// A segment with its marker and length.
std::string TestSegment(uint8_t marker, absl::Span<const uint8_t> content);

// The bits of each symbol's code; length 0 for symbols without one.
struct TestCode {
  uint32_t bits = 0;
  int length = 0;
};
std::vector<TestCode> CodesOf(const HuffmanSpec& spec);

}  // namespace seiche

#endif  // SEICHE_CODECS_JPEG_BASELINE_TEST_STREAM_H_
