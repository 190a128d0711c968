r"""Blur of a photograph of skin, in metres of skin and with its noise told apart.

Noise is fine detail too, so a picture out of focus may have as much fine detail as a sharp one. Two
things tell them apart: the texture of skin falls off with the frequency f [1/px] in about the same
way on all skin, and noise is even up to the camera's own pixels. The power of a picture is then

.. math:: P(f) = S \left[ f^{-1.7} e^{-4 \pi^2 s^2 f^2} + q\,n(f) \right] ,

with a Gaussian of standard deviation s for everything that softens: lens, focus, motion, pixels
and smoothing. A Gaussian is the usual stand-in for a lens out of focus [1]_. Blur, noise and
strength are those that fit the strengths of bands between 0.06 and 0.9 mm best, each the
robust standard deviation of a difference of two Gaussian means, so that moles and hairs count
little. Of n it matters that phones smooth noise over 0.7 of their pixels, then sharpen it.

The exponent is the one by which rendered skin of known blur and labelled skin blurred on purpose
are both read right in the mean. The SD of the logarithm of read over true blur is 0.2, as skin
differs: where pores are dense the blur reads too low, where furrows are strong too high.

References
----------
.. [1] A. P. Pentland, "A new sense for depth of field," IEEE Trans. Pattern Anal. Mach. Intell.
   9, 523-531 (1987). doi:10.1109/TPAMI.1987.4767940
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.special import expit

from porelight.photo.darkness import SCALE, smoothed
from porelight.photo.picture import Image, Mask
from porelight.photo.robust import Sample
from porelight.quantities import Floats

SOFT = 1.2e-4  # m; through more than this a tenth of the pores that count is missed
TOO_SOFT = 1.7e-4  # m; two fifths
SHARP_ENOUGH = 1.55e-4  # m; through more than this skin without pores looks like skin with pores

_EDGES = (0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 5.6, 8.0, 11.3)  # px; SD of the means between the bands
_SMOOTH = 4.0  # px; SD of a mean of which every second pixel tells all, to 1e-8
_LIGHT_SD = 15.0  # px; over which the mean is taken off before
_TEXTURE = 1.7  # exponent of the power of skin
_NOISE_SD, _SHARPENING, _SHARPENING_SD = 0.7, 0.3, 1.3  # of noise, in pixels of the camera
_NYQUIST = 0.6  # 1/px of the camera; no noise is finer

_FREQUENCY = np.geomspace(1e-3, 2.0, 3000)  # 1/px
# finest to widest that the bands can tell, in px at `SCALE`
_BLURS = np.concatenate([np.linspace(0.4, 4.0, 73), np.geomspace(4.1, 12.0, 30)])
_NOISES = np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 121)])
_LEAST_SEEN = 0.03


def blur(absorbance: Image, skin: Mask, px_per_metre: float) -> float:
    """Return the standard deviation of the blur of a photograph on the skin [m].

    Parameters
    ----------
    absorbance : ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings, at `porelight.photo.darkness.SCALE`.
    skin : ndarray of bool, shape (rows, cols)
        True on the skin that counts.
    px_per_metre : float
        Scale of the photograph itself, whose pixels the noise has [px/m].

    Returns
    -------
    float
        Between 0.03 and 1 mm; 0 where there is no detail at all to tell it by.
    """
    # of a coarser picture the finest band is made by resampling
    first = 0 if px_per_metre >= SCALE else 1
    strength = _strengths(absorbance, skin)[first:]
    if not (strength > 0.0).all():
        return 0.0
    texture = _texture()[:, first:]
    noise = (_band_weights()[first:] @ _noise(px_per_metre / SCALE))[None, None, :]
    level = _texture().mean(axis=1)[:, None, None]
    model = np.log(texture[:, None, :] + _NOISES[None, :, None] * level * noise / noise.max())
    left = 2.0 * np.log(strength) - model
    misfit = left.var(axis=-1)
    return float(_BLURS[np.unravel_index(np.argmin(misfit), misfit.shape)[0]]) / SCALE


@dataclass(frozen=True, slots=True)
class BlurEffect:
    r"""What a blur does to the count of pores, as far as it is known.

    Of the pores that count, the detector sees the share :math:`1 / (1 + e^{(s - s_0)/w})`, the wide
    ones rather; and it takes some of the marks that are left for pores.

    Attributes
    ----------
    blur : float
        Blur that was read from the photograph [m].
    half, width : float
        Blur s_0 through which half of them are seen, and w [m].
    error : float
        SD of the logarithm of the read over the true blur [-].
    narrowing : float
        Exponent: where a share p is seen, diameters read too wide by p to the minus this [-].
    false_density : float
        Most pores that are counted on skin without any [1/m2].
    """

    blur: float
    half: float
    width: float
    error: float
    narrowing: float
    false_density: float

    def seen(self, deviation: Floats) -> Floats:
        """Return the shares seen where the blur is off by so many standard deviations [-]."""
        possible = self.blur * np.exp(self.error * deviation)
        share = expit((self.half - possible) / self.width)
        return np.asarray(np.maximum(share, _LEAST_SEEN))


def _strengths(image: Image, skin: Mask) -> Floats:
    """Return the strength of the picture in each band; two means at a time are held."""
    sample, finer, coarser = Sample(skin), smoothed(image, _EDGES[0]), np.empty_like(image)
    strengths, step = [], 1
    for before, sd in pairwise(_EDGES):
        if before == _SMOOTH:
            finer, skin, step = np.ascontiguousarray(finer[::2, ::2]), skin[::2, ::2], 2
            sample, coarser = Sample(skin), np.empty_like(finer)
        # one mean after another: the same Gaussians, at a third of the time
        smoothed(finer, float(np.sqrt(sd**2 - before**2)) / step, out=coarser)
        whole = slice(0, len(finer))
        band = sample.of(whole, finer) - sample.of(whole, coarser)
        strengths.append(sample.middle_and_spread([band])[1])
        finer, coarser = coarser, finer
    return np.array(strengths)


@cache
def _band_weights() -> Floats:
    """Return what each band takes of the power at each frequency, shape (band, frequency)."""
    f = _FREQUENCY
    gains = np.exp(-2.0 * np.pi**2 * np.square(_EDGES)[:, None] * f**2)
    kept = (1.0 - np.exp(-2.0 * np.pi**2 * _LIGHT_SD**2 * f**2)) ** 2
    return np.asarray((gains[:-1] - gains[1:]) ** 2 * kept * 2.0 * np.pi * f * np.gradient(f))


@cache
def _texture() -> Floats:
    """Return the power of skin in each band through each of `_BLURS`, shape (blur, band)."""
    f = _FREQUENCY
    softened = f**-_TEXTURE * np.exp(-4.0 * np.pi**2 * _BLURS[:, None] ** 2 * f**2)
    return np.asarray(softened @ _band_weights().T)


def _noise(camera_px: float) -> Floats:
    """Return the power of noise for a camera of so many pixels on one at `SCALE`."""
    f = _FREQUENCY / camera_px
    sharpened = 1.0 + _SHARPENING * -np.expm1(-2.0 * np.pi**2 * _SHARPENING_SD**2 * f**2)
    return np.asarray(np.exp(-4.0 * np.pi**2 * _NOISE_SD**2 * f**2) * sharpened**2 * (f < _NYQUIST))
