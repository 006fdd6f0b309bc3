#include "experiments/comparison/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "experiments/comparison/published.h"

namespace seiche {
namespace {

constexpr char kNone[] = "-";

// Three figures and a letter, as the post prints sizes: "2.41G", "56.2M".
std::string Size(double bytes) {
  if (bytes >= 1e9) return absl::StrFormat("%.2fG", bytes / 1e9);
  if (bytes >= 1e6) return absl::StrFormat("%.1fM", bytes / 1e6);
  return absl::StrFormat("%.1fK", bytes / 1e3);
}

std::string Megabytes(double bytes) { return absl::StrFormat("%.3f", bytes / 1e6); }

std::string Seconds(double seconds) {
  return seconds >= 1 ? absl::StrFormat("%.3f", seconds) : absl::StrFormat("%.4f", seconds);
}

// "0.0035 +-3%"; of a single repeat no spread can be had.
std::string TimesCell(const std::vector<double>& seconds) {
  if (seconds.empty()) return kNone;
  const std::string median = Seconds(Median(seconds));
  if (seconds.size() == 1) return median;
  return absl::StrFormat("%s +-%.0f%%", median, 50 * Spread(seconds));
}

// With a * where the page cache was not as asked for.
std::string ReadCell(const Row& row, int workers) {
  const ReadSpeed* speed = row.FindRead(workers);
  if (speed == nullptr) return kNone;
  return TimesCell(speed->seconds) + (speed->cache_verified ? "" : "*");
}

std::string PublishedCell(const PublishedRow* row, int workers) {
  const double seconds = PublishedSeconds(row, workers);
  return seconds > 0 ? absl::StrFormat("%.3f", seconds) : kNone;
}

void AddReadColumns(const std::vector<int>& workers, Table& table) {
  table.columns.push_back({"Size"});
  table.columns.push_back({"MB/seq"});
  for (const int count : workers) {
    table.columns.push_back({absl::StrCat(count, count == 1 ? " worker" : " workers")});
  }
  table.columns.push_back({"published: size"});
  table.columns.push_back({"MB/seq"});
  for (const int count : workers) table.columns.push_back({absl::StrCat(count)});
}

void AddReadCells(const Row& row, const std::vector<int>& workers, double size,
                  std::vector<std::string>& cells) {
  const PublishedRow* published = FindPublished(row.variant.id);
  if (row.available()) {
    cells.push_back(Size(size));
    cells.push_back(Megabytes(row.bytes_per_sequence()));
  } else {
    cells.insert(cells.end(), {kNone, kNone});
  }
  for (const int count : workers) cells.push_back(ReadCell(row, count));
  if (published == nullptr) {
    cells.insert(cells.end(), {kNone, kNone});
  } else {
    cells.push_back(std::string(published->size));
    cells.push_back(
        Megabytes(published->gigabytes * 1e9 / static_cast<double>(published->sequences)));
  }
  for (const int count : workers) cells.push_back(PublishedCell(published, count));
}

Table Table1(const std::vector<Row>& rows, const std::vector<int>& workers) {
  Table table;
  table.columns = {{"Format", true}, {"Chunks", true}, {"Compression", true}};
  AddReadColumns(workers, table);
  for (const Row& row : rows) {
    const PublishedRow* published = FindPublished(row.variant.id);
    if (published != nullptr && !published->table1) continue;
    std::vector<std::string> cells = {row.variant.format, row.variant.chunks,
                                      row.variant.compression};
    AddReadCells(row, workers, static_cast<double>(row.bytes), cells);
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Table Table2(const std::vector<Row>& rows, const std::vector<int>& workers) {
  Table table;
  table.columns = {{"Format", true}, {"Chunks", true}, {"Sequences a file"}};
  AddReadColumns(workers, table);
  for (const PublishedRow& published : PublishedRows()) {
    for (const Row& row : rows) {
      if (!published.table2 || row.variant.id != published.variant) continue;
      const Variant& variant = row.variant;
      std::vector<std::string> cells = {
          absl::StrCat(variant.format, " ", variant.compression), variant.chunks,
          absl::StrCat(variant.sequences_per_file, " (", published.sequences, ")")};
      AddReadCells(row, workers, row.bytes_per_sequence() * variant.sequences_per_file, cells);
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

std::string Ratio(const Row& row, const Row* to) {
  if (to == nullptr || !row.available()) return kNone;
  return absl::StrFormat("%.2f", row.bytes_per_sequence() / to->bytes_per_sequence());
}

std::string ChunksText(const Variant& variant) {
  return variant.chunk_shape.empty() ? variant.chunks : ToString(variant.chunk_shape);
}

Table Details(const std::vector<Row>& rows) {
  Table table;
  table.columns = {
      {"Format", true}, {"Chunks", true}, {"Compression", true}, {"Sequences"},     {"Files"},
      {"MB"},           {"MB on disk"},   {"Size / JPEG"},       {"Size / GZIP 4"}, {"Write s/seq"},
      {"Copy s"},       {"Copy MB/s"},    {"PSNR dB"},           {"Max error /255"}};
  const Row* jpeg = FindRow(rows, "jpeg");
  const Row* gzip = FindRow(rows, "hdf5_manual_gzip4");
  for (const Row& row : rows) {
    std::vector<std::string> cells = {row.variant.format, ChunksText(row.variant),
                                      row.variant.compression};
    if (!row.available()) {
      cells.resize(table.columns.size(), kNone);
      table.rows.push_back(std::move(cells));
      continue;
    }
    cells.push_back(absl::StrCat(row.variant.sequences));
    cells.push_back(absl::StrCat(row.files));
    cells.push_back(absl::StrFormat("%.1f", static_cast<double>(row.bytes) / 1e6));
    cells.push_back(absl::StrFormat("%.1f", static_cast<double>(row.bytes_on_disk) / 1e6));
    cells.push_back(Ratio(row, jpeg));
    cells.push_back(Ratio(row, gzip));
    cells.push_back(TimesCell(row.write_seconds));
    cells.push_back(TimesCell(row.copy_seconds));
    cells.push_back(row.copy_seconds.empty()
                        ? kNone
                        : absl::StrFormat("%.0f", static_cast<double>(row.bytes) / 1e6 /
                                                      Median(row.copy_seconds)));
    cells.push_back(row.quality ? absl::StrFormat("%.1f", row.quality->psnr_db) : "lossless");
    cells.push_back(row.quality ? absl::StrFormat("%.3g", row.quality->max_error) : "0");
    table.rows.push_back(std::move(cells));
  }
  return table;
}

List Notes(const Report& report) {
  List list;
  for (const Row& row : report.rows) {
    const Variant& variant = row.variant;
    const std::string name =
        absl::StrCat(variant.format, " ", variant.chunks, " ", variant.compression);
    if (!row.available()) list.items.push_back(absl::StrCat(name, ": ", row.unavailable));
    if (IsCutBelowPublished(variant)) {
      list.items.push_back(absl::StrFormat(
          "%s, files of %d: the published chunk shape is cut to %s, as a file has no more "
          "sequences.",
          name, variant.sequences_per_file, ToString(variant.chunk_shape)));
    }
    if (row.available() && Padding(variant) > 1.05) {
      list.items.push_back(absl::StrFormat(
          "%s, files of %d: its chunks reach over the edges, %.0f %% more is stored and decoded.",
          name, variant.sequences_per_file, (Padding(variant) - 1) * 100));
    }
    if (variant.dtype == DType::kUInt8) {
      list.items.push_back(absl::StrCat(name, ": delivered as uint8, a quarter of the bytes."));
    }
  }
  return list;
}

std::string MachineText(const Environment& environment) {
  return absl::StrFormat("%s (%s), %d %s, %.1f GB of memory; %s build, %s; %s.",
                         environment.cpu_model, environment.architecture, environment.cores,
                         environment.cores == 1 ? "core" : "cores",
                         static_cast<double>(environment.memory_bytes) / 1e9,
                         environment.build_mode, environment.compiler, environment.system);
}

std::string DataText(const Protocol& protocol) {
  return absl::StrFormat(
      "%d sequences of %s float32 values (%s raw), seed %d, digest %s; mean %.4f, standard "
      "deviation %.4f, range %.4f to %.4f.",
      protocol.shape[0], absl::StrJoin(protocol.shape.begin() + 1, protocol.shape.end(), " x "),
      Size(4.0 * static_cast<double>(NumElements(protocol.shape))), protocol.seed,
      protocol.data_digest, protocol.normalisation.mean, protocol.normalisation.standard_deviation,
      protocol.normalisation.minimum, protocol.normalisation.maximum);
}

std::string CacheText(bool cold) {
  return cold ? "Every file is dropped from the page cache before each repeat and found gone."
              : "Every file lies in the page cache, found so before each repeat.";
}

std::string MeasuredText(const Protocol& protocol) {
  return absl::StrFormat(
      "Measured: seconds to fetch %s of %d random sequences, from the start of an epoch "
      "to the last batch, divided by their number; median of %d repeats, +- half the spread, "
      "which is (slowest - fastest) / median. Rows whose chunks hold many sequences: %d x %d "
      "sequences, %d repeats. Smaller datasets give fewer batches. Every sequence is read and "
      "decoded on its own, as published: nothing is shared between the sequences of a batch. "
      "Files are open and batch buffers in use before the clock starts. %s * = this could not be "
      "verified.",
      protocol.batches == 1 ? "1 batch" : absl::StrCat(protocol.batches, " batches"),
      protocol.batch_size, protocol.repeats, protocol.slow_batches, protocol.slow_batch_size,
      protocol.slow_repeats, CacheText(protocol.cold));
}

std::string WritingText(const Protocol& protocol) {
  return absl::StrFormat(
      "Write: from values in memory to a file (JPEG: a folder) flushed to the disk, encoded by %d "
      "threads, %s or as many as a chunk holds. Copy: all files, one after the "
      "other, to another folder of the same disk, flushed. Both: median of %d repeats (%sa copy "
      "of more than %.0f s is made once), taken once the files were there. Sizes: 1 MB is "
      "1,000,000 bytes. PSNR and the largest error of the JPEG files are against what was "
      "simulated. The other rows store the decoded JPEG values, all but those with a bound "
      "(\"error <= ...\") exactly: theirs are against these values, the peak is 1. Chunks: Manual "
      "ones hold one sequence; Auto ones have the published shapes, of many sequences; Guess is "
      "what h5py chooses for a file of this size.",
      protocol.write_workers,
      protocol.write_sample_sequences == 1
          ? "the first sequence"
          : absl::StrCat("the first ", protocol.write_sample_sequences, " sequences"),
      protocol.write_repeats,
      protocol.untimed_writes > 0 ? "writing: after one that is not timed; " : "",
      protocol.long_copy_seconds);
}

std::string WorkersNote(const Environment& environment, const Protocol& protocol) {
  const int most = *std::max_element(protocol.workers.begin(), protocol.workers.end());
  if (most <= environment.cores) return "";
  return absl::StrFormat("Columns with more than %d workers share the %d cores of this machine.",
                         environment.cores, environment.cores);
}

Table ClaimsTable(const Report& report) {
  const bool python = report.python.has_value() && report.python->unavailable.empty();
  Table table;
  table.columns = {
      {"Claim", true}, {"Statement", true}, {"Here", true}, {"Ratio"}, {"Published ratio"}};
  if (python) {
    table.columns.push_back({"Python stack", true});
    table.columns.push_back({"Ratio"});
  }
  const auto ratio = [](const std::optional<double>& value) {
    return value ? absl::StrFormat("%.2f", *value) : kNone;
  };
  for (size_t i = 0; i < report.claims.size(); ++i) {
    const Claim& claim = report.claims[i];
    table.rows.push_back({claim.id, claim.statement, VerdictText(claim.holds), ratio(claim.ratio),
                          ratio(claim.published)});
    if (!python) continue;
    table.rows.back().push_back(VerdictText(report.python->claims[i].holds));
    table.rows.back().push_back(ratio(report.python->claims[i].ratio));
  }
  return table;
}

List Reasons(const std::vector<Claim>& claims) {
  List list;
  for (const Claim& claim : claims) {
    list.items.push_back(
        absl::StrCat(claim.id, ": ", VerdictText(claim.holds), ". ", claim.why, "."));
  }
  return list;
}

void AddPythonTables(const Report& report, const ReportSections& sections,
                     std::vector<Block>& blocks) {
  const PythonStack& python = *report.python;
  blocks.push_back(Heading{"The same files with h5py, pillow and torch's DataLoader"});
  if (!python.unavailable.empty()) {
    blocks.push_back(Paragraph{"Not measured: " + python.unavailable});
    return;
  }
  std::vector<std::string> versions;
  for (const auto& [name, version] : python.versions) {
    versions.push_back(absl::StrCat(name, " ", version));
  }
  blocks.push_back(
      Paragraph{absl::StrCat("The same batches of the same sequences; a worker is a "
                             "process. ",
                             absl::StrJoin(versions, ", "), ".")});
  std::vector<Row> measured = python.rows;  // the others are there for their sizes
  std::erase_if(measured, [](const Row& row) { return row.read.empty(); });
  if (sections.table1) blocks.push_back(Table1(measured, report.protocol.workers));
  if (sections.table2) blocks.push_back(Table2(measured, report.protocol.workers));
}

void AddClaims(const Report& report, std::vector<Block>& blocks) {
  blocks.push_back(Heading{"The published claims"});
  blocks.push_back(ClaimsTable(report));
  blocks.push_back(Reasons(report.claims));
  if (!report.python.has_value() || !report.python->unavailable.empty()) return;
  blocks.push_back(Paragraph{"With h5py, pillow and torch:"});
  blocks.push_back(Reasons(report.python->claims));
}

}  // namespace

std::vector<Block> BuildReport(const Report& report, const ReportSections& sections) {
  const Protocol& protocol = report.protocol;
  std::vector<Block> blocks = {
      Heading{"Sequences of frames in HDF5 and JPEG: the published comparison on this machine"},
      Paragraph{MachineText(report.environment)}, Paragraph{DataText(protocol)}};
  if (!report.environment.is_optimised()) {
    blocks.push_back(Paragraph{"These times are no results: the build is not optimised."});
  }
  blocks.push_back(Paragraph{MeasuredText(protocol)});
  const std::string workers_note = WorkersNote(report.environment, protocol);
  if (!workers_note.empty()) blocks.push_back(Paragraph{workers_note});
  if (sections.table1) {
    blocks.push_back(Heading{"Table 1: seconds to read a sequence"});
    blocks.push_back(Table1(report.rows, protocol.workers));
    const std::string note = CompressibilityNote(report.rows);
    if (!note.empty()) blocks.push_back(Paragraph{note});
  }
  if (sections.table2) {
    blocks.push_back(Heading{"Table 2: sequences a file (published number), seconds to read one"});
    blocks.push_back(Table2(report.rows, protocol.workers));
  }
  if (sections.details) {
    blocks.push_back(Heading{"Sizes, writing and copying"});
    blocks.push_back(Paragraph{WritingText(protocol)});
    blocks.push_back(Details(report.rows));
  }
  if (List notes = Notes(report); !notes.items.empty()) blocks.push_back(std::move(notes));
  if (report.python.has_value()) AddPythonTables(report, sections, blocks);
  if (sections.claims) AddClaims(report, blocks);
  return blocks;
}

}  // namespace seiche
