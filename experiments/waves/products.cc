#include "experiments/waves/products.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/aligned_buffer.h"
#include "base/status.h"
#include "codecs/codec.h"
#include "codecs/jpeg/jpeg_codec.h"
#include "codecs/jpeg/levels.h"
#include "experiments/waves/picture/shading.h"
#include "experiments/waves/wave_simulation.h"

namespace seiche {
namespace {

constexpr int64_t kMaxFrames = 10000;
constexpr JpegOptions kPublishedJpeg = {.quality = 75, .chroma = JpegChroma::k420};

constexpr std::pair<Product, std::string_view> kNames[] = {
    {Product::kHeight, "height"}, {Product::kShaded, "shaded"}, {Product::kImages, "images"}};

absl::Status Validate(const WaveOptions& options) {
  if (options.frames < 1 || options.frames > kMaxFrames) {
    return absl::InvalidArgumentError(
        absl::StrCat("frames must be in [1, ", kMaxFrames, "], not ", options.frames));
  }
  if (options.grid_points < kMinGridPoints || options.grid_points > kMaxGridPoints) {
    return absl::InvalidArgumentError(absl::StrCat("grid_points must be in [", kMinGridPoints, ", ",
                                                   kMaxGridPoints, "], not ", options.grid_points));
  }
  return absl::OkStatus();
}

template <typename T>
SequenceView<const T> ReadOnly(SequenceView<T> view) {
  return {view.data(), view.frames(), view.height(), view.width()};
}

}  // namespace

std::string_view Name(Product product) {
  for (const auto& [value, name] : kNames) {
    if (value == product) return name;
  }
  return "unknown";
}

absl::StatusOr<Product> ParseProduct(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no product is called '", name, "'; there are ",
                   absl::StrJoin(kNames, ", ", [](std::string* out, const auto& entry) {
                     absl::StrAppend(out, entry.second);
                   })));
}

struct SequenceMaker::Impl {
  // Memory of one product, kept from sequence to sequence.
  template <typename T>
  SequenceView<T> Reserve(AlignedBuffer& buffer) const {
    const int64_t values = options.frames * options.grid_points * options.grid_points;
    return {reinterpret_cast<T*>(buffer.Reserve(values * sizeof(T)).data()), options.frames,
            options.grid_points, options.grid_points};
  }

  absl::Status EncodeFrames(SequenceView<const uint8_t> levels);
  absl::Status DecodeFrames(SequenceView<float> images);

  WaveOptions options;
  ProductSet products;
  std::unique_ptr<const ArrayCodec> jpeg;
  CodecScratch scratch;
  Shader shader;
  AlignedBuffer height, levels, shaded, images;
  std::vector<std::vector<std::byte>> jpegs;
};

absl::Status SequenceMaker::Impl::EncodeFrames(SequenceView<const uint8_t> levels) {
  jpegs.resize(levels.frames());
  for (int64_t t = 0; t < levels.frames(); ++t) {
    const ConstArrayView frame =
        MakeView(levels.frame(t).data(), DType::kUInt8, {levels.height(), levels.width()});
    SEICHE_RETURN_IF_ERROR(jpeg->Encode(frame, jpegs[t], scratch));
  }
  return absl::OkStatus();
}

absl::Status SequenceMaker::Impl::DecodeFrames(SequenceView<float> images) {
  for (int64_t t = 0; t < images.frames(); ++t) {
    const ArrayView frame =
        MakeView(images.frame(t).data(), DType::kFloat32, {images.height(), images.width()});
    SEICHE_RETURN_IF_ERROR(jpeg->Decode(jpegs[t], {}, frame, scratch));
  }
  return absl::OkStatus();
}

SequenceMaker::SequenceMaker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SequenceMaker::SequenceMaker(SequenceMaker&&) noexcept = default;
SequenceMaker& SequenceMaker::operator=(SequenceMaker&&) noexcept = default;
SequenceMaker::~SequenceMaker() = default;

absl::StatusOr<SequenceMaker> SequenceMaker::Create(const WaveOptions& options,
                                                    const ProductSet& products) {
  SEICHE_RETURN_IF_ERROR(Validate(options));
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  impl->products = products;
  SEICHE_ASSIGN_OR_RETURN(impl->jpeg, MakeJpegCodec(kPublishedJpeg));
  return SequenceMaker(std::move(impl));
}

absl::StatusOr<WaveSequence> SequenceMaker::Make(int64_t index) {
  if (index < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a sequence's index must be at least 0, not ", index));
  }
  Impl& impl = *impl_;
  WaveSequence sequence;
  sequence.index = index;
  sequence.parameters = DrawWaveParameters(impl.options.seed, index, impl.options.grid_points);
  const SequenceView<float> height = impl.Reserve<float>(impl.height);
  SimulateWaves(sequence.parameters, height);
  sequence.height = ReadOnly(height);
  if (!impl.products.shaded && !impl.products.images) return sequence;

  const SequenceView<uint8_t> levels = impl.Reserve<uint8_t>(impl.levels);
  for (int64_t t = 0; t < levels.frames(); ++t) {
    impl.shader.Shade(sequence.height.frame(t), levels.frame(t));
  }
  sequence.levels = ReadOnly(levels);
  if (impl.products.shaded) {
    const SequenceView<float> shaded = impl.Reserve<float>(impl.shaded);
    LevelsToFloat(sequence.levels.values(), /*scale=*/1, /*offset=*/0, shaded.values());
    sequence.shaded = ReadOnly(shaded);
  }
  if (impl.products.images) {
    const SequenceView<float> images = impl.Reserve<float>(impl.images);
    SEICHE_RETURN_IF_ERROR(impl.EncodeFrames(sequence.levels));
    SEICHE_RETURN_IF_ERROR(impl.DecodeFrames(images));
    sequence.images = ReadOnly(images);
    sequence.jpegs = impl.jpegs;
  }
  return sequence;
}

}  // namespace seiche
