"""The Well's datasets (polymathic-ai.org/the_well), read by seiche.

    from seiche.well import WellDataset      # instead of: from the_well.data import WellDataset

    dataset = WellDataset(well_base_path="datasets", well_dataset_name="active_matter",
                          well_split_name="train", n_steps_input=4)
    loader = torch.utils.data.DataLoader(dataset, batch_size=8, shuffle=True)

Takes the same options and yields the same dictionaries, names and shapes. Fields are read without
libhdf5 and by several threads for a batch; only the files' metadata is read by h5py, once. Files
are local ones: no fsspec.
"""

from __future__ import annotations

import concurrent.futures
import glob
import operator
import os
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy
import torch
import torch.utils.data

from seiche import _well_layout
from seiche._store import open as open_store


class _Normalization:
    """(value - mean) / std, or value / rms, by the names of fields."""

    def __init__(self, path, kind, minimum):
        import yaml  # pylint: disable=import-outside-toplevel
        with open(path, encoding="utf-8") as file:
            stats = yaml.safe_load(file)
        keys = {"zscore": ("mean", "std"), "rms": (None, "rms")}[kind]
        missing = [key for key in keys if key is not None and key not in stats]
        if missing:
            raise ValueError(f"{path}: has no {', '.join(missing)}")
        self._shift = stats[keys[0]] if keys[0] else None
        self._scale = stats[keys[1]]
        self._minimum = minimum

    def normalize(self, values, field):
        """Returns the field's values, normalised."""
        if self._shift is not None:
            values = values - torch.as_tensor(self._shift[field])
        return values / torch.clip(torch.as_tensor(self._scale[field]), min=self._minimum)


def _paths(path, base, name, split, normalization):
    """Returns (folder of the files, path of the normalisation file)."""
    if path is None and (base is None or name is None):
        raise ValueError("give path, or well_base_path and well_dataset_name")
    trunk = os.fspath(path) if path is not None else os.path.join(base, name)
    if path is not None and split is None:
        folder = trunk
    else:
        folder = os.path.join(trunk, "data", split)
    if normalization is None or not os.path.isabs(normalization):
        relative = str(normalization or "stats.yaml").removeprefix(trunk).lstrip("./")
        normalization = os.path.join(trunk, relative)
    return folder, normalization


def _find_files(folder, include, exclude):
    found = sorted(glob.glob(os.path.join(glob.escape(folder), "*.h5")) +
                   glob.glob(os.path.join(glob.escape(folder), "*.hdf5")))
    if include:
        found = [path for path in found if any(text in path for text in include)]
    found = [path for path in found if not any(text in path for text in exclude)]
    if not found:
        raise FileNotFoundError(f"{folder}: no HDF5 files that fit the filters")
    return found


class WellDataset(torch.utils.data.Dataset):
    """Samples of a dataset in The Well's layout: dicts of tensors.

    dataset[i] has, where there is any: input_fields [Ti,H,W(,D),C], output_fields [To,H,W(,D),C],
    constant_fields [H,W(,D),C], input_scalars [Ti,C], output_scalars [To,C], constant_scalars [C],
    boundary_conditions [dims,2] (0 wall, 1 open, 2 periodic; lower and upper end), space_grid
    [H,W(,D),dims], input_time_grid [Ti], output_time_grid [To]. C counts the components of all
    fields, scalars before vectors before tensors, as `metadata.field_names` lists them.

    Args:
        path: folder of the files; with well_split_name, the dataset's folder, which has data/SPLIT.
        normalization_path: of the YAML file with mean, std, rms by field; default: stats.yaml.
        well_base_path, well_dataset_name, well_split_name: in place of path.
        include_filters, exclude_filters: only files whose path has one of these texts, or none.
        use_normalization: normalise fields, by normalization_type: "zscore", "rms", or a callable
            of (statistics, names of fields, names of constant fields) as the_well has them.
        max_rollout_steps: most output steps of a sample.
        n_steps_input, n_steps_output: steps of a sample.
        min_dt_stride, max_dt_stride: stored steps from one step to the next; a random one between
            the two, by numpy.random.
        restrict_num_trajectories, restrict_num_samples: a number or a part (below 1) of them,
            chosen by restriction_seed. The choice of trajectories is not the original's, which
            takes the first one's samples again and again.
        return_grid: space and time grids; normalize_time_grid: time begins at 0.
        boundary_return_type: "padding", or None for no boundary conditions.
        full_trajectory_mode: each trajectory is one sample; start_output_steps_at_t: the first
            output step.
        name_override: of metadata.dataset_name.
        transform: called with (data, metadata) before fields become channels, those of
            the_well.data.augmentation too, sample by sample; metadata has dataset, file_idx,
            sample_idx, time_idx, time_stride.
        min_std: the least standard deviation to divide by.
        threads: that read the samples of a batch; 0: one a core. Inside of DataLoader's workers 1
            is right.

    Not taken: flatten_tensors=False, other boundary_return_type, storage_options.

    Attributes: metadata, and the original's own (n_spatial_dims, size_tuple, field_names, n_files,
    n_windows_per_trajectory, n_steps_input, ...), with the same values.
    """

    def __init__(
        self,
        path: str | os.PathLike | None = None,
        normalization_path: str | None = None,
        well_base_path: str | None = None,
        well_dataset_name: str | None = None,
        well_split_name: str | None = None,
        include_filters: Sequence[str] = (),
        exclude_filters: Sequence[str] = (),
        use_normalization: bool = False,
        normalization_type: str | Callable[..., Any] | None = None,
        max_rollout_steps: int = 100,
        n_steps_input: int = 1,
        n_steps_output: int = 1,
        min_dt_stride: int = 1,
        max_dt_stride: int = 1,
        flatten_tensors: bool = True,
        restrict_num_trajectories: float | None = None,
        restrict_num_samples: float | None = None,
        restriction_seed: int = 0,
        cache_small: bool = True,
        max_cache_size: float = 1e9,
        return_grid: bool = True,
        normalize_time_grid: bool = True,
        boundary_return_type: str | None = "padding",
        full_trajectory_mode: bool = False,
        start_output_steps_at_t: int = -1,
        name_override: str | None = None,
        transform: Callable[[dict[str, Any], TrajectoryMetadata], dict[str, Any]] | None = None,
        min_std: float = 1e-4,
        storage_options: dict[str, Any] | None = None,
        threads: int = 0,
    ) -> None:
        super().__init__()
        del cache_small, max_cache_size  # what varies neither with sample nor time is kept always
        if boundary_return_type not in ("padding", None) or not flatten_tensors or storage_options:
            raise NotImplementedError("WellDataset: boundary_return_type is 'padding' or None, "
                                      "tensors are flattened, files are local")
        if full_trajectory_mode and min_dt_stride < max_dt_stride:
            raise ValueError("full_trajectory_mode needs one stride: min_dt_stride = max_dt_stride")
        self.data_path, self.normalization_path = _paths(
            path, well_base_path, well_dataset_name, well_split_name, normalization_path)
        self.files_paths = _find_files(self.data_path, include_filters, exclude_filters)
        self.n_steps_input, self.n_steps_output = n_steps_input, n_steps_output
        self.max_rollout_steps = max_rollout_steps
        self.min_dt_stride, self.max_dt_stride = min_dt_stride, max_dt_stride
        self.return_grid, self.normalize_time_grid = return_grid, normalize_time_grid
        self.boundary_return_type = boundary_return_type
        self.well_dataset_name = well_dataset_name
        self.include_filters, self.exclude_filters = include_filters, exclude_filters
        self.use_normalization = use_normalization
        self.normalization_type = normalization_type
        self.flatten_tensors = flatten_tensors
        self.restrict_num_trajectories = restrict_num_trajectories
        self.restrict_num_samples = restrict_num_samples
        self.restriction_seed = restriction_seed
        self.full_trajectory_mode = full_trajectory_mode
        self.start_output_steps_at_t = start_output_steps_at_t
        self.transform = transform
        self._threads = threads
        self._pool: Any = None
        self._files = [_well_layout.File(name) for name in self.files_paths]
        self._fields = [self._open(file) for file in self._files]
        self.metadata = _well_layout.describe(self._files)
        if name_override is not None:
            self.metadata.dataset_name = name_override
        self.dataset_name = self.metadata.dataset_name
        self.norm = self._make_norm(normalization_type, min_std) if use_normalization else None
        self._windows = self._count_windows()
        counts = [f.trajectories * w for f, w in zip(self._files, self._windows)]
        self._first = numpy.concatenate([[0], numpy.cumsum(counts)])
        self._describe()
        self.restriction_set = self._restrict(
            restrict_num_samples, restrict_num_trajectories, restriction_seed)

    def _describe(self):
        """Sets what transforms and models ask the dataset itself for."""
        metadata = self.metadata
        self.n_spatial_dims = metadata.n_spatial_dims
        self.size_tuple = metadata.spatial_resolution
        self.n_files = metadata.n_files
        self.n_trajectories_per_file = metadata.n_trajectories_per_file
        self.n_steps_per_trajectory = metadata.n_steps_per_trajectory
        self.n_windows_per_trajectory = self._windows
        self.scalar_names = metadata.scalar_names
        self.constant_scalar_names = metadata.constant_scalar_names
        self.field_names = metadata.field_names
        self.constant_field_names = metadata.constant_field_names
        self.core_field_names, self.core_constant_field_names = (
            [f.name for f in self._files[0].fields if f.time_varying == varying]
            for varying in (True, False))
        self.bc_types = metadata.boundary_condition_types
        self.num_bcs = len(self.bc_types)

    @staticmethod
    def _open(file):
        """Returns {H5 dataset: Field} of what is read for each sample."""
        varying = [a for a in file.fields + file.scalars if a.values is None]
        return {a.dataset: open_store(file.path, a.dataset, axes=a.axes).field for a in varying}

    def _make_norm(self, kind, min_std):
        if kind is None:
            return None
        if isinstance(kind, str):
            if kind not in ("zscore", "rms"):
                raise ValueError(f"normalization_type: {kind!r} is none of 'zscore', 'rms'")
            return _Normalization(self.normalization_path, kind, min_std)
        import yaml  # pylint: disable=import-outside-toplevel
        with open(self.normalization_path, encoding="utf-8") as file:
            stats = yaml.safe_load(file)
        fields = self._files[0].fields
        return kind(stats, [f.name for f in fields if f.time_varying],
                    [f.name for f in fields if not f.time_varying])

    def _count_windows(self):
        """Returns the samples of a trajectory of each file."""
        if self.full_trajectory_mode:
            fewest = min(file.steps for file in self._files)
            before = max(self.n_steps_input * self.min_dt_stride, self.start_output_steps_at_t)
            if 0 <= self.start_output_steps_at_t < (self.n_steps_input + 1) * self.min_dt_stride:
                raise ValueError(f"start_output_steps_at_t = {self.start_output_steps_at_t} is too "
                                 f"early for {self.n_steps_input} input steps")
            self.n_steps_output = (fewest - before) // self.min_dt_stride
            if self.n_steps_output < 1:
                raise ValueError(f"trajectories of {fewest} steps have no output step")
            self.metadata.n_steps_per_trajectory = [fewest] * len(self._files)
            return [1] * len(self._files)
        span = 1 + self.min_dt_stride * (self.n_steps_input + self.n_steps_output - 1)
        for file in self._files:
            if file.steps < span:
                raise ValueError(f"{file.path}: {file.steps} steps, a sample needs {span}")
        return [file.steps - span + 1 for file in self._files]

    def _restrict(self, samples, trajectories, seed):
        """Returns the numbers of the samples that are left, or None for all."""
        if samples is None and trajectories is None:
            return None
        if samples is not None and trajectories is not None:
            warnings.warn("restrict_num_samples goes before restrict_num_trajectories")
        generator = numpy.random.default_rng(seed)
        numbers = numpy.arange(self._first[-1])
        if trajectories is not None:
            total = sum(file.trajectories for file in self._files)
            order = numpy.arange(total)
            generator.shuffle(order)  # the first of a shuffle: larger choices hold smaller ones
            kept = set(order[:_limit(trajectories, total)].tolist())
            numbers = numpy.concatenate(
                [part for i, part in enumerate(self._by_trajectory()) if i in kept])
        if samples is not None:
            limit = _limit(samples, int(self._first[-1]))
            generator.shuffle(numbers)
            numbers = numbers[:limit]
        return numbers

    def _by_trajectory(self):
        """Yields the numbers of the samples of each trajectory."""
        number = 0
        for file, windows in zip(self._files, self._windows):
            for _ in range(file.trajectories):
                yield numpy.arange(number, number + windows)
                number += windows

    def __len__(self) -> int:
        return int(self._first[-1]) if self.restriction_set is None else len(self.restriction_set)

    def _place(self, index):
        """Returns (number of the file, trajectory in it, first step)."""
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"sample {index} of {len(self)}")
        index %= len(self)
        if self.restriction_set is not None:
            index = int(self.restriction_set[index])
        number = int(numpy.searchsorted(self._first, index, side="right")) - 1
        trajectory, step = divmod(index - int(self._first[number]), self._windows[number])
        return number, trajectory, step

    def _stride(self, file, step):
        """Returns a stride, at random where there is a choice."""
        most = (file.steps - step - 1) // (self.n_steps_input + self.n_steps_output - 1) \
            if self.n_steps_input + self.n_steps_output > 1 else self.min_dt_stride
        most = min(most, self.max_dt_stride)
        if most <= self.min_dt_stride:
            return self.min_dt_stride
        return numpy.random.randint(self.min_dt_stride, most + 1)

    def _values(self, number, array, trajectory, steps):
        """Returns an array of one sample as a tensor: steps first, where it has any."""
        if array.values is not None:
            values = torch.as_tensor(array.values)
            return values if self.transform is None else values.clone()  # it may write to them
        key = (trajectory,) * array.sample_varying + (steps,) * array.time_varying
        return torch.as_tensor(self._fields[number][array.dataset][key])

    def _read_fields(self, number, trajectory, steps):
        """Returns {order: {name: tensor}} of the fields that vary with time, and of the others."""
        variable, constant = ({order: {} for order in _well_layout.ORDERS} for _ in range(2))
        for array in self._files[number].fields:
            values = self._values(number, array, trajectory, steps)
            if self.norm is not None:
                values = self.norm.normalize(values, array.name)
            tiles = (1,) * array.time_varying + array.tiles + (1,) * array.order
            if any(tile != 1 for tile in tiles):
                values = torch.tile(values, tiles)
            (variable if array.time_varying else constant)[array.order][array.name] = values
        return variable, constant

    def _read_grids(self, file, trajectory, steps):
        """Returns ([H,W(,D),dims], [T])."""
        axes = [torch.as_tensor(a.values[trajectory] if a.sample_varying else a.values)
                for a in file.grid]
        space = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
        time = file.time.values[trajectory] if file.time.sample_varying else file.time.values
        time = torch.tensor(time[steps])  # a copy
        return space, time - time.min() if self.normalize_time_grid else time

    def _load(self, index):
        """Returns the parts of a sample, and where it lies."""
        number, trajectory, step = self._place(index)
        file = self._files[number]
        stride = self._stride(file, step)
        if self.full_trajectory_mode and self.start_output_steps_at_t >= 0:
            step = self.start_output_steps_at_t - self.n_steps_input * stride
        count = self.n_steps_input + min(self.n_steps_output, self.max_rollout_steps)
        steps = slice(step, step + count * stride, stride)
        data = {}
        data["variable_fields"], data["constant_fields"] = self._read_fields(
            number, trajectory, steps)
        data["variable_scalars"], data["constant_scalars"] = (
            {a.name: self._values(number, a, trajectory, steps)
             for a in file.scalars if a.time_varying == varying} for varying in (True, False))
        if self.boundary_return_type is not None:
            data["boundary_conditions"] = torch.from_numpy(file.boundary.copy())
        if self.return_grid:
            data["space_grid"], data["time_grid"] = self._read_grids(file, trajectory, steps)
        return data, TrajectoryMetadata(self, number, trajectory, step, stride)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return self._sample(*self._load(index))

    def _sample(self, data, metadata):
        """Returns the dictionary of a sample made of its parts."""
        if self.transform is not None:
            data = self.transform(data, metadata)
        fields, constant_fields = (
            _channels([values.unsqueeze(-1).flatten(-order - 1)
                       for order, named in data[key].items() for values in named.values()])
            for key in ("variable_fields", "constant_fields"))
        scalars, constant_scalars = (
            _channels([values.unsqueeze(-1) for values in data[key].values()])
            for key in ("variable_scalars", "constant_scalars"))
        split = self.n_steps_input
        sample = {
            "input_fields": fields[:split],
            "output_fields": fields[split:],
            "constant_fields": constant_fields,
            "input_scalars": scalars[:split],
            "output_scalars": scalars[split:],
            "constant_scalars": constant_scalars,
        }
        if self.boundary_return_type is not None:
            sample["boundary_conditions"] = data["boundary_conditions"]
        if self.return_grid:
            sample["space_grid"] = data["space_grid"]
            sample["input_time_grid"] = data["time_grid"][:split]
            sample["output_time_grid"] = data["time_grid"][split:]
        return {name: values for name, values in sample.items() if values.numel() > 0}

    def __getitems__(self, indices: Sequence[int]) -> list[dict[str, torch.Tensor]]:
        """Reads several samples at once, by threads: what DataLoader calls for a batch."""
        # Random strides come from numpy.random, one after the other.
        if self._threads == 1 or len(indices) == 1 or self.min_dt_stride < self.max_dt_stride:
            return [self[index] for index in indices]
        if self._pool is None or self._pool[0] != os.getpid():
            threads = self._threads or len(os.sched_getaffinity(0))
            self._pool = os.getpid(), concurrent.futures.ThreadPoolExecutor(threads)
        if self.transform is None:
            return list(self._pool[1].map(self.__getitem__, indices))
        # One after the other too: a transform's random numbers are those of a single thread.
        return [self._sample(*loaded) for loaded in self._pool[1].map(self._load, indices)]

    def __getstate__(self):
        return dict(self.__dict__, _pool=None)


class TrajectoryMetadata:
    """Where a sample lies, for transforms."""

    def __init__(self, dataset: WellDataset, file_idx: int, sample_idx: int, time_idx: int,
                 time_stride: int) -> None:
        self.dataset = dataset
        self.file_idx = file_idx
        self.sample_idx = sample_idx
        self.time_idx = time_idx
        self.time_stride = time_stride


def _limit(wanted, total):
    """Returns a number of things out of `total`: wanted is a number, or a part of them below 1."""
    return int(total * wanted) if 0 < wanted < 1 else min(int(wanted), total)


def _channels(tensors):
    return torch.concatenate(tensors, dim=-1) if tensors else torch.tensor([])
