// How much has to be decoded for what a sample wants.
//
//   ReadAmplification(field, {.frames = 10})      // windows of 10 frames at every place: 10.0
//
// Bytes decoded / bytes wanted, if each sample is read on its own and nothing is kept from one to
// the next: the mean over all samples, as if every chunk were stored.
#ifndef SEICHE_TOOLS_COMMAND_READ_AMPLIFICATION_H_
#define SEICHE_TOOLS_COMMAND_READ_AMPLIFICATION_H_

#include <cstdint>
#include <optional>

#include "storage/sequence_store.h"

namespace seiche {

struct SampleKind {
  int64_t frames = 0;  // consecutive ones, anywhere in a sequence, with all equal chance; 0: all
};

// Of a field whose chunks can only be decoded whole. Nothing if samples of frames are asked for and
// the field has no axis T. Sequences shorter than the window count as windows.
std::optional<double> ReadAmplification(const Field& field, const SampleKind& sample);

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_READ_AMPLIFICATION_H_
