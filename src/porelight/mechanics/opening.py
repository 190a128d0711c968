"""Pore diameter over weeks: the ring in equilibrium while its collagen turns over.

The laws are in `porelight.mechanics.mixture`; here they are integrated over time, from rest or from
the end of an earlier run.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Self

import numpy as np

from porelight.errors import ParameterError, did_you_mean
from porelight.mechanics.mixture import (
    MECHANISMS,
    Mechanism,
    Mixture,
    Pair,
    PoolStrains,
    RestingCollagen,
    RingCollagen,
    RingInstant,
)
from porelight.mechanics.orifice import OrificeResponse
from porelight.mechanics.ring import RestingRing, RingMechanics
from porelight.quantities import Floats

_TWO_DAYS = 172_800.0  # s
_STEADY = 10.0  # times the last step: how far the slope of that step is carried on


@dataclass(frozen=True, slots=True, eq=False)
class RingHistory:
    """Collagen, plug and contraction of a pore over time; linear between the times."""

    times: Floats  # (n_time,), increasing [s]
    collagen: RingCollagen
    plug_pressure: Floats  # over its resting value, (n_time, n_draw); 0 is a clean pore [-]
    contraction: Floats  # of the patch if it were free, positive shrinks, (n_time, n_draw) [-]

    def __post_init__(self) -> None:
        n_time, n_draw, _ = self.collagen.immature.shape
        if self.times.shape != (n_time,):
            raise ParameterError(
                f"times has shape {self.times.shape} but the collagen histories hold {n_time} "
                "times."
            )
        if not (np.diff(self.times) > 0.0).all():
            raise ParameterError("times must increase strictly [s].")
        for name in ("plug_pressure", "contraction"):
            array = getattr(self, name)
            if array.shape != (n_time, n_draw):
                raise ParameterError(
                    f"{name} has shape {array.shape}; expected (n_time, n_draw) = "
                    f"({n_time}, {n_draw})."
                )
        pressure = self.plug_pressure
        if not ((pressure >= 0.0) & (pressure <= 100.0)).all():
            raise ParameterError(
                f"plug_pressure runs from {pressure.min():g} to {pressure.max():g}; expected "
                "0 to 100. It is relative: 1 is the pressure at rest, not pascals."
            )
        if not (np.abs(self.contraction) < 1.0).all():
            raise ParameterError(
                f"contraction is as large as {np.abs(self.contraction).max():g}; expected below "
                "1. It is a strain, not per cent."
            )

    def instant(self, i_time: int, n_draw: int) -> RingInstant:
        """Return the histories at time number `i_time`, for so many draws."""
        histories = self.plug_pressure, self.contraction
        return RingInstant.at(self.collagen, i_time, *histories, n_draw)


@dataclass(frozen=True, slots=True, eq=False)
class MixtureState:
    """The state of the pore's mechanics at one time, from which it can be continued."""

    time: float  # s
    resting: RestingCollagen
    strains: PoolStrains  # natural configurations of the pools
    strain: Pair  # of the ring since rest, now
    strain_before: Pair  # a step ago: the slope along which the next step begins
    last_step: float  # s

    @classmethod
    def at_rest(cls, time: float, resting: RestingCollagen, shape: tuple[int, ...]) -> Self:
        """Return the state of untreated skin; `shape` is (n_element, n_draw)."""
        none = np.zeros(shape)
        still = (none, none)
        return cls(time, resting, PoolStrains.at_rest(shape), still, still, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class PoreOpening:
    """Diameter over its resting value, (n_time, n_draw), and the state at the last time."""

    ratio: Floats
    end: MixtureState


def pore_opening(
    history: RingHistory,
    parameters: RingMechanics,
    *,
    mechanisms: AbstractSet[Mechanism] = MECHANISMS,
    max_step: float | Floats = _TWO_DAYS,
    orifice: OrificeResponse | None = None,
    start: MixtureState | None = None,
) -> PoreOpening:
    """Pore diameter over its resting diameter through a course of healing.

    Parameters
    ----------
    history : RingHistory
        Collagen, plug and contraction over time.
    parameters : RingMechanics
        The pore, its surroundings, and how new collagen is laid down.
    mechanisms : set of str
        Mechanisms that act, to separate their effects: ``stiffness`` (modulus follows collagen),
        ``pre-strain`` (collagen keeps the strain at which it was laid down), ``shrinkage`` (of
        denatured collagen), ``plug``, ``contraction``. The parts do not add up exactly.
    max_step : float or ndarray of float64, shape (n_time - 1,)
        Longest step of the integration, or one for each interval of the times [s].
    orifice : OrificeResponse, optional
        Response of the opening of a pore of finite depth to the ring; without it the ratio is that
        of a thin flat sheet.
    start : MixtureState, optional
        State at the first time, from an earlier run; skin at rest when left out.

    Returns
    -------
    PoreOpening
        Diameter ratio [-]; exactly 1 if nothing ever changes.

    Raises
    ------
    ParameterError
        If a mechanism is unknown, a step is not positive, or the start is of another time or
        shape.

    Notes
    -----
    Second order in the step: pool strains relax exponentially towards a target taken at the middle
    of the step, where the ring's strain is extrapolated from the last two equilibria; one solution
    of the ring a step. Small strain throughout, read as logarithmic in the end: see `opening` in
    `porelight.mechanics.ring`.
    """
    times, collagen = history.times, history.collagen
    n_time, n_draw, n_element = collagen.immature.shape
    for name in sorted(mechanisms - MECHANISMS):
        raise ParameterError(f"no mechanism named {name!r}{did_you_mean(name, MECHANISMS)}")
    longest = np.broadcast_to(np.asarray(max_step, dtype=np.float64), n_time - 1)
    if not (longest > 0.0).all():
        raise ParameterError(f"max_step is {longest.min():g} s; expected above 0 s.")
    n_draw = max(n_draw, parameters.n_draw)
    shape = (n_element, n_draw)
    if start is None:
        state = MixtureState.at_rest(float(times[0]), RestingCollagen.before(collagen), shape)
    else:
        state = start
    if state.time != times[0] or state.strain[0].shape != shape:
        raise ParameterError(
            f"the state of the mechanics is of time {state.time:g} s and shape "
            f"{state.strain[0].shape}; this history starts at {times[0]:g} s with shape {shape}."
        )
    ring = RestingRing.of(collagen.mesh, parameters, n_draw)
    mixture = Mixture.of(ring, state.resting, parameters, mechanisms, shape)

    ratio = np.empty((n_time, n_draw))
    after, pools = history.instant(0, n_draw), state.strains.as_array()
    equilibrium = mixture.equilibrium(after, pools)
    ratio[0] = equilibrium.ratio if orifice is None else orifice.ratio(equilibrium)
    now = equilibrium.strain
    # heat that is in the first moment already is no slope to follow
    before = now if start is None else state.strain_before
    last_step = state.last_step
    for i_time in range(1, n_time):
        begin, end = after, history.instant(i_time, n_draw)
        span = times[i_time] - times[i_time - 1]
        n_step = max(1, int(np.ceil(span / longest[i_time - 1])))  # the ratio may underflow
        step = span / n_step
        for i_step in range(n_step):
            left = after
            after = end if i_step == n_step - 1 else begin.towards(end, (i_step + 1) / n_step)
            # after a step so short that it holds a jump (a session), there is no slope to follow
            lead = 0.5 * step / last_step if step <= _STEADY * last_step else 0.0
            middle = tuple(new + lead * (new - old) for new, old in zip(now, before, strict=True))
            mixture.turn_over(pools, left, after, (middle[0], middle[1]), step)
            before, last_step = now, step
            equilibrium = mixture.equilibrium(after, pools)
            now = equilibrium.strain
        ratio[i_time] = equilibrium.ratio if orifice is None else orifice.ratio(equilibrium)
    end_state = MixtureState(
        time=float(times[-1]),
        resting=state.resting,
        strains=PoolStrains.of_array(pools),
        strain=now,
        strain_before=before,
        last_step=last_step,
    )
    return PoreOpening(ratio, end_state)
