"""The pools of collagen while they move: signals exact, pools by Runge-Kutta; see `collagen`."""

import math
from typing import TYPE_CHECKING

import numpy as np

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
        half = SignalStep(self.rates, 0.5 * step)
        whole = SignalStep(self.rates, step)
        for _ in range(n_steps):
            now = (self.w, self.b, self.a)
            mid, end = half.of(*now), whole.of(*now)
            self._runge_kutta(step, now, mid, end)
            self.w, self.b, self.a = end
        self.z = self.z * np.exp(-span / np.asarray(self.rates.clearance_time))
        self.time = time

    def amounts(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Immature, mature, denatured, production, maturation, all without ageing."""
        base = self.k_out * self.n0
        maturation = self.k_x * (self.n0 + self.x) + self._repair(self.x, self.y)
        return self.n0 + self.x, self.m0 + self.y, self.z, base + self.drive * self.a, maturation

    def _repair(self, x: Floats, y: Floats) -> Floats:
        return np.asarray(np.maximum(-y, 0.0) * (1.0 + x / self.n0) * self.per_repair)

    def _slopes(
        self, x: Floats, y: Floats, w: Floats, b: Floats, a: Floats
    ) -> tuple[Floats, Floats]:
        repair = self._repair(x, y)
        boost = self.breakdown * (w + b) * (self.m0 + y)
        dx = self.drive * a - self.k_out * x - repair
        dy = self.k_x * x + repair - self.k_m * y - boost
        return dx, dy

    def _runge_kutta(
        self,
        step: float,
        now: tuple[Floats, Floats, Floats],
        mid: tuple[Floats, Floats, Floats],
        end: tuple[Floats, Floats, Floats],
    ) -> None:
        x, y, half = self.x, self.y, 0.5 * step
        x1, y1 = self._slopes(x, y, *now)
        x2, y2 = self._slopes(x + half * x1, y + half * y1, *mid)
        x3, y3 = self._slopes(x + half * x2, y + half * y2, *mid)
        x4, y4 = self._slopes(x + step * x3, y + step * y3, *end)
        self.x = x + step / 6.0 * (x1 + 2.0 * (x2 + x3) + x4)
        self.y = y + step / 6.0 * (y1 + 2.0 * (y2 + y3) + y4)


class SignalStep:
    """Exact step of the linear part, W, B and A."""

    def __init__(self, rates: "CollagenKinetics", step: float):
        self.keep_w = np.exp(-step / np.asarray(rates.signal_time))
        self.keep_b = np.exp(-step / np.asarray(rates.wound_signal_time))
        self.keep_a = np.exp(-step / np.asarray(rates.transcription_time))
        self.w_to_a = rates.transcription(np.asarray(step))
        self.b_to_a = rates.transcription(np.asarray(step), wound=True)

    def of(self, w: Floats, b: Floats, a: Floats) -> tuple[Floats, Floats, Floats]:
        """Signals and transcription one step later."""
        later = a * self.keep_a + w * self.w_to_a + b * self.b_to_a
        return w * self.keep_w, b * self.keep_b, later
