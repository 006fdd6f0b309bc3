#include "experiments/peers/peer_report.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/json.h"
#include "experiments/peers/bar_chart.h"

namespace seiche {
namespace {

constexpr char kNone[] = "-";

std::string WorkersText(int workers) {
  return absl::StrCat(workers, workers == 1 ? " worker" : " workers");
}

std::string Milliseconds(double ms) { return absl::StrFormat(ms < 10 ? "%.2f" : "%.1f", ms); }

// Errors of other programs, on one line.
std::string OneLine(std::string text) {
  absl::RemoveExtraAsciiWhitespace(&text);
  return text;
}

// Worker counts of the rows of `file`, ascending.
std::vector<int> WorkersOf(const PeerReport& report, const std::string& file) {
  std::vector<int> workers;
  for (const PeerResult& result : report.results) {
    if (result.row.file == file) workers.push_back(result.row.workers);
  }
  std::sort(workers.begin(), workers.end());
  workers.erase(std::unique(workers.begin(), workers.end()), workers.end());
  return workers;
}

std::string Cell(const PeerReport& report, const PeerRow& row, int workers) {
  for (const PeerResult& result : report.results) {
    if (result.row.file == row.file && result.row.reader == row.reader &&
        result.row.workers == workers && result.error.empty()) {
      return Milliseconds(result.ms());
    }
  }
  return kNone;
}

Table FileTable(const PeerReport& report, const PeerFile& file) {
  const std::vector<int> workers = WorkersOf(report, file.id);
  Table table;
  table.columns = {{"Reader", true}};
  for (const int count : workers) table.columns.push_back({WorkersText(count)});
  for (const char* title : {"best", "spread", "CPU ms", "first batch ms", "decodes a chunk",
                            "shuffle", "samples", "MB"}) {
    table.columns.push_back({title});
  }
  for (const PeerResult* best : BestOf(report.results)) {
    if (best->row.file != file.id) continue;
    std::vector<std::string> cells = {best->row.reader};
    for (const int count : workers) cells.push_back(Cell(report, best->row, count));
    cells.push_back(Milliseconds(best->ms()));
    cells.push_back(absl::StrFormat("%.0f%%", 100 * best->spread()));
    cells.push_back(Milliseconds(best->cpu_ms()));
    cells.push_back(Milliseconds(best->first_batch_ms()));
    const double decodes = best->repeats[0].decodes_per_chunk;
    cells.push_back(decodes > 0 ? absl::StrFormat("%.2f", decodes) : kNone);
    cells.push_back(best->is_ours() ? absl::StrFormat("%.2f", best->repeats[0].shuffle_quality)
                                    : kNone);
    cells.push_back(absl::StrCat(best->row.batches * best->row.batch_size));
    cells.push_back(absl::StrFormat("%.2f", best->bytes_per_sequence / 1e6));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// One line for every reader that failed in the same way.
List Failures(const PeerReport& report, const PeerFile& file) {
  List list;
  for (const PeerResult& result : report.results) {
    if (result.row.file != file.id || result.error.empty()) continue;
    std::string line = absl::StrCat(result.row.reader, ": ", OneLine(result.error));
    if (std::find(list.items.begin(), list.items.end(), line) == list.items.end()) {
      list.items.push_back(std::move(line));
    }
  }
  return list;
}

Table Ratios(const std::vector<PeerRatio>& ratios) {
  Table table;
  table.columns = {{"File", true},  {"Ours", true}, {"ms"},   {"Reader", true},
                   {"its workers"}, {"its ms"},     {"ratio"}};
  for (const PeerRatio& ratio : ratios) {
    table.rows.push_back({ratio.peer->row.file, ratio.ours->row.reader,
                          Milliseconds(ratio.ours->ms()), ratio.peer->row.reader,
                          absl::StrCat(ratio.peer->row.workers), Milliseconds(ratio.peer->ms()),
                          absl::StrFormat("%.1f", ratio.ratio())});
  }
  return table;
}

std::string Protocol(const PeerReport& report) {
  const Environment& machine = report.environment;
  return absl::StrFormat(
      "%d sequences of %d x %d x %d float32, files in the page cache. Each figure is the median of "
      "%d repeats, which all rows take in turn; spread is (largest - smallest) / median. Time runs "
      "from the start of an epoch to its last batch of %d samples; all readers of a file start "
      "with the same random samples, and each has shown by a checksum that it delivers what is "
      "stored. %s, "
      "%d cores, %.0f GB of memory, %s, %s build.",
      report.plan.selection.shape[0], report.plan.selection.shape[1],
      report.plan.selection.shape[2], report.plan.selection.shape[3], report.repeats,
      report.plan.selection.batch_size, machine.cpu_model, machine.cores,
      static_cast<double>(machine.memory_bytes) / 1e9, machine.system, machine.build_mode);
}

std::string FileHeading(const PeerFile& file) {
  return absl::StrCat(file.id, ", milliseconds a ", file.window == 0 ? "sequence" : "window");
}

Json RowJson(const PeerResult& result) {
  Json json = {
      {"file", result.row.file}, {"reader", result.row.reader}, {"workers", result.row.workers}};
  if (!result.error.empty()) {
    json["error"] = result.error;
    return json;
  }
  json["ms_per_sequence"] = result.ms();
  json["spread"] = result.spread();
  json["cpu_ms_per_sequence"] = result.cpu_ms();
  json["first_batch_ms"] = result.first_batch_ms();
  json["mb_per_sequence"] = result.bytes_per_sequence / 1e6;
  if (result.is_ours()) {
    json["decodes_per_chunk"] = result.repeats[0].decodes_per_chunk;
    json["shuffle_quality"] = result.repeats[0].shuffle_quality;
  }
  json["samples"] = result.row.batches * result.row.batch_size;
  json["batch_size"] = result.row.batch_size;
  json["repeats"] = Json::array();
  for (const ReadTime& time : result.repeats) {
    json["repeats"].push_back(1e3 * time.seconds / static_cast<double>(time.samples));
  }
  return json;
}

Json RatioJson(const PeerRatio& ratio) {
  return {{"file", ratio.peer->row.file},       {"ours", ratio.ours->row.reader},
          {"ours_workers", kRatioWorkers},      {"reader", ratio.peer->row.reader},
          {"workers", ratio.peer->row.workers}, {"ratio", ratio.ratio()}};
}

Json EnvironmentJson(const PeerReport& report) {
  Json versions = Json::object(), shape = Json::array();
  for (const auto& [name, version] : report.environment.versions) versions[name] = version;
  for (const auto& [name, version] : report.versions) versions["peers"][name] = version;
  for (const int64_t extent : report.plan.selection.shape) shape.push_back(extent);
  return {{"machine", MachineJson(report.environment)},
          {"build_mode", report.environment.build_mode},
          {"compiler", report.environment.compiler},
          {"versions", versions},
          {"parameters",
           {{"scale", report.scale},
            {"shape", shape},
            {"seed", report.plan.selection.seed},
            {"repeats", report.repeats}}},
          {"data_digest", report.data_digest}};
}

}  // namespace

std::vector<Block> PeerBlocks(const PeerReport& report) {
  std::vector<Block> blocks;
  blocks.push_back(Heading{"Readers side by side"});
  blocks.push_back(Paragraph{Protocol(report)});
  const std::vector<PeerRatio> ratios = RatiosOf(report.results);
  if (!ratios.empty()) {
    blocks.push_back(
        Paragraph{absl::StrCat("How many times faster seiche is with ", WorkersText(kRatioWorkers),
                               " than each reader with its best number of workers:")});
    blocks.emplace_back(Ratios(ratios));
  }
  for (const PeerFile& file : report.plan.files) {
    blocks.emplace_back(Heading{FileHeading(file)});
    Table table = FileTable(report, file);
    if (!table.rows.empty()) blocks.emplace_back(std::move(table));
    List failures = Failures(report, file);
    if (!failures.items.empty()) blocks.emplace_back(std::move(failures));
  }
  return blocks;
}

std::string PeerJson(const PeerReport& report) {
  Json rows = Json::array(), ratios = Json::array();
  for (const PeerResult& result : report.results) rows.push_back(RowJson(result));
  for (const PeerRatio& ratio : RatiosOf(report.results)) ratios.push_back(RatioJson(ratio));
  return DumpJson({{"format", "seiche.peers"},
                   {"version", 1},
                   {"rows", rows},
                   {"ratios", ratios},
                   {"environment", EnvironmentJson(report)}});
}

std::string PeerPicture(const PeerReport& report) {
  BarChartOptions chart{.title =
                            "Milliseconds a sequence or window, each reader's best number of "
                            "workers; less is better"};
  const std::vector<const PeerResult*> best = BestOf(report.results);
  for (const PeerFile& file : report.plan.files) {
    BarChartOptions::Group group{.title = FileHeading(file)};
    for (const PeerResult* result : best) {
      if (result->row.file != file.id) continue;
      group.bars.push_back(
          {absl::StrCat(result->row.reader, ", ", WorkersText(result->row.workers)), result->ms(),
           result->is_ours()});
    }
    if (!group.bars.empty()) chart.groups.push_back(std::move(group));
  }
  return BarChart(chart);
}

}  // namespace seiche
