// What `seiche convert` is asked for. Apart from convert.h so that its targets can take it.
#ifndef SEICHE_TOOLS_COMMAND_CONVERT_OPTIONS_H_
#define SEICHE_TOOLS_COMMAND_CONVERT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/progress.h"

namespace seiche {

enum class ConvertFormat {
  kByName,  // HDF5 for .h5, .hdf5, .hdf, .he5, .nc; a JPEG folder for a name without extension
  kHdf5,
  kJpeg,
};

struct ConvertOptions {
  std::string from;
  std::string to;
  ConvertFormat format = ConvertFormat::kByName;
  std::vector<std::string> fields = {};  // of the source; empty: as OpenStore chooses
  bool all = false;                      // all fields that hold numbers, into HDF5
  std::string name = {};                 // of the new H5 dataset, if it is one; empty: the source's
  // "manual" (a sequence, or a frame of a recording), "auto" (what h5py would choose), "none"
  // (contiguous) or an extent an axis: "1,100,184,184".
  std::string chunks = "manual";
  std::vector<std::string> codecs = {"lzf"};  // as in codecs/registry.h; empty or "none": none
  int quality = 0;                            // of JPEG, 1..100; 0: 75, or a copy of JPEG frames
  int64_t memory = int64_t{1} << 30;          // bytes for blocks
  int workers = 0;                            // threads that decode and that encode; 0: one a core
  bool overwrite = false;
  bool verify = true;
  FileSystem* files = &DefaultFileSystem();
  ProgressOptions progress = ProgressOptions::StandardError();
};

}  // namespace seiche

#endif  // SEICHE_TOOLS_COMMAND_CONVERT_OPTIONS_H_
