// The entry of every codec; each is defined in the file of its name.
#ifndef SEICHE_CODECS_ENTRIES_ENTRIES_H_
#define SEICHE_CODECS_ENTRIES_ENTRIES_H_

#include "codecs/entries/codec_entry.h"

namespace seiche {

extern const CodecEntry kBitshuffleEntry;
extern const CodecEntry kBloscEntry;
extern const CodecEntry kDeflateEntry;
extern const CodecEntry kFletcher32Entry;
extern const CodecEntry kLz4Entry;
extern const CodecEntry kLzfEntry;
extern const CodecEntry kShuffleEntry;
extern const CodecEntry kSwellEntry;
extern const CodecEntry kSzipEntry;
extern const CodecEntry kZstdEntry;

}  // namespace seiche

#endif  // SEICHE_CODECS_ENTRIES_ENTRIES_H_
