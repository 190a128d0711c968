r"""Bare skin as a reference for light and lens: two photographs made equally sharp.

Between the pores nothing was treated, so whatever differs there between two visits is lamp, lens,
focus or processing. The registered pictures are split into bands by differences of Gaussian blurs;
in each the logarithm of the ratio of the standard deviations

.. math:: \ell_k = \tfrac12 \ln \frac{\langle b_k^2 \rangle}{\langle a_k^2 \rangle}

is taken over the bare skin. A softer lens takes more from the fine bands than from the coarse
ones; a lamp that stands lower raises all of them. The sharper picture is blurred by the Gaussian
that makes fine and coarse bands fall alike, found by bisection.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np

from porelight.errors import PhotographError
from porelight.photo.darkness import SCALE, smoothed
from porelight.photo.picture import Image, Mask
from porelight.quantities import Floats

BANDS = ("fine", "middle", "wide")
WIDEST_BLUR = 1.3  # px; a larger difference leaves too little of the sharper picture

_EDGES = (0.9, 1.6, 3.2, 5.0, 8.0)  # px, standard deviations between which the bands lie
_FINE, _COARSE = 0, 2
_REPORTED = [0, 1, 3]  # bands; band 2 equals band 0 once the pictures are equally sharp
_CLEAR_OF_PORES = 4.5e-4  # m
_LEAST_BARE = 1.5e-5  # m2
_TINY = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class EqualBlur:
    """Two registered pictures of equal sharpness.

    Attributes
    ----------
    before, after : ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings.
    blur : float
        Variance of the Gaussian by which one of them was blurred; positive if it was the later one
        [px2].
    bands : ndarray of float64, shape (len(BANDS),)
        Logarithm of the later over the earlier strength of bare skin, from fine to coarse [-].
    """

    before: Image
    after: Image
    blur: float
    bands: Floats


def bare_skin(row: Floats, col: Floats, shared: Mask) -> Mask:
    """Return True on skin with no pore near.

    Parameters
    ----------
    row, col : ndarray of float64, shape (n,)
        Centres of all pores of either picture, in the frame of the first [m].
    shared : ndarray of bool, shape (rows, cols)
        Skin that both pictures show.

    Raises
    ------
    PhotographError
        If hardly any bare skin is left.
    """
    away = np.ones(shared.shape, np.uint8)
    at = [
        np.clip((x * SCALE).astype(np.intp), 0, n - 1)
        for x, n in zip((row, col), shared.shape, strict=True)
    ]
    away[at[0], at[1]] = 0
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_5)
    bare = shared & (distance > _CLEAR_OF_PORES * SCALE)
    area = float(bare.sum()) / SCALE**2
    if area < _LEAST_BARE:
        raise PhotographError(
            f"only {area * 1e6:.1f} mm2 of bare skin lie between the pores that both photographs "
            f"show; expected {_LEAST_BARE * 1e6:.0f} mm2 to judge light and focus by. Take in more "
            "skin."
        )
    return np.asarray(bare)


def equal_blur(before: Image, after: Image, bare: Mask) -> EqualBlur:
    """Blur the sharper of two registered pictures until both are equally sharp.

    Parameters
    ----------
    before, after : ndarray of float32, shape (rows, cols)
        Absorbance above the surroundings, in one frame.
    bare : ndarray of bool, shape (rows, cols)
        True on skin between pores.

    Raises
    ------
    PhotographError
        If their sharpness differs by more than blurring can make up for.
    """
    later_is_sharper = _tilt(before, after, bare) > 0.0
    sharp, soft = (after, before) if later_is_sharper else (before, after)
    low, high = 0.0, WIDEST_BLUR
    if _tilt(soft, smoothed(sharp, high), bare) > 0.0:
        which = "first" if later_is_sharper else "second"
        raise PhotographError(
            f"the {which} photograph is much softer than the other: even a blur of "
            f"{WIDEST_BLUR:g} px does not make them equal. Take the next one in focus, from the "
            "same distance, with no filter."
        )
    for _ in range(12):
        middle = 0.5 * (low + high)
        if _tilt(soft, smoothed(sharp, middle), bare) > 0.0:
            low = middle
        else:
            high = middle
    sd = 0.5 * (low + high)
    softened = smoothed(sharp, sd)
    one, other = (before, softened) if later_is_sharper else (softened, after)
    variance = sd**2 if later_is_sharper else -(sd**2)
    return EqualBlur(one, other, variance, _bands(one, other, bare)[_REPORTED])


def _tilt(one: Image, other: Image, bare: Mask) -> float:
    """Return how much finer the texture of the other is: difference of logarithms of strength."""
    bands = _bands(one, other, bare)
    return float(bands[_FINE] - bands[_COARSE])


def _bands(one: Image, other: Image, bare: Mask) -> Floats:
    strength = np.array([_strength(image, bare) for image in (one, other)])
    return np.asarray(0.5 * np.log((strength[1] + _TINY) / (strength[0] + _TINY)))


def _strength(image: Image, bare: Mask) -> Floats:
    soft = [smoothed(image, sd) for sd in _EDGES]
    return np.array(
        [
            float(np.mean((finer - coarser)[bare] ** 2, dtype=np.float64))
            for finer, coarser in pairwise(soft)
        ]
    )
