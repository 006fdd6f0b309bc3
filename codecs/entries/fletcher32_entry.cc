// How fletcher32 appears in the registry.
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/fletcher32.h"

namespace seiche {
namespace {

absl::StatusOr<CodecValues> CompleteNothing(const CodecParameters&) { return CodecValues{}; }

}  // namespace

constinit const CodecEntry kFletcher32Entry = {
    "fletcher32",    3,
    NeverOptional,   nullptr,
    CompleteNothing, [](const CodecValues&) -> ByteCodecOr { return MakeFletcher32(); }};

}  // namespace seiche
