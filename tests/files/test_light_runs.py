import json

import h5py
import numpy as np
import pytest
import xarray as xr

from porelight.errors import InputFileError
from porelight.files.light_case import read_light_case
from porelight.files.light_examples import EXAMPLE_LAYERS, EXAMPLE_VESSEL
from porelight.files.light_runs import light_dataset, load_light_run, save_light_run
from porelight.light.run import begun, growing, merged


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(EXAMPLE_LAYERS)
    return read_light_case(path)


def run_of(case, n_batches=3, seed=1):
    setup = case.setup()
    run = begun(setup.scene, seed=seed, tally_regions=setup.tally_regions, photons_per_batch=40)
    return longer(run, n_batches)


def longer(run, n_batches):
    for grown in growing(run):
        if grown.averages.n_batches == n_batches:
            return grown
    raise AssertionError


def test_run_from_a_file_goes_on_with_the_same_bits(case, tmp_path):
    save_light_run(run_of(case, 3), case, tmp_path / "run.nc")
    loaded, its_case = load_light_run(tmp_path / "run.nc")

    resumed, whole = longer(loaded, 5), run_of(case, 5)

    assert its_case == case
    for name, part in whole.averages.parts.items():
        np.testing.assert_array_equal(resumed.averages.parts[name].mean, part.mean)
        np.testing.assert_array_equal(resumed.averages.parts[name].spread, part.spread)


def test_merged_run_is_saved_with_all_its_seeds(case, tmp_path):
    save_light_run(merged([run_of(case, seed=1), run_of(case, seed=2)]), case, tmp_path / "run.nc")

    assert load_light_run(tmp_path / "run.nc")[0].seeds == (1, 2)


def test_any_reader_of_netcdf_finds_the_field_with_units(case, tmp_path):
    run = run_of(case)
    save_light_run(run, case, tmp_path / "run.nc")

    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as dataset:
        np.testing.assert_array_equal(dataset["absorbed"], run.field.absorbed)
        assert dataset["absorbed"].attrs["units"] == "1/m3"
        assert list(dataset["layer"].values) == ["slab"]
        np.testing.assert_array_equal(dataset.attrs["seeds"], [1])


def test_fluence_is_absorbed_energy_over_absorption(case):
    run = run_of(case)

    dataset = light_dataset(run, case.setup())

    np.testing.assert_allclose(dataset["fluence"] * 200.0, dataset["absorbed"], rtol=1e-14)


def test_fluence_is_left_out_where_nothing_absorbs(tmp_path):
    path = tmp_path / "clear.toml"
    path.write_text(EXAMPLE_LAYERS.replace("mu_a_per_mm = 0.2", "mu_a_per_mm = 0.0"))
    clear = read_light_case(path)

    assert "fluence" not in light_dataset(run_of(clear), clear.setup())


def test_fluence_is_left_out_where_a_vessel_lies_in_the_cells(tmp_path):
    path = tmp_path / "vessel.toml"
    path.write_text(EXAMPLE_LAYERS + EXAMPLE_VESSEL)
    vessel = read_light_case(path)

    assert "fluence" not in light_dataset(run_of(vessel), vessel.setup())


def test_tallied_parts_are_kept_under_any_name(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(EXAMPLE_LAYERS.replace('name = "top"', 'name = "top 1/2 %"'))
    case = read_light_case(path)
    run = run_of(case)
    save_light_run(run, case, tmp_path / "run.nc")

    assert load_light_run(tmp_path / "run.nc")[0].share("top 1/2 %") == run.share("top 1/2 %")
    with xr.open_dataset(tmp_path / "run.nc", engine="h5netcdf") as dataset:
        shares = dataset["watched"].sel(part="top 1/2 %"), dataset["watched_error"][0]
        assert tuple(map(float, shares)) == run.share("top 1/2 %")


def damaged(path, kind):
    if kind == "no file":
        path.unlink()
    elif kind == "text":
        path.write_text("photons")
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[:1000])
    elif kind == "no state":
        with h5py.File(path, "a") as file:
            del file["run"].attrs["state"]
    else:
        with h5py.File(path, "a") as file:
            state = json.loads(file["run"].attrs["state"])
            state["fingerprint" if kind == "other case" else "version"] = "0"
            file["run"].attrs["state"] = json.dumps(state)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("no file", "no such file; expected a file written by 'porelight light run'"),
        ("text", "not a readable (run|NetCDF-4 file)"),
        ("cut", "not a readable (run|NetCDF-4 file)"),
        ("no state", "not a readable (run|NetCDF-4 file)"),
        ("other version", "written by porelight 0, whose photons differ"),
        ("other case", "the case in it is not the one that was run"),
    ],
)
def test_damaged_run_is_refused(case, tmp_path, kind, message):
    path = save_light_run(run_of(case), case, tmp_path / "run.nc")
    damaged(path, kind)

    with pytest.raises(InputFileError, match=message):
        load_light_run(path)


def test_a_key_of_a_run_that_nobody_reads_is_refused(case, tmp_path):
    path = tmp_path / "run.nc"
    save_light_run(run_of(case), case, path)
    with h5py.File(path, "a") as file:
        state = json.loads(file["run"].attrs["state"])
        file["run"].attrs["state"] = json.dumps({**state, "gain": 2.0})

    with pytest.raises(InputFileError, match=r"state\.gain is no key of"):
        load_light_run(path)
