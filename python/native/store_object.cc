#include "python/native/store_object.h"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/array_view.h"
#include "base/json.h"
#include "base/shape.h"
#include "base/status.h"
#include "storage/chunk_reader.h"
#include "storage/open.h"

namespace seiche {
namespace {

// Between two looks at signals.
constexpr std::chrono::milliseconds kPatience(50);

absl::StatusOr<OpenOptions> ParseOpenOptions(const std::string& text) {
  SEICHE_ASSIGN_OR_RETURN(const Json json, ParseJson(text, "options"));
  OpenOptions options;
  SEICHE_ASSIGN_OR_RETURN(options.verify, JsonField<bool>(json, "verify"));
  SEICHE_ASSIGN_OR_RETURN(const bool memory_map, JsonField<bool>(json, "memory_map"));
  if (!memory_map) options.files = &UnmappedFileSystem();
  SEICHE_ASSIGN_OR_RETURN(const Json fields, JsonField<Json>(json, "fields"));
  for (const Json& field : fields) {
    if (!field.is_array() || field.size() != 2 || !field[0].is_string() || !field[1].is_string()) {
      return absl::InvalidArgumentError("options: a field is its name and its axes");
    }
    options.fields.push_back({field[0].get<std::string>(), field[1].get<std::string>()});
  }
  return options;
}

absl::StatusOr<StorePointer> Open(const std::vector<std::string>& paths, const std::string& text) {
  SEICHE_ASSIGN_OR_RETURN(const OpenOptions options, ParseOpenOptions(text));
  auto store = paths.size() == 1 ? OpenStore(paths[0], options) : OpenStore(paths, options);
  if (!store.ok()) return store.status();
  return StorePointer(*std::move(store));
}

Json ToJson(absl::Span<const int64_t> numbers) {
  Json list = Json::array();
  for (const int64_t number : numbers) list.push_back(number);
  return list;
}

Json Describe(const Field& field) {
  Json json = {{"name", field.name},
               {"dtype", Name(field.dtype)},
               {"shape", ToJson(field.shape())},
               {"codec", field.codec},
               {"slow_reason", field.slow_reason},
               {"axes", field.axes},
               {"packed", !field.packing.identity()}};
  // Of the first chunk, where several files are chunked differently.
  json["chunks"] = field.grid.num_chunks() > 0 ? ToJson(field.grid.ShapeOf(0)) : Json();
  return json;
}

PyObject* StoreDescribe(PyObject* self, PyObject*) {
  return py::Guarded([&] {
    const SequenceStore& store = *py::Unbox<StorePointer>(self);
    Json fields = Json::array();
    for (const Field& field : store.fields()) fields.push_back(Describe(field));
    const Json json = {
        {"path", store.path()}, {"fields", std::move(fields)}, {"parts", ToJson(store.parts())}};
    return py::Text(DumpJson(json)).Release();
  });
}

PyObject* StoreAttributes(PyObject* self, PyObject* field) {
  const long index = PyLong_AsLong(field);
  if (index == -1 && PyErr_Occurred() != nullptr) return nullptr;
  return py::Guarded([&]() -> PyObject* {
    const SequenceStore& store = *py::Unbox<StorePointer>(self);
    if (index >= static_cast<long>(store.fields().size())) {
      PyErr_SetString(PyExc_IndexError, "the store has no such field");
      return nullptr;
    }
    py::Ref dict = py::Ref::Take(PyDict_New());
    if (!dict) return nullptr;
    for (const auto& [name, value] : store.Attributes(static_cast<int>(index))) {
      const py::Ref key = py::Text(name), text = py::Text(value);
      if (!key || !text || PyDict_SetItem(dict.get(), key.get(), text.get()) != 0) return nullptr;
    }
    return dict.Release();
  });
}

// False: a signal's handler raised a Python exception.
bool ReadOrStop(const SequenceStore& store, int field, const Box& box, const ArrayView& out,
                absl::Status& status) {
  using Clock = std::chrono::steady_clock;
  bool stopped = false;
  py::WithoutGil unlocked;
  Clock::time_point looked = Clock::now();
  status = ReadInSteps(store, field, box, out, [&] {
    if (Clock::now() - looked < kPatience) return absl::OkStatus();
    stopped = !unlocked.CheckSignals();
    looked = Clock::now();
    return stopped ? absl::CancelledError("a signal stopped the read") : absl::OkStatus();
  });
  return !stopped;
}

// read(field, offset, extent, stride, address, size)
PyObject* StoreRead(PyObject* self, PyObject* args) {
  int field = 0;
  PyObject *offset = nullptr, *extent = nullptr, *stride = nullptr;
  unsigned long long address = 0;
  long long size = 0;
  if (PyArg_ParseTuple(args, "iOOOKL:read", &field, &offset, &extent, &stride, &address, &size) ==
      0) {
    return nullptr;
  }
  return py::Guarded([&]() -> PyObject* {
    std::vector<int64_t> numbers[3];
    if (!py::ToNumbers(offset, numbers[0]) || !py::ToNumbers(extent, numbers[1]) ||
        !py::ToNumbers(stride, numbers[2])) {
      return nullptr;
    }
    const StorePointer store = py::Unbox<StorePointer>(self);
    if (field < 0 || field >= static_cast<int>(store->fields().size())) {
      PyErr_SetString(PyExc_IndexError, "the store has no such field");
      return nullptr;
    }
    const auto shape_of = [](const std::vector<int64_t>& from) {
      return Shape(from.begin(), from.end());
    };
    const Box box = {shape_of(numbers[0]), shape_of(numbers[1]), shape_of(numbers[2])};
    const ArrayView out = MakeView(reinterpret_cast<void*>(static_cast<uintptr_t>(address)),
                                   store->fields()[field].dtype, box.extent);
    if (out.size_bytes() != size) {
      PyErr_SetString(PyExc_ValueError, "the array to read into has another size than the box");
      return nullptr;
    }
    absl::Status status;
    if (!ReadOrStop(*store, field, box, out, status)) return nullptr;
    return status.ok() ? py::None() : py::Raise(status);
  });
}

PyMethodDef methods[] = {
    {"describe", &StoreDescribe, METH_NOARGS, "Path, fields and parts, as JSON."},
    {"attributes", &StoreAttributes, METH_O, "Attributes of a field; of the store: of -1."},
    {"read", &StoreRead, METH_VARARGS,
     "read(field, offset, extent, stride, address, size): a box into memory of `size` bytes."},
    {},
};
PyGetSetDef properties[] = {{}};

}  // namespace

PyObject* OpenStoreObject(PyObject*, PyObject* args) {
  PyObject *list = nullptr, *text = nullptr;
  if (PyArg_ParseTuple(args, "OO:open", &list, &text) == 0) return nullptr;
  return py::Guarded([&]() -> PyObject* {
    std::vector<std::string> paths;
    std::string options;
    if (!py::ToStrings(list, paths) || !py::ToUtf8(text, options)) return nullptr;
    absl::StatusOr<StorePointer> store;
    {
      const py::WithoutGil unlocked;
      store = Open(paths, options);
    }
    return store.ok() ? py::Box(*std::move(store)) : py::Raise(store.status());
  });
}

StorePointer StoreOf(PyObject* object) {
  if (PyObject_TypeCheck(object, py::type_of<StorePointer>) == 0) {
    PyErr_SetString(PyExc_TypeError, "a seiche._seiche.Store is needed");
    return nullptr;
  }
  return py::Unbox<StorePointer>(object);
}

bool AddStoreType(PyObject* module) {
  return py::MakeType<StorePointer>(module, "Store", "An open store.", methods, properties);
}

}  // namespace seiche
