"""Writes real arrays that ship inside PyPI packages into one HDF5 file, to compare codecs on.

    python3 -m venv venv && venv/bin/pip install -r experiments/codecs/data/real_arrays_requirements.txt
    venv/bin/python experiments/codecs/data/real_arrays.py real.h5
    bazel run //codecs:compare -- $PWD/real.h5

Nothing is downloaded but the packages. All arrays are stored as they are, frames first.
"""

import argparse
import importlib.resources
import os

import h5py
import numpy as np


def sample(package, *path):
    """The path of a file inside a package."""
    return os.path.join(importlib.resources.files(package), *path)


def netcdf(name, variable):
    """A variable of a climate model or an analysis: netCDF 4 files are HDF5."""
    with h5py.File(sample("iris_sample_data", "sample_data", name), "r") as file:
        return file[variable][...]


def magnetic_resonance():
    """A head in two measurements, slice by slice: [48, 96, 128] int16."""
    import nibabel
    image = nibabel.load(sample("nibabel", "tests", "data", "example4d.nii.gz"))
    volumes = np.transpose(np.asanyarray(image.dataobj), (3, 2, 1, 0))
    return volumes.reshape(-1, *volumes.shape[2:])


def channels(name):
    """A colour image of scikit-image as three frames: [3, H, W] uint8."""
    import skimage.data
    return np.moveaxis(getattr(skimage.data, name)(), -1, 0)


def faces():
    """Small photographs, half of them of faces: [200, 25, 25] float64."""
    import skimage.data
    return skimage.data.lfw_subset()


ARRAYS = {
    "climate_temperature": lambda: netcdf("E1_north_america.nc", "air_temperature"),
    "sea_surface_temperature": lambda: netcdf("ostia_monthly.nc", "surface_temperature"),
    "potential_temperature": lambda: netcdf("hybrid_height.nc", "air_potential_temperature"),
    "magnetic_resonance": magnetic_resonance,
    "microscopy": lambda: channels("immunohistochemistry"),
    "retina": lambda: channels("retina"),
    "faces": faces,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="to write")
    arguments = parser.parse_args()
    with h5py.File(arguments.file, "w") as file:
        for name, make in ARRAYS.items():
            array = np.ascontiguousarray(make())
            file.create_dataset(name, data=array)
            print("%-24s %-18s %s" % (name, array.shape, array.dtype))


if __name__ == "__main__":
    main()
