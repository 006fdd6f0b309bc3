"""The package's exceptions, and how C++ errors become Python's own kinds."""

import errno
import os
import re


class DataLossError(OSError):
    """Stored bytes are damaged, truncated, or fail their checksum.

    Attributes (None where the error does not tell):
        file: path of the file.
        dataset: name of the H5 dataset.
        chunk: place of the chunk in the grid of chunks, a tuple of ints.
        sample: index of the sample that needed the chunk.
    """

    def __init__(self, message):
        super().__init__(message)
        found = _PLACE.match(message)
        parts = found.groupdict() if found else {}
        chunk = parts.get("chunk")
        self.file = parts.get("file")
        self.dataset = parts.get("dataset")
        self.chunk = tuple(int(i) for i in chunk.split(",") if i.strip()) if chunk else None
        self.sample = int(parts["sample"]) if parts.get("sample") else None


class DatasetNotFoundError(KeyError):
    """The file has no H5 dataset of that name; the message lists those that exist."""

    def __str__(self):  # KeyError's own puts quotes around it
        return str(self.args[0]) if self.args else ""


# "sample 9 (row 0 of batch 3, epoch 0): waves.h5: H5 dataset 'images': chunk (9, 0, 0, 0): ..."
_PLACE = re.compile(
    r"(?:sample (?P<sample>\d+) \([^)]*\): )?"
    r"(?P<file>.*?): "
    r"(?:(?:H5 dataset|field) '?(?P<dataset>[^':]+)'?: )?"
    r"(?:chunk \((?P<chunk>[\d, ]+)\): )?"
)


class MissingFileError(FileNotFoundError):
    """Nothing lies at the path, or nothing matches the pattern (`filename`)."""

    def __init__(self, message):
        super().__init__(errno.ENOENT, message)
        self.filename = message.split(": ")[0]

    def __str__(self):
        return self.strerror


def _not_found(message):
    return (DatasetNotFoundError if "H5 dataset" in message else MissingFileError)(message)


_KINDS = {
    "INVALID_ARGUMENT": ValueError,
    "FAILED_PRECONDITION": ValueError,
    "OUT_OF_RANGE": ValueError,
    "ALREADY_EXISTS": FileExistsError,
    "DATA_LOSS": DataLossError,
    "UNIMPLEMENTED": NotImplementedError,
    "RESOURCE_EXHAUSTED": MemoryError,
    "PERMISSION_DENIED": PermissionError,
    "UNAVAILABLE": OSError,
}


def from_status(code, message):
    """Returns the exception that stands for a status of the C++ code ("NOT_FOUND", "...")."""
    if code == "NOT_FOUND":
        return _not_found(message)
    return _KINDS.get(code, RuntimeError)(message)


def file_names(paths):
    """Returns the paths (str, bytes or os.PathLike, one or a list) as a list of bytes."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        paths = [paths]
    names = [os.path.expanduser(os.fsencode(path)) for path in paths]
    if not names:
        raise ValueError("no paths to open")
    return names
