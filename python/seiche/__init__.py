"""seiche: training data out of HDF5 files and folders of frames, at the speed of the machine.

    import seiche

    loader = seiche.Loader("waves.h5", batch_size=16, window={"input": 10, "target": 10})
    for batch in loader:                     # threads read and decode ahead
        train(batch["input"], batch["target"])    # NumPy arrays [B,T,H,W], no copy

    store = seiche.open("waves.h5")          # an array on disk
    store.shape, store[7, 20:30]             # frames 20 to 29 of sequence 7

See help(seiche.Loader), help(seiche.open); seiche.torch for torch's DataLoader.
"""

from seiche import _errors, _seiche

_seiche.set_error_factory(_errors.from_status)

# pylint: disable=wrong-import-position,redefined-builtin
from seiche._batch import Batch
from seiche._errors import DataLossError, DatasetNotFoundError, MissingFileError
from seiche._loader import Loader
from seiche._statistics import Statistics
from seiche._store import Field, Store, open

__version__ = "0.1.0"

__all__ = [
    "Batch",
    "DataLossError",
    "DatasetNotFoundError",
    "Field",
    "Loader",
    "MissingFileError",
    "Statistics",
    "Store",
    "open",
]
