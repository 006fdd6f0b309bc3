// Rows of codecs as tables and as JSON.
//
//   std::fputs(RenderConsole(CodecBlocks(report)).c_str(), stdout);
//
// Pure functions of the report.
#ifndef SEICHE_EXPERIMENTS_CODECS_CODEC_REPORT_H_
#define SEICHE_EXPERIMENTS_CODECS_CODEC_REPORT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "experiments/codecs/codec_row.h"
#include "experiments/comparison/environment.h"
#include "experiments/comparison/table.h"

namespace seiche {

struct CodecReport {
  int repeats = 0;
  int64_t timed_sequences = 0;  // at most, of each field
  int64_t key_frames = 0;       // frames from one of swell's to the next
  Environment environment;
  std::vector<std::pair<std::string, std::string>> versions;  // of the peers' packages
  std::vector<CodecRow> rows;                                 // those of a field together
};

// A table for each field.
std::vector<Block> CodecBlocks(const CodecReport& report);

// codecs.json, which docs/experiments.md describes.
std::string CodecJson(const CodecReport& report);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_CODECS_CODEC_REPORT_H_
