r"""Which spots are pores: maxima of the evidence, kept while the negative shows few.

Skin has no bright pores. What looks like one in the negative is texture or noise, and dark texture
is as common, so the bright spots that pass a threshold t tell how many dark ones pass by mistake.
Beside a pore the negative is no neutral witness (a pore's lip shines, and a detector that looks for
contrast sees its surroundings as bright), so bright spots are counted only farther than a distance
from every accepted dark spot, and their number is scaled from that area to the whole,

.. math:: \hat q(t) = \frac{\left( n_\mathrm{bright}(t; \mathrm{far}) + 1 \right)
   A / A_\mathrm{far}}{n_\mathrm{dark}(t)} .

The 1 keeps the estimate from calling a few dark specks of noise certain [1]_. The threshold starts
at the detector's own and rises until :math:`\hat q \le q`, and until all that pass it are dark more
often than bright by more than chance makes.

Relief is not quite as often bright as dark, so bare skin would keep some spots. Before anything
else, therefore, the strong dark spots must outnumber the strong bright ones by more than chance;
where they do not, only spots stronger than any texture are kept.

References
----------
.. [1] R. F. Barber, E. J. Candes, "Controlling the false discovery rate via knockoffs," Ann. Stat.
   43, 2055-2085 (2015). doi:10.1214/15-AOS1337
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from porelight.photo.evidence import Evidence
from porelight.photo.flatten import WORKING_SCALE, Image, Mask
from porelight.quantities import Floats

FALSE_DISCOVERY = 0.4

_HALF_WINDOW = 3  # px; of two maxima nearer than that the lower is part of the higher
_NEIGHBOURHOOD = 6.5e-4  # m around a pore in which the negative is no neutral witness
_LEAST_FAR = 0.05  # of the skin; with less of it every bright spot counts
_STEP = 0.1  # of the log-odds, as the threshold rises
_STRONG = 1.0  # log-odds of the spots that decide whether there are pores at all
_STRONG_SIGMAS = 2.33  # by which those must outnumber the bright ones; one chance in 100
_SIGMAS = 3.0  # by which all that pass the threshold must; it is sought among many
_CERTAIN = 6.0  # log-odds that no texture reached

Pixels = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Accepted maxima of the evidence.

    Attributes
    ----------
    row, col : ndarray of int, shape (n,)
        Where, at the working scale [px].
    log_odds : ndarray of float64, shape (n,)
        The evidence there.
    threshold : float
        Log-odds that they passed.
    false_share : float
        Estimated share of false ones among them, 0 to 1.
    """

    row: Pixels
    col: Pixels
    log_odds: Floats
    threshold: float
    false_share: float


def detect(seen: Evidence, skin: Mask, threshold: float, q: float) -> Spots:
    """Return the spots that are pores.

    Parameters
    ----------
    seen : Evidence
        For dark and for bright spots.
    skin : ndarray of bool, shape (rows, cols)
        Where a pore can be.
    threshold : float
        Least log-odds.
    q : float
        Largest estimated share of false spots; the threshold rises until it is kept.

    Returns
    -------
    Spots
        None of them if no threshold keeps `q`.
    """
    dark_at, dark = _maxima(seen.dark, skin, threshold)
    bright_at, bright = _maxima(seen.bright, skin, threshold)
    level, share = threshold, 0.0
    if _excess(dark, bright, _STRONG) < _STRONG_SIGMAS:
        level = _CERTAIN
    while level < _CERTAIN and (dark >= level).any():
        share = _false_share(dark_at[dark >= level], bright_at[bright >= level], skin)
        if share <= q and _excess(dark, bright, level) >= _SIGMAS:
            break
        level += _STEP
    kept = dark >= min(level, _CERTAIN)
    at = dark_at[kept]
    if level >= _CERTAIN or not kept.any():
        share = 0.0
    return Spots(at[:, 0], at[:, 1], dark[kept].astype(np.float64), level, min(share, 1.0))


def _maxima(image: Image, skin: Mask, threshold: float) -> tuple[Pixels, Image]:
    # drawn here, as the ellipse of OpenCV is not the same after a quarter turn
    y, x = np.mgrid[-_HALF_WINDOW : _HALF_WINDOW + 1, -_HALF_WINDOW : _HALF_WINDOW + 1]
    window = (y**2 + x**2 <= (_HALF_WINDOW + 0.5) ** 2).astype(np.uint8)
    shown = np.where(skin, image, np.float32(-np.inf))
    at = np.argwhere((shown == cv2.dilate(shown, window)) & (shown >= threshold))
    return at, image[at[:, 0], at[:, 1]]


def _excess(dark: Image, bright: Image, level: float) -> float:
    """By how many standard deviations of chance more spots are dark than bright."""
    n_dark, n_bright = int((dark >= level).sum()), int((bright >= level).sum())
    return (n_dark - n_bright) / math.sqrt(max(n_dark + n_bright, 1))


def _false_share(dark_at: Pixels, bright_at: Pixels, skin: Mask) -> float:
    away = np.ones(skin.shape, np.uint8)
    away[dark_at[:, 0], dark_at[:, 1]] = 0
    distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_5)
    far = skin & (distance > _NEIGHBOURHOOD * WORKING_SCALE)
    if far.sum() < _LEAST_FAR * skin.sum():
        far = skin
    n_far = int(far[bright_at[:, 0], bright_at[:, 1]].sum())
    return float((n_far + 1) * skin.sum() / far.sum() / len(dark_at))
