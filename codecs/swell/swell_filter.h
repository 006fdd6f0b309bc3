// swell as a byte codec, as HDF5 files have it: a chunk's bytes to a stream and back.
//
//   SEICHE_ASSIGN_OR_RETURN(auto values, ParseSwellSpec("fast,abs=1e-4,frames=10"));
//   values = CompleteSwell(values, DType::kFloat32, {1, 100, 184, 184});
//   SEICHE_ASSIGN_OR_RETURN(auto filter, MakeSwellFilter(values));
//
// Streams describe themselves: decoding needs none of the values. Encoding does: without a shape,
// or for another number of bytes, a chunk is one row; without a dtype its elements are unsigned
// integers of their size, which is exact but finds less to predict.
#ifndef SEICHE_CODECS_SWELL_SWELL_FILTER_H_
#define SEICHE_CODECS_SWELL_SWELL_FILTER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "codecs/codec.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {

// The number that HDF5 files call it by; on disk, do not change.
inline constexpr uint32_t kSwellFilterId = 41873;

// Client data, as files store them; on disk, do not change: version of this list (1), SwellLevel,
// SwellMode, the bound's bits (low half, high half), frames of a group; then, once complete,
// dtype (or kUnknownSwellDType plus the size of an element) and the chunk's shape.
inline constexpr uint32_t kUnknownSwellDType = 256;

// LEVEL[,abs=BOUND or ,rel=BOUND][,frames=FRAMES], each of which may be left out; levels are fast,
// small and smallest. kInvalidArgument for anything else.
absl::StatusOr<SwellOptions> ParseSwellOptions(std::string_view text);
// The same as client data.
absl::StatusOr<std::vector<uint32_t>> ParseSwellSpec(std::string_view text);

// `values` with what is known of the array; defaults if there are none. Shapes of more than four
// axes have the first ones folded. kInvalidArgument for a bound on elements of unknown type.
absl::StatusOr<std::vector<uint32_t>> CompleteSwell(std::vector<uint32_t> values,
                                                    std::optional<DType> dtype,
                                                    uint32_t element_size,
                                                    absl::Span<const int64_t> chunk_shape);

// kInvalidArgument for values that are no complete list.
absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeSwellFilter(
    const std::vector<uint32_t>& values);

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SWELL_FILTER_H_
