r"""Contraction of skin whose dermis was injured from above.

One trial gives a time course: linear contraction after Er:YAG resurfacing of the forearm, at once
and over weeks,

.. math:: c(t) = f\,[c_0 + c_1 (1 - e^{-t/\tau})], \qquad
          f = \frac{1 - e^{-d/d_{ref}}}{1 - e^{-1}} ,

with d the depth to which the *dermis* was injured and d_ref that of the trial, which its abstract
does not tell (assumed). A wound that ends in the epidermis contracts nothing. Sessions multiply:
each one shrinks what the earlier ones left, so the sum can never pass 1.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.healing._inputs import (
    checked_sessions,
    checked_times,
    per_session,
    since_sessions,
)
from porelight.quantities import LENGTH, Floats, Quantity

_SHARE = Quantity("contraction", "1", 0.0, 0.3, "linear shortening")
_TIME_CONSTANT = Quantity("contraction_time", "s", 3600.0, 1e9, "of the slow part")
_DEPTH = Quantity("contraction_depth", "m", 1e-6, 1e-2, "injured depth of dermis in the trial")


@dataclass(frozen=True, slots=True, eq=False)
class ContractionParameters(ParameterSet):
    """The trial's time course; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "healing"

    contraction_at_once: NumberOrDraws  # 1
    contraction_later: NumberOrDraws  # 1
    contraction_time: NumberOrDraws  # s
    contraction_depth: NumberOrDraws  # m

    def __post_init__(self) -> None:
        _SHARE.require(self.contraction_at_once, "contraction_at_once")
        _SHARE.require(self.contraction_later, "contraction_later")
        _TIME_CONSTANT.require(self.contraction_time)
        _DEPTH.require(self.contraction_depth)


def dermal_depth(wound_depth: Floats, epidermis: NumberOrDraws) -> Floats:
    """Part of a wound that lies in the dermis.

    Parameters
    ----------
    wound_depth : ndarray of float64, shape (..., n_draw)
        Ablated and dead depth below the surface [m].
    epidermis : float or ndarray of float64, shape (n_draw,)
        Thickness of the epidermis [m].

    Returns
    -------
    ndarray of float64, shape (..., n_draw)
        Depth [m]; 0 where the wound ends in the epidermis.
    """
    LENGTH.require(epidermis, "epidermis")
    return np.maximum(np.asarray(LENGTH.require(wound_depth, "wound_depth")) - epidermis, 0.0)


def contraction(
    times: Floats, session_times: Floats, injured: Floats, parameters: ContractionParameters
) -> Floats:
    """Linear contraction of the treated skin.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    injured : ndarray of float64, shape (n_session, n_draw)
        Depth of dermis that each session injured [m]; see `dermal_depth`.
    parameters : ContractionParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Share by which lengths have shrunk, 0 to below 1; a value at the very time of a session is
        the one just before it.

    Raises
    ------
    ParameterError
        If shapes do not agree or a depth is out of range.

    Notes
    -----
    The trial ends after 16 weeks. Whether the contraction is kept for longer is not known, and
    this model keeps it.

    Examples
    --------
    The trial itself, at once and after 2 and 16 weeks:

    >>> day = 86400.0
    >>> shrunk = contraction(np.array([0.0, 0.01, 14.0, 112.0]) * day, np.zeros(1),
    ...                      np.full((1, 1), 1e-4), ContractionParameters.typical())
    >>> shrunk[:, 0].round(3)
    array([0.   , 0.034, 0.098, 0.135])
    """
    times = checked_times(times)
    sessions = checked_sessions(session_times, ("injured", injured))
    depth = per_session(LENGTH.require(np.asarray(injured), "injured"))
    p = parameters
    since = since_sessions(times, sessions)
    scale = np.expm1(-depth / p.contraction_depth) / math.expm1(-1.0)
    slow = -np.expm1(-since / p.contraction_time)
    each = scale * (p.contraction_at_once + p.contraction_later * slow)
    return np.asarray(1.0 - np.prod(np.where(since > 0.0, 1.0 - each, 1.0), axis=0))
