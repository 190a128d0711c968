r"""The stimulus of a session: the dose of the healing signal, from its injury.

.. math:: s = w_H H + w_C C + w_B\, b / b_{ref}, \qquad S = S_{max}\,(1 - e^{-s / S_{max}})

H is the heat-shocked and C the denatured fraction, averaged over the dermis from 0.1 to 1 mm; b is
the depth of the wound, ablated and coagulated. The dose S = 1 is defined by an observation: it
raises type I procollagen mRNA by 84 % at day 7.

**The map is not calibrated.** No trial measured collagen against heat-shocked or denatured
fraction. The weights were chosen so that sessions known to do something come out at the dose their
outcome needs, and carry a prior of a factor 3 to 5 either way. The response is bounded because the
strongest treatment known, fully ablative CO2, raises the same mRNA about 7.5-fold and no more.
"""

from dataclasses import dataclass, fields

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, Floats, Quantity

SHALLOWEST = 1e-4  # m: the pore's funnel begins below the epidermis
DEEPEST = 1e-3  # m: and ends about here

_WEIGHT = Quantity("weight", "1", 0.0, 1e6, "dose per unit of injury")
_POSITIVE = Quantity("number", "1", 1e-6, 1e6, "a number above 0")


@dataclass(frozen=True, slots=True, eq=False)
class StimulusParameters(ParameterSet):
    """Weights of the injuries in a dose; a field is one number or one per draw, (n_draw,)."""

    FILE = "healing"

    heat_shock_weight: NumberOrDraws  # 1
    denatured_weight: NumberOrDraws  # 1
    wound_weight: NumberOrDraws  # 1
    wound_reference_depth: NumberOrDraws  # m
    wound_signal_depth: NumberOrDraws  # m
    largest_stimulus: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            (_WEIGHT if field.name.endswith("weight") else _POSITIVE).require(value, field.name)


def dermal_mean(
    depth: Floats, profile: Floats, shallowest: float = SHALLOWEST, deepest: float = DEEPEST
) -> Floats:
    """Mean of a profile over the depths in which a pore lives.

    Parameters
    ----------
    depth : ndarray of float64, shape (n_depth,)
        Depths below the surface [m], increasing; they must cover the range.
    profile : ndarray of float64, shape (..., n_depth)
        Profile to average, for example the heat-shocked fraction.
    shallowest, deepest : float
        Range of depths [m].

    Returns
    -------
    ndarray of float64, shape (...)
        Mean, exact for a profile that is linear between the depths.

    Raises
    ------
    ParameterError
        If shapes do not agree, depths do not increase, or they do not cover the range.

    Examples
    --------
    >>> float(dermal_mean(np.array([0.0, 2e-3]), np.array([0.0, 2.0])).round(12))
    0.55
    """
    depth = np.asarray(LENGTH.require(np.asarray(depth), "depth"))
    profile = np.asarray(profile, dtype=np.float64)
    if depth.ndim != 1 or profile.shape[-1:] != depth.shape or np.any(np.diff(depth) <= 0.0):
        raise ParameterError(
            f"depth has shape {depth.shape} and the profile {profile.shape}; expected increasing "
            "depths of shape (n_depth,) and a profile of shape (..., n_depth)."
        )
    if not depth[0] <= shallowest < deepest <= depth[-1]:
        raise ParameterError(
            f"depths run from {depth[0]:.3g} to {depth[-1]:.3g} m; the mean needs "
            f"{shallowest:.3g} to {deepest:.3g} m. Give the profile at more depths."
        )
    # a weight per depth, so that one matrix product serves any leading shape
    weight = np.zeros(depth.size)
    low = np.clip(depth[:-1], shallowest, deepest)
    high = np.clip(depth[1:], shallowest, deepest)
    width = np.diff(depth)
    middle = (0.5 * (low + high) - depth[:-1]) / width
    weight[:-1] += (high - low) * (1.0 - middle)
    weight[1:] += (high - low) * middle
    return np.asarray(profile @ weight / (deepest - shallowest))


def stimulus(
    heat_shocked: Floats, denatured: Floats, wound_depth: Floats, parameters: StimulusParameters
) -> Floats:
    """Signal dose of a session.

    Parameters
    ----------
    heat_shocked : ndarray of float64, shape (..., n_draw)
        Heat-shocked fraction, mean over the dermis [-].
    denatured : ndarray of float64, shape (..., n_draw)
        Denatured fraction of collagen, mean over the dermis [-].
    wound_depth : ndarray of float64, shape (..., n_draw)
        Ablated and coagulated depth together [m]; 0 for a session that leaves the skin closed.
    parameters : StimulusParameters
        Fields of shape (n_draw,) run along the last axis.

    Returns
    -------
    ndarray of float64, shape (..., n_draw)
        Dose S [-]: 0 without injury, below `largest_stimulus` always.

    Raises
    ------
    ParameterError
        If a fraction is outside 0 to 1 or a depth outside 0 to 1 m.

    Examples
    --------
    A session that heat-shocks 5 % of the dermis:

    >>> zero = np.zeros(1)
    >>> stimulus(np.array([0.05]), zero, zero, StimulusParameters.typical()).round(2)
    array([0.71])
    """
    heat, wound = _linear(heat_shocked, denatured, wound_depth, parameters)
    largest = parameters.largest_stimulus
    return np.asarray(-largest * np.expm1(-(heat + wound) / largest))


def wound_stimulus(
    heat_shocked: Floats, denatured: Floats, wound_depth: Floats, parameters: StimulusParameters
) -> Floats:
    """Return the part of a session's dose that its wound gave; parameters as of `stimulus`.

    Examples
    --------
    Without a wound there is none, and of a wound alone it is all:

    >>> zero, one = np.zeros(1), np.full(1, 5e-5)
    >>> p = StimulusParameters.typical()
    >>> bool(wound_stimulus(zero, zero, one, p) == stimulus(zero, zero, one, p))
    True
    """
    heat, wound = _linear(heat_shocked, denatured, wound_depth, parameters)
    both = heat + wound
    share = np.divide(wound, both, out=np.zeros_like(both), where=both > 0.0)
    return share * stimulus(heat_shocked, denatured, wound_depth, parameters)


def _linear(
    heat_shocked: Floats, denatured: Floats, wound_depth: Floats, parameters: StimulusParameters
) -> tuple[Floats, Floats]:
    """Return the unbounded dose of heat, and that of the wound."""
    p = parameters
    heat = p.heat_shock_weight * np.asarray(
        FRACTION.require(heat_shocked, "heat_shocked")
    ) + p.denatured_weight * np.asarray(FRACTION.require(denatured, "denatured"))
    depth = np.asarray(LENGTH.require(wound_depth, "wound_depth"))
    return np.asarray(heat), np.asarray(p.wound_weight * (depth / p.wound_reference_depth))
