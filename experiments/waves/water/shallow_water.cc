#include "experiments/waves/water/shallow_water.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "experiments/waves/simd_targets.h"
#include "experiments/waves/water/water_rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "experiments/waves/water/shallow_water.cc"
#include "hwy/foreach_target.h"  // before highway.h
#include "hwy/highway.h"

#ifndef SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_ONCE_
#define SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_ONCE_
namespace seiche {
namespace {

constexpr int kStages = 4;
// Rows of a stage that are alive at a time. The sums of a row live from the first stage to the
// last; a stage's values only until the next has passed the row below.
constexpr int kStageSlots = 3;
constexpr int kSumSlots = 4;

// The equations with 1 / (2 spacing) taken out of every term, as the differences leave it.
struct Coefficients {
  float depth;
  float gravity;
  float coriolis;   // times 2 spacing
  float viscosity;  // times 2 / spacing
};

// A stage's share of the step: the next stage is evaluated at y + next * k, the step's result is
// y + the sum of all weight * k. Both carry the 1 / (2 spacing) taken out above.
struct StageWeights {
  float next;
  float weight;
};

struct StepPlan {
  RowLayout layout;
  int64_t height;
  float* state;
  float* stages;  // kStages - 1 rings of kStageSlots rows, then one of kSumSlots
  Coefficients coefficients;
  StageWeights weights[kStages];
};

}  // namespace
}  // namespace seiche
#endif  // SEICHE_EXPERIMENTS_WAVES_WATER_SHALLOW_WATER_ONCE_

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, RowLayout::kMaxLanes>;
using Vec = hn::Vec<Tag>;

// One field around a row.
struct Stencil {
  const float* north;
  const float* here;
  const float* south;
};

HWY_INLINE Vec At(const float* row, int64_t x) { return hn::Load(Tag(), row + x); }
HWY_INLINE Vec West(const float* row, int64_t x) { return hn::LoadU(Tag(), row + x - 1); }
HWY_INLINE Vec East(const float* row, int64_t x) { return hn::LoadU(Tag(), row + x + 1); }

// 2 spacing times the first derivatives.
HWY_INLINE Vec SlopeX(const Stencil& f, int64_t x) {
  return hn::Sub(East(f.here, x), West(f.here, x));
}
HWY_INLINE Vec SlopeY(const Stencil& f, int64_t x) {
  return hn::Sub(At(f.south, x), At(f.north, x));
}

// spacing^2 times the Laplacian.
HWY_INLINE Vec Laplacian(const Stencil& f, int64_t x) {
  const Vec beside = hn::Add(West(f.here, x), East(f.here, x));
  const Vec around = hn::Add(beside, hn::Add(At(f.north, x), At(f.south, x)));
  return hn::Sub(around, hn::Mul(hn::Set(Tag(), 4.0f), At(f.here, x)));
}

// 2 spacing times the change of a field that the water carries along.
HWY_INLINE Vec Transport(const Stencil& f, Vec u, Vec v, int64_t x) {
  return hn::Add(hn::Mul(u, SlopeX(f, x)), hn::Mul(v, SlopeY(f, x)));
}

HWY_INLINE Vec Flux(Vec velocity, Vec h, Vec depth) { return hn::Mul(velocity, hn::Add(h, depth)); }

// Writes what stage `kStage` makes of the derivative k of one field at one vector of points.
template <int kStage>
HWY_INLINE void Update(StageWeights weights, Vec k, int64_t x, float* HWY_RESTRICT state,
                       float* HWY_RESTRICT next, float* HWY_RESTRICT sum) {
  const Tag d;
  const Vec weighted = hn::Mul(hn::Set(d, weights.weight), k);
  if constexpr (kStage == kStages - 1) {
    hn::Store(hn::Add(hn::Load(d, sum + x), weighted), d, state + x);
  } else {
    const Vec y = hn::Load(d, state + x);
    const Vec before = kStage == 0 ? y : hn::Load(d, sum + x);
    hn::Store(hn::Add(before, weighted), d, sum + x);
    hn::Store(hn::Add(y, hn::Mul(hn::Set(d, weights.next), k)), d, next + x);
  }
}

// Evaluates the equations on row `here` and applies the result.
template <int kStage>
void AdvanceRow(const Coefficients& coefficients, StageWeights weights, int64_t width,
                WaterRow north, WaterRow here, WaterRow south, WaterRow state, WaterRow next,
                WaterRow sum) {
  const Tag d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const Vec depth = hn::Set(d, coefficients.depth);
  const Vec gravity = hn::Set(d, coefficients.gravity);
  const Vec coriolis = hn::Set(d, coefficients.coriolis);
  const Vec viscosity = hn::Set(d, coefficients.viscosity);
  const Stencil h = {north.h, here.h, south.h};
  const Stencil u = {north.u, here.u, south.u};
  const Stencil v = {north.v, here.v, south.v};
  for (int64_t x = 1; x < width - 1; x += lanes) {
    const Vec inflow_x = hn::Sub(Flux(West(here.u, x), West(here.h, x), depth),
                                 Flux(East(here.u, x), East(here.h, x), depth));
    const Vec inflow_y = hn::Sub(Flux(At(north.v, x), At(north.h, x), depth),
                                 Flux(At(south.v, x), At(south.h, x), depth));
    const Vec k_h = hn::Add(inflow_x, inflow_y);

    const Vec u_here = At(here.u, x);
    const Vec v_here = At(here.v, x);
    const Vec u_forced = hn::Sub(hn::Mul(coriolis, v_here), hn::Mul(gravity, SlopeX(h, x)));
    const Vec u_moved = hn::Sub(u_forced, Transport(u, u_here, v_here, x));
    const Vec k_u = hn::Add(u_moved, hn::Mul(viscosity, Laplacian(u, x)));

    const Vec v_forced = hn::Add(hn::Mul(coriolis, u_here), hn::Mul(gravity, SlopeY(h, x)));
    const Vec v_moved = hn::Add(v_forced, Transport(v, u_here, v_here, x));
    const Vec k_v = hn::Sub(hn::Mul(viscosity, Laplacian(v, x)), v_moved);

    Update<kStage>(weights, k_h, x, state.h, next.h, sum.h);
    Update<kStage>(weights, k_u, x, state.u, next.u, sum.u);
    Update<kStage>(weights, k_v, x, state.v, next.v, sum.v);
  }
}

// Where the rows of a stage's input, and its outputs, are found.
class StepRows {
 public:
  explicit StepRows(const StepPlan& plan) : plan_(plan) {}

  WaterRow State(int64_t y) const { return plan_.layout.Row(plan_.state, y); }
  WaterRow Sum(int64_t y) const {
    return plan_.layout.Row(plan_.stages, (kStages - 1) * kStageSlots + y % kSumSlots);
  }
  // Row y of what stage `stage` reads.
  WaterRow Input(int stage, int64_t y) const {
    if (stage == 0) return State(y);
    return plan_.layout.Row(plan_.stages, (stage - 1) * kStageSlots + y % kStageSlots);
  }
  // Row y of what stage `stage` makes.
  WaterRow Output(int stage, int64_t y) const {
    return stage == kStages - 1 ? State(y) : Input(stage + 1, y);
  }

 private:
  const StepPlan& plan_;
};

// Stage `kStage` on row y, walls included; nothing for rows that do not exist.
template <int kStage>
HWY_INLINE void StageRow(const StepPlan& plan, const StepRows& rows, int64_t y) {
  if (y < 1 || y >= plan.height) return;
  const WaterRow output = rows.Output(kStage, y);
  if (y == plan.height - 1) {
    MakeWall(plan.layout, rows.Output(kStage, y - 1), output);
    return;
  }
  AdvanceRow<kStage>(plan.coefficients, plan.weights[kStage], plan.layout.width(),
                     rows.Input(kStage, y - 1), rows.Input(kStage, y), rows.Input(kStage, y + 1),
                     rows.State(y), output, rows.Sum(y));
  CloseRow(plan.layout, output);
  if (y == 1) MakeWall(plan.layout, output, rows.Output(kStage, 0));
}

// All four stages in one sweep over the rows, each a row behind the one before: what a stage makes
// is read while it is still in the first-level cache, and the state is updated in place.
void StepAllRows(const StepPlan& plan) {
  const StepRows rows(plan);
  for (int64_t y = 1; y < plan.height + kStages - 1; ++y) {
    StageRow<0>(plan, rows, y);
    StageRow<1>(plan, rows, y - 1);
    StageRow<2>(plan, rows, y - 2);
    StageRow<3>(plan, rows, y - 3);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {
HWY_EXPORT(StepAllRows);

namespace {

float* Floats(const AlignedBuffer& buffer) { return reinterpret_cast<float*>(buffer.data()); }

float* FieldOf(WaterRow row, WaterField field) {
  switch (field) {
    case WaterField::kElevation:
      return row.h;
    case WaterField::kVelocityX:
      return row.u;
    case WaterField::kVelocityY:
      return row.v;
  }
  return nullptr;
}

StepPlan PlanStep(const ShallowWaterOptions& options, float* state, float* stages, double seconds) {
  const double scale = seconds / (2 * options.spacing);
  const auto weights = [&](double next, double weight) {
    return StageWeights{static_cast<float>(scale * next), static_cast<float>(scale * weight)};
  };
  return {
      .layout = RowLayout(options.width),
      .height = options.height,
      .state = state,
      .stages = stages,
      .coefficients = {.depth = static_cast<float>(options.depth),
                       .gravity = static_cast<float>(options.gravity),
                       .coriolis = static_cast<float>(2 * options.spacing * options.coriolis),
                       .viscosity = static_cast<float>(2 * options.viscosity / options.spacing)},
      .weights = {weights(1.0 / 2, 1.0 / 6), weights(1.0 / 2, 1.0 / 3), weights(1.0, 1.0 / 3),
                  weights(0.0, 1.0 / 6)}};
}

}  // namespace

ShallowWater::ShallowWater(const ShallowWaterOptions& options) : options_(options) {
  const size_t row_bytes = RowLayout(options.width).row_bytes();
  const auto zeros = [&](size_t rows, AlignedBuffer& buffer) {
    std::ranges::fill(buffer.Reserve(rows * row_bytes), std::byte{0});
  };
  zeros(options.height, state_);
  zeros((kStages - 1) * kStageSlots + kSumSlots, stages_);
}

void ShallowWater::Set(WaterField field, FrameView<const float> values) {
  const RowLayout layout(options_.width);
  for (int64_t y = 0; y < options_.height; ++y) {
    std::copy_n(values.row(y), options_.width, FieldOf(layout.Row(Floats(state_), y), field));
  }
}

void ShallowWater::Get(WaterField field, FrameView<float> values) const {
  const RowLayout layout(options_.width);
  for (int64_t y = 0; y < options_.height; ++y) {
    std::copy_n(FieldOf(layout.Row(Floats(state_), y), field), options_.width, values.row(y));
  }
}

void ShallowWater::Step(double seconds) {
  const StepPlan plan = PlanStep(options_, Floats(state_), Floats(stages_), seconds);
  HWY_DYNAMIC_DISPATCH(StepAllRows)(plan);
}

int StepsFor(const ShallowWaterOptions& options, double seconds) {
  constexpr double kCourantNumber = 0.5;
  const double speed = std::sqrt(options.gravity * (options.depth + 1.0));  // m/s, under the bump
  const double steps = std::ceil(speed * seconds / (options.spacing * kCourantNumber));
  return std::max(1, static_cast<int>(steps));
}

}  // namespace seiche
#endif  // HWY_ONCE
