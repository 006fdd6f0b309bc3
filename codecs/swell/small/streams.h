// The streams of bytes of one group at the levels `small` and `smallest`: where they lie, and a way
// to read them without asking for the end at every step.
//
//   SEICHE_ASSIGN_OR_RETURN(SmallGroup group, ParseGroup(encoded, lanes));
//   PaddedStream words(group.words, most_bytes_a_row);
//   words.PrepareRow();  ... advance words.next ...  if (words.overrun()) return ...;
#ifndef SEICHE_CODECS_SWELL_SMALL_STREAMS_H_
#define SEICHE_CODECS_SWELL_SMALL_STREAMS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace seiche {

// The bytes of a group: its first value, the final states of the coders, and three streams.
struct SmallGroup {
  int16_t first_value = 0;
  uint32_t flag_state = 0;
  std::vector<uint32_t> states;  // of each lane that a column has
  absl::Span<const uint8_t> flags;
  absl::Span<const uint8_t> words;
  absl::Span<const uint8_t> raw_bits;
};

// Appends the group; `raw_bits` last.
void AppendGroup(const SmallGroup& group, std::vector<std::byte>& bytes);

// `states`: how many lanes the columns have. kDataLoss if the bytes end too early. The spans point
// into `bytes`.
absl::StatusOr<SmallGroup> ParseGroup(absl::Span<const std::byte> bytes, int64_t states);

// Reads a stream row by row. While a row is read, at least `most` bytes from where it started may
// be, be they the stream's or, near its end, zeros.
class PaddedStream {
 public:
  PaddedStream(absl::Span<const uint8_t> bytes, size_t most)
      : next(bytes.data()), end_(bytes.data() + bytes.size()), most_(most) {}

  PaddedStream(const PaddedStream&) = delete;

  void PrepareRow() {
    if (static_cast<size_t>(end_ - next) < most_ && !in_tail_) MoveToTail();
  }
  // Whether what was read, after a row, is more than there is. With `partly`, bits of the byte at
  // `next` were read, too.
  bool overrun(bool partly = false) const { return next + partly > end_; }

  const uint8_t* next;

 private:
  void MoveToTail();

  const uint8_t* end_;
  size_t most_;
  bool in_tail_ = false;
  std::vector<uint8_t> tail_;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_SWELL_SMALL_STREAMS_H_
