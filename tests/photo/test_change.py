"""Claims about equal blur, photometry at known places and change, on pictures by formula."""

import math

import numpy as np
import pytest

from porelight.errors import DataFileError, PhotographError
from porelight.photo import change as change_module
from porelight.photo.change import (
    FEATURES,
    SIGNALS,
    WITNESSES,
    ChangeModel,
    change_model,
    features,
    pore_changes,
    zone_change,
)
from porelight.photo.darkness import SCALE, smoothed
from porelight.photo.photometry import PoreFits, PorePlaces, fitted
from porelight.photo.texture import WIDEST_BLUR, bare_skin, equal_blur

N = 200
SOFTNESS = 1.1e-4


def lattice(n_side=8):
    at = (np.arange(n_side) + 0.5) * N / SCALE / n_side
    row, col = (x.ravel() for x in np.meshgrid(at, at, indexing="ij"))
    n = row.size
    return PorePlaces(row, col, np.full(n, 4e-4), np.full(n, 1.3), np.full(n, 0.4))


def drawn(places, depth=0.1, wider=1.0, level=0.0):
    """Pictures of pores that are exactly the templates, `wider` times as wide."""
    y, x = ((np.mgrid[:N, :N] + 0.5) / SCALE)[:, :, :]
    image = np.full((N, N), level)
    for i in range(places.row.size):
        spread = places.diameter[i] ** 2 / 16.0
        along = (spread * places.elongation[i] + SOFTNESS**2) * wider**2
        across = (spread / places.elongation[i] + SOFTNESS**2) * wider**2
        dx, dy = x - places.col[i], y - places.row[i]
        u = dx * math.cos(places.angle[i]) + dy * math.sin(places.angle[i])
        v = dy * math.cos(places.angle[i]) - dx * math.sin(places.angle[i])
        image += depth * np.exp(-0.5 * (u**2 / along + v**2 / across))
    return image.astype(np.float32)


EVERYWHERE = np.ones((N, N), np.bool_)


@pytest.mark.verification
def test_depth_of_a_template_is_measured_exactly_on_any_ground():
    places = lattice()
    fits = fitted((drawn(places, 0.1, level=0.3), drawn(places, 0.05)), EVERYWHERE, places)
    np.testing.assert_allclose(fits.depth[:, 0], 0.1, rtol=2e-3)
    np.testing.assert_allclose(fits.depth[:, 1], 0.05, rtol=2e-3)
    np.testing.assert_allclose(fits.widening / fits.depth, 0.0, atol=2e-3)
    assert fits.seen.all()


@pytest.mark.verification
@pytest.mark.parametrize("wider", [0.97, 1.03])
def test_widening_is_the_logarithm_of_the_width_to_first_order(wider):
    # exp(-q/2) at width w is T + ln(w) q T + O(ln(w)^2); the free ground takes a little of it
    places = lattice()
    fits = fitted((drawn(places, wider=wider),), EVERYWHERE, places)
    ratio = fits.widening[:, 0] / fits.depth[:, 0]
    np.testing.assert_allclose(ratio, math.log(wider), rtol=0.08)


def test_a_pore_beyond_the_skin_is_not_seen():
    places = lattice()
    skin = EVERYWHERE.copy()
    skin[:, :30] = False
    fits = fitted((drawn(places),), skin, places)
    assert not fits.seen[places.col * SCALE < 20].any()
    assert fits.seen[places.col * SCALE > 40].all()


def grain(seed, sd=1.2):
    white = np.random.default_rng(seed).standard_normal((N, N)).astype(np.float32)
    soft = smoothed(white, sd)
    return np.asarray(0.03 * soft / soft.std(), np.float32)


def test_the_sharper_picture_is_blurred_to_the_other():
    sharp = grain(1)
    soft = smoothed(sharp, 0.8)
    for pair, sign in (((sharp, soft), -1.0), ((soft, sharp), 1.0)):
        found = equal_blur(*pair, EVERYWHERE)
        assert found.blur == pytest.approx(sign * 0.64, rel=0.05)
        np.testing.assert_allclose(found.bands, 0.0, atol=0.02)


def test_a_stronger_lamp_is_told_from_blur():
    found = equal_blur(grain(1), np.float32(1.2) * grain(1), EVERYWHERE)
    np.testing.assert_allclose(found.bands, math.log(1.2), atol=0.01)
    # an sd of 0.17 px is the coarsest that the bisection tells from none at such a slope
    assert abs(found.blur) < 0.04


def test_a_far_softer_picture_is_refused():
    with pytest.raises(PhotographError, match="second photograph is much softer"):
        equal_blur(grain(1, 0.8), smoothed(grain(1, 0.8), 2.0 * WIDEST_BLUR), EVERYWHERE)


def test_bare_skin_keeps_clear_of_pores():
    places = lattice(3)
    bare = bare_skin(places.row, places.col, EVERYWHERE)
    y, x = (np.mgrid[:N, :N] + 0.5) / SCALE
    near = np.hypot(y - places.row[4], x - places.col[4]) < 4e-4
    assert not bare[near].any()
    assert bare.mean() > 0.5
    with pytest.raises(PhotographError, match="bare skin"):
        bare_skin(places.row, places.col, np.zeros_like(EVERYWHERE))


def hand_made(systematic=0.02):
    """Take half of the change of depth, less that of the middle band, for the ratio."""
    weights = dict.fromkeys(FEATURES, 0.0) | {"depth": 0.5, "middle": -0.5}
    return ChangeModel(tuple(weights.values()), systematic, 1.0, (0.4, 0.4, 0.4, 1.0))


def made_fits(depth, noise=0.0, n=60, own=None, seed=1):
    """Fits of pores whose depth changed by a factor."""
    rng = np.random.default_rng(seed)
    first = rng.uniform(0.05, 0.15, n)
    second = first * depth * (1.0 if own is None else own)
    both = np.stack([first, second], axis=1) + noise * rng.standard_normal((n, 2))
    return PoreFits(both, np.zeros((n, 2)), np.full((n, 2), max(noise, 1e-6)), np.ones(n, np.bool_))


@pytest.mark.verification
def test_change_is_the_weighted_sum_of_what_was_seen():
    fits = made_fits(0.81)
    values, covariance = features(fits, np.linspace(2e-4, 5e-4, 60), np.zeros(3), 0.0)
    np.testing.assert_allclose(values[0], math.log(0.81))
    change = zone_change(values, covariance, hand_made())
    # all pores changed alike, so only the systematic part is left: 0.81^0.5 = 0.9
    assert change.ratio.value == pytest.approx(0.9)
    assert change.error == pytest.approx(0.02)
    assert change.ratio.low == pytest.approx(0.9 * math.exp(-1.96 * 0.02), rel=1e-4)
    assert change.is_real
    assert change.smallest_detectable == pytest.approx(math.expm1(1.96 * 0.02), rel=1e-3)
    assert change.found_in_four_of_five == pytest.approx(math.expm1(2.8016 * 0.02), rel=1e-3)


def test_a_lower_lamp_alone_is_no_change():
    # everything 20 % deeper, bare skin too
    values, covariance = features(
        made_fits(1.2), np.linspace(2e-4, 5e-4, 60), np.full(3, math.log(1.2)), 0.0
    )
    change = zone_change(values, covariance, hand_made())
    assert change.ratio.value == pytest.approx(1.0)
    assert not change.is_real


def test_scatter_between_pores_widens_the_interval():
    own = np.exp(0.3 * np.random.default_rng(5).standard_normal(60))
    values, covariance = features(made_fits(1.0, own=own), np.full(60, 3e-4), np.zeros(3), 0.0)
    change = zone_change(values, covariance, hand_made(0.0))
    # ratio of two weighted sums, to first order: sum of squared weighted departures
    fits = made_fits(1.0, own=own)
    weight = fits.depth.mean(axis=1) * fits.depth[:, 0]
    away = own / np.average(own, weights=weight) - 1.0
    expected = 0.5 * math.sqrt(float(((weight * away) ** 2).sum())) / float(weight.sum())
    assert change.statistical == pytest.approx(expected, rel=0.12)


def test_light_beyond_what_was_learnt_is_refused_with_advice():
    for name, value, text in (
        ("wide", 0.7, "under the same lamp"),
        ("blur", -1.6, "in focus"),
    ):
        observed = np.zeros(len(FEATURES))
        observed[FEATURES.index(name)] = value
        with pytest.raises(PhotographError, match=text):
            zone_change(observed, np.zeros((len(SIGNALS),) * 2), hand_made())


def test_too_few_pores_are_refused():
    with pytest.raises(PhotographError, match="only 5 pores"):
        features(made_fits(1.0, n=5), np.full(5, 3e-4), np.zeros(3), 0.0)


def test_noisy_pores_take_the_change_of_the_zone():
    fits = made_fits(0.81, noise=0.004)
    zone = zone_change(*features(fits, np.linspace(2e-4, 5e-4, 60), np.zeros(3), 0.0), hand_made())
    log_ratio, error, own = pore_changes(fits, zone, hand_made())
    # the pores changed alike and only noise differs, so nearly all of it is drawn back
    raw = 0.5 * np.log(fits.depth[:, 1] / fits.depth[:, 0])
    assert own.all()
    assert log_ratio.std() < 0.6 * raw.std()
    assert (error >= zone.error).all()


def test_pores_that_differ_keep_their_own_change():
    own = np.where(np.arange(60) % 2 == 0, 1.0, 0.64)
    fits = made_fits(1.0, noise=0.0005, own=own)
    zone = zone_change(*features(fits, np.linspace(2e-4, 5e-4, 60), np.zeros(3), 0.0), hand_made())
    log_ratio, _, _ = pore_changes(fits, zone, hand_made())
    # half of ln 0.64 apart
    gap = log_ratio[own == 1.0].mean() - log_ratio[own < 1.0].mean()
    assert gap == pytest.approx(-0.5 * math.log(0.64), rel=0.05)


def test_shipped_numbers_are_complete_and_sourced(monkeypatch):
    model = change_model()
    assert len(model.weights) == len(FEATURES)
    assert len(model.reach) == len(WITNESSES)
    assert 0.0 < model.systematic < 0.1
    monkeypatch.setattr(change_module, "document", lambda *_: {"weights": {"depth": 1.0}})
    change_model.cache_clear()
    with pytest.raises(DataFileError, match="needs"):
        change_model()
    change_model.cache_clear()
