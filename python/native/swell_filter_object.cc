#include "python/native/swell_filter_object.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/status.h"
#include "codecs/codec.h"
#include "codecs/swell/swell_codec.h"
#include "codecs/swell/swell_filter.h"

namespace seiche {
namespace {

using Values = std::vector<uint32_t>;
using SetLocal = int (*)(int64_t properties, int64_t type, int64_t space);

// HDF5's H5Z_class2_t; layout and numbers are fixed: do not change.
struct FilterClass {
  int version = 1;
  int id = static_cast<int>(kSwellFilterId);
  unsigned encoder_present = 1;
  unsigned decoder_present = 1;
  const char* name = "seiche swell";
  SetLocal can_apply = nullptr;
  SetLocal set_local = nullptr;
  size_t (*filter)(unsigned flags, size_t num_values, const unsigned values[], size_t size,
                   size_t* capacity, void** buffer) = nullptr;
};
constexpr unsigned kReverse = 0x0100;  // H5Z_FLAG_REVERSE: decode

// libhdf5's memory, for buffers that it frees.
struct Memory {
  void* (*allocate)(size_t size, bool clear) = nullptr;
  int (*free)(void* memory) = nullptr;
};
Memory memory;

using Buffer = std::unique_ptr<std::byte, void (*)(std::byte*)>;

Buffer Allocate(size_t size) {
  return {static_cast<std::byte*>(memory.allocate(size, false)),
          [](std::byte* bytes) { memory.free(bytes); }};
}

CodecScratch& Scratch() {
  thread_local CodecScratch scratch;
  return scratch;
}

// What a stream holds, in memory of libhdf5's.
absl::StatusOr<std::pair<Buffer, size_t>> Decode(absl::Span<const std::byte> encoded) {
  SEICHE_ASSIGN_OR_RETURN(const auto codec, MakeSwellCodec());
  SEICHE_ASSIGN_OR_RETURN(const ArrayInfo info, codec->Inspect(encoded));
  ArrayView out = MakeView(static_cast<void*>(nullptr), info.dtype, info.shape);
  const auto size = static_cast<size_t>(out.size_bytes());
  Buffer decoded = Allocate(size);
  if (decoded == nullptr) return absl::ResourceExhaustedError("no memory for a chunk");
  out.data = decoded.get();
  SEICHE_RETURN_IF_ERROR(codec->Decode(encoded, {}, out, Scratch()));
  return std::pair{std::move(decoded), size};
}

absl::StatusOr<std::pair<Buffer, size_t>> Encode(absl::Span<const std::byte> decoded,
                                                 const Values& values) {
  SEICHE_ASSIGN_OR_RETURN(const auto codec, MakeSwellFilter(values));
  const size_t room = codec->MaxEncodedSize(decoded.size());
  Buffer encoded = Allocate(room);
  if (encoded == nullptr) return absl::ResourceExhaustedError("no memory for a chunk");
  SEICHE_ASSIGN_OR_RETURN(const size_t size,
                          codec->Encode(decoded, {encoded.get(), room}, Scratch()));
  return std::pair{std::move(encoded), size};
}

// libhdf5's contract: replace *buffer and *capacity, return the bytes in it, 0 for failure.
size_t Filter(unsigned flags, size_t num_values, const unsigned values[], size_t size,
              size_t* capacity, void** buffer) {
  try {
    const absl::Span<const std::byte> bytes(static_cast<const std::byte*>(*buffer), size);
    auto result = (flags & kReverse) != 0 ? Decode(bytes)
                                          : Encode(bytes, Values(values, values + num_values));
    if (!result.ok()) return 0;
    memory.free(*buffer);
    *buffer = result->first.release();
    *capacity = result->second;
    return result->second;
  } catch (const std::exception&) {  // into C nothing may be thrown
    return 0;
  }
}

PyObject* ToTuple(const absl::StatusOr<Values>& values) {
  if (!values.ok()) return py::Raise(values.status());
  const std::vector<int64_t> numbers(values->begin(), values->end());
  return py::Tuple(numbers.data(), numbers.size()).Release();
}

}  // namespace

PyObject* MakeSwellFilterClass(PyObject*, PyObject* args) {
  static FilterClass filter;
  unsigned long long allocate = 0, release = 0, set_local = 0;
  if (PyArg_ParseTuple(args, "KKK:swell_filter", &allocate, &release, &set_local) == 0) {
    return nullptr;
  }
  memory.allocate = reinterpret_cast<decltype(memory.allocate)>(allocate);
  memory.free = reinterpret_cast<decltype(memory.free)>(release);
  filter.set_local = reinterpret_cast<SetLocal>(set_local);
  filter.filter = &Filter;
  return PyLong_FromVoidPtr(&filter);
}

PyObject* SwellValues(PyObject*, PyObject* spec) {
  return py::Guarded([&]() -> PyObject* {
    std::string text;
    return py::ToUtf8(spec, text) ? ToTuple(ParseSwellSpec(text)) : nullptr;
  });
}

PyObject* CompleteSwellValues(PyObject*, PyObject* args) {
  PyObject *list = nullptr, *shape = nullptr;
  const char* name = nullptr;
  unsigned element_size = 0;
  if (PyArg_ParseTuple(args, "OzIO:swell_complete", &list, &name, &element_size, &shape) == 0) {
    return nullptr;
  }
  return py::Guarded([&]() -> PyObject* {
    std::vector<int64_t> values, extents;
    if (!py::ToNumbers(list, values) || !py::ToNumbers(shape, extents)) return nullptr;
    std::optional<DType> dtype;
    if (name != nullptr) {
      const absl::StatusOr<DType> parsed = ParseDType(name);
      if (!parsed.ok()) return py::Raise(parsed.status());
      dtype = *parsed;
    }
    return ToTuple(
        CompleteSwell(Values(values.begin(), values.end()), dtype, element_size, extents));
  });
}

}  // namespace seiche
