"""seiche.well beside the_well's own WellDataset, where that is installed, and beside h5py."""

import pickle

import h5py
import numpy
import pytest

from well_files import write_dataset, write_well

torch = pytest.importorskip("torch", reason="torch is not installed: tools/python_full_tests")
from seiche.well import WellDataset  # pylint: disable=wrong-import-position


@pytest.fixture(scope="module")
def tank(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("well"))


def original():
    return pytest.importorskip("the_well.data", reason="the_well is not installed")


def assert_same(ours, theirs):
    assert list(ours) == list(theirs)
    for name, values in theirs.items():
        assert ours[name].dtype == values.dtype, name
        assert torch.equal(ours[name], values), name


OPTIONS = [
    {},
    {"n_steps_input": 3, "n_steps_output": 2},
    {"n_steps_input": 2, "min_dt_stride": 2, "max_dt_stride": 2},
    {"n_steps_output": 4, "max_rollout_steps": 2},
    {"return_grid": False, "boundary_return_type": None},
    {"normalize_time_grid": False},
    {"full_trajectory_mode": True, "n_steps_input": 2},
    {"full_trajectory_mode": True, "start_output_steps_at_t": 4, "n_steps_input": 2},
    {"include_filters": ["tank_1"]},
    {"exclude_filters": ["tank_1"]},
    {"restrict_num_samples": 5},
    {"restrict_num_samples": 0.5, "restriction_seed": 3},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_samples_are_those_of_the_original(tank, options):
    arguments = {"path": str(tank), "well_split_name": "train", **options}
    theirs = original().WellDataset(**arguments)
    ours = WellDataset(**arguments)
    assert len(ours) == len(theirs)
    for i in range(len(theirs)):
        assert_same(ours[i], theirs[i])
    for name in ("dataset_name", "n_spatial_dims", "spatial_resolution", "field_names",
                 "constant_field_names", "scalar_names", "constant_scalar_names", "n_fields",
                 "n_constant_fields", "n_files", "n_trajectories_per_file",
                 "n_steps_per_trajectory", "grid_type", "sample_shapes"):
        assert getattr(ours.metadata, name) == getattr(theirs.metadata, name), name
    for name in ("n_spatial_dims", "size_tuple", "field_names", "constant_field_names",
                 "scalar_names", "constant_scalar_names", "core_field_names",
                 "core_constant_field_names", "n_files", "n_trajectories_per_file",
                 "n_steps_per_trajectory", "n_windows_per_trajectory", "num_bcs", "dataset_name",
                 "n_steps_input", "n_steps_output", "max_rollout_steps", "min_dt_stride",
                 "max_dt_stride", "full_trajectory_mode", "files_paths", "data_path",
                 "normalization_path", "well_dataset_name", "use_normalization", "return_grid",
                 "normalization_type", "flatten_tensors", "restriction_seed", "transform",
                 "restrict_num_samples", "restrict_num_trajectories"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert sorted(ours.bc_types) == sorted(theirs.bc_types)


@pytest.mark.parametrize("kind, name", [("zscore", "ZScoreNormalization"),
                                        ("rms", "RMSNormalization")])
def test_normalisation_is_the_originals(tank, kind, name):
    original()
    theirs_kind = getattr(pytest.importorskip("the_well.data.normalization"), name)
    arguments = {"path": str(tank), "well_split_name": "train", "use_normalization": True}
    theirs = original().WellDataset(normalization_type=theirs_kind, **arguments)
    for ours_kind in (kind, theirs_kind):
        ours = WellDataset(normalization_type=ours_kind, **arguments)
        for i in (0, len(theirs) - 1):
            assert_same(ours[i], theirs[i])


def test_random_strides_are_the_originals(tank):
    arguments = {"path": str(tank), "well_split_name": "train", "max_dt_stride": 3}
    theirs, ours = original().WellDataset(**arguments), WellDataset(**arguments)
    numpy.random.seed(0)
    expected = [theirs[i] for i in range(len(theirs))]
    numpy.random.seed(0)
    for sample, wanted in zip(ours.__getitems__(range(len(ours))), expected):
        assert_same(sample, wanted)


AUGMENTATIONS = ["RandomAxisFlip", "RandomAxisPermute", "RandomAxisRoll", "RandomRotation90",
                 "Compose"]


def seeded(read):
    torch.manual_seed(3)
    numpy.random.seed(3)
    return read()


@pytest.mark.parametrize("shape", [(6, 5), (3, 4, 5)], ids=str)
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentations_are_the_originals(tmp_path, name, shape):
    original()
    augmentation = pytest.importorskip("the_well.data.augmentation")
    if name == "Compose":
        transform = augmentation.Compose(augmentation.RandomAxisFlip(),
                                         augmentation.RandomAxisPermute())
    else:
        transform = getattr(augmentation, name)()
    write_well(tmp_path / "a.h5", 0, 2, 8, shape)
    arguments = {"path": str(tmp_path), "transform": transform}
    theirs, ours = original().WellDataset(**arguments), WellDataset(**arguments, threads=3)
    expected = seeded(lambda: [theirs[i] for i in range(len(theirs))])
    for samples in (seeded(lambda: [ours[i] for i in range(len(ours))]),
                    seeded(lambda: ours.__getitems__(range(len(ours))))):
        for sample, wanted in zip(samples, expected):
            assert_same(sample, wanted)


def test_three_dimensions(tmp_path):
    write_well(tmp_path / "a.h5", 0, 2, 4, (3, 4, 5))
    theirs, ours = original().WellDataset(path=str(tmp_path)), WellDataset(path=str(tmp_path))
    for i in range(len(theirs)):
        assert_same(ours[i], theirs[i])


def test_fields_are_what_h5py_reads(tank):
    dataset = WellDataset(path=tank, well_split_name="train", n_steps_input=2)
    sample = dataset[1]
    with h5py.File(tank / "data" / "train" / "tank_0.hdf5") as file:
        density = file["t0_fields/density"][0, 1:4]
        strain = file["t2_fields/strain"][0, 1:4]
    names = [n for order in range(3) for n in dataset.metadata.field_names[order]]
    assert names == ["density", "inflow", "velocity_x", "velocity_y", "strain_xx", "strain_xy",
                     "strain_yx", "strain_yy"]
    fields = torch.cat([sample["input_fields"], sample["output_fields"]]).numpy()
    assert fields.shape == (3, 6, 5, 8)
    numpy.testing.assert_array_equal(fields[..., 0], density)
    numpy.testing.assert_array_equal(fields[..., 5], strain[..., 0, 1])
    assert sample["boundary_conditions"].tolist() == [[0, 1], [2, 2]]


def test_trajectories_can_be_restricted(tank):
    whole = WellDataset(path=tank, well_split_name="train")
    two = WellDataset(path=tank, well_split_name="train", restrict_num_trajectories=2)
    one = WellDataset(path=tank, well_split_name="train", restrict_num_trajectories=1)
    assert len(one) < len(two) < len(whole)
    assert set(one.restriction_set) < set(two.restriction_set)


def test_dataloader_with_workers(tank):
    dataset = WellDataset(path=tank, well_split_name="train")
    plain = torch.utils.data.default_collate([dataset[i] for i in range(len(dataset))])
    copy = pickle.loads(pickle.dumps(dataset))
    for workers in (0, 2):
        loader = torch.utils.data.DataLoader(copy, batch_size=4, num_workers=workers)
        fields = torch.cat([batch["input_fields"] for batch in loader])
        assert torch.equal(fields, plain["input_fields"])


def test_transform_sees_the_parts_and_the_place(tank):
    seen = []

    def transform(data, metadata):
        seen.append((metadata.file_idx, metadata.sample_idx, metadata.time_idx))
        data["variable_fields"][0]["density"] *= 0
        return data

    dataset = WellDataset(path=tank, well_split_name="train", transform=transform)
    assert dataset[9]["input_fields"][..., 0].abs().sum() == 0
    assert seen == [(0, 1, 1)]


def test_what_is_kept_is_not_written_to(tank):
    def scale(data, _):
        for fields in data["constant_fields"].values():
            for values in fields.values():
                values *= 2
        for values in data["constant_scalars"].values():
            values *= 2
        return data

    dataset = WellDataset(path=tank, well_split_name="train", transform=scale,
                          normalize_time_grid=False)
    first, second = ({name: values.clone() for name, values in dataset[0].items()}
                     for _ in range(2))
    assert_same(second, first)
    for values in dataset[0].values():
        values += 1
    assert_same(dataset[0], first)


@pytest.mark.parametrize("options, error", [
    ({"n_steps_input": 9}, ValueError), ({"include_filters": ["sea"]}, FileNotFoundError),
    ({"boundary_return_type": "mask"}, NotImplementedError),
    ({"full_trajectory_mode": True, "max_dt_stride": 2}, ValueError),
    ({"use_normalization": True, "normalization_type": "minmax"}, ValueError)])
def test_options_that_make_no_sense(tank, options, error):
    with pytest.raises(error):
        WellDataset(path=tank, well_split_name="train", **options)


def test_a_path_is_needed():
    with pytest.raises(ValueError, match="give path"):
        WellDataset(well_base_path="datasets")
