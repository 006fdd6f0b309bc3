#include "experiments/codecs/codec_report.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/json.h"

namespace seiche {
namespace {

constexpr char kNone[] = "-";

// Three digits that count, never fewer than before the point.
std::string Digits(double value) {
  if (value == 0) return "0";
  return absl::StrFormat(value >= 99.95   ? "%.0f"
                         : value >= 9.995 ? "%.1f"
                         : value >= 0.1   ? "%.2f"
                                          : "%.2g",
                         value);
}

std::string BoundText(const std::optional<double>& bound) {
  if (!bound.has_value()) return "none";
  return *bound == 0 ? "lossless" : absl::StrFormat("%g", *bound);
}

// Errors of other programs, on one line.
std::string OneLine(std::string text) {
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

bool OfOneField(const CodecRow& a, const CodecRow& b) {
  return a.data == b.data && a.from == b.from;
}

Table FieldTable(const std::vector<CodecRow>& rows) {
  Table table;
  table.columns = {{"Codec", true}, {"bound", true}, {"ratio"},     {"encode GB/s"},
                   {"decode GB/s"}, {"spread"},      {"max error"}, {"PSNR dB"}};
  for (const CodecRow& row : rows) {
    if (!row.ok()) continue;
    const auto psnr = row.psnr_db();
    table.rows.push_back({row.codec, BoundText(row.bound), Digits(row.ratio()),
                          Digits(row.encode_gb_per_s()), Digits(row.decode_gb_per_s()),
                          absl::StrFormat("%.0f%%", 100 * row.decode_spread()),
                          row.max_error > 0 ? absl::StrFormat("%.3g", row.max_error) : kNone,
                          psnr.has_value() ? absl::StrFormat("%.1f", *psnr) : kNone});
  }
  return table;
}

List Failures(const std::vector<CodecRow>& rows) {
  List list;
  for (const CodecRow& row : rows) {
    if (row.ok()) continue;
    list.items.push_back(
        absl::StrCat(row.codec, ", ", BoundText(row.bound), ": ", OneLine(row.error)));
  }
  return list;
}

std::string FieldHeading(const std::vector<CodecRow>& rows) {
  int64_t sequences = 0, bytes = 0;
  for (const CodecRow& row : rows) {
    if (row.sequences < sequences) continue;
    sequences = row.sequences;
    bytes = row.decoded_bytes;
  }
  return absl::StrFormat("%s (%s), %d sequences, %.1f MB", rows[0].data, rows[0].from, sequences,
                         1e-6 * static_cast<double>(bytes));
}

std::string Protocol(const CodecReport& report) {
  const Environment& machine = report.environment;
  return absl::StrFormat(
      "One thread, one sequence after the other. Ratio is to the array's bytes, everything "
      "counted, "
      "a key frame of swell every %d frames. Speeds are in 10^9 decoded bytes a second, into warm "
      "memory: the median of %d repeats, which all codecs take in turn, over at most %d sequences; "
      "spread is (largest - smallest) / median of decoding. Every decoded array has been compared. "
      "%s, %d cores, %.0f GB of memory, %s, %s build.",
      report.key_frames, report.repeats, report.timed_sequences, machine.cpu_model, machine.cores,
      static_cast<double>(machine.memory_bytes) / 1e9, machine.system, machine.build_mode);
}

Json RowJson(const CodecRow& row) {
  Json json = {{"codec", row.codec}, {"data", row.data}, {"from", row.from}, {"bound", nullptr}};
  if (row.bound.has_value()) json["bound"] = *row.bound;
  if (!row.ok()) {
    json["error"] = OneLine(row.error);
    return json;
  }
  json["ratio"] = row.ratio();
  json["encode_gb_per_s"] = row.encode_gb_per_s();
  json["decode_gb_per_s"] = row.decode_gb_per_s();
  json["max_error"] = row.max_error;
  json["psnr_db"] = nullptr;
  if (const auto psnr = row.psnr_db(); psnr.has_value()) json["psnr_db"] = *psnr;
  json["spread"] = row.decode_spread();
  json["encode_spread"] = row.encode_spread();
  json["sequences"] = row.sequences;
  json["decoded_bytes"] = row.decoded_bytes;
  json["encoded_bytes"] = row.encoded_bytes;
  return json;
}

Json EnvironmentJson(const CodecReport& report) {
  Json versions = Json::object();
  for (const auto& [name, version] : report.environment.versions) versions[name] = version;
  for (const auto& [name, version] : report.versions) versions["peers"][name] = version;
  return {{"machine", MachineJson(report.environment)},
          {"build_mode", report.environment.build_mode},
          {"compiler", report.environment.compiler},
          {"versions", versions},
          {"parameters",
           {{"repeats", report.repeats},
            {"timed_sequences", report.timed_sequences},
            {"key_frames", report.key_frames}}}};
}

}  // namespace

std::vector<Block> CodecBlocks(const CodecReport& report) {
  std::vector<Block> blocks = {Heading{"Codecs side by side"}, Paragraph{Protocol(report)}};
  for (auto first = report.rows.begin(); first != report.rows.end();) {
    const auto last = std::find_if(first, report.rows.end(),
                                   [&](const CodecRow& row) { return !OfOneField(row, *first); });
    const std::vector<CodecRow> rows(first, last);
    first = last;
    blocks.push_back(Heading{FieldHeading(rows)});
    if (Table table = FieldTable(rows); !table.rows.empty()) blocks.push_back(std::move(table));
    if (List failures = Failures(rows); !failures.items.empty()) {
      blocks.push_back(std::move(failures));
    }
  }
  return blocks;
}

std::string CodecJson(const CodecReport& report) {
  Json rows = Json::array();
  for (const CodecRow& row : report.rows) rows.push_back(RowJson(row));
  return DumpJson({{"format", "seiche.codecs"},
                   {"version", 1},
                   {"rows", rows},
                   {"environment", EnvironmentJson(report)}});
}

}  // namespace seiche
