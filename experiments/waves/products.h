// The three products of a simulated sequence: `height`, `shaded` and `images`.
//
//   SEICHE_ASSIGN_OR_RETURN(SequenceMaker maker, SequenceMaker::Create({.seed = 1}, products));
//   SEICHE_ASSIGN_OR_RETURN(WaveSequence sequence, maker.Make(42));
//   sequence.shaded.frame(7)(y, x)
//
// height is the water's height above rest in metres; shaded its hill-shaded picture
// (experiments/waves/picture/shading.h); images the shaded frames after JPEG (quality 75, 4:2:0),
// as the published experiment stored them. A pure function of the options and the index,
// bit-identical on every machine. Thread-compatible: one maker a thread.
#ifndef SEICHE_EXPERIMENTS_WAVES_PRODUCTS_H_
#define SEICHE_EXPERIMENTS_WAVES_PRODUCTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/array_view.h"
#include "experiments/waves/wave_parameters.h"

namespace seiche {

enum class Product { kHeight, kShaded, kImages };

// "height", "shaded", "images".
std::string_view Name(Product product);

// The product of that name; kInvalidArgument for any other, listing the valid ones.
absl::StatusOr<Product> ParseProduct(std::string_view name);

struct WaveOptions {
  uint64_t seed = 1;
  int64_t frames = kFrames;           // of a sequence, in [1, 10000]
  int64_t grid_points = kGridPoints;  // along each side, in [kMinGridPoints, kMaxGridPoints]
};

// Which products to make. The height is always there: the others are made of it.
struct ProductSet {
  bool shaded = true;
  bool images = true;
};

// One sequence, [T,H,W] each. Views of its maker's memory. What was not asked for has 0 frames.
struct WaveSequence {
  int64_t index = 0;
  WaveParameters parameters;
  SequenceView<const float> height = {nullptr, 0, 0, 0};  // metres above rest
  SequenceView<const uint8_t> levels = {nullptr, 0, 0,
                                        0};  // of shaded, 0..255; there for images, too
  SequenceView<const float> shaded = {nullptr, 0, 0, 0};  // levels * (1/255.0f)
  SequenceView<const float> images = {nullptr, 0, 0, 0};  // luminance of `jpegs` * (1/255.0f)
  absl::Span<const std::vector<std::byte>> jpegs;         // [T] JPEG files
};

class SequenceMaker {
 public:
  // kInvalidArgument for an option out of range.
  static absl::StatusOr<SequenceMaker> Create(const WaveOptions& options,
                                              const ProductSet& products);
  SequenceMaker(SequenceMaker&&) noexcept;
  SequenceMaker& operator=(SequenceMaker&&) noexcept;
  ~SequenceMaker();

  // Sequence `index` >= 0, valid until the next call. kInvalidArgument for a negative index.
  absl::StatusOr<WaveSequence> Make(int64_t index);

 private:
  struct Impl;
  explicit SequenceMaker(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace seiche

#endif  // SEICHE_EXPERIMENTS_WAVES_PRODUCTS_H_
