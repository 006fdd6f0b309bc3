#include "loader/loader_state.h"

#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/json.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr int64_t kVersion = 1;                  // of the text and of the orders it refers to
constexpr int64_t kMaxBatch = int64_t{1} << 62;  // a shard's later ones still fit into int64_t

std::string NameOf(LastBatch last_batch) {
  switch (last_batch) {
    case LastBatch::kKeep:
      return "keep";
    case LastBatch::kDrop:
      return "drop";
    case LastBatch::kPad:
      return "pad";
  }
  return "";
}

// FNV-1a, 64 bits (G. Fowler, L. C. Noll, P. Vo): the same everywhere, unlike std::hash.
uint64_t Digest(std::string_view text) {
  uint64_t digest = 0xcbf29ce484222325u;
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return digest;
}

uint64_t DigestOfSample(const SampleMap& map, const SampleOptions& options) {
  std::string text =
      absl::StrCat("step ", options.step, " frame_stride ", options.frame_stride, "\n");
  for (const SampleOutput& output : map.outputs()) {
    absl::StrAppend(&text, output.name, " ", output.field, " ", output.axes, " ",
                    ToString(output.shape), "\n");
  }
  for (const FrameWindow& window : options.windows) {
    absl::StrAppend(&text, window.name, " ", window.first, " ", window.frames, "\n");
  }
  for (const AxisCrop& crop : options.crops) {
    absl::StrAppend(&text, std::string(1, crop.axis), " ", crop.offset, " ", crop.extent, " ",
                    crop.stride, " ", crop.random, "\n");
  }
  return Digest(text);
}

// Paths of the store's files below the folder that has them all, so that data may be moved; of a
// single one the name does not matter.
std::string FilesBelow(const SequenceStore& store) {
  if (store.num_files() < 2) return "";
  const std::string first = store.file_path(0);
  size_t folder = first.rfind('/') + 1;  // its length with the slash; 0 without one
  for (int32_t file = 1; folder > 0 && file < store.num_files(); ++file) {
    const std::string path = store.file_path(file);
    while (folder > 0 && path.compare(0, folder, first, 0, folder) != 0) {
      folder = folder < 2 ? 0 : first.rfind('/', folder - 2) + 1;
    }
  }
  std::string text;
  for (int32_t file = 0; file < store.num_files(); ++file) {
    absl::StrAppend(&text, store.file_path(file).substr(folder), "\n");
  }
  return text;
}

uint64_t DigestOfData(const SequenceStore& store) {
  std::string text = absl::StrCat(FilesBelow(store), absl::StrJoin(store.parts(), " "));
  for (const Field& field : store.fields()) {
    absl::StrAppend(&text, "\n", field.name, " ", Name(field.dtype), " ", field.axes, " ",
                    ToString(field.shape()));
  }
  return Digest(text);
}

std::string Hex(uint64_t number) { return absl::StrCat(absl::Hex(number, absl::kZeroPad16)); }

absl::StatusOr<uint64_t> ParseHex(const Json& json, std::string_view name) {
  SEICHE_ASSIGN_OR_RETURN(const std::string text, JsonField<std::string>(json, name));
  uint64_t number = 0;
  if (!absl::SimpleHexAtoi(text, &number)) {
    return absl::DataLossError(absl::StrCat(name, " is \"", text, "\""));
  }
  return number;
}

absl::StatusOr<LoaderState> FromJson(const Json& json) {
  LoaderState state;
  OrderIdentity& order = state.order;
  SEICHE_ASSIGN_OR_RETURN(order.order, JsonField<std::string>(json, "order"));
  SEICHE_ASSIGN_OR_RETURN(order.seed, ParseHex(json, "seed"));
  SEICHE_ASSIGN_OR_RETURN(order.samples, JsonField<int64_t>(json, "samples"));
  SEICHE_ASSIGN_OR_RETURN(order.batch_size, JsonField<int64_t>(json, "batch_size"));
  SEICHE_ASSIGN_OR_RETURN(order.last_batch, JsonField<std::string>(json, "last_batch"));
  SEICHE_ASSIGN_OR_RETURN(order.block_samples, JsonField<int64_t>(json, "block_samples"));
  SEICHE_ASSIGN_OR_RETURN(order.window_blocks, JsonField<int64_t>(json, "window_blocks"));
  SEICHE_ASSIGN_OR_RETURN(order.sample, ParseHex(json, "sample"));
  SEICHE_ASSIGN_OR_RETURN(order.data, ParseHex(json, "data"));
  SEICHE_ASSIGN_OR_RETURN(state.epoch, JsonField<int64_t>(json, "epoch"));
  SEICHE_ASSIGN_OR_RETURN(state.batch, JsonField<int64_t>(json, "batch"));
  if (state.epoch < 0 || state.batch < 0) return absl::DataLossError("a number is negative");
  if (state.batch > kMaxBatch) {
    return absl::DataLossError(absl::StrCat("batch = ", state.batch, " lies behind all epochs"));
  }
  return state;
}

}  // namespace

std::string NameOf(Order order) {
  switch (order) {
    case Order::kSequential:
      return "sequential";
    case Order::kUniform:
      return "uniform";
    case Order::kChunkAware:
      return "chunk-aware";
    case Order::kAuto:
      return "auto";
  }
  return "";
}

OrderIdentity IdentityOf(const SequenceStore& store, const SampleMap& map,
                         const LoaderOptions& options, const SamplerOptions& sampler) {
  const bool aware = sampler.order == Order::kChunkAware;
  return {.order = NameOf(sampler.order),
          .seed = options.seed,
          .samples = map.size(),
          .batch_size = options.batch_size,
          .last_batch = NameOf(options.last_batch),
          .block_samples = aware ? sampler.block_samples : 0,
          .window_blocks = aware ? sampler.window_blocks : 0,
          .sample = DigestOfSample(map, options.sample),
          .data = DigestOfData(store)};
}

std::string FormatState(const LoaderState& state) {
  const OrderIdentity& order = state.order;
  const Json json = {{"seiche_loader_state", kVersion},
                     {"epoch", state.epoch},
                     {"batch", state.batch},
                     {"order", order.order},
                     {"seed", Hex(order.seed)},
                     {"samples", order.samples},
                     {"batch_size", order.batch_size},
                     {"last_batch", order.last_batch},
                     {"block_samples", order.block_samples},
                     {"window_blocks", order.window_blocks},
                     {"sample", Hex(order.sample)},
                     {"data", Hex(order.data)}};
  return json.dump();
}

absl::StatusOr<LoaderState> ParseState(std::string_view text) {
  const auto error = [](const absl::Status& status) {
    return absl::InvalidArgumentError(
        absl::StrCat("this is not the state of a loader: ", status.message()));
  };
  const absl::StatusOr<Json> json = ParseJson(text, "state");
  if (!json.ok()) return error(json.status());
  const absl::StatusOr<int64_t> version = JsonField<int64_t>(*json, "seiche_loader_state");
  if (!version.ok()) return error(version.status());
  if (*version != kVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the state is of version ", *version, ", this is version ", kVersion,
                     ", whose orders may differ: go on with the version that wrote it"));
  }
  absl::StatusOr<LoaderState> state = FromJson(*json);
  if (!state.ok()) return error(state.status());
  return state;
}

absl::Status CheckSameOrder(const OrderIdentity& saved, const OrderIdentity& present) {
  std::vector<std::string> differences;
  const auto compare = [&](std::string_view name, const auto& before, const auto& now) {
    if (before != now) differences.push_back(absl::StrCat(name, " was ", before, ", is ", now));
  };
  compare("order", saved.order, present.order);
  compare("seed", saved.seed, present.seed);
  compare("the number of samples", saved.samples, present.samples);
  compare("batch_size", saved.batch_size, present.batch_size);
  compare("last_batch", saved.last_batch, present.last_batch);
  compare("samples in a block", saved.block_samples, present.block_samples);
  compare("blocks shuffled together (shuffle_bytes, or memory_budget where that is 0)",
          saved.window_blocks, present.window_blocks);
  if (saved.sample != present.sample) differences.push_back("fields, windows or crops differ");
  if (saved.data != present.data) {
    differences.push_back("the data differ (fields, dtypes, shapes or the list of files)");
  }
  if (differences.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the state belongs to another order: ", absl::StrJoin(differences, "; "),
                   ": go on with the same options and data, or start anew without the state"));
}

}  // namespace seiche
