// A fuzzer's harness without the fuzzer, for every compiler and sanitizer: the golden streams, what
// fuzzers once found (put it into findings/), and neighbours of all of them.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

// A copy without room at its end.
void Replay(const Input& input) {
  const Input exact(input.begin(), input.end());
  EXPECT_EQ(LLVMFuzzerTestOneInput(exact.data(), exact.size()), 0);
}

std::vector<Input> ReadInputs() {
  std::vector<std::string> paths;
  for (const char* folder : {"codecs/swell/testdata", "codecs/swell/fuzz/findings"}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      paths.push_back(entry.path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Input> inputs;
  for (const std::string& path : paths) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

TEST(ReplayTest, InputsAsTheyAre) {
  const std::vector<Input> inputs = ReadInputs();
  ASSERT_GE(inputs.size(), 23);
  for (const Input& input : inputs) Replay(input);
}

// About `count` places of an input, the first bytes, which say most, all of them.
std::vector<size_t> Places(const Input& input, size_t count) {
  std::vector<size_t> places;
  for (size_t at = 0; at < input.size(); at += at < 40 ? 1 : 1 + input.size() / count) {
    places.push_back(at);
  }
  return places;
}

TEST(ReplayTest, OtherBytes) {
  for (Input input : ReadInputs()) {
    for (const size_t at : Places(input, 100)) {
      const uint8_t was = input[at];
      for (const int value : {0, 255, was ^ 1, was + 64}) {
        input[at] = static_cast<uint8_t>(value);
        Replay(input);
      }
      input[at] = was;
    }
  }
}

TEST(ReplayTest, CutOffInsertedAndLeftOut) {
  for (const Input& input : ReadInputs()) {
    for (const size_t at : Places(input, 50)) {
      Replay(Input(input.begin(), input.begin() + at));
      Input other = input;
      other.insert(other.begin() + at, 1 + at % 3, 0x55);
      Replay(other);
      other = input;
      other.erase(other.begin() + at);
      Replay(other);
    }
  }
}

}  // namespace
