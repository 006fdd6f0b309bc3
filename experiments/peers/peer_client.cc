#include "experiments/peers/peer_client.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

Json ReadJson(const ReadRequest& request) {
  return {{"op", "read"},
          {"path", request.path},
          {"method", request.method},
          {"workers", request.workers},
          {"window", request.window},
          {"seed", request.seed},
          {"epoch", request.epoch},
          {"check", request.check},
          {"batches", request.batches}};
}

int64_t SamplesOf(const ReadRequest& request) {
  int64_t samples = 0;
  for (const std::vector<int64_t>& batch : request.batches) {
    samples += static_cast<int64_t>(batch.size());
  }
  return samples;
}

absl::StatusOr<ReadTime> ParseReadTime(const Json& json) {
  ReadTime time;
  SEICHE_ASSIGN_OR_RETURN(time.seconds, JsonField<double>(json, "seconds"));
  SEICHE_ASSIGN_OR_RETURN(time.cpu_seconds, JsonField<double>(json, "cpu_seconds"));
  SEICHE_ASSIGN_OR_RETURN(time.first_batch_seconds, JsonField<double>(json, "first_batch_seconds"));
  SEICHE_ASSIGN_OR_RETURN(time.samples, JsonField<int64_t>(json, "samples"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t checksum, JsonField<int64_t>(json, "checksum"));
  time.checksum = static_cast<uint32_t>(checksum);
  if (json.contains("decodes_per_chunk")) {
    SEICHE_ASSIGN_OR_RETURN(time.decodes_per_chunk, JsonField<double>(json, "decodes_per_chunk"));
    SEICHE_ASSIGN_OR_RETURN(time.shuffle_quality, JsonField<double>(json, "shuffle_quality"));
  }
  if (time.seconds <= 0) return absl::DataLossError("a time that is not positive");
  return time;
}

}  // namespace

PeerClient::PeerClient(std::vector<std::string> command, std::string log, double timeout)
    : command_(std::move(command)), log_(std::move(log)), timeout_(timeout) {}

absl::StatusOr<Json> PeerClient::AskProcess(const Json& request) {
  if (process_ == nullptr) {
    SEICHE_ASSIGN_OR_RETURN(process_, PeerProcess::Start(command_, log_));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::string text, process_->Ask(request.dump(), timeout_));
  SEICHE_ASSIGN_OR_RETURN(Json json, ParseJson(text, command_.back()));
  if (json.is_object()) return json;
  return absl::DataLossError(absl::StrCat(command_.back(), ": answered no JSON object"));
}

absl::StatusOr<Json> PeerClient::Ask(const Json& request) {
  absl::StatusOr<Json> reply = AskProcess(request);
  if (!reply.ok()) {
    process_.reset();
  } else if (const auto error = JsonField<std::string>(*reply, "error"); error.ok()) {
    return absl::FailedPreconditionError(*error);
  }
  return reply;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> PeerClient::Versions() {
  SEICHE_ASSIGN_OR_RETURN(const Json reply, Ask({{"op", "hello"}}));
  SEICHE_ASSIGN_OR_RETURN(const Json versions, JsonField<Json>(reply, "versions"));
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [name, version] : versions.items()) {
    result.emplace_back(name, version.is_string() ? version.get<std::string>() : "unknown");
  }
  return result;
}

absl::StatusOr<ReadTime> PeerClient::Read(const ReadRequest& request) {
  SEICHE_ASSIGN_OR_RETURN(const Json reply, Ask(ReadJson(request)));
  absl::StatusOr<ReadTime> time = ParseReadTime(reply);
  if (!time.ok()) return Annotate(time.status(), command_.back());
  if (time->samples == SamplesOf(request)) return time;
  return absl::DataLossError(absl::StrCat(command_.back(), ": delivered ", time->samples,
                                          " samples instead of ", SamplesOf(request)));
}

absl::StatusOr<int64_t> PeerClient::Copy(const std::string& from, const std::string& to,
                                         std::string_view form) {
  SEICHE_ASSIGN_OR_RETURN(
      const Json reply,
      Ask({{"op", "copy"}, {"from", from}, {"to", to}, {"form", std::string(form)}}));
  return JsonField<int64_t>(reply, "samples");
}

}  // namespace seiche
