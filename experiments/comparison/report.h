// The comparison as a report: tables in the published layout, details, claims.
//
//   std::fputs(RenderConsole(BuildReport(report)).c_str(), stdout);
//   WriteFileAtomically(files, "paper.json", ReportJson(report), OverwritePolicy::kReplace);
//
// Pure functions of a plain struct; nothing is measured or judged here.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_REPORT_H_
#define SEICHE_EXPERIMENTS_COMPARISON_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiments/comparison/claims.h"
#include "experiments/comparison/environment.h"
#include "experiments/comparison/row.h"
#include "experiments/comparison/table.h"

namespace seiche {

// What was measured, and how.
struct Protocol {
  std::string scale;  // "tiny", "default", "full"
  Shape shape;        // of the dataset, [N,T,H,W]
  uint64_t seed = 0;
  std::string data_digest;  // of the JPEG files, which define the values
  Normalisation normalisation = {};
  std::vector<int> workers;
  int64_t batch_size = 0;       // sequences
  int64_t batches = 0;          // in a repeat
  int repeats = 0;              // of every measurement
  int64_t slow_batch_size = 0;  // the same for rows whose chunks hold many sequences
  int64_t slow_batches = 0;
  int slow_repeats = 0;
  int write_workers = 0;   // threads that encode while a variant is written
  int write_repeats = 0;   // of writing and copying
  int untimed_writes = 0;  // before the timed ones
  int64_t write_sample_sequences = 0;
  double long_copy_seconds = 0;  // copies that take longer are made once
  bool cold = false;             // page cache emptied before every repeat
};

// The rows as h5py, pillow and torch read them.
struct PythonStack {
  std::string unavailable;  // why it could not be measured; empty if it was
  std::vector<std::pair<std::string, std::string>> versions;
  std::vector<Row> rows;
  std::vector<Claim> claims;  // in the order of Report::claims
};

struct Report {
  Environment environment;
  Protocol protocol;
  std::vector<Row> rows;
  std::vector<Claim> claims;
  std::optional<PythonStack> python = std::nullopt;
};

struct ReportSections {
  bool table1 = true;
  bool table2 = true;
  bool details = true;
  bool claims = true;
};

std::vector<Block> BuildReport(const Report& report, const ReportSections& sections = {});

// {"rows": [...], "claims": [...], "environment": {...}}: one row for each variant, stack and
// number of workers. docs/experiments.md describes the members.
std::string ReportJson(const Report& report);

// The rows of ReportJson as comma-separated values, quoted where needed, under a header line.
std::string ReportCsv(const Report& report);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_REPORT_H_
