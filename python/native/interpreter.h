// CPython's C API, wrapped once: nothing else includes Python.h.
//
//   py::Ref list = py::Ref::Take(PyList_New(0));         // owns a reference, null after an error
//   return py::Guarded([&] { return py::Text(name).Release(); });
//   { py::WithoutGil unlocked; loader->WaitFor(...); }   // other Python threads run meanwhile
//
// Only the stable ABI of CPython 3.10 is used (Py_LIMITED_API), so that one build serves all later
// releases. As in CPython itself, a function that returns a null PyObject* or false has set a
// Python exception. All of it needs the GIL, but for WithoutGil's inside.
#ifndef SEICHE_PYTHON_NATIVE_INTERPRETER_H_
#define SEICHE_PYTHON_NATIVE_INTERPRETER_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"

namespace seiche::py {

// An owned reference, or null.
class Ref {
 public:
  Ref() = default;
  // Takes over a new reference.
  static Ref Take(PyObject* object) { return Ref(object); }
  // Shares a borrowed one.
  static Ref Share(PyObject* object) {
    Py_XINCREF(object);
    return Ref(object);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* Release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit Ref(PyObject* object) : object_(object) {}
  PyObject* object_ = nullptr;
};

// Lets other Python threads run while it lives. A daemon thread that comes out of it when the
// program ends stays there for ever, see EndOtherThreads().
class WithoutGil {
 public:
  WithoutGil() : state_(PyEval_SaveThread()) {}
  ~WithoutGil();
  WithoutGil(const WithoutGil&) = delete;
  WithoutGil& operator=(const WithoutGil&) = delete;

  // With the GIL for a moment: runs the handlers of signals that came meanwhile, in the main thread
  // only. False if one of them raised a Python exception (Ctrl-C does).
  bool CheckSignals();

 private:
  void Restore();

  PyThreadState* state_;
};

// To be called when the module is made: a child that fork() makes has none of the parent's threads
// on their way to the GIL.
void CountThreadsAnewInChildren();

// The calling thread, which must be the main one, is about to end the interpreter: from now on no
// other thread takes the GIL again by way of WithoutGil. CPython would end such a thread in the
// middle of our frames, and that is the end of the process (std::terminate). Needs the GIL.
void EndOtherThreads();

// What `work` returns; a C++ exception becomes a Python one.
template <typename Work>
PyObject* Guarded(Work work) noexcept {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
    return nullptr;
  }
}

// A new reference to None.
PyObject* None();

// A str. Bytes that are not UTF-8 survive as os.fsdecode() has them.
Ref Text(std::string_view text);
// A tuple of ints.
Ref Tuple(const int64_t* numbers, size_t count);

// The bytes objects of a list; false (TypeError) for anything else.
bool ToStrings(PyObject* list, std::vector<std::string>& strings);
// The ints of a tuple; false (TypeError, OverflowError) for anything else.
bool ToNumbers(PyObject* tuple, std::vector<int64_t>& numbers);
// The UTF-8 of a str; false (TypeError, UnicodeEncodeError) for anything else.
bool ToUtf8(PyObject* text, std::string& utf8);

// `factory(code_name, message)` makes the exception that Raise() raises: "NOT_FOUND", "...". Called
// once, when the package is imported.
void SetErrorFactory(PyObject* factory);
// Raises the exception of a status that is not OK. Returns null.
PyObject* Raise(const absl::Status& status);

// A Python object around a C++ value: the instances of a type made by MakeType<T>().
template <typename T>
struct Boxed {
  PyObject_HEAD T value;
};

template <typename T>
inline PyTypeObject* type_of = nullptr;

template <typename T>
T& Unbox(PyObject* object) {
  return reinterpret_cast<Boxed<T>*>(object)->value;
}

template <typename T>
PyObject* Box(T value) {
  Boxed<T>* object = PyObject_New(Boxed<T>, type_of<T>);
  if (object == nullptr) return nullptr;
  new (&object->value) T(std::move(value));
  return reinterpret_cast<PyObject*>(object);
}

template <typename T>
void Dealloc(PyObject* object) {
  PyTypeObject* type = Py_TYPE(object);
  Unbox<T>(object).~T();
  PyObject_Free(object);
  Py_DECREF(type);
}

// Makes the type of Boxed<T> and adds it to the module; methods and properties end with an empty
// one. Instances come from Box() only. False after an error.
bool AddType(PyObject* module, const char* name, const char* doc, size_t size, destructor dealloc,
             PyMethodDef* methods, PyGetSetDef* properties, PyTypeObject*& type);

template <typename T>
bool MakeType(PyObject* module, const char* name, const char* doc, PyMethodDef* methods,
              PyGetSetDef* properties) {
  return AddType(module, name, doc, sizeof(Boxed<T>), &Dealloc<T>, methods, properties, type_of<T>);
}

}  // namespace seiche::py

#endif  // SEICHE_PYTHON_NATIVE_INTERPRETER_H_
