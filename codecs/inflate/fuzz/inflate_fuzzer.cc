// Own inflate on any blocks of deflate: it decodes or refuses them. Where it decodes, every
// instruction set and libdeflate give the same.
//
// The input is what lies between the two ends of a zlib stream. A checksum that is always 0, as are
// the bytes put behind the input, lets the decoder come to the end without the fuzzer having to
// find out how to compute one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/log/absl_check.h"
#include "codecs/deflate.h"
#include "codecs/inflate/inflate.h"
#include "codecs/inflate/test_stream.h"
#include "codecs/simd_targets.h"
#include "hwy/targets.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;

constexpr size_t kMaxSize = 1 << 17;
constexpr size_t kChecksumSize = 4;

uint32_t Zero(uint32_t, const void*, size_t) { return 0; }

// What the blocks of `encoded` hold.
std::optional<Bytes> Decode(const Bytes& encoded, size_t room) {
  static Inflater& inflater = *new Inflater(&Zero);
  Bytes decoded(room);
  const std::optional<size_t> size = inflater.Decode(encoded, absl::MakeSpan(decoded));
  if (!size) return std::nullopt;
  decoded.resize(*size);
  return decoded;
}

// Whether libdeflate finds `decoded`, too, with a right checksum behind the stream. It may start at
// any of the zeros that the blocks may have ended in.
bool LibdeflateAgrees(const Bytes& encoded, const Bytes& decoded) {
  static CodecScratch& scratch = *new CodecScratch;
  const uint32_t sum = PlainAdler32(1, decoded.data(), decoded.size());
  Bytes found(decoded.size());
  const size_t end = encoded.size() - kChecksumSize;
  for (size_t start = end - std::min(end - 2, 2 * kChecksumSize); start <= end; ++start) {
    Bytes sealed = encoded;
    for (size_t i = 0; i < kChecksumSize; ++i) {
      sealed[start + i] = static_cast<std::byte>(sum >> (24 - 8 * i));
    }
    const auto size = DecodeByLibdeflate(sealed, absl::MakeSpan(found), scratch);
    if (size.ok() && *size == decoded.size() && found == decoded) return true;
  }
  return false;
}

void Check(const uint8_t* data, size_t size) {
  Bytes encoded = {std::byte{0x78}, std::byte{0x9c}};
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  encoded.insert(encoded.end(), bytes, bytes + size);
  encoded.resize(encoded.size() + 2 * kChecksumSize);
  std::optional<Bytes> first;
  bool is_first = true;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    const std::optional<Bytes> decoded = Decode(encoded, kMaxSize);
    if (is_first) first = decoded;
    is_first = false;
    ABSL_CHECK(decoded == first) << "instruction sets differ";
    if (decoded) {
      ABSL_CHECK(Decode(encoded, decoded->size()) == decoded) << "the exact room is too little";
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  // A stream that ends further in front has other bytes than zeros for a checksum, nearly always.
  if (!first) return;
  const bool ends_behind =
      !Decode(Bytes(encoded.begin(), encoded.end() - 2 * kChecksumSize), kMaxSize).has_value();
  if (ends_behind) ABSL_CHECK(LibdeflateAgrees(encoded, *first)) << "libdeflate differs";
}

}  // namespace
}  // namespace seiche

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  seiche::Check(data, size);
  return 0;
}
