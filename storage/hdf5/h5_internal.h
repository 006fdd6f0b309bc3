// What the sources of h5.h share: the lock, ids, the error stack, types, our driver and filters.
// Includes hdf5.h, so it is for them only. Everything here but Lock needs the lock.
#ifndef SEICHE_STORAGE_HDF5_H5_INTERNAL_H_
#define SEICHE_STORAGE_HDF5_H5_INTERNAL_H_

#include <hdf5.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/file_system.h"
#include "storage/hdf5/h5.h"

namespace seiche::h5 {

// Holds the mutex of the process and an empty error stack. libhdf5 is set up by the first one.
class Lock {
 public:
  Lock();
  ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  std::lock_guard<std::mutex> guard_;
};

// In callbacks: this thread is back in our own code for a while.
class OutsideLibrary {
 public:
  OutsideLibrary();
  ~OutsideLibrary();
};

// Owns an id of libhdf5's.
class Id {
 public:
  Id() = default;
  explicit Id(hid_t id) : id_(id) {}
  Id(Id&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Id& operator=(Id&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Id() {
    if (id_ >= 0) H5Idec_ref(id_);
  }

  bool ok() const { return id_ >= 0; }
  hid_t get() const { return id_; }
  hid_t release() { return std::exchange(id_, H5I_INVALID_HID); }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

// The status for the libhdf5 call that has just failed: "CONTEXT: what the error stack says".
// `code` unless the stack or the file system says better. Empties the stack.
absl::Status LibraryError(std::string_view context,
                          absl::StatusCode code = absl::StatusCode::kDataLoss);
// The status of a libhdf5 call that writes and returned `ok`, or not: whether what it wrote
// arrived, libhdf5 does not know.
absl::Status WriteResult(bool ok, std::string_view context,
                         absl::StatusCode code = absl::StatusCode::kInternal);
// Whether the error stack says that an object does not exist.
bool StackSaysNotFound();

// ---- h5_driver.cc: libhdf5's input and output through FileSystem

// How a file that is written fares. libhdf5 does not recover from a failed write (it leaks, and
// cannot close the file), so it never hears of one: from the first on writing has no effect.
struct WriteState {
  bool discard = false;
  absl::Status error;  // the first
};

// What the driver works on.
struct DriverTarget {
  const FileSystem* files = nullptr;
  const ReadableFile* readable = nullptr;
  WritableFile* writable = nullptr;  // null: read-only
  WriteState* state = nullptr;       // of a writable file
};

// The driver that Lock registers once.
hid_t RegisterDriver();
// File access properties that use it.
absl::StatusOr<Id> AccessList(const DriverTarget& target);
// Reading a global heap (strings of attributes, sources of virtual arrays) that libhdf5 1.14 would
// walk over for ever fails with kDataLoss; but not as long as one of these lives, for elements of
// an array may look like anything.
class ReadingElements {
 public:
  ReadingElements();
  ~ReadingElements();
};
// Takes the first error of a FileSystem since the last call; OK if there was none.
absl::Status TakeDriverError();

// ---- h5_filters.cc: our codecs as filters of libhdf5

void RegisterFilters();
// For the reads that follow: upper bound, in bytes, of a decoded chunk. 0: unknown.
void SetDecodedChunkSize(size_t bytes);

// ---- h5_types.cc

// kFailedPrecondition if the elements are not numbers; kUnimplemented if we have no such numbers.
absl::StatusOr<ElementType> ReadElementType(hid_t type);
// libhdf5's type for `dtype` in memory, which is also what we write to files.
Id MemoryType(DType dtype);
// For listings and messages: "float32 big-endian", "compound".
std::string TypeText(hid_t type);

// ---- h5_attributes.cc

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> ReadAttributes(
    hid_t object, const std::string& context);
absl::StatusOr<std::optional<double>> ReadNumberAttribute(hid_t object, const std::string& name,
                                                          const std::string& context);
absl::Status WriteAttribute(hid_t object, const std::string& name, const AttributeValue& value,
                            const std::string& context);

}  // namespace seiche::h5

#endif  // SEICHE_STORAGE_HDF5_H5_INTERNAL_H_
