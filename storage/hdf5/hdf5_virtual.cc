#include "storage/hdf5/hdf5_virtual.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

// What `sources`, sorted by where they begin, lack of being whole sequences of an array of `shape`,
// one after the other without a gap; empty if nothing.
std::string WhyNotOneAfterTheOther(const std::vector<h5::VirtualSource>& sources,
                                   const Shape& shape) {
  int64_t next = 0;
  for (const h5::VirtualSource& source : sources) {
    if (!source.odd.empty()) return source.odd;
    // libhdf5 puts numbers there.
    if (absl::StrContains(source.file, '%') || absl::StrContains(source.dataset, '%')) {
      return absl::StrCat("the source '", source.dataset, "' of ", source.file, " is a pattern");
    }
    Box sequences = WholeBox(shape);
    sequences.offset[0] = next;
    sequences.extent[0] = source.target.extent[0];
    if (source.target.extent != sequences.extent || source.target.offset != sequences.offset ||
        source.target.extent[0] > shape[0] - next) {
      return absl::StrCat("its sources are not whole sequences one after the other: '",
                          source.dataset, "' of ", source.file, " is at ",
                          ToString(source.target.offset));
    }
    next += source.target.extent[0];
  }
  return next == shape[0] ? "" : absl::StrCat("sequences from ", next, " on have no source");
}

// Opens one source after the other; keeps the last file open, for many may be in one.
class SourceReader {
 public:
  SourceReader(const h5::DatasetInfo& info, const Hdf5Source& owner) : info_(info), owner_(owner) {}

  absl::StatusOr<Hdf5PartOrReason> Read(const h5::VirtualSource& source) {
    const std::string where = absl::StrCat("the source '", source.dataset, "' of ", source.file);
    const auto reason = [&](auto... why) {
      return Hdf5PartOrReason{std::nullopt, absl::StrCat(where, why...)};
    };
    absl::StatusOr<h5::Dataset> dataset = Open(source);
    missing_ = absl::IsNotFound(dataset.status());
    if (missing_) return reason(" does not exist");
    if (!dataset.ok()) return dataset.status();
    const h5::DatasetInfo& from = dataset->info();
    if (source.source.has_value() && source.source->extent != from.shape) {
      return reason(" is not taken whole");
    }
    const bool one_sequence = from.shape.size() + 1 == info_.shape.size();
    Shape shape = from.shape;
    if (one_sequence) shape.insert(shape.begin(), 1);
    if (shape != source.target.extent) {
      return reason(" has the shape ", ToString(from.shape), ", not ",
                    ToString(source.target.extent));
    }
    if (from.type.dtype != info_.type.dtype || from.type.odd != info_.type.odd) {
      return reason(" has other elements: ", Name(from.type.dtype));
    }
    const Hdf5Source file{file_.has_value() ? *file_ : owner_.file, number_, owner_.files,
                          owner_.verify};
    SEICHE_ASSIGN_OR_RETURN(Hdf5PartOrReason read, ReadHdf5Part(*dataset, file));
    if (!read.part.has_value()) return reason(": ", read.slow_reason);
    if (one_sequence) AddAxis(*read.part);
    return read;
  }

  // Whether the source that was read last does not exist.
  bool missing() const { return missing_; }

 private:
  absl::StatusOr<h5::Dataset> Open(const h5::VirtualSource& source) {
    const std::string& own = owner_.path();
    const std::string path = source.file == "." ? own : JoinPath(Dirname(own), source.file);
    SEICHE_ASSIGN_OR_RETURN(const int32_t number, owner_.files.Open(path));
    if (number == owner_.number) {
      file_.reset();
    } else if (number != number_ || !file_.has_value()) {
      file_.reset();
      SEICHE_ASSIGN_OR_RETURN(
          h5::File file, h5::File::Open(owner_.files.file_system(), owner_.files.readable(number)));
      file_ = std::move(file);
    }
    number_ = number;
    return (file_.has_value() ? *file_ : owner_.file).OpenDataset(source.dataset);
  }

  // Chunks keep their numbers.
  static void AddAxis(Hdf5Part& part) {
    Shape shape = part.grid.shape(), chunk_shape = part.grid.chunk_shape();
    shape.insert(shape.begin(), 1);
    chunk_shape.insert(chunk_shape.begin(), 1);
    part.grid = ChunkGrid(std::move(shape), std::move(chunk_shape));
  }

  const h5::DatasetInfo& info_;
  const Hdf5Source& owner_;
  std::optional<h5::File> file_;  // nothing: the virtual array's own
  int32_t number_ = -1;
  bool missing_ = false;
};

Hdf5PartsOrReason Slow(std::string_view why) {
  return {.slow_reason = absl::StrCat("virtual layout: ", why)};
}

}  // namespace

absl::StatusOr<Hdf5PartsOrReason> ReadVirtualParts(const h5::Dataset& dataset,
                                                   const Hdf5Source& source) {
  if (std::getenv("HDF5_VDS_PREFIX") != nullptr) {
    return Slow("HDF5_VDS_PREFIX is set, and only libhdf5 knows what it makes of that");
  }
  SEICHE_ASSIGN_OR_RETURN(std::vector<h5::VirtualSource> sources, dataset.VirtualSources());
  std::sort(sources.begin(), sources.end(),
            [](const h5::VirtualSource& a, const h5::VirtualSource& b) {
              return a.target.offset < b.target.offset;
            });
  if (const std::string why = WhyNotOneAfterTheOther(sources, dataset.info().shape); !why.empty()) {
    return Slow(why);
  }
  SourceReader reader(dataset.info(), source);
  Hdf5PartsOrReason read;
  for (const h5::VirtualSource& from : sources) {
    SEICHE_ASSIGN_OR_RETURN(Hdf5PartOrReason part, reader.Read(from));
    if (!part.part.has_value()) {
      Hdf5PartsOrReason slow = Slow(part.slow_reason);
      if (reader.missing()) slow.missing_source = std::move(part.slow_reason);
      return slow;
    }
    read.parts.push_back(*std::move(part.part));
  }
  return read;
}

}  // namespace seiche
