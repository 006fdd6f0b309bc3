#include "python/native/loader_object.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/status.h"
#include "loader/loader.h"
#include "python/native/batch_object.h"
#include "python/native/fork_guard.h"
#include "python/native/loader_json.h"
#include "python/native/store_object.h"

namespace seiche {
namespace {

// Between two looks at signals.
constexpr absl::Duration kPatience = absl::Milliseconds(50);

using LoaderPointer = std::unique_ptr<Loader>;

class LoaderHandle {
 public:
  LoaderHandle(LoaderPointer loader, LoaderOptions options)
      : guarded_(std::move(loader)), options_(std::move(options)) {}
  LoaderHandle(LoaderHandle&&) noexcept = default;
  ~LoaderHandle() {
    if (!open() || !guarded_.here()) return;
    Close();
  }

  bool open() const { return guarded_.has_value() && guarded_.value() != nullptr; }
  bool here() const { return guarded_.here(); }
  Loader& loader() const { return *guarded_.value(); }
  const LoaderOptions& options() const { return options_; }

  // Stops the workers. Waits for chunks that are being decoded.
  void Close() {
    const py::WithoutGil unlocked;
    guarded_.value().reset();
  }

  bool busy = false;  // a thread is inside; guarded by the GIL

 private:
  ForkGuarded<LoaderPointer> guarded_;
  LoaderOptions options_;
};

// The right to call a loader, for one thread at a time.
class Use {
 public:
  explicit Use(PyObject* self) : handle_(&py::Unbox<LoaderHandle>(self)) {
    const char* problem = !handle_->here()
                              ? "the loader was made before fork(): make one in this process"
                          : handle_->busy    ? "another thread is using this loader"
                          : !handle_->open() ? "the loader is closed"
                                             : nullptr;
    if (problem != nullptr) {
      PyErr_SetString(PyExc_RuntimeError, problem);
      handle_ = nullptr;
      return;
    }
    handle_->busy = true;
  }
  ~Use() {
    if (handle_ != nullptr) handle_->busy = false;
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  // False: a Python error is set.
  explicit operator bool() const { return handle_ != nullptr; }
  LoaderHandle& handle() const { return *handle_; }
  Loader& loader() const { return handle_->loader(); }

 private:
  LoaderHandle* handle_;
};

using NextBatch = absl::StatusOr<std::optional<Batch>>;

// Nothing if there is still none after kPatience.
std::optional<NextBatch> TryNext(Loader& loader) {
  const py::WithoutGil unlocked;
  if (!loader.WaitFor(kPatience)) return std::nullopt;
  return loader.Next();
}

PyObject* LoaderNext(PyObject* self, PyObject*) {
  return py::Guarded([&]() -> PyObject* {
    const Use use(self);
    if (!use) return nullptr;
    std::optional<NextBatch> next;
    while (!(next = TryNext(use.loader())).has_value()) {
      if (PyErr_CheckSignals() != 0) return nullptr;
    }
    if (!next->ok()) return py::Raise(next->status());
    if (!(*next)->has_value()) return py::None();
    return BoxBatch(*std::move(**next));
  });
}

PyObject* LoaderStartEpoch(PyObject* self, PyObject* number) {
  const long long epoch = PyLong_AsLongLong(number);
  if (epoch == -1 && PyErr_Occurred() != nullptr) return nullptr;
  return py::Guarded([&]() -> PyObject* {
    const Use use(self);
    if (!use) return nullptr;
    absl::Status status;
    {
      const py::WithoutGil unlocked;
      status = use.loader().StartEpoch(epoch);
    }
    return status.ok() ? py::None() : py::Raise(status);
  });
}

// A method that answers with text.
template <std::string (*kText)(const LoaderHandle&)>
PyObject* LoaderText(PyObject* self, PyObject*) {
  return py::Guarded([&]() -> PyObject* {
    const Use use(self);
    return use ? py::Text(kText(use.handle())).Release() : nullptr;
  });
}

std::string State(const LoaderHandle& handle) { return handle.loader().State(); }
std::string Describe(const LoaderHandle& handle) {
  return DescribeLoader(handle.loader(), handle.options());
}
std::string Skipped(const LoaderHandle& handle) { return DescribeSkipped(handle.loader()); }
std::string Statistics(const LoaderHandle& handle) { return handle.loader().statistics().ToJson(); }
std::string Report(const LoaderHandle& handle) { return handle.loader().statistics().ToString(); }

PyObject* LoaderClose(PyObject* self, PyObject*) {
  auto& handle = py::Unbox<LoaderHandle>(self);
  if (!handle.open() || !handle.here()) return py::None();
  return py::Guarded([&]() -> PyObject* {
    const Use use(self);
    if (!use) return nullptr;
    use.handle().Close();
    return py::None();
  });
}

PyMethodDef methods[] = {
    {"next", &LoaderNext, METH_NOARGS, "The next Batch; None at the end of the epoch."},
    {"start_epoch", &LoaderStartEpoch, METH_O, "Drops what was prefetched and starts a pass."},
    {"state", &LoaderText<State>, METH_NOARGS, "Where to go on, as text."},
    {"describe", &LoaderText<Describe>, METH_NOARGS, "Epoch, sizes and outputs, as JSON."},
    {"skipped", &LoaderText<Skipped>, METH_NOARGS, "Samples left out, as JSON."},
    {"statistics", &LoaderText<Statistics>, METH_NOARGS, "Counters, as JSON."},
    {"report", &LoaderText<Report>, METH_NOARGS, "Counters, as a line of text."},
    {"close", &LoaderClose, METH_NOARGS, "Stops the workers."},
    {},
};
PyGetSetDef properties[] = {{}};

absl::StatusOr<LoaderHandle> MakeLoader(StorePointer store, const std::string& text) {
  SEICHE_ASSIGN_OR_RETURN(LoaderOptions options, LoaderOptionsFromJson(text));
  SEICHE_ASSIGN_OR_RETURN(LoaderPointer loader, Loader::Create(std::move(store), options));
  return LoaderHandle(std::move(loader), std::move(options));
}

}  // namespace

PyObject* MakeLoaderObject(PyObject*, PyObject* args) {
  PyObject *object = nullptr, *text = nullptr;
  if (PyArg_ParseTuple(args, "OO:make_loader", &object, &text) == 0) return nullptr;
  return py::Guarded([&]() -> PyObject* {
    std::string options;
    StorePointer store = StoreOf(object);
    if (store == nullptr || !py::ToUtf8(text, options)) return nullptr;
    std::optional<absl::StatusOr<LoaderHandle>> handle;
    {
      const py::WithoutGil unlocked;
      handle.emplace(MakeLoader(std::move(store), options));
    }
    return handle->ok() ? py::Box(**std::move(handle)) : py::Raise(handle->status());
  });
}

bool AddLoaderType(PyObject* module) {
  return py::MakeType<LoaderHandle>(module, "Loader", "A loader and its workers.", methods,
                                    properties);
}

}  // namespace seiche
