// The extension module seiche._seiche: what the Python sources of the package are made of. Its
// functions are the package's own affair; python/seiche has what users see.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "python/native/batch_object.h"
#include "python/native/excerpt.h"
#include "python/native/fork_guard.h"
#include "python/native/interpreter.h"
#include "python/native/loader_object.h"
#include "python/native/store_object.h"
#include "python/native/swell_filter_object.h"
#include "tools/command/commands.h"

namespace seiche {
namespace {

PyObject* SetErrorFactory(PyObject*, PyObject* factory) {
  py::SetErrorFactory(factory);
  return py::None();
}

PyObject* EndOtherThreads(PyObject*, PyObject*) {
  py::EndOtherThreads();
  return py::None();
}

// Hands text to a Python function, from any thread. Its exceptions end at once: nobody waits for
// them.
void Print(PyObject* write, std::string_view text) {
  const PyGILState_STATE state = PyGILState_Ensure();
  const py::Ref line = py::Text(text);
  const py::Ref done =
      line ? py::Ref::Take(PyObject_CallFunctionObjArgs(write, line.get(), nullptr)) : py::Ref();
  if (!done) PyErr_WriteUnraisable(write);
  PyGILState_Release(state);
}

PyObject* BeInterruptible(PyObject*, PyObject*) {
  RemoveOutputsWhenInterrupted();
  return py::None();
}

PyObject* RunCommandLine(PyObject*, PyObject* args) {
  PyObject *list = nullptr, *write = nullptr;
  if (PyArg_ParseTuple(args, "OO:run", &list, &write) == 0) return nullptr;
  return py::Guarded([&]() -> PyObject* {
    std::vector<std::string> words;
    if (!py::ToStrings(list, words)) return nullptr;
    CommandResult result;
    {
      const py::WithoutGil unlocked;
      result = RunSeiche(words, {.print = [write](std::string_view text) { Print(write, text); }});
    }
    const py::Ref out = py::Text(result.out), error = py::Text(result.error);
    if (!out || !error) return nullptr;
    return Py_BuildValue("(iOO)", result.exit_code, out.get(), error.get());
  });
}

PyMethodDef functions[] = {
    {"set_error_factory", &SetErrorFactory, METH_O,
     "Takes the function that makes exceptions of (code, message)."},
    {"end_other_threads", &EndOtherThreads, METH_NOARGS,
     "To be called when the program ends: other threads never come back to Python."},
    {"open", &OpenStoreObject, METH_VARARGS, "open(paths, options): a Store."},
    {"make_loader", &MakeLoaderObject, METH_VARARGS, "make_loader(store, options): a Loader."},
    {"swell_filter", &SwellFilterClass, METH_NOARGS, "Address of a filter class for libhdf5."},
    {"swell_values", &SwellValues, METH_O, "Client data of a spec."},
    {"write_excerpt", &WriteExcerpt, METH_VARARGS,
     "write_excerpt(store, field, count, path, chunks, codecs): a field's first sequences anew."},
    {"remove_outputs_when_interrupted", &BeInterruptible, METH_NOARGS,
     "From now on Ctrl-C ends the program at once and removes half-written outputs."},
    {"run", &RunCommandLine, METH_VARARGS,
     "run(args, write): the command seiche; (exit code, standard output, standard error)."},
    {},
};

PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    "seiche._seiche",
    "What the package seiche is made of.",
    -1,
    functions,
    nullptr,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace
}  // namespace seiche

PyMODINIT_FUNC PyInit__seiche() {
  seiche::ForkGeneration();  // begins to count
  seiche::py::CountThreadsAnewInChildren();
  seiche::py::Ref module = seiche::py::Ref::Take(PyModule_Create(&seiche::definition));
  if (!module || !seiche::AddStoreType(module.get()) || !seiche::AddBatchTypes(module.get()) ||
      !seiche::AddLoaderType(module.get())) {
    return nullptr;
  }
  return module.Release();
}
