from dataclasses import replace

import pytest

from porelight.laser.devices import laser_genesis, pearl
from porelight.planning.bystanders import bystander, safety_note
from porelight.units import J_per_cm2

GENESIS = laser_genesis()


def test_limits_are_those_of_the_formulas():
    # clinical_facts: skin 0.72 J/cm2 at 1064 nm and 0.3 ms, 0.079 at 2790 nm and 0.4 ms
    near, far = bystander(GENESIS), bystander(pearl())
    assert near.skin_limit / J_per_cm2 == pytest.approx(0.72, rel=0.01)
    assert far.skin_limit / J_per_cm2 == pytest.approx(0.079, rel=0.01)
    assert near.eye_limit == pytest.approx(90.0 * 3e-4**0.75)
    assert far.eye_limit == far.skin_limit


def test_treatment_is_many_times_the_limits_of_a_bystander():
    # clinical_facts: about 19 times (Genesis) and 44 times (Pearl) that of the skin
    assert "19 times that of the skin (0.72 J/cm2, recalled)" in safety_note(GENESIS)
    assert "44 times that of the skin (0.079 J/cm2, recalled)" in safety_note(pearl())
    assert "680,000 times the exposure limit of the eye (2.1e-05 J/cm2, recalled)" in safety_note(
        GENESIS
    )


def test_reflection_reaches_where_the_limit_of_a_train_does():
    # 70 pulses in ten seconds: limit times 70^-1/4; a share 0.7 of 2.75 J over pi d^2
    limit = 90.0 * 3e-4**0.75 * 70.0**-0.25
    expected = (0.7 * GENESIS.pulse_energy / (3.141592653589793 * limit)) ** 0.5
    assert bystander(GENESIS).reflection_distance == pytest.approx(expected)
    assert 2.0 < expected < 4.0


def test_short_ways_are_told_in_centimetres():
    assert "up to about 1 cm away" in safety_note(pearl())
    assert "up to about 2.9 m away" in safety_note(GENESIS)


def test_one_pulse_alone_reaches_less_far():
    once = laser_genesis(n_pulses=1)
    assert bystander(once).reflection_distance < bystander(GENESIS).reflection_distance


@pytest.mark.parametrize("changes", [{"wavelength": 595e-9}, {"pulse_duration": 1e-9}])
def test_a_limit_that_is_not_held_is_not_invented(changes):
    other = replace(GENESIS, **changes)
    assert bystander(other).flag == "not held"
    note = safety_note(other)
    assert "no exposure limit is held" in note
    assert "eyewear made for this wavelength" in note


def test_the_note_never_calls_anything_safe():
    for one in (GENESIS, pearl()):
        assert "safe" not in safety_note(one)
