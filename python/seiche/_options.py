"""A loader's arguments as users write them, and the JSON that the C++ code takes."""

import json
import math
import os
import re
from collections.abc import Mapping

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
          "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}


def parse_bytes(value, name):
    """Returns a number of bytes: 4096, "500MB", "4 GiB"."""
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]I?|)B?\s*", value.upper())
        if not found:
            raise ValueError(f"{name}: {value!r} is no size: write bytes, '500MB' or '4GiB'")
        return int(float(found[1]) * _UNITS[found[2]])
    return int(value)


def parse_window(window):
    """Returns [[name, first, frames], ...]; [] for None.

    A number takes as many frames as it says, behind those of the window before; a pair or a slice
    says first and end.
    """
    if window is None:
        return []
    windows = window if isinstance(window, Mapping) else {"": window}
    found, next_frame = [], 0
    for name, frames in windows.items():
        if isinstance(frames, slice):
            if frames.step not in (None, 1) or frames.stop is None:
                raise ValueError(f"window {name!r}: a slice has an end and step 1")
            first, end = frames.start or 0, frames.stop
        elif isinstance(frames, (tuple, list)):
            if len(frames) != 2:
                raise ValueError(f"window {name!r}: (first, end) is needed, not {frames!r}")
            first, end = frames
        else:
            first, end = next_frame, next_frame + int(frames)
        if not 0 <= int(first) < int(end):
            raise ValueError(f"window {name!r}: frames {first} to {end} are none")
        found.append([name or "window", int(first), int(end) - int(first)])
        next_frame = int(end)
    return found


def _crop(axis, part, random):
    if isinstance(part, slice):
        first, end, step = part.start or 0, part.stop, part.step or 1
    elif isinstance(part, (tuple, list)):
        first, end, step = int(part[0]), int(part[1]), 1
    else:
        first, end, step = 0, int(part), 1
    if random and first != 0:
        raise ValueError(f"random_crop of {axis!r}: how many elements, not where they begin")
    extent = -1 if end is None else math.ceil((end - first) / step)
    return {"axis": axis, "offset": first, "extent": extent, "stride": step, "random": random}


def parse_crops(crop, random_crop):
    """Returns the crops of {"H": 64, "W": (10, 74), "D": slice(0, 32, 2)} and of random ones."""
    return ([_crop(axis, part, False) for axis, part in (crop or {}).items()] +
            [_crop(axis, part, True) for axis, part in (random_crop or {}).items()])


def dtype_name(dtype):
    """Returns "float16" for numpy.float16, torch.float16, jax.numpy.float16, "f2" or the name."""
    text = str(dtype)
    if text.startswith("torch."):
        return text[len("torch."):]
    import numpy  # pylint: disable=import-outside-toplevel
    if not isinstance(dtype, str):
        return numpy.dtype(dtype).name
    try:
        found = numpy.dtype(dtype)
    except TypeError:  # bfloat16 too: it is not NumPy's
        return dtype
    return found.name if found.kind in "iuf" else dtype


def _read_statistics(path):
    """Returns what `seiche stats` wrote to the file, by field."""
    with open(path, encoding="utf-8") as file:
        try:
            found = json.load(file)
        except ValueError as error:
            raise ValueError(f"normalize: {path}: not JSON: {error}") from None
    fields = found.get("fields") if isinstance(found, Mapping) else None
    if not isinstance(fields, Mapping):
        raise ValueError(f"normalize: {path}: has no \"fields\", which `seiche stats FILE --out "
                         f"{path}` writes")
    return fields


def _attribute_moments(field):
    attributes = field.attrs
    if "mean" not in attributes or "standard_deviation" not in attributes:
        raise ValueError(
            f"normalize=True: field {field.name!r} has no attributes mean and "
            "standard_deviation: take normalize='stats.json', which `seiche stats FILE --out "
            "stats.json` writes")
    return attributes["mean"], attributes["standard_deviation"]


def _numbers(value):
    if not isinstance(value, str):
        try:
            return [float(v) for v in value]
        except TypeError:
            pass
    return [float(value)]


def _pair(moments, where):
    """Returns (means, standard deviations) of whatever says them."""
    if isinstance(moments, Mapping):
        if not {"mean", "standard_deviation"} <= set(moments):
            raise ValueError(f"{where}: the keys 'mean' and 'standard_deviation' are needed, not "
                             + (", ".join(map(repr, moments)) or "none"))
        moments = moments["mean"], moments["standard_deviation"]
    if isinstance(moments, str):
        raise ValueError(f"{where}: (mean, std) is needed, not {moments!r}")
    try:
        mean, deviation = moments
        return _numbers(mean), _numbers(deviation)
    except (TypeError, ValueError):
        raise ValueError(f"{where}: (mean, std) is needed, numbers or one a channel, not "
                         f"{moments!r}") from None


def _moments(field, normalize, where):
    """Returns (means, standard deviations), as many each, or None: the field is left as it is."""
    if normalize is None or normalize is False:
        return None
    if normalize is True:
        normalize = _attribute_moments(field)
    elif isinstance(normalize, Mapping):
        if field.name not in normalize:
            return None
        normalize = normalize[field.name]
    where = f"{where}: field {field.name!r}"
    means, deviations = _pair(normalize, where)
    if any(not d > 0 for d in deviations):
        raise ValueError(f"{where} has a standard deviation that is not above 0")
    if not all(map(math.isfinite, means + deviations)):
        raise ValueError(f"{where} has a mean or standard deviation that is not finite")
    if len(means) == 1:
        means = means * len(deviations)
    if len(deviations) == 1:
        deviations = deviations * len(means)
    if len(means) != len(deviations):
        raise ValueError(f"{where} has {len(means)} means, but {len(deviations)} standard "
                         "deviations")
    return means, deviations


def _scale_and_offset(moments, where):
    scale = [1 / d for d in moments[1]]
    offset = [-m / d for m, d in zip(*moments)]
    if not all(map(math.isfinite, scale + offset)):
        raise ValueError(f"{where}: the standard deviation {min(moments[1])} is too small")
    return scale, offset


def _transform(number, field, dtype, moments, unpack):
    transform = {"field": number}
    if isinstance(dtype, Mapping):
        dtype = dtype.get(field.name)
    if dtype is not None:
        transform["dtype"] = dtype_name(dtype)
    if moments is not None:
        transform["scale"], transform["offset"] = _scale_and_offset(
            moments, f"normalize: field {field.name!r}")
        if dtype is None and "float" not in str(field.dtype):
            transform["dtype"] = "float32"
    if unpack or (moments is not None and field.packed):
        transform["unpack"] = field.packed
    return transform if len(transform) > 1 else None


def parse_transforms(fields, dtype, normalize, unpack):
    """Returns what is done to the elements of each field that is not delivered as stored."""
    for option, name in ((dtype, "dtype"), (normalize, "normalize")):
        unknown = set(option) - {f.name for f in fields} if isinstance(option, Mapping) else ()
        if unknown:
            raise ValueError(f"{name}: there is no field {sorted(unknown)[0]!r}, but "
                             + ", ".join(repr(f.name) for f in fields))
    where = "normalize"
    if isinstance(normalize, (str, os.PathLike)):
        where = f"normalize: {os.fspath(normalize)}"
        normalize = _read_statistics(normalize)
        if not any(field.name in normalize for field in fields):
            raise ValueError(f"{where}: has nothing of " + ", ".join(repr(f.name) for f in fields))
    found = [_transform(i, field, dtype, _moments(field, normalize, where), unpack)
             for i, field in enumerate(fields)]
    return [transform for transform in found if transform]


def parse_seed(seed):
    """Returns any whole number as the text of one from 0 to 2^64 - 1."""
    return str(int(seed) % 2**64)


def add_sample_arguments(parser, path_help):
    """Adds to a command's parser what says which samples it reads."""
    parser.add_argument("path", help=path_help)
    parser.add_argument("--dataset", help="H5 dataset; without it the only one of rank 4")
    parser.add_argument("--batch-size", type=int, default=16, help="samples")
    parser.add_argument("--window", type=int, default=0, help="frames of a sample; 0: all")
