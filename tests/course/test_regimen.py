"""What a person does between sessions, as the rooms below take it."""

import numpy as np
import pytest

from porelight.course.regimen import Care, cleansing, collagen_loss, picking, sun_exposure
from porelight.healing.ageing import AgeingParameters
from porelight.tissue.skin import Skin
from porelight.units import day

TIMES = np.arange(11.0) * day
EFFICACY = float(AgeingParameters.typical().sunscreen_efficacy)


def sun(*care):
    return np.asarray(sun_exposure(care, TIMES, {})).ravel()


def test_sun_is_the_mean_over_the_course_of_what_care_leaves_of_it():
    assert sun() == 1.0
    # from its first day on, and all the way: exactly, not to rounding
    assert sun(Care("unprotected-sun", level=0.5)) == 0.5
    assert sun(Care("sun-protection", level=0.5)) == 1.0 - 0.5 * EFFICACY
    # on days 0 to 4 half the sun, from day 5 on all of it: trapezoids over ten days
    expected = (4 * 0.5 + 0.75 + 5 * 1.0) / 10.0
    assert sun(Care("unprotected-sun", 0.0, 5.0, 0.5)) == pytest.approx(expected, rel=1e-12)
    # a habit that begins on day 5 counts on day 5
    late = (4 * 1.0 + 0.75 + 5 * 0.5) / 10.0
    assert sun(Care("unprotected-sun", 5.0, level=0.5)) == pytest.approx(late, rel=1e-12)


def test_sun_and_protection_multiply():
    both = sun(Care("unprotected-sun", level=0.5), Care("sun-protection"))
    assert both == pytest.approx(0.5 * (1.0 - EFFICACY), rel=1e-12)


def test_collagen_is_lost_only_in_the_sun_and_less_behind_protection():
    skin = Skin.typical("cheek", 3, 40.0)
    assert collagen_loss(skin, (), TIMES, {}) == 0.0
    assert collagen_loss(skin, [Care("sun-protection")], TIMES, {}) == 0.0
    some = np.ravel(collagen_loss(skin, [Care("unprotected-sun", 3.0, 7.0)], TIMES, {}))
    assert (some > 0.0).tolist() == [3 <= i < 7 for i in range(11)]
    whole = np.ravel(collagen_loss(skin, [Care("unprotected-sun")], TIMES, {}))
    np.testing.assert_array_equal(some[3:7], whole[3:7])
    shaded = collagen_loss(skin, [Care("unprotected-sun"), Care("sun-protection")], TIMES, {})
    assert (np.ravel(shaded) < whole).all()


def test_cleansing_and_picking_are_told_in_seconds():
    habits = [Care("cleansing", 2.0, 9.0, 0.5), Care("picking", 4.0, level=0.3), Care("cleansing")]
    first, second = cleansing(habits)
    assert (first.start, first.stop, first.thoroughness) == (2.0 * day, 9.0 * day, 0.5)
    assert (second.start, second.stop, second.thoroughness) == (0.0, np.inf, 1.0)
    (hurt,) = picking(habits)
    assert (hurt.time, hurt.severity) == (4.0 * day, 0.3)
