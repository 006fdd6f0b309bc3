#include "codecs/swell/mapping/exceptions.h"

#include <algorithm>
#include <cstring>

#include "codecs/codec_errors.h"
#include "codecs/swell/mapping/varint.h"

namespace seiche {

void ExceptionWriter::Append(int64_t begin, int64_t end, std::vector<std::byte>& bytes) {
  size_t last = next_;
  while (last < runs_.size() && runs_[last].start < end) ++last;
  AppendVarint(last - next_, bytes);
  int64_t at = begin;
  for (size_t i = next_; i < last; ++i) {
    const int64_t from = std::max(runs_[i].start, begin);
    const int64_t to = std::min(runs_[i].start + runs_[i].length, end);
    AppendVarint(from - at, bytes);
    AppendVarint(to - from, bytes);
    const auto* value = reinterpret_cast<const std::byte*>(&runs_[i].bits);
    bytes.insert(bytes.end(), value, value + element_size_);
    at = to;
  }
  // The last one may go on in the next group.
  next_ = last;
  if (last > 0 && runs_[last - 1].start + runs_[last - 1].length > end) next_ = last - 1;
}

absl::StatusOr<std::vector<ExceptionRun>> ReadExceptions(absl::Span<const std::byte>& bytes,
                                                         size_t element_size, int64_t elements) {
  const absl::Status damaged = Damaged("swell", "exceptions that make no sense");
  size_t at = 0;
  uint64_t count = 0;
  // Two varints and a value each.
  if (!ReadVarint(bytes, at, count) || count > bytes.size() / (2 + element_size)) return damaged;
  std::vector<ExceptionRun> runs(count);
  uint64_t left = elements;
  for (ExceptionRun& run : runs) {
    uint64_t gap = 0;
    uint64_t length = 0;
    if (!ReadVarint(bytes, at, gap) || gap > left || !ReadVarint(bytes, at, length) ||
        length > left - gap || bytes.size() - at < element_size) {
      return damaged;
    }
    run.start = elements - left + gap;
    run.length = length;
    std::memcpy(&run.bits, bytes.data() + at, element_size);
    at += element_size;
    left -= gap + length;
  }
  bytes.remove_prefix(at);
  return runs;
}

}  // namespace seiche
