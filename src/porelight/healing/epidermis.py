r"""Healing of the surface: open wound, dressing of coagulated tissue, redness, pigment risk.

The depth b of a wound is what was ablated plus the dead layer that stays on it. New epidermis
covers it at the time

.. math:: T = T_{ref}\,(b / b_{ref})^p

and the open share closes along 1 - 3 s^2 + 2 s^3 with s = t / T: fronts start slowly from the
follicles and meet. The dead layer is the dressing of a Pearl session: it begins to flake after a
share of its life and is gone a lag after T. Redness is that of the wound, which fades with a time
that grows with depth, and a flush from warmth alone, gone in hours.
"""

from dataclasses import dataclass, fields

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.healing._inputs import (
    checked_sessions,
    checked_times,
    per_session,
    since_sessions,
)
from porelight.quantities import LENGTH, TEMPERATURE_RISE, Floats, Quantity

_POSITIVE = Quantity("number", "SI", 1e-9, 1e9, "a number above 0")
_LAG = Quantity("dressing_lag", "s", 0.0, 1e8, "time", "Days need '* units.day'.")
_FLAKING = Quantity("flaking_start", "1", 0.0, 0.99, "share of the dressing's life")
_FORGOTTEN = 100.0  # decay times
_REFERENCE_TYPE = 3  # the skin type that pigment_odds is given for


@dataclass(frozen=True, slots=True, eq=False)
class EpidermisParameters(ParameterSet):
    """Healing of the surface; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "healing"

    reepithelialisation_time: NumberOrDraws  # s, at the reference depth
    epidermal_reference_depth: NumberOrDraws  # m
    reepithelialisation_exponent: NumberOrDraws  # 1
    dressing_lag: NumberOrDraws  # s
    flaking_start: NumberOrDraws  # 1
    dressing_thickness: NumberOrDraws  # m
    erythema_time: NumberOrDraws  # s, at the reference depth
    erythema_depth: NumberOrDraws  # m
    flush_time: NumberOrDraws  # s
    flush_rise: NumberOrDraws  # K
    pigment_odds: NumberOrDraws  # 1, for skin type III at the reference depth
    pigment_type_ratio: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        special = {"dressing_lag": _LAG, "flaking_start": _FLAKING}
        for field in fields(self):
            special.get(field.name, _POSITIVE).require(getattr(self, field.name), field.name)

    def closed_after(self, wound_depth: Floats) -> Floats:
        """Time from a session until new epidermis covers its wound.

        Parameters
        ----------
        wound_depth : ndarray of float64, shape (..., n_draw)
            Ablated and dead depth together [m].

        Returns
        -------
        ndarray of float64, shape (..., n_draw)
            Time [s]; 0 without a wound.
        """
        relative = np.asarray(LENGTH.require(wound_depth, "wound_depth"))
        relative = relative / self.epidermal_reference_depth
        return np.asarray(
            self.reepithelialisation_time * relative**self.reepithelialisation_exponent
        )

    def dressing_off_after(self, wound_depth: Floats) -> Floats:
        """Time from a session until the last of its dressing falls [s], shape (..., n_draw)."""
        return self.closed_after(wound_depth) + self.dressing_lag


@dataclass(frozen=True, slots=True, eq=False)
class EpidermalHealing:
    """State of the surface over time, each of shape (n_time, n_draw); 0 without a session."""

    open_wound: Floats  # share of the treated surface without new epidermis
    dressing: Floats  # share covered by coagulated tissue
    erythema: Floats  # 1 is the redness right after a deep wound


def epidermal_healing(
    times: Floats,
    session_times: Floats,
    ablated: Floats,
    dead: Floats,
    surface_rise: Floats,
    parameters: EpidermisParameters,
) -> EpidermalHealing:
    """State of the surface of the skin over a course of sessions.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    ablated : ndarray of float64, shape (n_session, n_draw)
        Depth removed by each session [m].
    dead : ndarray of float64, shape (n_session, n_draw)
        Thickness of the coagulated or killed layer that stays [m].
    surface_rise : ndarray of float64, shape (n_session, n_draw)
        Lasting rise of the surface temperature, the one a patient feels, 0 or more [K].
    parameters : EpidermisParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    EpidermalHealing
        A value at the very time of a session is the one just before it. Of several wounds the
        largest open share and dressing count; rednesses fill up towards 1.

    Raises
    ------
    ParameterError
        If shapes do not agree or a depth or rise is out of range.

    Examples
    --------
    Pearl at 3.5 J/cm2, 10 um ablated and 60 um coagulated: open on day 1, closed on day 4, and
    without dressing on day 7:

    >>> day = 86400.0
    >>> course = epidermal_healing(np.array([0.0, 1.0, 4.0, 7.0]) * day, np.zeros(1),
    ...     np.full((1, 1), 1e-5), np.full((1, 1), 6e-5), np.zeros((1, 1)),
    ...     EpidermisParameters.typical())
    >>> course.open_wound[:, 0].round(2), course.dressing[:, 0].round(2)
    (array([0. , 0.8, 0. , 0. ]), array([0., 1., 0., 0.]))
    """
    times = checked_times(times)
    sessions = checked_sessions(
        session_times, ("ablated", ablated), ("dead", dead), ("surface_rise", surface_rise)
    )
    removed = per_session(LENGTH.require(np.asarray(ablated), "ablated"))
    layer = per_session(LENGTH.require(np.asarray(dead), "dead"))
    rise = per_session(TEMPERATURE_RISE.require(np.asarray(surface_rise), "surface_rise"))
    if np.any(rise < 0.0):
        raise ParameterError(
            f"surface_rise is {rise.min():.3g} K; expected 0 or more: cooling makes no flush."
        )
    p = parameters
    since = since_sessions(times, sessions)
    depth = removed + layer
    begun = since > 0.0

    closed = p.closed_after(depth)
    open_share = np.where(begun, 1.0 - _smooth_step(_share(since, closed)), 0.0)

    life = _share(since, p.dressing_off_after(depth))
    fallen = np.clip((life - p.flaking_start) / (1.0 - np.asarray(p.flaking_start)), 0.0, 1.0)
    cover = np.minimum(layer / p.dressing_thickness, 1.0)
    dressing = np.where(begun, cover * (1.0 - fallen), 0.0)

    fading = p.erythema_time * (depth / p.epidermal_reference_depth)
    wounded = -np.expm1(-depth / p.erythema_depth) * _decay(since, fading)
    warm = -np.expm1(-rise / p.flush_rise) * np.exp(-since / p.flush_time)
    redness = np.where(begun, 1.0 - (1.0 - wounded) * (1.0 - warm), 0.0)
    return EpidermalHealing(
        open_wound=open_share.max(axis=0, initial=0.0),
        dressing=dressing.max(axis=0, initial=0.0),
        erythema=1.0 - np.prod(1.0 - redness, axis=0),
    )


def pigment_risk(fitzpatrick: int, wound_depth: Floats, parameters: EpidermisParameters) -> Floats:
    """Risk of post-inflammatory hyperpigmentation after one session.

    Parameters
    ----------
    fitzpatrick : int
        Skin type from 1 to 6.
    wound_depth : ndarray of float64, shape (..., n_draw)
        Ablated and dead depth together [m].
    parameters : EpidermisParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (..., n_draw)
        Probability; 0 without a wound.

    Raises
    ------
    ParameterError
        If the skin type is not 1 to 6.

    Notes
    -----
    Odds proportional to depth and multiplied from one skin type to the next. At 2790 nm the only
    data are 0 of 8 in types I to III, which bounds the risk at 37 % and no lower (rule of three);
    the centre comes from 38.1 % of 218 people of types III to V after deeper Er:YAG resurfacing
    (N. Y. Ko et al., Dermatol. Surg. 33, 1322-1327 (2007)). For type IV and darker at 2790 nm
    there is no trial.
    """
    if fitzpatrick not in range(1, 7):
        raise ParameterError(f"fitzpatrick is {fitzpatrick}; expected a skin type from 1 to 6.")
    p = parameters
    depth = np.asarray(LENGTH.require(wound_depth, "wound_depth"))
    step = np.power(p.pigment_type_ratio, fitzpatrick - _REFERENCE_TYPE)
    odds = p.pigment_odds * step * depth / p.epidermal_reference_depth
    return np.asarray(odds / (1.0 + odds))


def _share(since: Floats, duration: Floats) -> Floats:
    """Elapsed share of a duration, from 0 to 1; 1 where the duration is 0."""
    going_on = since < duration
    return np.divide(since, duration, out=np.ones(going_on.shape), where=going_on)


def _smooth_step(share: Floats) -> Floats:
    return np.asarray(share * share * (3.0 - 2.0 * share))


def _decay(since: Floats, time: Floats) -> Floats:
    """exp(-t/T); 0 where it is too small to be told from it, as where T is 0."""
    felt = since < _FORGOTTEN * time
    past = np.divide(since, time, out=np.zeros(felt.shape), where=felt)
    return np.where(felt, np.exp(-past), 0.0)
