import numpy as np
import pytest

from porelight.course import healing_weeks
from porelight.course.course import Course
from porelight.course.healing_weeks import fine_times
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.errors import ParameterError
from porelight.inference.what_if import what_if
from porelight.laser.devices import laser_genesis
from porelight.tissue.skin import Skin
from porelight.units import day


@pytest.fixture(scope="module")
def ten_years():
    return what_if(Skin.typical("cheek", 3, 35.0, oiliness="oily"), 10.0, draws=20)


def test_each_good_habit_helps_every_draw_and_both_help_most(ten_years):
    end = {
        name: outcome.diameter_ratio.isel(day=-1).to_numpy() for name, outcome in ten_years.items()
    }
    neither, screen, clean, both = end.values()
    assert (screen <= neither + 1e-12).all()
    assert (clean <= neither + 1e-12).all()
    assert (both <= np.minimum(screen, clean) + 1e-12).all()
    assert np.median(neither) > 1.0


def test_coarse_steps_in_quiet_years_change_nothing(skin, treated, monkeypatch):
    exposure = laser_genesis()
    course = Course(skin, [exposure.on_day(0.0)], [Care("unprotected-sun")])
    days = (0.0, 100.0, 900.0)
    coarse = course.follow([treated(exposure)], EnsembleSettings(8, 2, seed=1), days=days)
    monkeypatch.setattr(healing_weeks, "_QUIET", 3.0)
    fine = course.follow([treated(exposure)], EnsembleSettings(8, 2, seed=1), days=days)
    np.testing.assert_allclose(coarse.diameter_ratio, fine.diameter_ratio, rtol=2e-5)
    assert (coarse.diameter_ratio != fine.diameter_ratio).any()


def test_times_are_fine_after_every_event_and_hold_every_day_that_is_asked_for():
    asked = np.array([0.0, 1234.5, 3000.0]) * day
    times = fine_times(asked, np.array([50.0]) * day, [1000.0 * day, np.inf])
    assert np.isin(asked, times).all()
    assert np.isin(np.array([50.0, 1000.0]) * day, times).all()
    steps = np.diff(times) / day
    fine = (times[1:] < 450.0 * day) | ((times[1:] > 1000.0 * day) & (times[1:] < 1400.0 * day))
    assert (steps[fine] <= 3.0 + 1e-9).all()
    assert steps.max() == pytest.approx(30.0)


def test_what_comes_later_does_not_change_the_times_before_it():
    # so that a course can be cut and resumed
    asked = np.array([0.0, 100.0, 900.0, 1500.0]) * day
    early = fine_times(asked[:3], np.array([50.0]) * day)
    late = fine_times(asked, np.array([50.0, 900.0]) * day, [1000.0 * day])
    np.testing.assert_array_equal(late[late <= 900.0 * day], early)


@pytest.mark.parametrize("years", [0.0, 31.0])
def test_years_that_no_survey_covers_are_refused(years):
    skin = Skin.typical("cheek", 3, 35.0)
    with pytest.raises(ParameterError, match=f"years is {years:g}"):
        what_if(skin, years)
