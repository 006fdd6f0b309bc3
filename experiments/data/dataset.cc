#include "experiments/data/dataset.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/json.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr char kFormat[] = "seiche.wave_dataset";  // on disk; do not change
constexpr int64_t kVersion = 1;

std::string JsonPath(const std::string& folder) { return JoinPath(folder, "dataset.json"); }

Json ToJson(const Dataset& dataset) {
  const DatasetOptions& options = dataset.options;
  const Normalisation& normalisation = dataset.normalisation;
  return {{"format", kFormat},
          {"version", kVersion},
          {"sequences", options.sequences},
          {"frames", options.waves.frames},
          {"grid_points", options.waves.grid_points},
          // As text: JSON numbers need not hold 64 bits.
          {"seed", absl::StrCat(options.waves.seed)},
          {"jpeg", {{"quality", 75}, {"chroma", "4:2:0"}}},
          {"files", dataset.jpeg.files},
          {"bytes", dataset.jpeg.bytes},
          {"crc32c", dataset.jpeg.crc32c},
          {"digest", dataset.jpeg.digest()},
          {"normalisation",
           {{"mean", normalisation.mean},
            {"standard_deviation", normalisation.standard_deviation},
            {"minimum", normalisation.minimum},
            {"maximum", normalisation.maximum}}},
          {"psnr_db", dataset.quality.psnr_db},
          {"max_error", dataset.quality.max_error}};
}

absl::StatusOr<Normalisation> ParseNormalisation(const Json& json) {
  Normalisation result;
  SEICHE_ASSIGN_OR_RETURN(result.mean, JsonField<double>(json, "mean"));
  SEICHE_ASSIGN_OR_RETURN(result.standard_deviation, JsonField<double>(json, "standard_deviation"));
  SEICHE_ASSIGN_OR_RETURN(result.minimum, JsonField<double>(json, "minimum"));
  SEICHE_ASSIGN_OR_RETURN(result.maximum, JsonField<double>(json, "maximum"));
  return result;
}

absl::StatusOr<Dataset> FromJson(const Json& json) {
  SEICHE_ASSIGN_OR_RETURN(const std::string format, JsonField<std::string>(json, "format"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t version, JsonField<int64_t>(json, "version"));
  if (format != kFormat || version != kVersion) {
    return absl::DataLossError(absl::StrCat("is ", format, " version ", version, ", not ", kFormat,
                                            " version ", kVersion));
  }
  Dataset dataset;
  DatasetOptions& options = dataset.options;
  SEICHE_ASSIGN_OR_RETURN(options.sequences, JsonField<int64_t>(json, "sequences"));
  SEICHE_ASSIGN_OR_RETURN(options.waves.frames, JsonField<int64_t>(json, "frames"));
  SEICHE_ASSIGN_OR_RETURN(options.waves.grid_points, JsonField<int64_t>(json, "grid_points"));
  SEICHE_ASSIGN_OR_RETURN(const std::string seed, JsonField<std::string>(json, "seed"));
  if (!absl::SimpleAtoi(seed, &options.waves.seed)) {
    return absl::DataLossError(absl::StrCat("seed is \"", seed, "\""));
  }
  SEICHE_ASSIGN_OR_RETURN(dataset.jpeg.files, JsonField<int64_t>(json, "files"));
  SEICHE_ASSIGN_OR_RETURN(dataset.jpeg.bytes, JsonField<int64_t>(json, "bytes"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t crc32c, JsonField<int64_t>(json, "crc32c"));
  dataset.jpeg.crc32c = static_cast<uint32_t>(crc32c);
  SEICHE_ASSIGN_OR_RETURN(const Json normalisation, JsonField<Json>(json, "normalisation"));
  SEICHE_ASSIGN_OR_RETURN(dataset.normalisation, ParseNormalisation(normalisation));
  SEICHE_ASSIGN_OR_RETURN(dataset.quality.psnr_db, JsonField<double>(json, "psnr_db"));
  SEICHE_ASSIGN_OR_RETURN(dataset.quality.max_error, JsonField<double>(json, "max_error"));
  return dataset;
}

}  // namespace

Shape DatasetOptions::shape() const {
  return {sequences, waves.frames, waves.grid_points, waves.grid_points};
}

bool DatasetOptions::operator==(const DatasetOptions& other) const {
  return shape() == other.shape() && waves.seed == other.waves.seed;
}

std::string DatasetOptions::ToString() const {
  return absl::StrCat(sequences, " sequences of ", waves.frames, " x ", waves.grid_points, " x ",
                      waves.grid_points, ", seed ", waves.seed);
}

std::string Dataset::jpeg_path() const { return JoinPath(folder, "jpeg"); }

absl::StatusOr<Dataset> LoadDataset(const std::string& folder, const FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, JsonPath(folder)));
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, JsonPath(folder)));
  absl::StatusOr<Dataset> dataset = FromJson(json);
  if (!dataset.ok()) return Annotate(dataset.status(), JsonPath(folder));
  dataset->folder = folder;
  return dataset;
}

absl::Status SaveDescription(const Dataset& dataset, FileSystem& files) {
  return WriteFileAtomically(files, JsonPath(dataset.folder), DumpJson(ToJson(dataset)),
                             OverwritePolicy::kReplace);
}

absl::Status RemoveDescription(const std::string& folder, FileSystem& files) {
  return files.RemoveAll(JsonPath(folder));
}

}  // namespace seiche
