// What a reader is asked to deliver, and how long it took: the same for ours and for peers.
#ifndef SEICHE_EXPERIMENTS_PEERS_READ_REQUEST_H_
#define SEICHE_EXPERIMENTS_PEERS_READ_REQUEST_H_

#include <cstdint>
#include <string>
#include <vector>

namespace seiche {

struct ReadRequest {
  std::string path;    // an HDF5 file, a folder of JPEG folders, or a peer's copy
  std::string method;  // of a peer that has several
  int workers = 1;     // threads or processes beside the consumer's; 0: the consumer reads
  int64_t window = 0;  // frames of a sample; 0: whole sequences
  // Sample indices. Of T frames and windows of w, sample s is the window that starts at frame
  // s % (T - w + 1) of sequence s / (T - w + 1).
  std::vector<std::vector<int64_t>> batches;
  // What the samples are the first of: a Sampler's order of this seed and epoch.
  uint64_t seed = 0;
  int64_t epoch = 0;
  bool check = false;  // ask for the checksum; times mean nothing then
  // Ours only.
  bool chunk_aware = false;   // in that order, whatever samples `batches` names
  int64_t memory_budget = 0;  // bytes; 0: the loader's default
  bool memory_map = true;     // the files
};

struct ReadTime {
  double seconds = 0;              // from the start of the epoch to its last batch
  double cpu_seconds = 0;          // of all threads and processes
  double first_batch_seconds = 0;  // from the start of the epoch
  int64_t samples = 0;
  uint32_t checksum = 0;  // Adler-32 of all values as float32, if it was asked for
  // Of seiche only, in C++ and Python.
  double decodes_per_chunk = 0;       // of chunks that the epoch needed
  double shuffle_quality = 1;         // loader/order/shuffle_quality.h; uniform: about 1
  std::vector<int64_t> checked = {};  // the samples behind the checksum; ours only
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_PEERS_READ_REQUEST_H_
