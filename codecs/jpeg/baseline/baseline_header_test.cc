#include "codecs/jpeg/baseline/baseline_header.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "codecs/jpeg/baseline/test_stream.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using ::testing::ElementsAre;

std::optional<BaselineHeader> Parse(const std::string& jpeg) {
  // A copy of its own, so that a read past the end shows under asan.
  const std::vector<uint8_t> bytes(jpeg.begin(), jpeg.end());
  return ParseBaselineHeader(bytes);
}

// The segments of a frame, each of which a test may change or leave out.
struct Segments {
  std::string application = TestSegment(0xe0, {'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0});
  std::string quantisation = Quantisation(0) + Quantisation(1);
  std::string frame =
      TestSegment(0xc0, {8, 0, 18, 0, 24, 3, 10, 0x22, 0, 20, 0x21, 1, 30, 0x11, 1});
  std::string huffman = Huffman(0x00) + Huffman(0x10) + Huffman(0x02) + Huffman(0x13);
  std::string restart;
  std::string scan = TestSegment(0xda, {3, 10, 0x00, 20, 0x23, 30, 0x23, 0, 63, 0});

  std::string Jpeg() const {
    return "\xff\xd8" + application + quantisation + frame + huffman + restart + scan + "data";
  }

  static std::string Quantisation(int number) {
    std::vector<uint8_t> content = {static_cast<uint8_t>(number)};
    for (int i = 0; i < 64; ++i) content.push_back(number * 100 + i + 1);
    return TestSegment(0xdb, content);
  }
  // A code of two bits for symbol 3, one of three for `target`.
  static std::string Huffman(int target) {
    std::vector<uint8_t> content = {static_cast<uint8_t>(target), 0, 1, 1};
    content.resize(17);
    content.insert(content.end(), {3, static_cast<uint8_t>(target)});
    return TestSegment(0xc4, content);
  }
};

TEST(BaselineHeaderTest, HasWhatDecodingNeeds) {
  Segments segments;
  segments.restart = TestSegment(0xdd, {1, 2});
  const auto header = Parse(segments.Jpeg());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->height, 18);
  EXPECT_EQ(header->width, 24);
  EXPECT_EQ(header->num_components, 3);
  EXPECT_EQ(header->components[0].across, 2);
  EXPECT_EQ(header->components[0].down, 2);
  EXPECT_EQ(header->components[1].across, 2);
  EXPECT_EQ(header->components[1].down, 1);
  EXPECT_EQ(header->components[2].down, 1);
  EXPECT_EQ(header->quanta[0], 1);
  EXPECT_EQ(header->quanta[63], 64);
  EXPECT_EQ(header->restart_interval, 258);
  EXPECT_EQ(header->size, segments.Jpeg().size() - 4);
  EXPECT_EQ(header->components[0].dc.counts[1], 1);
  EXPECT_EQ(header->components[0].dc.symbols[1], 0x00);
  EXPECT_EQ(header->components[0].ac.symbols[1], 0x10);
  EXPECT_EQ(header->components[2].dc.symbols[1], 0x02);
  EXPECT_EQ(header->components[2].ac.symbols[1], 0x13);
}

TEST(BaselineHeaderTest, OneComponentIsNotInterleaved) {
  Segments segments;
  segments.frame = TestSegment(0xc0, {8, 0, 18, 0, 24, 1, 7, 0x42, 1});
  segments.scan = TestSegment(0xda, {1, 7, 0x00, 0, 63, 0});
  const auto header = Parse(segments.Jpeg());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->num_components, 1);
  EXPECT_EQ(header->components[0].across, 1);
  EXPECT_EQ(header->components[0].down, 1);
  EXPECT_EQ(header->quanta[0], 101);
}

TEST(BaselineHeaderTest, LaterTablesReplaceEarlierOnes) {
  Segments segments;
  std::string other = Segments::Quantisation(0);
  other[5] = 77;
  segments.frame += TestSegment(0xfe, {'c', 'o', 'm'}) + other;
  const auto header = Parse(segments.Jpeg());
  ASSERT_TRUE(header);
  EXPECT_EQ(header->quanta[0], 77);
}

TEST(BaselineHeaderTest, ColoursHaveToBeKnown) {
  Segments segments;
  segments.application = "";
  EXPECT_FALSE(Parse(segments.Jpeg()));  // components 10, 20, 30 without JFIF
  segments.frame = TestSegment(0xc0, {8, 0, 18, 0, 24, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
  segments.scan = TestSegment(0xda, {3, 1, 0x00, 2, 0x23, 3, 0x23, 0, 63, 0});
  EXPECT_TRUE(Parse(segments.Jpeg()));
  segments.application = TestSegment(0xee, {'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0});
  EXPECT_FALSE(Parse(segments.Jpeg()));
}

TEST(BaselineHeaderTest, RefusesOtherKinds) {
  const auto refuses = [](auto change) {
    Segments segments;
    change(segments);
    return !Parse(segments.Jpeg());
  };
  EXPECT_FALSE(refuses([](Segments&) {}));
  for (const int marker : {0xc1, 0xc2, 0xc9, 0xd0, 0xd9, 0xdc}) {
    EXPECT_TRUE(refuses([&](Segments& s) { s.frame[1] = marker; })) << marker;
  }
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[4] = 12; }));                   // bits
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[5] = s.frame[6] = '\0'; }));    // height
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[7] = s.frame[8] = '\xff'; }));  // width
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[9] = 4; }));                    // components
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[11] = 0x12; }));  // luminance below full width
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[11] = 0x44; }));  // too many blocks
  EXPECT_TRUE(refuses([](Segments& s) { s.frame[14] = 0x01; }));  // a factor 0
  EXPECT_TRUE(refuses([](Segments& s) { s.frame += s.frame; }));  // two frames
  EXPECT_TRUE(refuses([](Segments& s) { s.frame = ""; }));        // none
  EXPECT_TRUE(refuses([](Segments& s) { s.quantisation = Segments::Quantisation(0); }));
  EXPECT_TRUE(refuses([](Segments& s) { s.quantisation[4] = 0x10; }));  // 16 bits
  EXPECT_TRUE(refuses([](Segments& s) { s.huffman = Segments::Huffman(0x00); }));
  EXPECT_TRUE(refuses([](Segments& s) { s.huffman[4] = 0x20; }));    // class
  EXPECT_TRUE(refuses([](Segments& s) { s.huffman[4] = 0x04; }));    // number
  EXPECT_TRUE(refuses([](Segments& s) { s.huffman[5] = '\x90'; }));  // more codes than symbols
  EXPECT_TRUE(refuses([](Segments& s) { s.restart = TestSegment(0xdd, {1}); }));
  EXPECT_TRUE(refuses([](Segments& s) { s.restart = TestSegment(0xdd, {1, 2, 3}); }));
  EXPECT_TRUE(refuses([](Segments& s) { s.restart = "\xff"; }));  // fill byte
  EXPECT_TRUE(refuses([](Segments& s) { s.scan[4] = 1; }));       // one component of three
  EXPECT_TRUE(refuses([](Segments& s) { s.scan[5] = 20; }));      // out of order
  EXPECT_TRUE(refuses([](Segments& s) { s.scan[6] = 0x40; }));    // no such table
  EXPECT_TRUE(refuses([](Segments& s) { s.scan[11] = 1; }));      // spectral selection
  EXPECT_TRUE(refuses([](Segments& s) { s.scan[13] = 0x10; }));   // successive approximation
}

TEST(BaselineHeaderTest, EveryTruncationIsRefused) {
  const std::string jpeg = Segments().Jpeg();
  const size_t size = Parse(jpeg)->size;
  for (size_t cut = 0; cut < size; ++cut) EXPECT_FALSE(Parse(jpeg.substr(0, cut))) << cut;
}

}  // namespace
}  // namespace seiche
