#include "loader/loader_state.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/testing/grid_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;
using ::absl_testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kPrecondition = absl::StatusCode::kFailedPrecondition;

LoaderState AnyState() {
  return {.order = {.order = "chunk-aware",
                    .seed = 0xFEDCBA9876543210u,
                    .samples = 30000,
                    .batch_size = 16,
                    .last_batch = "pad",
                    .block_samples = 94,
                    .window_blocks = 3,
                    .sample = 1,
                    .data = std::numeric_limits<uint64_t>::max()},
          .epoch = 3,
          .batch = 1200};
}

void ExpectSame(const LoaderState& a, const LoaderState& b) {
  EXPECT_THAT(CheckSameOrder(a.order, b.order), IsOk());
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.batch, b.batch);
}

TEST(LoaderStateTest, RoundTrip) {
  LoaderState state = AnyState();
  for (int i = 0; i < 4; ++i) {
    const std::string text = FormatState(state);
    EXPECT_LT(text.size(), 4096);
    EXPECT_EQ(text.find('\n'), std::string::npos) << "a line";
    const auto parsed = ParseState(text);
    ASSERT_THAT(parsed, IsOk());
    ExpectSame(*parsed, state);
    state.epoch = state.epoch * 103 + 7;
    state.order.samples = state.batch = int64_t{1} << (50 + 3 * i);
    state.order.seed *= 0x9E3779B97F4A7C15u;
    state.order.order = "uniform";
  }
}

// Written to checkpoints: what version 1 looks like must not change.
TEST(LoaderStateTest, TextOfVersion1) {
  EXPECT_EQ(FormatState(AnyState()),
            R"({"seiche_loader_state":1,"epoch":3,"batch":1200,"order":"chunk-aware",)"
            R"("seed":"fedcba9876543210","samples":30000,"batch_size":16,"last_batch":"pad",)"
            R"("block_samples":94,"window_blocks":3,"sample":"0000000000000001",)"
            R"("data":"ffffffffffffffff"})");
}

TEST(LoaderStateTest, OtherVersions) {
  const std::string text = absl::StrReplaceAll(
      FormatState(AnyState()), {{"\"seiche_loader_state\":1", "\"seiche_loader_state\":2"}});
  EXPECT_THAT(ParseState(text),
              StatusIs(kPrecondition,
                       "the state is of version 2, this is version 1, whose orders may differ: go "
                       "on with the version that wrote it"));
  // A later one may have other members.
  EXPECT_THAT(ParseState(R"({"seiche_loader_state": 7})"),
              StatusIs(kPrecondition, HasSubstr("version 7")));
}

TEST(LoaderStateTest, CutAnywhere) {
  const std::string text = FormatState(AnyState());
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_THAT(ParseState(text.substr(0, length)),
                StatusIs(kInvalid, StartsWith("this is not the state of a loader: state: ")))
        << length;
  }
}

// Any byte changed: still a state, or refused with one of two codes; nothing else.
TEST(LoaderStateTest, EveryBitFlipped) {
  const std::string text = FormatState(AnyState());
  int64_t refused = 0;
  for (size_t i = 0; i < text.size() * 8; ++i) {
    std::string flipped = text;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ (1 << i % 8));
    const auto parsed = ParseState(flipped);
    if (parsed.ok()) {
      EXPECT_GE(parsed->batch, 0);
      EXPECT_GE(parsed->epoch, 0);
      continue;
    }
    ++refused;
    EXPECT_TRUE(parsed.status().code() == kInvalid || parsed.status().code() == kPrecondition)
        << parsed.status();
  }
  EXPECT_GT(refused, 0);
}

TEST(LoaderStateTest, WhatIsNotAState) {
  const auto expect = [](const std::string& text, const std::string& reason) {
    EXPECT_THAT(ParseState(text),
                StatusIs(kInvalid, AllOf(StartsWith("this is not the state of a loader: "),
                                         HasSubstr(reason))))
        << text;
  };
  expect("", "state");
  expect("[]", "");
  expect("17", "");
  expect("{}", "seiche_loader_state");
  expect(std::string(100000, '['), "");
  expect(std::string("\0\xFF", 2), "");
  const std::string text = FormatState(AnyState());
  const auto replaced = [&](const std::string& from, const std::string& to) {
    EXPECT_THAT(text, HasSubstr(from));
    return absl::StrReplaceAll(text, {{from, to}});
  };
  expect(replaced("\"batch\":1200", "\"batch\":-1"), "a number is negative");
  expect(replaced("\"epoch\":3", "\"epoch\":-3"), "a number is negative");
  expect(replaced("\"batch\":1200", "\"batch\":1200.5"), "batch");
  expect(replaced("\"batch\":1200", "\"batch\":\"1200\""), "batch");
  expect(replaced("\"batch\":1200", "\"batch\":18446744073709551615"), "batch");
  // Numbers of batches from there on would not fit into 64 bits.
  expect(replaced("\"batch\":1200", "\"batch\":9223372036854775807"),
         "batch = 9223372036854775807 lies behind all epochs");
  expect(replaced("\"samples\":30000", "\"samples\":null"), "samples");
  expect(replaced("fedcba9876543210", "fedcba987654321x"), "seed is \"fedcba987654321x\"");
  expect(replaced("fedcba9876543210", "1fedcba9876543210"), "seed is");
  expect(replaced("\"order\"", "\"odder\""), "order");
}

TEST(LoaderStateTest, EachDifferenceIsNamed) {
  const OrderIdentity saved = AnyState().order;
  const auto expect = [&](const std::function<void(OrderIdentity&)>& change,
                          const std::string& difference) {
    OrderIdentity present = saved;
    change(present);
    EXPECT_THAT(CheckSameOrder(saved, present),
                StatusIs(kPrecondition,
                         absl::StrCat("the state belongs to another order: ", difference,
                                      ": go on with the same options and data, or start anew "
                                      "without the state")));
  };
  expect([](auto& o) { o.order = "uniform"; }, "order was chunk-aware, is uniform");
  expect([](auto& o) { o.seed = 7; }, "seed was 18364758544493064720, is 7");
  expect([](auto& o) { o.samples = 1; }, "the number of samples was 30000, is 1");
  expect([](auto& o) { o.batch_size = 32; }, "batch_size was 16, is 32");
  expect([](auto& o) { o.last_batch = "keep"; }, "last_batch was pad, is keep");
  expect([](auto& o) { o.block_samples = 95; }, "samples in a block was 94, is 95");
  expect([](auto& o) { o.window_blocks = 4; },
         "blocks shuffled together (shuffle_bytes, or memory_budget where that is 0) was 3, is 4");
  expect([](auto& o) { o.sample = 2; }, "fields, windows or crops differ");
  expect([](auto& o) { o.data = 2; },
         "the data differ (fields, dtypes, shapes or the list of files)");
  expect(
      [](auto& o) {
        o.seed = 7;
        o.batch_size = 1;
        o.data = 2;
      },
      "seed was 18364758544493064720, is 7; batch_size was 16, is 1; the data differ (fields, "
      "dtypes, shapes or the list of files)");
}

// What an identity depends on, and what it does not.
struct Setting {
  GridStore::Options store = {.fields = {GridStore::MakeField("u", {8, 9, 10}, {2, 9, 10}, "NTH"),
                                         GridStore::MakeField("v", {8, 9}, {2, 9}, "NT")}};
  LoaderOptions options = {.sample = {.windows = {{"a", 0, 2}}, .crops = {{'H', 1, 4}}}};
  SamplerOptions sampler = {};

  OrderIdentity Identity() const {
    const GridStore grid(store);
    return IdentityOf(grid, *SampleMap::Create(grid, options.sample, options.seed), options,
                      sampler);
  }
};

TEST(LoaderStateTest, WhatMakesAnotherOrder) {
  const OrderIdentity before = Setting().Identity();
  const auto expect = [&](const std::string& what, const std::function<void(Setting&)>& change) {
    Setting setting;
    change(setting);
    EXPECT_THAT(CheckSameOrder(before, setting.Identity()),
                StatusIs(kPrecondition, HasSubstr(what)));
  };
  expect("seed", [](Setting& s) { s.options.seed = 1; });
  expect("batch_size", [](Setting& s) { s.options.batch_size = 2; });
  expect("last_batch was keep, is drop",
         [](Setting& s) { s.options.last_batch = LastBatch::kDrop; });
  expect("order was uniform, is sequential",
         [](Setting& s) { s.sampler.order = Order::kSequential; });
  expect("number of samples", [](Setting& s) { s.options.sample.step = 2; });
  constexpr char kSample[] = "fields, windows or crops differ";
  expect(kSample, [](Setting& s) { s.options.sample.fields = {0}; });
  expect(kSample, [](Setting& s) { s.options.sample.windows[0].name = "b"; });
  expect(kSample, [](Setting& s) { s.options.sample.windows = {{"a", 0, 1}, {"b", 1, 1}}; });
  expect(kSample, [](Setting& s) { s.options.sample.crops[0].offset = 2; });
  expect(kSample, [](Setting& s) { s.options.sample.crops[0].stride = 2; });
  expect(kSample, [](Setting& s) { s.options.sample.crops[0].random = true; });
  expect(kSample, [](Setting& s) { s.options.sample.frame_stride = 2; });
  constexpr char kData[] = "the data differ";
  expect(kData, [](Setting& s) { s.store.fields[1].name = "w"; });
  expect(kData, [](Setting& s) { s.store.fields[1].dtype = DType::kFloat64; });
  expect(kData, [](Setting& s) {
    s.store.fields[0] = GridStore::MakeField("u", {8, 9, 11}, {2, 9, 10}, "NTH");
  });
  expect(kData, [](Setting& s) { s.store.parts = {0, 3, 8}; });
}

TEST(LoaderStateTest, WhatLeavesTheOrderAlone) {
  const OrderIdentity before = Setting().Identity();
  Setting setting;
  setting.options.workers = 7;
  setting.options.prefetch = 9;
  setting.options.memory_budget = 1;
  setting.options.shard_count = 4;
  setting.options.epoch = 5;
  setting.options.max_batches = 2;
  setting.options.decode_once = false;
  setting.options.on_error = OnError::kSkip;
  setting.sampler.block_samples = 17;  // of kChunkAware only
  setting.store.fields[0] = GridStore::MakeField("u", {8, 9, 10}, {1, 3, 5}, "NTH");
  EXPECT_THAT(CheckSameOrder(before, setting.Identity()), IsOk());
  setting.sampler.order = Order::kChunkAware;
  EXPECT_EQ(setting.Identity().block_samples, 17);
}

TEST(LoaderStateTest, HugeDatasets) {
  const GridStore store(
      {.fields = {GridStore::MakeField("u", {int64_t{1} << 40, 100, 184, 184}, {94, 7, 12, 12})}});
  const LoaderOptions options{.sample = {.windows = {{"a", 0, 10}}}};
  const auto map = SampleMap::Create(store, options.sample, 0);
  ASSERT_THAT(map, IsOk());
  EXPECT_EQ(map->size(), (int64_t{1} << 40) * 91);
  const LoaderState state{.order = IdentityOf(store, *map, options, {}), .batch = map->size() / 2};
  const auto parsed = ParseState(FormatState(state));
  ASSERT_THAT(parsed, IsOk());
  ExpectSame(*parsed, state);
}

}  // namespace
}  // namespace seiche
