#include "python/native/swell_filter_object.h"

#include <cstdint>
#include <string>
#include <vector>

#include "codecs/swell/swell_filter.h"
#include "tools/hdf5_plugin/swell_hdf5_filter.h"

namespace seiche {

PyObject* SwellFilterClass(PyObject*, PyObject*) {
  return PyLong_FromVoidPtr(const_cast<SeicheFilterClass*>(&SwellHdf5Filter()));
}

PyObject* SwellValues(PyObject*, PyObject* spec) {
  return py::Guarded([&]() -> PyObject* {
    std::string text;
    if (!py::ToUtf8(spec, text)) return nullptr;
    const auto values = ParseSwellSpec(text);
    if (!values.ok()) return py::Raise(values.status());
    const std::vector<int64_t> numbers(values->begin(), values->end());
    return py::Tuple(numbers.data(), numbers.size()).Release();
  });
}

}  // namespace seiche
