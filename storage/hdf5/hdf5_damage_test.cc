// Truncated files and flipped bits in chunks: a value or an error, whatever the input.
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/hdf5/hdf5_store.h"
#include "storage/hdf5/one_file.h"
#include "storage/hdf5/test_values.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr int64_t kElements = 3 * 4 * 6 * 7;

std::string Contents(std::string_view name) {
  const auto contents = ReadFile(DefaultFileSystem(), absl::StrCat("storage/hdf5/testdata/", name));
  EXPECT_THAT(contents, IsOk());
  return contents.value_or("");
}

absl::StatusOr<std::vector<std::byte>> ReadAll(const OneFile& files, const std::string& field) {
  // A file system that is only read from.
  const auto store =
      OpenHdf5Store(files.path(), {.field = field, .files = const_cast<OneFile*>(&files)});
  if (!store.ok()) return store.status();
  const Field& opened = (*store)->fields()[0];
  std::vector<std::byte> bytes(NumElements(opened.shape()) * SizeOf(opened.dtype));
  const absl::Status status =
      (*store)->Read(0, WholeBox(opened.shape()),
                     MakeView(static_cast<void*>(bytes.data()), opened.dtype, opened.shape()));
  if (!status.ok()) return status;
  return bytes;
}

TEST(TruncationTest, EveryLengthIsAnErrorOrTheSameValues) {
  const std::vector<std::byte> values = FormulaElements(DType::kFloat32, kElements);
  for (const auto& [name, field] :
       {std::pair("h5repack_gzip.h5", "images"), std::pair("h5repack_nbit.h5", "images"),
        std::pair("user_block_v114.h5", "chunked"),
        std::pair("user_block_v114.h5", "contiguous")}) {
    OneFile files(name, Contents(name));
    const size_t size = files.contents().size();
    int64_t readable = 0;
    for (size_t length = 0; length <= size; ++length) {
      files.Truncate(length);
      const auto read = ReadAll(files, field);
      if (read.ok()) {
        ASSERT_EQ(*read, values) << name << " " << length;
        ++readable;
      } else {
        ASSERT_THAT(read.status(), StatusIs(::testing::AnyOf(absl::StatusCode::kDataLoss,
                                                             absl::StatusCode::kFailedPrecondition),
                                            StartsWith(absl::StrCat(name, ": "))));
      }
    }
    EXPECT_GE(readable, 1) << name;
    EXPECT_LT(readable, 10) << name << ": it looks as if nothing had been cut off";
  }
}

// Where libhdf5 has to read: it must not take such a chunk for a whole one.
TEST(TooFewBytesTest, IsAnError) {
  for (const auto& [field, reason] : {std::pair("none", "chunk has too few bytes"),
                                      std::pair("gzip", "chunk decodes to too few bytes"),
                                      std::pair("fletcher32", "filter returned failure")}) {
    const OneFile files("short_chunks.h5", Contents("short_chunks.h5"));
    EXPECT_THAT(
        ReadAll(files, field),
        StatusIs(absl::StatusCode::kDataLoss,
                 AllOf(StartsWith(absl::StrCat("short_chunks.h5: H5 dataset '", field, "': ")),
                       HasSubstr(reason))));
  }
}

struct FlipCase {
  std::string file;
  std::string field;
  bool has_checksum;
};

class FlippedBitTest : public ::testing::TestWithParam<FlipCase> {};

// Decodes chunk `chunk` of `store` from `encoded`.
absl::Status Decode(const SequenceStore& store, int64_t chunk, absl::Span<const std::byte> encoded,
                    std::vector<std::byte>& out, CodecScratch& scratch) {
  const Field& field = store.fields()[0];
  const Box part = WholeBox(field.grid.BoxOf(chunk).extent);
  out.assign(NumElements(part.extent) * SizeOf(field.dtype), std::byte{0});
  return store.DecodeChunk(0, chunk, store.Locate(0, chunk), encoded, part,
                           MakeView(static_cast<void*>(out.data()), field.dtype, part.extent),
                           scratch);
}

TEST_P(FlippedBitTest, IsAValueOrDataLoss) {
  OneFile files(GetParam().file, Contents(GetParam().file));
  const auto store = OpenHdf5Store(files.path(), {.field = GetParam().field, .files = &files});
  ASSERT_THAT(store, IsOk());
  CodecScratch scratch;
  AlignedBuffer buffer;
  std::vector<std::byte> expected, decoded;
  int64_t errors = 0;
  for (int64_t chunk = 0; chunk < (*store)->fields()[0].grid.num_chunks(); ++chunk) {
    const auto read = (*store)->ReadEncoded((*store)->Locate(0, chunk), buffer);
    ASSERT_THAT(read, IsOk());
    std::vector<std::byte> encoded(read->begin(), read->end());
    ASSERT_THAT(Decode(**store, chunk, encoded, expected, scratch), IsOk());
    for (size_t bit = 0; bit < encoded.size() * 8; ++bit) {
      const std::byte mask{static_cast<uint8_t>(1 << bit % 8)};
      encoded[bit / 8] ^= mask;
      const absl::Status status = Decode(**store, chunk, encoded, decoded, scratch);
      encoded[bit / 8] ^= mask;
      if (status.ok()) {
        if (GetParam().has_checksum) {
          ASSERT_EQ(decoded, expected) << chunk << " bit " << bit;
        }
        continue;
      }
      ++errors;
      ASSERT_THAT(status, StatusIs(absl::StatusCode::kDataLoss,
                                   AllOf(StartsWith(absl::StrCat(files.path(), ": H5 dataset '",
                                                                 GetParam().field, "': chunk (")),
                                         HasSubstr(": "))));
    }
  }
  if (GetParam().has_checksum) {
    EXPECT_GT(errors, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FlippedBitTest,
                         ::testing::Values(FlipCase{"h5py_earliest.h5", "filters/none", false},
                                           FlipCase{"h5py_earliest.h5", "filters/gzip", true},
                                           FlipCase{"h5py_earliest.h5", "filters/lzf", false},
                                           FlipCase{"h5py_earliest.h5", "filters/fletcher32", true},
                                           FlipCase{"h5py_earliest.h5",
                                                    "filters/shuffle_lzf_fletcher32", true},
                                           FlipCase{"h5py_earliest.h5", "filters/masked", false},
                                           FlipCase{"h5py_v114.h5", "raw_edges", false},
                                           FlipCase{"user_block_v114.h5", "contiguous", false}));

}  // namespace
}  // namespace seiche
