"""Who misses a session is treated less, the same people whichever way a course is followed."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.attendance import sessions_kept
from porelight.course.course import Course
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance_until, begin
from porelight.errors import ParameterError
from porelight.laser.devices import laser_genesis
from porelight.tissue.skin import Skin

SMALL = EnsembleSettings(draws=40, members=3, photons=1000, attendance=0.5)


@pytest.fixture(scope="module")
def course():
    exposure = laser_genesis(n_pulses=400)
    return Course(Skin.typical("cheek", 2, 45.0), [exposure.on_day(14.0 * i) for i in range(3)])


def test_attendance_is_the_share_of_later_sessions_that_are_kept():
    settings = EnsembleSettings(draws=20_000, attendance=0.8)
    kept = sessions_kept(settings, [0.0, 0.0, 14.0, 28.0, 28.0], 0.0)
    assert kept[:2].all()  # all come to the first
    z = (kept[2:4].mean(axis=1) - 0.8) / np.sqrt(0.8 * 0.2 / 20_000)
    assert (np.abs(z) < 3.5).all()
    both = (kept[2] & kept[3]).mean()  # the two are missed independently
    assert abs(both - 0.64) < 3.5 * np.sqrt(0.64 * 0.36 / 20_000)
    np.testing.assert_array_equal(kept[3], kept[4])  # one appointment


def test_full_attendance_is_the_course_as_it_stands_and_none_its_first_session(course):
    full = course.simulate_with(replace(SMALL, attendance=1.0), last_day=90.0)
    first = Course(course.skin, course.sessions[:1]).simulate_with(SMALL, last_day=90.0)
    never = course.simulate_with(replace(SMALL, attendance=0.0), last_day=90.0)
    half = course.simulate_with(SMALL, last_day=90.0)
    name = "mean_diameter"
    np.testing.assert_allclose(
        never.dataset[name].sel(day=90.0), first.dataset[name].sel(day=90.0), rtol=1e-6
    )
    mean = {
        key: float(one.dataset[name].sel(day=90.0).mean())
        for key, one in {"full": full, "half": half, "never": never}.items()
    }
    assert mean["full"] < mean["half"] < mean["never"]  # of the pores
    assert "50%" in half.dataset.attrs["notes"]


def test_the_same_people_come_when_a_course_is_followed_in_parts(course):
    whole = course.simulate_with(SMALL, last_day=90.0)
    state = begin(course.skin, SMALL)
    for day in (20.0, 90.0):
        state = advance_until(state, course, day)
    name = "mean_diameter"
    np.testing.assert_allclose(
        state.outcome.dataset[name].sel(day=90.0), whole.dataset[name].sel(day=90.0), rtol=1e-5
    )


def test_an_impossible_share_is_refused():
    with pytest.raises(ParameterError, match="attendance is 80"):
        EnsembleSettings(attendance=80.0)
