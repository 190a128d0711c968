from dataclasses import replace

import numpy as np
import pytest

from porelight.data.library import parameter
from porelight.laser.devices import laser_genesis, pearl
from porelight.planning.limits import session_checks, tightest
from porelight.units import celsius, um


def limit(name: str) -> float:
    return parameter("tissue", "limits", name).value


def named(checks):
    return {check.limit: check for check in checks}


@pytest.mark.slow
def test_the_worst_member_decides_on_the_epidermis(skin, treated):
    mild, other = treated(laser_genesis(n_pulses=1000))
    burnt = replace(other, worst_killed=np.full_like(other.worst_killed, 0.2))
    check = named(session_checks(skin, laser_genesis(), (mild, burnt)))[
        "dead cells of the epidermis"
    ]
    assert not check.passed
    assert check.margin == pytest.approx(1.0 - 0.2 / limit("epidermis_killed"))
    assert check.reason == "dead cells of the epidermis would be 20 %; allowed is 5 %"


def test_the_median_member_decides_on_comfort(skin, treated):
    one = treated(laser_genesis(n_pulses=1000))[0]
    members = [replace(one, surface_felt=celsius(t)) for t in (44.0, 45.0, 60.0)]
    check = named(session_checks(skin, laser_genesis(), members))[
        "surface temperature that is felt"
    ]
    assert check.passed
    rest = float(one.resting[0])
    expected = (limit("comfort_temperature") - celsius(45.0)) / (
        limit("comfort_temperature") - rest
    )
    assert check.margin == pytest.approx(expected)


def test_the_share_of_people_in_pain_follows_from_the_threshold(skin, treated):
    one = treated(laser_genesis(n_pulses=1000))[0]

    def shown(felt: float) -> str:
        hot = replace(one, surface_felt=celsius(felt))
        found = named(session_checks(skin, laser_genesis(), [hot]))
        return found["surface temperature that is felt"].shown_value

    # threshold 45.7 with a standard deviation of 1.7: half, and one standard deviation below it
    assert shown(45.7) == "45.7 degC, painful to 50 % of people"
    assert shown(44.0) == "44.0 degC, painful to 16 % of people"


def test_a_surface_that_stays_too_warm_between_pulses_is_refused(skin, treated):
    one = treated(laser_genesis(n_pulses=1000))[0]
    members = [one, replace(one, surface_reading=celsius(44.5))]
    check = named(session_checks(skin, laser_genesis(), members))[
        "surface temperature between pulses"
    ]
    assert not check.passed
    assert check.reason == (
        "surface temperature between pulses would be 44.5 degC; allowed is 44.0 degC"
    )


def test_the_lips_neighbour_is_held_to_the_lips_comfort(skin, treated):
    one = replace(treated(laser_genesis(n_pulses=1000))[0], surface_felt=celsius(44.0))
    chin = replace(skin, zone="chin")
    assert named(session_checks(skin, laser_genesis(), [one]))[
        "surface temperature that is felt"
    ].passed
    of_chin = named(session_checks(chin, laser_genesis(), [one]))[
        "surface temperature that is felt"
    ]
    assert not of_chin.passed
    # the spread between people was measured for the cheek; none is told for the chin
    assert of_chin.shown_value == "44.0 degC"


def test_a_boiling_spot_is_refused_at_any_depth(skin, treated):
    one = treated(laser_genesis(n_pulses=1000))[0]
    peak = one.peak_temperature.copy()
    peak[20] = celsius(95.0)
    hot = replace(one, peak_temperature=peak)
    assert not named(session_checks(skin, laser_genesis(), [hot]))[
        "highest temperature (vaporisation)"
    ].passed


def test_a_wound_is_judged_by_its_depth_alone(skin, treated):
    one = treated(pearl())[0]
    deep = replace(one, wound_depth=130.0 * um)
    (check,) = session_checks(skin, pearl(), (one, deep))
    assert not check.passed
    assert check.shown_value == "130 um"
    assert check.shown_limit == "120 um"
    (kept,) = session_checks(skin, pearl(), (one,))
    assert kept.passed
    assert tightest((check, kept)) == check.margin
