r"""Conduction through a map of materials: a follicle, a vessel, a plug, each with its own numbers.

Where properties change along r too, the radial modes of `conduction` no longer separate.
Here the whole (z, r) operator is assembled and factorised,

.. math:: (\rho c)(T)\,\partial_t u = \nabla\cdot(k(T)\,\nabla u) - w\,(\rho c)_b\,u + q,

with the flux between two cells that of the two materials in series, straight in z and logarithmic
in r: exact for steady flow through layers and through shells. Properties may change with
temperature, as those of water do. The step is L-stable, of order two, with an error estimate; in
the first form (constant properties) one factorisation serves many steps.

Slower than `conduction` by two orders of magnitude: use it where materials differ along r, or where
temperature changes them.

References
----------
.. [1] S. V. Patankar, "Numerical Heat Transfer and Fluid Flow", Hemisphere 1980, section 4.2-3
   (conductivity at an interface).
.. [2] R. Alexander, "Diagonally implicit Runge-Kutta methods for stiff O.D.E.'s," SIAM J. Numer.
   Anal. 14, 1006-1021 (1977), section 3 (the two-stage method).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from porelight.errors import ConvergenceError, ParameterError
from porelight.grid import Grid
from porelight.heat.materials import MaterialMap
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import Floats

if TYPE_CHECKING:
    from scipy.sparse import csc_array

_GAMMA = 1.0 - 1.0 / math.sqrt(2.0)
_NEWTON = 12
_SMALLEST = 1e-14  # s


@dataclass(frozen=True, slots=True, eq=False)
class HeterogeneousConductionResult:
    """The rise above rest and the balance of energy, at each time asked for."""

    time: Floats  # (n_time,) [s]
    rise: Floats  # (n_time, n_z, n_r) [K]
    delivered: Floats  # (n_time,) [J]
    stored: Floats  # (n_time,) [J]
    lost: Floats  # (n_time,) through the surface, by blood and through the deepest edge [J]
    n_steps: int


HeatSource = Callable[[float], Floats]


def heterogeneous_rise(  # noqa: PLR0913  the inputs of `exposure_rise`, two keywords with defaults
    grid: Grid,
    materials: MaterialMap,
    surface: Surface,
    absorbed: Floats,
    temporal_profile: TemporalProfile,
    times: Floats,
    *,
    tolerance: float = 1e-3,
    source: HeatSource | None = None,
) -> HeterogeneousConductionResult:
    """Rise above rest in a map of materials.

    Parameters
    ----------
    grid : Grid
        Cells in r and z; rim adiabatic, deepest edge at rest.
    materials : MaterialMap
        Materials of the cells.
    surface : Surface
        Heat exchange at the surface; only `heat_transfer` counts, which acts on the rise.
    absorbed : ndarray of float64, shape (n_z, n_r)
        Energy absorbed per volume by the end of the exposure [J/m3].
    temporal_profile : TemporalProfile
        Share of that energy over time.
    times : ndarray of float64, shape (n_time,)
        Times at which the rise is returned, rising, above 0 [s].
    tolerance : float
        Error of one step, relative to the largest rise so far.
    source : callable, optional
        Called with a time [s]; returns a power per volume [W/m3], shape (n_z, n_r), that is added
        to that of the exposure.

    Returns
    -------
    HeterogeneousConductionResult
        ``delivered = stored + lost`` to rounding, whatever the tolerance.

    Raises
    ------
    ParameterError
        If shapes or times are not as described.
    ConvergenceError
        If a step cannot be solved.
    """
    power = np.asarray(absorbed, dtype=np.float64)
    if power.shape != grid.shape or materials.conductivity.shape != grid.shape:
        raise ParameterError(
            f"absorbed has shape {power.shape} and the map {materials.conductivity.shape}; the "
            f"grid has (n_z, n_r) = {grid.shape}."
        )
    if times.ndim != 1 or times.size == 0 or times[0] <= 0.0 or (np.diff(times) < 0.0).any():
        raise ParameterError("times must rise from above 0 s; sort them first.")
    if not 1e-8 <= tolerance <= 0.1:
        raise ParameterError(
            f"tolerance is {tolerance:g}; expected 1e-8 to 0.1 of the largest rise."
        )
    run = _Run(grid, materials, surface, power, source, tolerance)
    end = float(times[-1])
    for begin, stop, strength in [
        *temporal_profile.pieces(),
        (temporal_profile.duration, np.inf, 0.0),
    ]:
        cuts = np.unique(np.append(times[(times > begin) & (times < stop)], min(stop, end)))
        for cut in cuts[cuts > begin]:
            run.advance(float(cut), strength)
            if cut in times:
                run.keep()
    return run.result(times)


class _Run:
    """State and factorisation of a run; vectors are flat, row by row in z."""

    def __init__(
        self,
        grid: Grid,
        materials: MaterialMap,
        surface: Surface,
        power: Floats,
        source: HeatSource | None,
        tolerance: float,
    ) -> None:
        self.grid, self.materials, self.surface = grid, materials, surface
        self.volume = grid.volume.ravel()
        self.power = power.ravel() * self.volume
        self.source = source
        self.tolerance = tolerance
        self.rise = np.zeros(self.volume.size)
        self.enthalpy = np.zeros(self.volume.size)
        self.now = self.step = 0.0
        self.largest = 0.0
        self.delivered = self.lost = 0.0
        self.n_steps = 0
        self.kept: list[tuple[Floats, float, float, float]] = []
        self.factor: tuple[float, object] | None = None
        self.linear = materials.is_linear
        self.fixed = _operator(grid, materials, surface, self.rise) if self.linear else None

    def heating(self, time: float, strength: float) -> Floats:
        added = self.power * strength
        if self.source is not None:
            added = added + self.source(time).ravel() * self.volume
        return np.asarray(added)

    def heat_of(self, rise: Floats) -> Floats:
        """Enthalpy per volume above rest [J/m3]."""
        slope = self.materials.capacity_slope
        return np.asarray(self.materials.heat_capacity.ravel() * rise * (1.0 + 0.5 * slope * rise))

    def advance(self, until: float, strength: float) -> None:
        self.step = self.step or 0.01 * (until - self.now)
        while self.now < until:
            # equal steps up to the end, in halves and doubles: the factorisation serves again
            left = until - self.now
            step = left if self.step >= left else left / math.ceil(left / self.step - 1e-9)
            found = self._try(step, strength)
            if found is None or found[1] > self.tolerance:
                self.step = 0.5 * step
                if self.step < _SMALLEST:
                    raise ConvergenceError(
                        f"the step at {self.now:.3g} s shrank below {_SMALLEST:g} s; check the "
                        "materials and the source for single extreme cells."
                    )
                continue
            rise, error, delivered, lost = found
            self.rise, self.enthalpy = rise, self.heat_of(rise)
            self.largest = max(self.largest, float(np.abs(rise).max()))
            self.delivered += delivered
            self.lost += lost
            self.now = until if step == left else self.now + step
            self.n_steps += 1
            if error < 0.15 * self.tolerance:
                self.step = 2.0 * step

    def _try(self, step: float, strength: float) -> tuple[Floats, float, float, float] | None:
        """Return rise, relative error, heat put in and heat lost of a step; None if it failed."""
        first_heat = self.heating(self.now + _GAMMA * step, strength)
        last_heat = self.heating(self.now + step, strength)
        before = self.enthalpy * self.volume
        first = self._stage(before, first_heat, step, self.rise)
        if first is None:
            return None
        rise, first_rate, first_lost = first
        last = self._stage(before + (1.0 - _GAMMA) * step * first_rate, last_heat, step, rise)
        if last is None:
            return None
        rise, last_rate, last_lost = last
        # the enthalpy that the fluxes give, not what Newton left: energy is kept
        heat = before + step * ((1.0 - _GAMMA) * first_rate + _GAMMA * last_rate)
        rise = self._rise_of(heat / self.volume)
        capacity = self.materials.heat_capacity.ravel() * self.volume
        # against the first-order solution with the same stages
        error = float(np.abs((last_rate - first_rate) / capacity).max()) * _GAMMA * step
        scale = max(self.largest, float(np.abs(rise).max()), 1e-12)
        delivered = step * ((1.0 - _GAMMA) * first_heat.sum() + _GAMMA * last_heat.sum())
        lost = step * ((1.0 - _GAMMA) * first_lost + _GAMMA * last_lost)
        return rise, _GAMMA * error / scale, float(delivered), float(lost)

    def _rise_of(self, heat: Floats) -> Floats:
        """Rise [K] of an enthalpy per volume: the inverse of `heat_of`."""
        sensible = heat / self.materials.heat_capacity.ravel()
        slope = self.materials.capacity_slope
        if slope == 0.0:
            return np.asarray(sensible)
        return np.asarray(2.0 * sensible / (1.0 + np.sqrt(1.0 + 2.0 * slope * sensible)))

    def _stage(
        self, known: Floats, heat: Floats, step: float, guess: Floats
    ) -> tuple[Floats, Floats, float] | None:
        """Solve H(u) = known + gamma step (L(u) u + heat); return u, its rate and its loss [W]."""
        span = _GAMMA * step
        rise = guess
        for _ in range(_NEWTON):
            flow, drain = self.fixed or _operator(self.grid, self.materials, self.surface, rise)
            rate = -(flow @ rise) + heat
            residual = known + span * rate - self.heat_of(rise) * self.volume
            change = self._solve(flow, span, rise, residual)
            rise = rise + change
            if not np.isfinite(rise).all():
                return None
            if self.linear or np.abs(change).max() < 1e-10 * max(self.largest, 1.0):
                flow, drain = self.fixed or _operator(self.grid, self.materials, self.surface, rise)
                return rise, -(flow @ rise) + heat, float(drain @ rise)
        return None

    def _solve(self, flow: "csc_array", span: float, rise: Floats, residual: Floats) -> Floats:
        from scipy.sparse import diags_array  # noqa: PLC0415  (heavy, used by this solver alone)
        from scipy.sparse.linalg import splu  # noqa: PLC0415

        if not (self.linear and self.factor and self.factor[0] == span):
            slope = self.materials.capacity_slope
            capacity = self.materials.heat_capacity.ravel() * (1.0 + slope * rise) * self.volume
            matrix = (diags_array(capacity) + span * flow).tocsc()
            self.factor = (
                span,
                splu(matrix, options={"SymmetricMode": True}, permc_spec="MMD_AT_PLUS_A"),
            )
        return np.asarray(self.factor[1].solve(residual))  # type: ignore[attr-defined]

    def keep(self) -> None:
        stored = float(self.enthalpy @ self.volume)
        self.kept.append((self.rise.reshape(self.grid.shape), self.delivered, stored, self.lost))

    def result(self, times: Floats) -> HeterogeneousConductionResult:
        unique = np.unique(times)
        at = np.searchsorted(unique, times)
        rise, delivered, stored, lost = (np.array(x) for x in zip(*self.kept, strict=True))
        return HeterogeneousConductionResult(
            times, rise[at], delivered[at], stored[at], lost[at], self.n_steps
        )


def _operator(
    grid: Grid, materials: MaterialMap, surface: Surface, rise: Floats
) -> tuple["csc_array", Floats]:
    """Return the matrix of minus conduction and perfusion [W/K], and what each cell loses [W/K]."""
    from scipy.sparse import coo_array  # noqa: PLC0415  (heavy, used by this solver alone)

    shape = grid.shape
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    # at a face the conductivity is that at the mean rise: exact for one material (Kirchhoff)
    u, slope = rise.reshape(shape), materials.conductivity_slope
    half = 0.5 * np.diff(grid.z_edges)[:, None] / materials.conductivity
    vertical = grid.ring_area / (half[:-1] + half[1:]) * (1.0 + 0.5 * slope * (u[:-1] + u[1:]))
    # shells in series: ln(radius ratio) / (2 pi k height)
    inner = np.log(grid.r_edges[1:-1] / grid.r[:-1]) / materials.conductivity[:, :-1]
    outer = np.log(grid.r[1:] / grid.r_edges[1:-1]) / materials.conductivity[:, 1:]
    radial = 2.0 * np.pi * np.diff(grid.z_edges)[:, None] / (inner + outer)
    radial = radial * (1.0 + 0.5 * slope * (u[:, :-1] + u[:, 1:]))
    h = surface.heat_transfer
    drain = materials.perfusion * grid.volume
    drain[0] += grid.ring_area * h / (1.0 + h * half[0] / (1.0 + slope * u[0]))
    drain[-1] += grid.ring_area / half[-1] * (1.0 + 0.5 * slope * u[-1])
    pairs = (
        (number[:-1], number[1:], vertical),
        (number[:, :-1], number[:, 1:], radial),
    )
    rows, columns, entries = [number.ravel()], [number.ravel()], [drain.ravel()]
    for one, other, conductance in pairs:
        a, b, g = one.ravel(), other.ravel(), conductance.ravel()
        rows += [a, b, a, b]
        columns += [a, b, b, a]
        entries += [g, g, -g, -g]
    matrix = coo_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))),
        shape=(number.size, number.size),
    ).tocsc()
    return matrix, drain.ravel()
