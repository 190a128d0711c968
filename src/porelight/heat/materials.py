"""A map of materials: what each cell of a grid conducts, holds and loses to blood.

Layers are the start; a follicle, a vessel or a plug replaces some of their cells.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.quantities import THERMAL_CONDUCTIVITY, Floats

if TYPE_CHECKING:
    from porelight.tissue.thermal import LayeredThermal


@dataclass(frozen=True, slots=True, eq=False)
class MaterialMap:
    """Thermal properties of every cell at rest, and how they change with a rise.

    Attributes
    ----------
    conductivity, heat_capacity, perfusion : ndarray of float64, shape (n_z, n_r)
        Thermal conductivity [W/(m K)], heat capacity per volume [J/(m3 K)], and perfusion rate
        times heat capacity of blood [W/(m3 K)].
    conductivity_slope, capacity_slope : float
        Relative change per kelvin of rise [1/K].
    """

    conductivity: Floats
    heat_capacity: Floats
    perfusion: Floats
    conductivity_slope: float = 0.0
    capacity_slope: float = 0.0

    def __post_init__(self) -> None:
        """Check shapes and magnitudes."""
        shape = self.conductivity.shape
        if len(shape) != 2 or not shape == self.heat_capacity.shape == self.perfusion.shape:
            raise ParameterError(
                f"conductivity, heat_capacity and perfusion have shapes {shape}, "
                f"{self.heat_capacity.shape}, {self.perfusion.shape}; expected one shape "
                "(n_z, n_r)."
            )
        THERMAL_CONDUCTIVITY.require(self.conductivity, "conductivity")
        if not (self.heat_capacity >= 1e5).all() or not (self.perfusion >= 0.0).all():
            raise ParameterError(
                f"heat_capacity is {self.heat_capacity.min():.3g} J/(m3 K) at least and perfusion "
                f"{self.perfusion.min():.3g} W/(m3 K); expected 1e5 or more, and 0 or more."
            )
        for name in ("conductivity_slope", "capacity_slope"):
            if not abs(getattr(self, name)) <= 0.01:
                raise ParameterError(
                    f"{name} is {getattr(self, name):g} 1/K; expected -0.01 to 0.01: water has "
                    "0.002 in conductivity."
                )

    @classmethod
    def layered(cls, grid: Grid, thermal: "LayeredThermal") -> Self:
        """Return layers as a map, each cell that of its centre; change cells with `replaced`."""
        at = thermal.on(grid.z)
        across = np.ones(grid.shape[1])
        return cls(
            np.outer(at.thermal_conductivity, across),
            np.outer(at.heat_capacity, across),
            np.outer(at.perfusion_rate * thermal.blood_heat_capacity, across),
        )

    def replaced(
        self,
        inside: NDArray[np.bool_],
        *,
        conductivity: float,
        heat_capacity: float,
        perfusion: float = 0.0,
    ) -> "MaterialMap":
        """Return the map with another material in some cells, for example a follicle.

        Parameters
        ----------
        inside : ndarray of bool, shape (n_z, n_r)
            True in the cells that change.
        conductivity, heat_capacity, perfusion : float
            Properties of the new material, as in the class.
        """
        return replace(
            self,
            conductivity=np.where(inside, conductivity, self.conductivity),
            heat_capacity=np.where(inside, heat_capacity, self.heat_capacity),
            perfusion=np.where(inside, perfusion, self.perfusion),
        )

    def with_water(self, water_fraction: float = 0.7) -> "MaterialMap":
        """Return the map with properties that follow those of its water from 20 to 100 degC.

        Parameters
        ----------
        water_fraction : float
            Share of water by volume.

        Notes
        -----
        Water conducts 0.598 W/(m K) at 20 and 0.679 at 100 degC, 0.17 % more per kelvin, and its
        heat capacity per volume falls from 4.17 to 4.04 MJ/(m3 K), 0.04 % per kelvin (IAPWS,
        recalled); the dry rest is taken as constant.
        """
        if not 0.0 <= water_fraction <= 1.0:
            raise ParameterError(f"water_fraction is {water_fraction:g}; expected 0 to 1.")
        return replace(
            self,
            conductivity_slope=1.7e-3 * water_fraction,
            capacity_slope=-4e-4 * water_fraction,
        )

    @property
    def is_linear(self) -> bool:
        """Whether no property changes with temperature."""
        return self.conductivity_slope == 0.0 == self.capacity_slope
