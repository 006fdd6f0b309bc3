"""The project's codec swell in h5py: import this, and h5py reads and writes it.

    import h5py
    import seiche.h5

    with h5py.File("waves.h5", "w") as file:
        file.create_dataset("images", data=values, chunks=(1, 100, 184, 184),
                            **seiche.h5.codec(bound=1e-4))

Chunks of frames [T,H,W] (or [N,T,H,W]) suit it; a chunk is decoded as a whole by h5py.
"""

from __future__ import annotations

from typing import Any

import h5py

from seiche import _seiche

# HDF5's number of the filter, as files have it.
ID: int = 41873


def codec(bound: float | None = None, *, relative: float | None = None, level: str = "small",
          frames: int = 100) -> dict[str, Any]:
    """Returns the arguments of h5py's create_dataset() that compress with swell.

    Args:
        bound: the largest error of a value, in the array's unit. None: lossless, bit for bit.
            Integers and 16-bit floats are always kept exactly.
        relative: the largest error as a part of a chunk's range, in place of `bound`.
        level: "fast" decodes fastest; "small" and "smallest" make smaller files.
        frames: from one key frame to the next.

    ValueError for what is out of range.
    """
    if bound is not None and relative is not None:
        raise ValueError("bound and relative exclude each other")
    parts = [level]
    if bound is not None:
        parts.append(f"abs={float(bound)!r}")
    if relative is not None:
        parts.append(f"rel={float(relative)!r}")
    parts.append(f"frames={int(frames)}")
    return {"compression": ID, "compression_opts": _seiche.swell_values(",".join(parts))}


if not h5py.h5z.register_filter(_seiche.swell_filter()):
    raise ImportError("h5py's libhdf5 does not take the filter swell")
