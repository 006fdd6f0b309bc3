#include "storage/field_statistics.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "storage/chunk_reader.h"
#include "storage/moments.h"

namespace seiche {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kSchemaVersion = 1;
// Partial results are kept for runs of chunks, of which there are at most this many.
constexpr int64_t kMaxRuns = 4096;
constexpr int64_t kMaxChannels = 4096;
constexpr size_t kBlock = 2048;  // values; 16 KiB, half a first-level cache

struct Float16 {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

double ToDouble(Float16 value) {
  const int exponent = value.bits >> 10 & 31, mantissa = value.bits & 1023;
  const double sign = value.bits >> 15 != 0 ? -1 : 1;
  if (exponent == 31) return mantissa != 0 ? kNan : sign * HUGE_VAL;
  return sign *
         (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}
double ToDouble(BFloat16 value) { return std::bit_cast<float>(uint32_t{value.bits} << 16); }
template <typename T>
double ToDouble(T value) {
  return static_cast<double>(value);
}

// Calls `work` with a value of the type behind `dtype`.
template <typename Work>
void Dispatch(DType dtype, Work work) {
  switch (dtype) {
    case DType::kInt8:
      return work(int8_t{});
    case DType::kInt16:
      return work(int16_t{});
    case DType::kInt32:
      return work(int32_t{});
    case DType::kInt64:
      return work(int64_t{});
    case DType::kUInt8:
      return work(uint8_t{});
    case DType::kUInt16:
      return work(uint16_t{});
    case DType::kUInt32:
      return work(uint32_t{});
    case DType::kUInt64:
      return work(uint64_t{});
    case DType::kFloat16:
      return work(Float16{});
    case DType::kFloat32:
      return work(float{});
    case DType::kFloat64:
      return work(double{});
    case DType::kBFloat16:
      return work(BFloat16{});
  }
}

// What is known of one channel so far. Moments are of stored numbers, unpacked only at the end.
struct Tally {
  Moments moments;
  int64_t nan = 0;
  int64_t missing = 0;

  int64_t elements() const { return moments.count + nan + missing; }
  void Merge(const Tally& other) {
    moments.Merge(other.moments);
    nan += other.nan;
    missing += other.missing;
  }
};

// Sorts the elements of one channel into a tally, block by block.
class Sorter {
 public:
  Sorter(Tally& tally, const std::optional<double>& missing)
      : tally_(tally),
        missing_(missing.value_or(kNan)),
        missing_is_nan_(missing.has_value() && std::isnan(*missing)) {}
  ~Sorter() { Flush(); }

  template <typename T>
  void Add(const std::byte* elements, int64_t count, int64_t stride) {
    for (int64_t i = 0; i < count; ++i) {
      T element;
      std::memcpy(&element, elements + i * stride, sizeof(T));
      block_[filled_] = ToDouble(element);
      if (++filled_ == kBlock) Flush();
    }
  }

 private:
  void Flush() {
    const auto keep = [&](auto drop) {
      const auto end = std::remove_if(block_, block_ + filled_, drop);
      const int64_t dropped = block_ + filled_ - end;
      filled_ = end - block_;
      return dropped;
    };
    // Comparing with a missing value that is NaN, or that there is none of, never succeeds.
    tally_.missing += keep([&](double value) { return value == missing_; });
    (missing_is_nan_ ? tally_.missing : tally_.nan) +=
        keep([](double value) { return std::isnan(value); });
    tally_.moments.Merge(Moments::Of(absl::MakeConstSpan(block_, filled_)));
    filled_ = 0;
  }

  Tally& tally_;
  const double missing_;
  const bool missing_is_nan_;
  size_t filled_ = 0;
  double block_[kBlock];
};

// One pass over a field.
class Pass {
 public:
  Pass(const SequenceStore& store, int field, const StatisticsOptions& options)
      : store_(store),
        field_(field),
        what_(store.fields()[field]),
        options_(options),
        channel_axis_(what_.axis('C')),
        channels_(channel_axis_ < 0 ? 1 : what_.shape()[channel_axis_]) {}

  absl::StatusOr<std::vector<Tally>> Run() {
    if (channels_ > kMaxChannels) {
      return absl::ResourceExhaustedError(absl::StrCat(store_.path(), ": field ", what_.name,
                                                       ": has ", channels_,
                                                       " channels: name its axes otherwise"));
    }
    SEICHE_ASSIGN_OR_RETURN(const std::vector<int64_t> chunks, store_.StoredChunks(field_));
    const int64_t num_chunks = chunks.size(), runs = std::min(num_chunks, kMaxRuns);
    WorkerPool pool(options_.workers);
    std::deque<ChunkReader> readers;
    for (int i = 0; i < pool.workers(); ++i) readers.emplace_back(store_);
    std::vector<std::vector<Tally>> tallies(runs);
    SEICHE_RETURN_IF_ERROR(pool.ForEach(runs, [&](int64_t run, int worker) -> absl::Status {
      // Where runs begin depends on the number of chunks only.
      const int64_t first = run * (num_chunks / runs) + std::min(run, num_chunks % runs);
      const int64_t count = num_chunks / runs + (run < num_chunks % runs ? 1 : 0);
      tallies[run].resize(channels_);
      for (int64_t i = first; i < first + count; ++i) {
        SEICHE_RETURN_IF_ERROR(AddChunk(chunks[i], readers[worker], tallies[run]));
        if (options_.progress != nullptr) options_.progress(1);
      }
      return absl::OkStatus();
    }));
    std::vector<Tally> result(channels_);
    for (const std::vector<Tally>& run : tallies) {
      for (int64_t c = 0; c < channels_; ++c) result[c].Merge(run[c]);
    }
    SEICHE_RETURN_IF_ERROR(AddUnstored(chunks, result));
    return result;
  }

 private:
  absl::Status AddChunk(int64_t chunk, ChunkReader& reader, std::vector<Tally>& tallies) const {
    SEICHE_ASSIGN_OR_RETURN(const ConstArrayView elements, reader.Read(field_, chunk));
    const int64_t element_size = SizeOf(elements.dtype), all = NumElements(elements.shape);
    int64_t outer = 1, channels = 1, first_channel = 0;
    if (channel_axis_ >= 0) {
      for (int i = 0; i < channel_axis_; ++i) outer *= elements.shape[i];
      channels = elements.shape[channel_axis_];
      first_channel = what_.grid.BoxOf(chunk).offset[channel_axis_];
    }
    const int64_t inner = all / (outer * channels);
    Dispatch(elements.dtype, [&](auto type) {
      using T = decltype(type);
      for (int64_t c = 0; c < channels; ++c) {
        Sorter sorter(tallies[first_channel + c], what_.packing.missing);
        const std::byte* data = elements.data + c * inner * element_size;
        if (inner == 1) {  // channels last: one long run with gaps
          sorter.Add<T>(data, outer, channels * element_size);
          continue;
        }
        for (int64_t o = 0; o < outer; ++o) {
          sorter.Add<T>(data + o * channels * inner * element_size, inner, element_size);
        }
      }
    });
    return absl::OkStatus();
  }

  // Elements of chunks that are not stored all have the fill value, which one of them tells.
  absl::Status AddUnstored(const std::vector<int64_t>& chunks, std::vector<Tally>& tallies) const {
    const int64_t num_chunks = what_.grid.num_chunks();
    if (static_cast<int64_t>(chunks.size()) == num_chunks) return absl::OkStatus();
    int64_t unstored = 0;
    while (unstored < static_cast<int64_t>(chunks.size()) && chunks[unstored] == unstored) {
      ++unstored;
    }
    const Shape one(what_.shape().size(), 1);
    std::byte fill[8];
    const ArrayView out = MakeView(fill, what_.dtype, one);
    ChunkReader reader(store_);
    SEICHE_RETURN_IF_ERROR(reader.ReadPart(field_, unstored, WholeBox(one), out));
    double value = 0;
    Dispatch(what_.dtype, [&](auto type) {
      std::memcpy(&type, fill, sizeof(type));
      value = ToDouble(type);
    });
    const int64_t in_channel = NumElements(what_.shape()) / channels_;
    for (Tally& tally : tallies) {
      const int64_t rest = in_channel - tally.elements();
      Tally unstored_tally;
      const std::optional<double>& missing = what_.packing.missing;
      if (missing == value || (missing.has_value() && std::isnan(*missing) && std::isnan(value))) {
        unstored_tally.missing = rest;
      } else if (std::isnan(value)) {
        unstored_tally.nan = rest;
      } else {
        unstored_tally.moments = Moments::Of(value, rest);
      }
      tally.Merge(unstored_tally);
    }
    return absl::OkStatus();
  }

  const SequenceStore& store_;
  const int field_;
  const Field& what_;
  const StatisticsOptions& options_;
  const int channel_axis_;
  const int64_t channels_;
};

ValueStatistics Unpack(const Tally& tally, const Packing& packing) {
  const Moments& moments = tally.moments;
  ValueStatistics values = {kNan, kNan, kNan, kNan, moments.count, tally.nan, tally.missing};
  if (moments.count == 0) return values;
  const auto unpack = [&](double number) { return number * packing.scale + packing.offset; };
  values.mean = unpack(moments.mean);
  values.standard_deviation = moments.StandardDeviation() * std::abs(packing.scale);
  values.minimum = unpack(packing.scale < 0 ? moments.maximum : moments.minimum);
  values.maximum = unpack(packing.scale < 0 ? moments.minimum : moments.maximum);
  return values;
}

}  // namespace

absl::StatusOr<FieldStatistics> ComputeStatistics(const SequenceStore& store, int field,
                                                  const StatisticsOptions& options) {
  if (field < 0 || field >= static_cast<int>(store.fields().size())) {
    return absl::InvalidArgumentError(absl::StrCat(store.path(), ": there is no field ", field));
  }
  const Field& what = store.fields()[field];
  SEICHE_RETURN_IF_ERROR(CheckUnpacks(store, field));
  SEICHE_ASSIGN_OR_RETURN(const std::vector<Tally> tallies, Pass(store, field, options).Run());
  FieldStatistics statistics{.name = what.name,
                             .dtype = what.dtype,
                             .shape = what.shape(),
                             .axes = what.axes,
                             .all = {},
                             .channels = {}};
  Tally all;
  for (const Tally& tally : tallies) {
    all.Merge(tally);
    statistics.channels.push_back(Unpack(tally, what.packing));
  }
  statistics.all = Unpack(all, what.packing);
  return statistics;
}

namespace {

Json ToJson(const ValueStatistics& values) {
  return {{"mean", values.mean},       {"standard_deviation", values.standard_deviation},
          {"minimum", values.minimum}, {"maximum", values.maximum},
          {"count", values.count},     {"nan", values.nan},
          {"missing", values.missing}};
}

// null is how a NaN or an infinity was written.
absl::StatusOr<double> NumberOrNull(const Json& object, std::string_view name) {
  SEICHE_ASSIGN_OR_RETURN(const Json member, JsonField<Json>(object, name));
  if (member.is_null()) return kNan;
  return JsonField<double>(object, name);
}

absl::StatusOr<ValueStatistics> ValuesFromJson(const Json& json) {
  ValueStatistics values = {};
  SEICHE_ASSIGN_OR_RETURN(values.mean, NumberOrNull(json, "mean"));
  SEICHE_ASSIGN_OR_RETURN(values.standard_deviation, NumberOrNull(json, "standard_deviation"));
  SEICHE_ASSIGN_OR_RETURN(values.minimum, NumberOrNull(json, "minimum"));
  SEICHE_ASSIGN_OR_RETURN(values.maximum, NumberOrNull(json, "maximum"));
  SEICHE_ASSIGN_OR_RETURN(values.count, JsonField<int64_t>(json, "count"));
  SEICHE_ASSIGN_OR_RETURN(values.nan, JsonField<int64_t>(json, "nan"));
  SEICHE_ASSIGN_OR_RETURN(values.missing, JsonField<int64_t>(json, "missing"));
  if (values.count < 0 || values.nan < 0 || values.missing < 0) {
    return absl::DataLossError("a count is negative");
  }
  return values;
}

absl::StatusOr<FieldStatistics> FieldFromJson(const std::string& name, const Json& json) {
  FieldStatistics field;
  field.name = name;
  SEICHE_ASSIGN_OR_RETURN(const std::string dtype, JsonField<std::string>(json, "dtype"));
  const absl::StatusOr<DType> known = ParseDType(dtype);
  if (!known.ok()) return absl::DataLossError(known.status().message());
  field.dtype = *known;
  SEICHE_ASSIGN_OR_RETURN(field.axes, JsonField<std::string>(json, "axes"));
  SEICHE_ASSIGN_OR_RETURN(const Json shape, JsonField<Json>(json, "shape"));
  if (!shape.is_array()) return absl::DataLossError("shape is not a list");
  for (const Json& extent : shape) {
    if (!extent.is_number_integer()) return absl::DataLossError("shape has something not a number");
    field.shape.push_back(extent.get<int64_t>());
  }
  SEICHE_ASSIGN_OR_RETURN(const Json all, JsonField<Json>(json, "all"));
  SEICHE_ASSIGN_OR_RETURN(field.all, ValuesFromJson(all));
  SEICHE_ASSIGN_OR_RETURN(const Json channels, JsonField<Json>(json, "channels"));
  if (!channels.is_array() || channels.empty()) {
    return absl::DataLossError("channels is not a list of at least one");
  }
  for (const Json& channel : channels) {
    SEICHE_ASSIGN_OR_RETURN(const ValueStatistics values, ValuesFromJson(channel));
    field.channels.push_back(values);
  }
  return field;
}

}  // namespace

Json StatisticsToJson(absl::Span<const FieldStatistics> fields) {
  Json members = Json::object();
  for (const FieldStatistics& field : fields) {
    Json mean = Json::array(), deviation = Json::array(), channels = Json::array();
    for (const ValueStatistics& channel : field.channels) {
      mean.push_back(channel.mean);
      deviation.push_back(channel.standard_deviation);
      channels.push_back(ToJson(channel));
    }
    members[field.name] = {
        {"dtype", std::string(Name(field.dtype))},
        {"shape", std::vector<int64_t>(field.shape.begin(), field.shape.end())},
        {"axes", field.axes},
        {"mean", std::move(mean)},
        {"standard_deviation", std::move(deviation)},
        {"minimum", field.all.minimum},
        {"maximum", field.all.maximum},
        {"count", field.all.count},
        {"nan", field.all.nan},
        {"missing", field.all.missing},
        {"all", ToJson(field.all)},
        {"channels", std::move(channels)},
    };
  }
  return {{"version", kSchemaVersion}, {"fields", std::move(members)}};
}

absl::StatusOr<std::vector<FieldStatistics>> ParseStatistics(std::string_view text,
                                                             std::string_view source_name) {
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, source_name));
  const auto version = JsonField<int64_t>(json, "version");
  if (!version.ok()) return Annotate(version.status(), source_name);
  if (*version != kSchemaVersion) {
    return absl::DataLossError(absl::StrCat(source_name, ": statistics of version ", *version,
                                            ", only ", kSchemaVersion, " is known"));
  }
  const auto members = JsonField<Json>(json, "fields");
  if (!members.ok()) return Annotate(members.status(), source_name);
  if (!members->is_object()) {
    return absl::DataLossError(absl::StrCat(source_name, ": fields is not an object"));
  }
  std::vector<FieldStatistics> fields;
  for (const auto& [name, member] : members->items()) {
    absl::StatusOr<FieldStatistics> field = FieldFromJson(name, member);
    if (!field.ok()) {
      return Annotate(field.status(), absl::StrCat(source_name, ": field '", name, "'"));
    }
    fields.push_back(*std::move(field));
  }
  return fields;
}

}  // namespace seiche
