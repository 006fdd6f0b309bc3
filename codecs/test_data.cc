#include "codecs/test_data.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "absl/log/absl_check.h"
#include "absl/strings/escaping.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

namespace seiche {
namespace {

// Words of a small vocabulary, so that much but not everything repeats.
std::vector<std::byte> TextBytes(size_t size, std::mt19937& random) {
  constexpr std::string_view kWords[] = {"wave ",     "tank ",  "seiche, ", "a ",
                                         "standing ", "of ",    "water ",   "the ",
                                         "height.\n", "0.0031", "x",        "-17 "};
  std::string text;
  while (text.size() < size) text += kWords[random() % std::size(kWords)];
  std::vector<std::byte> bytes(size);
  if (size > 0) std::memcpy(bytes.data(), text.data(), size);
  return bytes;
}

}  // namespace

std::string_view Name(DataKind kind) {
  switch (kind) {
    case DataKind::kZeros:
      return "zeros";
    case DataKind::kPeriodic:
      return "periodic";
    case DataKind::kRandom:
      return "random";
    case DataKind::kText:
      return "text";
    case DataKind::kWaves:
      return "waves";
  }
  return "";
}

std::vector<std::byte> MakeData(DataKind kind, size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> bytes(size);
  switch (kind) {
    case DataKind::kZeros:
      break;
    case DataKind::kPeriodic: {
      // Periods of every length from 1 to 70, so that decoders meet every overlap.
      size_t at = 0;
      for (size_t period = 1; at < size; period = period % 70 + 1) {
        const size_t start = at;
        const size_t end = std::min(size, at + period * 5 + random() % 300);
        for (; at < end; ++at) {
          bytes[at] = at < start + period ? static_cast<std::byte>(random()) : bytes[at - period];
        }
      }
      break;
    }
    case DataKind::kRandom:
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
      break;
    case DataKind::kText:
      return TextBytes(size, random);
    case DataKind::kWaves: {
      const int width = 61;
      const int rows = static_cast<int>(size / sizeof(float) / width) + 1;
      const std::vector<float> frame = WaveFrames(1, rows, width, seed);
      if (size > 0) std::memcpy(bytes.data(), frame.data(), size);
      break;
    }
  }
  return bytes;
}

std::vector<float> WaveFrames(int frames, int height, int width, uint32_t seed) {
  std::mt19937 random(seed);
  const auto uniform = [&random] { return random() / 4294967296.0; };
  // Rings of steep waves that run outwards over calm water.
  constexpr int kSources = 2;
  constexpr double kRingDistance = 150;
  double x0[kSources], y0[kSources], phase[kSources];
  for (int s = 0; s < kSources; ++s) {
    x0[s] = width * uniform();
    y0[s] = height * uniform();
    phase[s] = kRingDistance * uniform();
  }
  std::vector<float> values;
  values.reserve(static_cast<size_t>(frames) * height * width);
  for (int t = 0; t < frames; ++t) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        double slope = 4 * std::sin(0.011 * x + 0.007 * y + 0.05 * t);
        for (int s = 0; s < kSources; ++s) {
          const double radius = std::hypot(x - x0[s], y - y0[s]);
          const double d = std::remainder(radius - 2.3 * t - phase[s], kRingDistance);
          slope += 70 * std::exp(-d * d / 60) * std::sin(0.8 * d);
        }
        const double level = std::clamp(std::round(128 + slope), 0.0, 255.0);
        values.push_back(static_cast<float>(level) * (1.0f / 255));
      }
    }
  }
  return values;
}

std::vector<std::byte> FromHex(std::string_view hex) {
  std::string raw;
  ABSL_CHECK(absl::HexStringToBytes(hex, &raw));
  const auto* const bytes = reinterpret_cast<const std::byte*>(raw.data());
  return {bytes, bytes + raw.size()};
}

std::vector<std::byte> GoldenBytes() {
  std::vector<std::byte> bytes;
  for (int i = 0; i < 40; ++i) {
    const int value = (i / 3) * (i / 3) * 7 & 0x3ff;
    for (int shift = 0; shift < 32; shift += 8) {
      bytes.push_back(static_cast<std::byte>(value >> shift & 0xff));
    }
  }
  return bytes;
}

GuardedBytes::GuardedBytes(size_t capacity) {
  const size_t page = sysconf(_SC_PAGESIZE);
  capacity_ = (capacity + page - 1) / page * page;
  mapping_size_ = capacity_ + page;
  void* mapping =
      mmap(nullptr, mapping_size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ABSL_CHECK(mapping != MAP_FAILED);
  mapping_ = static_cast<std::byte*>(mapping);
  ABSL_CHECK(mprotect(mapping_ + capacity_, page, PROT_NONE) == 0);
}

GuardedBytes::~GuardedBytes() {
  ASAN_UNPOISON_MEMORY_REGION(mapping_, capacity_);
  munmap(mapping_, mapping_size_);
}

absl::Span<std::byte> GuardedBytes::Tail(size_t size) {
  ABSL_CHECK(size <= capacity_);
  ASAN_UNPOISON_MEMORY_REGION(mapping_, capacity_);
  ASAN_POISON_MEMORY_REGION(mapping_, capacity_ - size);
  return {mapping_ + capacity_ - size, size};
}

absl::Span<const std::byte> GuardedBytes::Tail(absl::Span<const std::byte> bytes) {
  const absl::Span<std::byte> tail = Tail(bytes.size());
  std::copy(bytes.begin(), bytes.end(), tail.begin());
  return tail;
}

}  // namespace seiche
