#include "experiments/codecs/codec_peers.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "experiments/codecs/field_measurement.h"

namespace seiche {
namespace {

constexpr const char* kPeers[] = {"blosc2", "ffv1", "hevc", "sz3", "zfp"};

bool IsFloat(DType dtype) { return dtype == DType::kFloat32 || dtype == DType::kFloat64; }

absl::StatusOr<std::vector<double>> ParseSeconds(const Json& reply, std::string_view name,
                                                 int repeats) {
  SEICHE_ASSIGN_OR_RETURN(const Json array, JsonField<Json>(reply, name));
  std::vector<double> seconds;
  for (const Json& value : array) {
    if (value.is_number() && value.get<double>() > 0) seconds.push_back(value.get<double>());
  }
  if (array.is_array() && seconds.size() == array.size() &&
      static_cast<int>(seconds.size()) == repeats) {
    return seconds;
  }
  return absl::DataLossError(absl::StrCat(name, ": not ", repeats, " positive numbers"));
}

absl::StatusOr<PeerFigures> ParseFigures(const Json& reply, int repeats) {
  PeerFigures figures;
  SEICHE_ASSIGN_OR_RETURN(figures.bytes, JsonField<int64_t>(reply, "bytes"));
  SEICHE_ASSIGN_OR_RETURN(figures.encode_seconds, ParseSeconds(reply, "encode_seconds", repeats));
  SEICHE_ASSIGN_OR_RETURN(figures.decode_seconds, ParseSeconds(reply, "decode_seconds", repeats));
  SEICHE_ASSIGN_OR_RETURN(figures.error.exact, JsonField<bool>(reply, "exact"));
  SEICHE_ASSIGN_OR_RETURN(figures.error.max_error, JsonField<double>(reply, "max_error"));
  SEICHE_ASSIGN_OR_RETURN(figures.error.squared_error, JsonField<double>(reply, "squared_error"));
  if (figures.bytes >= 1) return figures;
  return absl::DataLossError("bytes: not positive");
}

Json MeasureJson(const PeerSpec& spec, const std::string& path, const ConstArrayView& array,
                 bool levels, int repeats) {
  Json json = {{"op", "measure"},  {"path", path},        {"dtype", std::string(Name(array.dtype))},
               {"shape", nullptr}, {"codec", spec.codec}, {"bound", nullptr},
               {"levels", levels}, {"repeats", repeats}};
  json["shape"] = Json::array();
  for (const int64_t extent : array.shape) json["shape"].push_back(extent);
  if (spec.bound.has_value()) json["bound"] = *spec.bound;
  return json;
}

}  // namespace

std::vector<std::string> CodecPeerNames() { return {std::begin(kPeers), std::end(kPeers)}; }

absl::Status CheckPeers(const std::vector<std::string>& names) {
  if (names == std::vector<std::string>{"none"}) return absl::OkStatus();
  for (const std::string& name : names) {
    if (std::find(std::begin(kPeers), std::end(kPeers), name) != std::end(kPeers)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("no peer ", name, ": take none, or some of ", absl::StrJoin(kPeers, ", ")));
  }
  return absl::OkStatus();
}

std::vector<PeerSpec> PeersFor(const DataTraits& traits, const std::vector<std::string>& names,
                               const std::vector<double>& bounds) {
  std::vector<PeerSpec> specs = {{"blosc2", "blosc2:lz4"}, {"blosc2", "blosc2:zstd"}};
  if (traits.levels) {
    specs.push_back({"ffv1", "ffv1"});
    specs.push_back({"hevc", "hevc:14", std::nullopt});
    if (traits.dtype == DType::kFloat32) specs.push_back({"sz3", "sz3"});
  }
  if (IsFloat(traits.dtype)) specs.push_back({"zfp", "zfp"});
  for (const double bound : traits.bounded() ? bounds : std::vector<double>()) {
    specs.push_back({"sz3", "sz3", bound});
    specs.push_back({"zfp", "zfp", bound});
  }
  std::erase_if(specs, [&](const PeerSpec& spec) {
    return !names.empty() && std::find(names.begin(), names.end(), spec.peer) == names.end();
  });
  return specs;
}

CodecPeers::CodecPeers(std::vector<std::string> command, std::string log, double timeout)
    : command_(std::move(command)), log_(std::move(log)), timeout_(timeout) {}

absl::StatusOr<Json> CodecPeers::AskProcess(const std::string& peer, const Json& request) {
  std::unique_ptr<PeerProcess>& process = processes_[peer];
  if (process == nullptr) {
    std::vector<std::string> command = command_;
    command.push_back(peer);
    SEICHE_ASSIGN_OR_RETURN(process, PeerProcess::Start(command, log_));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string text, process->Ask(request.dump(), timeout_));
  SEICHE_ASSIGN_OR_RETURN(Json json, ParseJson(text, peer));
  if (json.is_object()) return json;
  return absl::DataLossError(absl::StrCat(peer, ": answered no JSON object"));
}

absl::StatusOr<Json> CodecPeers::Ask(const std::string& peer, const Json& request) {
  absl::StatusOr<Json> reply = AskProcess(peer, request);
  if (!reply.ok()) {
    processes_[peer].reset();
  } else if (const auto error = JsonField<std::string>(*reply, "error"); error.ok()) {
    return absl::FailedPreconditionError(*error);
  }
  return reply;
}

absl::StatusOr<PeerFigures> CodecPeers::Measure(const PeerSpec& spec, const std::string& path,
                                                const ConstArrayView& array, bool levels,
                                                int repeats) {
  SEICHE_ASSIGN_OR_RETURN(const Json reply,
                          Ask(spec.peer, MeasureJson(spec, path, array, levels, repeats)));
  absl::StatusOr<PeerFigures> figures = ParseFigures(reply, repeats);
  if (!figures.ok()) return Annotate(figures.status(), spec.peer);
  SEICHE_RETURN_IF_ERROR(CheckPromise(spec.bound, figures->error));
  return figures;
}

std::vector<std::pair<std::string, std::string>> CodecPeers::Versions(
    const std::vector<std::string>& names) {
  std::vector<std::pair<std::string, std::string>> versions;
  for (const std::string& peer : names.empty() ? CodecPeerNames() : names) {
    const auto reply = Ask(peer, {{"op", "hello"}});
    if (!reply.ok()) continue;
    const auto found = JsonField<Json>(*reply, "versions");
    if (!found.ok() || !found->is_object()) continue;
    for (const auto& [name, version] : found->items()) {
      const std::pair entry(name, version.is_string() ? version.get<std::string>() : "unknown");
      if (std::find(versions.begin(), versions.end(), entry) == versions.end()) {
        versions.push_back(entry);
      }
    }
  }
  return versions;
}

PeerMeasurement::PeerMeasurement(const ArrayField& field, const DataTraits& traits,
                                 PeerMeasureOptions options, CodecPeers& peers)
    : traits_(traits), options_(std::move(options)), peers_(peers) {
  for (PeerSpec& spec : PeersFor(traits, options_.names, options_.bounds)) {
    CodecRow row{.codec = spec.codec, .data = field.name, .from = field.from, .bound = spec.bound};
    rows_.emplace_back(std::move(spec), std::move(row));
  }
}

absl::Status PeerMeasurement::Add(const ConstArrayView& sequence) {
  if (sequences_ == options_.sequences || rows_.empty()) return absl::OkStatus();
  const std::string path = JoinPath(options_.scratch, "sequence.raw");
  SEICHE_RETURN_IF_ERROR(options_.files->RemoveAll(path));
  {
    SEICHE_ASSIGN_OR_RETURN(auto file, options_.files->CreateForWriting(path));
    SEICHE_RETURN_IF_ERROR(
        file->Append({sequence.data, static_cast<size_t>(sequence.size_bytes())}));
    SEICHE_RETURN_IF_ERROR(file->Close());
  }
  range_.Add(sequence);
  for (auto& [spec, row] : rows_) {
    if (!row.error.empty()) continue;
    const auto figures = peers_.Measure(spec, path, sequence, traits_.levels, options_.repeats);
    if (!figures.ok()) {
      row.error = figures.status().message();
      continue;
    }
    ++row.sequences;
    row.values += NumElements(sequence.shape);
    row.decoded_bytes += sequence.size_bytes();
    row.encoded_bytes += figures->bytes;
    row.max_error = std::max(row.max_error, figures->error.max_error);
    row.squared_error += figures->error.squared_error;
    row.AddTimes(figures->encode_seconds, figures->decode_seconds, sequence.size_bytes());
  }
  ++sequences_;
  return options_.files->RemoveAll(path);
}

std::vector<CodecRow> PeerMeasurement::rows() const {
  std::vector<CodecRow> rows;
  for (const auto& [spec, row] : rows_) {
    rows.push_back(row);
    rows.back().peak = PeakOf(traits_, range_);
  }
  return rows;
}

}  // namespace seiche
