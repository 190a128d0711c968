r"""New collagen in the weeks after a session: a signal, its transcription and two pools.

A session at :math:`t_k` adds the dose :math:`S_k` to a signal W, which drives the transcription A,

.. math:: W' = -W/\tau_W + \sum_k S_k\,\delta(t - t_k), \qquad A' = (e\,(W + c\,B) - A)/\tau_A .

Heat makes a signal that is gone in weeks, a wound one that lasts for months: of each dose the part
that a wound gives goes to B instead, which falls r times more slowly. The factor c makes a dose of
either kind raise transcription alike at day 7, where doses are defined.

Collagen is counted in units of what the skin held before: immature n, mature m, denatured z,

.. math::
    n' &= P - (k_n + k_x)\,n - \rho, \qquad P = p_0\,(1 + g A) \\
    m' &= k_x\,n + \rho - k_m\,(1 + \mu\,(W + B))\,m, \qquad
    \rho = \max(m_0 - m, 0)\, \frac{n}{n_0\,t_r} \\
    z' &= -z/\tau_z, \qquad \text{at a session: } m \to m - C_k\,m,\ z \to z + C_k\,m .

Homeostasis is exact, :math:`k_x n_0 = k_m m_0` and :math:`p_0 = (k_n + k_x)\,n_0`: without a dose
nothing changes. Two pools are needed because one gives either the early gain or the relapse within
half a year, never both; without the repair flux :math:`\rho` denatured collagen would be missing
for the 15 years that the mature pool takes to turn over.

Slow loss (age, sun) lowers the set point itself: with q the share that is left, q' = -loss_rate q,
every pool and flux is q times what it would be without loss, which solves the equations with
:math:`n_0, m_0, p_0` scaled by q and a loss :math:`\lambda` on every pool.
"""

import math
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.errors import ParameterError
from porelight.healing._inputs import (
    along_first_axis,
    checked_sessions,
    checked_times,
)
from porelight.healing._pools import Pools
from porelight.quantities import FRACTION, TIME, Floats, Quantity

_WEEK = 7.0 * 86400.0

_TIME_CONSTANT = Quantity(
    "time constant",
    "s",
    3600.0,
    math.inf,
    "of a healing process",
    hint_low="Days need '* units.day'.",
)
_SHARE = Quantity("immature_fraction", "1", 1e-6, 0.999999, "a share of the collagen")
_LONGER = Quantity("wound_signal_ratio", "1", 0.1, 1e3, "duration over that after heat")
_GAIN = Quantity("gain", "1", 0.0, 1e4, "a relative rise")
_LOSS_RATE = Quantity(
    "loss_rate", "1/s", 0.0, 1e-6, "share lost per second", "1 %/year is 3.2e-10."
)
_AMOUNT = Quantity("amount of collagen", "1", 0.0, 1e6, "in units of the baseline")


@dataclass(frozen=True, slots=True, eq=False)
class CollagenKinetics(ParameterSet):
    """Rates of the two-pool model; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "healing"

    signal_time: NumberOrDraws  # s
    wound_signal_ratio: NumberOrDraws  # duration of a wound's signal over that of heat
    transcription_time: NumberOrDraws  # s
    procollagen_rise: NumberOrDraws  # relative rise of procollagen mRNA 7 d after a dose of 1
    no_response_share: NumberOrDraws  # of people, whose collagen does not answer
    readiness: NumberOrDraws  # rank of a person among all in readiness to answer, 0 to 1
    immature_fraction: NumberOrDraws  # 1
    immature_half_life: NumberOrDraws  # s
    mature_half_life: NumberOrDraws  # s
    mmp_gain: NumberOrDraws  # 1
    repair_time: NumberOrDraws  # s
    clearance_time: NumberOrDraws  # s

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in ("procollagen_rise", "mmp_gain"):
                _GAIN.require(value, field.name)
            elif field.name == "wound_signal_ratio":
                _LONGER.require(value, field.name)
            elif field.name == "immature_fraction":
                _SHARE.require(value, field.name)
            elif field.name in ("no_response_share", "readiness"):
                FRACTION.require(value, field.name)
            else:
                _TIME_CONSTANT.require(value, field.name)

    @property
    def wound_signal_time(self) -> NumberOrDraws:
        """Time in which the signal of a wound falls by e [s]."""
        return self.signal_time * self.wound_signal_ratio

    def transcription(self, since: Floats, *, wound: bool = False) -> Floats:
        """Transcription A at a time after one dose of 1.

        Parameters
        ----------
        since : ndarray of float64
            Time since the dose [s]; broadcasts with the parameters.
        wound : bool
            Whether the dose is that of a wound, whose signal lasts longer. It equals that of heat
            at day 7.

        Returns
        -------
        ndarray of float64
            A [-]; with equal times it peaks at 1 when one of them has passed.
        """
        signal_time = self.wound_signal_time if wound else self.signal_time
        rise = np.asarray(
            math.e
            / self.transcription_time
            * _difference_of_decays(since, signal_time, self.transcription_time)
        )
        return np.asarray(self.wound_level() * rise) if wound else rise

    def wound_level(self) -> Floats:
        """Return c, by which a wound's signal drives transcription less than one of heat."""
        week = np.asarray(_WEEK)
        return np.asarray(
            _difference_of_decays(week, self.signal_time, self.transcription_time)
            / _difference_of_decays(week, self.wound_signal_time, self.transcription_time)
        )

    def gain(self) -> NumberOrDraws:
        """Return g, so that a dose of 1 raises transcription by `procollagen_rise` at day 7.

        It is 0 in people who do not answer.
        """
        rise = self.procollagen_rise / self.transcription(np.asarray(_WEEK))
        return np.asarray(self._answers() * rise)

    def breakdown(self) -> NumberOrDraws:
        """Return `mmp_gain`, 0 in people who do not answer: they neither build nor break down."""
        return np.asarray(self._answers() * self.mmp_gain)

    def _answers(self) -> Floats:
        return np.asarray(np.asarray(self.readiness) >= self.no_response_share, dtype=np.float64)

    def along_first_axis(self, n_axes: int) -> Self:
        """Return the same rates with their draws along the first of `n_axes` axes."""
        return type(self)(
            *(along_first_axis(getattr(self, f.name), n_axes, f.name) for f in fields(self))
        )


@dataclass(frozen=True, slots=True, eq=False)
class CollagenState:
    """The state of collagen at one time, from which it can be continued; arrays (*shape)."""

    time: float  # s
    signal: Floats  # W
    wound_signal: Floats  # B
    transcription: Floats  # A
    immature: Floats  # n, of the baseline total
    mature: Floats  # m
    denatured: Floats  # z
    set_point: Floats  # q, share of the baseline that ageing has left

    def __post_init__(self) -> None:
        TIME.require(self.time, "time")
        for name in ("signal", "wound_signal", "transcription", "immature", "mature", "denatured"):
            _AMOUNT.require(getattr(self, name), name)
        FRACTION.require(self.set_point, "set_point")

    @classmethod
    def homeostasis(cls, kinetics: CollagenKinetics, shape: tuple[int, ...], time: float) -> Self:
        """Return the state of untreated skin."""
        rates = kinetics.along_first_axis(len(shape))
        n0 = np.broadcast_to(np.asarray(rates.immature_fraction), shape)
        zero = np.zeros(shape)
        return cls(time, zero, zero, zero, n0, 1.0 - n0, zero, np.ones(shape))


@dataclass(frozen=True, slots=True, eq=False)
class CollagenHistory:
    """Pools and fluxes at the times asked for, each of shape (n_time, *shape)."""

    immature: Floats  # of the baseline total
    mature: Floats
    denatured: Floats
    production: Floats  # P: flux into the immature pool [1/s]
    maturation: Floats  # k_x n + rho: flux from the immature into the mature pool [1/s]
    end: CollagenState  # at the last time

    @property
    def total(self) -> Floats:
        """Collagen that carries load, immature + mature."""
        return np.asarray(self.immature + self.mature)


def remodelling(  # noqa: PLR0913  one keyword with a default
    times: Floats,
    session_times: Floats,
    stimulus: Floats,
    denatured: Floats,
    kinetics: CollagenKinetics,
    loss_rate: NumberOrDraws = 0.0,
    start: CollagenState | None = None,
    *,
    wound_stimulus: Floats | None = None,
) -> CollagenHistory:
    """Collagen through a course of sessions.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned histories [s], in order; the integration starts at the first.
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s], not before ``times[0]``. A value at the very time of a session is
        the one just before it; sessions at or after ``times[-1]`` do not act.
    stimulus : ndarray of float64, shape (n_session, *shape)
        Signal dose S of each session [-]; 1 raises procollagen mRNA by 84 % at day 7.
    denatured : ndarray of float64, shape (n_session, *shape)
        Fraction of the mature collagen that each session denatures [-].
    kinetics : CollagenKinetics
        Fields of shape (n_draw,) run along the first axis of `shape`.
    loss_rate : float or ndarray of float64, shape (n_time,) or (n_time, n_draw)
        Share of the collagen lost to age and sun [1/s], linear between the times.
    start : CollagenState, optional
        State at ``times[0]``; homeostasis when left out.
    wound_stimulus : ndarray of float64, shape (n_session, *shape), optional
        Part of `stimulus` that a wound gave, whose signal lasts longer [-]; 0 when left out.

    Returns
    -------
    CollagenHistory
        Arrays of shape (n_time, *shape), with n_draw in the place of a first axis of length 1.

    Raises
    ------
    ParameterError
        If shapes do not agree, times are not in order, a session lies before the first time, or a
        dose is out of range.

    Notes
    -----
    Signal and transcription are exact. The pools are integrated as deviations from homeostasis, so
    that zero stays zero, by the classical fourth-order Runge-Kutta rule in steps that end on every
    session and every output and are at most one day long (five once the signal has gone); the
    corner of the repair flux at m = m0 lowers the order there to two. Relative error of a default
    course: below 1e-6.

    Examples
    --------
    One session of dose 1; the gain after ten weeks, in per cent of all collagen:

    >>> day = 86400.0
    >>> course = remodelling(np.array([0.0, 70.0]) * day, np.zeros(1), np.ones((1, 1)),
    ...                      np.zeros((1, 1)), CollagenKinetics.typical())
    >>> (100.0 * (course.total[:, 0] - 1.0)).round(1)
    array([0. , 2.1])
    """
    times = checked_times(times)
    stimulus = np.asarray(_GAIN.require(np.asarray(stimulus, dtype=np.float64), "stimulus"))
    burnt = np.asarray(FRACTION.require(np.asarray(denatured, dtype=np.float64), "denatured"))
    lasting = np.zeros_like(stimulus) if wound_stimulus is None else np.asarray(wound_stimulus)
    if lasting.shape != stimulus.shape or ((lasting < 0.0) | (lasting > stimulus)).any():
        raise ParameterError(
            f"wound_stimulus has shape {lasting.shape}; expected {stimulus.shape}, each a part of "
            "its stimulus."
        )
    sessions = checked_sessions(session_times, ("stimulus", stimulus), ("denatured", burnt))
    if sessions.size and sessions.min() < times[0]:
        raise ParameterError(
            f"a session at {sessions.min():g} s lies before the first time, {times[0]:g} s; "
            "start earlier, or hand over the state after that session."
        )
    if stimulus.ndim < 2 or stimulus.ndim != burnt.ndim:
        raise ParameterError(
            f"stimulus has shape {stimulus.shape} and denatured {burnt.shape}; expected both "
            "(n_session, n_draw, ...)."
        )
    n_axes = stimulus.ndim - 1
    rates = kinetics.along_first_axis(n_axes)
    shape = _common_shape(stimulus, burnt, rates)
    begin = CollagenState.homeostasis(kinetics, shape, float(times[0])) if start is None else start
    if begin.time != times[0] or begin.immature.shape != shape:
        raise ParameterError(
            f"the state is of time {begin.time:g} s and shape {begin.immature.shape}; "
            f"this course starts at {times[0]:g} s with shape {shape}."
        )
    lost = _lost_to_age(times, loss_rate, n_axes)
    pools = Pools(rates, begin, shape)
    out = [np.empty((times.size, *shape)) for _ in range(5)]
    order = np.argsort(sessions, kind="stable")
    waiting = [int(k) for k in order if sessions[k] < times[-1]]
    for i, time in enumerate(times):
        while waiting and sessions[waiting[0]] < time:
            k = waiting.pop(0)
            pools.advance(float(sessions[k]))
            pools.treat(stimulus[k], lasting[k], burnt[k])
        pools.advance(float(time))
        left = np.broadcast_to(begin.set_point * np.exp(-lost[i]), shape)
        for array, value in zip(out, pools.amounts(), strict=True):
            np.multiply(value, left, out=array[i])
    end = CollagenState(
        float(times[-1]), pools.w, pools.b, pools.a, out[0][-1], out[1][-1], out[2][-1], left
    )
    return CollagenHistory(out[0], out[1], out[2], out[3], out[4], end)


def _difference_of_decays(since: Floats, first: NumberOrDraws, second: NumberOrDraws) -> Floats:
    """(exp(-t/T1) - exp(-t/T2)) / (1/T2 - 1/T1), exact also where T1 and T2 agree [s]."""
    slow = 1.0 / np.maximum(first, second)
    gap = np.abs(np.divide(1.0, first) - np.divide(1.0, second)) * since
    ratio = np.divide(-np.expm1(-gap), gap, out=np.ones_like(gap), where=gap > 0.0)
    return np.asarray(since * np.exp(-slow * since) * ratio)


def _lost_to_age(times: Floats, loss_rate: NumberOrDraws, n_axes: int) -> Floats:
    """Integral of the loss rate since the first time, shape (n_time, 1 or n_draw, 1, ...)."""
    loss = np.asarray(_LOSS_RATE.require(np.asarray(loss_rate, dtype=np.float64)))
    if loss.ndim == 0:
        loss = np.broadcast_to(loss, times.shape)
    if loss.ndim > n_axes + 1 or loss.shape[0] != times.size:
        raise ParameterError(
            f"loss_rate has shape {loss.shape}; expected one number, ({times.size},) or "
            f"({times.size}, n_draw)."
        )
    gaps = np.diff(times).reshape(-1, *(1,) * (loss.ndim - 1))
    lost = np.zeros(loss.shape)
    np.cumsum(0.5 * gaps * (loss[1:] + loss[:-1]), axis=0, out=lost[1:])
    return lost.reshape(lost.shape + (1,) * (n_axes + 1 - loss.ndim))


def _common_shape(stimulus: Floats, denatured: Floats, rates: CollagenKinetics) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(
            stimulus.shape[1:],
            denatured.shape[1:],
            *(np.shape(getattr(rates, field.name)) for field in fields(rates)),
        )
    except ValueError:
        raise ParameterError(
            f"stimulus has shape {stimulus.shape} and denatured {denatured.shape}; after the "
            "sessions they must agree, with a first axis of length n_draw or 1."
        ) from None
