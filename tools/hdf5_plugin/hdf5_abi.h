// What a filter plugin shares with the libhdf5 that loads it: few C types and functions, declared
// here because that library may be of any version, and is not the one that this project builds.
//
// The HDF5 Group, "HDF5 Dynamically Loaded Filters" and H5Zpublic.h of HDF5 1.8.11 to 2.0: the same
// in all of them but for the width of hid_t, 64 bits since 1.10.
#ifndef SEICHE_TOOLS_HDF5_PLUGIN_HDF5_ABI_H_
#define SEICHE_TOOLS_HDF5_PLUGIN_HDF5_ABI_H_

#include <cstddef>
#include <cstdint>

extern "C" {

using SeicheHid = int64_t;

using SeicheFilter = size_t (*)(unsigned flags, size_t num_values, const unsigned* values,
                                size_t size, size_t* buffer_size, void** buffer);

// H5Z_class2_t.
struct SeicheFilterClass {
  int version;
  int id;
  unsigned encoder_present;
  unsigned decoder_present;
  const char* name;
  int (*can_apply)(SeicheHid creation, SeicheHid type, SeicheHid space);
  int (*set_local)(SeicheHid creation, SeicheHid type, SeicheHid space);
  SeicheFilter filter;
};

}  // extern "C"

namespace seiche {

inline constexpr int kFilterClassVersion = 1;    // H5Z_CLASS_T_VERS
inline constexpr int kPluginFilter = 0;          // H5PL_TYPE_FILTER
inline constexpr unsigned kDecodeFlag = 0x0100;  // H5Z_FLAG_REVERSE

}  // namespace seiche

#endif  // SEICHE_TOOLS_HDF5_PLUGIN_HDF5_ABI_H_
