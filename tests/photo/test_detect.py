"""Claims about which spots are called pores."""

import numpy as np
import pytest

from porelight.photo.detect import detect
from porelight.photo.evidence import Evidence

SIDE = 200
SKIN = np.ones((SIDE, SIDE), dtype=bool)


def image_of(spots):
    """Log-odds that are low but for spikes at (row, col, height)."""
    image = np.full((SIDE, SIDE), -9.0, np.float32)
    for row, col, height in spots:
        image[row, col] = height
    return image


def scattered(n, height, seed):
    places = np.random.default_rng(seed).permutation((SIDE // 10 - 1) ** 2)[:n]
    rows, cols = np.divmod(places, SIDE // 10 - 1)
    heights = np.broadcast_to(height, n)
    return [(10 * r + 5, 10 * c + 5, h) for r, c, h in zip(rows, cols, heights, strict=True)]


def spots_of(dark, bright, q=0.3, threshold=-1.0, skin=SKIN):
    return detect(Evidence(image_of(dark), image_of(bright)), skin, threshold, q)


def test_spots_without_bright_rivals_are_kept():
    found = spots_of(scattered(40, 1.0, 1), [])
    assert found.row.size == 40
    # none seen, one that may be missed, and the skin near the spots does not count
    assert 1 / 40 < found.false_share < 0.3


def test_spots_with_as_many_bright_rivals_are_dropped():
    assert spots_of(scattered(40, 1.0, 1), scattered(40, 1.0, 2)).row.size == 0


def test_threshold_rises_above_the_level_of_the_rivals():
    dark = scattered(60, np.repeat([3.0, 0.0], 30), 1)
    found = spots_of(dark, scattered(40, 0.5, 2))
    assert found.row.size == 30
    assert 0.5 < found.threshold <= 3.0


def test_rivals_beside_a_pore_are_its_lips():
    dark = scattered(40, 1.0, 1)
    lips = [(row, col + 4, 0.5) for row, col, _ in dark[:8]]
    assert spots_of(dark, lips, q=0.15).threshold == -1.0
    assert spots_of(dark, scattered(16, 0.5, 7), q=0.15).threshold > 0.5


def test_faint_spots_without_a_strong_one_are_texture():
    # more dark than bright, which relief does without any pore
    assert spots_of(scattered(100, 0.9, 1), scattered(10, 0.9, 2)).row.size == 0
    with_strong = scattered(100, np.repeat([0.9, 2.0], 50), 1)
    assert spots_of(with_strong, scattered(10, 0.9, 2)).row.size == 100


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_few_faint_spots_are_not_believed(n):
    assert spots_of(scattered(n, 1.0, 1), []).row.size == 0


def test_one_certain_spot_is_believed():
    assert spots_of([(50, 60, 9.0)], []).row.tolist() == [50]


def test_of_two_near_maxima_the_higher_stays():
    near = [(50, 50, 9.0), (50, 52, 8.0)]
    assert spots_of(near, []).col.tolist() == [50]
    apart = [(50, 50, 9.0), (50, 55, 8.0)]
    assert sorted(spots_of(apart, []).col.tolist()) == [50, 55]


def test_nothing_is_found_outside_of_the_skin():
    skin = SKIN.copy()
    skin[:, 100:] = False
    found = spots_of(scattered(60, 7.0, 1), [], skin=skin)
    assert found.row.size > 10
    assert (found.col < 100).all()


def test_smaller_q_keeps_fewer():
    dark = scattered(200, np.linspace(-0.9, 4.0, 200), 1)
    bright = scattered(100, np.linspace(-0.9, 1.0, 100), 2)
    numbers = [spots_of(dark, bright, q).row.size for q in (0.5, 0.2, 0.05)]
    assert numbers[0] > numbers[1] > numbers[2] > 0


def test_no_spot_gives_an_empty_answer():
    found = spots_of([], [])
    assert found.row.size == 0
    assert found.false_share == 0.0


def test_threshold_rises_until_dark_spots_outnumber_bright_ones():
    # 90 against 70 may be chance (1.6 standard deviations), though none is far from a pore
    dark = scattered(90, np.repeat([2.0, 0.2], [20, 70]), 1)
    lips = [(row, col + 4, 0.2) for row, col, _ in dark[:70]]
    found = spots_of(dark, lips, q=0.99)
    assert found.row.size == 20
    assert found.threshold > 0.2
