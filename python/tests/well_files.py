"""Small files in The Well's layout, with a bit of everything that it has."""

import h5py
import numpy


def _add(group, name, values, **attributes):
    dataset = group.create_dataset(name, data=values)
    for key, value in attributes.items():
        dataset.attrs[key] = value


def _add_fields(file, random, samples, steps, shape):
    dims = len(shape)

    def array(*extents):
        return random.random(extents, numpy.float32)

    every = numpy.ones(dims, bool)
    scalar = file.create_group("t0_fields")
    scalar.attrs["field_names"] = ["density", "depth", "inflow"]
    _add(scalar, "density", array(samples, steps, *shape), dim_varying=every,
         sample_varying=True, time_varying=True)
    _add(scalar, "depth", array(*shape), dim_varying=every, sample_varying=False,
         time_varying=False)
    # Varies along the first dimension only.
    one = numpy.arange(dims) == 0
    _add(scalar, "inflow", array(steps, shape[0], *[1] * (dims - 1)), dim_varying=one,
         sample_varying=False, time_varying=True)
    vector = file.create_group("t1_fields")
    vector.attrs["field_names"] = ["velocity", "force"]
    _add(vector, "velocity", array(samples, steps, *shape, dims), dim_varying=every,
         sample_varying=True, time_varying=True)
    _add(vector, "force", array(samples, *shape, dims), dim_varying=every, sample_varying=True,
         time_varying=False)
    tensor = file.create_group("t2_fields")
    tensor.attrs["field_names"] = ["strain"]
    _add(tensor, "strain", array(samples, steps, *shape, dims, dims), dim_varying=every,
         sample_varying=True, time_varying=True, symmetric=False)


def _add_scalars(file, random, samples, steps):
    scalars = file.create_group("scalars")
    scalars.attrs["field_names"] = ["viscosity", "gravity", "power"]
    _add(scalars, "viscosity", random.random(samples, numpy.float32), sample_varying=True,
         time_varying=False)
    _add(scalars, "gravity", numpy.float32(9.81), sample_varying=False, time_varying=False)
    _add(scalars, "power", random.random((samples, steps), numpy.float32), sample_varying=True,
         time_varying=True)


def write_well(path, seed, samples, steps, shape, name="tank"):
    """Writes one file: `samples` trajectories of `steps` steps on a grid of `shape`."""
    random = numpy.random.default_rng(seed)
    letters = list("xyz"[:len(shape)])
    with h5py.File(path, "w") as file:
        file.attrs["dataset_name"] = name
        file.attrs["grid_type"] = "cartesian"
        file.attrs["n_spatial_dims"] = len(shape)
        file.attrs["n_trajectories"] = samples
        dimensions = file.create_group("dimensions")
        dimensions.attrs["spatial_dims"] = letters
        time = numpy.arange(steps, dtype=numpy.float32) * 0.25 + 3
        _add(dimensions, "time", time, sample_varying=False)
        for letter, extent in zip(letters, shape):
            _add(dimensions, letter, numpy.linspace(0, 1, extent, dtype=numpy.float32),
                 sample_varying=False, time_varying=False)
        _add_fields(file, random, samples, steps, shape)
        _add_scalars(file, random, samples, steps)
        conditions = file.create_group("boundary_conditions")
        kinds = ["wall", "periodic", "open"]
        for letter, extent, kind in zip(letters, shape, kinds):
            condition = conditions.create_group(f"{letter}_{kind}")
            condition.attrs["bc_type"] = kind
            condition.attrs["associated_dims"] = [letter]
            mask = numpy.zeros(extent, bool)
            mask[[0, -1]] = True, kind != "wall"  # a wall at the lower end alone
            condition.create_dataset("mask", data=mask)


STATISTICS = """
mean: {density: 0.4, depth: 0.5, inflow: 0.6, velocity: [0.1, 0.2], force: [0.3, 0.4],
       strain: [[0.1, 0.2], [0.3, 0.4]]}
std: {density: 0.2, depth: 0.000001, inflow: 0.3, velocity: [0.1, 0.2], force: [0.3, 0.4],
      strain: [[0.1, 0.2], [0.3, 0.4]]}
rms: {density: 0.5, depth: 0.5, inflow: 0.6, velocity: [0.6, 0.7], force: [0.8, 0.9],
      strain: [[0.5, 0.6], [0.7, 0.8]]}
mean_delta: {density: 0.0, inflow: 0.0, velocity: [0.0, 0.0], strain: [[0.0, 0.0], [0.0, 0.0]]}
std_delta: {density: 0.1, inflow: 0.1, velocity: [0.1, 0.1], strain: [[0.1, 0.1], [0.1, 0.1]]}
rms_delta: {density: 0.1, inflow: 0.1, velocity: [0.1, 0.1], strain: [[0.1, 0.1], [0.1, 0.1]]}
"""


def write_dataset(folder, shape=(6, 5)):
    """Writes a dataset of two files, split "train", with its statistics; returns its folder."""
    train = folder / "tank" / "data" / "train"
    train.mkdir(parents=True)
    (folder / "tank" / "stats.yaml").write_text(STATISTICS)
    write_well(train / "tank_0.hdf5", 0, 3, 9, shape)
    write_well(train / "tank_1.hdf5", 1, 2, 7, shape)
    return folder / "tank"
