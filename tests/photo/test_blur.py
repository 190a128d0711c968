"""Claims about the blur of a photograph, and about what a blur hides."""

import dataclasses

import numpy as np
import pytest

from porelight.photo.blur import SOFT, TOO_SOFT, blur
from porelight.photo.darkness import SCALE
from porelight.photo.detector_parameters import detector_parameters

N = 256
EVERYWHERE = np.ones((N, N), np.bool_)


def texture(blur_px, noise=0.0, seed=1):
    """Return texture whose power falls with the frequency as skin's, blurred, with white noise."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(N)[:, None], np.fft.fftfreq(N))
    frequency[0, 0] = np.inf
    gain = frequency**-0.85 * np.exp(-2.0 * np.pi**2 * blur_px**2 * frequency**2)
    # the mean over 15 px is light and taken off
    gain *= -np.expm1(
        -2.0 * np.pi**2 * 15.0**2 * np.where(np.isinf(frequency), 0.0, frequency) ** 2
    )
    field = np.fft.ifft2(np.fft.fft2(rng.standard_normal((N, N))) * gain).real
    return (0.003 * field + noise * rng.standard_normal((N, N))).astype(np.float32)


@pytest.mark.verification
@pytest.mark.parametrize("blur_px", [0.8, 1.5, 2.5, 5.0])
def test_blur_of_texture_is_read_as_it_was_made(blur_px):
    read = np.mean([blur(texture(blur_px, seed=seed), EVERYWHERE, SCALE) for seed in range(4)])
    assert read * SCALE == pytest.approx(blur_px, rel=0.1)


@pytest.mark.verification
def test_noise_is_not_taken_for_sharpness():
    def read(noise):
        return np.mean(
            [blur(texture(3.0, noise, seed), EVERYWHERE, 2.0 * SCALE) for seed in range(4)]
        )

    # as strong as the texture that the blur has left in the bands between 1 and 2.8 px
    assert np.std(np.diff(texture(3.0, 0.002))) > 3.0 * np.std(np.diff(texture(3.0)))
    assert read(0.002) == pytest.approx(read(0.0), rel=0.15)


def test_even_skin_has_no_blur_to_be_read():
    assert blur(np.zeros((N, N), np.float32), EVERYWHERE, SCALE) == 0.0


def test_the_share_seen_falls_with_the_blur_and_is_half_where_it_says():
    numbers = detector_parameters()
    shares = [
        float(numbers.blur_effect(b, coarse=False).seen(np.zeros(1))[0])
        for b in (SOFT, TOO_SOFT, numbers.blur_half, 2.0 * numbers.blur_half)
    ]
    assert shares[0] > 0.9
    assert 0.5 < shares[1] < 0.6
    assert shares[2] == pytest.approx(0.5)
    assert shares[3] < 0.05


def test_a_blur_that_is_larger_than_read_hides_more():
    seen = detector_parameters().blur_effect(1.5e-4, coarse=False).seen(np.array([-1.0, 0.0, 1.0]))
    assert seen[0] > seen[1] > seen[2] > 0.0


def test_a_coarse_picture_feigns_more_pores():
    numbers = detector_parameters()
    fine, coarse = (numbers.blur_effect(1.5e-4, coarse=flag) for flag in (False, True))
    assert coarse.false_density > fine.false_density > 0.0
    assert dataclasses.replace(coarse, false_density=fine.false_density) == fine
