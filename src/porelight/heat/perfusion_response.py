r"""Thermoregulated perfusion, for a session that is otherwise a sum of pulses.

Blood flow that rises with the temperature of the skin makes conduction nonlinear, and pulses no
longer add. But vessels respond within a minute, not to the flash of a pulse, and to the warmth of
an area, not of a spot. So the response is computed for the mean over the area, in depth alone: one
column with the perfusion w_0 of rest, one with

.. math:: w(t) = w_0\,(1 + (g - 1)\,s(t)), \qquad \tau\,\dot s = \sigma(T_s) - s ,

where sigma goes from 0 to 1 as the surface warms from the onset to the temperature at which all
vessels are open. The rise u of the second over rest obeys

.. math:: \rho c\,\partial_t u = \partial_z(k\,\partial_z u) - w\,(\rho c)_b\,u
   + (w - w_0)\,(\rho c)_b\,(T_a - T_{rest}) + q ,

because more blood brings more heat to skin cooler than blood, and takes more from warmer skin. The
difference of the two columns is added to the sum of the pulses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.heat._cells import Cells, layered_cells
from porelight.heat.conduction import resting_temperature
from porelight.heat.surface import Surface
from porelight.quantities import TEMPERATURE, TIME, Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal

_GAMMA = 1.0 - 0.5**0.5  # L-stable two-stage steps of order two
LONGEST_STEP = 1.0  # s; a sixtieth of the usual time constant
_FEWEST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Vasodilation:
    """How perfusion responds to the temperature of the surface.

    Attributes
    ----------
    gain : float
        Perfusion with all vessels open over that at rest [-].
    onset, full : float
        Surface temperatures from which vessels open, and at which all are open [K].
    delay : float
        Time constant of the response [s].
    """

    gain: float
    onset: float
    full: float
    delay: float

    def __post_init__(self) -> None:
        if not 1.0 <= self.gain <= 30.0:
            raise ParameterError(
                f"gain is {self.gain:g}; expected 1 to 30 times the perfusion of rest."
            )
        TEMPERATURE.require(self.onset, "onset")
        TEMPERATURE.require(self.full, "full")
        if not self.full > self.onset:
            raise ParameterError(
                f"full is {self.full:g} K, not above onset, {self.onset:g} K; vessels open with "
                "warmth."
            )
        if not TIME.require(self.delay, "delay") > 0.0:
            raise ParameterError("delay is 0 s; vessels need time, for example 60 s.")

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> Self:
        """Return the library's numbers with some replaced.

        Examples
        --------
        >>> Vasodilation.from_values({"vasodilation_gain": 4.0}).gain
        4.0
        """
        names = ("gain", "onset", "full", "delay")
        return cls(**{name: _value(values, f"vasodilation_{name}") for name in names})

    def opening(self, surface_temperature: float, resting: float) -> float:
        """Return the share to which the vessels would open if this temperature lasted [-].

        Skin that rests above the onset has the perfusion of rest there: only what is warmer opens
        vessels.
        """
        start = min(max(self.onset, resting), self.full - 1e-6)
        return min(max((surface_temperature - start) / (self.full - start), 0.0), 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class PerfusionResponse:
    """What thermoregulated perfusion changes, in the mean over the area.

    Attributes
    ----------
    time : ndarray of float64, shape (n_time,)
        Times from 0, evenly spaced [s].
    openness : ndarray of float64, shape (n_time,)
        Share to which the vessels are open [-].
    depth : ndarray of float64, shape (n_depth,)
        Depths at which the rises are given [m].
    steady, change : ndarray of float64, shape (n_time, n_depth)
        Rise with the perfusion of rest, and what is to be added to it [K].
    """

    time: Floats
    openness: Floats
    depth: Floats
    steady: Floats
    change: Floats

    def at(self, times: Floats) -> Floats:
        """Return the change at these times; shape (n_time, n_depth) [K]."""
        columns = (np.interp(times, self.time, column) for column in self.change.T)
        return np.ascontiguousarray(np.column_stack(list(columns)))


def perfusion_response(  # noqa: PLR0913  a column of skin, a session, and how vessels respond
    grid: Grid,
    thermal: "LayeredThermal",
    surface: Surface,
    heating: Floats,
    pulse_time: Floats,
    energy_per_area: float,
    vasodilation: Vasodilation,
    *,
    thermoregulated: tuple[bool, ...],
    depths: Floats,
    until: float,
    longest_step: float = LONGEST_STEP,
) -> PerfusionResponse:
    """Return the change of temperature by thermoregulated perfusion during and after a session.

    Parameters
    ----------
    grid : Grid
        Cells of the skin; only their depths are used.
    thermal : LayeredThermal
        Layers of the skin, with the perfusion of rest.
    surface : Surface
        Heat exchange at the surface, and the temperature of the air.
    heating : ndarray of float64, shape (n_z,)
        Share of the energy that is absorbed per depth, mean over each cell [1/m].
    pulse_time : ndarray of float64, shape (n_pulse,)
        Start of each pulse, from 0 on, rising [s].
    energy_per_area : float
        Energy of one pulse over the area over which all of them are spread [J/m2].
    vasodilation : Vasodilation
        How vessels respond to warmth.
    answering : tuple of bool, one for each layer
        True for the layers whose vessels respond: those of the dermis.
    depths : ndarray of float64, shape (n_depth,)
        Depths at which the change is returned [m].
    until : float
        Time at which the computation ends [s].
    longest_step : float
        Longest step in time [s].

    Returns
    -------
    PerfusionResponse
        A change of exactly 0 without energy.

    Raises
    ------
    ParameterError
        If `answering` does not name every layer.

    Notes
    -----
    The energy of the pulses is spread evenly over each step. Steps are L-stable and of order two;
    the opening follows the surface temperature extrapolated from the two steps before.
    """
    if len(thermoregulated) != thermal.thickness.size:
        raise ParameterError(
            f"thermoregulated names {len(thermoregulated)} layers; the skin has "
            f"{thermal.thickness.size}."
        )
    n_steps = max(_FEWEST_STEPS, int(np.ceil(until / longest_step)))
    time = np.linspace(0.0, until, n_steps + 1)
    given = np.histogram(pulse_time, bins=time)[0] * (n_steps / until)
    power = energy_per_area * heating * np.diff(grid.z_edges)
    cells = layered_cells(grid, thermal, surface.heat_transfer)
    opens = replace(thermal, perfusion_rate=np.where(thermoregulated, thermal.perfusion_rate, 0.0))
    more = (vasodilation.gain - 1.0) * layered_cells(grid, opens, surface.heat_transfer).perfusion
    rest = resting_temperature(grid, thermal, surface)
    cooler = thermal.arterial_temperature - rest
    steady, answered = _Column(cells, until / n_steps), _Column(cells, until / n_steps)
    rises = np.zeros((2, n_steps + 1, rest.size))
    openness = np.zeros(n_steps + 1)
    remembered = np.exp(-until / n_steps / vasodilation.delay)
    before = float(rest[0])
    for i in range(n_steps):
        now = float(rest[0] + cells.surface_share * answered.rise[0])
        wanted = vasodilation.opening(1.5 * now - 0.5 * before, float(rest[0]))
        openness[i + 1] = wanted + (openness[i] - wanted) * remembered
        taken = 0.5 * (openness[i] + openness[i + 1]) * more
        before = now
        steady.advance(given[i] * power, cells.perfusion)
        answered.advance(given[i] * power + taken * cooler, cells.perfusion + taken)
        rises[0, i + 1], rises[1, i + 1] = steady.rise, answered.rise
    nodes = np.concatenate([[0.0], grid.z])
    at_depths = np.empty((2, n_steps + 1, depths.size))
    for which in range(2):
        for i, rise in enumerate(rises[which]):
            column = np.concatenate([[cells.surface_share * rise[0]], rise])
            at_depths[which, i] = np.interp(depths, nodes, column)
    return PerfusionResponse(
        time=time,
        openness=openness,
        depth=depths,
        steady=at_depths[0],
        change=at_depths[1] - at_depths[0],
    )


class _Column:
    """The rise in a column of cells, advanced by equal steps under a power and a perfusion."""

    def __init__(self, cells: Cells, step: float) -> None:
        self.cells, self.step = cells, step
        self.rise = np.zeros(cells.capacity.size)

    def advance(self, power: Floats, perfusion: Floats) -> None:
        """Advance one step; power is heat per area into each cell [W/m2]."""
        from scipy.linalg import solve_banded  # noqa: PLC0415  (heavy)

        flow = self.cells.conductance
        pole = _GAMMA * self.step
        bands = np.zeros((3, self.rise.size))
        bands[0, 1:] = -pole * flow[1:-1]
        bands[1] = self.cells.capacity + pole * (flow[:-1] + flow[1:] + perfusion)
        bands[2, :-1] = -pole * flow[1:-1]
        first = solve_banded((1, 1), bands, power + self._gain(self.rise, perfusion))
        later = self.rise + (1.0 - _GAMMA) * self.step * first
        second = solve_banded((1, 1), bands, power + self._gain(later, perfusion))
        self.rise = later + pole * second

    def _gain(self, rise: Floats, perfusion: Floats) -> Floats:
        """Heat that flows into each cell from its neighbours, less what the blood takes."""
        flow = self.cells.conductance * np.diff(np.concatenate([[0.0], rise, [0.0]]))
        return np.diff(flow) - perfusion * rise


def _value(values: Mapping[str, float], name: str) -> float:
    if name in values:
        return float(values[name])
    return parameter("tissue", "vasodilation", name).value
