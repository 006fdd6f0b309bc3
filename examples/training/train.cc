// A training loop that can be stopped at any moment and goes on exactly where it was:
//
//   bazel run //examples/training:train -- waves.h5 /tmp/checkpoint.json 200
//
// The model predicts the frame after two others: next = a * now + b * before + c, which waves obey
// approximately (a = 2, b = -1). Stochastic gradient descent over windows of frames drawn from all
// sequences. Every 20 batches model and loader state are saved together; the next run goes on from
// there and ends with the same model, to the bit, as a run that was never stopped.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/file_system.h"
#include "base/json.h"
#include "base/status.h"
#include "loader/loader.h"
#include "storage/open.h"

namespace {

constexpr int64_t kBatchesBetweenCheckpoints = 20;

struct Checkpoint {
  double a = 0, b = 0, c = 0;  // of the model
  int64_t batches = 0;         // seen
  std::string loader;          // its state
};

absl::StatusOr<Checkpoint> Load(const std::string& path) {
  Checkpoint checkpoint;
  if (!seiche::DefaultFileSystem().Exists(path)) return checkpoint;
  SEICHE_ASSIGN_OR_RETURN(const std::string text,
                          seiche::ReadFile(seiche::DefaultFileSystem(), path));
  SEICHE_ASSIGN_OR_RETURN(const seiche::Json json, seiche::ParseJson(text, path));
  SEICHE_ASSIGN_OR_RETURN(checkpoint.a, seiche::JsonField<double>(json, "a"));
  SEICHE_ASSIGN_OR_RETURN(checkpoint.b, seiche::JsonField<double>(json, "b"));
  SEICHE_ASSIGN_OR_RETURN(checkpoint.c, seiche::JsonField<double>(json, "c"));
  SEICHE_ASSIGN_OR_RETURN(checkpoint.batches, seiche::JsonField<int64_t>(json, "batches"));
  SEICHE_ASSIGN_OR_RETURN(checkpoint.loader, seiche::JsonField<std::string>(json, "loader"));
  return checkpoint;
}

// In one step: a run that is killed while it saves leaves the checkpoint before.
absl::Status Save(const Checkpoint& checkpoint, const std::string& path) {
  const std::string text = seiche::DumpJson({{"a", checkpoint.a},
                                             {"b", checkpoint.b},
                                             {"c", checkpoint.c},
                                             {"batches", checkpoint.batches},
                                             {"loader", checkpoint.loader}});
  return seiche::WriteFileAtomically(seiche::DefaultFileSystem(), path, text,
                                     seiche::OverwritePolicy::kReplace);
}

// One step down the gradient of the mean squared error over a batch.
double Step(const seiche::Batch& batch, Checkpoint& model) {
  constexpr double kRate = 0.05;
  const auto input = batch.array<float>(batch.Find("images/input"));    // [B,2,H,W]
  const auto target = batch.array<float>(batch.Find("images/target"));  // [B,1,H,W]
  double loss = 0, da = 0, db = 0, dc = 0;
  for (int64_t i = 0; i < batch.size(); ++i) {
    const float* before = input.sample(i).frame(0).data();
    const float* now = input.sample(i).frame(1).data();
    const float* next = target.sample(i).frame(0).data();
    for (int64_t p = 0; p < input.height() * input.width(); ++p) {
      const double error = model.a * now[p] + model.b * before[p] + model.c - next[p];
      loss += error * error;
      da += error * now[p];
      db += error * before[p];
      dc += error;
    }
  }
  const double scale = 1.0 / static_cast<double>(target.size());
  model.a -= kRate * da * scale;
  model.b -= kRate * db * scale;
  model.c -= kRate * dc * scale;
  return loss * scale;
}

absl::Status Train(const std::string& data, const std::string& checkpoint_path, int64_t batches) {
  SEICHE_ASSIGN_OR_RETURN(Checkpoint model, Load(checkpoint_path));
  SEICHE_ASSIGN_OR_RETURN(auto store, seiche::OpenStore(data, {.field = "images"}));
  SEICHE_ASSIGN_OR_RETURN(
      auto loader,
      seiche::Loader::Create(std::move(store),
                             {.sample = {.windows = {{"input", 0, 2}, {"target", 2, 1}}},
                              .batch_size = 8,
                              .order = seiche::Order::kAuto,
                              .seed = 1,
                              .last_batch = seiche::LastBatch::kDrop,
                              .resume = model.loader}));
  while (model.batches < batches) {
    SEICHE_ASSIGN_OR_RETURN(std::optional<seiche::Batch> batch, loader->Next());
    if (!batch) {
      SEICHE_RETURN_IF_ERROR(loader->StartEpoch(loader->epoch() + 1));
      continue;
    }
    const double loss = Step(*batch, model);
    if (++model.batches % kBatchesBetweenCheckpoints == 0) {
      std::printf("epoch %lld, batch %lld: loss %.3g, next = %.3f now %+.3f before %+.3f\n",
                  static_cast<long long>(loader->epoch()), static_cast<long long>(model.batches),
                  loss, model.a, model.b, model.c);
      model.loader = loader->State();
      SEICHE_RETURN_IF_ERROR(Save(model, checkpoint_path));
    }
  }
  std::printf("%s\n", loader->statistics().ToString().c_str());
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  int64_t batches = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &batches) || batches < 0) {
    std::fprintf(stderr, "usage: %s FILE.h5 CHECKPOINT.json BATCHES\n", argv[0]);
    return 2;
  }
  const absl::Status status = Train(argv[1], argv[2], batches);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
