#include "python/native/batch_object.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "python/native/dlpack.h"
#include "python/native/fork_guard.h"

namespace seiche {
namespace {

using Held = ForkGuarded<Batch>;

// Giving a buffer back may plan the next batches: nothing to keep other Python threads waiting for.
class BatchHandle {
 public:
  explicit BatchHandle(Batch batch) : held_(std::make_shared<Held>(Held(std::move(batch)))) {}
  BatchHandle(BatchHandle&&) noexcept = default;
  BatchHandle(const BatchHandle&) = default;
  ~BatchHandle() {
    if (held_ == nullptr || held_.use_count() > 1) return;
    const py::WithoutGil unlocked;
    held_.reset();
  }

  const Batch& batch() const { return held_->value(); }
  std::shared_ptr<Held> Share() const { return held_; }

 private:
  std::shared_ptr<Held> held_;
};

// One array of a batch, contiguous.
struct ArrayHandle {
  BatchHandle batch;
  std::byte* data = nullptr;
  DType dtype = DType::kFloat32;
  Shape shape;
};

dlpack::DataType DlpackType(DType dtype) {
  const auto bits = static_cast<uint8_t>(8 * SizeOf(dtype));
  switch (dtype) {
    case DType::kInt8:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
      return {dlpack::kInt, bits};
    case DType::kUInt8:
    case DType::kUInt16:
    case DType::kUInt32:
    case DType::kUInt64:
      return {dlpack::kUInt, bits};
    case DType::kFloat16:
    case DType::kFloat32:
    case DType::kFloat64:
      return {dlpack::kFloat, bits};
    case DType::kBFloat16:
      return {dlpack::kBFloat, bits};
  }
  return {};
}

// "<f4"; empty for bfloat16, which NumPy lacks.
std::string NumpyType(DType dtype) {
  const dlpack::DataType type = DlpackType(dtype);
  if (type.code == dlpack::kBFloat) return "";
  const char kind = type.code == dlpack::kInt ? 'i' : type.code == dlpack::kUInt ? 'u' : 'f';
  return absl::StrCat(type.bits == 8 ? "|" : "<", std::string(1, kind), type.bits / 8);
}

// What an array library holds: the batch and the shape that its tensor points to.
template <typename M>
struct Lent {
  std::shared_ptr<Held> held;
  Shape shape;
  M managed;
};

template <typename M>
void DeleteUnused(PyObject* capsule) {
  // A consumer renames the capsule and calls the deleter itself.
  if (PyCapsule_IsValid(capsule, M::kName) == 0) return;
  auto* managed = static_cast<M*>(PyCapsule_GetPointer(capsule, M::kName));
  managed->deleter(managed);
}

template <typename M>
PyObject* Lend(const ArrayHandle& array) {
  auto lent = std::make_unique<Lent<M>>();
  lent->held = array.batch.Share();
  lent->shape = array.shape;
  M& managed = lent->managed;
  managed.tensor.data = array.data;
  managed.tensor.rank = static_cast<int32_t>(array.shape.size());
  managed.tensor.dtype = DlpackType(array.dtype);
  managed.tensor.shape = lent->shape.data();
  managed.context = lent.get();
  managed.deleter = [](M* self) { delete static_cast<Lent<M>*>(self->context); };
  PyObject* capsule = PyCapsule_New(&managed, M::kName, &DeleteUnused<M>);
  if (capsule != nullptr) lent.release();  // NOLINT: the capsule's now
  return capsule;
}

// Whether a consumer's `max_version` allows the struct with a version.
bool TakesVersioned(PyObject* max_version, bool& versioned) {
  versioned = false;
  if (max_version == Py_None) return true;
  std::vector<int64_t> numbers;
  if (!py::ToNumbers(max_version, numbers)) return false;
  versioned = !numbers.empty() && numbers[0] >= 1;
  return true;
}

bool IsMainMemory(PyObject* device) {
  if (device == Py_None) return true;
  std::vector<int64_t> numbers;
  if (!py::ToNumbers(device, numbers)) return false;
  if (numbers.size() == 2 && numbers[0] == dlpack::kCpu && numbers[1] == 0) return true;
  PyErr_SetString(PyExc_BufferError, "seiche: batches lie in main memory, device (1, 0)");
  return false;
}

PyObject* ArrayDlpack(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  PyObject *stream = Py_None, *max_version = Py_None, *device = Py_None, *copy = Py_None;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", const_cast<char**>(names),
                                  &stream, &max_version, &device, &copy) == 0) {
    return nullptr;
  }
  if (copy == Py_True) {
    PyErr_SetString(PyExc_BufferError, "seiche: a batch is lent, not copied: copy what you get");
    return nullptr;
  }
  bool versioned = false;
  if (!TakesVersioned(max_version, versioned) || !IsMainMemory(device)) return nullptr;
  return py::Guarded([&] {
    const auto& array = py::Unbox<ArrayHandle>(self);
    return versioned ? Lend<dlpack::ManagedVersioned>(array) : Lend<dlpack::Managed>(array);
  });
}

PyObject* ArrayDlpackDevice(PyObject*, PyObject*) {
  return Py_BuildValue("(ii)", static_cast<int>(dlpack::kCpu), 0);
}

PyObject* ArrayInterface(PyObject* self, void*) {
  return py::Guarded([&]() -> PyObject* {
    const auto& array = py::Unbox<ArrayHandle>(self);
    const std::string type = NumpyType(array.dtype);
    if (type.empty()) {
      PyErr_SetString(PyExc_ValueError,
                      "NumPy has no bfloat16: take output='torch' or 'jax', or another dtype");
      return nullptr;
    }
    const py::Ref shape = py::Tuple(array.shape.data(), array.shape.size());
    if (!shape) return nullptr;
    return Py_BuildValue(
        "{s:i,s:s,s:O,s:(KO)}", "version", 3, "typestr", type.c_str(), "shape", shape.get(), "data",
        static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(array.data)), Py_False);
  });
}

PyObject* ArrayShape(PyObject* self, void*) {
  const auto& array = py::Unbox<ArrayHandle>(self);
  return py::Tuple(array.shape.data(), array.shape.size()).Release();
}

PyObject* ArrayDtype(PyObject* self, void*) {
  return py::Text(Name(py::Unbox<ArrayHandle>(self).dtype)).Release();
}

PyObject* BatchArray(PyObject* self, PyObject* index) {
  const auto& handle = py::Unbox<BatchHandle>(self);
  const long output = PyLong_AsLong(index);
  if (output == -1 && PyErr_Occurred() != nullptr) return nullptr;
  if (output < 0 || output >= static_cast<long>(handle.batch().outputs().size())) {
    PyErr_SetString(PyExc_IndexError, "the batch has no such array");
    return nullptr;
  }
  return py::Guarded([&] {
    const ConstArrayView view = handle.batch().view(static_cast<int>(output));
    // The batch is the caller's alone: it may be written to.
    return py::Box(ArrayHandle{handle, const_cast<std::byte*>(view.data), view.dtype, view.shape});
  });
}

PyObject* BatchSamples(PyObject* self, void*) {
  return py::Guarded([&] {
    const auto& handle = py::Unbox<BatchHandle>(self);
    const absl::Span<const int64_t> samples = handle.batch().samples();
    auto* data = reinterpret_cast<std::byte*>(const_cast<int64_t*>(samples.data()));
    return py::Box(ArrayHandle{handle, data, DType::kInt64, {handle.batch().size()}});
  });
}

PyObject* BatchSize(PyObject* self, void*) {
  return PyLong_FromLongLong(py::Unbox<BatchHandle>(self).batch().size());
}
PyObject* BatchPadding(PyObject* self, void*) {
  return PyLong_FromLongLong(py::Unbox<BatchHandle>(self).batch().padding());
}
PyObject* BatchNumber(PyObject* self, void*) {
  return PyLong_FromLongLong(py::Unbox<BatchHandle>(self).batch().number());
}

PyMethodDef array_methods[] = {
    {"__dlpack__", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(&ArrayDlpack)),
     METH_VARARGS | METH_KEYWORDS, "A DLPack capsule of the array, without a copy."},
    {"__dlpack_device__", &ArrayDlpackDevice, METH_NOARGS, "(1, 0): main memory."},
    {},
};
PyGetSetDef array_properties[] = {
    {"__array_interface__", &ArrayInterface, nullptr, "NumPy's way to the memory.", nullptr},
    {"shape", &ArrayShape, nullptr, "Elements along each axis, samples first.", nullptr},
    {"dtype", &ArrayDtype, nullptr, "Name of the element type.", nullptr},
    {},
};
PyMethodDef batch_methods[] = {
    {"array", &BatchArray, METH_O, "array(index): one of the loader's outputs as an Array."},
    {},
};
PyGetSetDef batch_properties[] = {
    {"samples", &BatchSamples, nullptr, "Sample index of each row, an int64 Array.", nullptr},
    {"size", &BatchSize, nullptr, "Samples in the batch.", nullptr},
    {"padding", &BatchPadding, nullptr, "Rows at the end that repeat others.", nullptr},
    {"number", &BatchNumber, nullptr, "Place in the epoch, in batches of this shard.", nullptr},
    {},
};

}  // namespace

bool AddBatchTypes(PyObject* module) {
  return py::MakeType<ArrayHandle>(module, "Array", "One array of a batch.", array_methods,
                                   array_properties) &&
         py::MakeType<BatchHandle>(module, "Batch", "The buffer of one batch.", batch_methods,
                                   batch_properties);
}

PyObject* BoxBatch(Batch batch) { return py::Box(BatchHandle(std::move(batch))); }

}  // namespace seiche
