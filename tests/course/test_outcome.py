import numpy as np
import pytest
import xarray as xr

from porelight.course.outcome import VARIABLES, interval, outcome_dataset
from porelight.errors import InputFileError, ParameterError
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.inference.statistics import estimate, relative_change, responders


def outcome(change: float = -0.2) -> xr.Dataset:
    # 101 draws whose area changes by 0 to twice `change`, evenly
    area = 0.02 * (1.0 + change * np.linspace(0.0, 2.0, 101))
    history = np.stack([np.full(101, 0.02), area], axis=1)
    return outcome_dataset(
        {
            "diameter_ratio": np.ones((101, 2)),
            "area_fraction": history,
            "redness": np.stack([np.zeros(101), np.full(101, -0.1)], axis=1),
        },
        {"day": np.array([0.0, 84.0])},
        {"porelight_version": "0"},
    )


def test_variables_carry_unit_and_meaning():
    data = outcome()
    assert data.area_fraction.attrs == {
        "units": VARIABLES["area_fraction"].unit,
        "long_name": VARIABLES["area_fraction"].meaning,
    }
    assert data.day.attrs["units"] == "d"


def test_unknown_names_and_wrong_axes_are_refused():
    with pytest.raises(ParameterError, match="no outcome variable is called 'shine'"):
        outcome_dataset({"shine": np.zeros(1)}, {}, {})
    with pytest.raises(ParameterError, match="expected axes draw, day"):
        outcome_dataset({"redness": np.zeros(3)}, {}, {})


def test_interval_holds_the_stated_share_of_the_draws():
    bounds = interval(outcome().area_fraction, 0.9).sel(day=84.0)
    # quantiles of 101 even values are exact
    np.testing.assert_allclose(bounds, 0.02 * (1 - 0.2 * np.array([1.9, 1.0, 0.1])), rtol=1e-12)


def test_change_is_relative_to_the_start_and_relative_outcomes_are_left_alone():
    data = outcome()
    np.testing.assert_allclose(np.median(relative_change(data, "area_fraction", 84.0)), -0.2)
    np.testing.assert_allclose(relative_change(data, "redness", 84.0), -0.1)


def test_responders_are_the_draws_beyond_the_smallest_detectable_change():
    # draw i changes by -0.0042 i, so draws 20 to 100 fall by more than 0.08
    assert responders(outcome(-0.21), 84.0) == pytest.approx(81 / 101)
    assert responders(outcome(0.0), 84.0) == 0.0


def test_estimate_refuses_what_is_no_set_of_draws():
    with pytest.raises(ParameterError, match="one value per draw"):
        estimate(np.zeros((2, 2)))


def test_outcome_survives_the_disk_to_float32(tmp_path):
    data = outcome()
    back = load_outcome(save_outcome(data, tmp_path / "run.nc"))
    np.testing.assert_allclose(back.area_fraction, data.area_fraction, rtol=1e-7)
    assert back.attrs == data.attrs
    assert back.area_fraction.attrs["units"] == "1"


def test_files_that_are_no_outcome_get_one_line(tmp_path):
    text = tmp_path / "run.nc"
    text.write_text("hello")
    with pytest.raises(InputFileError, match="not a readable NetCDF-4 file"):
        load_outcome(text)
    with pytest.raises(InputFileError, match="no such file"):
        load_outcome(tmp_path / "none.nc")
    other = tmp_path / "other.nc"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(InputFileError, match="no outcome of 'porelight simulate'"):
        load_outcome(other)
    with pytest.raises(InputFileError, match="its folder does not exist"):
        save_outcome(outcome(), tmp_path / "no" / "run.nc")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = save_outcome(outcome(), tmp_path / "run.nc")
    before = path.read_bytes()

    def full_disk(*_args: object, **_settings: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", full_disk)
    with pytest.raises(InputFileError, match="No space left"):
        save_outcome(outcome(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
