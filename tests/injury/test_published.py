"""Published sets against the table of temperatures for Omega = 1."""

import math

import numpy as np
import pytest

from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.injury.field import InjuryParameters
from porelight.injury.published import PUBLISHED, published_coefficients
from porelight.injury.rate_process import damage_integral, threshold_temperature

DURATIONS = (1e-3, 0.1, 1.0, 60.0, 600.0)
# degC for Omega = 1 when held, by set and branch, as tabulated from A and E (nan: not tabulated)
NAN = math.nan
TABLE = {
    ("henriques", 0): (70.4, 63.3, 59.9, 54.0, 50.8),
    ("weaver-stoll", 0): (NAN, NAN, 53.5, 48.9, 46.4),
    ("weaver-stoll", 1): (78.8, 64.8, 58.2, NAN, NAN),
    ("takata", 0): (NAN, NAN, NAN, 53.8, 49.0),
    ("takata", 1): (67.6, 61.0, 57.8, NAN, NAN),
    ("mehta-wong epidermis", 0): (72.0, 63.0, 58.0, 50.0, NAN),
    ("mehta-wong dermis", 0): (86.0, 76.0, 71.0, 62.0, NAN),
    ("artery", 0): (96.6, 84.8, 79.2, 69.6, 64.5),
    ("tendon", 0): (80.0, 72.0, 68.0, 61.0, 57.0),
}


def tolerance(printed):
    # half a unit in the last printed place: whole numbers in some rows, tenths in the others
    return 0.5 if all(x == round(x) for x in printed if not math.isnan(x)) else 0.0501


@pytest.mark.validation
@pytest.mark.parametrize(("name", "branch"), list(TABLE))
def test_thresholds_match_the_table(name, branch):
    process = published_coefficients(name).branches[branch]
    printed = TABLE[name, branch]
    for duration, celsius in zip(DURATIONS, printed, strict=True):
        if not math.isnan(celsius):
            found = threshold_temperature(process, duration) - 273.15
            assert abs(found - celsius) <= tolerance(printed), (duration, found)


@pytest.mark.validation
def test_blood_and_collagen_of_the_chain_match_the_table():
    typical = InjuryParameters.typical()
    for process, printed in (
        (typical.coagulation(), (99, 88, 82.2, 73, 68)),
        (typical.denaturation().first, (106, 88, 80, 67, 60)),
    ):
        found = [threshold_temperature(process, duration) - 273.15 for duration in DURATIONS]
        np.testing.assert_allclose(found, printed, atol=0.5)


def test_blood_does_not_coagulate_at_57_celsius_in_a_second():
    # the activation energy 4.225e5 J/mol of a copied placeholder would do that
    held = np.full(2, 273.15 + 57.0)
    assert (
        damage_integral(np.array([0.0, 1.0]), held, InjuryParameters.typical().coagulation()) < 1e-3
    )


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_set_has_a_range_and_a_source(name):
    chosen = published_coefficients(name)
    assert 310.0 < chosen.coldest < chosen.hottest < 375.0
    assert chosen.source
    assert chosen.flag in ("seen", "recalled")


def test_two_branch_sets_switch_at_fifty_celsius():
    chosen = published_coefficients("weaver-stoll")
    cool, hot = chosen.branches
    below, above = np.array([322.0]), np.array([324.0])
    np.testing.assert_array_equal(chosen.process.log_rate(below), cool.log_rate(below))
    np.testing.assert_array_equal(chosen.process.log_rate(above), hot.log_rate(above))


def test_leaving_the_measured_range_warns_and_staying_inside_does_not():
    chosen = published_coefficients("henriques")
    time = np.array([0.0, 1.0])
    with pytest.warns(ExtrapolationWarning, match="henriques reaches 360.0 K"):
        chosen.damage(time, np.full(2, 360.0))
    inside = chosen.damage(time, np.full(2, 330.0))
    np.testing.assert_array_equal(inside, damage_integral(time, np.full(2, 330.0), chosen.process))


def test_unknown_sets_are_refused_with_the_nearest_name():
    with pytest.raises(ParameterError, match="did you mean 'takata'"):
        published_coefficients("takatta")
