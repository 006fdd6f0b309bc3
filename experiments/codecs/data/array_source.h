// Where the arrays that codecs are compared on come from: files, the project's waves, made-up data.
//
//   SEICHE_ASSIGN_OR_RETURN(auto source, OpenHdf5Arrays("waves.h5", files, left_out));
//   SEICHE_ASSIGN_OR_RETURN(ConstArrayView array, source->Read(/*field=*/0, /*sequence=*/2));
//
// One sequence is in memory at a time, so sources may be larger than it. Whoever reads field after
// field of sequence 0, then of sequence 1, has each made once. Thread-compatible.
#ifndef SEICHE_EXPERIMENTS_CODECS_DATA_ARRAY_SOURCE_H_
#define SEICHE_EXPERIMENTS_CODECS_DATA_ARRAY_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/file_system.h"

namespace seiche {

struct ArrayField {
  std::string name;  // H5 dataset, product or kind of data
  std::string from;  // a file's name without its folder; "simulated", "generated"
  DType dtype = DType::kFloat32;
  int64_t sequences = 0;
};

class ArraySource {
 public:
  virtual ~ArraySource() = default;

  virtual absl::Span<const ArrayField> fields() const = 0;

  // Sequence `sequence`, [T,H,W] as a rule and of rank 2 to 4, contiguous; valid until the next
  // call. The last one of a long recording may have fewer frames than the others.
  virtual absl::StatusOr<ConstArrayView> Read(int field, int64_t sequence) = 0;
};

// What is cut out of a recording that has no axis of sequences.
inline constexpr int64_t kFramesOfRecording = 100;

// All H5 datasets of a file that hold numbers and have 3 axes or more: a sequence is an index of
// axis N, or kFramesOfRecording frames where the storage layer sees none (DefaultAxes() of
// storage/sequence_store.h). The others' names, with reasons, are added to `left_out`.
// kFailedPrecondition if there is none; errors of OpenStore().
absl::StatusOr<std::unique_ptr<ArraySource>> OpenHdf5Arrays(const std::string& path,
                                                            FileSystem& files,
                                                            std::vector<std::string>& left_out);

struct SimulatedOptions {
  uint64_t seed = 1;
  int64_t sequences = 4;
  int64_t frames = 100;
  int64_t grid_points = 184;  // along each side
};

// The products `shaded`, `images` and `height` of experiments/waves. kInvalidArgument for options
// out of range.
absl::StatusOr<std::unique_ptr<ArraySource>> MakeSimulatedArrays(const SimulatedOptions& options);

// The three kinds of experiments/codecs/data/generated.h. kInvalidArgument for options out of
// range.
absl::StatusOr<std::unique_ptr<ArraySource>> MakeGeneratedArrays(const SimulatedOptions& options);

// `source` with the fields of these names only, all if `names` is empty. Null if none is left.
std::unique_ptr<ArraySource> SelectFields(std::unique_ptr<ArraySource> source,
                                          const std::vector<std::string>& names);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_DATA_ARRAY_SOURCE_H_
