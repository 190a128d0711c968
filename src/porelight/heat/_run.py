"""One run of conduction: the state in radial modes, its steps in time, and its balance of energy.

The caller (`conduction`) checks the input.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from porelight.errors import ConvergenceError
from porelight.heat._cells import Cells
from porelight.heat._kernel import (
    add_stages,
    combine,
    eliminate,
    rate_of_change,
    solve,
    solve_again,
)
from porelight.heat._modes import RadialModes
from porelight.heat._rational import ERROR_COEFFICIENTS, N_STAGES, POLE, step_coefficients
from porelight.quantities import Floats

_MAX_STEPS = 100_000
_GROWTH = 5.0  # longest step over the one before
_SAFETY = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class ConductionResult:
    """The rise above rest and the balance of energy, at each time asked for."""

    time: Floats  # (n_time,) [s]
    rise: Floats  # (n_time, n_z or n_depth, n_r) [K]
    delivered: Floats  # (n_time,) heat put in so far [J]
    stored: Floats  # (n_time,) [J]
    surface_loss: Floats  # (n_time,) left through the surface [J]
    perfusion_loss: Floats  # (n_time,) carried off by blood [J]
    deep_loss: Floats  # (n_time,) left through the deepest edge [J]
    n_steps: int


class Run:
    """The state of a run of conduction, carried from step to step."""

    def __init__(
        self,
        course: list[tuple[float, Cells]],
        modes: RadialModes,
        power: Floats,
        n_times: int,
        at_depths: Floats | None = None,
    ) -> None:
        """Start from rest; `at_depths` (n_depth, n_z) turns cells into the depths to return."""
        shape = power.shape
        self.at_depths = at_depths
        self.course, self.modes, self.power = course, modes, power
        self.cells = course[0][1]
        self.dark = np.zeros_like(power)
        self.state, self.next = np.zeros(shape), np.zeros(shape)
        self.stage, self.pivot = np.empty((N_STAGES, *shape)), np.empty(shape)
        self.n_active = shape[1]
        self.step = 0.0
        self.n_steps = 0
        self.seen = 0
        n_depth = shape[0] if at_depths is None else at_depths.shape[0]
        self.rise = np.zeros((n_times, n_depth, modes.from_modes.shape[1]))
        # columns: delivered, surface, perfusion, deep; so far and at the times asked for
        self.flows = np.zeros(4)
        self.ledger = np.zeros((n_times, 4))
        self.stored = np.zeros(n_times)

    def follow(
        self,
        pieces: list[tuple[float, float, float]],
        times: Floats,
        tolerance: float,
        fixed_step: float,
    ) -> ConductionResult:
        """Advance through intervals (start, end, power over `self.power`), then without light."""
        last = float(times[-1])
        # the state at time 0 is known: zero
        self.seen = int(np.searchsorted(times, 0.0, side="right"))
        changes = [begin for begin, _ in self.course[1:]]
        dark_from = pieces[-1][1]
        for begin, end, strength in [*pieces, (dark_from, max(last, dark_from), 0.0)]:
            power = self.power * strength if strength else self.dark
            cuts = [begin, *(c for c in changes if begin < c < min(end, last)), min(end, last)]
            for start, stop in pairwise(cuts):
                self.cells = [cells for since, cells in self.course if since <= start][-1]
                if strength:
                    # all modes take part again, and the first step is one of the pulse's own
                    self.n_active, self.step = self.power.shape[1], 0.0
                if stop > start:
                    self.advance(power, start, stop, times, tolerance, fixed_step)
        return self.result(times)

    def advance(
        self,
        power: Floats,
        begin: float,
        end: float,
        times: Floats,
        tolerance: float,
        fixed_step: float,
    ) -> None:
        """Advance from begin to end under a constant power of each mode [W/m per mode unit]."""
        now = begin
        step = fixed_step or self.step or 0.25 * (end - begin)
        is_dark = power is self.dark
        while now < end:
            step = min(step, end - now)
            if end - now - step < 1e-9 * step:
                step = end - now
            error = self._try(power, step) / tolerance
            if error > 1.0 and not fixed_step:
                step *= max(0.2, _SAFETY * error ** (-1.0 / N_STAGES))
                continue
            last = step == end - now
            self._record(power, now, end if last else now + step, step, times)
            now = end if last else now + step
            self.flows += self._flows(power, step, 1.0)
            self.state, self.next = self.next, self.state
            if is_dark:
                self._drop_dead_modes(0.01 * tolerance)
            self.n_steps += 1
            if self.n_steps > _MAX_STEPS:
                raise ConvergenceError(
                    f"{_MAX_STEPS} steps reached {now:.3g} s of {end:.3g} s; ask for a tolerance "
                    f"above {tolerance:g} or check the heat source for single hot cells."
                )
            if not fixed_step:
                step *= min(_GROWTH, _SAFETY * max(error, 1e-12) ** (-1.0 / N_STAGES))
        self.step = step

    def _try(self, power: Floats, step: float) -> float:
        """Compute one step into `next` and return its estimated relative error."""
        cells, n = self.cells, self.n_active
        skin = (cells.conductance, cells.perfusion, cells.lateral, self.modes.decay)
        pole_step = POLE * step
        eliminate(cells.capacity, *skin, pole_step, n, self.pivot)
        rate_of_change(self.state, power, *skin, n, self.stage[0])
        solve(cells.conductance, pole_step, n, self.pivot, self.stage[0])
        solve_again(cells.capacity, cells.conductance, pole_step, n, self.pivot, self.stage)
        error, size = combine(
            self.state,
            self.stage,
            step * step_coefficients(1.0),
            step * ERROR_COEFFICIENTS,
            n,
            self.next,
        )
        return error / size if size > 0.0 else 0.0

    def _record(self, power: Floats, now: float, after: float, step: float, times: Floats) -> None:
        """Write the rise and the balance at every time asked for inside the step."""
        n = self.n_active
        while self.seen < times.size and times[self.seen] <= after:
            at = self.seen
            share = 1.0 if times[at] == after else min((times[at] - now) / step, 1.0)
            weights = step * step_coefficients(share)
            state: Floats = np.empty((self.power.shape[0], n))
            add_stages(self.state, self.stage, weights, n, state)
            shown = state if self.at_depths is None else self.at_depths @ state
            np.matmul(shown, self.modes.from_modes[:n], out=self.rise[at])
            # only the constant mode holds energy: its amplitude times root area is the integral
            self.stored[at] = math.sqrt(self.modes.area) * (self.cells.capacity @ state[:, 0])
            self.ledger[at] = self.flows + self._flows(power, step, share)
            self.seen += 1

    def _flows(self, power: Floats, step: float, share: float) -> Floats:
        """Energy put in and lost [J] from the start of the step up to a share of it.

        The step is A applied to a mean state, the start plus a combination of the stages; the same
        mean state gives the losses, which closes the balance to rounding.
        """
        later = np.cumsum(step_coefficients(share)[::-1])[::-1]
        mean = self.state[:, 0] + POLE * step / share * (later @ self.stage[:, :, 0])
        drains = self.cells.conductance
        flows = [
            power[:, 0].sum(),
            drains[0] * mean[0],
            self.cells.perfusion @ mean,
            drains[-1] * mean[-1],
        ]
        return np.array(flows) * (math.sqrt(self.modes.area) * step * share)

    def _drop_dead_modes(self, threshold: float) -> None:
        """Leave out the narrow modes that have spread away (never the constant one)."""
        power = np.square(self.state[:, : self.n_active]).max(axis=0)
        tail = np.sqrt(np.cumsum(power[::-1])[::-1])
        keep = max(1, int(np.count_nonzero(tail > threshold * tail[0])))
        self.state[:, keep:] = 0.0
        self.next[:, keep:] = 0.0
        self.n_active = keep

    def result(self, times: Floats) -> ConductionResult:
        return ConductionResult(
            time=times,
            rise=self.rise,
            delivered=self.ledger[:, 0],
            stored=self.stored,
            surface_loss=self.ledger[:, 1],
            perfusion_loss=self.ledger[:, 2],
            deep_loss=self.ledger[:, 3],
            n_steps=self.n_steps,
        )
