#include "experiments/codecs/field_measurement.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr double kLeastSeconds = 0.02;  // that are timed in one go
constexpr int kSpoilt = 0xA5;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds that `work` takes, the mean of as many calls as fill kLeastSeconds.
absl::StatusOr<double> TimeOf(absl::FunctionRef<absl::Status()> work) {
  const double start = Now();
  for (int calls = 1;; ++calls) {
    SEICHE_RETURN_IF_ERROR(work());
    const double seconds = Now() - start;
    if (seconds >= kLeastSeconds) return seconds / calls;
  }
}

// Encodes, decodes and compares.
absl::StatusOr<ArrayError> RoundTrip(const CandidateSpec& spec, Candidate& candidate,
                                     const ConstArrayView& sequence, const ArrayView& out,
                                     EncodedArray& encoded, CodecScratch& scratch) {
  SEICHE_RETURN_IF_ERROR(candidate.Encode(sequence, encoded, scratch));
  std::memset(out.data, kSpoilt, out.size_bytes());
  SEICHE_RETURN_IF_ERROR(candidate.Decode(encoded, out, scratch));
  const ArrayError error = CompareArrays(sequence, out);
  SEICHE_RETURN_IF_ERROR(CheckPromise(spec.bound, error));
  return error;
}

struct Times {
  double encode = 0;
  double decode = 0;
};

absl::StatusOr<Times> Time(const CandidateSpec& spec, Candidate& candidate,
                           const ConstArrayView& sequence, const ArrayView& out,
                           EncodedArray& encoded, CodecScratch& scratch) {
  Times times;
  SEICHE_ASSIGN_OR_RETURN(times.encode,
                          TimeOf([&] { return candidate.Encode(sequence, encoded, scratch); }));
  std::memset(out.data, kSpoilt, out.size_bytes());
  SEICHE_ASSIGN_OR_RETURN(times.decode,
                          TimeOf([&] { return candidate.Decode(encoded, out, scratch); }));
  SEICHE_RETURN_IF_ERROR(CheckPromise(spec.bound, CompareArrays(sequence, out)));
  return times;
}

}  // namespace

double PeakOf(const DataTraits& traits, const ValueRange& range) {
  if (!traits.levels) return range.width();
  return traits.dtype == DType::kUInt8 ? 255 : 1;
}

FieldMeasurement::FieldMeasurement(ArrayField field, MeasureOptions options)
    : field_(std::move(field)), options_(std::move(options)) {}

absl::Status FieldMeasurement::Start(const ConstArrayView& sequence) {
  SEICHE_ASSIGN_OR_RETURN(traits_, InspectData(sequence));
  for (CandidateSpec& spec : CandidatesFor(traits_, options_.candidates)) {
    SEICHE_ASSIGN_OR_RETURN(auto candidate, MakeCandidate(spec));
    CodecRow row{
        .codec = spec.codec, .data = field_.name, .from = field_.from, .bound = spec.bound};
    lanes_.push_back({std::move(spec), std::move(candidate), std::move(row)});
  }
  return absl::OkStatus();
}

void FieldMeasurement::Check(Lane& lane, const ConstArrayView& sequence, const ArrayView& out) {
  const auto error = RoundTrip(lane.spec, *lane.candidate, sequence, out, encoded_, scratch_);
  if (!error.ok()) {
    lane.row.error = absl::StrCat("sequence ", sequences_, ": ", error.status().message());
    if (absl::IsDataLoss(error.status())) {
      promises_.Update(Annotate(
          error.status(), absl::StrCat(field_.from, ": ", field_.name, ": ", lane.spec.codec)));
    }
    return;
  }
  CodecRow& row = lane.row;
  ++row.sequences;
  row.values += NumElements(sequence.shape);
  row.decoded_bytes += sequence.size_bytes();
  row.encoded_bytes += static_cast<int64_t>(encoded_.bytes.size());
  row.max_error = std::max(row.max_error, error->max_error);
  row.squared_error += error->squared_error;
}

void FieldMeasurement::Repeat(Lane& lane, const ConstArrayView& sequence, const ArrayView& out) {
  const auto times = Time(lane.spec, *lane.candidate, sequence, out, encoded_, scratch_);
  if (!times.ok()) {
    lane.row.error = absl::StrCat("sequence ", sequences_, ": ", times.status().message());
    promises_.Update(Annotate(times.status(), lane.spec.codec));
    return;
  }
  lane.encode_seconds.push_back(times->encode);
  lane.decode_seconds.push_back(times->decode);
}

absl::Status FieldMeasurement::Add(const ConstArrayView& sequence) {
  if (sequences_ == 0) SEICHE_RETURN_IF_ERROR(Start(sequence));
  ArrayView out;
  try {
    out = MakeView(out_.Reserve(sequence.size_bytes()).data(), sequence.dtype, sequence.shape);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(field_.from, ": ", field_.name, ": ",
                                                     sequence.size_bytes(),
                                                     " bytes of a sequence do not fit in memory"));
  }
  range_.Add(sequence);
  for (Lane& lane : lanes_) {
    if (lane.row.error.empty()) Check(lane, sequence, out);
  }
  const bool timed = sequences_ < options_.timed_sequences;
  for (int repeat = 0; timed && repeat < options_.repeats; ++repeat) {
    for (Lane& lane : lanes_) {
      if (lane.row.error.empty()) Repeat(lane, sequence, out);
    }
  }
  for (Lane& lane : lanes_) {
    if (timed) {
      lane.row.AddTimes(lane.encode_seconds, lane.decode_seconds, sequence.size_bytes());
    }
    lane.encode_seconds.clear();
    lane.decode_seconds.clear();
  }
  ++sequences_;
  return absl::OkStatus();
}

std::vector<CodecRow> FieldMeasurement::rows() const {
  std::vector<CodecRow> rows;
  for (const Lane& lane : lanes_) {
    rows.push_back(lane.row);
    rows.back().peak = PeakOf(traits_, range_);
  }
  return rows;
}

absl::Status FieldMeasurement::promises() const { return promises_; }

}  // namespace seiche
