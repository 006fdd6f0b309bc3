// Measures every candidate on the sequences of one field, one after the other.
//
//   FieldMeasurement measurement(source.fields()[0], {.repeats = 5});
//   for (...) SEICHE_RETURN_IF_ERROR(measurement.Add(sequence));
//   measurement.rows()
//
// One thread. Of each sequence, candidates take turns: a round that is not timed, in which each
// shows that it keeps its promise (bit for bit, or every value within the bound), then the repeats.
// What they decode into is warm memory, the same for all, spoilt before each turn; every repeat's
// result is checked like the first. What takes less than 20 ms is done again until it has taken
// that long. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_CODECS_FIELD_MEASUREMENT_H_
#define SEICHE_EXPERIMENTS_CODECS_FIELD_MEASUREMENT_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "base/aligned_buffer.h"
#include "experiments/codecs/candidates.h"
#include "experiments/codecs/codec_row.h"
#include "experiments/codecs/data/array_source.h"

namespace seiche {

struct MeasureOptions {
  CandidateSelection candidates = {};
  int repeats = 5;
  // Sequences whose time is taken; of those that follow, sizes and errors only.
  int64_t timed_sequences = 8;
};

class FieldMeasurement {
 public:
  // Requires CheckSelection(options.candidates).ok().
  FieldMeasurement(ArrayField field, MeasureOptions options);

  // The field's next sequence. A codec that fails has failed for its row only. Errors are those of
  // making candidates; kResourceExhausted if memory is short.
  absl::Status Add(const ConstArrayView& sequence);

  // One for each candidate; none before the first sequence.
  std::vector<CodecRow> rows() const;
  // kDataLoss naming the first codec that has not kept its promise.
  absl::Status promises() const;
  // Requires a sequence.
  const DataTraits& traits() const { return traits_; }

 private:
  struct Lane {
    CandidateSpec spec;
    std::unique_ptr<Candidate> candidate;
    CodecRow row;
    std::vector<double> encode_seconds = {}, decode_seconds = {};  // of the current sequence
  };

  absl::Status Start(const ConstArrayView& sequence);
  void Check(Lane& lane, const ConstArrayView& sequence, const ArrayView& out);
  void Repeat(Lane& lane, const ConstArrayView& sequence, const ArrayView& out);

  ArrayField field_;
  MeasureOptions options_;
  DataTraits traits_;
  ValueRange range_;
  std::vector<Lane> lanes_;
  // Of the current turn: only one codec is at work.
  EncodedArray encoded_;
  CodecScratch scratch_;
  AlignedBuffer out_;
  int64_t sequences_ = 0;
  absl::Status promises_;
};

// What the PSNR of such data refers to: the largest level, or how far the values reach.
double PeakOf(const DataTraits& traits, const ValueRange& range);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_FIELD_MEASUREMENT_H_
