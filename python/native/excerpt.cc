#include "python/native/excerpt.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "base/status.h"
#include "python/native/store_object.h"
#include "storage/hdf5/hdf5_writer.h"

namespace seiche {
namespace {

absl::Status Write(const SequenceStore& store, int field, int64_t count, const std::string& path,
                   Hdf5WriterOptions options) {
  const Field& source = store.fields()[field];
  options.field = source.name;
  options.dtype = source.dtype;
  options.shape = source.shape();
  options.shape[0] = count;
  SEICHE_ASSIGN_OR_RETURN(const auto writer, Hdf5Writer::Create(path, options));
  Box box = WholeBox(options.shape);
  box.extent[0] = 1;
  AlignedBuffer buffer(NumElements(box.extent) * SizeOf(source.dtype));
  const ArrayView one = MakeView(static_cast<void*>(buffer.data()), source.dtype, box.extent);
  const Shape sequence(box.extent.begin() + 1, box.extent.end());
  for (int64_t i = 0; i < count; ++i) {
    box.offset[0] = i;
    SEICHE_RETURN_IF_ERROR(store.Read(field, box, one));
    SEICHE_RETURN_IF_ERROR(
        writer->Append(MakeView(static_cast<const void*>(buffer.data()), source.dtype, sequence)));
  }
  return writer->Finish();
}

}  // namespace

PyObject* WriteExcerpt(PyObject*, PyObject* args) {
  PyObject *object = nullptr, *name = nullptr, *chunks = nullptr, *codecs = nullptr;
  int field = 0;
  long long count = 0;
  if (PyArg_ParseTuple(args, "OiLSOO:write_excerpt", &object, &field, &count, &name, &chunks,
                       &codecs) == 0) {
    return nullptr;
  }
  return py::Guarded([&]() -> PyObject* {
    const StorePointer store = StoreOf(object);
    std::vector<int64_t> extents;
    Hdf5WriterOptions options;
    if (store == nullptr || !py::ToNumbers(chunks, extents) ||
        !py::ToStrings(codecs, options.codecs)) {
      return nullptr;
    }
    if (field < 0 || field >= static_cast<int>(store->fields().size()) || count < 1 ||
        count > store->size()) {
      PyErr_SetString(PyExc_IndexError, "the store has no such field, or fewer sequences");
      return nullptr;
    }
    char* data = nullptr;
    Py_ssize_t size = 0;
    if (PyBytes_AsStringAndSize(name, &data, &size) != 0) return nullptr;
    options.chunk_shape.assign(extents.begin(), extents.end());
    absl::Status status;
    {
      const py::WithoutGil unlocked;
      status = Write(*store, field, count, std::string(data, size), std::move(options));
    }
    return status.ok() ? py::None() : py::Raise(status);
  });
}

}  // namespace seiche
