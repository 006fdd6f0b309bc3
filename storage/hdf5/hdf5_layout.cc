#include "storage/hdf5/hdf5_layout.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status.h"
#include "storage/hdf5/hdf5_virtual.h"

namespace seiche {
namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

// Whether netCDF's _Unsigned, "true" or "false", says so.
bool HasOtherSign(DType dtype, const Attributes& attributes) {
  if (dtype > DType::kUInt64) return false;  // not an integer
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [](const auto& item) { return item.first == "_Unsigned"; });
  if (found == attributes.end()) return false;
  return absl::EqualsIgnoreCase(found->second, "true") == (dtype <= DType::kInt64);
}

// netCDF's CF conventions, section 8.1 and 2.5.1.
absl::StatusOr<Packing> ReadPacking(const h5::Dataset& dataset, const Attributes& attributes) {
  Packing packing;
  SEICHE_ASSIGN_OR_RETURN(const auto scale, dataset.NumberAttribute("scale_factor"));
  SEICHE_ASSIGN_OR_RETURN(const auto offset, dataset.NumberAttribute("add_offset"));
  SEICHE_ASSIGN_OR_RETURN(packing.missing, dataset.NumberAttribute("_FillValue"));
  if (!packing.missing.has_value()) {
    SEICHE_ASSIGN_OR_RETURN(packing.missing, dataset.NumberAttribute("missing_value"));
  }
  packing.scale = scale.value_or(1);
  packing.offset = offset.value_or(0);
  packing.other_sign = HasOtherSign(dataset.info().type.dtype, attributes);
  return packing;
}

absl::StatusOr<Hdf5PartsOrReason> ReadOnePart(const h5::Dataset& dataset,
                                              const Hdf5Source& source) {
  SEICHE_ASSIGN_OR_RETURN(Hdf5PartOrReason read, ReadHdf5Part(dataset, source));
  Hdf5PartsOrReason parts{.slow_reason = std::move(read.slow_reason)};
  if (read.part.has_value()) parts.parts.push_back(*std::move(read.part));
  return parts;
}

// "shuffle+scaleoffset", as the file calls them.
std::string DescribeFilters(const std::vector<h5::Filter>& filters) {
  if (filters.empty()) return "none";
  return absl::StrJoin(filters, "+", [](std::string* out, const h5::Filter& filter) {
    absl::StrAppend(out, filter.name.empty() ? absl::StrCat("filter ", filter.id) : filter.name);
  });
}

// What several parts have in common is said once.
std::string JoinCodecs(std::vector<std::string> codecs) {
  std::sort(codecs.begin(), codecs.end());
  codecs.erase(std::unique(codecs.begin(), codecs.end()), codecs.end());
  return absl::StrJoin(codecs, ", ");
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

std::optional<std::vector<int64_t>> Hdf5Chunks::Stored() const {
  std::vector<int64_t> stored;
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (!parts_[i].chunked) return std::nullopt;
    for (const int64_t chunk : parts_[i].index.Stored()) stored.push_back(first_chunk_[i] + chunk);
  }
  return empty() ? std::nullopt : std::optional(std::move(stored));
}

std::optional<std::string> Hdf5Chunks::DescribeChunkAt(const ChunkLocation& location) const {
  for (const Hdf5Part& part : parts_) {
    if (part.file != location.file) continue;
    if (const auto chunk = part.ChunkAt(location.offset)) return part.Describe(*chunk);
  }
  return std::nullopt;
}

absl::StatusOr<Hdf5Layout> ReadHdf5Layout(const h5::Dataset& dataset, const Hdf5Source& source) {
  const h5::DatasetInfo& info = dataset.info();
  Hdf5Layout layout;
  Field& field = layout.field;
  field.name = info.name;
  field.dtype = info.type.dtype;
  SEICHE_ASSIGN_OR_RETURN(
      field.grid, GridOf(info, absl::StrCat(source.path(), ": H5 dataset '", info.name, "'")));
  field.axes = DefaultAxes(info.shape);
  field.codec = DescribeFilters(info.filters);
  SEICHE_ASSIGN_OR_RETURN(layout.attributes, dataset.Attributes());
  SEICHE_ASSIGN_OR_RETURN(field.packing, ReadPacking(dataset, layout.attributes));
  const bool is_virtual = info.layout == h5::Layout::kVirtual && info.file == source.path();
  SEICHE_ASSIGN_OR_RETURN(Hdf5PartsOrReason read, is_virtual ? ReadVirtualParts(dataset, source)
                                                             : ReadOnePart(dataset, source));
  field.slow_reason = std::move(read.slow_reason);
  field.missing_source = std::move(read.missing_source);
  if (!field.slow_reason.empty()) return layout;
  std::vector<ChunkGrid> grids;
  std::vector<std::string> codecs;
  field.decodes_parts = true;
  for (Hdf5Part& part : read.parts) {
    field.decodes_parts &= part.DecodesParts();
    grids.push_back(part.grid);
    codecs.push_back(part.chain.name());
    layout.chunks.Add(std::move(part));
  }
  field.grid = ChunkGrid::Concatenate(grids);
  field.codec = JoinCodecs(std::move(codecs));
  return layout;
}

}  // namespace seiche
