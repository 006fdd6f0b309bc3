#include "codecs/codec_errors.h"

#include "absl/strings/str_cat.h"

namespace seiche {

absl::Status CheckEncodeSpace(const ByteCodec& codec, size_t decoded_size, size_t encoded_size) {
  const size_t needed = codec.MaxEncodedSize(decoded_size);
  if (encoded_size >= needed) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(codec.name(), ": encoding ", decoded_size,
                                                 " bytes may need ", needed, ", not ",
                                                 encoded_size));
}

absl::Status Damaged(std::string_view codec, std::string_view reason) {
  return absl::DataLossError(absl::StrCat(codec, ": ", reason));
}

absl::Status TooLarge(std::string_view codec, size_t expected) {
  return Damaged(codec, absl::StrCat("the data hold more than the ", expected, " bytes expected"));
}

}  // namespace seiche
