// A file driver of libhdf5's that reads and writes through base/file_system.h.
//
// It takes no file locks (they fail on many network file systems, and a writer of ours has a file
// of its own), reports what the FileSystem said instead of an errno in a text, and lets libhdf5
// close a file on a full disk: it is not told that writing has failed.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "storage/hdf5/h5_internal.h"

namespace seiche::h5 {
namespace {

// libhdf5 reserves the numbers below 256 and wants the rest registered; it only looks drivers up
// by it when asked to.
constexpr H5FD_class_value_t kDriverNumber = 5417;

bool reading_elements = false;
hid_t driver_id = H5I_INVALID_HID;

absl::Status& DriverError() {
  static absl::Status& error = *new absl::Status();
  return error;
}

struct OpenFile {
  H5FD_t base;  // libhdf5's part comes first
  DriverTarget target;
  std::unique_ptr<ReadableFile> owned;  // of files that are linked to
  haddr_t allocated_end = 0;
  haddr_t file_end = 0;
};

OpenFile& Cast(H5FD_t* file) { return *reinterpret_cast<OpenFile*>(file); }
const OpenFile& Cast(const H5FD_t* file) { return *reinterpret_cast<const OpenFile*>(file); }

// An object of a global heap (HDF5 File Format Specification, III.E) without a size, not even that
// of its header, keeps libhdf5 1.14 where it is.
bool IsEndlessHeap(absl::Span<const std::byte> bytes) {
  constexpr size_t kHeader = 16;  // of the heap, and of each object
  if (bytes.size() < kHeader || std::memcmp(bytes.data(), "GCOL", 4) != 0) return false;
  for (size_t at = kHeader; bytes.size() - at >= kHeader;) {
    uint16_t index;
    uint64_t size;
    std::memcpy(&index, bytes.data() + at, sizeof(index));
    std::memcpy(&size, bytes.data() + at + 8, sizeof(size));
    // Object 0, the free space, counts its header; sizes wrap around as in libhdf5.
    const uint64_t step = index == 0 ? size : kHeader + (size + 7) / 8 * 8;
    if (step == 0) return true;
    if (step > bytes.size() - at) return false;
    at += step;
  }
  return false;
}

herr_t Report(absl::Status status) {
  if (status.ok()) return 0;
  if (DriverError().ok()) DriverError() = std::move(status);
  return -1;
}

absl::StatusOr<std::unique_ptr<OpenFile>> OpenTarget(const DriverTarget& target,
                                                     const std::string& name, bool for_writing) {
  auto file = std::make_unique<OpenFile>();
  file->target = target;
  if (name != target.readable->path()) {
    SEICHE_ASSIGN_OR_RETURN(file->owned, target.files->OpenForReading(name));
    file->target = {.files = target.files, .readable = file->owned.get()};
  }
  if (for_writing && file->target.writable == nullptr) {
    return absl::PermissionDeniedError(absl::StrCat(name, ": is open for reading only"));
  }
  SEICHE_ASSIGN_OR_RETURN(const FileInfo info, file->target.readable->Info());
  file->file_end = info.size;
  return file;
}

H5FD_t* Open(const char* name, unsigned flags, hid_t access_list, haddr_t) {
  const auto* target = static_cast<const DriverTarget*>(H5Pget_driver_info(access_list));
  if (target == nullptr) return nullptr;
  const OutsideLibrary outside;
  auto file = OpenTarget(*target, name, (flags & H5F_ACC_RDWR) != 0);
  if (!file.ok()) {
    (void)Report(file.status());
    return nullptr;
  }
  return &file->release()->base;
}

herr_t Close(H5FD_t* file) {
  const OutsideLibrary outside;
  delete &Cast(file);
  return 0;
}

// Two H5FD_t of one ReadableFile are the same file, others never are.
int Compare(const H5FD_t* a, const H5FD_t* b) {
  const std::less<const ReadableFile*> less;
  const ReadableFile* file_a = Cast(a).target.readable;
  const ReadableFile* file_b = Cast(b).target.readable;
  return less(file_a, file_b) ? -1 : less(file_b, file_a) ? 1 : 0;
}

// Small pieces of an array that is written would be read back first if they were gathered.
herr_t Query(const H5FD_t* file, unsigned long* flags) {  // NOLINT: libhdf5's signature
  if (flags == nullptr) return 0;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  if (file == nullptr || Cast(file).target.writable == nullptr) *flags |= H5FD_FEAT_DATA_SIEVE;
  return 0;
}

haddr_t GetAllocatedEnd(const H5FD_t* file, H5FD_mem_t) { return Cast(file).allocated_end; }
haddr_t GetFileEnd(const H5FD_t* file, H5FD_mem_t) { return Cast(file).file_end; }
herr_t SetAllocatedEnd(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  Cast(file).allocated_end = address;
  return 0;
}

herr_t Read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, void* buffer) {
  const OutsideLibrary outside;
  const OpenFile& open = Cast(file);
  absl::Span<std::byte> bytes(static_cast<std::byte*>(buffer), size);
  if (open.target.writable != nullptr) {
    // What is allocated but not written yet is zero.
    const size_t there = std::clamp<haddr_t>(open.file_end, address, address + size) - address;
    std::fill(bytes.begin() + there, bytes.end(), std::byte{0});
    bytes = bytes.first(there);
  }
  absl::Status status = open.target.readable->ReadAt(static_cast<int64_t>(address), bytes);
  if (status.ok() && !reading_elements && IsEndlessHeap(bytes)) {
    status = absl::DataLossError(absl::StrCat(
        open.target.readable->path(), ": the global heap at byte ", address, " is damaged"));
  }
  return Report(std::move(status));
}

herr_t KeepWriteError(OpenFile& open, absl::Status status) {
  if (status.ok()) return 0;
  *open.target.state = {.discard = true, .error = status};
  (void)Report(std::move(status));
  return 0;
}

herr_t Write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t size, const void* buffer) {
  const OutsideLibrary outside;
  OpenFile& open = Cast(file);
  if (open.target.state->discard) return 0;
  open.file_end = std::max(open.file_end, address + size);
  return KeepWriteError(open,
                        open.target.writable->WriteAt(
                            static_cast<int64_t>(address),
                            absl::MakeConstSpan(static_cast<const std::byte*>(buffer), size)));
}

herr_t Truncate(H5FD_t* file, hid_t, hbool_t) {
  const OutsideLibrary outside;
  OpenFile& open = Cast(file);
  if (open.target.state->discard || open.file_end == open.allocated_end) return 0;
  open.file_end = open.allocated_end;
  return KeepWriteError(open,
                        open.target.writable->Truncate(static_cast<int64_t>(open.allocated_end)));
}

// libhdf5 frees what these return.
void* CopyTarget(const void* target) {
  void* copy = std::malloc(sizeof(DriverTarget));
  return copy == nullptr ? nullptr
                         : new (copy) DriverTarget(*static_cast<const DriverTarget*>(target));
}
void* GetTarget(H5FD_t* file) { return CopyTarget(&Cast(file).target); }
herr_t FreeTarget(void* target) {
  std::free(target);
  return 0;
}

constexpr H5FD_class_t kDriver = {
    .version = H5FD_CLASS_VERSION,
    .value = kDriverNumber,
    .name = "seiche",
    .maxaddr = (haddr_t{1} << 63) - 1,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(DriverTarget),
    .fapl_get = GetTarget,
    .fapl_copy = CopyTarget,
    .fapl_free = FreeTarget,
    .open = Open,
    .close = Close,
    .cmp = Compare,
    .query = Query,
    .get_eoa = GetAllocatedEnd,
    .set_eoa = SetAllocatedEnd,
    .get_eof = GetFileEnd,
    .read = Read,
    .write = Write,
    .truncate = Truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

}  // namespace

hid_t RegisterDriver() {
  driver_id = H5FDregister(&kDriver);
  return driver_id;
}

absl::StatusOr<Id> AccessList(const DriverTarget& target) {
  Id list(H5Pcreate(H5P_FILE_ACCESS));
  if (!list.ok() || H5Pset_driver(list.get(), driver_id, &target) < 0) {
    return LibraryError("cannot set the file driver", absl::StatusCode::kInternal);
  }
  return list;
}

ReadingElements::ReadingElements() { reading_elements = true; }
ReadingElements::~ReadingElements() { reading_elements = false; }

absl::Status TakeDriverError() { return std::exchange(DriverError(), absl::OkStatus()); }

}  // namespace seiche::h5
