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
        text = _original(type(self), message)
        sample = _SAMPLE.match(text)
        self.sample = int(sample[1]) if sample else None
        place = _place(text[sample.end():] if sample else text)
        chunk = place.get("chunk")
        self.file = place.get("file")
        self.dataset = place.get("dataset")
        self.chunk = tuple(int(i) for i in chunk.split(",") if i.strip()) if chunk else None


class DatasetNotFoundError(KeyError):
    """The file has no H5 dataset of that name; the message lists those that exist."""

    def __str__(self):  # KeyError's own puts quotes around it
        return str(self.args[0]) if self.args else ""


# "sample 9 (row 0 of batch 3, epoch 0): waves.h5: H5 dataset 'images': chunk (9, 0, 0, 0): ..."
_SAMPLE = re.compile(r"sample (\d+) \([^)]*\): ")
# Paths and names may have colons and quotes of their own: what tells most comes first.
_PLACES = [re.compile("(?s)(?P<file>.*?): " + rest) for rest in (
    r"H5 dataset '(?P<dataset>.*?)': chunk \((?P<chunk>[\d, ]+)\): ",
    r"field (?P<dataset>.*?): chunk \((?P<chunk>[\d, ]+)\): ",
    r"H5 dataset '(?P<dataset>.*?)'(?:: | )",
    r"field '(?P<dataset>.*?)': ",
    r"field (?P<dataset>.*?): ",
    r"cannot [a-z]+: ",
)]


def _place(text):
    """Returns the parts of a message that say where, as far as it has them."""
    for pattern in _PLACES:
        found = pattern.match(text)
        if found:
            return found.groupdict()
    # "frames/wave_1/1.jpg: has ...": the path is up to a colon, most likely up to one where
    # something lies.
    paths = [text[:colon.start()] for colon in re.finditer(": ", text)]
    there = [path for path in paths if os.path.lexists(path)]
    return {"file": there[-1] if there else paths[0]} if paths else {}


def _original(kind, message):
    """Returns the message as it was before torch's DataLoader put a worker's traceback around."""
    if not message.startswith("Caught "):
        return message
    original = message.rpartition(f"\n{kind.__module__}.{kind.__qualname__}: ")[2]
    return original.removesuffix("\n")


class MissingFileError(FileNotFoundError):
    """Nothing lies at the path, or nothing matches the pattern (`filename`)."""

    def __init__(self, message):
        super().__init__(errno.ENOENT, message)
        text = _original(type(self), message)
        found = re.match(r"(?s)(.*): (?:cannot [a-z]+: |nothing matches)", text)
        self.filename = found[1] if found else text.split(": ")[0]

    def __str__(self):
        return self.strerror

    def __reduce__(self):  # OSError's own would call with three arguments
        return type(self), (self.strerror,), {"filename": self.filename, **self.__dict__}


def _not_found(message):
    in_file = re.search(r"(?s): (?:H5 dataset|has no field) '.*'(?: does not exist: |; it has: )",
                        message)
    return (DatasetNotFoundError if in_file else MissingFileError)(message)


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
