import numpy as np
import pytest
from scipy.spatial import KDTree

from porelight.errors import ParameterError
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import Motion, PulsePath, exposure_path, pulse_path, raster

AREA, SPOT, RATE = 1e-2, 5e-3, 7.0


def coverage(position: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return how many spots cover each point of a grid inside the area, a spot off its edge."""
    x, y = (np.arange(-s / 2 + SPOT, s / 2 - SPOT, 1e-3) for s in (width, height))
    points = np.column_stack([c.ravel() for c in np.meshgrid(x, y)])
    hits = KDTree(position).query_ball_point(points, SPOT / 2, return_length=True)
    return np.asarray(hits)


def test_pulses_come_at_the_rate():
    times = raster(AREA, 2000, RATE, SPOT, passes=4).time
    np.testing.assert_allclose(times, np.arange(2000) / 7.0)


@pytest.mark.parametrize("passes", [1, 3, 4, 5])
def test_every_point_gets_its_share_of_pulses(passes):
    hits = coverage(raster(AREA, 2000, RATE, SPOT, passes=passes).position, 0.1, 0.1)
    # the mean is pulses times spot over area, 3.93, to what a lattice seen from a lattice allows;
    # random places would scatter by 0.5 of it and leave 2 % of the points without any
    np.testing.assert_allclose(hits.mean(), 2000 * np.pi * 2.5e-3**2 / AREA, rtol=0.03)
    assert hits.std() / hits.mean() < 0.25
    assert hits.min() >= 1


@pytest.mark.parametrize("aspect", [0.25, 3.0])
def test_a_rectangle_is_covered_as_evenly_as_a_square(aspect):
    position = raster(AREA, 2000, RATE, SPOT, passes=4, aspect=aspect).position
    width, height = 0.1 * np.sqrt(aspect), 0.1 / np.sqrt(aspect)
    assert (np.abs(position) <= np.array([width, height]) / 2).all()
    hits = coverage(position, width, height)
    assert hits.std() / hits.mean() < 0.25


def test_the_hand_moves_without_leaps():
    position = raster(AREA, 2000, RATE, SPOT, passes=4).position
    steps = np.linalg.norm(np.diff(position, axis=0), axis=1)
    # rows and pulses in them are sqrt(100 cm2 * 4 / 2000) = 4.5 mm apart; a turn takes both
    assert steps.max() < 1.5 * np.sqrt(AREA * 4 / 2000)


def test_sweeps_in_one_direction_do_not_retrace_each_other():
    position = raster(AREA, 2000, RATE, SPOT, passes=4).position
    first, third = position[:500, 1], position[1000:1500, 1]
    assert np.intersect1d(first.round(9), third.round(9)).size == 0


@pytest.mark.parametrize(("n_pulses", "passes"), [(1, 1), (7, 2), (435, 1), (2001, 4)])
def test_every_pulse_is_delivered_inside_the_area(n_pulses, passes):
    found = raster(AREA, n_pulses, RATE, SPOT, passes=passes)
    assert found.n_pulses == n_pulses
    assert (np.abs(found.position) <= 0.05 + 1e-12).all()


def test_a_single_pulse_lands_in_the_middle():
    np.testing.assert_allclose(raster(AREA, 1, RATE, SPOT).position, [[0.0, 0.0]], atol=1e-12)


def hand(seed: int = 5, **changes: float) -> PulsePath:
    motion = Motion("raster", **{"wander": 1e-3, "pace_variation": 0.25, "seed": seed, **changes})
    return pulse_path(AREA, 2000, RATE, SPOT, motion=motion, passes=4)


def test_a_hand_wanders_by_its_standard_deviation():
    steady = raster(AREA, 2000, RATE, SPOT, passes=4)
    inner = (np.abs(steady.position) < 0.045).all(axis=1)  # nobody there is folded at an edge
    moved = (hand(pace_variation=0.0).position - steady.position)[inner]
    # noise correlated over 3.5 pulses: some 2 * 1600 / (2 sqrt(pi) 3.5) = 260 independent numbers,
    # so the standard error of a standard deviation is 4.4 %
    np.testing.assert_allclose(moved.std(), 1e-3, rtol=0.13)


def test_a_hand_moves_smoothly():
    steady = raster(AREA, 2000, RATE, SPOT, passes=4).position
    inner = (np.abs(steady) < 0.045).all(axis=1)  # nobody there is folded at an edge
    steps = np.diff(hand(pace_variation=0.0).position - steady, axis=0)[inner[1:] & inner[:-1]]
    # correlated over half a second, 3.5 pulses: neighbours differ by sigma / 3.5 / sqrt(2)
    expected = 1e-3 * np.sqrt(2.0 * (1.0 - np.exp(-0.25 / 3.5**2)))
    np.testing.assert_allclose(steps.std(), expected, rtol=0.15)


def test_a_hand_changes_its_pace_and_still_covers_every_row():
    quick = hand(wander=0.0)
    steps = np.linalg.norm(np.diff(quick.position, axis=0), axis=1)
    even = np.linalg.norm(
        np.diff(raster(AREA, 2000, RATE, SPOT, passes=4).position, axis=0), axis=1
    )
    assert steps.std() > 3.0 * even.std()
    hits = coverage(quick.position, 0.1, 0.1)
    np.testing.assert_allclose(hits.mean(), 2000 * np.pi * 2.5e-3**2 / AREA, rtol=0.05)


def test_a_hand_stays_inside_the_area():
    position = hand(wander=8e-3).position
    assert (np.abs(position) <= 0.05 + 1e-12).all()


def test_the_seed_of_a_hand_decides_its_path():
    np.testing.assert_array_equal(hand(5).position, hand(5).position)
    assert (hand(6).position != hand(5).position).any()


@pytest.mark.parametrize("passes", [1, 2, 4])
def test_a_spiral_gives_every_point_its_share(passes):
    found = pulse_path(AREA, 2000, RATE, SPOT, motion=Motion("spiral"), passes=passes)
    assert (np.abs(found.position) <= 0.05 + 1e-12).all()
    hits = coverage(found.position, 0.1, 0.1)
    np.testing.assert_allclose(hits.mean(), 2000 * np.pi * 2.5e-3**2 / AREA, rtol=0.05)
    assert hits.std() / hits.mean() < 0.35  # turns of different passes cross each other
    assert (hits == 0).mean() < 1e-3


def test_a_spiral_has_no_leaps_within_a_pass_or_between_passes():
    position = pulse_path(AREA, 2000, RATE, SPOT, motion=Motion("spiral"), passes=4).position
    steps = np.linalg.norm(np.diff(position, axis=0), axis=1)
    # spots are sqrt(100 cm2 / 500) = 4.5 mm apart; the square stretches a chord by up to sqrt(2)
    assert steps.max() < 1.6 * np.sqrt(AREA / 500)


def test_a_spiral_of_a_rectangle_is_stretched_to_it():
    position = pulse_path(AREA, 500, RATE, SPOT, motion=Motion("spiral"), aspect=4.0).position
    width, height = 2.0 * np.abs(position).max(axis=0)
    assert width == pytest.approx(0.2, rel=0.05)
    assert height == pytest.approx(0.05, rel=0.05)


def test_stacked_pulses_fall_on_one_place_in_turn():
    found = pulse_path(AREA, 100, RATE, SPOT, motion=Motion(stacked=3))
    assert found.n_pulses == 100
    np.testing.assert_array_equal(found.position[0:99:3], found.position[2:99:3])
    # 34 places, of which the last has one pulse
    assert np.unique(found.position, axis=0).shape[0] == 34
    np.testing.assert_allclose(found.time, np.arange(100) / 7.0)


def test_path_of_an_exposure_is_its_raster():
    exposure = laser_genesis(n_pulses=300)
    expected = raster(exposure.area, 300, 7.0, 5e-3, passes=4)
    np.testing.assert_array_equal(exposure_path(exposure).position, expected.position)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"n_pulses": 0}, "n_pulses is 0"),
        ({"area": 1e-6}, "smaller than one spot"),
        ({"rate": 0.0}, "rate is 0 Hz"),
        ({"spot_diameter": 0.0}, "spot_diameter is 0 m"),
        ({"passes": 0}, "passes is 0"),
        ({"passes": 11}, "passes is 11 but n_pulses is 10"),
        ({"aspect": 0.0}, "aspect is 0"),
    ],
)
def test_impossible_raster_is_refused(changes, text):
    usual = {"area": AREA, "n_pulses": 10, "rate": RATE, "spot_diameter": SPOT}
    with pytest.raises(ParameterError, match=text):
        raster(**{**usual, **changes})


@pytest.mark.parametrize(
    ("time", "position", "text"),
    [
        (np.array([0.0, 1.0]), np.zeros((1, 2)), r"expected \(n,\) and \(n, 2\)"),
        (np.array([0.0, 0.0]), np.zeros((2, 2)), "each later than the one before"),
        (np.zeros(0), np.zeros((0, 2)), "at least one pulse"),
    ],
)
def test_impossible_path_is_refused(time, position, text):
    with pytest.raises(ParameterError, match=text):
        PulsePath(time, position)
