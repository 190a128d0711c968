"""The pools of collagen while they move: signals exact, pools by Runge-Kutta; see `collagen`."""

import math
from typing import TYPE_CHECKING

import numpy as np

from porelight.healing import _pools_kernel as kernel
from porelight.quantities import Floats

if TYPE_CHECKING:
    from porelight.healing.collagen import CollagenKinetics, CollagenState

LONGEST_STEP = 86400.0  # s; every rate of the model is slower than one per week
QUIET_STEP = 5.0 * 86400.0  # s, once the signal is gone and only slow pools move
_GONE = 1e-6  # signal and transcription too small to move a pool by a part in a million


class Pools:
    """The state while it moves: deviations x = n - n0 and y = m - m0, and z, W, B, A."""

    def __init__(self, rates: "CollagenKinetics", begin: "CollagenState", shape: tuple[int, ...]):
        self.rates = rates
        self.time = begin.time
        self.n0 = np.asarray(rates.immature_fraction)
        self.m0 = 1.0 - self.n0
        k_n = math.log(2.0) / np.asarray(rates.immature_half_life)
        self.k_m = math.log(2.0) / np.asarray(rates.mature_half_life)
        self.k_x = self.k_m * self.m0 / self.n0
        self.k_out = k_n + self.k_x
        self.drive = self.k_out * self.n0 * rates.gain()
        self.breakdown = self.k_m * rates.breakdown()
        self.per_repair = 1.0 / np.asarray(rates.repair_time)
        self.w, self.b, self.a = begin.signal, begin.wound_signal, begin.transcription
        # deviations, so that skin at its set point stays there without rounding
        self.x = begin.immature / begin.set_point - self.n0
        self.y = begin.mature / begin.set_point - self.m0
        self.z = begin.denatured / begin.set_point + np.zeros(shape)
        self._step, self._half_and_whole = 0.0, (self.z, self.z)
        rates_of_pools = (self.k_m, self.k_x, self.k_out, self.drive, self.breakdown)
        self._of_places = _flat(shape, self.n0, self.m0, *rates_of_pools, self.per_repair)

    def treat(self, stimulus: Floats, lasting: Floats, denatured: Floats) -> None:
        """Apply one session, of whose stimulus a part lasts."""
        self.w = self.w + (stimulus - lasting)
        self.b = self.b + lasting
        lost = denatured * (self.m0 + self.y)
        self.y = self.y - lost
        self.z = self.z + lost

    def advance(self, time: float) -> None:
        """Integrate up to a time."""
        span = time - self.time
        if span <= 0.0:
            return
        if not any(part.any() for part in (self.w, self.b, self.a, self.x, self.y, self.z)):
            self.time = time  # skin at its set point stays there
            return
        quiet = max(part.max(initial=0.0) for part in (self.w, self.b, self.a)) < _GONE
        ratio = span / (QUIET_STEP if quiet else LONGEST_STEP)
        n_steps = max(1, math.ceil(ratio - 1e-9))  # a span of no length to speak of is one, too
        step = span / n_steps
        shape = self.z.shape
        state = _flat(shape, self.x, self.y, self.w, self.b, self.a)
        kernel.advance(n_steps, step, self._of_places, *self._signal_steps(step), state)
        self.x, self.y, self.w, self.b, self.a = state.reshape(5, *shape)
        self.z = self.z * np.exp(-span / np.asarray(self.rates.clearance_time))
        self.time = time

    def _signal_steps(self, step: float) -> tuple[Floats, Floats]:
        """Return half a step and a whole one of the linear part; most steps are a day long."""
        if step != self._step:
            half, whole = (signal_step(self.rates, one, self.z.shape) for one in (0.5 * step, step))
            self._step, self._half_and_whole = step, (half, whole)
        return self._half_and_whole

    def amounts(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Immature, mature, denatured, production, maturation, all without ageing."""
        base = self.k_out * self.n0
        maturation = self.k_x * (self.n0 + self.x) + self._repair(self.x, self.y)
        return self.n0 + self.x, self.m0 + self.y, self.z, base + self.drive * self.a, maturation

    def _repair(self, x: Floats, y: Floats) -> Floats:
        return np.asarray(np.maximum(-y, 0.0) * (1.0 + x / self.n0) * self.per_repair)


def signal_step(rates: "CollagenKinetics", step: float, shape: tuple[int, ...]) -> Floats:
    """Return the exact step of the linear part, W, B and A: (5, n_place), see `kernel.advance`."""
    times = (rates.signal_time, rates.wound_signal_time, rates.transcription_time)
    return _flat(
        shape,
        *(np.exp(-step / np.asarray(time)) for time in times),
        rates.transcription(np.asarray(step)),
        rates.transcription(np.asarray(step), wound=True),
    )


def _flat(shape: tuple[int, ...], *arrays: Floats) -> Floats:
    """Return arrays that broadcast to a shape as rows over its places."""
    rows = np.empty((len(arrays), *shape))
    for row, one in zip(rows, arrays, strict=True):
        row[...] = one
    return rows.reshape(len(arrays), -1)
