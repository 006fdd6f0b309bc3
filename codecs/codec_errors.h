// The errors that all byte codecs share, worded in one place.
//
//   SEICHE_RETURN_IF_ERROR(CheckEncodeSpace(*this, decoded.size(), encoded.size()));
//   return Damaged("lzf", "a reference points before the start");
#ifndef SEICHE_CODECS_CODEC_ERRORS_H_
#define SEICHE_CODECS_CODEC_ERRORS_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"
#include "codecs/codec.h"

namespace seiche {

// kInvalidArgument if `encoded_size` bytes may not hold what `decoded_size` bytes encode to.
absl::Status CheckEncodeSpace(const ByteCodec& codec, size_t decoded_size, size_t encoded_size);

// kDataLoss "CODEC: REASON".
absl::Status Damaged(std::string_view codec, std::string_view reason);

// kDataLoss "CODEC: the data hold more than the N bytes expected".
absl::Status TooLarge(std::string_view codec, size_t expected);

}  // namespace seiche

#endif  // SEICHE_CODECS_CODEC_ERRORS_H_
