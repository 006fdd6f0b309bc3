#include "experiments/data/dataset_generator.h"

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/atomic_output.h"
#include "base/progress.h"
#include "base/status.h"
#include "experiments/data/level_statistics.h"
#include "experiments/waves/contact_sheet.h"
#include "experiments/waves/wave_generator.h"
#include "storage/jpeg/jpeg_folder_writer.h"

namespace seiche {
namespace {

constexpr int kSheetSequences = 4;

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

absl::StatusOr<Dataset> GenerateDataset(const DatasetOptions& options, const std::string& folder,
                                        WorkerPool& pool, FileSystem& files) {
  Dataset dataset{.options = options, .folder = folder};
  SEICHE_RETURN_IF_ERROR(files.MakeDirectories(folder));
  SEICHE_RETURN_IF_ERROR(RemoveDescription(folder, files));
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
  SEICHE_RETURN_IF_ERROR(SaveDescription(dataset, files));
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
