import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.laser.devices import laser_genesis, pearl
from porelight.laser.handpiece import exposure_path
from porelight.laser.motion import Motion, PulsePath

SQUARE = PulsePath(
    np.arange(5) / 7.0,
    1e-3 * np.array([[-40.0, -40.0], [40.0, -40.0], [40.0, 40.0], [-40.0, 40.0], [0.0, 0.0]]),
)


def test_a_hand_has_the_wander_and_pace_of_the_library():
    assert Motion.by_hand(seed=4) == Motion("raster", 1, 1.5e-3, 0.25, 4)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"pattern": "zigzag"}, "no pattern named 'zigzag'; known: raster, spiral"),
        ({"stacked": 0}, "stacked is 0"),
        ({"wander": -1.0}, "wander is -1 m"),
        ({"pace_variation": 2.0}, "pace_variation is 2"),
    ],
)
def test_an_impossible_motion_is_refused(changes, text):
    with pytest.raises(ParameterError, match=text):
        Motion(**changes)


def test_the_spot_is_on_the_way_between_two_pulses():
    where = SQUARE.at(np.array([-1.0, 0.5 / 7.0, 1.0 / 7.0, 9.0]))
    expected = 1e-3 * np.array([[-40.0, -40.0], [0.0, -40.0], [40.0, -40.0], [0.0, 0.0]])
    np.testing.assert_allclose(where, expected, atol=1e-12)


def test_a_path_that_ends_early_keeps_what_was_given():
    np.testing.assert_array_equal(SQUARE.until(2.0 / 7.0).time, SQUARE.time[:3])
    assert SQUARE.until(-1.0).n_pulses == 1


def test_a_recorded_path_is_followed():
    exposure = laser_genesis(motion=SQUARE)
    assert exposure.n_pulses == 5
    assert exposure.rate == pytest.approx(7.0)
    assert exposure_path(exposure) is SQUARE


def test_a_path_outside_the_area_is_refused_with_the_area_it_needs():
    # 80 x 80 mm need 64 cm2
    with pytest.raises(
        ParameterError,
        match=r"pulse 1 of the path lies at \(-40, -40\) mm, outside the area of 70.71 x 70.71 mm.*"
        r"at least 64 cm2",
    ):
        laser_genesis(motion=SQUARE, area=50e-4)
    assert laser_genesis(motion=SQUARE, area=64e-4).n_pulses == 5
    with pytest.raises(ParameterError, match=r"outside the area of 160 x 40 mm.*at least 256 cm2"):
        laser_genesis(motion=SQUARE, area=64e-4, aspect=4.0)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"n_pulses": 5}, "n_pulses comes from the recorded path; leave it out"),
        ({"rate": 7.0}, "rate comes from the recorded path; leave it out"),
        ({"motion": PulsePath(0.01 * np.arange(3), np.zeros((3, 2)))}, "rate is 100 Hz"),
    ],
)
def test_a_recorded_path_brings_its_own_number_and_rate(settings, text):
    with pytest.raises(ParameterError, match=text):
        laser_genesis(**{"motion": SQUARE, **settings})


def test_a_pulse_longer_than_the_gap_in_the_path_is_refused():
    hasty = PulsePath(np.array([0.0, 0.2, 0.2001, 0.5]), np.zeros((4, 2)))
    with pytest.raises(ParameterError, match=r"longer than the 0\.0001 s between two pulses"):
        laser_genesis(motion=hasty)


@pytest.mark.parametrize(
    ("time", "position", "text"),
    [
        (np.array([0.0, 0.0]), np.zeros((2, 2)), "each later than the one before"),
        (np.zeros(0), np.zeros((0, 2)), "at least one pulse"),
        (np.zeros(1), np.zeros((2, 2)), "time has shape"),
        (np.zeros(1), np.array([[np.nan, 0.0]]), "not finite"),
    ],
)
def test_an_impossible_path_is_refused(time, position, text):
    with pytest.raises(ParameterError, match=text):
        PulsePath(time, position)


def test_a_pass_needs_a_stack():
    with pytest.raises(ParameterError, match="passes is 4 with 600 pulses stacked on each place"):
        laser_genesis(n_pulses=1200, passes=4, motion=Motion(stacked=600))
    assert laser_genesis(n_pulses=3).passes == 3


def test_pearl_may_follow_a_path_too():
    slow = PulsePath(SQUARE.time * 7.0 / 3.0, SQUARE.position)
    assert pearl(motion=slow).n_pulses == 5


def test_an_unknown_reading_or_shape_is_refused():
    with pytest.raises(ParameterError, match="no reading named 'glass'"):
        laser_genesis(stop_reads="glass")
    with pytest.raises(ParameterError, match="aspect is 0"):
        laser_genesis(aspect=0.0)
