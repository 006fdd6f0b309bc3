#include "python/native/loader_json.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/dtype.h"
#include "base/json.h"
#include "base/status.h"
#include "loader/order/batch_schedule.h"

namespace seiche {
namespace {

absl::Status Wrong(std::string_view name, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", what));
}

absl::Status Set(const Json& json, std::string_view name, int64_t& value) {
  if (!json.is_number_integer()) return Wrong(name, "must be a whole number");
  value = json.get<int64_t>();
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, int& value) {
  int64_t number = 0;
  SEICHE_RETURN_IF_ERROR(Set(json, name, number));
  value = static_cast<int>(number);
  if (value != number) return Wrong(name, absl::StrCat(number, " is out of range"));
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, bool& value) {
  if (!json.is_boolean()) return Wrong(name, "must be True or False");
  value = json.get<bool>();
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, std::string& value) {
  if (!json.is_string()) return Wrong(name, "must be text");
  value = json.get<std::string>();
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, double& value) {
  if (!json.is_number()) return Wrong(name, "must be a number");
  value = json.get<double>();
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, FrameWindow& window);
absl::Status Set(const Json& json, std::string_view name, AxisCrop& crop);
absl::Status Set(const Json& json, std::string_view name, FieldTransform& transform);

template <typename T>
absl::Status SetList(const Json& json, std::string_view name, std::vector<T>& values) {
  if (!json.is_array()) return Wrong(name, "must be a list");
  for (const Json& item : json) {
    T value = {};
    SEICHE_RETURN_IF_ERROR(Set(item, name, value));
    values.push_back(std::move(value));
  }
  return absl::OkStatus();
}

// One of several names.
template <typename E>
absl::Status SetName(const Json& json, std::string_view name,
                     const std::vector<std::pair<std::string_view, E>>& names, E& value) {
  std::string text;
  SEICHE_RETURN_IF_ERROR(Set(json, name, text));
  std::string known;
  for (const auto& [known_name, known_value] : names) {
    if (text == known_name) {
      value = known_value;
      return absl::OkStatus();
    }
    absl::StrAppend(&known, known.empty() ? "" : ", ", "'", known_name, "'");
  }
  return Wrong(name, absl::StrCat("'", text, "' is none of ", known));
}

// What to do with each member of an object.
using Members = std::map<std::string_view, std::function<absl::Status(const Json&)>>;

absl::Status ReadObject(const Json& json, std::string_view what, const Members& members) {
  if (!json.is_object()) return Wrong(what, "must be an object");
  for (const auto& [name, value] : json.items()) {
    const auto member = members.find(name);
    if (member == members.end()) return Wrong(what, absl::StrCat("there is no option ", name));
    SEICHE_RETURN_IF_ERROR(member->second(value));
  }
  return absl::OkStatus();
}

// A member that is stored as it is.
template <typename T>
std::pair<const std::string_view, std::function<absl::Status(const Json&)>> Plain(
    std::string_view name, T& value) {
  return {name, [name, &value](const Json& json) { return Set(json, name, value); }};
}

absl::Status Set(const Json& json, std::string_view name, FrameWindow& window) {
  if (!json.is_array() || json.size() != 3) return Wrong(name, "a window has three parts");
  SEICHE_RETURN_IF_ERROR(Set(json[0], name, window.name));
  SEICHE_RETURN_IF_ERROR(Set(json[1], name, window.first));
  return Set(json[2], name, window.frames);
}

absl::Status Set(const Json& json, std::string_view name, AxisCrop& crop) {
  std::string axis;
  SEICHE_RETURN_IF_ERROR(
      ReadObject(json, name,
                 {Plain("axis", axis), Plain("offset", crop.offset), Plain("extent", crop.extent),
                  Plain("stride", crop.stride), Plain("random", crop.random)}));
  if (axis.size() != 1) return Wrong(name, absl::StrCat("axis '", axis, "' is not one letter"));
  crop.axis = axis[0];
  return absl::OkStatus();
}

absl::Status Set(const Json& json, std::string_view name, FieldTransform& transform) {
  const auto dtype = [&](const Json& value) -> absl::Status {
    std::string text;
    SEICHE_RETURN_IF_ERROR(Set(value, "dtype", text));
    SEICHE_ASSIGN_OR_RETURN(transform.options.dtype, ParseDType(text));
    return absl::OkStatus();
  };
  return ReadObject(
      json, name,
      {Plain("field", transform.field),
       Plain("unpack", transform.unpack),
       {"dtype", dtype},
       {"scale", [&](const Json& v) { return SetList(v, "scale", transform.options.scale); }},
       {"offset", [&](const Json& v) { return SetList(v, "offset", transform.options.offset); }}});
}

absl::Status SetSeed(const Json& json, uint64_t& seed) {
  std::string text;
  SEICHE_RETURN_IF_ERROR(Set(json, "seed", text));
  return absl::SimpleAtoi(text, &seed) ? absl::OkStatus()
                                       : Wrong("seed", "must be from 0 to 2^64 - 1");
}

absl::Status SetShard(const Json& json, LoaderOptions& options) {
  std::vector<int64_t> numbers;
  SEICHE_RETURN_IF_ERROR(SetList(json, "shard", numbers));
  if (numbers.size() != 2) return Wrong("shard", "must be (index, count)");
  options.shard_index = numbers[0];
  options.shard_count = numbers[1];
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<LoaderOptions> LoaderOptionsFromJson(const std::string& text) {
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, "options"));
  LoaderOptions o;
  const auto order = [&](const Json& v) {
    return SetName<Order>(v, "order",
                          {{"uniform", Order::kUniform},
                           {"sequential", Order::kSequential},
                           {"chunk-aware", Order::kChunkAware},
                           {"auto", Order::kAuto}},
                          o.order);
  };
  const auto last_batch = [&](const Json& v) {
    return SetName<LastBatch>(
        v, "last_batch",
        {{"keep", LastBatch::kKeep}, {"drop", LastBatch::kDrop}, {"pad", LastBatch::kPad}},
        o.last_batch);
  };
  const auto on_error = [&](const Json& v) {
    return SetName<OnError>(v, "on_error", {{"fail", OnError::kFail}, {"skip", OnError::kSkip}},
                            o.on_error);
  };
  SEICHE_RETURN_IF_ERROR(ReadObject(
      json, "options",
      {Plain("batch_size", o.batch_size),
       Plain("epoch", o.epoch),
       Plain("shuffle_bytes", o.shuffle_bytes),
       Plain("max_batches", o.max_batches),
       Plain("workers", o.workers),
       Plain("prefetch", o.prefetch),
       Plain("memory_budget", o.memory_budget),
       Plain("decode_once", o.decode_once),
       Plain("resume", o.resume),
       Plain("frame_stride", o.sample.frame_stride),
       Plain("step", o.sample.step),
       {"order", order},
       {"last_batch", last_batch},
       {"on_error", on_error},
       {"seed", [&](const Json& v) { return SetSeed(v, o.seed); }},
       {"shard", [&](const Json& v) { return SetShard(v, o); }},
       {"fields", [&](const Json& v) { return SetList(v, "fields", o.sample.fields); }},
       {"windows", [&](const Json& v) { return SetList(v, "window", o.sample.windows); }},
       {"crops", [&](const Json& v) { return SetList(v, "crop", o.sample.crops); }},
       {"transforms", [&](const Json& v) { return SetList(v, "transforms", o.transforms); }}}));
  return o;
}

std::string DescribeLoader(const Loader& loader, const LoaderOptions& options) {
  Json outputs = Json::array();
  for (const BatchOutput& output : loader.outputs()) {
    Json shape = Json::array();
    for (const int64_t extent : output.sample_shape) shape.push_back(extent);
    outputs.push_back({{"name", output.name},
                       {"dtype", Name(output.dtype)},
                       {"axes", output.axes},
                       {"shape", std::move(shape)}});
  }
  const BatchSchedule whole({.samples = loader.num_samples(),
                             .batch_size = options.batch_size,
                             .last_batch = options.last_batch,
                             .shard_index = options.shard_index,
                             .shard_count = options.shard_count,
                             .max_batches = options.max_batches});
  return DumpJson({{"epoch", loader.epoch()},
                   {"batches", whole.num_batches()},
                   {"samples", loader.num_samples()},
                   {"order", loader.statistics().order},
                   {"keeps_chunks", loader.strategy().keep_all},
                   {"outputs", std::move(outputs)}});
}

std::string DescribeSkipped(const Loader& loader) {
  Json list = Json::array();
  for (const SkippedSample& skipped : loader.skipped()) {
    list.push_back({{"sample", skipped.sample},
                    {"epoch", skipped.epoch},
                    {"code", absl::StatusCodeToString(skipped.status.code())},
                    {"message", std::string(skipped.status.message())}});
  }
  return DumpJson(list);
}

}  // namespace seiche
