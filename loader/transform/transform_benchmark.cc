// Transforms on the way into a batch: frames of [184,184] and rows of 12 elements.
//
//   bazel run //loader:transform_benchmark -- --benchmark_repetitions=5
//
// Frames lie in one piece; rows are copied from chunks [T,184,12] side by side into frames
// [T,184,184], as parts of chunks are. Bytes a second count what is read and what is written. One
// thread, warm memory; T is the number in the name.
#include <cstring>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/array_view.h"
#include "benchmark/benchmark.h"
#include "loader/transform/transform.h"

namespace seiche {
namespace {

constexpr int64_t kHeight = 184;
constexpr int64_t kWidth = 184;
constexpr int64_t kRow = 12;

// Whether this build is one whose speed means something.
bool Optimised(benchmark::State& state) {
#ifdef NDEBUG
  constexpr bool kOptimised = true;
#else
  constexpr bool kOptimised = false;
#endif
  if (!kOptimised) state.SkipWithError("not an optimised build: no result");
  return kOptimised;
}

struct Case {
  DType stored;
  TransformOptions options;
};

Shape FramesShape(int64_t frames, const Case& c) {
  Shape shape = {frames, kHeight, kWidth};
  if (c.options.channel_axis == 3) shape.push_back(c.options.scale.size());
  return shape;
}

void Run(benchmark::State& state, const Case& c, const ConstArrayView& from, const ArrayView& to,
         absl::Span<const Box> parts) {
  const ElementTransform transform = ElementTransform::Create(c.stored, c.options).value();
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const Box& part : parts) transform.Apply(from, Slice(to, part));
    benchmark::ClobberMemory();
  }
  for (const Box& part : parts) {
    bytes += NumElements(part.extent) * (SizeOf(c.stored) + SizeOf(transform.output()));
  }
  state.SetBytesProcessed(state.iterations() * bytes);
}

// `size` bytes: as floats, half floats and integers numbers that are neither tiny nor huge.
AlignedBuffer Source(int64_t size) {
  AlignedBuffer buffer(size);
  std::memset(buffer.data(), 0x3c, size);
  return buffer;
}

void BM_Frames(benchmark::State& state, const Case& c) {
  if (!Optimised(state)) return;
  const Shape shape = FramesShape(state.range(0), c);
  const DType output = c.options.dtype.value_or(c.stored);
  const AlignedBuffer from = Source(NumElements(shape) * SizeOf(c.stored));
  AlignedBuffer to(NumElements(shape) * SizeOf(output));
  Run(state, c, MakeView(static_cast<const void*>(from.data()), c.stored, shape),
      MakeView(static_cast<void*>(to.data()), output, shape), {WholeBox(shape)});
}

void BM_Rows(benchmark::State& state, const Case& c) {
  if (!Optimised(state)) return;
  const int64_t frames = state.range(0);
  const Shape chunk = {frames, kHeight, kRow};
  const Shape shape = {frames, kHeight, kWidth};
  const DType output = c.options.dtype.value_or(c.stored);
  const AlignedBuffer from = Source(NumElements(chunk) * SizeOf(c.stored));
  AlignedBuffer to(NumElements(shape) * SizeOf(output));
  std::vector<Box> parts;
  for (int64_t x = 0; x + kRow <= kWidth; x += kRow) {
    parts.push_back({.offset = {0, 0, x}, .extent = chunk, .stride = {}});
  }
  Run(state, c, MakeView(static_cast<const void*>(from.data()), c.stored, chunk),
      MakeView(static_cast<void*>(to.data()), output, shape), parts);
}

// One frame stays in the caches, 100 do not.
#define SEICHE_FRAMES_BENCHMARK(name, ...) \
  BENCHMARK_CAPTURE(BM_Frames, name, Case __VA_ARGS__)->Arg(1)->Arg(100)
#define SEICHE_TRANSFORM_BENCHMARK(name, ...) \
  SEICHE_FRAMES_BENCHMARK(name, __VA_ARGS__); \
  BENCHMARK_CAPTURE(BM_Rows, name, Case __VA_ARGS__)->Arg(1)->Arg(100)

SEICHE_TRANSFORM_BENCHMARK(copy_float32, {DType::kFloat32, {}});
SEICHE_TRANSFORM_BENCHMARK(float32_scaled,
                           {DType::kFloat32, {.scale = {1.0 / 255}, .offset = {-0.5}}});
SEICHE_TRANSFORM_BENCHMARK(float32_to_float16, {DType::kFloat32, {.dtype = DType::kFloat16}});
SEICHE_TRANSFORM_BENCHMARK(float32_to_bfloat16, {DType::kFloat32, {.dtype = DType::kBFloat16}});
SEICHE_TRANSFORM_BENCHMARK(uint8_to_float32,
                           {DType::kUInt8, {.dtype = DType::kFloat32, .scale = {1.0 / 255}}});
SEICHE_TRANSFORM_BENCHMARK(uint16_to_float32,
                           {DType::kUInt16, {.dtype = DType::kFloat32, .scale = {1.0 / 65535}}});
SEICHE_TRANSFORM_BENCHMARK(
    int16_cf_to_float32,
    {DType::kInt16,
     {.dtype = DType::kFloat32, .scale = {0.01}, .offset = {273.15}, .missing = -32767}});
SEICHE_TRANSFORM_BENCHMARK(float64_to_float32, {DType::kFloat64, {.dtype = DType::kFloat32}});
SEICHE_FRAMES_BENCHMARK(rgb_uint8_to_float32, {DType::kUInt8,
                                               {.dtype = DType::kFloat32,
                                                .scale = {0.017, 0.0175, 0.0174},
                                                .offset = {-2.1, -2.0, -1.8},
                                                .channel_axis = 3}});

}  // namespace
}  // namespace seiche
