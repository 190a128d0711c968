import importlib.util
import time
from pathlib import Path

import numpy as np
import pytest

from porelight import followup
from porelight.course import Care, Course
from porelight.followup import fine_times
from porelight.laser.presets import laser_genesis
from porelight.units import day

EXAMPLE = Path(__file__).parents[1] / "docs" / "examples" / "what_if_years.py"


@pytest.fixture(scope="module")
def ten_years():
    spec = importlib.util.spec_from_file_location("what_if_years", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    begin = time.perf_counter()
    outcomes = example.what_if(draws=20)
    return outcomes, time.perf_counter() - begin


def test_ten_years_of_four_habits_take_seconds(ten_years):
    assert ten_years[1] < 5.0


def test_each_good_habit_helps_every_draw_and_both_help_most(ten_years):
    end = {
        name: outcome.diameter_ratio.isel(day=-1).to_numpy()
        for name, outcome in ten_years[0].items()
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
    coarse = course.follow([treated(exposure)], draws=6, seed=1, days=days)
    monkeypatch.setattr(followup, "_QUIET", 3.0)
    fine = course.follow([treated(exposure)], draws=6, seed=1, days=days)
    np.testing.assert_allclose(coarse.diameter_ratio, fine.diameter_ratio, rtol=2e-5)
    assert (coarse.diameter_ratio != fine.diameter_ratio).any()


def test_times_are_fine_after_every_event_and_hold_every_day_that_is_asked_for():
    asked = np.array([0.0, 1234.5, 3000.0]) * day
    times = fine_times(asked, np.array([50.0]) * day, [1000.0 * day, np.inf])
    assert np.isin(asked, times).all()
    assert (np.diff(times[times < 1400.0 * day]) <= 3.0 * day + 1e-6).all()
    assert np.diff(times).max() == pytest.approx(30.0 * day)
