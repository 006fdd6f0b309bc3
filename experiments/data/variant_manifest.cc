#include "experiments/data/variant_manifest.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr char kFormat[] = "seiche.variant";  // on disk; do not change
constexpr int64_t kVersion = 2;

Json ShapeJson(const Shape& shape) {
  Json list = Json::array();
  for (const int64_t extent : shape) list.push_back(extent);
  return list;
}

absl::StatusOr<VariantManifest> FromJson(const Json& json) {
  SEICHE_ASSIGN_OR_RETURN(const std::string format, JsonField<std::string>(json, "format"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t version, JsonField<int64_t>(json, "version"));
  if (format != kFormat || version != kVersion) {
    return absl::DataLossError(absl::StrCat("is ", format, " version ", version, ", not ", kFormat,
                                            " version ", kVersion));
  }
  VariantManifest manifest;
  SEICHE_ASSIGN_OR_RETURN(manifest.parameters, JsonField<Json>(json, "parameters"));
  SEICHE_ASSIGN_OR_RETURN(manifest.tree.files, JsonField<int64_t>(json, "files"));
  SEICHE_ASSIGN_OR_RETURN(manifest.tree.bytes, JsonField<int64_t>(json, "bytes"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t crc32c, JsonField<int64_t>(json, "crc32c"));
  manifest.tree.crc32c = static_cast<uint32_t>(crc32c);
  SEICHE_ASSIGN_OR_RETURN(manifest.write_seconds,
                          JsonField<std::vector<double>>(json, "write_seconds"));
  SEICHE_ASSIGN_OR_RETURN(manifest.copy_seconds,
                          JsonField<std::vector<double>>(json, "copy_seconds"));
  SEICHE_ASSIGN_OR_RETURN(const int64_t workers, JsonField<int64_t>(json, "write_workers"));
  manifest.write_workers = static_cast<int>(workers);
  if (json.contains("write_protocol")) manifest.write_protocol = json["write_protocol"];
  if (json.contains("psnr_db")) {
    manifest.quality.emplace();
    SEICHE_ASSIGN_OR_RETURN(manifest.quality->psnr_db, JsonField<double>(json, "psnr_db"));
    SEICHE_ASSIGN_OR_RETURN(manifest.quality->max_error, JsonField<double>(json, "max_error"));
  }
  return manifest;
}

}  // namespace

Json VariantParameters(const Variant& variant, const Dataset& dataset, uint32_t encoder_mark) {
  return {{"id", variant.id},
          {"format", variant.format},
          {"chunks", variant.chunks},
          {"compression", variant.compression},
          {"codecs", variant.codecs},
          {"dtype", std::string(Name(variant.dtype))},
          {"shape", ShapeJson(variant.shape)},
          {"chunk_shape", ShapeJson(variant.chunk_shape)},
          {"sequences_per_file", variant.sequences_per_file},
          {"encoder_mark", encoder_mark},
          {"seed", absl::StrCat(dataset.options.waves.seed)},
          {"dataset", dataset.options.ToString()},
          {"dataset_digest", dataset.jpeg.digest()}};
}

std::string ManifestText(const VariantManifest& manifest) {
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"parameters", manifest.parameters},
               {"files", manifest.tree.files},
               {"bytes", manifest.tree.bytes},
               {"crc32c", manifest.tree.crc32c},
               {"write_seconds", manifest.write_seconds},
               {"copy_seconds", manifest.copy_seconds},
               {"write_workers", manifest.write_workers},
               {"write_protocol", manifest.write_protocol}};
  if (manifest.quality.has_value()) {
    json["psnr_db"] = manifest.quality->psnr_db;
    json["max_error"] = manifest.quality->max_error;
  }
  return DumpJson(json);
}

absl::StatusOr<VariantManifest> LoadManifest(const std::string& path, const FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const std::string text, ReadFile(files, path));
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, path));
  absl::StatusOr<VariantManifest> manifest = FromJson(json);
  if (!manifest.ok()) return Annotate(manifest.status(), path);
  return manifest;
}

}  // namespace seiche
