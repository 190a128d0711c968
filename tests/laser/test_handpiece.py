import numpy as np
import pytest
from scipy.spatial import KDTree

from porelight.errors import ParameterError
from porelight.laser.handpiece import PulsePath, path, raster
from porelight.laser.presets import laser_genesis

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


def test_jitter_has_its_standard_deviation_and_its_seed():
    steady = raster(AREA, 2000, RATE, SPOT, passes=4)
    shaken = raster(AREA, 2000, RATE, SPOT, passes=4, jitter=1e-3, seed=5)
    moved = shaken.position - steady.position
    # standard error of a standard deviation from 4000 numbers: 1.1 %
    np.testing.assert_allclose(moved.std(), 1e-3, rtol=0.045)
    same = raster(AREA, 2000, RATE, SPOT, passes=4, jitter=1e-3, seed=5)
    np.testing.assert_array_equal(shaken.position, same.position)
    other = raster(AREA, 2000, RATE, SPOT, passes=4, jitter=1e-3, seed=6)
    assert (other.position != shaken.position).any()


def test_path_of_an_exposure_is_its_raster():
    exposure = laser_genesis(n_pulses=300)
    expected = raster(exposure.area, 300, 7.0, 5e-3, passes=4)
    np.testing.assert_array_equal(path(exposure).position, expected.position)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"n_pulses": 0}, "n_pulses is 0"),
        ({"area": 1e-6}, "smaller than one spot"),
        ({"rate": 0.0}, "rate is 0 Hz"),
        ({"spot_diameter": 0.0}, "spot_diameter is 0 m"),
        ({"passes": 0}, "passes is 0"),
        ({"passes": 11}, "passes is 11 but n_pulses is 10"),
        ({"jitter": -1.0}, "jitter is -1 m"),
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
