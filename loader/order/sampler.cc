#include "loader/order/sampler.h"

#include <algorithm>
#include <cassert>

#include "base/ceil_divide.h"

namespace seiche {
namespace {

// Keys of the orders within windows, apart from those of blocks.
constexpr uint64_t kInnerKey = 0x5EAC4E;

}  // namespace

Sampler::Sampler(const SamplerOptions& options, int64_t size, uint64_t seed, int64_t epoch)
    : options_(options),
      size_(size),
      seed_(seed),
      epoch_(epoch),
      blocks_(CeilDivide(size, options.block_samples)),
      outer_(options.order == Order::kChunkAware ? blocks_ : size, seed, epoch) {
  assert(size >= 1 && epoch >= 0 && options.order != Order::kAuto);
  assert(options.block_samples >= 1 && options.window_blocks >= 1);
  last_block_size_ = size - (blocks_ - 1) * options.block_samples;
  if (options.order == Order::kChunkAware) {
    short_slot_ = static_cast<int64_t>(outer_.Inverse(blocks_ - 1));
  }
}

int64_t Sampler::BlockSize(int64_t block) const {
  return block == blocks_ - 1 ? last_block_size_ : options_.block_samples;
}

int64_t Sampler::SamplesBefore(int64_t slot) const {
  const int64_t samples = slot * options_.block_samples;
  return slot <= short_slot_ ? samples : samples - options_.block_samples + last_block_size_;
}

Sampler::Window Sampler::WindowOfSlot(int64_t slot) const {
  Window window;
  window.first_slot = slot / options_.window_blocks * options_.window_blocks;
  window.slots = std::min(options_.window_blocks, blocks_ - window.first_slot);
  window.first_position = SamplesBefore(window.first_slot);
  window.size = SamplesBefore(window.first_slot + window.slots) - window.first_position;
  return window;
}

Sampler::Window Sampler::WindowAt(int64_t position) const {
  // Behind the short block, positions are those of a whole block earlier.
  const bool behind = position >= SamplesBefore(short_slot_ + 1);
  if (behind) position += options_.block_samples - last_block_size_;
  return WindowOfSlot(position / options_.block_samples);
}

KeyedPermutation Sampler::Inner(const Window& window) const {
  return KeyedPermutation(window.size, seed_ ^ kInnerKey,
                          static_cast<uint64_t>(epoch_) * 0x9E3779B97F4A7C15u +
                              static_cast<uint64_t>(window.first_slot));
}

int64_t Sampler::operator()(int64_t position) const {
  assert(position >= 0 && position < size_);
  if (options_.order == Order::kSequential) return position;
  if (options_.order == Order::kUniform) return static_cast<int64_t>(outer_(position));

  const Window window = WindowAt(position);
  const int64_t inside = static_cast<int64_t>(Inner(window)(position - window.first_position));
  // In a window the short block counts as the last.
  const bool has_short =
      short_slot_ >= window.first_slot && short_slot_ < window.first_slot + window.slots;
  int64_t slot = window.first_slot + inside / options_.block_samples;
  const int64_t offset = inside % options_.block_samples;
  if (has_short) {
    if (slot == window.first_slot + window.slots - 1) {
      slot = short_slot_;
    } else if (slot >= short_slot_) {
      ++slot;
    }
  }
  return static_cast<int64_t>(outer_(slot)) * options_.block_samples + offset;
}

int64_t Sampler::PositionOf(int64_t sample) const {
  assert(sample >= 0 && sample < size_);
  if (options_.order == Order::kSequential) return sample;
  if (options_.order == Order::kUniform) return static_cast<int64_t>(outer_.Inverse(sample));

  int64_t slot = static_cast<int64_t>(outer_.Inverse(sample / options_.block_samples));
  const int64_t offset = sample % options_.block_samples;
  const Window window = WindowOfSlot(slot);
  const bool has_short =
      short_slot_ >= window.first_slot && short_slot_ < window.first_slot + window.slots;
  if (has_short) {
    if (slot == short_slot_) {
      slot = window.first_slot + window.slots - 1;
    } else if (slot > short_slot_) {
      --slot;
    }
  }
  const int64_t inside = (slot - window.first_slot) * options_.block_samples + offset;
  return window.first_position + static_cast<int64_t>(Inner(window).Inverse(inside));
}

int64_t Sampler::WindowEnd(int64_t position) const {
  assert(position >= 0 && position < size_);
  if (options_.order == Order::kUniform) return size_;
  if (options_.order == Order::kSequential) {
    const int64_t block = position / options_.block_samples;
    return block * options_.block_samples + BlockSize(block);
  }
  const Window window = WindowAt(position);
  return window.first_position + window.size;
}

}  // namespace seiche
