#include "experiments/peers/plan.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "loader/order/sampler.h"

namespace seiche {
namespace {

// How much a row reads, so that none takes minutes and none is over before it can be measured.
enum class Amount {
  kUsual,
  kSlow,         // a few samples, one a batch
  kAll,          // every sample once
  kWindows,      // that have to be decoded
  kFastWindows,  // that have not
};

struct Kind {
  const char* file;
  const char* reader;
  const char* peer;
  const char* method;
  Amount amount;
  std::vector<int> workers;
  // Of ours: a part of the decoded size as budget, 0 for the default; the order; how files are
  // read.
  double budget_part = 0;
  bool chunk_aware = false;
  bool memory_map = true;
};

// torch's DataLoader reads in the consumer's process with 0 workers.
std::vector<Kind> Kinds() {
  const std::vector<int> threads = {1, 2, 4, 8}, processes = {0, 1, 2, 4, 8};
  const char* const unmapped = "seiche, pread";
  const char* const python = "seiche (Python)";
  const char* const h5py = "h5py+DataLoader";
  const char* const direct = "h5py read_direct";
  return {
      {"manual_lzf", kSeicheReader, "", "", Amount::kUsual, threads},
      {"manual_lzf", python, kPythonPeer, "loader", Amount::kUsual, {1, 2}},
      {"manual_lzf", h5py, "h5py", "dataloader", Amount::kUsual, processes},
      {"manual_gzip4", kSeicheReader, "", "", Amount::kUsual, threads},
      {"manual_gzip4", python, kPythonPeer, "loader", Amount::kUsual, {1, 2}},
      {"manual_gzip4", h5py, "h5py", "dataloader", Amount::kUsual, processes},
      {"manual_gzip4", "hidefix", "hidefix", "", Amount::kUsual, threads},
      {"jpeg", kSeicheReader, "", "", Amount::kUsual, threads},
      {"jpeg", python, kPythonPeer, "loader", Amount::kUsual, {1, 2}},
      {"jpeg", "pillow+DataLoader", "pillow", "dataloader", Amount::kUsual, processes},
      {"jpeg", "pillow draft+DataLoader", "pillow", "draft_dataloader", Amount::kUsual, processes},
      {"jpeg", "simplejpeg", "simplejpeg", "", Amount::kUsual, threads},
      {"auto_lzf", kSeicheReader, "", "", Amount::kAll, threads},
      {"auto_lzf", python, kPythonPeer, "loader", Amount::kAll, {1, 2}},
      {"auto_lzf", "seiche, 20 % budget, chunk-aware", "", "", Amount::kAll, threads, 0.2, true},
      {"auto_lzf", "seiche, 20 % budget", "", "", Amount::kAll, threads, 0.2},
      {"auto_lzf", h5py, "h5py", "dataloader", Amount::kSlow, {0, 2}},
      {"auto_lzf", "h5py 5 GB chunk cache", "h5py", "chunk_cache", Amount::kAll, {0}},
      {"windows10_lzf", kSeicheReader, "", "", Amount::kAll, threads},
      {"windows10_lzf", python, kPythonPeer, "loader", Amount::kAll, {1, 2}},
      {"windows10_lzf", h5py, "h5py", "dataloader", Amount::kWindows, processes},
      {"contiguous", kSeicheReader, "", "", Amount::kUsual, threads},
      {.file = "contiguous",
       .reader = unmapped,
       .peer = "",
       .method = "",
       .amount = Amount::kUsual,
       .workers = threads,
       .memory_map = false},
      {"contiguous", python, kPythonPeer, "loader", Amount::kUsual, {1, 2}},
      {"contiguous", h5py, "h5py", "dataloader", Amount::kUsual, processes},
      {"contiguous", direct, "h5py", "direct", Amount::kUsual, {0}},
      {"windows10_contiguous", kSeicheReader, "", "", Amount::kAll, threads},
      {.file = "windows10_contiguous",
       .reader = unmapped,
       .peer = "",
       .method = "",
       .amount = Amount::kAll,
       .workers = threads,
       .memory_map = false},
      {"windows10_contiguous", python, kPythonPeer, "loader", Amount::kAll, {1, 2}},
      {"windows10_contiguous", h5py, "h5py", "dataloader", Amount::kFastWindows, processes},
      {"windows10_contiguous", direct, "h5py", "direct", Amount::kFastWindows, {0}},
      {"manual_swell_fast", kSeicheReader, "", "", Amount::kUsual, threads},
      {"manual_swell_small", kSeicheReader, "", "", Amount::kUsual, threads},
      {"zarr_blosc_lz4", "zarrs", "zarrs", "", Amount::kUsual, threads},
      {"zarr_blosc_lz4", "TensorStore", "tensorstore", "", Amount::kUsual, threads},
      {"zarr_blosc_zstd", "zarrs", "zarrs", "", Amount::kUsual, threads},
      {"zarr_blosc_zstd", "TensorStore", "tensorstore", "", Amount::kUsual, threads},
      {"blosc2_lz4", "blosc2", "blosc2", "", Amount::kUsual, threads},
      {"blosc2_zstd", "blosc2", "blosc2", "", Amount::kUsual, threads},
  };
}

constexpr int64_t kSlowSamples = 4;
constexpr int kSlowRepeats = 3;
constexpr int64_t kLeastBatches = 4;
// Batches of windows, for each of the usual ones.
constexpr int64_t kWindowBatches = 2;
constexpr int64_t kFastWindowBatches = 10;

bool Has(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

absl::Status CheckNames(const char* flag, const std::vector<std::string>& names,
                        const std::vector<std::string>& known) {
  for (const std::string& name : names) {
    if (Has(known, name)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(flag, ": \"", name, "\" is none of ", absl::StrJoin(known, ", ")));
  }
  return absl::OkStatus();
}

std::vector<std::string> FileIds() {
  std::vector<std::string> ids;
  for (const PeerFile& file : PeerFiles()) ids.push_back(file.id);
  return ids;
}

bool IsSelected(const PeerSelection& selection, const Kind& kind) {
  if (!selection.files.empty() && !Has(selection.files, kind.file)) return false;
  const std::string_view peer = kind.peer;
  return peer.empty() || selection.peers.empty() || Has(selection.peers, peer);
}

int64_t WindowsOf(const Shape& shape, int64_t window) {
  return window == 0 ? shape[0] : shape[0] * (shape[1] - window + 1);
}

// Sets the size of a repeat of `samples` samples in all.
void SetAmount(const PeerSelection& selection, Amount amount, int64_t samples, PeerRow& row) {
  const bool slow = amount == Amount::kSlow || amount == Amount::kAll;
  row.max_repeats = slow ? kSlowRepeats : std::numeric_limits<int>::max();
  row.batch_size = amount == Amount::kSlow ? 1 : std::min(selection.batch_size, samples);
  const int64_t whole = samples / row.batch_size;
  switch (amount) {
    case Amount::kUsual:
      row.batches = std::min(whole, selection.batches);
      break;
    case Amount::kSlow:
      row.batches = std::min(whole, std::min(kSlowSamples, selection.batches));
      break;
    case Amount::kAll:
      row.batches = whole;
      break;
    case Amount::kWindows:
      row.batches = std::min(whole, kWindowBatches * selection.batches);
      break;
    case Amount::kFastWindows:
      row.batches = std::min(whole, kFastWindowBatches * selection.batches);
      break;
  }
}

int64_t BudgetOf(const PeerSelection& selection, const Kind& kind) {
  const auto bytes = static_cast<double>(NumElements(selection.shape)) * sizeof(float);
  return static_cast<int64_t>(kind.budget_part * bytes);
}

// A part of little data has no room for the batches themselves, two of them ahead of the consumer.
bool FitsBudget(const PeerSelection& selection, const Kind& kind) {
  if (kind.budget_part == 0) return true;
  const int64_t batch = std::min(selection.batch_size, selection.shape[0]) *
                        (NumElements(selection.shape) / selection.shape[0]) *
                        static_cast<int64_t>(sizeof(float));
  return BudgetOf(selection, kind) >= kLeastBatches * batch;
}

std::vector<PeerRow> RowsOf(const PeerSelection& selection, const PeerFile& file) {
  const int64_t samples = std::max<int64_t>(1, WindowsOf(selection.shape, file.window));
  std::vector<PeerRow> rows;
  for (const Kind& kind : Kinds()) {
    if (kind.file != file.id || !IsSelected(selection, kind)) continue;
    if (!FitsBudget(selection, kind)) continue;
    for (const int workers : kind.workers) {
      PeerRow row{.file = kind.file,
                  .reader = kind.reader,
                  .peer = kind.peer,
                  .method = kind.method,
                  .workers = workers,
                  .chunk_aware = kind.chunk_aware,
                  .memory_map = kind.memory_map,
                  .memory_budget = BudgetOf(selection, kind)};
      SetAmount(selection, kind.amount, samples, row);
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

std::vector<std::string> PeerNames() {
  std::vector<std::string> names;
  for (const Kind& kind : Kinds()) {
    if (*kind.peer != '\0' && !Has(names, kind.peer)) names.push_back(kind.peer);
  }
  return names;
}

std::vector<PeerFile> PeerFiles() {
  constexpr int64_t kWindow = 10;
  return {
      {.id = "manual_lzf", .variant = "hdf5_manual_lzf"},
      {.id = "manual_gzip4", .variant = "hdf5_manual_gzip4"},
      {.id = "jpeg", .variant = "jpeg"},
      {.id = "auto_lzf", .variant = "hdf5_auto_lzf"},
      {.id = "windows10_lzf", .variant = "hdf5_manual_lzf", .window = kWindow},
      {.id = "contiguous", .variant = "hdf5_contiguous"},
      {.id = "windows10_contiguous", .variant = "hdf5_contiguous", .window = kWindow},
      {.id = "manual_swell_fast", .variant = "hdf5_manual_swell_fast"},
      {.id = "manual_swell_small", .variant = "hdf5_manual_swell_small"},
      {.id = "zarr_blosc_lz4", .variant = "hdf5_manual_lzf", .copy_by = "zarrs"},
      {.id = "zarr_blosc_zstd", .variant = "hdf5_manual_lzf", .copy_by = "zarrs"},
      {.id = "blosc2_lz4", .variant = "hdf5_manual_lzf", .copy_by = "blosc2"},
      {.id = "blosc2_zstd", .variant = "hdf5_manual_lzf", .copy_by = "blosc2"},
  };
}

absl::StatusOr<PeerPlan> MakePeerPlan(const PeerSelection& selection) {
  std::vector<std::string> peers = PeerNames();
  peers.push_back("none");
  SEICHE_RETURN_IF_ERROR(CheckNames("--peers", selection.peers, peers));
  SEICHE_RETURN_IF_ERROR(CheckNames("--files", selection.files, FileIds()));
  PeerPlan plan{.selection = selection};
  for (const PeerFile& file : PeerFiles()) {
    std::vector<PeerRow> rows = RowsOf(selection, file);
    if (rows.empty()) continue;
    if (NumSamples(plan, file) < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.id, ": sequences have fewer than ", file.window, " frames"));
    }
    plan.files.push_back(file);
    std::move(rows.begin(), rows.end(), std::back_inserter(plan.rows));
  }
  return plan;
}

const PeerFile* FindFile(const PeerPlan& plan, std::string_view id) {
  for (const PeerFile& file : plan.files) {
    if (file.id == id) return &file;
  }
  return nullptr;
}

int64_t NumSamples(const PeerPlan& plan, const PeerFile& file) {
  return WindowsOf(plan.selection.shape, file.window);
}

std::vector<std::vector<int64_t>> BatchesOf(const PeerPlan& plan, const PeerRow& row, int repeat) {
  const Sampler sampler({.order = Order::kUniform}, NumSamples(plan, *FindFile(plan, row.file)),
                        plan.selection.seed, EpochOfRepeat(repeat));
  std::vector<std::vector<int64_t>> batches(repeat < 0 ? 1 : static_cast<size_t>(row.batches));
  int64_t position = 0;
  for (std::vector<int64_t>& batch : batches) {
    for (int64_t i = 0; i < row.batch_size; ++i) batch.push_back(sampler(position++));
  }
  return batches;
}

}  // namespace seiche
