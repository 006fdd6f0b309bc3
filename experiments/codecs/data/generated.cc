#include "experiments/codecs/data/generated.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace seiche {
namespace {

// A stream of random numbers for each kind and sequence.
enum Kind : uint64_t { kTurbulence, kBlobs, kCounts };
Random RandomOf(uint64_t seed, Kind kind, int64_t sequence) {
  return Random(seed, static_cast<uint64_t>(sequence) * 4 + kind);
}

// 0 at 0 and 1 at 1 with two derivatives 0 at both.
float Smooth(float x) { return x * x * x * (x * (x * 6 - 15) + 10); }

// Where the points 0, 1, ... of an axis lie between lattice points `step` apart.
struct LatticeAxis {
  struct Place {
    int64_t index;
    float weight;  // of the next lattice point
  };

  LatticeAxis(int64_t size, int64_t step) : points((size - 1) / step + 2) {
    for (int64_t i = 0; i < size; ++i) {
      const float part = static_cast<float>(i % step) / static_cast<float>(step);
      places.push_back({i / step, Smooth(part)});
    }
  }

  int64_t points;
  std::vector<Place> places;
};

// Adds smooth noise that is random at every `step`-th point of the grid.
void AddOctave(int64_t step, float amplitude, Random& random, SequenceView<float> values) {
  const LatticeAxis t_axis(values.frames(), step), y_axis(values.height(), step),
      x_axis(values.width(), step);
  std::vector<float> lattice(t_axis.points * y_axis.points * x_axis.points);
  for (float& value : lattice) value = amplitude * static_cast<float>(2 * random.Uniform() - 1);
  std::vector<float> row(x_axis.points);
  for (int64_t t = 0; t < values.frames(); ++t) {
    const auto [t_index, t_weight] = t_axis.places[t];
    for (int64_t y = 0; y < values.height(); ++y) {
      const auto [y_index, y_weight] = y_axis.places[y];
      const float* const corner =
          lattice.data() + (t_index * y_axis.points + y_index) * x_axis.points;
      const float* const later = corner + y_axis.points * x_axis.points;
      for (int64_t x = 0; x < x_axis.points; ++x) {
        const float now = corner[x] + y_weight * (corner[x + x_axis.points] - corner[x]);
        const float then = later[x] + y_weight * (later[x + x_axis.points] - later[x]);
        row[x] = now + t_weight * (then - now);
      }
      float* const out = values.frame(t).row(y);
      for (int64_t x = 0; x < values.width(); ++x) {
        const auto [index, weight] = x_axis.places[x];
        out[x] += row[index] + weight * (row[index + 1] - row[index]);
      }
    }
  }
}

// A point that drifts around the periodic plane [0, 1) x [0, 1).
struct Drifter {
  explicit Drifter(Random& random)
      : y(random.Uniform()),
        x(random.Uniform()),
        speed_y(0.02 * (random.Uniform() - 0.5)),
        speed_x(0.02 * (random.Uniform() - 0.5)) {}

  double YAt(int64_t t) const { return Wrap(y + static_cast<double>(t) * speed_y); }
  double XAt(int64_t t) const { return Wrap(x + static_cast<double>(t) * speed_x); }
  static double Wrap(double place) { return place - std::floor(place); }

  double y, x;              // at the start
  double speed_y, speed_x;  // a frame
};

// Of two places on the periodic unit line, in [-0.5, 0.5).
double Distance(double a, double b) { return Drifter::Wrap(a - b + 0.5) - 0.5; }

struct Blob {
  explicit Blob(Random& random)
      : drifter(random), radius(0.08 + 0.3 * random.Uniform()), height(2 * random.Uniform() - 1) {}

  Drifter drifter;
  double radius;
  double height;
};

// (1 - d^2)^3, a bump with two derivatives 0 at its edge.
void AddBlob(const Blob& blob, int64_t t, FrameView<float> frame) {
  const double centre_y = blob.drifter.YAt(t), centre_x = blob.drifter.XAt(t);
  const double scale = 1 / (blob.radius * blob.radius);
  std::vector<double> squares(frame.width());
  for (int64_t x = 0; x < frame.width(); ++x) {
    const double dx = Distance(static_cast<double>(x) / frame.width(), centre_x);
    squares[x] = dx * dx * scale;
  }
  for (int64_t y = 0; y < frame.height(); ++y) {
    const double dy = Distance(static_cast<double>(y) / frame.height(), centre_y);
    const double inside = 1 - dy * dy * scale;
    if (inside <= 0) continue;
    float* const row = frame.row(y);
    for (int64_t x = 0; x < frame.width(); ++x) {
      const double part = std::max(inside - squares[x], 0.0);
      row[x] += static_cast<float>(blob.height * part * part * part);
    }
  }
}

constexpr int kBlobCount = 24;
constexpr int kCloudCount = 8;
constexpr int64_t kParticlesPerCell = 3;

int64_t CellOf(double place, int64_t cells) {
  const auto cell = static_cast<int64_t>(Drifter::Wrap(place) * static_cast<double>(cells));
  return std::min(cell, cells - 1);
}

}  // namespace

void FillTurbulence(uint64_t seed, int64_t sequence, SequenceView<float> values) {
  Random random = RandomOf(seed, kTurbulence, sequence);
  std::fill(values.values().begin(), values.values().end(), 0.0f);
  // 2^(-1/3) from each octave to the next, whose lengths are half as long.
  float amplitude = 1;
  for (int64_t step = 64; step >= 1; step /= 2) {
    AddOctave(step, amplitude, random, values);
    amplitude *= 0.79370053f;
  }
}

void FillBlobs(uint64_t seed, int64_t sequence, SequenceView<float> values) {
  Random random = RandomOf(seed, kBlobs, sequence);
  std::vector<Blob> blobs;
  for (int i = 0; i < kBlobCount; ++i) blobs.emplace_back(random);
  std::fill(values.values().begin(), values.values().end(), 0.0f);
  for (int64_t t = 0; t < values.frames(); ++t) {
    for (const Blob& blob : blobs) AddBlob(blob, t, values.frame(t));
  }
}

void FillCounts(uint64_t seed, int64_t sequence, SequenceView<uint16_t> counts) {
  Random random = RandomOf(seed, kCounts, sequence);
  std::vector<Drifter> clouds;
  for (int i = 0; i < kCloudCount; ++i) clouds.emplace_back(random);
  std::fill(counts.values().begin(), counts.values().end(), uint16_t{0});
  const int64_t particles = kParticlesPerCell * counts.height() * counts.width();
  for (int64_t t = 0; t < counts.frames(); ++t) {
    const FrameView<uint16_t> frame = counts.frame(t);
    for (int64_t i = 0; i < particles; ++i) {
      double y = random.Uniform(), x = random.Uniform();
      // Half of them are background; the sum of two uniform numbers makes a cloud's cone.
      if (i % 2 == 0) {
        const Drifter& cloud = clouds[i / 2 % kCloudCount];
        y = cloud.YAt(t) + 0.2 * (y + random.Uniform() - 1);
        x = cloud.XAt(t) + 0.2 * (x + random.Uniform() - 1);
      }
      uint16_t& count = frame(CellOf(y, frame.height()), CellOf(x, frame.width()));
      if (count < UINT16_MAX) ++count;
    }
  }
}

}  // namespace seiche
