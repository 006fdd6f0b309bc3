#include "experiments/rules/size_table.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/json.h"
#include "base/status.h"
#include "experiments/comparison/table.h"

namespace seiche {
namespace {

struct SizeRow {
  std::string id, format, chunks, compression, chunk_shape, digest;
  int64_t sequences = 0, sequences_per_file = 0, files = 0, bytes = 0;

  double megabytes_per_sequence() const {
    return static_cast<double>(bytes) / 1e6 / static_cast<double>(sequences);
  }
};

absl::StatusOr<SizeRow> MakeRow(const VariantManifest& manifest) {
  const Json& json = manifest.parameters;
  SizeRow row;
  SEICHE_ASSIGN_OR_RETURN(row.id, JsonField<std::string>(json, "id"));
  SEICHE_ASSIGN_OR_RETURN(row.format, JsonField<std::string>(json, "format"));
  SEICHE_ASSIGN_OR_RETURN(row.chunks, JsonField<std::string>(json, "chunks"));
  SEICHE_ASSIGN_OR_RETURN(row.compression, JsonField<std::string>(json, "compression"));
  SEICHE_ASSIGN_OR_RETURN(row.sequences_per_file, JsonField<int64_t>(json, "sequences_per_file"));
  SEICHE_ASSIGN_OR_RETURN(const Json shape, JsonField<Json>(json, "shape"));
  if (!shape.is_array() || shape.empty() || !shape[0].is_number_integer()) {
    return absl::DataLossError(absl::StrCat(row.id, ": its shape is ", shape.dump()));
  }
  row.sequences = shape[0].get<int64_t>();
  SEICHE_ASSIGN_OR_RETURN(const Json chunk_shape, JsonField<Json>(json, "chunk_shape"));
  std::vector<std::string> extents;
  for (const Json& extent : chunk_shape) extents.push_back(extent.dump());
  row.chunk_shape = extents.empty() ? "-" : absl::StrJoin(extents, " x ");
  row.files = manifest.tree.files;
  row.bytes = manifest.tree.bytes;
  row.digest = manifest.tree.digest();
  return row;
}

absl::StatusOr<std::vector<SizeRow>> MakeRows(const std::vector<VariantManifest>& manifests) {
  std::vector<SizeRow> rows;
  for (const VariantManifest& manifest : manifests) {
    SEICHE_ASSIGN_OR_RETURN(SizeRow row, MakeRow(manifest));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string RatioToJpeg(const SizeRow& row, const std::vector<SizeRow>& rows) {
  for (const SizeRow& other : rows) {
    if (other.format != "JPEG") continue;
    return absl::StrFormat("%.2f", row.megabytes_per_sequence() / other.megabytes_per_sequence());
  }
  return "-";
}

}  // namespace

absl::StatusOr<std::string> SizeTableMarkdown(const std::vector<VariantManifest>& manifests) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<SizeRow> rows, MakeRows(manifests));
  Table table;
  table.columns = {{"Variant", true},
                   {"Format", true},
                   {"Chunks", true},
                   {"Chunk shape", true},
                   {"Compression", true},
                   {"Sequences"},
                   {"A file"},
                   {"Files"},
                   {"Bytes"},
                   {"MB/sequence"},
                   {"Size / JPEG"}};
  for (const SizeRow& row : rows) {
    table.rows.push_back({row.id, row.format, row.chunks, row.chunk_shape, row.compression,
                          absl::StrCat(row.sequences), absl::StrCat(row.sequences_per_file),
                          absl::StrCat(row.files), absl::StrCat(row.bytes),
                          absl::StrFormat("%.3f", row.megabytes_per_sequence()),
                          RatioToJpeg(row, rows)});
  }
  return RenderMarkdown({table});
}

absl::StatusOr<std::string> SizeTableCsv(const std::vector<VariantManifest>& manifests) {
  SEICHE_ASSIGN_OR_RETURN(const std::vector<SizeRow> rows, MakeRows(manifests));
  std::string text =
      "variant,format,chunks,chunk_shape,compression,sequences,sequences_per_file,files,bytes,"
      "digest\n";
  for (const SizeRow& row : rows) {
    absl::StrAppend(
        &text,
        absl::StrJoin({row.id, row.format, row.chunks, row.chunk_shape, row.compression,
                       absl::StrCat(row.sequences), absl::StrCat(row.sequences_per_file),
                       absl::StrCat(row.files), absl::StrCat(row.bytes), row.digest},
                      ","),
        "\n");
  }
  return text;
}

}  // namespace seiche
