// swell as a filter for a libhdf5 that is not this project's: its plugin's and h5py's.
//
//   register_filter(&SwellHdf5Filter());        // H5Zregister of that library
//
// Decoding needs nothing but the stream; for encoding, the library that calls is asked for what it
// knows of the data, which is added to the client values of codecs/swell/swell_filter.h. Buffers
// are what malloc() makes, as libhdf5 wants them. Thread-safe.
#ifndef SEICHE_TOOLS_HDF5_PLUGIN_SWELL_HDF5_FILTER_H_
#define SEICHE_TOOLS_HDF5_PLUGIN_SWELL_HDF5_FILTER_H_

#include "tools/hdf5_plugin/hdf5_abi.h"

namespace seiche {

// Lives for ever.
const SeicheFilterClass& SwellHdf5Filter();

}  // namespace seiche

#endif  // SEICHE_TOOLS_HDF5_PLUGIN_SWELL_HDF5_FILTER_H_
