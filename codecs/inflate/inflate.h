// Zlib streams (RFC 1950, 1951) decoded by own code, made for smooth arrays: many short matches.
//
//   Inflater inflater(&libdeflate_adler32);
//   std::optional<size_t> size = inflater.Decode(encoded, decoded);
//   if (!size) ...  // ask another decoder what is wrong
//
// What makes it fast is told in code_tables.h. Not thread-safe: an Inflater holds tables.
#ifndef SEICHE_CODECS_INFLATE_INFLATE_H_
#define SEICHE_CODECS_INFLATE_INFLATE_H_

#include <cstddef>
#include <cstdint>

#include <optional>

#include "absl/types/span.h"
#include "codecs/inflate/code_tables.h"

namespace seiche {

class Inflater {
 public:
  // Goes on with an Adler-32, which starts with 1, over `size` bytes.
  using Adler32 = uint32_t (*)(uint32_t sum, const void* bytes, size_t size);

  explicit Inflater(Adler32 adler32) : adler32_(adler32) {}

  // Decodes a stream and checks its Adler-32; bytes that follow it are ignored. Returns how many
  // bytes it holds. Bytes of `decoded` behind those may have been written. Nullopt if the stream is
  // damaged, larger than `decoded`, or has codes that deflate allows but no encoder writes.
  std::optional<size_t> Decode(absl::Span<const std::byte> encoded, absl::Span<std::byte> decoded);

 private:
  const Adler32 adler32_;
  InflateTables tables_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_INFLATE_INFLATE_H_
