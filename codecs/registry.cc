#include "codecs/registry.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "base/status.h"

namespace seiche {
namespace {

// The entry of a spec and what the spec's parameter adds to `parameters`.
absl::StatusOr<std::pair<const CodecEntry*, CodecParameters>> Resolve(std::string_view spec,
                                                                      CodecParameters parameters) {
  const size_t colon = spec.find(':');
  const std::string_view name = spec.substr(0, colon);
  const absl::Span<const CodecEntry* const> codecs = LinkedCodecs();
  const auto found = absl::c_find_if(codecs, [&](const CodecEntry* e) { return e->name == name; });
  if (found == codecs.end()) {
    return absl::NotFoundError(
        absl::StrCat("no codec \"", name, "\"; there are ", absl::StrJoin(ByteCodecNames(), ", ")));
  }
  if (colon != std::string_view::npos) {
    const std::string_view text = spec.substr(colon + 1);
    if ((*found)->parse == nullptr) return BadCodecParameter(name, text, "it takes none");
    if (!parameters.values.empty()) {
      return BadCodecParameter(name, text, "parameters are given twice");
    }
    SEICHE_ASSIGN_OR_RETURN(parameters.values, (*found)->parse(text));
  }
  return std::pair{*found, std::move(parameters)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(std::string_view spec,
                                                               CodecParameters parameters) {
  SEICHE_ASSIGN_OR_RETURN(const auto resolved, Resolve(spec, std::move(parameters)));
  SEICHE_ASSIGN_OR_RETURN(const CodecValues values, resolved.first->complete(resolved.second));
  return resolved.first->make(values);
}

absl::StatusOr<std::unique_ptr<const ByteCodec>> MakeByteCodec(uint32_t hdf5_id,
                                                               const CodecParameters& parameters) {
  for (const CodecEntry* entry : LinkedCodecs()) {
    if (entry->hdf5_id != hdf5_id) continue;
    SEICHE_ASSIGN_OR_RETURN(const CodecValues values, entry->complete(parameters));
    return entry->make(values);
  }
  return absl::NotFoundError(absl::StrCat("no codec for HDF5's filter ", hdf5_id));
}

absl::StatusOr<Hdf5FilterRecord> Hdf5Record(std::string_view spec,
                                            const CodecParameters& parameters) {
  SEICHE_ASSIGN_OR_RETURN(const auto resolved, Resolve(spec, parameters));
  const CodecEntry& entry = *resolved.first;
  SEICHE_ASSIGN_OR_RETURN(CodecValues values, entry.complete(resolved.second));
  const bool optional = entry.optional(values);
  return Hdf5FilterRecord{.id = entry.hdf5_id,
                          .name = std::string(entry.name),
                          .values = std::move(values),
                          .optional = optional};
}

std::vector<std::string> ByteCodecNames() {
  std::vector<std::string> names;
  for (const CodecEntry* entry : LinkedCodecs()) names.emplace_back(entry->name);
  return names;
}

}  // namespace seiche
