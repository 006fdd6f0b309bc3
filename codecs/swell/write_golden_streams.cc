// Writes the streams that golden_test.cc decodes and the arrays that they were made of, NAME.swell
// and NAME.array, and prints a table that has the checksums that golden_arrays.cc keeps:
// bazel run //codecs/swell:write_golden_streams -- FOLDER
#include <cstdio>
#include <string>
#include <vector>

#include "base/array_view.h"
#include "base/crc32c.h"
#include "base/dtype.h"
#include "codecs/swell/golden_arrays.h"
#include "codecs/swell/swell_codec.h"

namespace seiche {
namespace {

bool WriteFile(const std::string& path, const std::vector<std::byte>& bytes) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return false;
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  return std::fclose(file) == 0 && written;
}

absl::Status Write(const GoldenArray& golden, const std::string& folder) {
  const auto codec = MakeSwellCodec(golden.options);
  if (!codec.ok()) return codec.status();
  CodecScratch scratch;
  std::vector<std::byte> encoded;
  std::vector<std::byte> decoded(golden.values.size());
  const void* const values = golden.values.data();
  absl::Status status =
      (*codec)->Encode(MakeView(values, golden.dtype, golden.shape), encoded, scratch);
  if (!status.ok()) return status;
  void* const out = decoded.data();
  status = (*codec)->Decode(encoded, {}, MakeView(out, golden.dtype, golden.shape), scratch);
  if (!status.ok()) return status;
  std::printf("%-20s %-8s %7zu bytes of %7zu, decoded 0x%08x\n", golden.name.c_str(),
              std::string(Name(golden.dtype)).c_str(), encoded.size(), decoded.size(),
              Crc32c(decoded));
  const std::string path = folder + "/" + golden.name;
  return WriteFile(path + ".swell", encoded) && WriteFile(path + ".array", golden.values)
             ? absl::OkStatus()
             : absl::UnavailableError("cannot write to " + folder);
}

int Run(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_golden_streams FOLDER\n");
    return 2;
  }
  for (const GoldenArray& golden : GoldenArrays()) {
    if (const absl::Status status = Write(golden, argv[1]); !status.ok()) {
      std::fprintf(stderr, "%s: %s\n", golden.name.c_str(), status.ToString().c_str());
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace seiche

int main(int argc, char** argv) { return seiche::Run(argc, argv); }
