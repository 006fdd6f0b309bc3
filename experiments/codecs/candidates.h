// The codecs of this project that are compared, behind one interface.
//
//   SEICHE_ASSIGN_OR_RETURN(const DataTraits traits, InspectData(array));
//   SEICHE_ASSIGN_OR_RETURN(auto specs, CandidatesFor(traits, {.bounds = {1e-3}}));
//   SEICHE_ASSIGN_OR_RETURN(auto candidate, MakeCandidate(specs[0]));
//   SEICHE_RETURN_IF_ERROR(candidate->Encode(array, encoded, scratch));
//
// Which ones make sense depends on the data: JPEG wants levels, a bound is for values that are no
// multiples of a step. Candidates are thread-compatible.
#ifndef SEICHE_EXPERIMENTS_CODECS_CANDIDATES_H_
#define SEICHE_EXPERIMENTS_CODECS_CANDIDATES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "codecs/codec.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {

struct DataTraits {
  DType dtype = DType::kFloat32;
  // Gray levels, as uint8 or as float32 level * (1/255.0f).
  bool levels = false;
  // Integers and floats that are multiples of a step, up to 2^16 of them: lossless is what they ask
  // for.
  bool steps = false;

  bool bounded() const { return !steps && (dtype == DType::kFloat32 || dtype == DType::kFloat64); }
};

// Of an array of rank 1 to 4, contiguous. Errors of the codec that looks for the step.
absl::StatusOr<DataTraits> InspectData(const ConstArrayView& array);

struct CandidateSpec {
  enum class Kind { kBytes, kJpeg, kSwell };

  std::string codec;  // in codecs.json: do not change
  Kind kind = Kind::kBytes;
  // Largest absolute error; 0 for lossless, nothing for a lossy codec that promises none.
  std::optional<double> bound = 0;
  SwellLevel level = SwellLevel::kFast;  // of kSwell, as is
  int64_t key_frames = 100;              // frames from one to the next
};

struct CandidateSelection {
  // Names of codecs or of their first parts ("swell", "blosc:lz4"); empty: all of the table.
  // Others are taken for chains of codecs/registry.h: "shuffle+szip".
  std::vector<std::string> codecs = {};
  std::vector<double> bounds = {};  // absolute, of data.bounded()
  bool bound_steps = false;         // and of floats that are multiples of a step
  int64_t key_frames = 100;
};

// kInvalidArgument for a bound that is not positive and finite, for key_frames < 1 and for a name
// that is no codec's.
absl::Status CheckSelection(const CandidateSelection& selection);

// What to measure on such data. Requires CheckSelection().ok().
std::vector<CandidateSpec> CandidatesFor(const DataTraits& traits,
                                         const CandidateSelection& selection);

// What Encode() has written, in memory that the next call uses again.
struct EncodedArray {
  absl::Span<const std::byte> bytes;
  uint32_t skip_mask = 0;  // of a chain; files keep it in their index

  AlignedBuffer buffer;           // of chains
  std::vector<std::byte> stream;  // of array codecs
};

class Candidate {
 public:
  virtual ~Candidate() = default;

  // `array` is contiguous. kInvalidArgument for values that the codec cannot stand for.
  virtual absl::Status Encode(const ConstArrayView& array, EncodedArray& encoded,
                              CodecScratch& scratch) = 0;
  // `out` is contiguous, of the array's dtype and shape.
  virtual absl::Status Decode(const EncodedArray& encoded, const ArrayView& out,
                              CodecScratch& scratch) = 0;
};

absl::StatusOr<std::unique_ptr<Candidate>> MakeCandidate(const CandidateSpec& spec);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_CANDIDATES_H_
