// The report for programs: JSON and CSV.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/json.h"
#include "experiments/comparison/published.h"
#include "experiments/comparison/report.h"

namespace seiche {
namespace {

Json OptionalJson(const std::optional<double>& value) { return value ? Json(*value) : Json(); }

Json ShapeJson(const Shape& shape) {
  Json list = Json::array();
  for (const int64_t extent : shape) list.push_back(extent);
  return list;
}

// What all rows of one variant share.
Json VariantJson(const Row& row, const char* stack, const std::vector<Row>& rows) {
  const Variant& variant = row.variant;
  Json json = {{"id", variant.id},
               {"stack", stack},
               {"format", variant.format},
               {"chunks", variant.chunks},
               {"compression", variant.compression},
               {"chunk_shape", ShapeJson(variant.chunk_shape)},
               {"dtype", std::string(Name(variant.dtype))},
               {"sequences", variant.sequences},
               {"sequences_per_file", variant.sequences_per_file}};
  if (!row.available()) {
    json["unavailable"] = row.unavailable;
    return json;
  }
  const auto ratio_to = [&](const char* id) {
    const Row* other = FindRow(rows, id);
    return other == nullptr ? Json() : Json(row.bytes_per_sequence() / other->bytes_per_sequence());
  };
  json["bytes"] = row.bytes;
  json["bytes_on_disk"] = row.bytes_on_disk;
  json["files"] = row.files;
  json["size_to_jpeg"] = ratio_to("jpeg");
  json["size_to_gzip"] = ratio_to("hdf5_manual_gzip4");
  const auto median = [](const std::vector<double>& seconds) {
    return seconds.empty() ? Json() : Json(Median(seconds));
  };
  const auto spread = [](const std::vector<double>& seconds) {
    return seconds.size() < 2 ? Json() : Json(Spread(seconds));
  };
  json["write_seconds_per_sequence"] = median(row.write_seconds);
  json["write_spread"] = spread(row.write_seconds);
  json["copy_seconds"] = median(row.copy_seconds);
  json["copy_spread"] = spread(row.copy_seconds);
  json["psnr_db"] = row.quality ? Json(row.quality->psnr_db) : Json();
  json["max_error"] = row.quality ? Json(row.quality->max_error / 255) : Json(0.0);
  return json;
}

void AddReads(const Row& row, const Protocol& protocol, const Json& variant, Json& list) {
  const PublishedRow* published = FindPublished(row.variant.id);
  for (const ReadSpeed& speed : row.read) {
    Json json = variant;
    json["workers"] = speed.workers;
    json["seconds_per_sequence"] = Median(speed.seconds);
    json["spread"] = Spread(speed.seconds);
    json["repeats"] = speed.seconds;
    json["sequences_read"] = speed.sequences;
    json["cache"] = protocol.cold ? "cold" : "warm";
    json["cache_verified"] = speed.cache_verified;
    const double seconds = PublishedSeconds(published, speed.workers);
    json["published_seconds_per_sequence"] = seconds > 0 ? Json(seconds) : Json();
    list.push_back(std::move(json));
  }
  if (row.read.empty()) list.push_back(variant);
}

Json RowsJson(const Report& report) {
  Json list = Json::array();
  for (const Row& row : report.rows) {
    AddReads(row, report.protocol, VariantJson(row, "seiche", report.rows), list);
  }
  if (report.python.has_value()) {
    for (const Row& row : report.python->rows) {
      if (row.read.empty()) continue;
      AddReads(row, report.protocol, VariantJson(row, "python", report.rows), list);
    }
  }
  return list;
}

Json VerdictJson(const Claim& claim) {
  return {{"holds", claim.holds ? Json(*claim.holds) : Json()},
          {"ratio", OptionalJson(claim.ratio)},
          {"why", claim.why}};
}

Json ClaimsJson(const Report& report) {
  Json list = Json::array();
  const bool python = report.python.has_value() && report.python->unavailable.empty();
  for (size_t i = 0; i < report.claims.size(); ++i) {
    const Claim& claim = report.claims[i];
    Json json = {{"id", claim.id}, {"statement", claim.statement}};
    json.update(VerdictJson(claim));
    json["published_ratio"] = OptionalJson(claim.published);
    if (python) json["python_stack"] = VerdictJson(report.python->claims[i]);
    list.push_back(std::move(json));
  }
  return list;
}

Json EnvironmentJson(const Report& report) {
  const Environment& environment = report.environment;
  const Protocol& protocol = report.protocol;
  Json versions = Json::object();
  for (const auto& [name, version] : environment.versions) versions[name] = version;
  if (report.python.has_value()) {
    for (const auto& [name, version] : report.python->versions) {
      versions["python_stack"][name] = version;
    }
  }
  const Normalisation& normalisation = protocol.normalisation;
  return {{"machine", MachineJson(environment)},
          {"build_mode", environment.build_mode},
          {"compiler", environment.compiler},
          {"versions", versions},
          {"parameters",
           {{"scale", protocol.scale},
            {"shape", ShapeJson(protocol.shape)},
            {"seed", protocol.seed},
            {"workers", protocol.workers},
            {"batch_size", protocol.batch_size},
            {"batches", protocol.batches},
            {"repeats", protocol.repeats},
            {"slow_batch_size", protocol.slow_batch_size},
            {"slow_batches", protocol.slow_batches},
            {"slow_repeats", protocol.slow_repeats},
            {"write_workers", protocol.write_workers},
            {"write_repeats", protocol.write_repeats},
            {"untimed_writes", protocol.untimed_writes},
            {"write_sample_sequences", protocol.write_sample_sequences},
            {"cache", protocol.cold ? "cold" : "warm"}}},
          {"normalisation",
           {{"mean", normalisation.mean},
            {"standard_deviation", normalisation.standard_deviation},
            {"minimum", normalisation.minimum},
            {"maximum", normalisation.maximum}}},
          {"data_digest", protocol.data_digest}};
}

std::string CsvCell(const Json& value) {
  if (value.is_null()) return "";
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_array()) {
    std::vector<std::string> parts;
    for (const Json& element : value) parts.push_back(element.dump());
    text = absl::StrJoin(parts, " ");
  } else {
    text = value.dump();
  }
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

std::string ReportJson(const Report& report) {
  Json json = {{"format", "seiche.paper"}, {"version", 1}};
  json["rows"] = RowsJson(report);
  json["claims"] = ClaimsJson(report);
  json["environment"] = EnvironmentJson(report);
  if (report.python.has_value() && !report.python->unavailable.empty()) {
    json["python_stack_unavailable"] = report.python->unavailable;
  }
  return DumpJson(json);
}

std::string ReportCsv(const Report& report) {
  static constexpr const char* kColumns[] = {"id",
                                             "stack",
                                             "format",
                                             "chunks",
                                             "compression",
                                             "chunk_shape",
                                             "dtype",
                                             "sequences",
                                             "sequences_per_file",
                                             "bytes",
                                             "bytes_on_disk",
                                             "files",
                                             "workers",
                                             "seconds_per_sequence",
                                             "spread",
                                             "published_seconds_per_sequence",
                                             "repeats",
                                             "sequences_read",
                                             "cache",
                                             "cache_verified",
                                             "size_to_jpeg",
                                             "size_to_gzip",
                                             "write_seconds_per_sequence",
                                             "write_spread",
                                             "copy_seconds",
                                             "copy_spread",
                                             "psnr_db",
                                             "max_error",
                                             "unavailable"};
  std::string text = absl::StrCat(absl::StrJoin(kColumns, ","), "\n");
  for (const Json& row : RowsJson(report)) {
    std::vector<std::string> cells;
    for (const char* column : kColumns) {
      cells.push_back(row.contains(column) ? CsvCell(row[column]) : "");
    }
    absl::StrAppend(&text, absl::StrJoin(cells, ","), "\n");
  }
  return text;
}

}  // namespace seiche
