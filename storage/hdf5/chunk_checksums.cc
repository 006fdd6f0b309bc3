#include "storage/hdf5/chunk_checksums.h"

#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"

namespace seiche {
namespace {

constexpr char kEncodedBytes[] = "encoded_bytes";  // on disk; do not change

std::string NameFor(const std::string& field) { return absl::StrCat(field, h5::kChecksumsSuffix); }

template <typename T>
absl::Span<T> BytesOf(auto&& numbers) {
  return {reinterpret_cast<T*>(numbers.data()), numbers.size() * sizeof(numbers[0])};
}

}  // namespace

absl::Status WriteChunkChecksums(h5::File& file, const std::string& field, const ChunkGrid& grid,
                                 absl::Span<const uint32_t> checksums, int64_t encoded_bytes) {
  h5::DatasetInfo info;
  info.name = NameFor(field);
  info.shape = grid.chunks_per_axis();
  info.type.dtype = DType::kUInt32;
  SEICHE_ASSIGN_OR_RETURN(h5::Dataset dataset, file.CreateDataset(info));
  SEICHE_RETURN_IF_ERROR(dataset.Write(WholeBox(info.shape), BytesOf<const std::byte>(checksums)));
  SEICHE_RETURN_IF_ERROR(dataset.SetAttribute(kEncodedBytes, encoded_bytes));
  return dataset.Close();
}

absl::StatusOr<std::vector<uint32_t>> ReadChunkChecksums(const h5::File& file,
                                                         const std::string& field,
                                                         const ChunkGrid& grid,
                                                         int64_t encoded_bytes) {
  std::vector<uint32_t> checksums;
  if (!file.Has(NameFor(field))) return checksums;
  SEICHE_ASSIGN_OR_RETURN(const h5::Dataset dataset, file.OpenDataset(NameFor(field)));
  const h5::DatasetInfo& info = dataset.info();
  SEICHE_ASSIGN_OR_RETURN(const auto counted, dataset.NumberAttribute(kEncodedBytes));
  if (info.type.dtype != DType::kUInt32 || info.shape != grid.chunks_per_axis() ||
      counted != static_cast<double>(encoded_bytes)) {
    return checksums;
  }
  checksums.resize(grid.num_chunks());
  SEICHE_RETURN_IF_ERROR(dataset.Read(WholeBox(info.shape), BytesOf<std::byte>(checksums)));
  return checksums;
}

}  // namespace seiche
