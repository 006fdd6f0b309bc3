// How swell appears in the registry.
#include "codecs/entries/codec_entry.h"
#include "codecs/entries/entries.h"
#include "codecs/swell/swell_filter.h"

namespace seiche {

constinit const CodecEntry kSwellEntry = {"swell",
                                          kSwellFilterId,
                                          AlwaysOptional,
                                          ParseSwellSpec,
                                          [](const CodecParameters& p) {
                                            return CompleteSwell(p.values, p.dtype, p.element_size,
                                                                 p.chunk_shape);
                                          },
                                          MakeSwellFilter};

}  // namespace seiche
