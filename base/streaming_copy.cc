#include "base/streaming_copy.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/streaming_copy.cc"
#include "hwy/foreach_target.h"  // must come before highway.h
// What includes the file again for each target.
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace seiche {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `to` is aligned to a vector. Returns how many bytes were copied: all but less than four vectors.
size_t CopyAligned(const uint8_t* from, uint8_t* to, size_t size) {
  const hn::ScalableTag<uint8_t> d;
  const size_t lanes = hn::Lanes(d);
  size_t done = 0;
  for (; size - done >= 4 * lanes; done += 4 * lanes) {
    const auto a = hn::LoadU(d, from + done);
    const auto b = hn::LoadU(d, from + done + lanes);
    const auto c = hn::LoadU(d, from + done + 2 * lanes);
    const auto e = hn::LoadU(d, from + done + 3 * lanes);
    hn::Stream(a, d, to + done);
    hn::Stream(b, d, to + done + lanes);
    hn::Stream(c, d, to + done + 2 * lanes);
    hn::Stream(e, d, to + done + 3 * lanes);
  }
  hwy::FlushStream();
  return done;
}

}  // namespace HWY_NAMESPACE
}  // namespace seiche
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace seiche {

HWY_EXPORT(CopyAligned);

void StreamingCopy(absl::Span<const std::byte> from, absl::Span<std::byte> to) {
  assert(from.size() == to.size());
  // The widest vector that any target has.
  constexpr size_t kAlignment = 256;
  const size_t head = std::min(
      to.size(), static_cast<size_t>(-reinterpret_cast<uintptr_t>(to.data())) % kAlignment);
  if (head > 0) std::memcpy(to.data(), from.data(), head);
  from.remove_prefix(head);
  to.remove_prefix(head);
  const size_t done =
      HWY_DYNAMIC_DISPATCH(CopyAligned)(reinterpret_cast<const uint8_t*>(from.data()),
                                        reinterpret_cast<uint8_t*>(to.data()), to.size());
  if (done < to.size()) std::memcpy(to.data() + done, from.data() + done, to.size() - done);
}

}  // namespace seiche
#endif  // HWY_ONCE
