#include "storage/hdf5/hdf5_layout.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace seiche {
namespace {

std::string SlowReason(const h5::DatasetInfo& info, const std::string& path, CodecChain& chain) {
  if (info.file != path) return absl::StrCat("is in another file, ", info.file, ": open that one");
  switch (info.layout) {
    case h5::Layout::kCompact:
      return "compact layout";
    case h5::Layout::kExternal:
      return "data in external files";
    case h5::Layout::kVirtual:
      return "virtual layout";
    case h5::Layout::kContiguous:
    case h5::Layout::kChunked:
      return MakeChain(info, chain);
  }
  return "unknown layout";
}

}  // namespace

void Hdf5Chunks::Add(Hdf5Part part) {
  first_chunk_.push_back(num_chunks_);
  num_chunks_ += part.grid.num_chunks();
  parts_.push_back(std::move(part));
}

std::pair<const Hdf5Part*, int64_t> Hdf5Chunks::Find(int64_t chunk) const {
  if (parts_.size() == 1) return {&parts_[0], chunk};
  const size_t part =
      std::upper_bound(first_chunk_.begin(), first_chunk_.end(), chunk) - first_chunk_.begin() - 1;
  return {&parts_[part], chunk - first_chunk_[part]};
}

ChunkLocation Hdf5Chunks::Locate(int64_t chunk) const {
  if (empty()) return {.kind = ChunkLocation::Kind::kOther};
  const auto [part, number] = Find(chunk);
  return part->Locate(number);
}

std::optional<std::string> Hdf5Chunks::DescribeChunkAt(const ChunkLocation& location) const {
  for (const Hdf5Part& part : parts_) {
    if (part.file != location.file) continue;
    if (const auto chunk = part.ChunkAt(location.offset)) return part.Describe(*chunk);
  }
  return std::nullopt;
}

absl::StatusOr<Hdf5Layout> ReadHdf5Layout(const h5::Dataset& dataset, int32_t file,
                                          SourceFiles& files) {
  const h5::DatasetInfo& info = dataset.info();
  const std::string& path = files.path(file);
  Hdf5Layout layout;
  Field& field = layout.field;
  field.name = info.name;
  field.dtype = info.type.dtype;
  SEICHE_ASSIGN_OR_RETURN(field.grid,
                          GridOf(info, absl::StrCat(path, ": H5 dataset '", info.name, "'")));
  field.axes = DefaultAxes(info.shape);
  CodecChain chain;
  field.slow_reason = SlowReason(info, path, chain);
  field.codec = chain.name();
  if (!field.slow_reason.empty()) return layout;
  SEICHE_ASSIGN_OR_RETURN(Hdf5Part part,
                          ReadHdf5Part(dataset, path, files.size(file), std::move(chain)));
  part.file = file;
  layout.chunks.Add(std::move(part));
  return layout;
}

}  // namespace seiche
