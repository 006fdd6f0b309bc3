// The swell codec as a filter for the libhdf5 of h5py: what `import seiche.h5` registers.
#ifndef SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_
#define SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_

#include "python/native/interpreter.h"

namespace seiche {

// swell_filter() -> address of an H5Z_class2_t that lives for ever.
PyObject* SwellFilterClass(PyObject* module, PyObject* none);

// swell_values(spec) -> client data of "small,abs=1e-4", a tuple of ints. ValueError.
PyObject* SwellValues(PyObject* module, PyObject* spec);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_
