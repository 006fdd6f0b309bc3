// The structs of DLPack, by which array libraries hand memory to each other without a copy.
//
// Layout and numbers are fixed by the specification (dmlc.github.io/dlpack, version 1.0): do not
// change. Only what arrays in main memory need is here.
#ifndef SEICHE_PYTHON_NATIVE_DLPACK_H_
#define SEICHE_PYTHON_NATIVE_DLPACK_H_

#include <cstdint>

namespace seiche::dlpack {

inline constexpr int32_t kCpu = 1;  // device type

enum TypeCode : uint8_t { kInt = 0, kUInt = 1, kFloat = 2, kBFloat = 4 };

struct Version {
  uint32_t major = 1;
  uint32_t minor = 0;
};

struct Device {
  int32_t type = kCpu;
  int32_t id = 0;
};

struct DataType {
  uint8_t code = kFloat;
  uint8_t bits = 32;
  uint16_t lanes = 1;
};

struct Tensor {
  void* data = nullptr;
  Device device;
  int32_t rank = 0;
  DataType dtype;
  int64_t* shape = nullptr;    // elements
  int64_t* strides = nullptr;  // elements; null: row-major without gaps
  uint64_t byte_offset = 0;
};

// What a capsule named "dltensor" holds.
struct Managed {
  static constexpr char kName[] = "dltensor";
  Tensor tensor;
  void* context = nullptr;
  void (*deleter)(Managed*) = nullptr;  // called once, on any thread, with or without the GIL
};

// What a capsule named "dltensor_versioned" holds; for consumers that know version 1.
struct ManagedVersioned {
  static constexpr char kName[] = "dltensor_versioned";
  Version version;
  void* context = nullptr;
  void (*deleter)(ManagedVersioned*) = nullptr;
  uint64_t flags = 0;  // bit 0: read-only
  Tensor tensor;
};

}  // namespace seiche::dlpack

#endif  // SEICHE_PYTHON_NATIVE_DLPACK_H_
