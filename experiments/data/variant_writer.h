// Writes the dataset's sequences in the form of one variant, and checks what was written.
//
//   SEICHE_ASSIGN_OR_RETURN(double seconds,
//                           WriteVariant(variant, *source, attributes, folder, pool, files));
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenVariant(variant, folder));
//   SEICHE_RETURN_IF_ERROR(CompareSequences(*source, *store, {0, 199}));
//
// `source` is a store of float32 sequences, level * (1/255.0f): the dataset's JPEG folders.
#ifndef SEICHE_EXPERIMENTS_DATA_VARIANT_WRITER_H_
#define SEICHE_EXPERIMENTS_DATA_VARIANT_WRITER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/file_system.h"
#include "base/worker_pool.h"
#include "experiments/comparison/row.h"
#include "experiments/comparison/variants.h"
#include "experiments/data/dataset.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/sequence_store.h"

namespace seiche {

// Name of the H5 dataset in every file.
inline constexpr char kFieldName[] = "images";

// The paths below `folder` that a variant's store is opened by: one HDF5 file, several, or the
// folder "jpeg".
std::vector<std::string> VariantPaths(const Variant& variant, const std::string& folder);

absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenVariant(const Variant& variant,
                                                                 const std::string& folder);

// How the data was made, and the normalisation of the values as `variant` stores them.
std::vector<Attribute> VariantAttributes(const Variant& variant, const Dataset& dataset);

// Writes the first variant.sequences sequences of `source` into `folder`, which must exist;
// files of the same names are replaced. Returns the seconds that writing took: from values in
// memory to files flushed to the disk, decoding `source` left out. Memory: 8 sequences and what
// Hdf5Writer needs. kNotFound for a codec that this build lacks. Progress on standard error.
absl::StatusOr<double> WriteVariant(const Variant& variant, const SequenceStore& source,
                                    const std::vector<Attribute>& attributes,
                                    const std::string& folder, WorkerPool& pool, FileSystem& files);

// kDataLoss naming the sequence if one of `sequences` differs in a value, or by more than `bound`
// if that is not 0. uint8 levels count as level * (1/255.0f).
absl::Status CompareSequences(const SequenceStore& source, const SequenceStore& written,
                              absl::Span<const int64_t> sequences, double bound = 0);

// How far the first `sequences` ones of `written` are from those of `source`; levels and values as
// there. The peak of PSNR is 1, the brightest level.
absl::StatusOr<Quality> MeasureQuality(const SequenceStore& source, const SequenceStore& written,
                                       int64_t sequences);

// The checksum of some frames of `source` as the variant's codecs encode them today: a mark of the
// encoders. 0 for variants without codecs. kNotFound as WriteVariant.
absl::StatusOr<uint32_t> EncoderMark(const Variant& variant, const SequenceStore& source);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_DATA_VARIANT_WRITER_H_
