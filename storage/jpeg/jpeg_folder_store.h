// A folder with one folder of JPEG frames for each sequence, as a SequenceStore.
//
//   waves_jpeg/000/000.jpg, waves_jpeg/000/001.jpg, ..., waves_jpeg/199/099.jpg
//   SEICHE_ASSIGN_OR_RETURN(auto store, OpenJpegFolder("waves_jpeg"));
//   store->fields()[0]                            // "frames", float32 [N,T,H,W], level *
//   (1/255.0f)
//
// Folders are taken in the order of the numbers in their names (of the names, if one has none),
// frames too; any zero-padding, "frame_00012.JPEG" as well (frame_files.h). Files beside the
// folders and other files beside the frames do not count, nor does anything whose name begins with
// a dot. A chunk is one frame, a file of its own (Kind::kFile).
//
// Opening lists the folders and reads one frame's header; it takes the other frames' size on trust.
// A frame of another size is found when it is decoded: kFailedPrecondition names file and sizes.
#ifndef SEICHE_STORAGE_JPEG_JPEG_FOLDER_STORE_H_
#define SEICHE_STORAGE_JPEG_JPEG_FOLDER_STORE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/open_options.h"
#include "storage/sequence_store.h"

namespace seiche {

// kFailedPrecondition if there is no folder of frames in `path`, or one without frames beside
// others, or a frame's name has no number or one that is there already; kDataLoss if a number is
// missing in between, a sequence has another number of frames than the first one, or the first
// frame is not a JPEG.
absl::StatusOr<std::unique_ptr<const SequenceStore>> OpenJpegFolder(
    const std::string& path, const OpenOptions& options = {});

}  // namespace seiche

#endif  // SEICHE_STORAGE_JPEG_JPEG_FOLDER_STORE_H_
