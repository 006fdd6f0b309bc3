// What a level of swell does: integers k of a chunk, [T,H,W], to bytes and back, group by group.
//
//   SEICHE_RETURN_IF_ERROR(encoder.Analyse(cube, group_starts, model));
//   for (size_t g = 0; g < group_starts.size(); ++g) encoder.EncodeGroup(g, group_bytes[g]);
//
//   SEICHE_RETURN_IF_ERROR(decoder.Open(model, /*bits=*/16, /*height=*/184, /*width=*/184));
//   SEICHE_RETURN_IF_ERROR(decoder.DecodeGroup(group_bytes[g], /*frames=*/100, sink));
//
// A group is a run of frames that is decoded without any other: its first frame is a key frame. The
// container (stream_header.h) keeps the model and the bytes of each group, with their sizes and
// checksums; k is computed modulo 2^bits throughout. Coders know neither floats nor headers. One
// thread at a time uses a coder; it keeps its working memory from chunk to chunk.
#ifndef SEICHE_CODECS_SWELL_GROUP_CODER_H_
#define SEICHE_CODECS_SWELL_GROUP_CODER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace seiche {

// The integers of a chunk, row-major and without gaps: int16_t, int32_t or int64_t by `bits`.
// Unsigned integers come as the signed ones of the same bits. Every extent is at least 1.
struct Cube {
  const void* data = nullptr;
  int bits = 16;  // 16, 32 or 64
  int64_t frames = 0;
  int64_t height = 0;
  int64_t width = 0;
};

// Values behind a row's end that GroupDecoder lets RowSink read, whatever they are: SIMD loops need
// no remainder.
inline constexpr int64_t kRowPadding = 64;

// Takes decoded rows.
class RowSink {
 public:
  virtual ~RowSink() = default;

  // Row `row` of frame `frame` of the group: width values of the Cube's type, followed by
  // kRowPadding ones that may be read. `k` is valid during the call only and aligned to 64 bytes.
  virtual void Row(int64_t frame, int64_t row, const void* k) = 0;
};

class GroupEncoder {
 public:
  virtual ~GroupEncoder() = default;

  // Looks at the whole chunk and replaces `model` by what all of its groups share. Group g is the
  // frames group_starts[g] up to group_starts[g + 1] or the end; group_starts[0] == 0, ascending.
  // `cube` and its memory must stay until the last EncodeGroup(). The same bytes on every machine.
  // kUnimplemented if this coder cannot take such a cube: another level must.
  virtual absl::Status Analyse(const Cube& cube, absl::Span<const int64_t> group_starts,
                               std::vector<std::byte>& model) = 0;

  // Appends the bytes of group `group` to `bytes`.
  virtual void EncodeGroup(size_t group, std::vector<std::byte>& bytes) = 0;
};

class GroupDecoder {
 public:
  virtual ~GroupDecoder() = default;

  // Prepares for groups of a chunk with this model. `model` must stay until the last DecodeGroup().
  // Works in memory of O(height * width). kDataLoss if `model` is damaged.
  virtual absl::Status Open(absl::Span<const std::byte> model, int bits, int64_t height,
                            int64_t width) = 0;

  // Hands the rows of the group's first `frames` frames to `sink`, in order. `frames` is at most
  // what the group has; if it is fewer, bytes that only later frames need are not looked at.
  // `encoded` is what EncodeGroup appended, but may be anything: kDataLoss if it is damaged (rows
  // may have been handed out before), in time of O(frames * height * width), and never an access
  // outside `encoded`. Whether damage inside is noticed is up to the container's checksum.
  virtual absl::Status DecodeGroup(absl::Span<const std::byte> encoded, int64_t frames,
                                   RowSink& sink) = 0;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_GROUP_CODER_H_
