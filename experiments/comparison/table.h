// A report as a list of blocks, rendered for a terminal or as Markdown.
//
//   std::vector<Block> blocks = {Heading("Sizes"), Paragraph("..."), Block(table)};
//   std::fputs(RenderConsole(blocks).c_str(), stdout);
//
// Plain values and pure functions: the same blocks give both forms.
#ifndef SEICHE_EXPERIMENTS_COMPARISON_TABLE_H_
#define SEICHE_EXPERIMENTS_COMPARISON_TABLE_H_

#include <string>
#include <variant>
#include <vector>

namespace seiche {

struct Heading {
  std::string text;
};

struct Paragraph {
  std::string text;
};

// A line each, marked as list items in Markdown.
struct List {
  std::vector<std::string> items;
};

struct Table {
  struct Column {
    std::string title;
    bool left = false;  // aligned left; numbers right
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // a cell for every column
};

using Block = std::variant<Heading, Paragraph, List, Table>;

// Lines of at most `width` characters where they can be broken; tables as wide as they are.
std::string RenderConsole(const std::vector<Block>& blocks, int width = 100);
std::string RenderMarkdown(const std::vector<Block>& blocks);

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_COMPARISON_TABLE_H_
