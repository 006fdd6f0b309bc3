#include "loader/plan/sample_map.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/random.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr char kSequences = 'N', kFrames = 'T';
constexpr int64_t kMaxFrames = int64_t{1} << 40;  // keeps sums of options in int64_t

template <typename... Parts>
absl::Status OptionError(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("SampleOptions: ", parts...));
}

absl::Status CheckWindows(const SampleOptions& options) {
  if (options.frame_stride < 1 || options.frame_stride > kMaxFrames) {
    return OptionError("frame_stride = ", options.frame_stride, " is not a positive number");
  }
  if (options.step < 1 || options.step > kMaxFrames) {
    return OptionError("step = ", options.step, " is not a positive number");
  }
  std::set<std::string> names;
  for (const FrameWindow& window : options.windows) {
    if (window.first < 0 || window.first > kMaxFrames) {
      return OptionError("window '", window.name, "' begins at frame ", window.first);
    }
    if (window.frames < 1 || window.frames > kMaxFrames) {
      return OptionError("window '", window.name, "' has ", window.frames, " frames");
    }
    if (!names.insert(window.name).second) {
      return OptionError("two windows are named '", window.name, "'");
    }
    if (window.first + window.frames > 2 * kMaxFrames / options.frame_stride) {
      return OptionError("window '", window.name, "' in steps of ", options.frame_stride,
                         " frames is longer than any sequence");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCrops(const SequenceStore& store, const SampleOptions& options) {
  std::set<char> letters;
  for (const AxisCrop& crop : options.crops) {
    const std::string axis(1, crop.axis);
    if (crop.axis == kSequences || crop.axis == kFrames) {
      return OptionError("axis ", axis, " is not cropped but cut into windows");
    }
    if (!letters.insert(crop.axis).second) return OptionError("axis ", axis, " is cropped twice");
    const bool known = std::any_of(options.fields.begin(), options.fields.end(), [&](int field) {
      return store.fields()[field].axis(crop.axis) >= 0;
    });
    if (!known) return OptionError("no field has the axis ", axis, " that is to be cropped");
    if (crop.stride < 1) return OptionError("the stride along ", axis, " is ", crop.stride);
    if (crop.extent < -1 || crop.extent == 0) {
      return OptionError("the extent along ", axis, " is ", crop.extent);
    }
    if (crop.offset < 0) return OptionError("the offset along ", axis, " is ", crop.offset);
    if (crop.random && crop.extent < 0) {
      return OptionError("a random crop along ", axis, " needs an extent");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFields(const SequenceStore& store, const SampleOptions& options) {
  std::set<int> seen;
  for (int field : options.fields) {
    if (field < 0 || field >= static_cast<int>(store.fields().size())) {
      return OptionError("fields has ", field, ", but ", store.path(), " has ",
                         store.fields().size());
    }
    if (!seen.insert(field).second) return OptionError("fields has ", field, " twice");
  }
  return absl::OkStatus();
}

// Extent of the axis `letter`, the same for all fields that have it; -1 if none has.
absl::StatusOr<int64_t> CommonExtent(const SequenceStore& store, const std::vector<int>& fields,
                                     char letter) {
  const Field* first = nullptr;
  for (int index : fields) {
    const Field& field = store.fields()[index];
    if (field.axis(letter) < 0) continue;
    if (first == nullptr) first = &field;
    const int64_t expected = first->shape()[first->axis(letter)];
    if (field.shape()[field.axis(letter)] != expected) {
      return absl::FailedPreconditionError(absl::StrCat(
          store.path(), ": field ", field.name, " has ", field.shape()[field.axis(letter)],
          letter == kSequences ? " sequences" : " frames", ", but ", first->name, " has ", expected,
          ": read them one by one"));
    }
  }
  return first == nullptr ? -1 : first->shape()[first->axis(letter)];
}

// Samples of a sequence of `frames` frames.
int64_t SamplesOf(int64_t frames, int64_t span, int64_t step) {
  return frames < span ? 0 : (frames - span) / step + 1;
}

// The recordings with a length for which `bad` is true, by name: "a.h5 (90 frames), ...".
template <typename Predicate>
std::string ListRecordings(const SequenceStore& store, const std::vector<int64_t>& starts,
                           Predicate bad) {
  constexpr size_t kListed = 5;
  std::vector<std::string> names;
  size_t count = 0;
  for (size_t i = 0; i + 1 < starts.size(); ++i) {
    const int64_t frames = starts[i + 1] - starts[i];
    if (!bad(frames) || ++count > kListed) continue;
    const bool one_file_each = store.num_files() == static_cast<int64_t>(starts.size()) - 1;
    const std::string name =
        one_file_each ? store.file_path(static_cast<int32_t>(i)) : absl::StrCat("recording ", i);
    names.push_back(absl::StrCat(name, " (", frames, " frames)"));
  }
  return absl::StrCat(absl::StrJoin(names, ", "),
                      count > kListed ? absl::StrCat(" and ", count - kListed, " more") : "");
}

}  // namespace

absl::StatusOr<SampleMap> SampleMap::Create(const SequenceStore& store, const SampleOptions& given,
                                            uint64_t seed) {
  SampleOptions options = given;
  if (options.fields.empty()) {
    for (size_t i = 0; i < store.fields().size(); ++i) options.fields.push_back(i);
  }
  SEICHE_RETURN_IF_ERROR(CheckFields(store, options));
  SEICHE_RETURN_IF_ERROR(CheckWindows(options));
  SEICHE_RETURN_IF_ERROR(CheckCrops(store, options));
  SEICHE_ASSIGN_OR_RETURN(const int64_t sequences, CommonExtent(store, options.fields, kSequences));
  SEICHE_ASSIGN_OR_RETURN(const int64_t frames, CommonExtent(store, options.fields, kFrames));
  if (sequences < 0 && frames < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(store.path(),
                     ": its fields have neither an axis N of sequences nor an axis T "
                     "of frames: name their axes"));
  }

  SampleMap map;
  map.seed_ = seed;
  map.step_ = options.step;
  map.recordings_ = sequences < 0;
  map.frames_ = frames < 0 ? 1 : frames;
  for (const FrameWindow& window : options.windows) {
    map.span_ = std::max(map.span_, (window.first + window.frames - 1) * options.frame_stride + 1);
  }
  if (options.windows.empty()) map.span_ = map.frames_;

  if (map.recordings_) {
    std::vector<int64_t> starts = {0, frames};
    if (store.fields()[options.fields[0]].axis(kFrames) == 0) starts = store.parts();
    if (options.windows.empty()) {
      const int64_t length = starts[1] - starts[0];
      const auto differs = [&](int64_t other) { return other != length; };
      if (std::string others = ListRecordings(store, starts, differs); !others.empty()) {
        return absl::FailedPreconditionError(
            absl::StrCat(store.path(), ": recordings of ", length, " frames and ", others,
                         " do not fit into one batch: load windows of frames"));
      }
      map.span_ = length;
    }
    const auto too_short = [&](int64_t length) { return length < map.span_; };
    if (std::string names = ListRecordings(store, starts, too_short); !names.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(store.path(), ": a sample takes ", map.span_, " frames, too many for ",
                       names, ": leave them out, or take shorter windows"));
    }
    map.sequences_ = static_cast<int64_t>(starts.size()) - 1;
    map.first_sample_ = {0};
    for (size_t i = 0; i + 1 < starts.size(); ++i) {
      map.first_sample_.push_back(map.first_sample_.back() +
                                  SamplesOf(starts[i + 1] - starts[i], map.span_, map.step_));
    }
    map.first_frame_ = std::move(starts);
  } else {
    if (frames >= 0 && frames < map.span_) {
      return absl::FailedPreconditionError(absl::StrCat(store.path(), ": a sample takes ",
                                                        map.span_, " frames, but sequences have ",
                                                        frames, ": take shorter windows"));
    }
    map.sequences_ = sequences;
    map.samples_per_sequence_ = frames < 0 ? 1 : SamplesOf(frames, map.span_, map.step_);
    if (sequences > std::numeric_limits<int64_t>::max() / map.samples_per_sequence_) {
      return OptionError("there are too many samples: raise step");
    }
    map.first_sample_ = {0, sequences * map.samples_per_sequence_};
  }

  const FrameWindow whole{.name = "", .first = 0, .frames = map.span_};
  for (int field : options.fields) {
    const bool has_frames = store.fields()[field].axis(kFrames) >= 0;
    if (options.windows.empty() || !has_frames) {
      SEICHE_RETURN_IF_ERROR(map.AddOutput(store, field, has_frames ? &whole : nullptr, options));
      continue;
    }
    for (const FrameWindow& window : options.windows) {
      SEICHE_RETURN_IF_ERROR(map.AddOutput(store, field, &window, options));
    }
  }
  map.UnifyRandomCrops();
  return map;
}

void SampleMap::UnifyRandomCrops() {
  std::map<char, int64_t> places;
  for (const Output& layout : layouts_) {
    for (const Axis& axis : layout.axes) {
      if (axis.kind != Axis::Kind::kRandom) continue;
      const auto [known, added] = places.emplace(axis.letter, axis.places);
      if (!added) known->second = std::min(known->second, axis.places);
    }
  }
  for (Output& layout : layouts_) {
    for (Axis& axis : layout.axes) {
      if (axis.kind == Axis::Kind::kRandom) axis.places = places[axis.letter];
    }
  }
}

absl::Status SampleMap::AddOutput(const SequenceStore& store, int field, const FrameWindow* window,
                                  const SampleOptions& options) {
  const Field& source = store.fields()[field];
  const Shape& shape = source.shape();
  Output layout;
  for (size_t i = 0; i < shape.size(); ++i) {
    Axis axis{.letter = source.axes[i], .extent = shape[i]};
    if (axis.letter == kSequences) {
      axis.kind = Axis::Kind::kSequence;
      axis.extent = 1;
    } else if (axis.letter == kFrames && window != nullptr) {
      const int64_t stride = options.windows.empty() ? 1 : options.frame_stride;
      axis.kind = Axis::Kind::kFrame;
      axis.offset = window->first * stride;
      axis.extent = window->frames;
      axis.stride = stride;
    } else {
      for (const AxisCrop& crop : options.crops) {
        if (crop.axis != axis.letter) continue;
        const int64_t offset = crop.random ? 0 : crop.offset;
        const int64_t room = shape[i] <= offset ? 0 : (shape[i] - offset - 1) / crop.stride + 1;
        axis.extent = crop.extent < 0 ? room : crop.extent;
        if (axis.extent > room || axis.extent < 1) {
          return OptionError("a crop of ", crop.extent, " from ", offset, " in steps of ",
                             crop.stride, " does not fit the axis ", std::string(1, crop.axis),
                             " of field ", source.name, ", which has ", shape[i]);
        }
        axis.kind = crop.random ? Axis::Kind::kRandom : Axis::Kind::kFixed;
        axis.offset = offset;
        axis.stride = crop.stride;
        axis.places = shape[i] - (axis.extent - 1) * crop.stride;
      }
    }
    layout.axes.push_back(axis);
  }

  SampleOutput output;
  output.field = field;
  output.name = source.name;
  if (window != nullptr && !window->name.empty()) {
    absl::StrAppend(&output.name, "/", window->name);
  }
  layout.order.assign(shape.size(), -1);
  const int frame_axis = source.axis(kFrames);
  const auto append = [&](int i) {
    layout.order[i] = static_cast<int64_t>(output.shape.size());
    output.axes.push_back(source.axes[i]);
    output.shape.push_back(layout.axes[i].extent);
  };
  if (frame_axis >= 0) append(frame_axis);
  for (int i = 0; i < static_cast<int>(shape.size()); ++i) {
    if (i != frame_axis && source.axes[i] != kSequences) append(i);
  }
  outputs_.push_back(std::move(output));
  layouts_.push_back(std::move(layout));
  return absl::OkStatus();
}

SampleMap::Place SampleMap::PlaceOf(int64_t sample) const {
  assert(sample >= 0 && sample < size());
  if (!recordings_) {
    return {.sequence = sample / samples_per_sequence_,
            .frame = sample % samples_per_sequence_ * step_};
  }
  const auto after = std::upper_bound(first_sample_.begin(), first_sample_.end(), sample);
  const int64_t sequence = after - first_sample_.begin() - 1;
  return {.sequence = sequence, .frame = (sample - first_sample_[sequence]) * step_};
}

void SampleMap::SetBox(int output, int64_t sample, int64_t epoch, Box& box) const {
  const Output& layout = layouts_[output];
  const Place place = PlaceOf(sample);
  const size_t rank = layout.axes.size();
  box.offset.resize(rank);
  box.extent.resize(rank);
  box.stride.clear();
  for (size_t i = 0; i < rank; ++i) {
    const Axis& axis = layout.axes[i];
    box.extent[i] = axis.extent;
    box.offset[i] = axis.offset;
    switch (axis.kind) {
      case Axis::Kind::kSequence:
        box.offset[i] = place.sequence;
        break;
      case Axis::Kind::kFrame:
        box.offset[i] += place.frame + (recordings_ ? first_frame_[place.sequence] : 0);
        break;
      case Axis::Kind::kRandom: {
        // One stream a sample and axis; whatever fields there are does not matter.
        Random random(seed_ ^ (uint64_t{0xC0FFEE} + axis.letter) * 0x9E3779B97F4A7C15u,
                      static_cast<uint64_t>(sample) ^ static_cast<uint64_t>(epoch) << 40);
        box.offset[i] = static_cast<int64_t>(random.Below(axis.places));
        break;
      }
      case Axis::Kind::kWhole:
      case Axis::Kind::kFixed:
        break;
    }
    if (axis.stride != 1 && box.stride.empty()) box.stride.assign(rank, 1);
    if (axis.stride != 1) box.stride[i] = axis.stride;
  }
}

ArrayView SampleMap::Destination(int output, DType dtype, std::byte* data) const {
  const SampleOutput& target = outputs_[output];
  const Output& layout = layouts_[output];
  const Shape strides = RowMajorStrides(target.shape, static_cast<int64_t>(SizeOf(dtype)));
  const size_t rank = layout.axes.size();
  ArrayView view{.data = data, .dtype = dtype, .shape = Shape(rank), .strides = Shape(rank)};
  const int64_t bytes = NumElements(target.shape) * static_cast<int64_t>(SizeOf(dtype));
  for (size_t i = 0; i < rank; ++i) {
    view.shape[i] = layout.axes[i].extent;
    view.strides[i] = layout.order[i] < 0 ? bytes : strides[layout.order[i]];
  }
  return view;
}

double SampleMap::SamplesPerRow(int field, int64_t extent) const {
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].field != field) continue;
    const Axis& first = layouts_[i].axes[0];
    if (first.kind == Axis::Kind::kSequence) {
      return static_cast<double>(extent * samples_per_sequence_);
    }
    if (first.kind == Axis::Kind::kFrame && recordings_) {
      return static_cast<double>(extent) / static_cast<double>(step_);
    }
  }
  return static_cast<double>(size());
}

SampleMap::Range SampleMap::SamplesIn(int field, int64_t first, int64_t end) const {
  Range range{size(), 0};
  Box box;
  // Samples lie along axis 0 in the order of their numbers, window by window.
  const auto count_before = [&](int output, auto before) {
    int64_t low = 0, high = size();
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      SetBox(output, middle, /*epoch=*/0, box);
      if (before(box)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].field != field) continue;
    const auto output = static_cast<int>(i);
    range.from = std::min(range.from, count_before(output, [&](const Box& b) {
                            return b.offset[0] + (b.extent[0] - 1) * b.stride_of(0) < first;
                          }));
    range.to =
        std::max(range.to, count_before(output, [&](const Box& b) { return b.offset[0] < end; }));
  }
  return range;
}

bool SampleMap::SharesChunks(int field, const ChunkGrid& grid) const {
  const auto windows = std::count_if(outputs_.begin(), outputs_.end(),
                                     [&](const SampleOutput& o) { return o.field == field; });
  if (windows > 1) return true;
  for (size_t i = 0; i < outputs_.size(); ++i) {
    if (outputs_[i].field != field) continue;
    for (size_t axis = 0; axis < layouts_[i].axes.size(); ++axis) {
      const Axis& a = layouts_[i].axes[axis];
      const int64_t chunk = grid.chunk_shape()[axis];
      if (a.kind == Axis::Kind::kSequence && chunk > 1 && grid.shape()[axis] > 1) return true;
      if (a.kind == Axis::Kind::kFrame && size() > sequences_) {
        // Some chunk has the first frames of a sample and the last of another, or more of them.
        if (chunk > 1 || step_ < span_) return true;
      }
    }
    // A field without N or without T is the same for many samples.
    const bool sequence_axis =
        std::any_of(layouts_[i].axes.begin(), layouts_[i].axes.end(),
                    [](const Axis& a) { return a.kind == Axis::Kind::kSequence; });
    const bool frame_axis = std::any_of(layouts_[i].axes.begin(), layouts_[i].axes.end(),
                                        [](const Axis& a) { return a.kind == Axis::Kind::kFrame; });
    if (!recordings_ && !sequence_axis) return true;
    if (!frame_axis && size() > sequences_) return true;
  }
  return false;
}

}  // namespace seiche
