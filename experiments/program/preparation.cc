#include "experiments/program/preparation.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/atomic_output.h"
#include "base/status.h"
#include "experiments/data/dataset_generator.h"
#include "experiments/data/file_tree.h"
#include "experiments/data/variant_writer.h"
#include "experiments/measure/python_stack.h"
#include "storage/open.h"

namespace seiche {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string Gigabytes(int64_t bytes) {
  return absl::StrFormat("%.2f GB", static_cast<double>(bytes) / 1e9);
}

// First, last and one in the middle; chunks of many sequences take long to read, so one suffices.
std::vector<int64_t> SomeSequences(const Variant& variant) {
  if (variant.shared_by_sequences) return {variant.sequences - 1};
  return {0, variant.sequences / 2, variant.sequences - 1};
}

// Times measured otherwise are no times of this plan.
Json WriteProtocol(const ExperimentPlan& plan) {
  return {{"untimed_writes", plan.untimed_writes},
          {"repeats", plan.write_repeats},
          {"sample_sequences", plan.write_sample_sequences}};
}

}  // namespace

Preparation::Preparation(const ExperimentPlan& plan, const OutputFolder& folder, WorkerPool& pool,
                         FileSystem& files, LineLog log)
    : plan_(plan), folder_(folder), pool_(pool), files_(files), log_(std::move(log)) {}

std::string Preparation::FolderOf(const Variant& variant) const {
  return variant.container == Container::kJpegFolders ? folder_.dataset()
                                                      : folder_.variant(variant.id);
}

std::string Preparation::TreeOf(const Variant& variant) const {
  return variant.container == Container::kJpegFolders ? JoinPath(folder_.dataset(), "jpeg")
                                                      : folder_.variant(variant.id);
}

absl::Status Preparation::CheckDisk(const std::vector<Variant>& variants) const {
  std::vector<Variant> missing;
  for (const Variant& variant : variants) {
    const bool jpeg = variant.container == Container::kJpegFolders;
    if (files_.Exists(folder_.manifest(variant.id)) && files_.Exists(TreeOf(variant))) continue;
    if (jpeg && files_.Exists(TreeOf(variant))) continue;
    missing.push_back(variant);
  }
  int64_t need = std::max(EstimatePeakBytes(missing), LargestUntimedCopy(variants));
  if (plan_.python_stack && !files_.Exists(folder_.venv())) need += kPythonEnvironmentBytes;
  SEICHE_ASSIGN_OR_RETURN(const int64_t available, files_.FreeSpace(folder_.path()));
  log_(absl::StrCat(folder_.path(), ": up to ", Gigabytes(need), " more are needed, ",
                    Gigabytes(available), " are free"));
  if (available >= need) return absl::OkStatus();
  SEICHE_RETURN_IF_ERROR(folder_.RemoveIfNew(files_));
  return absl::ResourceExhaustedError(
      absl::StrCat(folder_.path(), ": ", Gigabytes(need), " are needed, ", Gigabytes(available),
                   " are free: choose another --out, a smaller --scale or fewer --sequences"));
}

int64_t Preparation::LargestUntimedCopy(const std::vector<Variant>& variants) const {
  int64_t largest = 0;
  for (const Variant& variant : variants) {
    if (!plan_.times_writing || !files_.Exists(TreeOf(variant))) continue;
    const auto manifest = LoadManifest(folder_.manifest(variant.id), files_);
    if (manifest.ok() && manifest->write_protocol == WriteProtocol(plan_)) continue;
    largest = std::max(largest, EstimateBytes(variant));
  }
  return largest;
}

absl::StatusOr<Dataset> Preparation::PrepareDataset() {
  absl::StatusOr<Dataset> found = LoadDataset(folder_.dataset(), files_);
  if (found.ok() && !(found->options == plan_.dataset)) {
    return absl::AlreadyExistsError(absl::StrCat(
        folder_.path(), ": holds ", found->options.ToString(), ", not ", plan_.dataset.ToString(),
        ": choose another --out, or --overwrite to replace it"));
  }
  absl::Status status = found.status();
  if (found.ok()) status = VerifyDataset(*found, files_);
  if (status.ok()) {
    log_(absl::StrCat("dataset: ", found->options.ToString(), ": there and verified"));
    dataset_ = *std::move(found);
  } else if (absl::IsNotFound(status) || absl::IsDataLoss(status)) {
    if (absl::IsDataLoss(status)) log_(absl::StrCat("dataset: made anew: ", status.message()));
    SEICHE_RETURN_IF_ERROR(folder_.RemoveReports(files_));
    const double start = Now();
    SEICHE_ASSIGN_OR_RETURN(dataset_,
                            GenerateDataset(plan_.dataset, folder_.dataset(), pool_, files_));
    log_(absl::StrFormat("dataset: %s: %s in %.1f s", dataset_.options.ToString(),
                         Gigabytes(dataset_.jpeg.bytes), Now() - start));
  } else {
    return status;
  }
  SEICHE_ASSIGN_OR_RETURN(source_, OpenStore(dataset_.jpeg_path()));
  return dataset_;
}

absl::StatusOr<std::shared_ptr<const SequenceStore>> Preparation::Open(
    const Variant& variant) const {
  return OpenVariant(variant, FolderOf(variant));
}

absl::StatusOr<std::vector<std::string>> Preparation::Paths(const Variant& variant) const {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<TreeFile> list, ListTree(files_, TreeOf(variant)));
  std::vector<std::string> paths;
  for (const TreeFile& file : list) paths.push_back(file.path);
  return paths;
}

absl::Status Preparation::CompareSome(const Variant& variant) const {
  SEICHE_ASSIGN_OR_RETURN(const auto store, Open(variant));
  return CompareSequences(*source_, *store, SomeSequences(variant), variant.bound);
}

std::string Preparation::WhyNot(const Variant& variant, const Json& parameters,
                                const absl::StatusOr<VariantManifest>& manifest) const {
  if (!manifest.ok()) return std::string(manifest.status().message());
  if (manifest->parameters != parameters) return "it was made with other parameters";
  const auto tree = SummariseTree(files_, TreeOf(variant));
  if (!tree.ok()) return std::string(tree.status().message());
  if (!tree->SameContents(manifest->tree)) return "its files have changed";
  if (variant.bound > 0 && !manifest->quality) return "its error was not measured";
  return std::string(CompareSome(variant).message());
}

absl::Status Preparation::Write(const Variant& variant) {
  // The dataset itself came out of the simulation.
  if (variant.container == Container::kJpegFolders) return absl::OkStatus();
  const std::string folder = folder_.variant(variant.id);
  SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder));
  SEICHE_RETURN_IF_ERROR(files_.MakeDirectories(folder));
  return WriteVariant(variant, *source_, VariantAttributes(variant, dataset_), folder, pool_,
                      files_)
      .status();
}

absl::Status Preparation::MakeScratch() {
  SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder_.scratch()));
  return files_.MakeDirectories(folder_.scratch());
}

absl::StatusOr<std::vector<double>> Preparation::MeasureWriting(const Variant& variant) {
  const Variant sample = WriteSample(variant, plan_.write_sample_sequences);
  const std::vector<Attribute> attributes = VariantAttributes(variant, dataset_);
  std::vector<double> seconds;
  for (int repeat = -plan_.untimed_writes; repeat < plan_.write_repeats; ++repeat) {
    SEICHE_RETURN_IF_ERROR(MakeScratch());
    SEICHE_ASSIGN_OR_RETURN(const double all, WriteVariant(sample, *source_, attributes,
                                                           folder_.scratch(), pool_, files_));
    if (repeat >= 0) seconds.push_back(all / static_cast<double>(sample.sequences));
  }
  SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder_.scratch()));
  return seconds;
}

absl::StatusOr<double> Preparation::CopyOnce(const Variant& variant) {
  SEICHE_RETURN_IF_ERROR(MakeScratch());
  const double start = Now();
  SEICHE_RETURN_IF_ERROR(
      CopyTree(files_, TreeOf(variant), JoinPath(folder_.scratch(), variant.id)));
  SEICHE_RETURN_IF_ERROR(FlushDisk(folder_.scratch()));
  return Now() - start;
}

absl::StatusOr<std::vector<double>> Preparation::MeasureCopying(const Variant& variant) {
  std::vector<double> seconds;
  const auto repeats = static_cast<size_t>(plan_.write_repeats);
  while (seconds.size() < repeats && (seconds.empty() || seconds[0] <= kLongCopySeconds)) {
    SEICHE_ASSIGN_OR_RETURN(seconds.emplace_back(), CopyOnce(variant));
  }
  SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder_.scratch()));
  return seconds;
}

absl::StatusOr<VariantManifest> Preparation::Make(const Variant& variant, const Json& parameters) {
  SEICHE_RETURN_IF_ERROR(files_.RemoveAll(folder_.manifest(variant.id)));
  VariantManifest manifest{.parameters = parameters};
  const double start = Now();
  SEICHE_RETURN_IF_ERROR(Write(variant));
  const double seconds = Now() - start;
  SEICHE_RETURN_IF_ERROR(CompareSome(variant));
  if (variant.bound > 0) {
    SEICHE_ASSIGN_OR_RETURN(const auto written, Open(variant));
    SEICHE_ASSIGN_OR_RETURN(manifest.quality,
                            MeasureQuality(*source_, *written, variant.sequences));
  }
  SEICHE_ASSIGN_OR_RETURN(manifest.tree, SummariseTree(files_, TreeOf(variant)));
  SEICHE_RETURN_IF_ERROR(Save(variant, manifest));
  log_(absl::StrFormat("%s: %d sequences, %s in %d %s, written in %.1f s", variant.id,
                       variant.sequences, Gigabytes(manifest.tree.bytes), manifest.tree.files,
                       manifest.tree.files == 1 ? "file" : "files", seconds));
  return manifest;
}

absl::Status Preparation::Save(const Variant& variant, const VariantManifest& manifest) {
  return WriteFileAtomically(files_, folder_.manifest(variant.id), ManifestText(manifest),
                             OverwritePolicy::kReplace);
}

absl::Status Preparation::Time(const Variant& variant, VariantManifest& manifest) {
  // What others have written is not this measurement's work.
  SEICHE_RETURN_IF_ERROR(FlushDisk(folder_.path()));
  SEICHE_ASSIGN_OR_RETURN(manifest.write_seconds, MeasureWriting(variant));
  SEICHE_ASSIGN_OR_RETURN(manifest.copy_seconds, MeasureCopying(variant));
  manifest.write_workers = pool_.workers();
  manifest.write_protocol = WriteProtocol(plan_);
  return Save(variant, manifest);
}

absl::StatusOr<Row> Preparation::PrepareVariant(const Variant& variant) {
  Row row{.variant = variant};
  const absl::StatusOr<uint32_t> mark = EncoderMark(variant, *source_);
  if (absl::IsNotFound(mark.status())) {
    row.unavailable = std::string(mark.status().message());
    return row;
  }
  if (!mark.ok()) return mark.status();
  const Json parameters = VariantParameters(variant, dataset_, *mark);
  absl::StatusOr<VariantManifest> manifest = LoadManifest(folder_.manifest(variant.id), files_);
  const std::string why_not = WhyNot(variant, parameters, manifest);
  if (why_not.empty()) {
    log_(absl::StrCat(variant.id, ": there and verified"));
  } else {
    if (!absl::IsNotFound(manifest.status())) {
      log_(absl::StrCat(variant.id, ": written anew: ", why_not));
    }
    manifest = Make(variant, parameters);
    if (!manifest.ok()) return manifest.status();
  }
  if (plan_.times_writing && manifest->write_protocol != WriteProtocol(plan_)) {
    SEICHE_RETURN_IF_ERROR(Time(variant, *manifest));
  }
  SEICHE_ASSIGN_OR_RETURN(const std::vector<TreeFile> list, ListTree(files_, TreeOf(variant)));
  for (const TreeFile& file : list) row.bytes_on_disk += file.allocated;
  row.bytes = manifest->tree.bytes;
  row.files = manifest->tree.files;
  row.write_seconds = manifest->write_seconds;
  row.copy_seconds = manifest->copy_seconds;
  row.quality = variant.container == Container::kJpegFolders ? dataset_.quality : manifest->quality;
  return row;
}

}  // namespace seiche
