#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {

// Owns what the driver writes to.
struct File::Target {
  std::unique_ptr<WritableFile> writable;
  std::unique_ptr<ReadableFile> readable;  // libhdf5 reads its metadata back
  WriteState state;
};

namespace {

// Chunks that libhdf5 decodes for us are kept up to this size: neighbouring boxes share them.
constexpr size_t kChunkCacheBytes = 64 << 20;
constexpr size_t kChunkCacheSlots = 12421;
constexpr double kChunkCachePreemption = 0.75;  // libhdf5's default

Shape ExtentOf(hid_t space) {
  hsize_t extent[H5S_MAX_RANK] = {};
  const int rank = H5Sget_simple_extent_dims(space, extent, nullptr);
  return Shape(extent, extent + std::max(rank, 0));
}

struct Listing {
  std::vector<DatasetSummary> datasets;
};

herr_t Visit(hid_t root, const char* name, const H5O_info2_t* info, void* data) {
  if (info->type != H5O_TYPE_DATASET) return 0;
  DatasetSummary summary{.name = name, .shape = {}, .type = "unreadable"};
  if (const Id dataset(H5Dopen2(root, name, H5P_DEFAULT)); dataset.ok()) {
    const Id type(H5Dget_type(dataset.get())), space(H5Dget_space(dataset.get()));
    if (type.ok() && space.ok()) {
      summary.type = TypeText(type.get());
      summary.numeric = ReadElementType(type.get()).ok();
      summary.shape = ExtentOf(space.get());
    }
  }
  static_cast<Listing*>(data)->datasets.push_back(std::move(summary));
  return 0;
}

// `datasets` are sorted by name.
void LeaveOutChecksums(std::vector<DatasetSummary>& datasets) {
  std::vector<std::string> names;
  for (const DatasetSummary& dataset : datasets) names.push_back(dataset.name);
  std::erase_if(datasets, [&names](const DatasetSummary& dataset) {
    std::string_view name = dataset.name;
    return absl::ConsumeSuffix(&name, kChecksumsSuffix) &&
           std::binary_search(names.begin(), names.end(), name);
  });
}

absl::StatusOr<std::vector<DatasetSummary>> List(hid_t file, const std::string& path) {
  Listing listing;
  // In no order: libhdf5 1.14 crashes if reading fails while it sorts the links of a group.
  if (H5Ovisit3(file, H5_INDEX_NAME, H5_ITER_NATIVE, Visit, &listing, H5O_INFO_BASIC) < 0) {
    return LibraryError(absl::StrCat(path, ": cannot list the H5 datasets"));
  }
  std::sort(listing.datasets.begin(), listing.datasets.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  LeaveOutChecksums(listing.datasets);
  return std::move(listing.datasets);
}

// "has 'a' float32 (4, 100), ...": for messages, whatever happens on the way.
std::string Listed(hid_t file, const std::string& path) {
  const auto datasets = List(file, path);
  return datasets.ok() ? absl::StrCat("the file has ", Describe(*datasets))
                       : std::string(datasets.status().message());
}

Id DatasetAccess() {
  Id list(H5Pcreate(H5P_DATASET_ACCESS));
  H5Pset_chunk_cache(list.get(), kChunkCacheSlots, kChunkCacheBytes, kChunkCachePreemption);
  return list;
}

absl::Status ReadPipeline(hid_t creation, const std::string& context, DatasetInfo& info) {
  const int count = H5Pget_nfilters(creation);
  if (count < 0) return LibraryError(context);
  for (int i = 0; i < count; ++i) {
    constexpr size_t kUsualValues = 32;
    Filter filter;
    filter.values.resize(kUsualValues);
    size_t num_values = filter.values.size();
    unsigned flags = 0, config = 0;
    char name[256] = {};
    // Asked again if there are more values than there was room for.
    for (int attempt = 0; attempt < 2; ++attempt) {
      const H5Z_filter_t id = H5Pget_filter2(creation, i, &flags, &num_values, filter.values.data(),
                                             sizeof(name), name, &config);
      if (id < 0) return LibraryError(context);
      filter.id = id;
      const bool complete = num_values <= filter.values.size();
      filter.values.resize(num_values);
      if (complete) break;
    }
    filter.name = name;
    filter.optional = (flags & H5Z_FLAG_OPTIONAL) != 0;
    info.filters.push_back(std::move(filter));
  }
  return absl::OkStatus();
}

absl::Status ReadFillValue(hid_t creation, const std::string& context, DatasetInfo& info) {
  info.fill_value.assign(SizeOf(info.type.dtype), std::byte{0});
  H5D_fill_value_t defined = H5D_FILL_VALUE_DEFAULT;
  if (H5Pfill_value_defined(creation, &defined) < 0) return LibraryError(context);
  if (defined != H5D_FILL_VALUE_USER_DEFINED) return absl::OkStatus();
  const Id type = MemoryType(info.type.dtype);
  if (H5Pget_fill_value(creation, type.get(), info.fill_value.data()) < 0) {
    return LibraryError(absl::StrCat(context, ": fill value"));
  }
  return absl::OkStatus();
}

absl::Status ReadLayout(hid_t dataset, hid_t creation, const std::string& context,
                        DatasetInfo& info) {
  switch (H5Pget_layout(creation)) {
    case H5D_COMPACT:
      info.layout = Layout::kCompact;
      return absl::OkStatus();
    case H5D_VIRTUAL:
      info.layout = Layout::kVirtual;
      return absl::OkStatus();
    case H5D_CONTIGUOUS:
      info.layout = H5Pget_external_count(creation) > 0 ? Layout::kExternal : Layout::kContiguous;
      // Nothing is allocated before the first write; H5Dget_offset alone does not tell.
      if (info.layout == Layout::kContiguous && H5Dget_storage_size(dataset) > 0) {
        info.data_offset = static_cast<int64_t>(H5Dget_offset(dataset));
      }
      return absl::OkStatus();
    case H5D_CHUNKED: {
      info.layout = Layout::kChunked;
      hsize_t extent[H5S_MAX_RANK] = {};
      unsigned options = 0;
      const int rank = H5Pget_chunk(creation, H5S_MAX_RANK, extent);
      if (rank < 0 || H5Pget_chunk_opts(creation, &options) < 0) return LibraryError(context);
      info.chunk_shape.assign(extent, extent + rank);
      info.raw_edge_chunks = (options & H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS) != 0;
      return ReadPipeline(creation, context, info);
    }
    default:
      return LibraryError(absl::StrCat(context, ": layout"));
  }
}

std::string FileOf(hid_t object) {
  const ssize_t size = H5Fget_name(object, nullptr, 0);
  std::string name(std::max<ssize_t>(size, 0), '\0');
  if (size > 0) H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

absl::StatusOr<DatasetInfo> ReadInfo(hid_t dataset, std::string name, const std::string& context) {
  DatasetInfo info;
  info.name = std::move(name);
  info.file = FileOf(dataset);
  const Id type(H5Dget_type(dataset)), space(H5Dget_space(dataset));
  const Id creation(H5Dget_create_plist(dataset));
  if (!type.ok() || !space.ok() || !creation.ok()) return LibraryError(context);

  absl::StatusOr<ElementType> element = ReadElementType(type.get());
  if (!element.ok()) {
    return absl::Status(element.status().code(),
                        absl::StrCat(context, ": elements are ", element.status().message(),
                                     ", only integers and floats up to 64 bits can be read"));
  }
  info.type = *std::move(element);
  info.shape = ExtentOf(space.get());
  SEICHE_RETURN_IF_ERROR(ReadLayout(dataset, creation.get(), context, info));
  SEICHE_RETURN_IF_ERROR(ReadFillValue(creation.get(), context, info));
  return info;
}

absl::StatusOr<Id> CreationList(const DatasetInfo& info, const std::string& context) {
  Id list(H5Pcreate(H5P_DATASET_CREATE));
  bool ok = list.ok() && H5Pset_obj_track_times(list.get(), false) >= 0 &&
            H5Pset_attr_creation_order(list.get(), H5P_CRT_ORDER_TRACKED) >= 0;
  if (info.chunk_shape.empty()) {
    ok = ok && H5Pset_fill_time(list.get(), H5D_FILL_TIME_NEVER) >= 0;
  } else {
    const std::vector<hsize_t> extent(info.chunk_shape.begin(), info.chunk_shape.end());
    ok = ok && H5Pset_chunk(list.get(), static_cast<int>(extent.size()), extent.data()) >= 0;
    for (const Filter& filter : info.filters) {
      ok = ok && H5Pset_filter(list.get(), static_cast<H5Z_filter_t>(filter.id),
                               filter.optional ? H5Z_FLAG_OPTIONAL : H5Z_FLAG_MANDATORY,
                               filter.values.size(), filter.values.data()) >= 0;
    }
  }
  if (!ok) return LibraryError(context, absl::StatusCode::kInvalidArgument);
  return list;
}

}  // namespace

File::File(int64_t id, std::string path, Target* target)
    : id_(id), path_(std::move(path)), target_(target) {}

File::File(File&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      path_(std::move(other.path_)),
      target_(std::exchange(other.target_, nullptr)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(path_, other.path_);
  std::swap(target_, other.target_);
  return *this;
}

File::~File() {
  if (target_ != nullptr) target_->state.discard = true;
  if (id_ >= 0) {
    const Lock lock;
    H5Fclose(id_);
  }
  delete target_;
}

absl::StatusOr<File> File::Open(const FileSystem& files, const ReadableFile& file) {
  const std::string& path = file.path();
  SEICHE_ASSIGN_OR_RETURN(const bool has_signature, HasSignature(file));
  if (!has_signature) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": is not an HDF5 file (no signature at byte 0, 512, 1024, ...): name "
                     "one, or a folder of JPEG frames"));
  }
  const Lock lock;
  SEICHE_ASSIGN_OR_RETURN(const Id access, AccessList({.files = &files, .readable = &file}));
  const hid_t id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get());
  if (id < 0) return LibraryError(absl::StrCat(path, ": cannot open"));
  return File(id, path, nullptr);
}

absl::StatusOr<File> File::Create(FileSystem& files, const std::string& path) {
  auto target = std::make_unique<Target>();
  SEICHE_ASSIGN_OR_RETURN(target->writable, files.CreateForWriting(path));
  SEICHE_ASSIGN_OR_RETURN(target->readable, files.OpenForReading(path));
  const Lock lock;
  SEICHE_ASSIGN_OR_RETURN(const Id access, AccessList({.files = &files,
                                                       .readable = target->readable.get(),
                                                       .writable = target->writable.get(),
                                                       .state = &target->state}));
  const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get());
  absl::Status status = WriteResult(id >= 0, absl::StrCat(path, ": cannot create"));
  if (status.ok()) return File(id, path, target.release());
  if (id >= 0) H5Fclose(id);
  return status;
}

absl::StatusOr<std::vector<DatasetSummary>> File::ListDatasets() const {
  const Lock lock;
  return List(id_, path_);
}

absl::StatusOr<Dataset> File::OpenDataset(const std::string& name) const {
  const std::string bare(absl::StripPrefix(absl::StripSuffix(name, "/"), "/"));
  const std::string context = absl::StrCat(path_, ": H5 dataset '", bare, "'");
  const Lock lock;
  {
    const Id object(H5Oopen(id_, bare.empty() ? "/" : bare.c_str(), H5P_DEFAULT));
    if (!object.ok()) {
      // A link that cannot be read looks like none, but the file system knows better.
      const auto code =
          StackSaysNotFound() ? absl::StatusCode::kNotFound : absl::StatusCode::kDataLoss;
      if (absl::Status status = LibraryError(context, code); !absl::IsNotFound(status)) {
        return status;
      }
      return absl::NotFoundError(absl::StrCat(context, " does not exist: ", Listed(id_, path_)));
    }
    if (H5Iget_type(object.get()) != H5I_DATASET) {
      return absl::FailedPreconditionError(
          absl::StrCat(context, " is a group or a type: ", Listed(id_, path_)));
    }
  }
  const Id access = DatasetAccess();
  Id dataset(H5Dopen2(id_, bare.c_str(), access.get()));
  if (!dataset.ok()) return LibraryError(context);
  SEICHE_ASSIGN_OR_RETURN(DatasetInfo info, ReadInfo(dataset.get(), bare, context));
  if (info.shape.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(context, " is a scalar or empty: sequences need at least one axis"));
  }
  return Dataset(dataset.release(), path_, std::move(info));
}

bool File::Has(const std::string& name) const {
  const Lock lock;
  return H5Lexists(id_, name.c_str(), H5P_DEFAULT) > 0;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> File::Attributes() const {
  const Lock lock;
  return ReadAttributes(id_, path_);
}

absl::StatusOr<Dataset> File::CreateDataset(const DatasetInfo& info) {
  const std::string context = absl::StrCat(path_, ": H5 dataset '", info.name, "'");
  const Lock lock;
  SEICHE_ASSIGN_OR_RETURN(const Id creation, CreationList(info, context));
  const Id links(H5Pcreate(H5P_LINK_CREATE));
  H5Pset_create_intermediate_group(links.get(), 1);
  const std::vector<hsize_t> extent(info.shape.begin(), info.shape.end());
  const Id space(H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr));
  const Id type = MemoryType(info.type.dtype);
  const hid_t id = H5Dcreate2(id_, info.name.c_str(), type.get(), space.get(), links.get(),
                              creation.get(), H5P_DEFAULT);
  absl::Status status = WriteResult(id >= 0, context, absl::StatusCode::kInvalidArgument);
  if (status.ok()) return Dataset(id, path_, info);
  if (id >= 0) H5Dclose(id);
  return status;
}

absl::Status File::SetAttribute(const std::string& name, const AttributeValue& value) {
  const Lock lock;
  return WriteAttribute(id_, name, value, path_);
}

absl::Status File::Close() {
  const std::string context = absl::StrCat(path_, ": cannot close");
  const Lock lock;
  SEICHE_RETURN_IF_ERROR(WriteResult(H5Fclose(std::exchange(id_, -1)) >= 0, context));
  if (target_ == nullptr) return absl::OkStatus();
  // One that nobody took because it came while something was closed.
  if (!target_->state.error.ok()) return target_->state.error;
  return target_->writable->Close();
}

}  // namespace seiche::h5
