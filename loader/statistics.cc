#include "loader/statistics.h"

#include "absl/strings/str_format.h"
#include "base/json.h"

namespace seiche {
namespace {

// Uniform orders of finite size come out a little below 1.
constexpr double kUniformQuality = 0.9;

double Ratio(double a, double b) { return b == 0 ? 0.0 : a / b; }

}  // namespace

double LoaderStatistics::read_amplification() const {
  return Ratio(static_cast<double>(bytes_decoded), static_cast<double>(bytes_delivered));
}

double LoaderStatistics::decodes_per_chunk() const {
  return Ratio(static_cast<double>(epoch_chunk_decodes), static_cast<double>(epoch_chunks));
}

double LoaderStatistics::stall_share() const { return Ratio(epoch_wait_seconds, epoch_seconds); }

std::string LoaderStatistics::ToString() const {
  const auto megabytes = [](int64_t bytes) { return static_cast<double>(bytes) * 1e-6; };
  std::string text = absl::StrFormat(
      "%d batches of %d samples, %.1f MB delivered; read %.1f MB in %.3f s (%d reads), decoded "
      "%.1f MB (%d chunks, %.2f times what was delivered) in %.3f s, copied in %.3f s; workers "
      "idle %.3f s, consumer waited %.3f s, %.0f %% of this epoch; %d batches ready, %d in work",
      batches, samples, megabytes(bytes_delivered), megabytes(bytes_read), read_seconds, reads,
      megabytes(bytes_decoded), chunks_decoded, read_amplification(), decode_seconds, copy_seconds,
      idle_seconds, wait_seconds, 100 * stall_share(), batches_ready, batches_in_work);
  if (epoch_chunks > 0) {
    absl::StrAppendFormat(&text, "; %.2f decodes a chunk in this epoch", decodes_per_chunk());
  }
  if (shuffle_quality < kUniformQuality) {
    absl::StrAppendFormat(&text, "; %s order, shuffle quality %.2f", order, shuffle_quality);
  }
  if (samples_skipped > 0) absl::StrAppendFormat(&text, "; %d samples skipped", samples_skipped);
  if (bytes_slow > 0) {
    absl::StrAppendFormat(&text, "; %.1f MB through libhdf5 in %.3f s", megabytes(bytes_slow),
                          slow_seconds);
  }
  for (const auto& [field, reason] : slow_fields) {
    absl::StrAppendFormat(&text, "; field %s is read slowly: %s", field, reason);
  }
  return text;
}

std::string LoaderStatistics::ToJson() const {
  Json json = {{"batches", batches},
               {"samples", samples},
               {"samples_skipped", samples_skipped},
               {"bytes_read", bytes_read},
               {"reads", reads},
               {"bytes_decoded", bytes_decoded},
               {"bytes_delivered", bytes_delivered},
               {"bytes_slow", bytes_slow},
               {"chunks_decoded", chunks_decoded},
               {"read_seconds", read_seconds},
               {"decode_seconds", decode_seconds},
               {"copy_seconds", copy_seconds},
               {"slow_seconds", slow_seconds},
               {"chunk_wait_seconds", chunk_wait_seconds},
               {"idle_seconds", idle_seconds},
               {"wait_seconds", wait_seconds},
               {"busy_seconds", busy_seconds},
               {"epoch_seconds", epoch_seconds},
               {"epoch_wait_seconds", epoch_wait_seconds},
               {"epoch_chunks", epoch_chunks},
               {"epoch_chunk_decodes", epoch_chunk_decodes},
               {"order", order},
               {"shuffle_quality", shuffle_quality},
               {"batches_ready", batches_ready},
               {"batches_in_work", batches_in_work},
               {"memory_bytes", memory_bytes},
               {"memory_peak_bytes", memory_peak_bytes},
               {"read_amplification", read_amplification()},
               {"decodes_per_chunk", decodes_per_chunk()},
               {"stall_share", stall_share()}};
  Json slow = Json::object();
  for (const auto& [field, reason] : slow_fields) slow[field] = reason;
  json["slow_fields"] = std::move(slow);
  return DumpJson(json);
}

}  // namespace seiche
