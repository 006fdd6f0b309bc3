// seiche._seiche.Batch and .Array: a loader's batch and its arrays as Python objects.
//
// A Batch keeps the loader's buffer; an Array, and whatever NumPy, torch or JAX make of it, keeps
// the Batch. So the memory stays as it is for as long as anybody can see it, and goes back to the
// loader's ring afterwards, on whichever thread that happens.
#ifndef SEICHE_PYTHON_NATIVE_BATCH_OBJECT_H_
#define SEICHE_PYTHON_NATIVE_BATCH_OBJECT_H_

#include "loader/batch.h"
#include "python/native/interpreter.h"

namespace seiche {

// Adds both types; false after a Python error.
bool AddBatchTypes(PyObject* module);

PyObject* BoxBatch(Batch batch);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_BATCH_OBJECT_H_
