#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "base/command_line.h"
#include "base/interrupt.h"
#include "tools/command/commands.h"

int main(int argc, char** argv) {
  seiche::RemoveOutputsWhenInterrupted();
  const auto print = [](std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
  };
  return seiche::Print(
      seiche::RunSeiche(std::vector<std::string>(argv + 1, argv + argc), {.print = print}));
}
