// Which readers are measured on which files, and which samples they read. Pure data.
//
//   SEICHE_ASSIGN_OR_RETURN(PeerPlan plan, MakePeerPlan({.shape = {200, 100, 184, 184}}));
//   for (const PeerRow& row : plan.rows) BatchesOf(plan, row, /*repeat=*/0);
#ifndef SEICHE_EXPERIMENTS_PEERS_PLAN_H_
#define SEICHE_EXPERIMENTS_PEERS_PLAN_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/shape.h"

namespace seiche {

// Files as they are read: one HDF5 file may stand for two of them, whole sequences and windows.
struct PeerFile {
  std::string id;       // in peers.json: do not change
  std::string variant;  // Variant::id; of a copy: what it is copied from
  std::string copy_by;  // the peer that makes the copy; empty: the variant's own files are read
  int64_t window = 0;   // frames of a sample; 0: whole sequences
};

// One measurement, to be repeated.
struct PeerRow {
  std::string file;    // PeerFile::id
  std::string reader;  // in peers.json: do not change
  std::string peer;    // the argument of peer_reader.py; empty: seiche itself
  std::string method;  // of the peer
  int workers = 0;     // beside the consumer's thread
  int64_t batch_size = 0;
  int64_t batches = 0;  // of one repeat
  int max_repeats = 0;  // slow rows take fewer than the others
  // Of the C++ loader only.
  bool chunk_aware = false;   // in that order; otherwise the random one that peers read
  bool memory_map = true;     // the files
  int64_t memory_budget = 0;  // bytes; 0: the loader's default, 4 GB
};

struct PeerSelection {
  Shape shape;                     // of the dataset, [N,T,H,W]
  std::vector<std::string> peers;  // names as PeerNames() has them; empty: all; {"none"}: none
  std::vector<std::string> files;  // ids; empty: all
  int64_t batch_size = 10;         // fewer if the data has fewer samples
  int64_t batches = 10;            // of usual readers; slow ones read less
  uint64_t seed = 1;
};

struct PeerPlan {
  PeerSelection selection;
  std::vector<PeerFile> files;  // those that rows read
  std::vector<PeerRow> rows;
};

// Its default; others of ours have names that begin so.
inline constexpr char kSeicheReader[] = "seiche";
// seiche.Loader in a process of Python's: ours, but asked like a peer.
inline constexpr char kPythonPeer[] = "seiche";

inline bool IsOurs(const PeerRow& row) { return row.peer.empty() || row.peer == kPythonPeer; }

std::vector<std::string> PeerNames();
std::vector<PeerFile> PeerFiles();

// kInvalidArgument for an unknown peer or file, and for sequences shorter than the windows.
absl::StatusOr<PeerPlan> MakePeerPlan(const PeerSelection& selection);

// Null if the plan has no file of that id.
const PeerFile* FindFile(const PeerPlan& plan, std::string_view id);

// Sequences, or windows of all sequences.
int64_t NumSamples(const PeerPlan& plan, const PeerFile& file);

// What row reads in repeat `repeat`, from 0: the first samples of a random order of all, the same
// for every row of a file. Repeat -1 is the check: one batch.
std::vector<std::vector<int64_t>> BatchesOf(const PeerPlan& plan, const PeerRow& row, int repeat);
// The number of the epoch that repeat `repeat` is to a Sampler.
inline int64_t EpochOfRepeat(int repeat) { return repeat + 1; }

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_PLAN_H_
