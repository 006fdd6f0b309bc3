#include "tools/hdf5_plugin/swell_hdf5_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "codecs/swell/swell_codec.h"
#include "codecs/swell/swell_filter.h"
#include "tools/hdf5_plugin/caller_library.h"

namespace seiche {
namespace {

constexpr int kFailure = -1;
constexpr int kSuccess = 0;
constexpr size_t kMaxRank = 32;    // of an H5 dataset
constexpr size_t kMaxValues = 64;  // of a filter, far more than swell has

// Types as H5Tpublic.h numbers them.
constexpr int kIntegerClass = 0, kFloatClass = 1;
constexpr int kLittleEndian = 0, kBigEndian = 1;
constexpr int kUnsigned = 0;
constexpr size_t kHalfBias = 15, kBFloatBias = 127;

// The type of elements in memory's byte order; nothing for what swell sees as bytes.
std::optional<DType> DTypeOf(const CallerLibrary& library, SeicheHid type) {
  const int native = std::endian::native == std::endian::little ? kLittleEndian : kBigEndian;
  const size_t size = library.get_size(type);
  if (size > 1 && library.get_order(type) != native) return std::nullopt;
  const int kind = library.get_class(type);
  if (kind == kFloatClass) {
    const size_t bias = library.get_ebias(type);
    if (size == 2 && bias == kHalfBias) return DType::kFloat16;
    if (size == 2 && bias == kBFloatBias) return DType::kBFloat16;
    if (size == 4) return DType::kFloat32;
    if (size == 8) return DType::kFloat64;
    return std::nullopt;
  }
  if (kind != kIntegerClass) return std::nullopt;
  const bool is_unsigned = library.get_sign(type) == kUnsigned;
  switch (size) {
    case 1:
      return is_unsigned ? DType::kUInt8 : DType::kInt8;
    case 2:
      return is_unsigned ? DType::kUInt16 : DType::kInt16;
    case 4:
      return is_unsigned ? DType::kUInt32 : DType::kInt32;
    case 8:
      return is_unsigned ? DType::kUInt64 : DType::kInt64;
    default:
      return std::nullopt;
  }
}

// The user's values without what an earlier call has added.
std::vector<uint32_t> OptionValues(const unsigned* values, size_t count) {
  constexpr size_t kOptionValues = 6;
  return {values, values + std::min(count, kOptionValues)};
}

int SetLocalOf(const CallerLibrary& library, SeicheHid creation, SeicheHid type) {
  unsigned flags = 0, config = 0;
  size_t count = kMaxValues;
  std::array<unsigned, kMaxValues> given = {};
  if (library.get_filter_by_id(creation, kSwellFilterId, &flags, &count, given.data(), 0, nullptr,
                               &config) < 0) {
    return kFailure;
  }
  std::array<uint64_t, kMaxRank> extents = {};
  const int rank = library.get_chunk(creation, kMaxRank, extents.data());
  if (rank < 0) return kFailure;
  const Shape shape(extents.begin(), extents.begin() + rank);
  auto values =
      CompleteSwell(OptionValues(given.data(), std::min(count, given.size())),
                    DTypeOf(library, type), static_cast<uint32_t>(library.get_size(type)), shape);
  if (!values.ok() || !MakeSwellFilter(*values).ok()) return kFailure;
  return library.modify_filter(creation, kSwellFilterId, flags, values->size(), values->data());
}

// Bytes that a whole chunk has decoded; chunks of HDF5 have less than 4 GiB.
std::optional<size_t> DecodedSize(absl::Span<const std::byte> encoded) {
  const auto codec = MakeSwellCodec();
  if (!codec.ok()) return std::nullopt;
  const auto info = (*codec)->Inspect(encoded);
  if (!info.ok()) return std::nullopt;
  const int64_t elements = NumElements(info->shape);
  const auto element = static_cast<int64_t>(SizeOf(info->dtype));
  if (elements < 0 || elements > std::numeric_limits<uint32_t>::max() / element) {
    return std::nullopt;
  }
  return static_cast<size_t>(elements * element);
}

// Replaces the chunk in `*buffer` by its other form. 0 where that fails, the chunk then untouched.
size_t Transcode(bool decode, const std::vector<uint32_t>& values, size_t size, size_t* buffer_size,
                 void** buffer) {
  const auto filter = MakeSwellFilter(values);
  if (!filter.ok()) return 0;
  const absl::Span<const std::byte> from(static_cast<const std::byte*>(*buffer), size);
  const std::optional<size_t> room =
      decode ? DecodedSize(from) : std::optional((*filter)->MaxEncodedSize(size));
  if (!room.has_value()) return 0;
  // libhdf5 gives and takes what malloc() makes.
  std::unique_ptr<void, void (*)(void*)> out(std::malloc(*room + 1), std::free);
  if (out == nullptr) return 0;
  const absl::Span<std::byte> to(static_cast<std::byte*>(out.get()), *room);
  static thread_local CodecScratch scratch;
  const auto done =
      decode ? (*filter)->Decode(from, to, scratch) : (*filter)->Encode(from, to, scratch);
  if (!done.ok()) return 0;
  std::free(*buffer);
  *buffer = out.release();
  *buffer_size = *room + 1;
  return *done;
}

// Complete client values; files whose values are of no use can be decoded all the same.
std::vector<uint32_t> CompleteValues(bool decode, const unsigned* given, size_t count) {
  std::vector<uint32_t> values(given, given + count);
  if (decode && !MakeSwellFilter(values).ok()) values.clear();
  auto complete = CompleteSwell(values, std::nullopt, /*element_size=*/1, {});
  return complete.ok() ? *std::move(complete) : values;
}

}  // namespace
}  // namespace seiche

extern "C" {

static int SeicheSetLocal(SeicheHid creation, SeicheHid type, SeicheHid) {
  const auto library = seiche::CallerLibrary::Find(__builtin_return_address(0));
  if (!library.has_value()) return seiche::kSuccess;  // bytes, then
  try {
    return seiche::SetLocalOf(*library, creation, type);
  } catch (const std::exception&) {  // into C nothing may be thrown

    return seiche::kFailure;
  }
}

static size_t SeicheTranscode(unsigned flags, size_t num_values, const unsigned* values,
                              size_t size, size_t* buffer_size, void** buffer) {
  const bool decode = (flags & seiche::kDecodeFlag) != 0;
  try {
    return seiche::Transcode(decode, seiche::CompleteValues(decode, values, num_values), size,
                             buffer_size, buffer);
  } catch (const std::exception&) {  // into C nothing may be thrown

    return 0;
  }
}

static const SeicheFilterClass kSeicheFilter = {seiche::kFilterClassVersion,
                                                static_cast<int>(seiche::kSwellFilterId),
                                                /*encoder_present=*/1,
                                                /*decoder_present=*/1,
                                                "swell (seiche)",
                                                /*can_apply=*/nullptr,
                                                SeicheSetLocal,
                                                SeicheTranscode};

}  // extern "C"

const SeicheFilterClass& seiche::SwellHdf5Filter() { return kSeicheFilter; }
