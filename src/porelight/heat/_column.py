"""A column of skin that heats, boils and loses cells from the top: the state of an ablation run."""

import numpy as np

from porelight.errors import ConvergenceError
from porelight.heat._ablation_steps import (
    ABSORBED,
    CARRIED_AWAY,
    FLOWN_OFF,
    N_TOTALS,
    N_WORK,
    NOW,
    SHIELDED,
    SURFACE_LOSS,
    AbsorbedLight,
    Boiling,
    ColumnCells,
    advance,
)
from porelight.quantities import Floats

_AT_FIRST = 64  # cells that heat can reach before any has


class Column:
    """Cells from the original surface down; `front` is the first that is still there."""

    def __init__(
        self, size: Floats, conductivity: float, heat_transfer: float, boiling: Boiling
    ) -> None:
        half = 0.5 * size / conductivity
        exchange = heat_transfer / (1.0 + heat_transfer * half)
        self.boiling = boiling
        self.cells = ColumnCells(
            size=size,
            exchange=exchange,
            conductance=np.concatenate([exchange[:1], 1.0 / (half[:-1] + half[1:])]),
            enthalpy=np.zeros(size.size),
            latent=np.full(size.size, boiling.latent),
            removal_time=np.full(size.size, np.inf),
            work=np.zeros((N_WORK, size.size)),
        )
        self.steam_loss = 0.0
        self.held = False  # whether cells that have boiled off stay until `blow_off`
        self._totals = np.zeros(N_TOTALS)
        # the first cell that is there, and the first that no heat has reached
        self._moving = np.array([0, min(_AT_FIRST, size.size)])

    @property
    def front(self) -> int:
        """The first cell that is still there."""
        return int(self._moving[0])

    @property
    def absorbed(self) -> float:
        """Energy that cells have absorbed [J/m2]."""
        return float(self._totals[ABSORBED])

    @property
    def shielded(self) -> float:
        """Energy kept from the skin by what flew off before [J/m2]."""
        return float(self._totals[SHIELDED])

    @property
    def surface_loss(self) -> float:
        """Heat that the air took [J/m2]."""
        return float(self._totals[SURFACE_LOSS])

    @property
    def carried_away(self) -> float:
        """Heat of the cells that flew off [J/m2]."""
        return float(self._totals[CARRIED_AWAY])

    @property
    def stored(self) -> float:
        """Heat above rest in the cells that are left [J/m2]."""
        here = slice(self.front, None)
        return float(self.cells.enthalpy[here] @ self.cells.size[here])

    @property
    def rise(self) -> Floats:
        """Temperature above rest of all cells, those that are gone as they left [K]."""
        return self.boiling.rise(self.cells.enthalpy, self.cells.latent)

    @property
    def water_left(self) -> Floats:
        """Share of its water that each cell still has [-]."""
        return np.asarray(self.cells.latent / self.boiling.latent)

    @property
    def removal_time(self) -> Floats:
        """When each cell flew off, infinite if it did not [s]."""
        return self.cells.removal_time

    def let_steam_out(self, share: float) -> None:
        """Let a share of the steam in the skin leave it, with its heat; the plume clears."""
        self._totals[FLOWN_OFF] = 0.0
        here = slice(self.front, None)
        enthalpy, latent = self.cells.enthalpy[here], self.cells.latent[here]
        steam = np.clip(enthalpy - self.boiling.start, 0.0, latent)
        enthalpy -= share * steam
        latent -= share * steam
        self.steam_loss += share * float(steam @ self.cells.size[here])

    def advance(self, until: float, step: float, irradiance: float, light: AbsorbedLight) -> float:
        """Advance to a time under a constant irradiance; return the length of step that fits."""
        after = advance(
            *(self.cells, self.boiling, light, self._totals, self._moving),
            *(until, step, irradiance, self.held),
        )
        if after < 0.0:
            raise ConvergenceError(
                f"the step at {self._totals[NOW]:.3g} s shrank to {-after:.1g} s; check the "
                "material's numbers, or give larger cells."
            )
        return after

    def blow_off(self) -> None:
        """Let every cell at the top that has boiled off fly away with all its heat."""
        cells, i = self.cells, self.front
        while i < cells.size.size - 1 and cells.enthalpy[i] >= self.boiling.removal:
            self._totals[CARRIED_AWAY] += cells.enthalpy[i] * cells.size[i]
            cells.removal_time[i] = self._totals[NOW]
            i += 1
            cells.conductance[i] = cells.exchange[i]
        self._moving[0] = i
