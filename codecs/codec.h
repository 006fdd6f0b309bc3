// The two interfaces of this package: bytes <-> bytes, and bytes <-> n-d arrays.
//
//   SEICHE_ASSIGN_OR_RETURN(auto lzf, MakeByteCodec("lzf"));           // codecs/registry.h
//   CodecScratch scratch;                                             // one per thread
//   SEICHE_ASSIGN_OR_RETURN(size_t n, lzf->Decode(encoded, chunk, scratch));
//
// Codecs know no files and no threads. They are immutable and shared by threads; what a call needs
// to work in lives in a CodecScratch, one per thread. Whatever the input says, no codec reads or
// writes outside the spans it was given: damaged input is kDataLoss with the reason.
#ifndef SEICHE_CODECS_CODEC_H_
#define SEICHE_CODECS_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/shape.h"

namespace seiche {

// State that a codec keeps between calls of one thread (a decompressor's tables, say).
class CodecState {
 public:
  virtual ~CodecState() = default;
  // Of buffers that are as large as what is decoded; small tables need not count.
  virtual size_t memory_bytes() const { return 0; }
};

// Warm working memory of one thread, reused from call to call. Thread-compatible.
class CodecScratch {
 public:
  // Buffers by number. A chain uses 0 and 1 between its stages, a codec 2 and 3.
  static constexpr int kBuffers = 4;
  AlignedBuffer& buffer(int index) { return buffers_[index]; }

  // Bytes of the buffers and the states, now.
  size_t memory_bytes() const {
    size_t bytes = 0;
    for (const AlignedBuffer& buffer : buffers_) bytes += buffer.capacity();
    for (const Slot& slot : slots_) bytes += slot.state->memory_bytes();
    return bytes;
  }

  // The state of type T that this scratch owns, default-constructed at first use.
  template <typename T>
  T& state() {
    static const char key = 0;
    for (Slot& slot : slots_) {
      if (slot.key == &key) return static_cast<T&>(*slot.state);
    }
    slots_.push_back({&key, std::make_unique<T>()});
    return static_cast<T&>(*slots_.back().state);
  }

 private:
  struct Slot {
    const void* key;
    std::unique_ptr<CodecState> state;
  };
  AlignedBuffer buffers_[kBuffers];
  std::vector<Slot> slots_;
};

// Bytes to bytes: compressors, byte shuffles, checksums.
class ByteCodec {
 public:
  virtual ~ByteCodec() = default;

  // As in the registry, with parameters: "deflate:4".
  virtual std::string name() const = 0;

  // Upper bound, in bytes, of what Encode writes for `decoded_size` bytes.
  virtual size_t MaxEncodedSize(size_t decoded_size) const = 0;

  // Encodes `decoded` into `encoded` (at least MaxEncodedSize(decoded.size()) bytes) and returns
  // how many bytes it wrote. Deterministic. kInvalidArgument if `encoded` is too small.
  virtual absl::StatusOr<size_t> Encode(absl::Span<const std::byte> decoded,
                                        absl::Span<std::byte> encoded,
                                        CodecScratch& scratch) const = 0;

  // Decodes all of `encoded` into `decoded` and returns how many bytes it wrote, which may be
  // fewer than decoded.size(). kDataLoss if `encoded` is damaged or holds more than that,
  // kUnimplemented if it says that it needs what this build lacks. Bytes of `decoded` past the
  // returned size may have been overwritten.
  virtual absl::StatusOr<size_t> Decode(absl::Span<const std::byte> encoded,
                                        absl::Span<std::byte> decoded,
                                        CodecScratch& scratch) const = 0;

  // Whether decoding stays within its spans even if others change `encoded` meanwhile: it may lie
  // in a mapped file then. What comes of it is anything, of course.
  virtual bool input_may_change() const { return false; }

  // Whether DecodePart() works, and costs less the smaller the part is.
  virtual bool decodes_part() const { return false; }
  // Where a part that begins at byte `first` has to begin to be decoded: there, or before.
  virtual size_t PartStart(size_t first) const {
    (void)first;
    return 0;
  }
  // Decodes bytes [first, first + decoded.size()), all of them, of what has `size` bytes as a
  // whole; what is encoded behind them need not even be right. `first` is one that PartStart()
  // gave. kDataLoss if what they need of `encoded` is damaged, if it holds fewer, or if it says
  // that the whole has another size.
  virtual absl::Status DecodePart(absl::Span<const std::byte> encoded, size_t size, size_t first,
                                  absl::Span<std::byte> decoded, CodecScratch& scratch) const {
    (void)encoded, (void)size, (void)first, (void)decoded, (void)scratch;
    return absl::UnimplementedError("the codec decodes whole streams only");
  }
};

// What an encoded array holds.
struct ArrayInfo {
  DType dtype = DType::kFloat32;
  Shape shape;  // [T,H,W], or [H,W] for a single frame
};

// What of DecodeOptions an ArrayCodec does itself; the caller does the rest.
struct ArrayCodecCapabilities {
  bool frame_range = false;  // decodes frames first_frame..first_frame + frames alone
  bool transform = false;    // converts, scales and offsets while decoding
};

struct DecodeOptions {
  // Frames to decode, along the first axis. -1: all that follow.
  int64_t first_frame = 0;
  int64_t frames = -1;
  // Applied to every value in float32 after conversion: value * scale + offset.
  float scale = 1;
  float offset = 0;
};

// Bytes to an n-d array: image, video and floating-point codecs that know about axes.
class ArrayCodec {
 public:
  virtual ~ArrayCodec() = default;

  virtual std::string name() const = 0;
  virtual ArrayCodecCapabilities capabilities() const = 0;

  // Reads the header only. kDataLoss if `encoded` is not a stream of this codec.
  virtual absl::StatusOr<ArrayInfo> Inspect(absl::Span<const std::byte> encoded) const = 0;

  // Decodes into `out`, any strides whose last axis is contiguous. kDataLoss if `encoded` is
  // damaged; kFailedPrecondition if the stream's shape is not out.shape; kInvalidArgument for a
  // dtype or an option that the codec does not deliver.
  virtual absl::Status Decode(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                              const ArrayView& out, CodecScratch& scratch) const = 0;

  // Replaces `encoded` by the encoded `array`. kInvalidArgument for a dtype or rank it does not
  // take.
  virtual absl::Status Encode(const ConstArrayView& array, std::vector<std::byte>& encoded,
                              CodecScratch& scratch) const = 0;
};

}  // namespace seiche

#endif  // SEICHE_CODECS_CODEC_H_
