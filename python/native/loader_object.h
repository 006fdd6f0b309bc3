// seiche._seiche.Loader: a loader as a Python object.
//
// Waiting for a batch leaves the GIL to others and looks for signals (Ctrl-C) twenty times a
// second. One thread at a time: another one gets a RuntimeError. In a child that fork() made, every
// call is a RuntimeError: the workers stayed with the parent.
#ifndef SEICHE_PYTHON_NATIVE_LOADER_OBJECT_H_
#define SEICHE_PYTHON_NATIVE_LOADER_OBJECT_H_

#include "python/native/interpreter.h"

namespace seiche {

// Adds the type; false after a Python error.
bool AddLoaderType(PyObject* module);

// make_loader(store: Store, options: str) -> Loader; options as in python/native/loader_json.h.
PyObject* MakeLoaderObject(PyObject* module, PyObject* args);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_LOADER_OBJECT_H_
