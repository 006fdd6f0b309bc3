// What a training sample is, and where in a store its elements lie.
//
//   SampleOptions options{.windows = {{"input", 0, 10}, {"target", 10, 10}}, .step = 5};
//   SEICHE_ASSIGN_OR_RETURN(const SampleMap map, SampleMap::Create(*store, options, /*seed=*/1));
//   map.size();                                       // samples of an epoch
//   map.SetBox(/*output=*/1, sample, /*epoch=*/0, box);   // what "target" of a sample covers
//
// A sample is a set of outputs: one for each window of frames of each field. Samples are numbered
// sequence by sequence and, within one, by their first frame. A recording (a field without axis N,
// such as [T,H,W]) is one long sequence; stores put one after the other are sequences of their own.
//
// Immutable, thread-safe, no allocation after Create().
#ifndef SEICHE_LOADER_PLAN_SAMPLE_MAP_H_
#define SEICHE_LOADER_PLAN_SAMPLE_MAP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/shape.h"
#include "storage/sequence_store.h"

namespace seiche {

// Frames first, first + 1, ... first + frames - 1 of a sample, counted in steps of frame_stride.
struct FrameWindow {
  std::string name;  // "input"; unique
  int64_t first = 0;
  int64_t frames = 1;
};

// The part of a spatial axis (or of channels) that samples have.
struct AxisCrop {
  char axis = 'H';      // as in Field::axes; not N or T
  int64_t offset = 0;   // first element; ignored if random
  int64_t extent = -1;  // elements; -1: as many as follow
  int64_t stride = 1;   // 2: every other element
  // Another offset for each sample and epoch, a pure function of seed, epoch and sample; the same
  // for all fields and windows of a sample.
  bool random = false;
};

struct SampleOptions {
  std::vector<int> fields = {};           // of the store; empty: all
  std::vector<FrameWindow> windows = {};  // empty: whole sequences
  int64_t frame_stride = 1;               // stored frames from one frame of a window to the next
  int64_t step = 1;                       // stored frames from one sample's first to the next's
  std::vector<AxisCrop> crops = {};       // at most one an axis
};

// One array of a sample.
struct SampleOutput {
  std::string name;  // "images", or "images/target" where there are several windows
  int field = 0;     // of the store
  // Of one sample: T first if the field has it, then the other axes as stored, without N.
  std::string axes;
  Shape shape;
};

class SampleMap {
 public:
  // kInvalidArgument names the option that is out of range. kFailedPrecondition names fields and
  // recordings that do not fit: other numbers of sequences or frames, too short for the windows,
  // of different lengths where whole ones are wanted.
  static absl::StatusOr<SampleMap> Create(const SequenceStore& store, const SampleOptions& options,
                                          uint64_t seed);

  int64_t size() const { return first_sample_.back(); }
  absl::Span<const SampleOutput> outputs() const { return outputs_; }

  struct Place {
    int64_t sequence = 0;
    int64_t frame = 0;  // the sample's first, as stored in its sequence
  };
  Place PlaceOf(int64_t sample) const;

  // The elements of `output`: a box of its field, axes as stored, N of extent 1.
  void SetBox(int output, int64_t sample, int64_t epoch, Box& box) const;

  // Where they go: a view of the extent of that box, axes as stored, onto the contiguous array of
  // outputs()[output].shape of elements of `dtype` at `data`.
  ArrayView Destination(int output, DType dtype, std::byte* data) const;

  // Along a field's axis 0: how many samples lie on average in `extent` of it. Samples that share
  // chunks are neighbours, so this many come from a row of chunks of that extent.
  double SamplesPerRow(int field, int64_t extent) const;
  // The samples with elements at `first` to end - 1 of a field's axis 0: numbers from, to to - 1.
  struct Range {
    int64_t from = 0, to = 0;
  };
  Range SamplesIn(int field, int64_t first, int64_t end) const;
  // Whether several samples have elements of one chunk of `grid`, the field's.
  bool SharesChunks(int field, const ChunkGrid& grid) const;

 private:
  struct Axis {
    enum class Kind : uint8_t { kSequence, kFrame, kWhole, kFixed, kRandom };
    Kind kind = Kind::kWhole;
    char letter = 0;
    int64_t offset = 0, extent = 0, stride = 1;
    int64_t places = 1;  // of kRandom: offsets 0..places-1
  };
  struct Output {
    absl::InlinedVector<Axis, kInlineRank> axes;  // as stored
    Shape order;                                  // stored axis -> axis of the output, -1 for N
  };

  SampleMap() = default;
  absl::Status AddOutput(const SequenceStore& store, int field, const FrameWindow* window,
                         const SampleOptions& options);
  // Random offsets along an axis are the same for all fields: those that fit the shortest one.
  void UnifyRandomCrops();

  std::vector<SampleOutput> outputs_;
  std::vector<Output> layouts_;
  std::vector<int64_t> first_sample_;  // of each recording, and the end; {0, size} otherwise
  std::vector<int64_t> first_frame_;   // of each recording, along T
  int64_t samples_per_sequence_ = 1;   // where there are no recordings
  int64_t sequences_ = 0;
  int64_t frames_ = 1;  // of a sequence; of all recordings together
  int64_t step_ = 1;
  int64_t span_ = 1;  // frames from a sample's first to its last
  bool recordings_ = false;
  uint64_t seed_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_SAMPLE_MAP_H_
