// What tests and benchmarks of this package are fed with, and memory that notices a wrong access.
//
//   std::vector<std::byte> waves = MakeData(DataKind::kWaves, /*size=*/1000, /*seed=*/1);
//   GuardedBytes guarded(4096);
//   codec.Decode(guarded.Tail(encoded), guarded_output.Tail(1000), scratch);
#ifndef SEICHE_CODECS_TEST_DATA_H_
#define SEICHE_CODECS_TEST_DATA_H_

#include <cstddef>
#include <cstdint>

#include <string_view>
#include <vector>

#include "absl/types/span.h"

namespace seiche {

// The kinds of data that the functions below make.
enum class DataKind { kZeros, kPeriodic, kRandom, kText, kWaves };
inline constexpr DataKind kDataKinds[] = {DataKind::kZeros, DataKind::kPeriodic, DataKind::kRandom,
                                          DataKind::kText, DataKind::kWaves};
std::string_view Name(DataKind kind);

// `size` bytes, a pure function of the arguments.
std::vector<std::byte> MakeData(DataKind kind, size_t size, uint32_t seed);

// Shaded waves [frames, height, width] as float32: smooth, travelling, multiples of 1/255.
std::vector<float> WaveFrames(int frames, int height, int width, uint32_t seed);

// "00ff" -> {0x00, 0xff}.
std::vector<std::byte> FromHex(std::string_view hex);

// What the streams in the tests that h5py and hdf5plugin wrote decode to: 40 little-endian uint32,
// squares that rise every third element.
std::vector<std::byte> GoldenBytes();

// Memory whose last byte lies right in front of a page that nobody may touch: also code that no
// sanitizer has seen fails when it reads or writes too far.
class GuardedBytes {
 public:
  explicit GuardedBytes(size_t capacity);
  ~GuardedBytes();
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  // The last `size` bytes. Under AddressSanitizer those before are out of bounds, too.
  absl::Span<std::byte> Tail(size_t size);

  // The same, filled with a copy of `bytes`.
  absl::Span<const std::byte> Tail(absl::Span<const std::byte> bytes);

 private:
  std::byte* mapping_;
  size_t mapping_size_;
  size_t capacity_;  // without the guarding page
};

}  // namespace seiche

#endif  // SEICHE_CODECS_TEST_DATA_H_
