// A loader's options, and what it says about itself, as JSON: what Python and C++ exchange where
// speed does not matter.
//
//   SEICHE_ASSIGN_OR_RETURN(LoaderOptions options, LoaderOptionsFromJson(text));
//   std::string text = DescribeLoader(*loader, options);
#ifndef SEICHE_PYTHON_NATIVE_LOADER_JSON_H_
#define SEICHE_PYTHON_NATIVE_LOADER_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "loader/loader.h"
#include "loader/loader_options.h"

namespace seiche {

// Of an object with these members, all but "seed" optional, named as in LoaderOptions:
//   {"seed": "1", "batch_size": 16, "order": "uniform", "epoch": 0, "shuffle_bytes": 0,
//    "max_batches": -1, "last_batch": "keep", "shard": [0, 1], "workers": 0, "prefetch": 2,
//    "memory_budget": 4294967296, "decode_once": true, "on_error": "fail", "resume": "",
//    "fields": [0], "windows": [["input", 0, 10]], "frame_stride": 1, "step": 1,
//    "crops": [{"axis": "H", "offset": 0, "extent": 64, "stride": 1, "random": false}],
//    "transforms": [{"field": 0, "dtype": "float16", "scale": [1], "offset": [0],
//                    "unpack": false}]}
// kInvalidArgument names the member that is wrong; an unknown one is.
absl::StatusOr<LoaderOptions> LoaderOptionsFromJson(const std::string& text);

// {"epoch": 0, "batches": 12, "samples": 190, "order": "uniform", "outputs": [{"name": "images",
// "dtype": "float32", "axes": "THW", "shape": [100, 184, 184]}]}. "batches" are those of a whole
// epoch of this shard, wherever the present one began.
std::string DescribeLoader(const Loader& loader, const LoaderOptions& options);

// [{"sample": 3, "epoch": 0, "code": "DATA_LOSS", "message": "..."}]
std::string DescribeSkipped(const Loader& loader);

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_LOADER_JSON_H_
