// The codecs of codecs/registry.h as filters of libhdf5's.
//
// libhdf5 then knows them when a file is created and can decode them where it is libhdf5 that has
// to read. It never encodes with them: writers hand over encoded chunks.
#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/status/statusor.h"
#include "codecs/codec.h"
#include "codecs/entries/codec_entry.h"
#include "codecs/registry.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

// libhdf5's callbacks are not told which filter they are called for, so each has its own.
constexpr size_t kMaxFilters = 16;
std::array<uint32_t, kMaxFilters> filter_ids;

// 0: unknown, as behind a virtual array.
size_t decoded_chunk_size = 0;

// A stage in front may have made the chunk larger than the array's part: checksums, stored blocks.
size_t CapacityFor(size_t chunk_size) { return chunk_size + chunk_size / 8 + 4096; }

// libhdf5 1.14 has no larger chunks.
constexpr size_t kMaxChunkSize = std::numeric_limits<uint32_t>::max();

// Scratch of whoever holds the lock.
CodecScratch& Scratch() {
  static CodecScratch& scratch = *new CodecScratch();
  return scratch;
}

absl::StatusOr<size_t> DecodeInto(uint32_t id, absl::Span<const unsigned> values,
                                  absl::Span<const std::byte> encoded,
                                  absl::Span<std::byte> decoded) {
  auto codec = MakeByteCodec(id, {.values = {values.begin(), values.end()}});
  if (!codec.ok()) return codec.status();
  return (*codec)->Decode(encoded, decoded, Scratch());
}

// libhdf5's contract: replace *buffer and *capacity, return the bytes in it, 0 for failure.
size_t DecodeWithin(size_t decoded_capacity, uint32_t id, absl::Span<const unsigned> values,
                    size_t size, size_t* capacity, void** buffer) {
  void* decoded = H5allocate_memory(decoded_capacity, /*clear=*/false);
  if (decoded == nullptr) return 0;
  const OutsideLibrary outside;
  const absl::StatusOr<size_t> decoded_size =
      DecodeInto(id, values, absl::MakeConstSpan(static_cast<const std::byte*>(*buffer), size),
                 absl::MakeSpan(static_cast<std::byte*>(decoded), decoded_capacity));
  if (!decoded_size.ok()) {
    H5free_memory(decoded);
    return 0;
  }
  H5free_memory(std::exchange(*buffer, decoded));
  *capacity = decoded_capacity;
  return *decoded_size;
}

size_t Decode(uint32_t id, unsigned flags, absl::Span<const unsigned> values, size_t size,
              size_t* capacity, void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0) return 0;
  const size_t first = CapacityFor(decoded_chunk_size);
  const size_t last = decoded_chunk_size == 0 ? CapacityFor(kMaxChunkSize) : first;
  for (size_t room = first; room <= last; room *= 2) {
    const size_t decoded = DecodeWithin(room, id, values, size, capacity, buffer);
    if (decoded != 0) return decoded;
  }
  return 0;
}

template <size_t kSlot>
size_t Callback(unsigned flags, size_t num_values, const unsigned values[], size_t size,
                size_t* capacity, void** buffer) {
  return Decode(filter_ids[kSlot], flags, absl::MakeConstSpan(values, num_values), size, capacity,
                buffer);
}

template <size_t... kSlots>
constexpr std::array<H5Z_func_t, sizeof...(kSlots)> MakeCallbacks(std::index_sequence<kSlots...>) {
  return {Callback<kSlots>...};
}

}  // namespace

void RegisterFilters() {
  static constexpr auto kCallbacks = MakeCallbacks(std::make_index_sequence<kMaxFilters>());
  size_t slot = 0;
  for (const CodecEntry* const codec : LinkedCodecs()) {
    // libhdf5 brings those below H5Z_FILTER_RESERVED itself.
    if (codec->hdf5_id < H5Z_FILTER_RESERVED || slot == kMaxFilters) continue;
    filter_ids[slot] = codec->hdf5_id;
    const H5Z_class2_t filter = {.version = H5Z_CLASS_T_VERS,
                                 .id = static_cast<H5Z_filter_t>(codec->hdf5_id),
                                 .encoder_present = 1,
                                 .decoder_present = 1,
                                 .name = codec->name.data(),
                                 .can_apply = nullptr,
                                 .set_local = nullptr,
                                 .filter = kCallbacks[slot++]};
    H5Zregister(&filter);
  }
}

void SetDecodedChunkSize(size_t bytes) { decoded_chunk_size = bytes; }

}  // namespace seiche::h5
