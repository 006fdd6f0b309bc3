#include "experiments/comparison/table.h"

#include "gtest/gtest.h"

namespace seiche {
namespace {

std::vector<Block> Sample() {
  return {Heading{"Sizes"}, Paragraph{"one two three four"}, List{{"alpha beta", "gamma"}},
          Table{{{"Format", true}, {"MB"}}, {{"HDF5", "1.5"}, {"a|b<c", "10.25"}}}};
}

TEST(TableTest, Console) {
  EXPECT_EQ(RenderConsole(Sample(), 9),
            "Sizes\n"
            "=====\n"
            "\n"
            "one two\n"
            "three\n"
            "four\n"
            "\n"
            "- alpha\n"
            "  beta\n"
            "- gamma\n"
            "\n"
            "Format     MB\n"
            "------  -----\n"
            "HDF5      1.5\n"
            "a|b<c   10.25\n");
}

TEST(TableTest, Markdown) {
  EXPECT_EQ(RenderMarkdown(Sample()),
            "## Sizes\n"
            "\n"
            "one two three four\n"
            "\n"
            "- alpha beta\n"
            "- gamma\n"
            "\n"
            "| Format | MB |\n"
            "| --- | ---: |\n"
            "| HDF5 | 1.5 |\n"
            "| a\\|b&lt;c | 10.25 |\n");
}

TEST(TableTest, NothingForNoBlocks) {
  EXPECT_EQ(RenderConsole({}), "");
  EXPECT_EQ(RenderMarkdown({}), "");
}

}  // namespace
}  // namespace seiche
