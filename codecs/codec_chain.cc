#include "codecs/codec_chain.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"

namespace seiche {
namespace {

bool IsSkipped(uint32_t skip_mask, int stage) {
  return stage < 32 && (skip_mask >> stage & 1) != 0;
}

void Copy(absl::Span<const std::byte> from, absl::Span<std::byte> to) {
  std::copy(from.begin(), from.end(), to.begin());
}

}  // namespace

void CodecChain::Add(std::unique_ptr<const ByteCodec> codec, bool optional) {
  stages_.push_back({std::move(codec), optional});
}

std::string CodecChain::name() const {
  if (empty()) return "none";
  return absl::StrJoin(stages_, "+", [](std::string* out, const Stage& stage) {
    absl::StrAppend(out, stage.codec->name());
  });
}

size_t CodecChain::MaxEncodedSize(size_t decoded_size) const {
  size_t size = decoded_size;
  for (const Stage& stage : stages_) size = std::max(size, stage.codec->MaxEncodedSize(size));
  return size;
}

absl::StatusOr<CodecChain::Encoded> CodecChain::Encode(absl::Span<const std::byte> decoded,
                                                       absl::Span<std::byte> encoded,
                                                       CodecScratch& scratch) const {
  if (encoded.size() < MaxEncodedSize(decoded.size())) {
    return absl::InvalidArgumentError(
        absl::StrCat(name(), ": encoding ", decoded.size(), " bytes may need ",
                     MaxEncodedSize(decoded.size()), ", not ", encoded.size()));
  }
  Encoded result;
  absl::Span<const std::byte> current = decoded;
  int buffer = 0;  // the one that `current` is not in
  for (int i = 0; i < size(); ++i) {
    const ByteCodec& codec = *stages_[i].codec;
    const bool last = i + 1 == size();
    const absl::Span<std::byte> target =
        last ? encoded : scratch.buffer(buffer).Reserve(codec.MaxEncodedSize(current.size()));
    absl::StatusOr<size_t> written = codec.Encode(current, target, scratch);
    if (!written.ok()) {
      return Annotate(std::move(written).status(), absl::StrCat("stage ", i + 1, " of ", name()));
    }
    if (stages_[i].optional && *written >= current.size() && i < 32) {
      result.skip_mask |= uint32_t{1} << i;
      continue;
    }
    current = target.first(*written);
    buffer = 1 - buffer;
  }
  if (current.data() != encoded.data()) Copy(current, encoded);
  result.size = current.size();
  return result;
}

absl::Status CodecChain::Decode(absl::Span<const std::byte> encoded, uint32_t skip_mask,
                                absl::Span<std::byte> decoded, CodecScratch& scratch) const {
  int first = 0;  // of the stages that were not skipped
  while (first < size() && IsSkipped(skip_mask, first)) ++first;
  absl::Span<const std::byte> current = encoded;
  int buffer = 0;  // the one that `current` is not in
  for (int i = size() - 1; i >= first; --i) {
    if (IsSkipped(skip_mask, i)) continue;
    absl::Span<std::byte> target = decoded;
    if (i > first) {
      // What the stages before this one can have made of it. Other programs may do a little worse.
      size_t bound = decoded.size();
      for (int j = first; j < i; ++j) {
        bound = std::max(bound, stages_[j].codec->MaxEncodedSize(bound));
      }
      target = scratch.buffer(buffer).Reserve(std::max(bound, current.size()));
    }
    absl::StatusOr<size_t> written = stages_[i].codec->Decode(current, target, scratch);
    if (!written.ok()) {
      return Annotate(std::move(written).status(), absl::StrCat("stage ", i + 1, " of ", name()));
    }
    current = target.first(*written);
    buffer = 1 - buffer;
  }
  if (current.size() != decoded.size()) {
    return absl::DataLossError(absl::StrCat(name(), ": ", encoded.size(), " bytes decode to ",
                                            current.size(), ", not to the ", decoded.size(),
                                            " expected"));
  }
  if (current.data() != decoded.data()) Copy(current, decoded);
  return absl::OkStatus();
}

bool CodecChain::input_may_change(uint32_t skip_mask) const {
  for (int i = size() - 1; i >= 0; --i) {
    if (!IsSkipped(skip_mask, i)) return stages_[i].codec->input_may_change();
  }
  return false;
}

int CodecChain::OnlyStage(uint32_t skip_mask) const {
  int only = -1;
  for (int i = 0; i < size(); ++i) {
    if (IsSkipped(skip_mask, i)) continue;
    if (only >= 0) return -1;
    only = i;
  }
  return only;
}

bool CodecChain::decodes_part(uint32_t skip_mask) const {
  const int stage = OnlyStage(skip_mask);
  return stage >= 0 && stages_[stage].codec->decodes_part();
}

size_t CodecChain::PartStart(uint32_t skip_mask, size_t first) const {
  assert(decodes_part(skip_mask));
  return stages_[OnlyStage(skip_mask)].codec->PartStart(first);
}

absl::Status CodecChain::DecodePart(absl::Span<const std::byte> encoded, uint32_t skip_mask,
                                    size_t size, size_t first, absl::Span<std::byte> decoded,
                                    CodecScratch& scratch) const {
  assert(decodes_part(skip_mask));
  const int stage = OnlyStage(skip_mask);
  return Annotate(stages_[stage].codec->DecodePart(encoded, size, first, decoded, scratch),
                  absl::StrCat("stage ", stage + 1, " of ", name()));
}

}  // namespace seiche
