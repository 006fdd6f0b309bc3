// Writes the first sequences of a field once more, in another layout: what `seiche advise`
// measures.
#ifndef SEICHE_PYTHON_NATIVE_EXCERPT_H_
#define SEICHE_PYTHON_NATIVE_EXCERPT_H_

#include "python/native/interpreter.h"

namespace seiche {

// write_excerpt(store, field, count, path, chunks, codecs): sequences 0 to count - 1 of the store's
// field (a number) as the only H5 dataset of a new file. `chunks` is a tuple, empty for contiguous;
// `codecs` a list of specs (codecs/registry.h) as bytes.
PyObject* WriteExcerpt(PyObject* module, PyObject* args);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_EXCERPT_H_
