// Files for tools/h5py_round_trip.py to compare with h5py.
//
//   write_samples FOLDER                 writes files of every codec, dtype and layout there;
//                                        prints "NAME DTYPE SHAPE CHUNKS CODECS" for each
//   write_samples --read FILE FIELD OUT  writes the elements of an H5 dataset to OUT, raw, in the
//                                        machine's byte order; prints "DTYPE SHAPE SLOW_REASON"
//
// The values are those of test_values.h; shapes are "3,4,6,7", "-" stands for nothing.
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/atomic_output.h"
#include "base/status.h"
#include "codecs/registry.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/hdf5_writer.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

constexpr DType kDTypes[] = {DType::kInt8,    DType::kInt16,   DType::kInt32,  DType::kInt64,
                             DType::kUInt8,   DType::kUInt16,  DType::kUInt32, DType::kUInt64,
                             DType::kFloat16, DType::kFloat32, DType::kFloat64};

std::string Joined(const auto& items) { return items.empty() ? "-" : absl::StrJoin(items, ","); }

absl::Status WriteSample(const std::string& folder, const std::string& name,
                         Hdf5WriterOptions options) {
  options.field = "group/images";
  options.overwrite = OverwritePolicy::kReplace;
  options.attributes = {{"seed", int64_t{42}}, {"about", "wäves"}, {"mean", 0.1}};
  SEICHE_ASSIGN_OR_RETURN(auto writer,
                          Hdf5Writer::Create(JoinPath(folder, absl::StrCat(name, ".h5")), options));
  const std::vector<std::byte> elements =
      FormulaElements(options.dtype, NumElements(options.shape));
  const size_t sequence_bytes = elements.size() / options.shape[0];
  for (int64_t i = 0; i < options.shape[0]; ++i) {
    const void* sequence = elements.data() + i * sequence_bytes;
    SEICHE_RETURN_IF_ERROR(writer->Append(
        MakeView(sequence, options.dtype, absl::MakeConstSpan(options.shape).subspan(1))));
  }
  SEICHE_RETURN_IF_ERROR(writer->Finish());
  std::cout << name << ".h5 " << Name(options.dtype) << " " << Joined(options.shape) << " "
            << Joined(options.chunk_shape) << " " << Joined(options.codecs) << "\n";
  return absl::OkStatus();
}

// Chains of codecs: each codec alone, and what people put together.
std::vector<std::vector<std::string>> Chains() {
  std::vector<std::vector<std::string>> chains = {{},
                                                  {"shuffle", "deflate:9"},
                                                  {"shuffle", "lzf", "fletcher32"},
                                                  {"fletcher32", "deflate:1"},
                                                  {"bitshuffle:none", "deflate:1"},
                                                  {"bitshuffle:lz4,block=72"},
                                                  {"bitshuffle:zstd,9"}};
  for (const char* compressor : {"blosclz", "lz4hc", "zlib", "zstd"}) {
    for (const char* shuffle : {"noshuffle", "shuffle", "bitshuffle"}) {
      chains.push_back({absl::StrCat("blosc:", compressor, ",5,", shuffle)});
    }
  }
  for (const std::string& name : ByteCodecNames()) {
    const CodecParameters parameters = {.element_size = 4, .chunk_shape = {32, 32}};
    if (MakeByteCodec(name, parameters).ok()) chains.push_back({name});
  }
  return chains;
}

absl::Status WriteAll(const std::string& folder) {
  const Shape shape = {5, 8, 20, 33};
  for (const DType dtype : kDTypes) {
    const std::string prefix(Name(dtype));
    SEICHE_RETURN_IF_ERROR(
        WriteSample(folder, absl::StrCat(prefix, "_contiguous"), {.dtype = dtype, .shape = shape}));
    for (const std::vector<std::string>& codecs : Chains()) {
      std::string name =
          absl::StrCat(prefix, "_", codecs.empty() ? "none" : absl::StrJoin(codecs, "_"));
      for (char& c : name) c = c == ':' ? '_' : c;
      SEICHE_RETURN_IF_ERROR(WriteSample(
          folder, name,
          {.dtype = dtype, .shape = shape, .chunk_shape = {2, 3, 20, 16}, .codecs = codecs}));
    }
  }
  SEICHE_RETURN_IF_ERROR(
      WriteSample(folder, "one_sequence_a_chunk",
                  {.shape = shape, .chunk_shape = {1, 8, 20, 33}, .codecs = {"deflate"}}));
  // Thirteen elements: one eight of them is shuffled.
  SEICHE_RETURN_IF_ERROR(
      WriteSample(folder, "one_axis_bitshuffle",
                  {.shape = {100}, .chunk_shape = {13}, .codecs = {"bitshuffle:none"}}));
  return WriteSample(folder, "one_axis", {.shape = {100}, .chunk_shape = {7}, .codecs = {"lzf"}});
}

absl::Status ReadOne(const std::string& path, const std::string& field, const std::string& out) {
  SEICHE_ASSIGN_OR_RETURN(const auto store, OpenHdf5Store(path, {.field = field}));
  const Field& opened = store->fields()[0];
  std::string bytes(NumElements(opened.shape()) * SizeOf(opened.dtype), '\0');
  SEICHE_RETURN_IF_ERROR(
      store->Read(0, WholeBox(opened.shape()),
                  MakeView(static_cast<void*>(bytes.data()), opened.dtype, opened.shape())));
  std::cout << Name(opened.dtype) << " " << Joined(opened.shape()) << " "
            << (opened.slow_reason.empty() ? "-" : opened.slow_reason) << "\n";
  return WriteFileAtomically(DefaultFileSystem(), out, bytes, OverwritePolicy::kReplace);
}

int Main(const std::vector<std::string>& arguments) {
  absl::Status status = absl::InvalidArgumentError(
      "usage: write_samples FOLDER | write_samples --read FILE FIELD OUT");
  if (arguments.size() == 1) status = WriteAll(arguments[0]);
  if (arguments.size() == 4 && arguments[0] == "--read") {
    status = ReadOne(arguments[1], arguments[2], arguments[3]);
  }
  if (status.ok()) return 0;
  std::cerr << status.message() << "\n";
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace
}  // namespace seiche

int main(int argc, char** argv) {
  return seiche::Main(std::vector<std::string>(argv + 1, argv + argc));
}
