"""Claims about what spots mean."""

import numpy as np
import pytest

from porelight.errors import DataFileError
from porelight.photo import detector_parameters as module
from porelight.photo.detector_parameters import detector_parameters
from porelight.photo.pore_probability import COUNTED_FROM, TERMS, PoreProbability, terms
from porelight.photo.sharpness import sharpness

ODDS = np.linspace(-3.0, 2.0, 41)
TYPICAL = np.full(41, np.log(0.3))


def test_every_term_has_one_weight():
    assert terms(ODDS, TYPICAL, 0.6).shape == (41, len(TERMS))


def test_probability_is_the_logistic_function_of_the_weighted_terms():
    presence = PoreProbability((0.5, 1.5, 2.0, 0.25, -1.0, -3.0))
    odds, size, sharp = 0.7, np.log(0.45), 0.65
    s = np.log(0.45 / 0.3)
    expected = 0.5 + 1.5 * odds + 2.0 * s + 0.25 * odds * s - s**2 - 3.0 * 0.05
    got = presence.probability(np.array([odds]), np.array([size]), sharp)
    assert np.log(got / (1.0 - got)) == pytest.approx(expected)


@pytest.mark.parametrize("beyond", [0.0, 0.2, 5.0])
def test_sharpness_counts_no_farther_than_it_was_learnt(beyond):
    presence = detector_parameters().pore
    inside = {0.0: 0.45, 0.2: 0.45, 5.0: 0.70}[beyond]
    np.testing.assert_array_equal(
        presence.probability(ODDS, TYPICAL, beyond), presence.probability(ODDS, TYPICAL, inside)
    )


@pytest.mark.parametrize("which", ["pore", "counted"])
def test_stronger_and_softer_is_likelier(which):
    presence = getattr(detector_parameters(), which)
    for diameter in (0.2, 0.3, 0.5):
        assert (np.diff(presence.probability(ODDS, np.full(41, np.log(diameter)), 0.6)) > 0).all()
    soft, sharp = (presence.probability(ODDS, TYPICAL, h) for h in (0.5, 0.65))
    assert (soft > sharp).all()


def test_a_pore_that_counts_is_no_likelier_than_a_pore():
    for diameter in (0.2, 0.25, 0.3, 0.4, 0.5, 0.8, 1.2):
        size = np.full(41, np.log(diameter))
        any_pore, counted = (
            p.probability(ODDS, size, 0.6)
            for p in (detector_parameters().pore, detector_parameters().counted)
        )
        # two regressions, and a constant that is set by counts
        assert (counted <= any_pore + 0.03).all()


def test_wide_spots_count_and_narrow_ones_do_not():
    sure = np.array([0.8])
    narrow, wide = (
        detector_parameters().counted.probability(sure, np.log(np.array([d * 1e3])), 0.6)
        for d in (0.7 * COUNTED_FROM, 1.5 * COUNTED_FROM)
    )
    assert narrow < 0.35
    assert wide > 0.9


def test_weight_that_is_not_there_is_refused(monkeypatch):
    content = {"pore": {"source": "here", "one": 1.0}}
    monkeypatch.setattr(module, "document", lambda *_: content)
    with pytest.raises(DataFileError, match="pore needs one, odds, size"):
        detector_parameters.__wrapped__()


@pytest.mark.verification
def test_sharpness_of_white_noise_is_that_of_the_two_bands():
    # a blur of SD s leaves of white noise a variance 1 / (4 pi s^2); the covariance of two blurs
    # a and b is 1 / (2 pi (a^2 + b^2))
    def band(a, b):
        return 1.0 / (4.0 * a**2) + 1.0 / (4.0 * b**2) - 1.0 / (a**2 + b**2)

    noise = np.random.default_rng(2).standard_normal((1500, 1500)).astype(np.float32)
    expected = np.sqrt(band(1.4, 2.2) / band(2.8, 5.6))
    assert sharpness(noise, np.ones(noise.shape, bool)) == pytest.approx(expected, rel=0.02)


def test_even_skin_has_no_sharpness():
    assert sharpness(np.zeros((50, 50), np.float32), np.ones((50, 50), bool)) == 0.0
