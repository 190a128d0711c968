r"""The plug of a pore: emptied by a session or by cleansing, refilled by the gland.

The fill f of a plug is 1 in a person's habitual state and 0 in an empty pore; its pressure on the
wall is proportional. A session takes a share away, sebum and dead cells bring it back, and
cleansing takes it out in proportion to what is there,

.. math:: f' = \frac{1 - f}{\tau} - \frac{\eta}{1 - \eta}\,\frac{f}{\tau}

so that with an efficacy :math:`\eta` it settles at :math:`1 - \eta`. Neither can raise it above 1:
clearing a pore never enlarges it. A gland of the output q, relative to normal skin, refills its
plugs :math:`q^b` times as fast and lets them press as much harder, up to what is thought possible.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.healing._inputs import (
    checked_sessions,
    checked_times,
    per_session,
)
from porelight.quantities import FRACTION, TIME, Floats, Quantity

_TIME_CONSTANT = Quantity(
    "sebum_refill_time", "s", 3600.0, 1e10, "time", hint_low="Days need '* units.day'."
)
_EFFICACY = Quantity("cleansing_efficacy", "1", 0.0, 0.99, "share by which the fill ends lower")
_OUTPUT = Quantity("sebum_output", "1", 1e-3, 1e3, "relative to normal skin")
_DOSE = Quantity("stimulus", "1", 0.0, 1e4, "signal dose")


@dataclass(frozen=True, slots=True, eq=False)
class PlugParameters(ParameterSet):
    """Filling and emptying of plugs; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "healing"

    sebum_drop: NumberOrDraws  # 1
    sebum_refill_time: NumberOrDraws  # s
    cleansing_efficacy: NumberOrDraws  # 1
    sebum_exponent: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.sebum_drop, "sebum_drop")
        _TIME_CONSTANT.require(self.sebum_refill_time)
        _EFFICACY.require(self.cleansing_efficacy)
        FRACTION.require(self.sebum_exponent, "sebum_exponent")

    def strength(self, sebum_output: NumberOrDraws) -> NumberOrDraws:
        """Return how many times as fast as a normal gland one of this output fills its plugs.

        Parameters
        ----------
        sebum_output : float or ndarray of float64, shape (n_draw,)
            Sebum output over that of normal skin [-].

        Examples
        --------
        >>> round(float(PlugParameters.typical().strength(4.0)), 3)
        2.0
        """
        return np.power(_OUTPUT.require(sebum_output), self.sebum_exponent)


@dataclass(frozen=True, slots=True)
class Cleansing:
    """A period in which pores are kept clear."""

    start: float  # s
    stop: float = math.inf  # s
    thoroughness: float = 1.0  # multiplies the library's efficacy

    def __post_init__(self) -> None:
        TIME.require(self.start, "start of cleansing")
        FRACTION.require(self.thoroughness, "thoroughness")
        if not self.stop > self.start:
            raise ParameterError(
                f"cleansing stops at {self.stop:g} s, before it starts at {self.start:g} s."
            )


def emptied_share(stimulus: Floats, parameters: PlugParameters) -> Floats:
    """Share of the fill that a session takes away.

    Parameters
    ----------
    stimulus : ndarray of float64, shape (..., n_draw)
        Signal dose of the session [-]; beyond 1 it takes no more.
    parameters : PlugParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (..., n_draw)
        Share from 0 to `sebum_drop`.
    """
    dose = np.asarray(_DOSE.require(np.asarray(stimulus, dtype=np.float64)))
    return np.asarray(parameters.sebum_drop * np.minimum(dose, 1.0))


def plug_fill(
    times: Floats,
    session_times: Floats,
    emptied: Floats,
    parameters: PlugParameters,
    cleansing: tuple[Cleansing, ...] = (),
) -> Floats:
    """Fill of the plugs through a course of sessions and care.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned fill [s]; at the first, the fill is 1.
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s], not before the first of `times`.
    emptied : ndarray of float64, shape (n_session, n_draw)
        Share of the fill that each session takes away [-]; see `emptied_share`.
    parameters : PlugParameters
        Fields may be of shape (n_draw,).
    cleansing : tuple of Cleansing
        Periods of cleansing; where two overlap, both act.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Fill, never above 1; times a resting pressure it is the plug's pressure. A value at the
        very time of a session is the one just before it.

    Raises
    ------
    ParameterError
        If shapes do not agree, a share is outside 0 to 1, or a session lies before the first time.

    Notes
    -----
    Between two events the rates are constant and the solution is exact.

    Examples
    --------
    A quarter taken away is half back after 42 days:

    >>> day = 86400.0
    >>> fill = plug_fill(np.array([0.0, 0.01, 41.6]) * day, np.zeros(1), np.full((1, 1), 0.25),
    ...                  PlugParameters.typical())
    >>> fill[:, 0].round(3)
    array([1.   , 0.75 , 0.875])
    """
    times = checked_times(times)
    sessions = checked_sessions(session_times, ("emptied", emptied))
    share = per_session(FRACTION.require(np.asarray(emptied), "emptied"))[:, 0, :]
    if sessions.size and sessions.min() < times[0]:
        raise ParameterError(
            f"a session at {sessions.min():g} s lies before the first time, {times[0]:g} s; "
            "start earlier."
        )
    p = parameters
    n_draws = np.broadcast_shapes(
        share.shape[1:], np.shape(p.sebum_refill_time), np.shape(p.cleansing_efficacy)
    )
    # missing is 1 - f: zero stays exactly zero
    missing = np.zeros(n_draws)
    out = np.empty((times.size, *n_draws))
    now = float(times[0])
    turns = sorted({*sessions, *(c.start for c in cleansing), *(c.stop for c in cleansing)})
    for i, time in enumerate(times):
        for turn in turns:
            if now <= turn < time:
                missing = _later(missing, now, turn, p, cleansing)
                now = turn
                for k in np.flatnonzero(sessions == turn):
                    missing = 1.0 - (1.0 - missing) * (1.0 - share[k])
        turns = [turn for turn in turns if turn >= time]
        missing = _later(missing, now, float(time), p, cleansing)
        now = float(time)
        out[i] = 1.0 - missing
    return out


def _later(
    missing: Floats, now: float, until: float, p: PlugParameters, cleansing: tuple[Cleansing, ...]
) -> Floats:
    """Return the missing share of the fill after an interval of constant rates."""
    removal: NumberOrDraws = 0.0
    for care in cleansing:
        if care.start <= now < care.stop:
            efficacy = care.thoroughness * np.asarray(p.cleansing_efficacy)
            removal = removal + efficacy / (1.0 - efficacy)
    settled = removal / (1.0 + removal)
    decay = np.exp(-(until - now) * (1.0 + removal) / p.sebum_refill_time)
    return np.asarray(settled + (missing - settled) * decay)
