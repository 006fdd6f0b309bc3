// seiche._seiche.Store: an open store as a Python object.
//
// A read leaves the GIL to others and looks for signals (Ctrl-C) between chunks, at most twenty
// times a second.
#ifndef SEICHE_PYTHON_NATIVE_STORE_OBJECT_H_
#define SEICHE_PYTHON_NATIVE_STORE_OBJECT_H_

#include <memory>

#include "python/native/interpreter.h"
#include "storage/sequence_store.h"

namespace seiche {

using StorePointer = std::shared_ptr<const SequenceStore>;

// Adds the type; false after a Python error.
bool AddStoreType(PyObject* module);

// open(paths: list[bytes], options: str) -> Store: one path or pattern, or several that follow one
// another. `options` is JSON: {"fields": [["images", "NTHW"]], "verify": true}; no fields: the
// store's only one.
PyObject* OpenStoreObject(PyObject* module, PyObject* args);

// The store in a Store object; null (TypeError) for anything else.
StorePointer StoreOf(PyObject* object);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_STORE_OBJECT_H_
