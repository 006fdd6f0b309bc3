#include "experiments/comparison/table.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"

namespace seiche {
namespace {

// `text` in lines of at most `width`, every line but the first after `indent` spaces.
std::string Wrap(const std::string& text, size_t width, size_t indent) {
  std::string result, line;
  for (const std::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && line.size() + 1 + word.size() > width) {
      absl::StrAppend(&result, line, "\n");
      line = std::string(indent, ' ');
      line.append(word);
    } else {
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
  }
  return absl::StrCat(result, line, "\n");
}

std::vector<size_t> Widths(const Table& table) {
  std::vector<size_t> widths;
  for (const Table::Column& column : table.columns) widths.push_back(column.title.size());
  for (const std::vector<std::string>& row : table.rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  return widths;
}

std::string Pad(const std::string& cell, size_t width, bool left) {
  const std::string space(width - cell.size(), ' ');
  return left ? cell + space : space + cell;
}

std::string TrimmedRight(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string ConsoleRow(const Table& table, const std::vector<size_t>& widths,
                       const std::vector<std::string>& cells) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    absl::StrAppend(&line, i == 0 ? "" : "  ", Pad(cells[i], widths[i], table.columns[i].left));
  }
  return TrimmedRight(line) + "\n";
}

std::vector<std::string> Titles(const Table& table) {
  std::vector<std::string> titles;
  for (const Table::Column& column : table.columns) titles.push_back(column.title);
  return titles;
}

struct Console {
  size_t width;

  std::string operator()(const Heading& heading) const {
    return absl::StrCat(heading.text, "\n", std::string(heading.text.size(), '='), "\n");
  }
  std::string operator()(const Paragraph& paragraph) const {
    return Wrap(paragraph.text, width, 0);
  }
  std::string operator()(const List& list) const {
    std::string text;
    for (const std::string& item : list.items) absl::StrAppend(&text, Wrap("- " + item, width, 2));
    return text;
  }
  std::string operator()(const Table& table) const {
    const std::vector<size_t> widths = Widths(table);
    std::string text = ConsoleRow(table, widths, Titles(table));
    std::vector<std::string> rule;
    for (const size_t w : widths) rule.push_back(std::string(w, '-'));
    absl::StrAppend(&text, ConsoleRow(table, widths, rule));
    for (const std::vector<std::string>& row : table.rows) {
      absl::StrAppend(&text, ConsoleRow(table, widths, row));
    }
    return text;
  }
};

// '|' would end a cell, and '<' begin a tag.
std::string Escape(const std::string& text) {
  return absl::StrReplaceAll(text, {{"|", "\\|"}, {"<", "&lt;"}, {"*", "\\*"}});
}

std::string MarkdownRow(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) absl::StrAppend(&line, " ", cell, " |");
  return line + "\n";
}

struct Markdown {
  std::string operator()(const Heading& heading) const {
    return absl::StrCat("## ", Escape(heading.text), "\n");
  }
  std::string operator()(const Paragraph& paragraph) const { return Escape(paragraph.text) + "\n"; }
  std::string operator()(const List& list) const {
    std::string text;
    for (const std::string& item : list.items) absl::StrAppend(&text, "- ", Escape(item), "\n");
    return text;
  }
  std::string operator()(const Table& table) const {
    std::vector<std::string> titles, rule;
    for (const Table::Column& column : table.columns) {
      titles.push_back(Escape(column.title));
      rule.push_back(column.left ? "---" : "---:");
    }
    std::string text = MarkdownRow(titles) + MarkdownRow(rule);
    for (const std::vector<std::string>& row : table.rows) {
      std::vector<std::string> cells;
      for (const std::string& cell : row) cells.push_back(Escape(cell));
      absl::StrAppend(&text, MarkdownRow(cells));
    }
    return text;
  }
};

template <typename Renderer>
std::string Render(const std::vector<Block>& blocks, const Renderer& renderer) {
  std::string text;
  for (const Block& block : blocks) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", std::visit(renderer, block));
  }
  return text;
}

}  // namespace

std::string RenderConsole(const std::vector<Block>& blocks, int width) {
  return Render(blocks, Console{static_cast<size_t>(width)});
}

std::string RenderMarkdown(const std::vector<Block>& blocks) { return Render(blocks, Markdown{}); }

}  // namespace seiche
