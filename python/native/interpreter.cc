#include "python/native/interpreter.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace seiche::py {
namespace {

// Lives as long as the process, as the module does.
PyObject* error_factory = nullptr;

std::atomic<bool> ending = false;
std::thread::id ending_thread;        // written before `ending`
std::atomic<int> taking_the_gil = 0;  // threads that found `ending` false, without the GIL as yet

// `right`, with a TypeError where it is false.
bool Is(bool right, const char* message) {
  if (!right) PyErr_SetString(PyExc_TypeError, message);
  return right;
}

}  // namespace

WithoutGil::~WithoutGil() { Restore(); }

bool WithoutGil::CheckSignals() {
  Restore();
  const bool fine = PyErr_CheckSignals() == 0;
  state_ = PyEval_SaveThread();
  return fine;
}

void WithoutGil::Restore() {
  ++taking_the_gil;
  if (ending && std::this_thread::get_id() != ending_thread) {
    --taking_the_gil;
    while (true) pause();  // until the process ends, which waits for no daemon thread
  }
  PyEval_RestoreThread(state_);
  --taking_the_gil;
}

void CountThreadsAnewInChildren() {
  [[maybe_unused]] static const int registered =
      pthread_atfork(nullptr, nullptr, [] { taking_the_gil = 0; });
}

void EndOtherThreads() {
  ending_thread = std::this_thread::get_id();
  ending = true;
  const WithoutGil unlocked;
  while (taking_the_gil > 0) std::this_thread::yield();
}

PyObject* None() { return Py_NewRef(Py_None); }

Ref Text(std::string_view text) {
  return Ref::Take(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "surrogateescape"));
}

Ref Tuple(const int64_t* numbers, size_t count) {
  Ref tuple = Ref::Take(PyTuple_New(static_cast<Py_ssize_t>(count)));
  if (!tuple) return tuple;
  for (size_t i = 0; i < count; ++i) {
    PyObject* number = PyLong_FromLongLong(numbers[i]);
    // Takes the reference over, also where it fails.
    if (number == nullptr ||
        PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), number) != 0) {
      return Ref();
    }
  }
  return tuple;
}

bool ToStrings(PyObject* list, std::vector<std::string>& strings) {
  if (!Is(PyList_Check(list) != 0, "a list is needed")) return false;
  const Py_ssize_t size = PyList_Size(list);
  for (Py_ssize_t i = 0; i < size; ++i) {
    char* data = nullptr;
    Py_ssize_t bytes = 0;
    PyObject* item = PyList_GetItem(list, i);
    if (item == nullptr || PyBytes_AsStringAndSize(item, &data, &bytes) != 0) return false;
    strings.emplace_back(data, bytes);
  }
  return true;
}

bool ToNumbers(PyObject* tuple, std::vector<int64_t>& numbers) {
  if (!Is(PyTuple_Check(tuple) != 0, "a tuple is needed")) return false;
  const Py_ssize_t size = PyTuple_Size(tuple);
  for (Py_ssize_t i = 0; i < size; ++i) {
    PyObject* item = PyTuple_GetItem(tuple, i);
    if (item == nullptr) return false;
    const long long number = PyLong_AsLongLong(item);
    if (number == -1 && PyErr_Occurred() != nullptr) return false;
    numbers.push_back(number);
  }
  return true;
}

bool ToUtf8(PyObject* text, std::string& utf8) {
  const Ref bytes = Ref::Take(PyUnicode_AsUTF8String(text));
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (!bytes || PyBytes_AsStringAndSize(bytes.get(), &data, &size) != 0) return false;
  utf8.assign(data, size);
  return true;
}

void SetErrorFactory(PyObject* factory) {
  Py_XINCREF(factory);
  Py_XDECREF(std::exchange(error_factory, factory));
}

PyObject* Raise(const absl::Status& status) {
  const Ref message = Text(status.message());
  if (!message) return nullptr;
  if (error_factory == nullptr) {
    PyErr_SetObject(PyExc_RuntimeError, message.get());
    return nullptr;
  }
  const Ref error = Ref::Take(PyObject_CallFunction(
      error_factory, "sO", absl::StatusCodeToString(status.code()).c_str(), message.get()));
  if (error) PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.get())), error.get());
  return nullptr;
}

bool AddType(PyObject* module, const char* name, const char* doc, size_t size, destructor dealloc,
             PyMethodDef* methods, PyGetSetDef* properties, PyTypeObject*& type) {
  PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>(doc)},
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_methods, methods},
      {Py_tp_getset, properties},
      {0, nullptr},
  };
  const std::string full_name = std::string("seiche._seiche.") + name;
  PyType_Spec spec = {full_name.c_str(), static_cast<int>(size), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return type != nullptr &&
         PyModule_AddObjectRef(module, name, reinterpret_cast<PyObject*>(type)) == 0;
}

}  // namespace seiche::py
