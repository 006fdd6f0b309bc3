#include "codecs/swell/small/streams.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"

namespace seiche {
namespace {

// Little-endian numbers at the front of a group.
template <class T>
void Append(T value, std::vector<std::byte>& bytes) {
  for (size_t i = 0; i < sizeof(T); ++i) bytes.push_back(std::byte(value >> 8 * i & 255));
}

template <class T>
T Take(const uint8_t*& next) {
  T value;
  std::memcpy(&value, next, sizeof(value));
  next += sizeof(value);
  return value;
}

void Append(absl::Span<const uint8_t> stream, std::vector<std::byte>& bytes) {
  const auto* from = reinterpret_cast<const std::byte*>(stream.data());
  bytes.insert(bytes.end(), from, from + stream.size());
}

constexpr size_t kFixedBytes = 2 + 4 + 4 + 4;

}  // namespace

void AppendGroup(const SmallGroup& group, std::vector<std::byte>& bytes) {
  Append(static_cast<uint16_t>(group.first_value), bytes);
  Append(static_cast<uint32_t>(group.flags.size()), bytes);
  Append(static_cast<uint32_t>(group.words.size()), bytes);
  Append(group.flag_state, bytes);
  for (const uint32_t state : group.states) Append(state, bytes);
  Append(group.flags, bytes);
  Append(group.words, bytes);
  Append(group.raw_bits, bytes);
}

absl::StatusOr<SmallGroup> ParseGroup(absl::Span<const std::byte> bytes, int64_t states) {
  const auto* next = reinterpret_cast<const uint8_t*>(bytes.data());
  const size_t fixed = kFixedBytes + states * sizeof(uint32_t);
  if (bytes.size() < fixed) {
    return absl::DataLossError("swell: a group of level small ends before its states do");
  }
  SmallGroup group;
  group.first_value = Take<int16_t>(next);
  const size_t flag_bytes = Take<uint32_t>(next);
  const size_t word_bytes = Take<uint32_t>(next);
  group.flag_state = Take<uint32_t>(next);
  group.states.resize(states);
  for (uint32_t& state : group.states) state = Take<uint32_t>(next);
  if (bytes.size() - fixed < flag_bytes || bytes.size() - fixed - flag_bytes < word_bytes) {
    return absl::DataLossError("swell: a group of level small ends before its streams do");
  }
  group.flags = {next, flag_bytes};
  group.words = {next + flag_bytes, word_bytes};
  group.raw_bits = {next + flag_bytes + word_bytes, bytes.size() - fixed - flag_bytes - word_bytes};
  return group;
}

void PaddedStream::MoveToTail() {
  const size_t left = end_ - next;
  tail_.assign(left + most_, 0);
  std::copy(next, end_, tail_.begin());
  next = tail_.data();
  end_ = tail_.data() + left;
  in_tail_ = true;
}

}  // namespace seiche
