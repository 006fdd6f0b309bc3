#include "tools/command/verify.h"

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/worker_pool.h"
#include "storage/chunk_reader.h"
#include "storage/sequence_store.h"
#include "tools/command/fields.h"

namespace seiche {
namespace {

// The chunks of field 0 that cannot be decoded, in order.
absl::StatusOr<std::vector<absl::Status>> FindDamage(const SequenceStore& store,
                                                     absl::Span<const int64_t> chunks,
                                                     WorkerPool& pool, Progress& progress) {
  std::deque<ChunkReader> readers;
  for (int i = 0; i < pool.workers(); ++i) readers.emplace_back(store);
  std::mutex mutex;
  std::vector<std::pair<int64_t, absl::Status>> found;
  SEICHE_RETURN_IF_ERROR(
      pool.ForEach(static_cast<int64_t>(chunks.size()), [&](int64_t i, int worker) {
        const absl::Status status = readers[worker].Read(0, chunks[i]).status();
        if (!status.ok()) {
          const std::lock_guard lock(mutex);
          found.emplace_back(i, status);
        }
        progress.Add(1);
        return absl::OkStatus();
      }));
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<absl::Status> damaged;
  for (auto& [i, status] : found) damaged.push_back(std::move(status));
  return damaged;
}

absl::Status Verify(const std::string& path, const VerifyOptions& options, WorkerPool& pool,
                    VerifiedField& field) {
  const auto store = OpenField(path, field.name, *options.files);
  if (!store.ok() && HoldsNoNumbers(store.status())) {
    field.not_numbers = ShortReason(store.status(), path, field.name);
    return absl::OkStatus();
  }
  SEICHE_RETURN_IF_ERROR(store.status());
  SEICHE_ASSIGN_OR_RETURN(const std::vector<int64_t> chunks, (*store)->StoredChunks(0));
  field.chunks = static_cast<int64_t>(chunks.size());
  if (const std::string& missing = (*store)->fields()[0].missing_source; !missing.empty()) {
    return absl::DataLossError(absl::StrCat(
        path, ": H5 dataset '", field.name, "': ", missing,
        ": what it has of the array reads as the fill value: put it back where it was"));
  }
  Progress progress(absl::StrCat("verifying ", field.name), field.chunks, "chunks",
                    options.progress);
  SEICHE_ASSIGN_OR_RETURN(field.damaged, FindDamage(**store, chunks, pool, progress));
  if (!field.damaged.empty() &&
      std::all_of(field.damaged.begin(), field.damaged.end(), [](const absl::Status& status) {
        return absl::IsUnimplemented(status) || absl::IsPermissionDenied(status);
      })) {
    const std::string& slow_reason = (*store)->fields()[0].slow_reason;
    const bool tells = absl::IsUnimplemented(field.damaged[0]) && !slow_reason.empty();
    field.not_checked = tells ? slow_reason : std::string(field.damaged[0].message());
    field.damaged.clear();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<VerifyReport> VerifyPath(const std::string& path, const VerifyOptions& options) {
  SEICHE_ASSIGN_OR_RETURN(std::vector<ListedField> fields, ListFields(path, *options.files));
  WorkerPool pool(options.workers);
  VerifyReport report{.path = path, .fields = {}};
  for (ListedField& listed : fields) {
    VerifiedField field{.name = std::move(listed.name)};
    const absl::Status status = Verify(path, options, pool, field);
    if (!status.ok()) field.damaged = {status};
    report.fields.push_back(std::move(field));
  }
  return report;
}

absl::Status VerificationStatus(const VerifyReport& report) {
  int64_t damaged = 0, not_checked = 0;
  for (const VerifiedField& field : report.fields) {
    damaged += static_cast<int64_t>(field.damaged.size());
    not_checked += !field.not_checked.empty();
  }
  if (damaged > 0) {
    return absl::DataLossError(absl::StrCat(report.path, ": ", FormatCount(damaged, "chunk"),
                                            damaged == 1 ? " is" : " are",
                                            " damaged: restore the file from a copy"));
  }
  if (not_checked > 0) {
    return absl::UnimplementedError(absl::StrCat(
        report.path, ": ", FormatCount(not_checked, "field"), " could not be checked"));
  }
  return absl::OkStatus();
}

std::string VerificationText(const VerifyReport& report) {
  std::string text;
  for (const VerifiedField& field : report.fields) {
    absl::StrAppend(&text, report.path, ": ", field.name, ": ");
    if (!field.not_numbers.empty()) {
      absl::StrAppend(&text, "nothing to check: ", field.not_numbers, "\n");
    } else if (!field.not_checked.empty()) {
      absl::StrAppend(&text, "not checked: ", field.not_checked, "\n");
    } else if (field.damaged.empty()) {
      absl::StrAppend(&text, FormatCount(field.chunks, "chunk"), ", all whole\n");
    } else {
      absl::StrAppend(&text, field.damaged.size(), " of ", FormatCount(field.chunks, "chunk"),
                      " damaged\n");
      for (const absl::Status& status : field.damaged) {
        absl::StrAppend(&text, "  ", status.message(), "\n");
      }
    }
  }
  return text;
}

}  // namespace seiche
