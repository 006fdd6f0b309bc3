#include "experiments/data/dataset.h"

#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/atomic_output.h"
#include "base/crc32c.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/data/level_statistics.h"
#include "experiments/waves/contact_sheet.h"
#include "experiments/waves/wave_generator.h"
#include "storage/jpeg/jpeg_folder_writer.h"

namespace seiche {
namespace {

constexpr char kFormat[] = "seiche.wave_dataset";  // on disk; do not change
constexpr int64_t kVersion = 1;
constexpr int kSheetSequences = 4;

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

// Takes sequences in order and writes them.
class DatasetSink {
 public:
  DatasetSink(JpegFolderWriter& writer, const DatasetOptions& options)
      : writer_(writer),
        sheet_(kSheetSequences, options.waves.frames, options.waves.grid_points),
        progress_("simulating waves", options.sequences, "sequences") {}

  absl::Status Add(const WaveSequence& sequence) {
    stored_.resize(sequence.images.size());
    const absl::Span<const float> values = sequence.images.values();
    for (size_t i = 0; i < stored_.size(); ++i) stored_[i] = LevelOf(values[i]);
    statistics_.Add(stored_, sequence.levels.values());
    sheet_.Add(sequence);
    SEICHE_RETURN_IF_ERROR(writer_.AppendEncoded(sequence.jpegs));
    progress_.Add(1);
    return absl::OkStatus();
  }

  const LevelStatistics& statistics() const { return statistics_; }
  absl::StatusOr<std::string> EncodeSheet() const { return sheet_.EncodePng(); }

 private:
  JpegFolderWriter& writer_;
  LevelStatistics statistics_;
  ContactSheet sheet_;
  Progress progress_;
  std::vector<uint8_t> stored_;
};

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

absl::StatusOr<Dataset> GenerateDataset(const DatasetOptions& options, const std::string& folder,
                                        WorkerPool& pool, FileSystem& files) {
  Dataset dataset{.options = options, .folder = folder};
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder));
  SEICHE_RETURN_IF_ERROR(files.RemoveAll(JsonPath(folder)));
  SEICHE_ASSIGN_OR_RETURN(
      const auto writer,
      JpegFolderWriter::Create(dataset.jpeg_path(), {.sequences = options.sequences,
                                                     .overwrite = OverwritePolicy::kReplace,
                                                     .files = &files}));
  DatasetSink sink(*writer, options);
  SEICHE_RETURN_IF_ERROR(
      GenerateWaves(options.waves, {.shaded = true, .images = true}, 0, options.sequences, pool,
                    [&](const WaveSequence& sequence) { return sink.Add(sequence); }));
  SEICHE_RETURN_IF_ERROR(writer->Finish());
  SEICHE_ASSIGN_OR_RETURN(const std::string sheet, sink.EncodeSheet());
  SEICHE_RETURN_IF_ERROR(
      WriteFileAtomically(files, JoinPath(folder, "waves.png"), sheet, OverwritePolicy::kReplace));
  dataset.normalisation = sink.statistics().normalisation();
  dataset.quality = sink.statistics().quality();
  SEICHE_ASSIGN_OR_RETURN(dataset.jpeg, SummariseTree(files, dataset.jpeg_path()));
  SEICHE_RETURN_IF_ERROR(WriteFileAtomically(files, JsonPath(folder), DumpJson(ToJson(dataset)),
                                             OverwritePolicy::kReplace));
  return dataset;
}

absl::StatusOr<Dataset> LoadDataset(const std::string& folder, const FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, JsonPath(folder)));
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, JsonPath(folder)));
  absl::StatusOr<Dataset> dataset = FromJson(json);
  if (!dataset.ok()) return Annotate(dataset.status(), JsonPath(folder));
  dataset->folder = folder;
  return dataset;
}

absl::Status VerifyDataset(const Dataset& dataset, const FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const TreeSummary found, SummariseTree(files, dataset.jpeg_path()));
  if (!found.SameContents(dataset.jpeg)) {
    return absl::DataLossError(absl::StrCat(
        dataset.jpeg_path(), ": ", found.files, " files of ", found.bytes, " bytes, digest ",
        found.digest(), ", are not the ", dataset.jpeg.files, " files of ", dataset.jpeg.bytes,
        " bytes, digest ", dataset.jpeg.digest(), ", that dataset.json names"));
  }
  SEICHE_ASSIGN_OR_RETURN(
      SequenceMaker maker,
      SequenceMaker::Create(dataset.options.waves, {.shaded = true, .images = true}));
  SEICHE_ASSIGN_OR_RETURN(const WaveSequence sequence, maker.Make(0));
  SEICHE_ASSIGN_OR_RETURN(const std::vector<TreeFile> list, ListTree(files, dataset.jpeg_path()));
  for (size_t i = 0; i < sequence.jpegs.size() && i < list.size(); ++i) {
    SEICHE_ASSIGN_OR_RETURN(const std::string stored, ReadFile(files, list[i].path));
    const std::vector<std::byte>& made = sequence.jpegs[i];
    if (stored.size() == made.size() && !std::memcmp(stored.data(), made.data(), made.size())) {
      continue;
    }
    return absl::DataLossError(
        absl::StrCat(list[i].path, ": the generator makes another frame today"));
  }
  return absl::OkStatus();
}

}  // namespace seiche
