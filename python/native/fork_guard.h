// Values that only the process that made them destroys.
//
//   ForkGuarded<Batch> batch(std::move(*next));
//   batch.value().samples();
//   batch.here()                                   // false in a child that fork() made
//
// fork() copies memory but no threads: what another thread held locked stays locked in the child
// for ever, and threads to be joined are not there. So a child leaves the parent's loaders and
// batches alone; their memory is given back with the child. Reading a batch's elements is fine.
#ifndef SEICHE_PYTHON_NATIVE_FORK_GUARD_H_
#define SEICHE_PYTHON_NATIVE_FORK_GUARD_H_

#include <cstdint>
#include <memory>
#include <utility>

namespace seiche {

// How many times this process and those that it descends from were made by fork(), counted since
// the first call. Thread-safe.
int64_t ForkGeneration();

template <typename T>
class ForkGuarded {
 public:
  explicit ForkGuarded(T value) : value_(std::make_unique<T>(std::move(value))) {}
  ForkGuarded(ForkGuarded&&) noexcept = default;
  ForkGuarded& operator=(ForkGuarded&&) = delete;
  ~ForkGuarded() {
    if (!here()) value_.release();  // NOLINT: left alone on purpose
  }

  T& value() const { return *value_; }
  // False once it was moved from.
  bool has_value() const { return value_ != nullptr; }
  // Whether this is still the process that made it.
  bool here() const { return generation_ == ForkGeneration(); }

 private:
  std::unique_ptr<T> value_;
  int64_t generation_ = ForkGeneration();
};

}  // namespace seiche

#endif  // SEICHE_PYTHON_NATIVE_FORK_GUARD_H_
