#include "experiments/codecs/data/array_source.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/aligned_buffer.h"
#include "base/ceil_divide.h"
#include "base/status.h"
#include "experiments/codecs/data/generated.h"
#include "experiments/waves/products.h"
#include "storage/hdf5/hdf5_details.h"
#include "storage/open.h"

namespace seiche {
namespace {

constexpr int kMaxRank = 4;  // that array codecs take

ConstArrayView Fold(ConstArrayView array) {
  Shape shape = array.shape;
  while (shape.size() > kMaxRank) {
    shape[1] *= shape[0];
    shape.erase(shape.begin());
  }
  return MakeView(array.data, array.dtype, shape);
}

// The arrays of one file, each opened as a store of its own: their sequences need not be as many.
class Hdf5Arrays : public ArraySource {
 public:
  void Add(std::unique_ptr<const SequenceStore> store) {
    const Field& field = store->fields()[0];
    const int64_t size = store->size();
    const int64_t step = field.axis('N') == 0 ? 1 : kFramesOfRecording;
    fields_.push_back({field.name, Basename(store->path()), field.dtype, CeilDivide(size, step)});
    stores_.push_back(std::move(store));
  }

  absl::Span<const ArrayField> fields() const override { return fields_; }

  absl::StatusOr<ConstArrayView> Read(int field, int64_t sequence) override {
    const SequenceStore& store = *stores_[field];
    const bool sequences = store.fields()[0].axis('N') == 0;
    const int64_t step = sequences ? 1 : kFramesOfRecording;
    Box box = WholeBox(store.fields()[0].shape());
    box.offset[0] = sequence * step;
    box.extent[0] = std::min(step, store.size() - box.offset[0]);
    const int64_t bytes =
        NumElements(box.extent) * static_cast<int64_t>(SizeOf(store.fields()[0].dtype));
    const ArrayView out =
        MakeView(buffer_.Reserve(bytes).data(), store.fields()[0].dtype, box.extent);
    SEICHE_RETURN_IF_ERROR(store.Read(0, box, out));
    ConstArrayView array = out;
    if (sequences) {
      array.shape.erase(array.shape.begin());
      array.strides.erase(array.strides.begin());
    }
    return Fold(array);
  }

 private:
  std::vector<std::unique_ptr<const SequenceStore>> stores_;
  std::vector<ArrayField> fields_;
  AlignedBuffer buffer_;
};

class SimulatedArrays : public ArraySource {
 public:
  SimulatedArrays(SequenceMaker maker, int64_t sequences) : maker_(std::move(maker)) {
    for (const Product product : {Product::kShaded, Product::kImages, Product::kHeight}) {
      fields_.push_back({std::string(Name(product)), "simulated", DType::kFloat32, sequences});
    }
  }

  absl::Span<const ArrayField> fields() const override { return fields_; }

  absl::StatusOr<ConstArrayView> Read(int field, int64_t sequence) override {
    if (sequence != made_) {
      SEICHE_ASSIGN_OR_RETURN(current_, maker_.Make(sequence));
      made_ = sequence;
    }
    const SequenceView<const float>& view = field == 0   ? current_.shaded
                                            : field == 1 ? current_.images
                                                         : current_.height;
    return MakeView(view.data(), DType::kFloat32, {view.frames(), view.height(), view.width()});
  }

 private:
  SequenceMaker maker_;
  std::vector<ArrayField> fields_;
  WaveSequence current_;
  int64_t made_ = -1;
};

class GeneratedArrays : public ArraySource {
 public:
  explicit GeneratedArrays(const SimulatedOptions& options) : options_(options) {
    for (const auto& [name, dtype] :
         {std::pair("turbulence", DType::kFloat32), std::pair("blobs", DType::kFloat32),
          std::pair("counts", DType::kUInt16)}) {
      fields_.push_back({name, "generated", dtype, options.sequences});
    }
  }

  absl::Span<const ArrayField> fields() const override { return fields_; }

  absl::StatusOr<ConstArrayView> Read(int field, int64_t sequence) override {
    const int64_t side = options_.grid_points;
    const Shape shape = {options_.frames, side, side};
    const DType dtype = fields_[field].dtype;
    std::byte* const data =
        buffer_.Reserve(NumElements(shape) * static_cast<int64_t>(SizeOf(dtype))).data();
    if (dtype == DType::kUInt16) {
      FillCounts(options_.seed, sequence,
                 {reinterpret_cast<uint16_t*>(data), shape[0], shape[1], shape[2]});
    } else {
      const SequenceView<float> values(reinterpret_cast<float*>(data), shape[0], shape[1],
                                       shape[2]);
      field == 0 ? FillTurbulence(options_.seed, sequence, values)
                 : FillBlobs(options_.seed, sequence, values);
    }
    return MakeView(static_cast<const void*>(data), dtype, shape);
  }

 private:
  SimulatedOptions options_;
  std::vector<ArrayField> fields_;
  AlignedBuffer buffer_;
};

class SelectedArrays : public ArraySource {
 public:
  SelectedArrays(std::unique_ptr<ArraySource> source, std::vector<int> indices)
      : source_(std::move(source)), indices_(std::move(indices)) {
    for (const int index : indices_) fields_.push_back(source_->fields()[index]);
  }

  absl::Span<const ArrayField> fields() const override { return fields_; }

  absl::StatusOr<ConstArrayView> Read(int field, int64_t sequence) override {
    return source_->Read(indices_[field], sequence);
  }

 private:
  std::unique_ptr<ArraySource> source_;
  std::vector<int> indices_;
  std::vector<ArrayField> fields_;
};

absl::Status CheckOptions(const SimulatedOptions& options) {
  if (options.sequences >= 1 && options.frames >= 1 && options.grid_points >= 1) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("sequences, frames and grid points must be at least 1");
}

// Fields that no codec of arrays is made for: checksums, lists, single frames.
bool IsArray(const Hdf5Listed& listed) {
  return listed.shape.size() >= 3 && NumElements(listed.shape) > 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ArraySource>> OpenHdf5Arrays(const std::string& path,
                                                            FileSystem& files,
                                                            std::vector<std::string>& left_out) {
  SEICHE_ASSIGN_OR_RETURN(const auto listed, ListHdf5Datasets(path, files));
  auto source = std::make_unique<Hdf5Arrays>();
  for (const Hdf5Listed& one : listed) {
    if (!IsArray(one)) {
      left_out.push_back(absl::StrCat(one.name, " (shape ", ToString(one.shape), ")"));
      continue;
    }
    auto store = OpenStore(path, {.field = one.name, .files = &files});
    if (store.ok()) {
      source->Add(*std::move(store));
    } else if (absl::IsFailedPrecondition(store.status())) {
      left_out.push_back(absl::StrCat(one.name, " (", store.status().message(), ")"));
    } else {
      return store.status();
    }
  }
  if (!source->fields().empty()) return source;
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": has no H5 dataset of numbers with 3 axes or more"));
}

absl::StatusOr<std::unique_ptr<ArraySource>> MakeSimulatedArrays(const SimulatedOptions& options) {
  SEICHE_RETURN_IF_ERROR(CheckOptions(options));
  SEICHE_ASSIGN_OR_RETURN(
      SequenceMaker maker,
      SequenceMaker::Create(
          {.seed = options.seed, .frames = options.frames, .grid_points = options.grid_points},
          ProductSet()));
  return std::make_unique<SimulatedArrays>(std::move(maker), options.sequences);
}

absl::StatusOr<std::unique_ptr<ArraySource>> MakeGeneratedArrays(const SimulatedOptions& options) {
  SEICHE_RETURN_IF_ERROR(CheckOptions(options));
  return std::make_unique<GeneratedArrays>(options);
}

std::unique_ptr<ArraySource> SelectFields(std::unique_ptr<ArraySource> source,
                                          const std::vector<std::string>& names) {
  if (names.empty()) return source;
  std::vector<int> indices;
  for (size_t i = 0; i < source->fields().size(); ++i) {
    if (std::find(names.begin(), names.end(), source->fields()[i].name) != names.end()) {
      indices.push_back(static_cast<int>(i));
    }
  }
  if (indices.empty()) return nullptr;
  return std::make_unique<SelectedArrays>(std::move(source), std::move(indices));
}

}  // namespace seiche
