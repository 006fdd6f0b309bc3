#include "base/progress.h"

#include <atomic>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace seiche {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A stream that remembers what was written and a clock that the test moves.
struct Screen {
  std::vector<std::string> texts;
  std::atomic<double> time{1000};

  ProgressOptions Options(bool terminal, int columns = 0) {
    return {.write = [this](std::string_view text) { texts.emplace_back(text); },
            .now = [this] { return time.load(); },
            .terminal = terminal,
            .columns = columns};
  }
};

TEST(ProgressTest, FileGetsALineEveryTenSeconds) {
  Screen screen;
  {
    Progress progress("writing lzf", 200, "sequences", screen.Options(false));
    for (int i = 0; i < 100; ++i) {
      screen.time = screen.time + 0.25;
      progress.Add(2);
    }
  }
  EXPECT_THAT(screen.texts,
              ElementsAre("writing lzf: 80/200 sequences (40 %), 8.00 sequences/s, 15 s left\n",
                          "writing lzf: 160/200 sequences (80 %), 8.00 sequences/s, 5 s left\n",
                          "writing lzf: 200/200 sequences (100 %), 8.00 sequences/s, took 25 s\n"));
}

TEST(ProgressTest, ShortRunIsSilentInAFile) {
  Screen screen;
  {
    Progress progress("writing", 3, "files", screen.Options(false));
    screen.time = screen.time + 9.9;
    progress.Add(3);
  }
  EXPECT_THAT(screen.texts, IsEmpty());
}

TEST(ProgressTest, OneLongPieceIsReportedOnce) {
  Screen screen;
  {
    Progress progress("copying", 1, "files", screen.Options(false));
    screen.time = screen.time + 20;
    progress.Add(1);
  }
  EXPECT_THAT(screen.texts, ElementsAre("copying: 1/1 files (100 %), 0.05 files/s, 0 s left\n"));
}

TEST(ProgressTest, TerminalIsRedrawnTenTimesASecond) {
  Screen screen;
  {
    Progress progress("reading", 1000, "batches", screen.Options(true));
    for (int i = 0; i < 1000; ++i) {
      screen.time = screen.time + 1.0 / 1024;
      progress.Add(1);
    }
  }
  // The start, nine times after at least a tenth of a second, and the end.
  ASSERT_EQ(screen.texts.size(), 11);
  EXPECT_EQ(screen.texts.front(), "\rreading: 0/1000 batches (0 %)\x1b[K");
  EXPECT_EQ(screen.texts[1], "\rreading: 103/1000 batches (10 %), 1024 batches/s, 1 s left\x1b[K");
  EXPECT_EQ(screen.texts.back(),
            "\rreading: 1000/1000 batches (100 %), 1024 batches/s, took 1 s\x1b[K\n");
}

TEST(ProgressTest, LineIsCutToTheTerminal) {
  Screen screen;
  { Progress progress("reading", 1000, "batches", screen.Options(true, 10)); }
  EXPECT_THAT(screen.texts, ElementsAre("\rreading: \x1b[K", "\rreading: \x1b[K\n"));
}

TEST(ProgressTest, UnknownTotal) {
  Screen screen;
  {
    Progress progress("copying", 0, "files", screen.Options(false));
    screen.time = screen.time + 16;
    progress.Add(8000);
    screen.time = screen.time + 16;
    progress.Add(1);
  }
  EXPECT_THAT(screen.texts, ElementsAre("copying: 8000 files, 500 files/s\n",
                                        "copying: 8001 files, 250 files/s\n"));
}

TEST(ProgressTest, StoppedEarlyTellsWhatWasDone) {
  Screen screen;
  {
    Progress progress("copying", 1000, "files", screen.Options(true));
    screen.time = screen.time + 64;
    progress.Add(999);
  }
  EXPECT_EQ(screen.texts.back(),
            "\rcopying: 999/1000 files (99 %), 15.6 files/s, took 1 min 04 s\x1b[K\n");
}

TEST(ProgressTest, AddsFromManyThreads) {
  Screen screen;
  {
    Progress progress("reading", 40000, "frames", screen.Options(true));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 10000; ++k) {
          screen.time = screen.time + 0.01;
          progress.Add(1);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_TRUE(absl::StartsWith(screen.texts.back(), "\rreading: 40000/40000 frames (100 %), "))
      << screen.texts.back();
}

TEST(ProgressTest, ClockOfStandardErrorDoesNotGoBack) {
  const ProgressOptions options = ProgressOptions::StandardError();
  const double first = options.now();
  EXPECT_GE(options.now(), first);
}

TEST(FormatSecondsTest, PicksTheUnits) {
  EXPECT_EQ(FormatSeconds(0), "0 s");
  EXPECT_EQ(FormatSeconds(-3), "0 s");
  EXPECT_EQ(FormatSeconds(59.4), "59 s");
  EXPECT_EQ(FormatSeconds(59.6), "1 min 00 s");
  EXPECT_EQ(FormatSeconds(125), "2 min 05 s");
  EXPECT_EQ(FormatSeconds(3725), "1 h 02 min");
  EXPECT_EQ(FormatSeconds(std::numeric_limits<double>::infinity()), "277777777777 h 46 min");
}

}  // namespace
}  // namespace seiche
