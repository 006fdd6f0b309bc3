// swell as a plugin for every program that uses HDF5: h5py, h5dump, h5repack, netCDF, ...
//
//   HDF5_PLUGIN_PATH=bazel-bin/tools/hdf5_plugin h5dump waves.h5
//
// HDF5 loads it when a file has filter 41873 and asks these two functions. It links no libhdf5.
#include "tools/hdf5_plugin/hdf5_abi.h"
#include "tools/hdf5_plugin/swell_hdf5_filter.h"

extern "C" {

__attribute__((visibility("default"))) int H5PLget_plugin_type() { return seiche::kPluginFilter; }
__attribute__((visibility("default"))) const void* H5PLget_plugin_info() {
  return &seiche::SwellHdf5Filter();
}

}  // extern "C"
