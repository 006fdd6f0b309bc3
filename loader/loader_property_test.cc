// Random datasets, samples, orders, budgets and shards against a plain reference: every element of
// every batch, every sample once, resumed anywhere on any number of shards.
//
// SEICHE_SOAK_SECONDS=600 makes each of the random tests go on for so long instead of a moment.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/status_matchers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "loader/loader.h"
#include "loader/plan/chunk_strip.h"
#include "loader/testing/fake_store.h"

namespace seiche {
namespace {

using ::absl_testing::IsOk;

using RandomBits = std::mt19937_64;

int64_t Between(RandomBits& random, int64_t low, int64_t high) {
  return std::uniform_int_distribution<int64_t>(low, high)(random);
}

template <typename T>
T OneOf(RandomBits& random, std::initializer_list<T> values) {
  return values.begin()[Between(random, 0, static_cast<int64_t>(values.size()) - 1)];
}

struct Case {
  std::shared_ptr<FakeStore> store;
  LoaderOptions options;
  std::string text;
};

enum class Chunks { kAny, kStrips };

// Chunks with short rows, which are put together before samples are delivered.
FakeStore::Options RandomStripStore(RandomBits& random) {
  FakeStore::Options options;
  options.axes = OneOf<std::string>(random, {"NTHW", "NTHW", "THW", "NTHWC", "NHWT", "HWT"});
  Shape shape, chunk;
  for (const char axis : options.axes) {
    const bool is_frames = axis == 'T' && options.axes.find('N') == std::string::npos;
    const int64_t extent = axis == 'C'   ? 3
                           : is_frames   ? Between(random, 60, 120)
                           : axis == 'W' ? Between(random, 48, 80)
                                         : Between(random, 7, 14);
    shape.push_back(extent);
    chunk.push_back(axis == 'C'   ? 3
                    : axis == 'W' ? Between(random, 5, 20)
                                  : Between(random, extent * 2 / 3, extent));
  }
  options.grid = ChunkGrid(shape, chunk);
  return options;
}

FakeStore::Options RandomStore(RandomBits& random, Chunks chunks = Chunks::kAny) {
  if (chunks == Chunks::kStrips) return RandomStripStore(random);
  FakeStore::Options options;
  options.axes = OneOf<std::string>(random, {"NTHW", "NTHW", "THW", "NTHWC", "TNHW", "HWT", "NT"});
  Shape shape, chunk;
  for (const char axis : options.axes) {
    const int64_t extent = axis == 'N'   ? Between(random, 1, 12)
                           : axis == 'T' ? Between(random, 1, 20)
                           : axis == 'C' ? 3
                                         : Between(random, 1, 6);
    shape.push_back(extent);
    chunk.push_back(OneOf<int64_t>(random, {1, extent, Between(random, 1, extent)}));
  }
  std::vector<ChunkGrid> grids = {ChunkGrid(shape, chunk)};
  const int64_t parts = Between(random, 0, 3) == 0 ? Between(random, 1, 3) : 0;
  for (int64_t i = 0; i < parts; ++i) {
    shape[0] = Between(random, 1, 9);
    chunk[0] = Between(random, 1, shape[0]);
    grids.emplace_back(shape, chunk);
  }
  options.grid = ChunkGrid::Concatenate(grids);
  return options;
}

SampleOptions RandomSample(RandomBits& random, const Field& field) {
  SampleOptions sample;
  const int frames_axis = field.axis('T');
  const int64_t frames = frames_axis < 0 ? 1 : field.shape()[frames_axis];
  if (frames_axis >= 0 && Between(random, 0, 2) > 0) {
    sample.frame_stride = Between(random, 1, 3);
    sample.step = Between(random, 1, 4);
    const int64_t fits = (frames - 1) / sample.frame_stride + 1;
    const int64_t first = Between(random, 1, fits);
    sample.windows.push_back({"input", 0, first});
    if (first < fits && Between(random, 0, 1) == 0) {
      sample.windows.push_back({"target", first, Between(random, 1, fits - first)});
    }
  }
  for (size_t i = 0; i < field.shape().size(); ++i) {
    const char letter = field.axes[i];
    if (letter == 'N' || letter == 'T' || Between(random, 0, 3) > 0) continue;
    AxisCrop crop{.axis = letter, .stride = Between(random, 1, 2)};
    const int64_t fits = (field.shape()[i] - 1) / crop.stride + 1;
    crop.extent = Between(random, 1, fits);
    crop.random = Between(random, 0, 1) == 0;
    if (!crop.random) {
      crop.offset = Between(random, 0, field.shape()[i] - (crop.extent - 1) * crop.stride - 1);
    }
    sample.crops.push_back(crop);
  }
  return sample;
}

std::string Describe(const Case& c) {
  const Field& field = c.store->fields()[0];
  std::string text = absl::StrCat(
      field.axes, " ", ToString(field.shape()), " in ", ToString(field.grid.chunk_shape()),
      ", batch ", c.options.batch_size, ", order ", static_cast<int>(c.options.order), ", step ",
      c.options.sample.step, ", stride ", c.options.sample.frame_stride, ", budget ",
      c.options.memory_budget, ", shuffle ", c.options.shuffle_bytes, ", workers ",
      c.options.workers, ", prefetch ", c.options.prefetch, ", last ",
      static_cast<int>(c.options.last_batch), ", shards ", c.options.shard_count);
  for (const FrameWindow& w : c.options.sample.windows) {
    absl::StrAppend(&text, ", window ", w.first, "+", w.frames);
  }
  for (const AxisCrop& crop : c.options.sample.crops) {
    absl::StrAppend(&text, ", crop ", std::string(1, crop.axis), " ", crop.offset, "+", crop.extent,
                    "/", crop.stride, crop.random ? " random" : "");
  }
  return text;
}

// Empty if the random samples do not fit the random data.
std::optional<Case> RandomCase(RandomBits& random, Chunks chunks) {
  Case c;
  c.store = std::make_shared<FakeStore>(RandomStore(random, chunks));
  LoaderOptions& options = c.options;
  options.sample = RandomSample(random, c.store->fields()[0]);
  options.batch_size = Between(random, 1, 7);
  options.order =
      OneOf(random, {Order::kSequential, Order::kUniform, Order::kChunkAware, Order::kAuto});
  options.seed = random();
  options.epoch = Between(random, 0, 3);
  options.last_batch = OneOf(random, {LastBatch::kKeep, LastBatch::kDrop, LastBatch::kPad});
  options.shard_count = OneOf<int64_t>(random, {1, 1, 2, 3, 5});
  options.workers = static_cast<int>(Between(random, 1, 5));
  options.prefetch = static_cast<int>(Between(random, 1, 4));
  options.shuffle_bytes = OneOf<int64_t>(random, {0, 1, 1000, 10000, 1000000});
  options.decode_once = Between(random, 0, 9) > 0;
  const auto map = SampleMap::Create(*c.store, options.sample, options.seed);
  if (!map.ok()) return std::nullopt;
  int64_t sample_bytes = 0;
  for (const SampleOutput& output : map->outputs()) {
    sample_bytes += NumElements(output.shape) * 4 + 64;
  }
  // From the least that is possible to plenty; the workers' own memory counts in megabytes.
  const int64_t least = sample_bytes * options.batch_size * (options.prefetch + 1);
  options.memory_budget = OneOf<int64_t>(
      random, {least, least + options.workers * ((4 << 20) + 40000), int64_t{4} << 30});
  if (options.shuffle_bytes == 0) options.shuffle_bytes = 5000;
  c.text = Describe(c);
  return c;
}

// The value that row `row` of the batch should have at `index` of output `output`.
class Reference {
 public:
  explicit Reference(const Case& c)
      : store_(*c.store), map_(*SampleMap::Create(*c.store, c.options.sample, c.options.seed)) {}

  void Check(const Batch& batch, int64_t epoch) const {
    for (int output = 0; output < static_cast<int>(map_.outputs().size()); ++output) {
      const ConstArrayView view = batch.view(output);
      ASSERT_TRUE(view.contiguous());
      const int64_t elements = NumElements(map_.outputs()[output].shape);
      for (int64_t row = 0; row < batch.size(); ++row) {
        const auto* values = reinterpret_cast<const float*>(view.data) + row * elements;
        CheckRow(output, batch.samples()[row], epoch, values);
        if (testing::Test::HasFatalFailure()) return;
      }
    }
  }

 private:
  void CheckRow(int output, int64_t sample, int64_t epoch, const float* values) const {
    const Field& field = store_.fields()[0];
    Box box;
    map_.SetBox(output, sample, epoch, box);
    ASSERT_TRUE(Contains(field.shape(), box));
    // Output axes: T, then the others as stored, without N.
    std::vector<int> axes;
    if (field.axis('T') >= 0) axes.push_back(field.axis('T'));
    for (int i = 0; i < static_cast<int>(field.axes.size()); ++i) {
      if (field.axes[i] != 'T' && field.axes[i] != 'N') axes.push_back(i);
    }
    Shape index(box.extent.size(), 0);
    const int64_t count = NumElements(box.extent);
    for (int64_t i = 0; i < count; ++i) {
      Shape element(index.size());
      for (size_t a = 0; a < index.size(); ++a) {
        element[a] = box.offset[a] + index[a] * box.stride_of(static_cast<int>(a));
      }
      ASSERT_EQ(values[i], FakeStore::ValueAt(field.shape(), element))
          << "sample " << sample << " output " << output << " element " << i;
      for (size_t a = axes.size(); a-- > 0 && ++index[axes[a]] == box.extent[axes[a]];) {
        index[axes[a]] = 0;
      }
    }
  }

  const SequenceStore& store_;
  const SampleMap map_;
};

std::unique_ptr<Loader> Make(const Case& c, LoaderOptions options) {
  auto loader = Loader::Create(c.store, std::move(options));
  EXPECT_THAT(loader, IsOk());
  return loader.ok() ? *std::move(loader) : nullptr;
}

using Samples = std::vector<std::vector<int64_t>>;

// Up to `batches` batches, or all of them for -1, contents checked.
Samples Read(Loader& loader, const Reference& reference, int64_t batches, RandomBits& random) {
  Samples samples;
  std::vector<Batch> held;
  while (batches < 0 || static_cast<int64_t>(samples.size()) < batches) {
    auto batch = loader.Next();
    if (batch.status().code() == absl::StatusCode::kResourceExhausted && !held.empty()) {
      held.clear();
      continue;
    }
    EXPECT_THAT(batch, IsOk());
    if (!batch.ok() || !batch->has_value()) break;
    reference.Check(**batch, loader.epoch());
    const auto rows = (*batch)->samples();
    samples.emplace_back(rows.begin(), rows.end() - (*batch)->padding());
    if (Between(random, 0, 4) == 0) held.push_back(**std::move(batch));
    if (Between(random, 0, 9) == 0) held.clear();
  }
  return samples;
}

// All shards one after the other; batches in the global order.
Samples ReadAllShards(const Case& c, const Reference& reference, RandomBits& random) {
  std::vector<Samples> shards;
  for (int64_t shard = 0; shard < c.options.shard_count; ++shard) {
    LoaderOptions options = c.options;
    options.shard_index = shard;
    shards.push_back(Read(*Make(c, options), reference, -1, random));
  }
  Samples all;
  for (size_t i = 0;; ++i) {
    for (const Samples& shard : shards) {
      if (i < shard.size()) all.push_back(shard[i]);
    }
    if (i >= shards[0].size()) return all;
  }
}

std::vector<int64_t> Flat(const Samples& batches) {
  std::vector<int64_t> samples;
  for (const auto& batch : batches) samples.insert(samples.end(), batch.begin(), batch.end());
  return samples;
}

void ExpectEachOnce(const Samples& batches, int64_t size, LastBatch last_batch) {
  const std::vector<int64_t> samples = Flat(batches);
  const std::set<int64_t> distinct(samples.begin(), samples.end());
  EXPECT_EQ(distinct.size(), samples.size());
  if (last_batch == LastBatch::kDrop) {
    EXPECT_LE(samples.size(), size);
  } else {
    EXPECT_EQ(samples.size(), size);
  }
}

// Stops after some batches on all shards, goes on with the state of one on other shards.
void ExpectResumes(const Case& c, const Reference& reference, const Samples& expected,
                   RandomBits& random) {
  Case other = c;
  const int64_t most = static_cast<int64_t>(expected.size()) / c.options.shard_count;
  const int64_t delivered = Between(random, 0, most);
  other.options.shard_index = Between(random, 0, c.options.shard_count - 1);
  std::string state;
  {
    const auto loader = Make(c, other.options);
    Read(*loader, reference, delivered, random);
    state = loader->State();
  }
  EXPECT_LT(state.size(), 4096);
  other.options.resume = state;
  other.options.epoch = 17;  // the state's counts
  other.options.workers = static_cast<int>(Between(random, 1, 5));
  other.options.prefetch = 1;
  // What is dropped and padded depends on the number of shards.
  const bool same = c.options.last_batch != LastBatch::kKeep && Between(random, 0, 1) == 0;
  if (!same) other.options.shard_count = OneOf<int64_t>(random, {1, 2, 3, 5});
  const int64_t first = delivered * c.options.shard_count;
  std::map<int64_t, std::vector<int64_t>> rest;
  std::set<size_t> counts;
  for (int64_t shard = 0; shard < other.options.shard_count; ++shard) {
    other.options.shard_index = shard;
    const auto loader = Make(other, other.options);
    ASSERT_NE(loader, nullptr);
    EXPECT_EQ(loader->epoch(), c.options.epoch);
    const int64_t shards = other.options.shard_count;
    int64_t global = first + ((shard - first) % shards + shards) % shards;
    Samples batches = Read(*loader, reference, -1, random);
    counts.insert(batches.size());
    for (auto& batch : batches) {
      rest[global] = std::move(batch);
      global += shards;
    }
  }
  if (c.options.last_batch != LastBatch::kKeep) {
    EXPECT_EQ(counts.size(), 1) << "shards have not as many batches";
  }
  Samples joined(expected.begin(), expected.begin() + first);
  for (auto& [global, batch] : rest) {
    EXPECT_EQ(global, joined.size());
    joined.push_back(std::move(batch));
  }
  if (c.options.last_batch == LastBatch::kKeep || same) {
    EXPECT_EQ(joined, expected) << "stopped after " << delivered;
    return;
  }
  // But for the end they agree.
  const size_t common = std::min(joined.size(), expected.size());
  const size_t end = common > 0 ? common - 1 : 0;
  EXPECT_TRUE(std::equal(joined.begin(), joined.begin() + end, expected.begin()));
  const int64_t unequal = static_cast<int64_t>(joined.size() - expected.size());
  EXPECT_LT(std::abs(unequal), std::max(c.options.shard_count, other.options.shard_count));
}

void CheckCase(RandomBits& random, Chunks chunks) {
  const std::optional<Case> c = RandomCase(random, chunks);
  if (!c.has_value()) return;
  SCOPED_TRACE(c->text);
  const Reference reference(*c);
  const Samples all = ReadAllShards(*c, reference, random);
  if (testing::Test::HasFailure()) return;
  const auto map = SampleMap::Create(*c->store, c->options.sample, c->options.seed);
  ExpectEachOnce(all, map->size(), c->options.last_batch);

  // The order depends on nothing but the options that define it.
  LoaderOptions plain = c->options;
  plain.workers = 1;
  plain.shard_count = 1;
  plain.prefetch = 1;
  const auto loader = Make(*c, plain);
  ASSERT_NE(loader, nullptr);
  const std::vector<int64_t> one = Flat(Read(*loader, reference, -1, random)), many = Flat(all);
  const size_t common = std::min(one.size(), many.size());
  EXPECT_TRUE(std::equal(one.begin(), one.begin() + common, many.begin()));
  ExpectResumes(*c, reference, all, random);
}

std::chrono::steady_clock::time_point SoakEnd(int seconds) {
  const char* const soak = std::getenv("SEICHE_SOAK_SECONDS");
  return std::chrono::steady_clock::now() +
         std::chrono::seconds(soak == nullptr ? seconds : std::atoi(soak));
}

void CheckRandomCases(Chunks chunks) {
  const auto end = SoakEnd(/*seconds=*/3);
  const uint64_t first = (uint64_t{std::random_device()()} << 20);
  uint64_t seed = first;
  do {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomBits random(seed++);
    CheckCase(random, chunks);
  } while (!testing::Test::HasFailure() && std::chrono::steady_clock::now() < end);
  std::printf("%d cases from seed %llu\n", static_cast<int>(seed - first),
              static_cast<unsigned long long>(first));
}

TEST(LoaderPropertyTest, RandomOptions) { CheckRandomCases(Chunks::kAny); }

TEST(LoaderPropertyTest, RandomOptionsWithStrips) { CheckRandomCases(Chunks::kStrips); }

TEST(LoaderPropertyTest, MostOfThoseHaveStrips) {
  int strips = 0;
  for (int seed = 0; seed < 50; ++seed) {
    RandomBits random(seed);
    const FakeStore store(RandomStripStore(random));
    strips += StripAxis(store.fields()[0]) >= 0;
  }
  EXPECT_GT(strips, 25);
}

// Errors, delays and stops at random moments: the loader ends, or delivers what is right.
TEST(LoaderPropertyTest, RandomErrorsAndStops) {
  const auto end = SoakEnd(/*seconds=*/2);
  uint64_t seed = uint64_t{std::random_device()()} << 20;
  do {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    RandomBits random(seed++);
    FakeStore::Options options =
        RandomStore(random, seed % 8 == 0 ? Chunks::kStrips : Chunks::kAny);
    const int64_t chunks = options.grid.num_chunks();
    for (int64_t i = Between(random, 0, 3); i > 0; --i) {
      options.damaged.insert(Between(random, 0, chunks - 1));
    }
    options.on_decode = [](int64_t chunk) {
      if (chunk % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(100));
      return absl::OkStatus();
    };
    Case c;
    c.store = std::make_shared<FakeStore>(options);
    c.options.sample = RandomSample(random, c.store->fields()[0]);
    if (!SampleMap::Create(*c.store, c.options.sample, 0).ok()) continue;
    c.options.batch_size = Between(random, 1, 5);
    c.options.order = OneOf(random, {Order::kSequential, Order::kUniform, Order::kChunkAware});
    c.options.workers = static_cast<int>(Between(random, 1, 4));
    c.options.prefetch = static_cast<int>(Between(random, 1, 3));
    c.options.on_error = OneOf(random, {OnError::kFail, OnError::kSkip});
    c.text = Describe(c);
    SCOPED_TRACE(c.text);
    const Reference reference(c);
    const auto loader = Make(c, c.options);
    ASSERT_NE(loader, nullptr);
    for (int64_t epoch = 1; epoch < 4; ++epoch) {
      int64_t rows = 0;
      for (int64_t n = Between(random, 0, 30); n > 0; --n) {
        auto batch = loader->Next();
        if (!batch.ok()) {
          EXPECT_EQ(batch.status().code(), absl::StatusCode::kDataLoss);
          EXPECT_EQ(c.options.on_error, OnError::kFail);
          EXPECT_FALSE(options.damaged.empty());
          break;
        }
        if (!batch->has_value()) {
          EXPECT_EQ(rows + loader->statistics().samples_skipped,
                    c.options.on_error == OnError::kFail ? loader->num_samples()
                                                         : rows + loader->skipped().size());
          break;
        }
        reference.Check(**batch, loader->epoch());
        rows += (*batch)->size();
      }
      ASSERT_THAT(loader->StartEpoch(epoch), IsOk());
    }
  } while (!HasFailure() && std::chrono::steady_clock::now() < end);
}

}  // namespace
}  // namespace seiche
