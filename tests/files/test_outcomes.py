"""An outcome that is read back holds numbers that an outcome can have, whoever wrote the file."""

import json
import shutil

import h5py
import numpy as np
import pytest
import xarray as xr

from porelight.course.course import Course
from porelight.course.outcome_registry import outcome_variables
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.settings import EnsembleSettings
from porelight.errors import InputFileError, ParameterError
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.laser.devices import laser_genesis


@pytest.fixture(scope="module")
def kept(skin, treated, tmp_path_factory):
    exposure = laser_genesis()
    course = Course(skin, [exposure.on_day(0.0)])
    outcome = course.follow(
        [treated(exposure)], EnsembleSettings(8, 2, seed=1), days=[0.0, 30.0, 84.0]
    )
    return save_outcome(outcome, tmp_path_factory.mktemp("kept") / "run.nc")


@pytest.fixture
def edited(kept, tmp_path):
    """Return a function that writes the outcome with one number or attribute changed."""

    def write(name, value):
        path = tmp_path / "edited.nc"
        shutil.copyfile(kept, path)
        with h5py.File(path, "r+") as file:
            if name in file.attrs:
                file.attrs[name] = value
            else:
                file[name][(0,) * file[name].ndim] = value
        return path

    return write


def test_what_was_simulated_is_read_back(kept):
    assert load_outcome(kept)["area_fraction"].size == 24


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("diameter_ratio", -1.0, r"diameter_ratio is -1 at index \(0, 0\); expected 0 to 10"),
        ("diameter_ratio", 1e30, "diameter_ratio is 1e[+]30"),
        ("diameter_ratio", np.nan, "diameter_ratio is nan"),
        ("area_fraction", 5.0, "area_fraction is 5 .*expected 0 to 1"),
        ("peak_temperature", -5.0, "peak_temperature is -5 K .*expected 200 to 1000 K"),
        ("ablated_depth", np.inf, "ablated_depth is inf m"),
        ("redness", -1.5, "redness is -1.5 .*expected -1 to 100"),
        ("pulses_delivered", 1e9, "pulses_delivered is 1e[+]09"),
        ("mean_diameter", 80.0, "mean_diameter is 80 m"),
    ],
)
def test_numbers_that_no_outcome_can_have_are_refused(edited, name, value, message):
    with pytest.raises(InputFileError, match=f"edited.nc: {message}.*Was it edited"):
        load_outcome(edited(name, value))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("fitzpatrick", True, "fitzpatrick is True; expected 1 to 6, or I to VI"),
        ("fitzpatrick", 7, "fitzpatrick is 7; expected 1 to 6"),
        ("age_years", -35, "age_years is -35; expected 12 to 110 years"),
        ("zone", "knee", "zone is 'knee'; expected"),
    ],
)
def test_a_skin_that_no_outcome_can_be_of_is_refused(kept, edited, key, value, message):
    skin = json.loads(load_outcome(kept).attrs["skin"]) | {key: value}
    with pytest.raises(InputFileError, match=message):
        load_outcome(edited("skin", json.dumps(skin)))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("pore_area_m2", "NA", "Expecting value"),
        ("pore_area_m2", "-1", "pore_area_m2 is -1 m2; expected 0 to"),
        ("pores_measured", "[1, 2]", r"an attribute is '\[1, 2\]'; expected true or false"),
        ("notes", '["a", 1]', "the attribute 'notes' is no list of texts"),
        ("members", "1.5", "an attribute is '1.5'; expected a whole number"),
        ("care", "[" * 100_000, ""),
    ],
)
def test_an_attribute_of_another_kind_is_refused(edited, key, value, message):
    with pytest.raises(InputFileError, match=f"edited.nc: {message}.*Was it edited"):
        load_outcome(edited(key, value))


def test_a_session_that_no_device_can_give_is_refused(kept, edited):
    (session,) = json.loads(load_outcome(kept).attrs["sessions"])
    changed = session | {"radiant_exposure_j_cm2": 1e6}
    with pytest.raises(
        InputFileError, match=r"radiant_exposure_j_cm2 is .*; expected 0 to 1000 J/cm2"
    ):
        load_outcome(edited("sessions", json.dumps([changed])))


def test_days_that_do_not_rise_are_refused(kept, tmp_path):
    with xr.open_dataset(kept, engine="h5netcdf", decode_timedelta=False) as opened:
        dataset = opened.load()
    turned = dataset.isel(day=slice(None, None, -1))
    turned.to_netcdf(tmp_path / "edited.nc", engine="h5netcdf")
    with pytest.raises(InputFileError, match="day does not rise"):
        load_outcome(tmp_path / "edited.nc")


def test_every_outcome_has_two_ends():
    for about in outcome_variables().values():
        low, high = about.limits
        assert high - low <= 1e10, about.name


def test_an_outcome_between_nothing_is_refused():
    with pytest.raises(ParameterError, match=r"lies between \[1.0\]; expected its least"):
        OutcomeVariable("hydration", "1", "water", between=(1.0,))
