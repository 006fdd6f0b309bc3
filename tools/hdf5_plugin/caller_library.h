// The functions of the libhdf5 that called us.
//
//   const auto library = CallerLibrary::Find(__builtin_return_address(0));
//   if (library.has_value()) library->get_chunk(creation, 32, extents);
//
// A program may have several, and may have loaded its own so that no other library sees its symbols
// (RTLD_LOCAL, as Python does): so the object that the calling code lies in is looked up and asked.
#ifndef SEICHE_TOOLS_HDF5_PLUGIN_CALLER_LIBRARY_H_
#define SEICHE_TOOLS_HDF5_PLUGIN_CALLER_LIBRARY_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tools/hdf5_plugin/hdf5_abi.h"

namespace seiche {

struct CallerLibrary {
  // `code`: an address in the library's own code. Nothing if that is no libhdf5.
  static std::optional<CallerLibrary> Find(const void* code);

  // By their names in HDF5's reference manual.
  int (*get_chunk)(SeicheHid creation, int max_rank, uint64_t* extents);
  int (*get_filter_by_id)(SeicheHid creation, int id, unsigned* flags, size_t* num_values,
                          unsigned* values, size_t name_size, char* name, unsigned* config);
  int (*modify_filter)(SeicheHid creation, int id, unsigned flags, size_t num_values,
                       const unsigned* values);
  int (*get_class)(SeicheHid type);
  size_t (*get_size)(SeicheHid type);
  int (*get_order)(SeicheHid type);
  int (*get_sign)(SeicheHid type);
  size_t (*get_ebias)(SeicheHid type);
};

}  // namespace seiche

#endif  // SEICHE_TOOLS_HDF5_PLUGIN_CALLER_LIBRARY_H_
