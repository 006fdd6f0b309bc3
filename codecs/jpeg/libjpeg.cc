#include "codecs/jpeg/libjpeg.h"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/ceil_divide.h"
#include "base/dtype.h"
#include "base/status.h"
#include "codecs/jpeg/levels.h"
// libjpeg-turbo's headers; they need <cstdio> first.
#include "jerror.h"
#include "jpeglib.h"

namespace seiche {
namespace {

// What libjpeg reports to. A fatal error, or a warning of damaged data, jumps back to `back`; no
// object with a destructor may live between the setjmp and the jump.
struct ErrorManager {
  jpeg_error_mgr base;  // first, so that libjpeg's pointer to it is one to this
  jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void JumpBack(j_common_ptr info) {
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->base.format_message(info, errors->message);
  longjmp(errors->back, 1);
}

// Level -1 is a warning, others are trace messages. libjpeg would make up pixels and go on; two
// warnings are about nothing but how the header is phrased.
void OnMessage(j_common_ptr info, int level) {
  const int code = info->err->msg_code;
  if (level < 0 && code != JWRN_ADOBE_XFORM && code != JWRN_JFIF_MAJOR) JumpBack(info);
}

// Scans are short, but each is a pass over all pixels: a small file could take hours. Encoders
// write a dozen.
constexpr int kMaxScans = 500;

// libjpeg's progress monitor.
void LimitScans(j_common_ptr info) {
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMaxScans) return;
  auto* errors = reinterpret_cast<ErrorManager*>(info->err);
  errors->base.msg_code = JMSG_NOMESSAGE;
  std::snprintf(errors->message, sizeof(errors->message), "more than %d scans", kMaxScans);
  longjmp(errors->back, 1);
}

void SetUp(ErrorManager& errors) {
  jpeg_std_error(&errors.base);
  errors.base.error_exit = JumpBack;
  errors.base.emit_message = OnMessage;
}

// The status behind the jump.
absl::Status ToStatus(const ErrorManager& errors) {
  switch (errors.base.msg_code) {
    case JERR_OUT_OF_MEMORY:
      return absl::ResourceExhaustedError(errors.message);
    case JERR_BAD_PRECISION:       // 12 bits a component
    case JERR_SOF_UNSUPPORTED:     // lossless, hierarchical
    case JERR_CONVERSION_NOTIMPL:  // CMYK
    case JERR_CCIR601_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
      return absl::UnimplementedError(
          absl::StrCat("a kind of JPEG that cannot be read here: ", errors.message,
                       ": save it as gray or RGB of 8 bits"));
    default:
      return absl::DataLossError(absl::StrCat("damaged JPEG: ", errors.message));
  }
}

// One image's way through libjpeg. Every image gets a decompressor of its own: Huffman and
// quantisation tables would otherwise stay and serve a later, damaged image that lacks them.
class Decompressor {
 public:
  Decompressor() {
    SetUp(errors_);
    info_.err = &errors_.base;
    created_ = Create();
  }
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  ~Decompressor() { jpeg_destroy_decompress(&info_); }

  absl::Status ReadHeader(absl::Span<const std::byte> encoded) {
    return created_ && TryReadHeader(encoded) ? absl::OkStatus() : ToStatus(errors_);
  }

  int64_t height() const { return info_.image_height; }
  int64_t width() const { return info_.image_width; }

  // After ReadHeader. Puts row y of the luminance where `row_at(y)` points, kRows at a time, and
  // calls `rows_done(first, count)` after each such strip.
  static constexpr int kRows = 16;
  template <typename RowAt, typename RowsDone>
  absl::Status ReadRows(RowAt row_at, RowsDone rows_done) {
    if (!TryStart()) return ToStatus(errors_);
    while (info_.output_scanline < info_.output_height) {
      const int first = info_.output_scanline;
      const int count = std::min<int>(kRows, info_.output_height - first);
      JSAMPROW rows[kRows];
      for (int i = 0; i < count; ++i) rows[i] = row_at(first + i);
      if (!TryReadRows(rows, count)) return ToStatus(errors_);
      rows_done(first, count);
    }
    return TryFinish() ? absl::OkStatus() : ToStatus(errors_);
  }

 private:
  // The steps that may jump. They hold nothing but trivial locals.
  bool Create() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_create_decompress(&info_);
    progress_.progress_monitor = LimitScans;
    info_.progress = &progress_;
    return true;
  }
  bool TryReadHeader(absl::Span<const std::byte> encoded) {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(encoded.data()), encoded.size());
    jpeg_read_header(&info_, TRUE);
    return true;
  }
  bool TryStart() {
    if (setjmp(errors_.back) != 0) return false;
    info_.out_color_space = JCS_GRAYSCALE;
    info_.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&info_);
    return true;
  }
  bool TryReadRows(JSAMPROW* rows, int count) {
    if (setjmp(errors_.back) != 0) return false;
    for (int done = 0; done < count;) {
      done += jpeg_read_scanlines(&info_, rows + done, count - done);
    }
    return true;
  }
  // Reads up to the end marker: only a complete stream passes.
  bool TryFinish() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_finish_decompress(&info_);
    return true;
  }

  ErrorManager errors_ = {};
  jpeg_progress_mgr progress_ = {};
  jpeg_decompress_struct info_ = {};
  bool created_ = false;
};

// Where an encoded stream goes: memory that is large enough for every one of its size.
struct Destination {
  jpeg_destination_mgr base;  // first, as above
  absl::Span<std::byte> room;
};

void StartDestination(j_compress_ptr info) {
  auto* destination = reinterpret_cast<Destination*>(info->dest);
  destination->base.next_output_byte = reinterpret_cast<JOCTET*>(destination->room.data());
  destination->base.free_in_buffer = destination->room.size();
}

boolean DestinationIsFull(j_compress_ptr info) {
  ERREXIT(info, JERR_BUFFER_SIZE);
  return FALSE;
}

void EndDestination(j_compress_ptr) {}

class Compressor {
 public:
  Compressor() {
    SetUp(errors_);
    info_.err = &errors_.base;
    created_ = Create();
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { jpeg_destroy_compress(&info_); }

  // Encodes `levels` [H,W] into `room` and returns the size of the stream. Hands libjpeg the
  // components as it would compute them from RGB with equal channels: Y is the level, Cb and Cr
  // are 128, so no colour is converted. The blocks that reach over the edge repeat the last pixel.
  absl::StatusOr<size_t> Encode(const ConstArrayView& levels, const JpegOptions& options,
                                CodecScratch& scratch, absl::Span<std::byte> room) {
    destination_ = {.base = {.init_destination = StartDestination,
                             .empty_output_buffer = DestinationIsFull,
                             .term_destination = EndDestination},
                    .room = room};
    info_.dest = &destination_.base;
    const int64_t height = levels.shape[0], width = levels.shape[1];
    if (!created_ || !TryStart(height, width, options)) return Error();

    const int64_t padded_width = (width + DCTSIZE - 1) / DCTSIZE * DCTSIZE;
    const absl::Span<std::byte> strip = scratch.buffer(3).Reserve((kMaxRows + 1) * padded_width);
    std::byte* const neutral = strip.data() + kMaxRows * padded_width;
    std::memset(neutral, CENTERJSAMPLE, padded_width);
    JSAMPROW luminance[kMaxRows], chrominance[kMaxRows / 2];
    std::fill_n(chrominance, kMaxRows / 2, reinterpret_cast<JSAMPROW>(neutral));
    JSAMPARRAY components[3] = {luminance, chrominance, chrominance};
    const int rows = info_.max_v_samp_factor * DCTSIZE;
    const bool in_place = levels.strides[1] == 1 && width == padded_width;
    for (int64_t first = 0; first < height; first += rows) {
      for (int i = 0; i < rows; ++i) {
        const std::byte* row = levels.data + std::min(first + i, height - 1) * levels.strides[0];
        if (!in_place) {
          std::byte* const copy = strip.data() + i * padded_width;
          for (int64_t x = 0; x < padded_width; ++x) {
            copy[x] = row[std::min(x, width - 1) * levels.strides[1]];
          }
          row = copy;
        }
        luminance[i] = reinterpret_cast<JSAMPROW>(const_cast<std::byte*>(row));  // only read
      }
      if (!TryWriteRows(components, rows)) return Error();
    }
    if (!TryFinish()) return Error();
    return room.size() - destination_.base.free_in_buffer;
  }

 private:
  static constexpr int kMaxRows = 2 * DCTSIZE;  // of luminance in a row of blocks

  absl::Status Error() const {
    return absl::InternalError(absl::StrCat("cannot encode a JPEG: ", errors_.message));
  }

  bool Create() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_create_compress(&info_);
    return true;
  }
  bool TryStart(int64_t height, int64_t width, const JpegOptions& options) {
    if (setjmp(errors_.back) != 0) return false;
    const bool gray = options.chroma == JpegChroma::kGray;
    info_.image_height = height;
    info_.image_width = width;
    info_.input_components = gray ? 1 : 3;
    info_.in_color_space = gray ? JCS_GRAYSCALE : JCS_YCbCr;
    // libjpeg's defaults are pillow's: JFIF, 4:2:0, accurate DCT, the standard's Huffman tables.
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, options.quality, TRUE);
    info_.raw_data_in = TRUE;
    jpeg_start_compress(&info_, TRUE);
    return true;
  }
  bool TryWriteRows(JSAMPARRAY* components, int rows) {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_write_raw_data(&info_, components, rows);
    return true;
  }
  bool TryFinish() {
    if (setjmp(errors_.back) != 0) return false;
    jpeg_finish_compress(&info_);
    return true;
  }

  ErrorManager errors_ = {};
  jpeg_compress_struct info_ = {};
  Destination destination_ = {};
  bool created_ = false;
};

}  // namespace

absl::StatusOr<Shape> ReadJpegShape(absl::Span<const std::byte> encoded) {
  Decompressor decompressor;
  SEICHE_RETURN_IF_ERROR(decompressor.ReadHeader(encoded));
  return Shape{decompressor.height(), decompressor.width()};
}

absl::Status DecodeByLibjpeg(absl::Span<const std::byte> encoded, const DecodeOptions& options,
                             const ArrayView& out, CodecScratch& scratch) {
  Decompressor decompressor;
  SEICHE_RETURN_IF_ERROR(decompressor.ReadHeader(encoded));
  // Before libjpeg allocates anything of the image's size.
  if (decompressor.height() != out.shape[0] || decompressor.width() != out.shape[1]) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the image is ", decompressor.height(), " x ", decompressor.width(), " pixels, not ",
        out.shape[0], " x ", out.shape[1], ": all frames need one size"));
  }
  const auto row = [&](int y) { return out.data + y * out.strides[0]; };
  if (out.dtype == DType::kUInt8) {
    return decompressor.ReadRows([&](int y) { return reinterpret_cast<JSAMPROW>(row(y)); },
                                 [](int, int) {});
  }
  const size_t width = out.shape[1];
  auto* strip =
      reinterpret_cast<uint8_t*>(scratch.buffer(2).Reserve(Decompressor::kRows * width).data());
  const auto levels = [&](int y) { return strip + y % Decompressor::kRows * width; };
  return decompressor.ReadRows(levels, [&](int first, int count) {
    for (int y = first; y < first + count; ++y) {
      LevelsToFloat({levels(y), width}, options.scale, options.offset,
                    {reinterpret_cast<float*>(row(y)), width});
    }
  });
}

size_t MaxJpegSize(const Shape& shape, JpegChroma chroma) {
  const int64_t block = chroma == JpegChroma::kGray ? 8 : 16;
  const int64_t samples = chroma == JpegChroma::kGray ? 2 : 3;
  // tjBufSize()
  return CeilDivide(shape[0], block) * block * CeilDivide(shape[1], block) * block * samples + 2048;
}

absl::StatusOr<size_t> EncodeByLibjpeg(const ConstArrayView& levels, const JpegOptions& options,
                                       CodecScratch& scratch, absl::Span<std::byte> room) {
  Compressor compressor;
  return compressor.Encode(levels, options, scratch, room);
}

}  // namespace seiche
