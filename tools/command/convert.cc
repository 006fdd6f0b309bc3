#include "tools/command/convert.h"

#include <algorithm>
#include <array>
#include <functional>
#include <future>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/aligned_buffer.h"
#include "base/atomic_output.h"
#include "base/status.h"
#include "storage/jpeg/frame_files.h"
#include "tools/command/block_reader.h"
#include "tools/command/convert_target.h"
#include "tools/command/fields.h"
#include "tools/command/paths.h"

namespace seiche {
namespace {

absl::StatusOr<ConvertFormat> FormatOf(const ConvertOptions& options) {
  if (options.format != ConvertFormat::kByName) return options.format;
  std::string_view name = options.to;
  while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
  const std::string base = absl::AsciiStrToLower(Basename(name));
  for (const std::string_view extension : {".h5", ".hdf5", ".hdf", ".he5", ".nc"}) {
    if (base.ends_with(extension)) return ConvertFormat::kHdf5;
  }
  if (base.find('.') == std::string::npos) return ConvertFormat::kJpeg;
  return absl::InvalidArgumentError(
      absl::StrCat(options.to,
                   ": its name does not tell whether it is HDF5 (.h5) or a JPEG folder "
                   "(no extension): say which format (--format)"));
}

// `status` with the name that the target will have instead of the temporary one, and of the
// temporary one beside that, which writers make for themselves.
absl::Status Named(const AtomicOutput& output, const absl::Status& status) {
  if (status.ok()) return status;
  std::string message =
      absl::StrReplaceAll(status.message(), {{output.temporary_path(), output.path()}});
  const std::string inner = absl::StrCat(output.path(), ".partial-");
  for (size_t at = message.find(inner); at != std::string::npos; at = message.find(inner)) {
    const size_t suffix = at + output.path().size();
    const size_t end = message.find_first_not_of("0123456789-", at + inner.size());
    message.erase(suffix, (end == std::string::npos ? message.size() : end) - suffix);
  }
  return absl::Status(status.code(), message);
}

// Decodes the next block while the last one is encoded.
absl::Status Pump(const SequenceStore& source, const ConvertOptions& options, ConvertTarget& target,
                  Progress& progress) {
  BlockReader reader(source, 0, {.max_bytes = options.memory / 2, .workers = options.workers});
  std::array<AlignedBuffer, 2> buffers;
  // Without the flag `deferred`, no thread would be an exception; with it, just slower.
  const auto read = [&](int64_t row) {
    return std::async(std::launch::async | std::launch::deferred,
                      [&, row] { return reader.Read(row, buffers[row / reader.rows() % 2]); });
  };
  auto next = read(0);
  for (int64_t row = 0; row < source.size(); row += reader.rows()) {
    SEICHE_ASSIGN_OR_RETURN(const ConstArrayView block, next.get());
    if (row + reader.rows() < source.size()) next = read(row + reader.rows());
    SEICHE_RETURN_IF_ERROR(target.Append(block));
    progress.Add(block.shape[0]);
  }
  return absl::OkStatus();
}

absl::Status CopyFrames(const SequenceStore& source, JpegTarget& target, Progress& progress) {
  for (int64_t sequence = 0; sequence < source.size(); ++sequence) {
    SEICHE_RETURN_IF_ERROR(target.Copy(sequence));
    progress.Add(1);
  }
  return absl::OkStatus();
}

// A field on its way.
struct Copy {
  std::unique_ptr<const SequenceStore> source;
  std::unique_ptr<ConvertTarget> target;
};

std::string UnitOf(const SequenceStore& source) {
  return source.fields()[0].axis('N') < 0 ? "frames" : "sequences";
}

absl::Status WriteHdf5(std::vector<Copy>& copies, const ConvertOptions& options,
                       const std::string& path) {
  // All of them before hours are spent on the first.
  for (const Copy& copy : copies) {
    SEICHE_RETURN_IF_ERROR(CheckHdf5Target(*copy.source, options));
  }
  SEICHE_ASSIGN_OR_RETURN(auto file,
                          Hdf5FileWriter::Create(path, OverwritePolicy::kRefuse, *options.files));
  for (Copy& copy : copies) {
    const SequenceStore& source = *copy.source;
    Progress progress(absl::StrCat("writing ", Basename(options.to)), source.size(), UnitOf(source),
                      options.progress);
    SEICHE_ASSIGN_OR_RETURN(copy.target, MakeHdf5Target(source, options, path, *file));
    SEICHE_RETURN_IF_ERROR(Pump(source, options, *copy.target, progress));
    SEICHE_RETURN_IF_ERROR(copy.target->Finish());
  }
  return file->Finish(TypedAttributes(copies[0].source->Attributes(-1)));
}

// kInvalidArgument for what only HDF5 has.
absl::Status CheckJpegOptions(const ConvertOptions& options) {
  const ConvertOptions defaults;
  std::string_view what;
  if (options.chunks != defaults.chunks) {
    what = "chunks are";
  } else if (options.codecs != defaults.codecs) {
    what = "codecs are";
  } else if (!options.name.empty()) {
    what = "a name is";
  } else {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(what, " for HDF5, not for JPEG folders: ", options.to, " would be one"));
}

// Returns the bytes of all frames.
absl::StatusOr<int64_t> WriteJpeg(std::vector<Copy>& copies, const ConvertOptions& options,
                                  const std::string& path) {
  if (copies.size() != 1) {
    return absl::InvalidArgumentError("a JPEG folder holds one field: name one");
  }
  SEICHE_RETURN_IF_ERROR(CheckJpegOptions(options));
  const SequenceStore& source = *copies[0].source;
  Progress progress(absl::StrCat("writing ", Basename(options.to)), source.size(), UnitOf(source),
                    options.progress);
  SEICHE_ASSIGN_OR_RETURN(std::unique_ptr<JpegTarget> jpeg, MakeJpegTarget(source, options, path));
  const bool copy = options.quality == 0 && HasJpegFrames(source);
  SEICHE_RETURN_IF_ERROR(copy ? CopyFrames(source, *jpeg, progress)
                              : Pump(source, options, *jpeg, progress));
  SEICHE_RETURN_IF_ERROR(jpeg->Finish());
  const int64_t bytes = jpeg->stored_bytes();
  copies[0].target = std::move(jpeg);
  return bytes;
}

absl::Status Check(const std::vector<Copy>& copies, const ConvertOptions& options) {
  for (const Copy& copy : copies) {
    Progress progress(absl::StrCat("verifying ", Basename(options.to)), copy.source->size(),
                      UnitOf(*copy.source), options.progress);
    SEICHE_RETURN_IF_ERROR(copy.target->Check(progress));
  }
  return absl::OkStatus();
}

// The fields to convert, opened; with `all`, what is none goes to result.left_out.
absl::StatusOr<std::vector<Copy>> OpenSources(const ConvertOptions& options,
                                              ConvertResult& result) {
  if (options.all && !options.fields.empty()) {
    return absl::InvalidArgumentError("name fields or ask for all, not both (--field, --all)");
  }
  SEICHE_RETURN_IF_ERROR(CheckFieldNames(options.fields));
  std::vector<std::string> names = options.fields;
  if (names.empty() && !options.all) names.push_back("");
  if (options.all) {
    SEICHE_ASSIGN_OR_RETURN(const auto listed, ListFields(options.from, *options.files));
    for (const ListedField& field : listed) names.push_back(field.name);
  }
  std::vector<Copy> copies;
  for (const std::string& name : names) {
    auto source = OpenField(options.from, name, *options.files);
    const bool writable = !source.ok() || (*source)->fields()[0].dtype != DType::kBFloat16;
    if (options.all && !writable) {
      result.left_out.push_back(absl::StrCat(name, " (bfloat16, which no writer here writes)"));
    } else if (source.ok() && !(*source)->fields()[0].missing_source.empty()) {
      return absl::FailedPreconditionError(
          absl::StrCat(options.from, ": H5 dataset '", (*source)->fields()[0].name,
                       "': ", (*source)->fields()[0].missing_source,
                       ": its part would be written as the fill value: put it back where it was"));
    } else if (source.ok()) {
      copies.push_back({*std::move(source), nullptr});
    } else if (options.all && HoldsNoNumbers(source.status())) {
      result.left_out.push_back(
          absl::StrCat(name, " (", ShortReason(source.status(), options.from, name), ")"));
    } else {
      return source.status();
    }
  }
  if (copies.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(options.from,
                     ": none of its H5 datasets holds numbers: seiche inspect lists "
                     "what it has"));
  }
  if (copies.size() > 1 && !options.name.empty()) {
    return absl::InvalidArgumentError("a new name (--name) is for one field, not for several");
  }
  return copies;
}

absl::StatusOr<ConvertResult> WriteAndCheck(ConvertFormat format, const ConvertOptions& options,
                                            const std::string& path) {
  ConvertResult result;
  SEICHE_ASSIGN_OR_RETURN(std::vector<Copy> copies, OpenSources(options, result));
  if (format == ConvertFormat::kHdf5) {
    SEICHE_RETURN_IF_ERROR(WriteHdf5(copies, options, path));
    SEICHE_ASSIGN_OR_RETURN(const FileInfo info, options.files->Info(path));
    result.stored_bytes = info.size;
  } else {
    SEICHE_ASSIGN_OR_RETURN(result.stored_bytes, WriteJpeg(copies, options, path));
  }
  if (options.verify) SEICHE_RETURN_IF_ERROR(Check(copies, options));
  result.verified = options.verify;
  for (const Copy& copy : copies) {
    const Field& field = copy.source->fields()[0];
    result.fields.push_back({copy.target->field(), field.dtype, field.shape()});
    result.bytes += NumElements(field.shape()) * static_cast<int64_t>(SizeOf(field.dtype));
  }
  return result;
}

// A folder is replaced as a whole, so it has to be one of ours: folders of frames and nothing else.
absl::Status CheckReplaceable(const std::string& path, const FileSystem& files) {
  const auto info = files.Info(path);
  if (!info.ok() || info->kind != FileInfo::Kind::kDirectory) return absl::OkStatus();
  const auto foreign = [&](const std::string& name) {
    return absl::AlreadyExistsError(
        absl::StrCat(path, ": holds ", name,
                     ", which belongs to no JPEG store: choose another target, or remove it"));
  };
  SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> sequences, files.List(path));
  for (const std::string& sequence : sequences) {
    const std::string folder = JoinPath(path, sequence);
    SEICHE_ASSIGN_OR_RETURN(const FileInfo entry, files.Info(folder));
    if (entry.kind != FileInfo::Kind::kDirectory) return foreign(sequence);
    SEICHE_ASSIGN_OR_RETURN(const std::vector<std::string> frames, files.List(folder));
    for (const std::string& frame : frames) {
      if (!IsFrameName(frame)) return foreign(JoinPath(sequence, frame));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConvertResult> Convert(const ConvertOptions& options) {
  SEICHE_RETURN_IF_ERROR(CheckTarget(options.from, options.to, *options.files));
  if (options.overwrite) {
    SEICHE_RETURN_IF_ERROR(CheckReplaceable(options.to, *options.files));
  }
  SEICHE_ASSIGN_OR_RETURN(const ConvertFormat format, FormatOf(options));
  SEICHE_ASSIGN_OR_RETURN(AtomicOutput output,
                          AtomicOutput::Create(*options.files, options.to,
                                               options.overwrite ? OverwritePolicy::kReplace
                                                                 : OverwritePolicy::kRefuse));
  auto result = WriteAndCheck(format, options, output.temporary_path());
  if (!result.ok()) return Named(output, result.status());
  SEICHE_RETURN_IF_ERROR(output.Commit());
  return result;
}

}  // namespace seiche
