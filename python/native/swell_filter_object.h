// The swell codec as a filter for the libhdf5 of h5py: what `import seiche.h5` registers.
//
// That libhdf5 is another one than ours, and lends its functions for memory only; the rest is in
// the filter's client data (codecs/swell/swell_filter.h).
#ifndef SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_
#define SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_

#include "python/native/interpreter.h"

namespace seiche {

// swell_filter(allocate, free, set_local) -> address of an H5Z_class2_t that lives for ever. The
// arguments are addresses: of H5allocate_memory, of H5free_memory and of the callback that
// completes the client data of a new H5 dataset.
PyObject* MakeSwellFilterClass(PyObject* module, PyObject* args);

// swell_values(spec) -> client data of "small,abs=1e-4", a tuple of ints. ValueError.
PyObject* SwellValues(PyObject* module, PyObject* spec);

// swell_complete(values, dtype, element_size, chunk_shape) -> client data with what is known of
// the array; dtype is a name or None. ValueError.
PyObject* CompleteSwellValues(PyObject* module, PyObject* args);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_SWELL_FILTER_OBJECT_H_
