// Which chunks an epoch has needed so far: a bit for each.
//
//   SeenChunks seen(*store);
//   decodes += seen.Add(plan);
//   seen.distinct();
//
// Thread-compatible.
#ifndef SEICHE_LOADER_PLAN_SEEN_CHUNKS_H_
#define SEICHE_LOADER_PLAN_SEEN_CHUNKS_H_

#include <cstdint>
#include <vector>

#include "loader/plan/group_plan.h"
#include "storage/sequence_store.h"

namespace seiche {

class SeenChunks {
 public:
  explicit SeenChunks(const SequenceStore& store) : bits_(store.fields().size()) {
    for (size_t i = 0; i < bits_.size(); ++i) {
      const int64_t chunks = store.fields()[i].grid.num_chunks();
      if (chunks > 0 && chunks <= kMaxChunks) bits_[i].resize(chunks);
    }
  }

  // Counts the chunks that the plan needs, and returns how many of them it decodes.
  int64_t Add(const GroupPlan& plan) {
    int64_t decodes = 0;
    for (const GroupPlan::Run& run : plan.runs()) {
      for (const GroupPlan::Task& task : plan.tasks(run)) {
        if (task.chunk < 0 || task.kind == GroupPlan::Task::Kind::kRaw) continue;
        if (task.location.kind == ChunkLocation::Kind::kMissing) continue;
        std::vector<bool>& bits = bits_[task.field];
        if (bits.empty()) continue;
        decodes += task.kind == GroupPlan::Task::Kind::kDecode;
        if (bits[task.chunk]) continue;
        bits[task.chunk] = true;
        ++distinct_;
      }
    }
    return decodes;
  }

  int64_t distinct() const { return distinct_; }

  void Clear() {
    if (distinct_ == 0) return;
    for (std::vector<bool>& bits : bits_) bits.assign(bits.size(), false);
    distinct_ = 0;
  }

 private:
  // 128 MB of bits; fields of more chunks are not counted.
  static constexpr int64_t kMaxChunks = int64_t{1} << 30;

  std::vector<std::vector<bool>> bits_;  // by field and chunk
  int64_t distinct_ = 0;
};

}  // namespace seiche

#endif  // SEICHE_LOADER_PLAN_SEEN_CHUNKS_H_
