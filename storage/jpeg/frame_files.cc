#include "storage/jpeg/frame_files.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace seiche {
namespace {

std::string_view WithoutExtension(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == 0 ? name : name.substr(0, dot);  // npos: all of it
}

}  // namespace

void NameList::Append(std::string_view name) {
  assert(characters_.size() + name.size() <= std::numeric_limits<uint32_t>::max());
  characters_.append(name);
  ends_.push_back(static_cast<uint32_t>(characters_.size()));
}

std::string_view NameList::operator[](int64_t index) const {
  const uint32_t begin = index == 0 ? 0 : ends_[index - 1];
  return std::string_view(characters_).substr(begin, ends_[index] - begin);
}

bool IsFrameName(std::string_view name) {
  return absl::EndsWithIgnoreCase(name, ".jpg") || absl::EndsWithIgnoreCase(name, ".jpeg");
}

std::optional<int64_t> NumberIn(std::string_view name) {
  std::string_view digits = WithoutExtension(name);
  while (!digits.empty() && !absl::ascii_isdigit(digits.back())) digits.remove_suffix(1);
  size_t begin = digits.size();
  while (begin > 0 && absl::ascii_isdigit(digits[begin - 1])) --begin;
  int64_t number;
  if (!absl::SimpleAtoi(digits.substr(begin), &number)) return std::nullopt;
  return number;
}

absl::StatusOr<NameList> FindFrames(const std::string& folder,
                                    absl::Span<const std::string> names) {
  std::vector<std::pair<int64_t, std::string_view>> frames;
  for (const std::string& name : names) {
    if (!IsFrameName(name)) continue;
    const std::optional<int64_t> number = NumberIn(name);
    if (!number) {
      return absl::FailedPreconditionError(
          absl::StrCat(folder, "/", name, ": the name needs the frame's number, as in 007.jpg"));
    }
    frames.emplace_back(*number, name);
  }
  std::sort(frames.begin(), frames.end());
  NameList list;
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i > 0 && frames[i].first == frames[i - 1].first) {
      return absl::FailedPreconditionError(absl::StrCat(folder, ": frame ", frames[i].first,
                                                        " is there twice: ", frames[i - 1].second,
                                                        " and ", frames[i].second));
    }
    if (i > 0 && frames[i].first != frames[i - 1].first + 1) {
      return absl::DataLossError(absl::StrCat(folder, ": frame ", frames[i - 1].first + 1,
                                              " is missing between ", frames[i - 1].second, " and ",
                                              frames[i].second));
    }
    list.Append(frames[i].second);
  }
  return list;
}

}  // namespace seiche
