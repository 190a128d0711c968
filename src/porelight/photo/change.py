r"""By how much pores changed between two visits, with an interval that includes light and focus.

What a picture shows of a change in size is small beside what lamp and lens do. A pore that narrows
by a tenth grows paler (its depth k falls) and narrower (its widening falls); a lamp that stands
lower makes all pores and all other relief deeper; a softer lens makes pores paler and wider. The
change of the logarithm of the diameter is therefore a weighted sum of what was observed,

.. math:: \ln \rho = \sum_j c_j z_j ,

with z the changes of depth and width over all pores, the same of large against small ones, the
changes of bare skin, and the blur that made the pictures equal. There is no constant: every z
changes sign when the visits change places, and two equal photographs show no change. The weights c
are fitted to pairs of rendered photographs whose true change is known, with light, focus, noise and
processing drawn at random; ``data/photo/change.toml`` holds them and the standard deviation of what
they leave, which is the systematic error. The other part of the error is how much the pores differ
from one another, by drawing pores with replacement.

For single pores the same weights act on the pore's own depth and width, and what is left is drawn
towards the change of the zone as far as it is noise (normal-normal shrinkage).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight.brief import brief
from porelight.data.library import document
from porelight.errors import DataFileError, PhotographError
from porelight.photo.estimate import Estimate
from porelight.photo.photometry import PoreFits
from porelight.photo.texture import BANDS
from porelight.quantities import Floats

SIGNALS = ("depth", "width", "depth_by_size", "width_by_size")
WITNESSES = (*BANDS, "blur")
FEATURES = (*SIGNALS, *WITNESSES)
COVERAGE = 0.95

_Z = 1.959964  # of a normal distribution, for 95 %
_POWER = 0.841621  # and for a power of 80 %
_LEAST_PORES = 12
_N_DRAWS = 400
_SEED = 20_261_122
_BEYOND = 1.25  # times the range of a witness in the fitted pairs, beyond which none is compared
_FLOOR = 0.15  # of the typical depth, below which a pore's own change is not reported


@dataclass(frozen=True, slots=True)
class ChangeModel:
    """Weights fitted to rendered pairs of photographs; see ``data/photo/change.toml``.

    Attributes
    ----------
    weights : tuple of float
        One weight for each of `FEATURES` [-].
    systematic : float
        Standard deviation of the logarithm of the ratio that light and focus leave [-].
    pore_noise : float
        Standard deviation of a pore's own change over that of its fit [-].
    reach : tuple of float
        Largest size of each of `WITNESSES` in the fitted pairs [-].
    """

    weights: tuple[float, ...]
    systematic: float
    pore_noise: float
    reach: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ZoneChange:
    """The change of diameter that all pores of a zone have in common.

    Attributes
    ----------
    ratio : Estimate
        Later over earlier diameter, with its 95 % interval [-].
    error : float
        Standard deviation of its logarithm [-].
    statistical, systematic : float
        The two parts of it: pores, and light with focus [-].
    """

    ratio: Estimate
    error: float
    statistical: float
    systematic: float

    __repr__ = brief

    @property
    def is_real(self) -> bool:
        """Whether the interval excludes a ratio of 1, which is no change."""
        return not self.ratio.low <= 1.0 <= self.ratio.high

    @property
    def smallest_detectable(self) -> float:
        """Smallest relative change of diameter that is told from no change (MDC95) [-]."""
        return float(np.expm1(_Z * self.error))

    @property
    def found_in_four_of_five(self) -> float:
        """Relative change of diameter that such a pair finds with a power of 80 % [-]."""
        return float(np.expm1((_Z + _POWER) * self.error))


@cache
def change_model() -> ChangeModel:
    """Return the weights of ``data/photo/change.toml``.

    Raises
    ------
    DataFileError
        If the file does not fit this version.
    """
    content = document("photo", "change")
    weights = tuple(_number(content, "weights", name) for name in FEATURES)
    reach = tuple(_number(content, "reach", name) for name in WITNESSES)
    systematic, noise = (_number(content, name, "value") for name in ("systematic", "pore_noise"))
    return ChangeModel(weights, systematic, noise, reach)


def features(fits: PoreFits, diameter: Floats, bands: Floats, blur: float) -> tuple[Floats, Floats]:
    """Return the observed features, and their covariance by drawing pores with replacement.

    Parameters
    ----------
    fits : PoreFits
        Fits of the pores in two pictures, the earlier first.
    diameter : ndarray of float64, shape (n,)
        Diameters of the pores [m].
    bands : ndarray of float64, shape (len(BANDS),)
        Changes of bare skin [-].
    blur : float
        Variance of the blur that made the pictures equally sharp, positive if the later one was
        blurred [px2].

    Returns
    -------
    tuple of ndarray of float64, shapes (len(FEATURES),) and (len(SIGNALS), len(SIGNALS))
        Observed values; covariance of those of `SIGNALS`.

    Raises
    ------
    PhotographError
        If there are too few pores.
    """
    used = fits.seen & (fits.depth.mean(axis=1) > 0.0)
    n = int(used.sum())
    if n < _LEAST_PORES:
        raise PhotographError(
            f"only {n} pores could be measured in both photographs; expected {_LEAST_PORES} or "
            "more. Take in more skin, from nearer."
        )
    depth, widening = fits.depth[used], fits.widening[used]
    large = diameter[used] > np.median(diameter[used])
    draw = np.random.default_rng(_SEED)
    times = np.vstack([np.ones((1, n)), draw.multinomial(n, np.full(n, 1.0 / n), _N_DRAWS)])
    # a deep pore tells more than a faint one
    times = times * np.maximum(depth.mean(axis=1), 0.0)
    signals = np.array([_signals(depth, widening, large, row) for row in times])
    covariance = np.cov(signals[1:].T)
    return np.concatenate([signals[0], bands, [blur]]), covariance


def zone_change(observed: Floats, covariance: Floats, model: ChangeModel) -> ZoneChange:
    """Return the change of diameter that explains what was observed.

    Parameters
    ----------
    observed, covariance : ndarray of float64
        Features and their covariance, from `features`.
    model : ChangeModel
        Weights of the features.

    Raises
    ------
    PhotographError
        If light or focus differ by more than in the pairs that the weights were fitted to.
    """
    for name, value, reach in zip(WITNESSES, observed[len(SIGNALS) :], model.reach, strict=True):
        if abs(float(value)) > _BEYOND * reach:
            raise PhotographError(_beyond(name, float(value), reach))
    weights = np.array(model.weights)
    log_ratio = float(weights @ observed)
    signal = weights[: len(SIGNALS)]
    statistical = float(np.sqrt(max(float(signal @ covariance @ signal), 0.0)))
    error = float(np.hypot(statistical, model.systematic))
    low, value, high = (float(np.exp(log_ratio + k * _Z * error)) for k in (-1.0, 0.0, 1.0))
    return ZoneChange(Estimate(value, low, high), error, statistical, model.systematic)


def pore_changes(
    fits: PoreFits, zone: ZoneChange, model: ChangeModel
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Return each pore's own ratio of diameters.

    Parameters
    ----------
    fits : PoreFits
        Fits of the pores in two pictures, the earlier first.
    zone : ZoneChange
        Change that all pores have in common.
    model : ChangeModel
        Weights of the features.

    Returns
    -------
    tuple of ndarray, shape (n,)
        Logarithm of the ratio, its standard deviation, and whether it is the pore's own (deep
        enough in both pictures) and not that of the zone alone.
    """
    typical = float(np.median(fits.depth[fits.seen])) if fits.seen.any() else 0.0
    own = fits.seen & (fits.depth.min(axis=1) > _FLOOR * max(typical, 1e-6))
    centre = float(np.log(zone.ratio.value))
    if not own.any():
        return np.full(own.size, centre), np.full(own.size, zone.error), own
    depth, widening, noise = fits.depth[own], fits.widening[own], fits.noise[own]
    by_depth = np.log(depth[:, 1] / depth[:, 0])
    by_width = widening[:, 1] / depth[:, 1] - widening[:, 0] / depth[:, 0]
    apart = model.weights[0] * by_depth + model.weights[1] * by_width
    variance = model.pore_noise**2 * ((noise / depth) ** 2).sum(axis=1)
    apart = apart - float(np.average(apart, weights=1.0 / variance))
    real = max(float(np.average(apart**2 - variance, weights=1.0 / variance**2)), 0.0)
    kept = real / (real + variance)
    log_ratio, error = np.full(own.size, centre), np.full(own.size, zone.error)
    log_ratio[own] = centre + kept * apart
    error[own] = np.sqrt(zone.error**2 + kept * variance)
    error[~own] = np.sqrt(zone.error**2 + real)
    return log_ratio, error, own


def _signals(depth: Floats, widening: Floats, large: NDArray[np.bool_], weight: Floats) -> Floats:
    whole, above, below = (
        _of(depth, widening, np.where(part, weight, 0.0))
        for part in (np.ones_like(large), large, ~large)
    )
    return np.concatenate([whole, above - below])


def _of(depth: Floats, widening: Floats, weight: Floats) -> Floats:
    """Return the changes of depth and width of these pores together."""
    depths, widths = weight @ depth, weight @ widening
    if not (depths > 0.0).all():
        return np.zeros(2)
    wider = widths / depths
    return np.array([np.log(depths[1] / depths[0]), wider[1] - wider[0]])


def _beyond(name: str, value: float, reach: float) -> str:
    if name == "blur":
        return (
            f"the sharpness of the two photographs differs by {abs(value):.2f} px2 of blur; "
            f"expected at most {_BEYOND * reach:.2f}. Take the next one in focus, from the same "
            "distance, with the same camera."
        )
    more = "stronger" if value > 0.0 else "weaker"
    return (
        f"the texture of bare skin is {np.exp(abs(value)):.2f} times {more} in the second "
        f"photograph; expected at most {np.exp(_BEYOND * reach):.2f} times. The light or the "
        "processing differs too much: take the next one under the same lamp at the same side and "
        "height, without a filter."
    )


def _number(content: Mapping[str, Any], name: str, key: str) -> float:
    entry = content.get(name)
    if not isinstance(entry, dict) or not entry.get("source") or key not in entry:
        raise DataFileError(f"data/photo/change.toml: {name} needs {key} and a source.")
    return float(entry[key])
