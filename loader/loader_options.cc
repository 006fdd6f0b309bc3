#include "loader/loader_options.h"

#include <set>

#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

constexpr int kMaxWorkers = 1024;
constexpr int64_t kMaxShards = int64_t{1} << 20;

template <typename... Parts>
absl::Status OptionError(const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat("LoaderOptions: ", parts...));
}

absl::Status CheckTransforms(const SequenceStore& store, const LoaderOptions& options) {
  const auto fields = static_cast<int>(store.fields().size());
  std::set<int> seen;
  for (const FieldTransform& transform : options.transforms) {
    if (transform.field < 0 || transform.field >= fields) {
      return OptionError("a transform is for field ", transform.field, ", which is not one of the ",
                         fields, " fields of ", store.path());
    }
    if (!seen.insert(transform.field).second) {
      return OptionError("field ", store.fields()[transform.field].name, " has two transforms");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOptions(const SequenceStore& store, const LoaderOptions& options) {
  if (options.batch_size < 1)
    return OptionError("batch_size = ", options.batch_size, " is below 1");
  if (options.epoch < 0) return OptionError("epoch = ", options.epoch, " is negative");
  if (options.shuffle_bytes < 0) {
    return OptionError("shuffle_bytes = ", options.shuffle_bytes, " is negative");
  }
  if (options.max_batches < -1) {
    return OptionError("max_batches = ", options.max_batches, " is below -1");
  }
  if (options.shard_count < 1 || options.shard_count > kMaxShards) {
    return OptionError("shard_count = ", options.shard_count, " is not in [1, ", kMaxShards, "]");
  }
  if (options.shard_index < 0 || options.shard_index >= options.shard_count) {
    return OptionError("shard_index = ", options.shard_index,
                       " is not below shard_count = ", options.shard_count);
  }
  if (options.workers < 0 || options.workers > kMaxWorkers) {
    return OptionError("workers = ", options.workers, " is not in [0, ", kMaxWorkers, "]");
  }
  if (options.prefetch < 1) return OptionError("prefetch = ", options.prefetch, " is below 1");
  if (options.memory_budget < 1) {
    return OptionError("memory_budget = ", options.memory_budget, " is below 1 byte");
  }
  return CheckTransforms(store, options);
}

}  // namespace seiche
