#include "storage/hdf5/hdf5_writer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/aligned_buffer.h"
#include "base/crc32c.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "codecs/codec_chain.h"
#include "codecs/registry.h"
#include "storage/chunk_grid.h"
#include "storage/hdf5/chunk_checksums.h"
#include "storage/hdf5/element_copy.h"
#include "storage/hdf5/h5.h"
#include "storage/hdf5/turnstile.h"

namespace seiche {
namespace {

constexpr int64_t kMaxChunkBytes = std::numeric_limits<uint32_t>::max();

absl::Status CheckShapes(const Hdf5WriterOptions& options) {
  const Shape &shape = options.shape, &chunk = options.chunk_shape;
  const int64_t element_size = SizeOf(options.dtype);
  const auto error = [](auto... parts) {
    return absl::InvalidArgumentError(absl::StrCat(parts...));
  };
  if (shape.empty() || NumElements(shape) < 1 ||
      NumElements(shape) > std::numeric_limits<int64_t>::max() / element_size) {
    return error("shape ", ToString(shape), " needs at least one axis and extents >= 1");
  }
  if (chunk.empty()) {
    if (options.codecs.empty()) return absl::OkStatus();
    return error("codecs need chunks: give a chunk shape, or no codecs");
  }
  bool fits = chunk.size() == shape.size();
  for (size_t i = 0; fits && i < shape.size(); ++i) fits = chunk[i] >= 1 && chunk[i] <= shape[i];
  if (!fits) return error("chunk shape ", ToString(chunk), " does not fit ", ToString(shape));
  if (NumElements(chunk) > kMaxChunkBytes / element_size) {
    return error("chunk shape ", ToString(chunk), ": a chunk has less than 4 GiB");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const Hdf5WriterOptions& options) {
  if (options.field.empty()) return absl::InvalidArgumentError("the H5 dataset needs a name");
  if (options.workers < 0) return absl::InvalidArgumentError("workers must be >= 0");
  if (options.dtype == DType::kBFloat16) {
    return absl::InvalidArgumentError("bfloat16 is not written: use float16 or float32");
  }
  return CheckShapes(options);
}

struct Pipeline {
  std::vector<h5::Filter> filters;
  CodecChain chain;
};

absl::StatusOr<Pipeline> MakePipeline(const Hdf5WriterOptions& options) {
  Pipeline pipeline;
  CodecParameters parameters{.element_size = static_cast<uint32_t>(SizeOf(options.dtype)),
                             .chunk_shape = options.chunk_shape,
                             .dtype = options.dtype};
  for (const std::string& spec : options.codecs) {
    parameters.values.clear();
    absl::StatusOr<Hdf5FilterRecord> made = Hdf5Record(spec, parameters);
    // What is missing is a codec that the caller named, not a file.
    if (absl::IsNotFound(made.status())) return absl::InvalidArgumentError(made.status().message());
    SEICHE_ASSIGN_OR_RETURN(Hdf5FilterRecord record, std::move(made));
    parameters.values = record.values;
    SEICHE_ASSIGN_OR_RETURN(auto codec, MakeByteCodec(record.id, parameters));
    pipeline.chain.Add(std::move(codec), record.optional);
    pipeline.filters.push_back({.id = record.id,
                                .name = std::move(record.name),
                                .values = std::move(record.values),
                                .optional = record.optional});
  }
  return pipeline;
}

// A file on its way. Closed before it is removed.
struct Output {
  AtomicOutput output;
  h5::File file;
  int unfinished = 0;  // writers
};

// What one encoding thread works in.
struct Worker {
  CodecScratch scratch;
  AlignedBuffer chunk;
  AlignedBuffer encoded;
};

// `status` with the name that the file will have instead of the temporary one.
absl::Status Named(const AtomicOutput& output, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      absl::StrReplaceAll(status.message(), {{output.temporary_path(), output.path()}}));
}

absl::Status Commit(Output& output) {
  SEICHE_RETURN_IF_ERROR(Named(output.output, output.file.Close()));
  return output.output.Commit();
}

class Writer final : public Hdf5Writer {
 public:
  // `alone`: the file is finished with the H5 dataset.
  Writer(const Hdf5WriterOptions& options, std::shared_ptr<Output> file, h5::Dataset dataset,
         CodecChain chain, bool alone)
      : options_(options),
        sequence_shape_(options.shape.begin() + 1, options.shape.end()),
        sequence_bytes_(NumElements(sequence_shape_) * SizeOf(options.dtype)),
        file_(std::move(file)),
        output_(file_->output),
        dataset_(std::move(dataset)),
        alone_(alone),
        chain_(std::move(chain)),
        pool_(options.workers),
        workers_(pool_.workers()) {
    Shape sequence = options.shape;
    sequence[0] = 1;
    grid_ = ChunkGrid(options.shape, chunked() ? options.chunk_shape : sequence);
    if (!chunked()) return;
    chunks_in_row_ = grid_.num_chunks() / grid_.chunks_per_axis()[0];
    const int64_t rows = (pool_.workers() + chunks_in_row_ - 1) / chunks_in_row_;
    capacity_ = std::min(rows * options.chunk_shape[0], options.shape[0]);
  }

  // kResourceExhausted if there is no memory for the sequences of a row of chunks.
  absl::Status ReserveBuffer() {
    const int64_t bytes = capacity_ * sequence_bytes_;
    try {
      buffer_.Reserve(bytes);
      if (options_.checksums) checksums_.resize(grid_.num_chunks());
    } catch (const std::bad_alloc&) {
      return absl::ResourceExhaustedError(
          absl::StrCat(output_.path(), ": buffering ", capacity_, " sequences needs ", bytes,
                       " bytes of memory: make chunks shorter along axis 0"));
    }
    return absl::OkStatus();
  }

  absl::Status Append(const ConstArrayView& sequence) override {
    SEICHE_RETURN_IF_ERROR(status_);
    SEICHE_RETURN_IF_ERROR(Check(sequence));
    status_ = Named(output_, chunked() ? Buffer(sequence) : WriteRow(sequence));
    return status_;
  }

  absl::Status Finish(const std::vector<Attribute>& attributes) override {
    SEICHE_RETURN_IF_ERROR(status_);
    if (appended_ < options_.shape[0]) {
      return absl::FailedPreconditionError(absl::StrCat(output_.path(), ": ", appended_, " of ",
                                                        options_.shape[0], " sequences came"));
    }
    status_ = Named(output_, Close(attributes));
    if (!status_.ok()) return status_;
    status_ = absl::FailedPreconditionError(absl::StrCat(output_.path(), ": is finished"));
    --file_->unfinished;
    return alone_ ? Commit(*file_) : absl::OkStatus();
  }

 private:
  bool chunked() const { return !options_.chunk_shape.empty(); }

  absl::Status Check(const ConstArrayView& sequence) const {
    if (appended_ == options_.shape[0]) {
      return absl::OutOfRangeError(
          absl::StrCat(output_.path(), ": has all of its ", appended_, " sequences"));
    }
    if (sequence.shape != sequence_shape_ || sequence.dtype != options_.dtype) {
      return absl::InvalidArgumentError(
          absl::StrCat(output_.path(), ": sequence ", appended_, " is ", Name(sequence.dtype), " ",
                       ToString(sequence.shape), ", not ", Name(options_.dtype), " ",
                       ToString(sequence_shape_)));
    }
    return absl::OkStatus();
  }

  // Elements of `sequence` row-major, in `buffer` unless they are already.
  absl::Span<const std::byte> Contiguous(const ConstArrayView& sequence, AlignedBuffer& buffer) {
    if (sequence.contiguous()) return {sequence.data, static_cast<size_t>(sequence_bytes_)};
    const absl::Span<std::byte> bytes = buffer.Reserve(sequence_bytes_);
    CopyElements(sequence, MakeView(bytes.data(), options_.dtype, sequence_shape_), false);
    return bytes;
  }

  absl::Status WriteRow(const ConstArrayView& sequence) {
    Box row = WholeBox(options_.shape);
    row.offset[0] = appended_;
    row.extent[0] = 1;
    const absl::Span<const std::byte> elements = Contiguous(sequence, buffer_);
    if (options_.checksums) checksums_[appended_] = Crc32c(elements);
    encoded_bytes_ += elements.size();
    ++appended_;
    return dataset_.Write(row, elements);
  }

  absl::Status Buffer(const ConstArrayView& sequence) {
    CopyElements(sequence,
                 MakeView(buffer_.data() + (appended_ - buffer_begin_) * sequence_bytes_,
                          options_.dtype, sequence_shape_),
                 /*swap_bytes=*/false);
    ++appended_;
    const bool full = appended_ - buffer_begin_ == capacity_;
    return full || appended_ == options_.shape[0] ? WriteBuffered() : absl::OkStatus();
  }

  // Encodes the chunks of the buffered sequences in parallel and writes them in grid order.
  absl::Status WriteBuffered() {
    const int64_t chunk_extent = options_.chunk_shape[0];
    const int64_t first_row = buffer_begin_ / chunk_extent;
    const int64_t end_row = (appended_ + chunk_extent - 1) / chunk_extent;
    const int64_t first_chunk = first_row * chunks_in_row_;
    Turnstile turnstile;
    SEICHE_RETURN_IF_ERROR(
        pool_.ForEach((end_row - first_row) * chunks_in_row_, [&](int64_t piece, int worker) {
          Turnstile::Turn turn(turnstile, piece);
          return WriteChunk(first_chunk + piece, workers_[worker], turn);
        }));
    buffer_begin_ = appended_;
    return absl::OkStatus();
  }

  absl::Status WriteChunk(int64_t chunk, Worker& worker, Turnstile::Turn& turn) {
    const Box box = grid_.BoxOf(chunk);
    const absl::Span<const std::byte> elements = Gather(box, worker.chunk);
    absl::Span<std::byte> encoded = worker.encoded.Reserve(chain_.MaxEncodedSize(elements.size()));
    const auto result = chain_.Encode(elements, encoded, worker.scratch);
    if (!result.ok()) {
      return Annotate(result.status(),
                      absl::StrCat(output_.path(), ": H5 dataset '", options_.field, "': chunk ",
                                   ToString(grid_.Coordinates(chunk))));
    }
    encoded = encoded.first(result->size);
    if (options_.checksums) checksums_[chunk] = Crc32c(encoded);
    if (!turn.Wait()) return absl::CancelledError("an earlier chunk failed");
    encoded_bytes_ += encoded.size();
    SEICHE_RETURN_IF_ERROR(dataset_.WriteChunk(box.offset, result->skip_mask, encoded));
    turn.Succeed();
    return absl::OkStatus();
  }

  // The elements of a chunk from the buffered sequences, padded with zeros (HDF5's default fill
  // value) where it reaches over the edge. In `memory` unless they lie in one piece already.
  absl::Span<const std::byte> Gather(const Box& box, AlignedBuffer& memory) const {
    Shape buffered_shape = options_.shape;
    buffered_shape[0] = capacity_;
    Box from = box;
    from.offset[0] -= buffer_begin_;
    const ConstArrayView source = Slice(
        MakeView(static_cast<const void*>(buffer_.data()), options_.dtype, buffered_shape), from);
    const size_t chunk_bytes = NumElements(options_.chunk_shape) * SizeOf(options_.dtype);
    const bool whole = box.extent == options_.chunk_shape;
    if (whole && source.contiguous()) return {source.data, chunk_bytes};

    const absl::Span<std::byte> chunk = memory.Reserve(chunk_bytes);
    if (!whole) std::memset(chunk.data(), 0, chunk.size());
    const ArrayView target = MakeView(chunk.data(), options_.dtype, options_.chunk_shape);
    CopyElements(source,
                 Slice(target, {.offset = Shape(box.extent.size(), 0), .extent = box.extent}),
                 /*swap_bytes=*/false);
    return chunk;
  }

  absl::Status Close(const std::vector<Attribute>& attributes) {
    for (const auto& [name, value] : attributes) {
      SEICHE_RETURN_IF_ERROR(dataset_.SetAttribute(name, value));
    }
    SEICHE_RETURN_IF_ERROR(dataset_.Close());
    if (!options_.checksums) return absl::OkStatus();
    return WriteChunkChecksums(file_->file, options_.field, grid_, checksums_, encoded_bytes_);
  }

  const Hdf5WriterOptions options_;
  const Shape sequence_shape_;
  const int64_t sequence_bytes_;
  const std::shared_ptr<Output> file_;
  const AtomicOutput& output_;
  h5::Dataset dataset_;
  const bool alone_;
  const CodecChain chain_;
  WorkerPool pool_;
  std::vector<Worker> workers_;

  ChunkGrid grid_;
  std::vector<uint32_t> checksums_;  // of all chunks, if they are wanted
  int64_t encoded_bytes_ = 0;        // of chunks that are written
  int64_t chunks_in_row_ = 0;        // with the same coordinate on axis 0
  int64_t capacity_ = 0;             // sequences that are buffered at most
  AlignedBuffer buffer_;             // sequences buffer_begin_ .. appended_ - 1
  int64_t buffer_begin_ = 0;
  int64_t appended_ = 0;
  absl::Status status_;  // the first error; also set when finished
};

absl::StatusOr<std::shared_ptr<Output>> CreateFile(const std::string& path,
                                                   OverwritePolicy overwrite, FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(AtomicOutput output, AtomicOutput::Create(files, path, overwrite));
  absl::StatusOr<h5::File> file = h5::File::Create(files, output.temporary_path());
  if (!file.ok()) return Named(output, file.status());
  return std::make_shared<Output>(Output{std::move(output), *std::move(file)});
}

absl::StatusOr<h5::Dataset> CreateDataset(Output& output, const Hdf5WriterOptions& options,
                                          std::vector<h5::Filter> filters) {
  h5::DatasetInfo info;
  info.name = options.field;
  info.shape = options.shape;
  info.type.dtype = options.dtype;
  info.chunk_shape = options.chunk_shape;
  info.filters = std::move(filters);
  SEICHE_ASSIGN_OR_RETURN(h5::Dataset dataset, output.file.CreateDataset(info));
  for (const auto& [name, value] : options.attributes) {
    SEICHE_RETURN_IF_ERROR(dataset.SetAttribute(name, value));
  }
  return dataset;
}

// One more H5 dataset, whose options are checked.
absl::StatusOr<std::unique_ptr<Hdf5Writer>> AddWriter(std::shared_ptr<Output> output,
                                                      const Hdf5WriterOptions& options,
                                                      Pipeline pipeline, bool alone) {
  auto dataset = CreateDataset(*output, options, std::move(pipeline.filters));
  if (!dataset.ok()) return Named(output->output, dataset.status());
  ++output->unfinished;
  auto writer = std::make_unique<Writer>(options, std::move(output), *std::move(dataset),
                                         std::move(pipeline.chain), alone);
  SEICHE_RETURN_IF_ERROR(writer->ReserveBuffer());
  return writer;
}

absl::StatusOr<Pipeline> CheckedPipeline(const std::string& path,
                                         const Hdf5WriterOptions& options) {
  if (absl::Status status = CheckOptions(options); !status.ok()) return Annotate(status, path);
  absl::StatusOr<Pipeline> pipeline = MakePipeline(options);
  if (!pipeline.ok()) return Annotate(pipeline.status(), path);
  return pipeline;
}

class FileWriter final : public Hdf5FileWriter {
 public:
  explicit FileWriter(std::shared_ptr<Output> output) : output_(std::move(output)) {}

  absl::StatusOr<std::unique_ptr<Hdf5Writer>> Add(const Hdf5WriterOptions& options) override {
    SEICHE_RETURN_IF_ERROR(status_);
    SEICHE_ASSIGN_OR_RETURN(Pipeline pipeline, CheckedPipeline(output_->output.path(), options));
    return AddWriter(output_, options, std::move(pipeline), /*alone=*/false);
  }

  absl::Status Finish(const std::vector<Attribute>& attributes) override {
    SEICHE_RETURN_IF_ERROR(status_);
    if (output_->unfinished > 0) {
      return absl::FailedPreconditionError(absl::StrCat(output_->output.path(), ": ",
                                                        output_->unfinished,
                                                        " of its H5 datasets are not finished"));
    }
    for (const auto& [name, value] : attributes) {
      SEICHE_RETURN_IF_ERROR(Named(output_->output, output_->file.SetAttribute(name, value)));
    }
    status_ = absl::FailedPreconditionError(absl::StrCat(output_->output.path(), ": is finished"));
    return Commit(*output_);
  }

 private:
  const std::shared_ptr<Output> output_;
  absl::Status status_;  // set when finished
};

}  // namespace

absl::StatusOr<std::unique_ptr<Hdf5Writer>> Hdf5Writer::Create(const std::string& path,
                                                               const Hdf5WriterOptions& options) {
  SEICHE_ASSIGN_OR_RETURN(Pipeline pipeline, CheckedPipeline(path, options));
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<Output> output,
                          CreateFile(path, options.overwrite, *options.files));
  return AddWriter(std::move(output), options, std::move(pipeline), /*alone=*/true);
}

absl::StatusOr<std::unique_ptr<Hdf5FileWriter>> Hdf5FileWriter::Create(const std::string& path,
                                                                       OverwritePolicy overwrite,
                                                                       FileSystem& files) {
  SEICHE_ASSIGN_OR_RETURN(std::shared_ptr<Output> output, CreateFile(path, overwrite, files));
  return std::make_unique<FileWriter>(std::move(output));
}

}  // namespace seiche
