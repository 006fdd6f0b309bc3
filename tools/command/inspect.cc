#include "tools/command/inspect.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "storage/sequence_store.h"
#include "tools/command/fields.h"
#include "tools/command/read_amplification.h"

namespace seiche {
namespace {

constexpr int64_t kWindowFrames = 10;

// Whether any part of the field can be read without the rest of its chunk.
absl::StatusOr<bool> ReadsParts(const SequenceStore& store, const Hdf5Details& details) {
  // libhdf5 takes what it needs out of an array in one piece.
  if (!store.fields()[0].slow_reason.empty()) return details.layout != "chunked";
  SEICHE_ASSIGN_OR_RETURN(const std::vector<int64_t> chunks, store.StoredChunks(0));
  return std::all_of(chunks.begin(), chunks.end(),
                     [&](int64_t chunk) { return store.Locate(0, chunk).raw; });
}

absl::Status Fill(const SequenceStore& store, FieldReport& report) {
  const Field& field = store.fields()[0];
  report.axes = field.axes;
  report.codec = field.codec;
  report.slow_reason = field.slow_reason;
  report.chunk_shape = field.grid.chunk_shape();
  report.chunks = field.grid.num_chunks();
  report.bytes = NumElements(field.shape()) * static_cast<int64_t>(SizeOf(field.dtype));
  if (report.details.layout == "chunked") {
    report.missing_chunks = report.chunks - report.details.stored_chunks;
  }
  // What the chunks of other arrays cost, only those who read them know; nor do chunks of several
  // shapes have one figure.
  const bool unknown = !field.slow_reason.empty() && report.details.layout == "virtual";
  if (unknown || !field.grid.aligned()) return absl::OkStatus();
  SEICHE_ASSIGN_OR_RETURN(const bool parts, ReadsParts(store, report.details));
  const auto amplification = [&](int64_t frames) -> std::optional<double> {
    const std::optional<double> whole = ReadAmplification(field, {.frames = frames});
    return whole.has_value() && parts ? 1 : whole;
  };
  report.whole_sequences = amplification(0);
  report.windows = amplification(kWindowFrames);
  report.single_frames = amplification(1);
  return absl::OkStatus();
}

absl::Status InspectDataset(const std::string& path, FileSystem& files, FieldReport& report) {
  SEICHE_ASSIGN_OR_RETURN(const auto store, OpenField(path, report.name, files));
  SEICHE_ASSIGN_OR_RETURN(report.details, ReadHdf5Details(path, report.name, files));
  return Fill(*store, report);
}

absl::StatusOr<int64_t> FrameBytes(const SequenceStore& store, const FileSystem& files) {
  int64_t bytes = 0;
  for (int32_t file = 0; file < store.num_files(); ++file) {
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(store.file_path(file)));
    bytes += info.size;
  }
  return bytes;
}

absl::Status InspectFolder(const std::string& path, FileSystem& files, FieldReport& report) {
  SEICHE_ASSIGN_OR_RETURN(const auto store, OpenField(path, report.name, files));
  report.details.layout = "one file a frame";
  report.details.stored_chunks = store->num_files();
  SEICHE_ASSIGN_OR_RETURN(report.details.stored_bytes, FrameBytes(*store, files));
  return Fill(*store, report);
}

std::string Ratio(const FieldReport& report) {
  if (report.details.stored_bytes == 0) return "";
  return absl::StrFormat(" (%.2f:1)", static_cast<double>(report.bytes) /
                                          static_cast<double>(report.details.stored_bytes));
}

std::string FilterText(const Hdf5Filter& filter) {
  return absl::StrCat(filter.id, filter.name.empty() ? "" : " ", filter.name,
                      filter.optional ? " (optional)" : "");
}

std::string StorageText(const FieldReport& report) {
  const Hdf5Details& details = report.details;
  if (details.layout != "chunked") return details.layout;
  return absl::StrCat(details.layout, " ", ToString(report.chunk_shape), ", ", details.chunk_index,
                      ", ", FormatCount(report.chunks, "chunk"), ", ", report.missing_chunks,
                      " missing");
}

std::string CodecText(const FieldReport& report) {
  std::string text = report.codec;
  if (!report.details.filters.empty()) {
    absl::StrAppend(
        &text, "; filters ",
        absl::StrJoin(report.details.filters, ", ", [](std::string* out, const Hdf5Filter& filter) {
          out->append(FilterText(filter));
        }));
  }
  if (report.details.partly_filtered_chunks > 0) {
    absl::StrAppend(&text, "; ", FormatCount(report.details.partly_filtered_chunks, "chunk"),
                    " without some of them");
  }
  return text;
}

std::string FieldText(const FieldReport& report, const std::string& path) {
  std::string text =
      absl::StrCat("  ", report.name, ": ", report.type, " ", ToString(report.shape));
  if (!report.status.ok()) {
    return absl::StrCat(text, "\n    not read: ", ShortReason(report.status, path, report.name),
                        "\n");
  }
  const auto amplification = [](const std::optional<double>& value) {
    return value.has_value() ? absl::StrFormat("%.2f", *value) : std::string("-");
  };
  absl::StrAppend(&text, ", axes ", report.axes.empty() ? "unknown" : report.axes,      //
                  "\n    storage  ", StorageText(report),                               //
                  "\n    codec    ", CodecText(report),                                 //
                  "\n    size     ", FormatBytes(report.bytes), ", stored as ",         //
                  FormatBytes(report.details.stored_bytes), Ratio(report),              //
                  "\n    path     ",                                                    //
                  report.slow_reason.empty() ? "fast" : "slow, through libhdf5: ",      //
                  report.slow_reason,                                                   //
                  "\n    read amplification  ", amplification(report.whole_sequences),  //
                  " whole sequences, ", amplification(report.windows), " windows of ",  //
                  kWindowFrames, " frames, ", amplification(report.single_frames),      //
                  " single frames\n");
  return text;
}

Json FilterToJson(const Hdf5Filter& filter) {
  return {{"id", filter.id},
          {"name", filter.name},
          {"values", filter.values},
          {"optional", filter.optional}};
}

Json FieldToJson(const FieldReport& report, const std::string& path) {
  const auto list = [](const Shape& shape) {
    return std::vector<int64_t>(shape.begin(), shape.end());
  };
  Json json = {{"name", report.name}, {"dtype", report.type}, {"shape", list(report.shape)}};
  if (!report.status.ok()) {
    json["not_read"] = ShortReason(report.status, path, report.name);
    return json;
  }
  const auto amplification = [](const std::optional<double>& value) {
    return value.has_value() ? Json(*value) : Json();
  };
  Json filters = Json::array();
  for (const Hdf5Filter& filter : report.details.filters) filters.push_back(FilterToJson(filter));
  const Hdf5Details& details = report.details;
  json.update({
      {"axes", report.axes},
      {"layout", details.layout},
      {"other_byte_order", details.swapped},
      {"chunk_shape", list(report.chunk_shape)},
      {"chunk_index", details.chunk_index.empty() ? Json() : Json(details.chunk_index)},
      {"chunks", report.chunks},
      {"missing_chunks", report.missing_chunks},
      {"partly_filtered_chunks", details.partly_filtered_chunks},
      {"codec", report.codec},
      {"filters", std::move(filters)},
      {"bytes", report.bytes},
      {"stored_bytes", details.stored_bytes},
      {"path", report.slow_reason.empty() ? "fast" : "slow"},
      {"slow_reason", report.slow_reason.empty() ? Json() : Json(report.slow_reason)},
      {"read_amplification",
       {{"whole_sequences", amplification(report.whole_sequences)},
        {"windows_of_10_frames", amplification(report.windows)},
        {"single_frames", amplification(report.single_frames)}}},
  });
  return json;
}

}  // namespace

absl::StatusOr<StoreReport> InspectPath(const std::string& path, FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(const bool folder, IsFolder(path, files));
  SEICHE_ASSIGN_OR_RETURN(std::vector<ListedField> fields, ListFields(path, files));
  StoreReport report{.path = path, .format = folder ? "JPEG folder" : "HDF5", .fields = {}};
  for (ListedField& listed : fields) {
    FieldReport field{.name = std::move(listed.name),
                      .type = std::move(listed.type),
                      .shape = std::move(listed.shape),
                      .status = {}};
    field.status = folder ? InspectFolder(path, files, field) : InspectDataset(path, files, field);
    report.size += field.details.stored_bytes;
    report.fields.push_back(std::move(field));
  }
  if (!folder) {
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, files.Info(path));
    report.size = info.size;
  }
  return report;
}

absl::Status InspectionStatus(const StoreReport& report) {
  for (const FieldReport& field : report.fields) {
    if (!field.status.ok() && !HoldsNoNumbers(field.status)) return field.status;
  }
  return absl::OkStatus();
}

std::string InspectionText(absl::Span<const StoreReport> reports) {
  std::string text;
  for (const StoreReport& report : reports) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", report.path, ": ", report.format, ", ",
                    FormatBytes(report.size), ", ",
                    FormatCount(static_cast<int64_t>(report.fields.size()), "field"), "\n");
    for (const FieldReport& field : report.fields) text += FieldText(field, report.path);
  }
  return text;
}

Json InspectionToJson(absl::Span<const StoreReport> reports) {
  Json stores = Json::array();
  for (const StoreReport& report : reports) {
    Json fields = Json::array();
    for (const FieldReport& field : report.fields) {
      fields.push_back(FieldToJson(field, report.path));
    }
    stores.push_back({{"path", report.path},
                      {"format", report.format},
                      {"size", report.size},
                      {"fields", std::move(fields)}});
  }
  return {{"stores", std::move(stores)}};
}

}  // namespace seiche
