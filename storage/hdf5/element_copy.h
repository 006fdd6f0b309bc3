// Copies and fills strided arrays of elements that may be in the other byte order.
//
//   CopyElements(Slice(chunk, part), out, /*swap_bytes=*/type.swapped);
//
// Bytes in the machine's order are left to CopyArray. Functions without state.
#ifndef SEICHE_STORAGE_HDF5_ELEMENT_COPY_H_
#define SEICHE_STORAGE_HDF5_ELEMENT_COPY_H_

#include <cstddef>

#include "absl/types/span.h"
#include "base/array_view.h"

namespace seiche {

// Copies all elements of `from` to `to`, reversing the bytes of each if `swap_bytes`. Same shape
// and dtype required; the memory must not overlap.
void CopyElements(const ConstArrayView& from, const ArrayView& to, bool swap_bytes);

// Reverses the bytes of each element in place. `element_size` is 1, 2, 4 or 8.
void SwapBytes(absl::Span<std::byte> elements, size_t element_size);

// Sets all elements of `to` to `element`, which has the size of its dtype.
void FillElements(absl::Span<const std::byte> element, const ArrayView& to);

}  // namespace seiche

#endif  // SEICHE_STORAGE_HDF5_ELEMENT_COPY_H_
