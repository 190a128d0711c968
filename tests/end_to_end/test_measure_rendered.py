"""Claims about measuring virtual photographs whose pores are known."""

import math

import numpy as np
import pytest
from scipy.spatial import cKDTree

from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin

pytestmark = pytest.mark.slow

SIZE = (0.014, 0.014)
N_PORES = 90
REACH = 3.2e-4  # m


def diameters(seed=3):
    return 4.0e-4 * np.exp(0.3 * np.random.default_rng(seed).standard_normal(N_PORES))


def photographed(*, ratio=1.0, seed=11, fitzpatrick=3, azimuth=-100.0, size=None, **camera):
    return render_skin(
        diameters() if size is None else size,
        ratio=ratio,
        look=SkinLook(fitzpatrick=fitzpatrick),
        light=Illumination(azimuth=math.radians(azimuth)),
        camera=Camera(**camera),
        size=SIZE,
        seed=seed,
    )


def measured(skin, **options):
    return measure(Photograph(skin.pixels, skin.px_per_metre), zone="cheek", **options)


def matched(found, skin, least=2.5e-4):
    shown = skin.visible(least)
    truth = np.c_[skin.row, skin.col][shown]
    distance, nearest = cKDTree(truth).query(np.c_[found.row, found.col])
    best = {}
    for i in np.argsort(distance):
        if distance[i] <= REACH and int(nearest[i]) not in best:
            best[int(nearest[i])] = int(i)
    return best, skin.diameter[shown], truth


def f1(found, skin):
    best, _, truth = matched(found, skin)
    return 2 * len(best) / (found.n + len(truth))


@pytest.fixture(scope="module")
def plain():
    skin = photographed()
    return skin, measured(skin)


def test_most_pores_are_found(plain):
    skin, found = plain
    assert f1(found, skin) > 0.65


def test_large_pores_are_found(plain):
    skin, found = plain
    best, diameter, truth = matched(found, skin, 4.5e-4)
    assert len(best) >= 0.85 * len(truth)
    assert diameter.min() >= 4.5e-4


def test_median_diameter_is_inside_of_its_interval(plain):
    skin, found = plain
    best, diameter, _ = matched(found, skin)
    truth = np.median(diameter[list(best)])
    assert found.diameter.low < truth < found.diameter.high


def test_larger_pores_measure_larger(plain):
    skin, found = plain
    best, diameter, _ = matched(found, skin)
    pairs = np.array([(diameter[j], found.diameters[i]) for j, i in best.items()])
    assert np.corrcoef(np.log(pairs.T))[0, 1] > 0.5


@pytest.mark.parametrize("fitzpatrick", [1, 5])
def test_light_and_dark_skin_are_measured(fitzpatrick):
    skin = photographed(fitzpatrick=fitzpatrick)
    assert f1(measured(skin), skin) > 0.6


def test_smaller_pores_are_seen_to_be_smaller():
    # by a factor of 0.7, so that area falls to a half or less; what is seen falls by less, as the
    # blur of the camera stays
    ratios = []
    for seed in range(3):
        before, after = (measured(photographed(ratio=r, seed=seed)) for r in (1.0, 0.7))
        ratios.append(after.area_fraction.value / before.area_fraction.value)
    assert np.mean(ratios) < 0.8


def test_another_shot_of_the_same_skin_gives_nearly_the_same(plain):
    _, first = plain
    second = measured(photographed(frame=1))
    assert second.n == pytest.approx(first.n, rel=0.25)
    assert second.area_fraction.value == pytest.approx(first.area_fraction.value, rel=0.15)
    assert second.diameter.value == pytest.approx(first.diameter.value, rel=0.05)


def test_skin_without_visible_pores_has_none():
    # 90 pores of 50 um, a fifth of what a camera sees; relief and mottling as ever
    skins = [photographed(size=np.full(N_PORES, 5e-5), seed=seed) for seed in range(4)]
    numbers = [measured(skin).n for skin in skins]
    assert numbers == [0, 0, 0, 0]
