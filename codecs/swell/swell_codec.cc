#include "codecs/swell/swell_codec.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/ceil_divide.h"
#include "base/crc32c.h"
#include "base/status.h"
#include "codecs/codec_errors.h"
#include "codecs/swell/fast/fast_coder.h"
#include "codecs/swell/group_coder.h"
#include "codecs/swell/mapping/exceptions.h"
#include "codecs/swell/mapping/row_output.h"
#include "codecs/swell/mapping/value_mapping.h"
#include "codecs/swell/small/decoder.h"
#include "codecs/swell/small/encoder.h"

namespace seiche {
namespace {

using Bytes = std::vector<std::byte>;
using Extents = StreamHeader::Extents;

// What one thread's calls keep from array to array.
struct SwellState final : CodecState {
  MappedArray mapped;
  AlignedBuffer dense;

  GroupEncoder& encoder(SwellLevel level) {
    std::unique_ptr<GroupEncoder>& encoder = encoders_[static_cast<int>(level)];
    if (encoder == nullptr) encoder = MakeEncoder(level);
    return *encoder;
  }
  // Level kFast, or any of the others.
  GroupDecoder& decoder(SwellLevel level) {
    std::unique_ptr<GroupDecoder>& decoder = decoders_[level != SwellLevel::kFast];
    if (decoder == nullptr) {
      decoder = level == SwellLevel::kFast ? MakeFastDecoder() : MakeSmallDecoder();
    }
    return *decoder;
  }

 private:
  static std::unique_ptr<GroupEncoder> MakeEncoder(SwellLevel level) {
    if (level == SwellLevel::kFast) return MakeFastEncoder();
    return MakeSmallEncoder(level == SwellLevel::kSmall ? SmallStencil::kDiamond
                                                        : SmallStencil::kTriangle);
  }

  std::unique_ptr<GroupEncoder> encoders_[kSwellLevels];
  std::unique_ptr<GroupDecoder> decoders_[2];
};

// Columns [first, end) of a row, and where they go.
struct RowPart {
  int64_t first = 0;
  int64_t end = 0;
  std::byte* out = nullptr;
};

// A range of one axis.
struct Range {
  int64_t first = 0;
  int64_t end = 0;
};

// The part of an array, as [N,T,H,W], that a call decodes, and where it goes: a box of it.
struct Selection {
  int64_t first[4] = {0, 0, 0, 0};
  int64_t end[4] = {1, 1, 1, 1};
  int64_t strides[4] = {0, 0, 0, 0};  // of the output, in bytes
  std::byte* out = nullptr;

  bool Has(int axis, int64_t index) const { return index >= first[axis] && index < end[axis]; }
  Range Leading() const { return {first[0], end[0]}; }
  Range Frames(int64_t) const { return {first[1], end[1]}; }
  RowPart Row(int64_t n, int64_t t, int64_t y) const {
    if (!Has(1, t) || !Has(2, y)) return {};
    return {first[3], end[3],
            out + (n - first[0]) * strides[0] + (t - first[1]) * strides[1] +
                (y - first[2]) * strides[2]};
  }
};

// Or elements that follow each other.
struct ElementRange {
  Range elements;
  Extents extents;
  int64_t element_size = 1;
  std::byte* out = nullptr;

  Range Leading() const {
    const int64_t size = extents.frames * extents.height * extents.width;
    return {elements.first / size, CeilDivide(elements.end, size)};
  }
  Range Frames(int64_t n) const {
    const int64_t size = extents.height * extents.width;
    const int64_t start = n * extents.frames;
    return {std::max<int64_t>(0, elements.first / size - start),
            std::min(extents.frames, CeilDivide(elements.end, size) - start)};
  }
  RowPart Row(int64_t n, int64_t t, int64_t y) const {
    const int64_t start = ((n * extents.frames + t) * extents.height + y) * extents.width;
    const int64_t first = std::max(elements.first, start);
    const int64_t end = std::min(elements.end, start + extents.width);
    if (first >= end) return {};
    return {first - start, end - start, out + (first - elements.first) * element_size};
  }
};

// Turns rows of integers into those parts of the output that are wanted.
template <class Part>
class OutputSink final : public RowSink {
 public:
  OutputSink(const ValueMapping& mapping, const Part& part)
      : mapping_(mapping), part_(part), write_(ChooseRowWriter(mapping)) {}

  // The rows that follow are of leading index `n`, the first of them of frame `frame`.
  void StartGroup(int64_t n, int64_t frame) {
    n_ = n;
    frame_ = frame;
  }

  void Row(int64_t frame, int64_t row, const void* k) override {
    const RowPart to = part_.Row(n_, frame_ + frame, row);
    if (to.out == nullptr) return;
    const auto* from = static_cast<const std::byte*>(k) + to.first * mapping_.bits / 8;
    write_(mapping_, from, to.end - to.first, to.out);
  }

 private:
  const ValueMapping& mapping_;
  const Part& part_;
  const RowWriter write_;
  int64_t n_ = 0;
  int64_t frame_ = 0;
};

absl::StatusOr<Selection> Select(const ArrayInfo& info, const DecodeOptions& options,
                                 const ArrayView& out) {
  if (options.scale != 1 || options.offset != 0) {
    return absl::InvalidArgumentError("swell: values cannot be scaled while decoding");
  }
  if (out.dtype != info.dtype) {
    return absl::InvalidArgumentError(absl::StrCat("swell: the stream holds ", Name(info.dtype),
                                                   ", which is not decoded as ", Name(out.dtype)));
  }
  const int64_t all = info.shape[0];
  const int64_t frames = options.frames < 0 ? all - options.first_frame : options.frames;
  if (options.first_frame < 0 || options.first_frame > all || frames > all - options.first_frame ||
      frames < 0) {
    return absl::InvalidArgumentError(absl::StrCat("swell: frames from ", options.first_frame,
                                                   " on, ", options.frames, " of them, of ", all));
  }
  Shape wanted = info.shape;
  wanted[0] = frames;
  if (out.shape != wanted) {
    return absl::FailedPreconditionError(absl::StrCat(
        "swell: the stream's shape is ", ToString(wanted), ", the output's ", ToString(out.shape)));
  }
  Selection selection;
  selection.out = out.data;
  const int axes = static_cast<int>(wanted.size());
  for (int i = 0; i < axes; ++i) {
    selection.end[4 - axes + i] = info.shape[i];
    selection.strides[4 - axes + i] = out.strides[i];
  }
  selection.first[4 - axes] = options.first_frame;
  selection.end[4 - axes] = options.first_frame + frames;
  return selection;
}

absl::Status CheckSum(const StreamHeader::Group& group, size_t index) {
  if (Crc32c(group.bytes) == group.crc) return absl::OkStatus();
  return Damaged("swell", absl::StrCat("group ", index, ": its checksum differs"));
}

// The array of a stream of level kRaw, which is the only group.
absl::StatusOr<ConstArrayView> RawArray(const StreamHeader& header) {
  const StreamHeader::Group& group = header.groups[0];
  const ConstArrayView all =
      MakeView(static_cast<const void*>(group.bytes.data()), header.info.dtype, header.info.shape);
  if (static_cast<int64_t>(group.bytes.size()) != all.size_bytes()) {
    return Damaged("swell", "as many bytes as the array does not have");
  }
  SEICHE_RETURN_IF_ERROR(CheckSum(group, 0));
  return all;
}

template <class Part>
class Decoding {
 public:
  Decoding(const StreamHeader& header, const Part& part, GroupDecoder& decoder)
      : header_(header),
        part_(part),
        decoder_(decoder),
        extents_(header.extents()),
        sink_(header.mapping, part) {}

  absl::Status Run() {
    SEICHE_RETURN_IF_ERROR(
        decoder_.Open(header_.model, header_.mapping.bits, extents_.height, extents_.width));
    const int64_t step = header_.group_frames;
    const int64_t per_index = extents_.groups(step);
    const Range leading = part_.Leading();
    for (int64_t n = leading.first; n < leading.end; ++n) {
      const Range frames = part_.Frames(n);
      for (int64_t g = frames.first / step; g < CeilDivide(frames.end, step); ++g) {
        SEICHE_RETURN_IF_ERROR(DecodeGroup(n * per_index + g, n, g * step, frames.end));
      }
    }
    return absl::OkStatus();
  }

 private:
  // Group `index`, whose first frame is `start` of leading index `n`, up to frame `end`.
  absl::Status DecodeGroup(size_t index, int64_t n, int64_t start, int64_t end) {
    const StreamHeader::Group& group = header_.groups[index];
    SEICHE_RETURN_IF_ERROR(CheckSum(group, index));
    absl::Span<const std::byte> bytes = group.bytes;
    const int64_t in_group = std::min(header_.group_frames, extents_.frames - start);
    SEICHE_ASSIGN_OR_RETURN(const std::vector<ExceptionRun> exceptions,
                            ReadExceptions(bytes, SizeOf(header_.info.dtype),
                                           in_group * extents_.height * extents_.width));
    sink_.StartGroup(n, start);
    const int64_t frames = std::min(header_.group_frames, end - start);
    SEICHE_RETURN_IF_ERROR(decoder_.DecodeGroup(bytes, frames, sink_));
    for (const ExceptionRun& run : exceptions) PutException(run, n, start);
    return absl::OkStatus();
  }

  // Row by row of what the run covers.
  void PutException(const ExceptionRun& run, int64_t n, int64_t start) {
    const size_t size = SizeOf(header_.info.dtype);
    const int64_t width = extents_.width;
    for (int64_t i = run.start; i < run.start + run.length;) {
      const int64_t row = i / width;
      const int64_t row_end = std::min(run.start + run.length, (row + 1) * width);
      const RowPart to = part_.Row(n, start + row / extents_.height, row % extents_.height);
      const int64_t end = std::min(to.end, row_end - row * width);
      for (int64_t x = std::max(to.first, i - row * width); x < end; ++x) {
        std::memcpy(to.out + (x - to.first) * size, &run.bits, size);
      }
      i = row_end;
    }
  }

  const StreamHeader& header_;
  const Part& part_;
  GroupDecoder& decoder_;
  const Extents extents_;
  OutputSink<Part> sink_;
};

class SwellCodec final : public ArrayCodec {
 public:
  explicit SwellCodec(const SwellOptions& options) : options_(options) {}

  std::string name() const override { return "swell"; }
  ArrayCodecCapabilities capabilities() const override { return {.frame_range = true}; }

  absl::StatusOr<ArrayInfo> Inspect(absl::Span<const std::byte> encoded) const override {
    SEICHE_ASSIGN_OR_RETURN(StreamHeader header, ParseHeader(encoded));
    return std::move(header.info);
  }

  absl::Status Decode(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                      const ArrayView& out, CodecScratch& scratch) const override {
    SEICHE_ASSIGN_OR_RETURN(const StreamHeader header, ParseHeader(encoded));
    SEICHE_ASSIGN_OR_RETURN(const Selection selection, Select(header.info, options, out));
    if (NumElements(out.shape) == 0) return absl::OkStatus();
    if (header.level == SwellLevel::kRaw) {
      SEICHE_ASSIGN_OR_RETURN(ConstArrayView all, RawArray(header));
      all.data += options.first_frame * all.strides[0];
      all.shape[0] = out.shape[0];
      CopyArray(all, out);
      return absl::OkStatus();
    }
    GroupDecoder& decoder = scratch.state<SwellState>().decoder(header.level);
    return Decoding(header, selection, decoder).Run();
  }

  absl::Status Encode(const ConstArrayView& array, Bytes& encoded,
                      CodecScratch& scratch) const override {
    if (array.shape.empty() || array.shape.size() > 4) {
      return absl::InvalidArgumentError(
          absl::StrCat("swell: an array of ", array.shape.size(), " axes; 1 to 4 are possible"));
    }
    SwellState& state = scratch.state<SwellState>();
    const std::byte* const values = Dense(array, state.dense);
    StreamHeader header;
    header.info = {array.dtype, array.shape};
    header.mode = options_.mode;
    header.bound = options_.bound;
    const size_t raw_size = array.size_bytes();
    encoded.clear();
    if (raw_size > 0) {
      const double bound =
          LargestError(options_, values, header.info.dtype, NumElements(header.info.shape));
      EncodeWithin(bound, values, header, state, encoded);
      Bytes exact;
      if (!encoded.empty() && state.mapped.nearly_exact) {
        EncodeWithin(0, values, header, state, exact);
        if (!exact.empty() && exact.size() <= encoded.size()) encoded = std::move(exact);
      }
    }
    if (encoded.empty() || encoded.size() > raw_size) {
      EncodeRaw({values, raw_size}, header, encoded);
    }
    return absl::OkStatus();
  }

 private:
  // The array's elements without gaps and aligned; copied to `buffer` if they are not.
  static const std::byte* Dense(const ConstArrayView& array, AlignedBuffer& buffer) {
    const bool aligned = reinterpret_cast<uintptr_t>(array.data) % SizeOf(array.dtype) == 0;
    if (aligned && array.contiguous()) return array.data;
    const ArrayView dense =
        MakeView(buffer.Reserve(array.size_bytes()).data(), array.dtype, array.shape);
    CopyArray(array, dense);
    return dense.data;
  }

  static void EncodeRaw(absl::Span<const std::byte> values, StreamHeader& header, Bytes& encoded) {
    header.level = SwellLevel::kRaw;
    header.groups = {{values, Crc32c(values)}};
    encoded = WriteHeader(header);
    encoded.insert(encoded.end(), values.begin(), values.end());
  }

  // Replaces `encoded` by the smaller of the level's stream and that of level kFast: noise is
  // nothing to fit a stencil to. By nothing if the frames are too large for groups.
  void EncodeWithin(double bound, const std::byte* values, StreamHeader& header, SwellState& state,
                    Bytes& encoded) const {
    encoded.clear();
    if (!Map(values, bound, header, state.mapped)) return;
    EncodeGroups(SwellLevel::kFast, header, state, encoded);
    Bytes smaller;
    if (options_.level != SwellLevel::kFast &&
        EncodeGroups(options_.level, header, state, smaller) && smaller.size() < encoded.size()) {
      encoded = std::move(smaller);
    }
  }

  // Maps the values and cuts them into groups. False if the frames are too large for groups.
  bool Map(const std::byte* values, double bound, StreamHeader& header, MappedArray& mapped) const {
    const Extents extents = header.extents();
    MapValues(values, header.info.dtype, NumElements(header.info.shape), bound, mapped);
    header.mapping = mapped.mapping;
    const int64_t frame_bytes = extents.height * extents.width * header.mapping.bits / 8;
    if (frame_bytes > kMaxGroupBytes) return false;
    header.group_frames =
        std::min({options_.group_frames, extents.frames, kMaxGroupBytes / frame_bytes});
    return true;
  }

  static std::vector<int64_t> GroupStarts(const StreamHeader& header) {
    const Extents extents = header.extents();
    std::vector<int64_t> starts;
    for (int64_t n = 0; n < extents.leading; ++n) {
      for (int64_t t = 0; t < extents.frames; t += header.group_frames) {
        starts.push_back(n * extents.frames + t);
      }
    }
    return starts;
  }

  // Replaces `encoded` by a stream of that level. False if the level does not take such integers.
  static bool EncodeGroups(SwellLevel level, StreamHeader& header, SwellState& state,
                           Bytes& encoded) {
    const Extents extents = header.extents();
    const int64_t frame_size = extents.height * extents.width;
    const Cube cube = {state.mapped.k.data(), header.mapping.bits, extents.leading * extents.frames,
                       extents.height, extents.width};
    const std::vector<int64_t> starts = GroupStarts(header);
    GroupEncoder& encoder = state.encoder(level);
    Bytes model;
    if (!encoder.Analyse(cube, starts, model).ok()) return false;
    ExceptionWriter exceptions(state.mapped.exceptions, SizeOf(header.info.dtype));
    Bytes groups;
    std::vector<size_t> ends;
    for (size_t g = 0; g < starts.size(); ++g) {
      const int64_t end = g + 1 < starts.size() ? starts[g + 1] : cube.frames;
      exceptions.Append(starts[g] * frame_size, end * frame_size, groups);
      encoder.EncodeGroup(g, groups);
      ends.push_back(groups.size());
    }
    header.level = level;
    header.model = model;
    header.groups.clear();
    size_t begin = 0;
    for (const size_t end : ends) {
      const auto bytes = absl::MakeConstSpan(groups).subspan(begin, end - begin);
      header.groups.push_back({bytes, Crc32c(bytes)});
      begin = end;
    }
    encoded = WriteHeader(header);
    encoded.insert(encoded.end(), groups.begin(), groups.end());
    return true;
  }

  const SwellOptions options_;
};

}  // namespace

double LargestError(const SwellOptions& options, const std::byte* values, DType dtype,
                    int64_t count) {
  if (options.mode != SwellMode::kRelative) return options.bound;
  const FiniteRange range = FiniteRangeOf(values, dtype, count);
  const double error = options.bound * (range.most - range.least);
  // Where the range is no finite number the error mostly is one.
  return std::isfinite(error) ? error : options.bound * range.most - options.bound * range.least;
}

absl::StatusOr<std::unique_ptr<const ArrayCodec>> MakeSwellCodec(const SwellOptions& options) {
  if (options.level < SwellLevel::kFast || options.level > SwellLevel::kSmallest) {
    return absl::InvalidArgumentError("swell: level: fast, small and smallest are possible");
  }
  if (options.group_frames < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("swell: group_frames is ", options.group_frames, "; 1 at least is needed"));
  }
  const bool lossless = options.mode == SwellMode::kLossless;
  if (options.mode > SwellMode::kRelative ||
      (lossless ? options.bound != 0 : !(options.bound > 0) || !std::isfinite(options.bound))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "swell: bound is ", options.bound,
        lossless ? "; lossless streams have none" : "; it has to be positive and finite"));
  }
  return std::make_unique<SwellCodec>(options);
}

absl::Status DecodeSwellElements(absl::Span<const std::byte> encoded, int64_t elements,
                                 int64_t first, int64_t element_size, absl::Span<std::byte> out,
                                 CodecScratch& scratch) {
  SEICHE_ASSIGN_OR_RETURN(const StreamHeader header, ParseHeader(encoded));
  if (static_cast<int64_t>(SizeOf(header.info.dtype)) != element_size) {
    return Damaged("swell", absl::StrCat("elements of ", SizeOf(header.info.dtype), " bytes, not ",
                                         element_size));
  }
  const int64_t wanted = static_cast<int64_t>(out.size()) / element_size;
  if (NumElements(header.info.shape) != elements) {
    return Damaged("swell", absl::StrCat("an array of ", NumElements(header.info.shape),
                                         " elements, not ", elements));
  }
  if (first < 0 || first > elements || wanted > elements - first) {
    return Damaged("swell", absl::StrCat("an array of ", elements, " elements, of which ", wanted,
                                         " from ", first, " on are wanted"));
  }
  if (wanted == 0) return absl::OkStatus();
  if (header.level == SwellLevel::kRaw) {
    SEICHE_ASSIGN_OR_RETURN(const ConstArrayView all, RawArray(header));
    std::memcpy(out.data(), all.data + first * element_size, out.size());
    return absl::OkStatus();
  }
  const ElementRange part = {{first, first + wanted}, header.extents(), element_size, out.data()};
  GroupDecoder& decoder = scratch.state<SwellState>().decoder(header.level);
  return Decoding(header, part, decoder).Run();
}

}  // namespace seiche
