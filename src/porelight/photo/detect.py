r"""Which spots are pores: maxima of the network's middles, kept by how many of them are false.

Every maximum has a probability p of being a pore (`pore_probability`), fitted on skin that the
network had not seen. Where a picture has fewer pores than that skin, each p is too high, where it
has more, too low: the share s of pores among all its maxima is estimated by iterating

.. math:: s = \overline{p_s} , \qquad
   \frac{p_s}{1 - p_s} = \frac{s}{1 - s} \, \frac{1 - s_0}{s_0} \, \frac{p}{1 - p} ,

from s_0, the share on that skin [1]_. On bare skin s goes to nothing, and so does every p.

Among spots kept, the expected share of false ones is the mean of :math:`1 - p`, and the threshold
that keeps it at q is the lowest whose spots have it [2]_. Without a q the threshold is a fixed p,
a half, near which missed and false ones balance; where s is small, p is lowered to it first.

How many pores there are is another question than which they are: the probabilities of all maxima
to be a pore that counts, added up, say it without a threshold that focus and noise push spots over.

References
----------
.. [1] M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the outputs of a classifier to new a
   priori probabilities," Neural Comput. 14, 21-41 (2002). doi:10.1162/089976602753284446
.. [2] B. Efron, "Size, power and false discovery rates," Ann. Stat. 35, 1351-1377 (2007).
   doi:10.1214/009053606000001460
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from porelight.photo.detector_parameters import DetectorParameters
from porelight.photo.picture import Image, Mask
from porelight.photo.pore_probability import shifted
from porelight.photo.strips import strips, widened
from porelight.quantities import Floats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from porelight.photo.network import NetworkOutput

FALSE_DISCOVERY: float | None = None  # not asked for: the best balance

_RADIUS = 2.5  # px; of two maxima nearer than that the lower is part of the higher
_DOUBT = 5.0  # maxima without a pore that every picture is given
_BARE = 0.12  # share of pores among the maxima below which fewer of them are believed
_LEAST_SHARE, _LARGEST_SHARE = 1e-5, 0.95
_ROUNDS, _SETTLED = 500, 1e-4  # of the share
_STRIP = 1_000_000  # px whose maxima are looked for at once

Pixels = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class SeenMaxima:
    """What is kept of the network's output on a picture.

    Attributes
    ----------
    at : ndarray of int, shape (n, 2)
        Row and column of each local maximum of the middles, at the working scale [px].
    odds, log_diameter : ndarray of float64, shape (n,)
        Log-odds there, and ln(diameter / 1 mm).
    cover : ndarray of float32, shape (rows, cols)
        Share of each pixel that lies in a pore, 0 to 1.
    """

    at: Pixels
    odds: Floats
    log_diameter: Floats
    cover: Image


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Accepted maxima, in no order of rank.

    Attributes
    ----------
    at : ndarray of int, shape (n, 2)
        Row and column at the working scale [px].
    log_diameter : ndarray of float64, shape (n,)
        ln(diameter / 1 mm) that the network reads.
    probability : ndarray of float64, shape (n,)
        Probability of being a pore [-].
    false_share : float
        Expected share of false ones among them [-].
    """

    at: Pixels
    log_diameter: Floats
    probability: Floats
    false_share: float

    def only(self, kept: NDArray[np.bool_]) -> "Spots":
        """Return the spots for which `kept` is True."""
        return _spots(self.at[kept], self.log_diameter[kept], self.probability[kept])


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """All local maxima of the network's output on a picture, each perhaps a pore.

    Attributes
    ----------
    at : ndarray of int, shape (n, 2)
        Row and column at the working scale [px].
    log_diameter : ndarray of float64, shape (n,)
        ln(diameter / 1 mm) that the network reads.
    probability : ndarray of float64, shape (n,)
        Probability of being a pore, given the share of pores among this picture's maxima [-].
    level : ndarray of float64, shape (n,)
        The same probability, given the share of pores in the calibration instead, except on
        nearly bare skin [-]. The threshold applies to this one: one that depends on the picture
        repeats badly.
    counted : ndarray of float64, shape (n,)
        Probability of being a pore of `COUNTED_FROM` or wider, with the same share of pores as
        for `level` [-].
    """

    at: Pixels
    log_diameter: Floats
    probability: Floats
    level: Floats
    counted: Floats

    def accepted(self, threshold: float, q: float | None) -> Spots:
        """Return the spots that are pores.

        Parameters
        ----------
        threshold : float
            Least `level` of a pore, used where `q` is None [-].
        q : float or None
            Share of false spots to aim at [-].

        Returns
        -------
        Spots
            None of them if no threshold keeps `q`.
        """
        kept = np.flatnonzero(self.level >= threshold) if q is None else self._surest(q)
        return _spots(self.at[kept], self.log_diameter[kept], self.probability[kept])

    def _surest(self, q: float) -> NDArray[np.intp]:
        """Return the largest set of the surest spots with an expected share of false ones of q."""
        order = np.argsort(-self.probability, kind="stable")
        share = np.cumsum(1.0 - self.probability[order]) / np.arange(1, order.size + 1)
        return np.sort(order[: int((share <= q).sum())])


def seen_maxima(
    bands: "Iterable[tuple[slice, NetworkOutput]]", skin: Mask, hair: Mask, threshold: float
) -> SeenMaxima:
    """Return the maxima of a network's output that comes in bands, and its cover.

    Parameters
    ----------
    bands : iterable of tuple of slice and NetworkOutput
        Rows of each band from the top, and the output for them
        (`porelight.photo.network.network_bands`).
    skin, hair : ndarray of bool, shape (rows, cols)
        True on the skin, and on the hairs in it, on which is no pore.
    threshold : float
        Least log-odds of a maximum.
    """
    rows, reach = skin.shape[0], int(_RADIUS)
    cover = np.zeros(skin.shape, np.float32)
    none = np.empty((0, skin.shape[1]), np.float32)
    held, first, done = (none, none), 0, 0
    found, odds, sizes = [], [], []
    for part, seen in bands:
        if skin[part].any():
            cover[part] = seen.cover
        middle, size = map(np.concatenate, zip(held, (seen.middle, seen.log_diameter), strict=True))
        # the last rows wait for their neighbours in the next band
        ready = part.stop if part.stop == rows else max(part.stop - reach, done)
        bare = skin[first : part.stop] & ~hair[first : part.stop]
        at = maxima(middle, bare, threshold)
        at = at[(at[:, 0] >= done - first) & (at[:, 0] < ready - first)]
        odds.append(middle[at[:, 0], at[:, 1]])
        sizes.append(size[at[:, 0], at[:, 1]])
        found.append(at + np.array([first, 0]))
        keep = max(ready - reach, first)
        held, first, done = (middle[keep - first :], size[keep - first :]), keep, ready
    return SeenMaxima(
        np.concatenate(found),
        np.concatenate(odds).astype(np.float64),
        np.concatenate(sizes).astype(np.float64),
        cover,
    )


def candidates(seen: SeenMaxima, detector: DetectorParameters, sharpness: float) -> Candidates:
    """Return all maxima with their probabilities of being pores.

    Parameters
    ----------
    seen : SeenMaxima
        Maxima of the network's output for the picture.
    detector : DetectorParameters
        Calibration of the network's log-odds.
    sharpness : float
        Sharpness of the photograph (`porelight.photo.sharpness`) [-].
    """
    odds, size = seen.odds, seen.log_diameter
    plain = detector.pore.probability(odds, size, sharpness)
    counted = detector.counted.probability(odds, size, sharpness)
    base = detector.base_share
    share = _share_of_pores(plain, base)
    believed = max(base * min(1.0, share / _BARE), _LEAST_SHARE)
    return Candidates(
        seen.at,
        size,
        _at_share(plain, base, share),
        _at_share(plain, base, believed),
        _at_share(counted, base, believed),
    )


def maxima(image: Image, skin: Mask, threshold: float) -> Pixels:
    """Return row and column of the local maxima at or above a threshold, shape (n, 2)."""
    # drawn here, as the ellipse of OpenCV is not the same after a quarter turn
    reach = int(_RADIUS)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    window = (y**2 + x**2 <= _RADIUS**2).astype(np.uint8)
    found = []
    for part in strips(image.shape, most=_STRIP):
        wide, own = widened(part, reach, image.shape[0])
        shown = np.where(skin[wide], image[wide], np.float32(-np.inf))
        here = (shown == cv2.dilate(shown, window)) & (shown >= threshold)
        at = np.argwhere(here[own])
        at[:, 0] += part.start
        found.append(at)
    return np.concatenate(found)


def _share_of_pores(probability: Floats, base_share: float) -> float:
    """Return the share of pores among the maxima of this picture, the fixed point."""
    share = base_share
    for _ in range(_ROUNDS):
        before = share
        total = float(_at_share(probability, base_share, share).sum())
        share = min(max(total / (probability.size + _DOUBT), _LEAST_SHARE), _LARGEST_SHARE)
        if abs(share - before) < _SETTLED * before:
            break
    return share


def _at_share(probability: Floats, base_share: float, share: float) -> Floats:
    """Return the probabilities where another share of the maxima are pores."""
    return shifted(probability, logit(share) - logit(base_share))


def _spots(at: Pixels, log_diameter: Floats, probability: Floats) -> Spots:
    false_share = float((1.0 - probability).mean()) if len(at) else 0.0
    return Spots(at, log_diameter, probability, false_share)
