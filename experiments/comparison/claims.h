// The published claims, each judged from measured rows.
//
//   std::vector<Claim> claims = JudgeClaims({.rows = rows, .cores = 2});
//   claims[0].holds                        // true, false, or nothing: not decidable here
//
// A claim that names more workers than the machine has cores, or that needs 3000 sequences, is
// never decided from less. Where a claim names 4 workers and the machine has fewer cores, a
// companion claim ("1-here") compares with the published ratio for the workers that it has. A
// ratio whose repeats lie on both sides of the threshold is not decided either. Pure functions.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_CLAIMS_H_
#define SEICHE_EXPERIMENTS_COMPARISON_CLAIMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiments/comparison/row.h"

namespace seiche {

struct Claim {
  std::string id;         // "1", "1-here", "3-size", ...: do not change
  std::string statement;  // as published, in one sentence
  std::optional<bool> holds = std::nullopt;
  std::optional<double> ratio = std::nullopt;      // measured
  std::optional<double> published = std::nullopt;  // the same ratio in the post
  std::string why = {};                            // one line
};

struct Measurements {
  std::vector<Row> rows;
  int cores = 1;
  // Read with this project's decoders, or with h5py, pillow and torch (whose rows have read times
  // and sizes, but neither write nor copy times).
  bool own_decoders = true;
  Normalisation normalisation = {};
};

// All of them, in the order of the post.
std::vector<Claim> JudgeClaims(const Measurements& measurements);

// "Compressed sizes against the published ones: JPEG 0.24 MB a sequence against 0.8 (3.3x), ...".
// Empty if none of the published formats was written.
std::string CompressibilityNote(const std::vector<Row>& rows);

// "holds", "does not hold", "not decidable here".
std::string VerdictText(const std::optional<bool>& holds);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_CLAIMS_H_
