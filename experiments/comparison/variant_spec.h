// A variant in a user's words.
//
//   SEICHE_ASSIGN_OR_RETURN(Variant variant, ParseVariant({.id = "mine", .chunks = "manual",
//                                                          .compression = "shuffle+gzip:4"},
//                                                          shape));
//
// Pure functions; the codecs themselves are not looked up.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_VARIANT_SPEC_H_
#define SEICHE_EXPERIMENTS_COMPARISON_VARIANT_SPEC_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/dtype.h"
#include "base/shape.h"
#include "experiments/comparison/variants.h"

namespace seiche {

struct VariantSpec {
  std::string id;               // any name
  std::string format = "hdf5";  // "hdf5", "jpeg"
  // "manual": a sequence a chunk; "auto", "auto500": the published shapes; "guess": h5py's for the
  // dataset; "contiguous"; or extents, "4,25,92,92". Ignored for JPEG.
  std::string chunks = "manual";
  // "none", or codecs as in codecs/registry.h with + between them; "gzip" is deflate. Ignored for
  // JPEG.
  std::string compression = "lzf";
  std::string dtype = "float32";   // or "uint8", HDF5 only
  int64_t sequences_per_file = 0;  // 0: all in one
};

// kInvalidArgument names the part that makes no sense. `dataset`: its shape, [N,T,H,W].
absl::StatusOr<Variant> ParseVariant(const VariantSpec& spec, const Shape& dataset);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_VARIANT_SPEC_H_
