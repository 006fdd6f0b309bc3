// Writes a small HDF5 file to try batches.cc on: five sequences [4,8,8], all of whose values are
// the sequence's number.
//
//   bazel run //:write_ramp -- /tmp/ramp.h5
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/status.h"
#include "storage/hdf5/hdf5_writer.h"

absl::Status WriteRamp(const std::string& path) {
  seiche::Hdf5WriterOptions options;
  options.shape = {5, 4, 8, 8};
  options.chunk_shape = {1, 4, 8, 8};
  options.codecs = {"lzf"};
  SEICHE_ASSIGN_OR_RETURN(auto writer, seiche::Hdf5Writer::Create(path, options));
  for (int i = 0; i < 5; ++i) {
    const std::vector<float> values(4 * 8 * 8, static_cast<float>(i));
    SEICHE_RETURN_IF_ERROR(
        writer->Append(seiche::MakeView(values.data(), seiche::DType::kFloat32, {4, 8, 8})));
  }
  return writer->Finish();
}

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s NEW_FILE\n", argv[0]);
    return 2;
  }
  const absl::Status status = WriteRamp(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
