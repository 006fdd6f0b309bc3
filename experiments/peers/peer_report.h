// The results as tables, JSON and a picture.
//
//   std::fputs(RenderConsole(PeerBlocks(report)).c_str(), stdout);
//
// Pure functions of the report.
#ifndef SEICHE_EXPERIMENTS_PEERS_PEER_REPORT_H_
#define SEICHE_EXPERIMENTS_PEERS_PEER_REPORT_H_

#include <string>
#include <utility>
#include <vector>

#include "experiments/comparison/environment.h"
#include "experiments/comparison/table.h"
#include "experiments/peers/peer_result.h"
#include "experiments/peers/plan.h"

namespace seiche {

struct PeerReport {
  PeerPlan plan;
  std::string scale;
  int repeats = 0;
  std::string data_digest;
  Environment environment;
  std::vector<std::pair<std::string, std::string>> versions;  // of the peers' packages
  std::vector<PeerResult> results;
};

// The ratios, then a table for each file.
std::vector<Block> PeerBlocks(const PeerReport& report);

// peers.json, which docs/experiments.md describes.
std::string PeerJson(const PeerReport& report);

// Every reader with its best number of workers, as SVG.
std::string PeerPicture(const PeerReport& report);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PEER_REPORT_H_
