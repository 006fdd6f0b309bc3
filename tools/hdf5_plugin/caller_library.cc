#include "tools/hdf5_plugin/caller_library.h"

#include <dlfcn.h>

namespace seiche {
namespace {

template <typename Function>
bool Load(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

// The object file that `code` lies in, loaded already; the program itself if it is that.
void* ObjectOf(const void* code) {
  Dl_info info;
  if (dladdr(code, &info) == 0) return nullptr;
  void* const object = dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  return object != nullptr ? object : dlopen(nullptr, RTLD_LAZY);
}

}  // namespace

std::optional<CallerLibrary> CallerLibrary::Find(const void* code) {
  void* const object = ObjectOf(code);
  if (object == nullptr) return std::nullopt;
  CallerLibrary library = {};
  // From 1.8 on the versions behind the macros are these; older names are kept by later libraries.
  const bool found = Load(object, "H5Pget_chunk", library.get_chunk) &&
                     Load(object, "H5Pget_filter_by_id2", library.get_filter_by_id) &&
                     Load(object, "H5Pmodify_filter", library.modify_filter) &&
                     Load(object, "H5Tget_class", library.get_class) &&
                     Load(object, "H5Tget_size", library.get_size) &&
                     Load(object, "H5Tget_order", library.get_order) &&
                     Load(object, "H5Tget_sign", library.get_sign) &&
                     Load(object, "H5Tget_ebias", library.get_ebias);
  // The library stays: it is the one that runs.
  dlclose(object);
  return found ? std::optional(library) : std::nullopt;
}

}  // namespace seiche
