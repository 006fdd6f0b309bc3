"""The Well's HDF5 layout: what a file holds, and the small things of it that are kept in memory.

A file has groups t0_fields, t1_fields, t2_fields (tensors of that order), scalars, dimensions and
boundary_conditions. The attributes of each array say whether it varies with the sample (first
axis), with time (the next one) and with each dimension (extent 1 where it does not).
"""

import dataclasses
import itertools
import warnings

import numpy

BOUNDARY_CODES = {"WALL": 0, "OPEN": 1, "PERIODIC": 2}
ORDERS = (0, 1, 2)


@dataclasses.dataclass
class Metadata:
    """What all files of a dataset have in common; names and meaning as in the_well's."""

    dataset_name: str
    n_spatial_dims: int
    spatial_resolution: tuple
    scalar_names: list
    constant_scalar_names: list
    field_names: dict
    constant_field_names: dict
    boundary_condition_types: list
    n_files: int
    n_trajectories_per_file: list
    n_steps_per_trajectory: list
    grid_type: str = "cartesian"

    @property
    def n_fields(self):
        """Channels of input_fields and output_fields."""
        return sum(map(len, self.field_names.values()))

    @property
    def n_constant_fields(self):
        """Channels of constant_fields."""
        return sum(map(len, self.constant_field_names.values()))

    @property
    def n_scalars(self):
        """Entries of input_scalars and output_scalars."""
        return len(self.scalar_names)

    @property
    def n_constant_scalars(self):
        """Entries of constant_scalars."""
        return len(self.constant_scalar_names)

    @property
    def sample_shapes(self):
        """Shapes of a sample's arrays without the axis of steps, dict of lists."""
        return {
            "input_fields": [*self.spatial_resolution, self.n_fields],
            "output_fields": [*self.spatial_resolution, self.n_fields],
            "constant_fields": [*self.spatial_resolution, self.n_constant_fields],
            "input_scalars": [self.n_scalars],
            "output_scalars": [self.n_scalars],
            "constant_scalars": [self.n_constant_scalars],
            "space_grid": [*self.spatial_resolution, self.n_spatial_dims],
        }


@dataclasses.dataclass
class Array:
    """A field, a scalar or a coordinate of one file."""

    name: str  # as the normalisation file has it
    dataset: str  # "t0_fields/pressure"
    order: int
    sample_varying: bool
    time_varying: bool
    tiles: tuple  # how often each spatial axis repeats
    shape: tuple
    values: object = None  # of what varies with neither sample nor time

    @property
    def axes(self):
        """Letters of the axes for seiche.open()."""
        leading = "N" * self.sample_varying + "T" * self.time_varying
        return leading + "ABDEFGHI"[:len(self.shape) - len(leading)]


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def _names(group, attribute="field_names"):
    return [_text(name) for name in group.attrs[attribute]]


class File:
    """One file's layout. Reads metadata and small constants by h5py, and closes the file again."""

    def __init__(self, path):
        import h5py  # pylint: disable=import-outside-toplevel
        self.path = path
        with h5py.File(path, "r") as file:
            self.dataset_name = _text(file.attrs["dataset_name"])
            self.grid_type = _text(file.attrs["grid_type"])
            self.trajectories = int(file.attrs["n_trajectories"])
            dimensions = file["dimensions"]
            self.dims = _names(dimensions, "spatial_dims")
            self.resolution = tuple(dimensions[dim].shape[-1] for dim in self.dims)
            self.steps = dimensions["time"].shape[-1]
            self.fields = [self._field(file, order, name) for order in ORDERS
                           for name in _names(file[f"t{order}_fields"])]
            self.scalars = [self._array(file["scalars"][name], name, 0, ())
                            for name in _names(file["scalars"])]
            self.time = self._coordinate(dimensions["time"], "time")
            self.grid = [self._coordinate(dimensions[dim], dim) for dim in self.dims]
            self.boundary_types = [_text(bc.attrs["bc_type"])
                                   for bc in file["boundary_conditions"].values()]
            self.boundary = self._boundary(file["boundary_conditions"])

    def _field(self, file, order, name):
        dataset = file[f"t{order}_fields"][name]
        varying = dataset.attrs["dim_varying"]
        tiles = tuple(1 if varies else extent
                      for varies, extent in zip(varying, self.resolution))
        return self._array(dataset, name, order, tiles)

    @staticmethod
    def _array(dataset, name, order, tiles):
        sample, time = bool(dataset.attrs["sample_varying"]), bool(dataset.attrs["time_varying"])
        array = Array(name, dataset.name.lstrip("/"), order, sample, time, tiles, dataset.shape)
        if not sample and not time:
            array.values = dataset[()]
        return array

    @staticmethod
    def _coordinate(dataset, name):
        sample = bool(dataset.attrs["sample_varying"])
        array = Array(name, dataset.name.lstrip("/"), 0, sample, False, (), dataset.shape)
        # Coordinates are small, those of every sample too.
        array.values = dataset[()]
        return array

    def _boundary(self, conditions):
        """Returns [dims, 2]: the code of the lower and the upper end of each dimension.

        Open unless a condition's mask says otherwise: a wall needs the whole boundary, the others
        any part of it.
        """
        codes = numpy.ones((len(self.dims), 2), numpy.float32)
        for condition in conditions.values():
            kind = _text(condition.attrs["bc_type"]).upper()
            dims = _names(condition, "associated_dims")
            if len(dims) > 1:
                warnings.warn(f"{self.path}: boundary condition of several dimensions "
                              f"{', '.join(dims)}: each is taken by itself", RuntimeWarning)
            mask = condition["mask"][()]
            holds = numpy.all if kind == "WALL" else numpy.any
            for dim in dims:
                for end, place in enumerate((0, -1)):
                    part = mask[tuple(slice(None) if other != dim else place for other in dims)]
                    # On an axis of its own the place is a number; of several, those beside it.
                    if holds(part):
                        codes[self.dims.index(dim), end] = BOUNDARY_CODES[kind]
        return codes

    def component_names(self, array):
        """Returns a name for each channel of a field: "velocity_x", "velocity_y"."""
        if array.order == 0:
            return [array.name]
        return [f"{array.name}_{''.join(dims)}"
                for dims in itertools.product(self.dims, repeat=array.order)]


def describe(files):
    """Returns the Metadata of files that belong together; ValueError if they do not."""
    first = files[0]
    for file in files[1:]:
        for what in ("dataset_name", "dims", "resolution"):
            if getattr(file, what) != getattr(first, what):
                raise ValueError(f"{file.path}: {what} {getattr(file, what)} differs from "
                                 f"{getattr(first, what)} of {first.path}")

    def names(time_varying):
        return {order: [name for field in first.fields
                        if field.order == order and field.time_varying == time_varying
                        for name in first.component_names(field)] for order in ORDERS}

    return Metadata(
        dataset_name=first.dataset_name,
        n_spatial_dims=len(first.dims),
        spatial_resolution=first.resolution,
        scalar_names=[s.name for s in first.scalars if s.time_varying],
        constant_scalar_names=[s.name for s in first.scalars if not s.time_varying],
        field_names=names(True),
        constant_field_names=names(False),
        boundary_condition_types=sorted({kind for file in files for kind in file.boundary_types}),
        n_files=len(files),
        n_trajectories_per_file=[file.trajectories for file in files],
        n_steps_per_trajectory=[file.steps for file in files],
        grid_type=first.grid_type,
    )
