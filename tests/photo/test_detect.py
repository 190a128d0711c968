"""Claims about which spots are called pores."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.photo.detect import _share_of_pores, candidates, maxima, seen_maxima
from porelight.photo.detector_parameters import detector_parameters
from porelight.photo.network import NetworkOutput
from porelight.photo.pore_probability import PoreProbability
from porelight.photo.strips import strips

SIDE = 200
SKIN = np.ones((SIDE, SIDE), dtype=bool)
# log-odds of the network are log-odds of a pore
AS_READ = PoreProbability((0.0, 1.0, 0.0, 0.0, 0.0, 0.0))
PLAIN = replace(
    detector_parameters(), pore=AS_READ, counted=AS_READ, base_share=0.4, threshold=0.25
)


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


def all_of(spots, skin=SKIN, numbers=PLAIN):
    image = image_of(spots)
    said = NetworkOutput(image, image, image)
    return candidates(
        seen_maxima([(slice(0, SIDE), said)], skin, ~skin, numbers.faintest), numbers, 0.6
    )


def spots_of(spots, q=None, skin=SKIN):
    return all_of(spots, skin).accepted(PLAIN.threshold, q)


def test_spots_at_the_threshold_are_kept_and_below_it_are_not():
    heights = np.linspace(-3.0, 5.0, 300)
    found = spots_of(scattered(300, heights, 1))
    # the surest are kept, and all of them
    kept = image_of(scattered(300, heights, 1))[found.at[:, 0], found.at[:, 1]]
    assert kept.min() == pytest.approx(heights[300 - len(kept)])
    assert np.log(0.25 / 0.75) <= kept.min() < np.log(0.27 / 0.73)


def test_faint_spots_without_a_sure_one_are_texture():
    assert len(spots_of(scattered(300, np.linspace(-3.0, 0.0, 300), 1)).at) == 0
    with_sure = np.concatenate([np.linspace(-3.0, 0.0, 150), np.full(150, 5.0)])
    assert len(spots_of(scattered(300, with_sure, 1)).at) > 160


def test_one_sure_spot_is_believed():
    assert spots_of([(50, 60, 6.0)]).at.tolist() == [[50, 60]]


@pytest.mark.verification
def test_share_of_pores_is_that_of_the_picture():
    # two Gaussians 3 apart: their log-odds at equal shares are x itself, mean +-4.5, variance 9
    rng = np.random.default_rng(8)
    for true_share in (0.05, 0.2):
        n = 20_000
        is_pore = rng.uniform(size=n) < true_share
        odds = rng.normal(np.where(is_pore, 4.5, -4.5), 3.0)
        fitted = 1.0 / (1.0 + np.exp(-odds))
        assert _share_of_pores(fitted, 0.5) == pytest.approx(
            true_share, abs=4 * np.sqrt(true_share / n)
        )


def test_false_share_is_the_mean_chance_of_being_none():
    found = spots_of(scattered(30, np.repeat([0.0, 2.0, 4.0], 10), 1))
    assert found.false_share == pytest.approx(np.mean(1.0 - found.probability))
    assert 0.0 < found.false_share < 0.3


@pytest.mark.parametrize("q", [0.02, 0.05, 0.1])
def test_share_asked_for_is_met_and_hardly_undercut(q):
    heights = np.linspace(-3.0, 5.0, 300)
    found = spots_of(scattered(300, heights, 1), q)
    # one more spot of the faintest kind kept would have passed q
    assert q - 1.0 / len(found.at) < found.false_share <= q


@pytest.mark.verification
def test_spots_kept_at_a_share_are_false_as_often():
    # two Gaussians whose log-odds at the base share are what the network says
    rng = np.random.default_rng(5)
    offset = np.log(0.4 / 0.6)
    false = kept = 0
    for seed in range(12):
        is_pore = rng.uniform(size=300) < 0.55
        heights = offset + rng.normal(np.where(is_pore, 1.5, -1.5), np.sqrt(3.0))
        spots = scattered(300, heights, seed)
        truth = np.zeros((SIDE, SIDE), dtype=bool)
        for (row, col, _), real in zip(spots, is_pore, strict=True):
            truth[row, col] = real
        numbers = replace(PLAIN, faintest=-8.0)
        found = all_of(spots, numbers=numbers).accepted(PLAIN.threshold, 0.1).at
        kept += len(found)
        false += int((~truth[found[:, 0], found[:, 1]]).sum())
    # 4 standard errors of a share of 0.1; the maxima of doubt make it a little smaller
    assert -0.02 < false / kept - 0.1 + 0.01 < 4.0 * np.sqrt(0.09 / kept)
    assert kept > 1000


def test_smaller_share_keeps_fewer():
    dark = scattered(200, np.linspace(-3.0, 4.0, 200), 1)
    numbers = [len(spots_of(dark, q).at) for q in (0.3, 0.1, 0.03)]
    assert numbers[0] > numbers[1] > numbers[2] > 0


def test_hopeless_spots_keep_no_share():
    assert len(spots_of(scattered(50, -2.0, 1), 0.1).at) == 0


def test_of_two_near_maxima_the_higher_stays():
    assert spots_of([(50, 50, 9.0), (50, 52, 8.0)]).at.tolist() == [[50, 50]]
    assert spots_of([(50, 50, 9.0), (50, 55, 8.0)]).at.tolist() == [[50, 50], [50, 55]]


def test_nothing_is_found_outside_of_the_skin():
    skin = SKIN.copy()
    skin[:, 100:] = False
    found = spots_of(scattered(60, 7.0, 1), skin=skin).at
    assert len(found) > 10
    assert (found[:, 1] < 100).all()


def test_no_spot_gives_an_empty_answer():
    found = spots_of([])
    assert found.at.shape == (0, 2)
    assert found.false_share == 0.0


def test_all_maxima_are_candidates():
    assert len(all_of(scattered(50, np.linspace(-2.9, 4.0, 50), 1)).at) == 50


def test_chances_to_count_are_those_that_were_learnt():
    heights = np.linspace(-2.0, 4.0, 200)
    halved = replace(PLAIN, counted=PoreProbability((-1.0, 1.0, 0.0, 0.0, 0.0, 0.0)))
    got = all_of(scattered(200, heights, 1), numbers=halved)
    at_place = image_of(scattered(200, heights, 1))[got.at[:, 0], got.at[:, 1]]
    np.testing.assert_allclose(got.counted, 1.0 / (1.0 + np.exp(1.0 - at_place)), rtol=1e-5)


def test_texture_adds_up_to_no_pore():
    assert all_of(scattered(350, np.linspace(-3.0, -0.5, 350), 1)).counted.sum() < 1.0


@pytest.mark.parametrize("n_rows", [1, 2, 7, 150])
def test_maxima_of_an_output_in_bands_are_those_of_the_whole(n_rows):
    draw = np.random.default_rng(8)
    # of one decimal, so that neighbours are often alike
    middle, cover, size = np.round(draw.standard_normal((3, SIDE, 60)), 1).astype(np.float32)
    skin = draw.random(middle.shape) < 0.9
    hair = ~skin & (draw.random(skin.shape) < 0.5)
    bands = [
        (part, NetworkOutput(middle[part], cover[part], size[part]))
        for part in strips(middle.shape, most=60 * n_rows)
    ]
    seen = seen_maxima(bands, skin | hair, hair, 0.5)
    at = maxima(middle, skin, 0.5)
    assert len(at) > 100
    np.testing.assert_array_equal(seen.at, at)
    np.testing.assert_array_equal(seen.odds, middle[at[:, 0], at[:, 1]])
    np.testing.assert_array_equal(seen.log_diameter, size[at[:, 0], at[:, 1]])
    np.testing.assert_array_equal(seen.cover, cover)
