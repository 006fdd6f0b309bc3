// What was measured of one codec on one field: a row of codecs.json.
//
// Plain values; sums over the field's sequences.
#ifndef SEICHE_EXPERIMENTS_CODECS_CODEC_ROW_H_
#define SEICHE_EXPERIMENTS_CODECS_CODEC_ROW_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/measure/array_error.h"

namespace seiche {

struct CodecRow {
  std::string codec;  // ours end in fast, small and smallest
  std::string data;   // the field
  std::string from;   // where it is from
  // Largest absolute error; 0 for lossless, nothing for a lossy codec that promises none.
  std::optional<double> bound = 0;
  std::string error = {};  // why there are no figures; empty if there are

  int64_t sequences = 0;
  int64_t values = 0;
  int64_t decoded_bytes = 0;
  int64_t encoded_bytes = 0;
  double max_error = 0;
  double squared_error = 0;
  double peak = 0;  // of the signal, for the PSNR

  // Of the sequences whose time was taken; one entry a repeat.
  int64_t timed_bytes = 0;  // decoded
  std::vector<double> encode_seconds = {};
  std::vector<double> decode_seconds = {};

  bool ok() const { return error.empty() && sequences > 0; }
  double ratio() const;
  // Of the median repeat, in 10^9 decoded bytes a second.
  double encode_gb_per_s() const;
  double decode_gb_per_s() const;
  // (Largest - smallest) / median of the repeats.
  double encode_spread() const;
  double decode_spread() const;
  std::optional<double> psnr_db() const { return Psnr(squared_error, values, peak); }

  // Adds the seconds of a sequence, one entry a repeat, to those of the others.
  void AddTimes(const std::vector<double>& encode, const std::vector<double>& decode,
                int64_t bytes);
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_CODEC_ROW_H_
