"""Thermal properties of the layers of skin.

Dermis and epidermis share one set of numbers, fat has its own; blood flows in all layers but the
epidermis. Numbers and sources: ``data/tissue/thermal.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.quantities import (
    DENSITY,
    LENGTH,
    PERFUSION_RATE,
    SPECIFIC_HEAT,
    TEMPERATURE,
    THERMAL_CONDUCTIVITY,
    Floats,
)
from porelight.tissue.layered import LayeredTissue

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class CellThermal:
    """Thermal properties at given depths; every array has the shape of the depths.

    Attributes
    ----------
    density, specific_heat, thermal_conductivity, perfusion_rate : ndarray of float64
        [kg/m3], [J/(kg K)], [W/(m K)], [1/s].
    """

    density: Floats
    specific_heat: Floats
    thermal_conductivity: Floats
    perfusion_rate: Floats

    @property
    def heat_capacity(self) -> Floats:
        """Heat capacity per volume [J/(m3 K)]."""
        return np.asarray(self.density * self.specific_heat, dtype=np.float64)

    @property
    def diffusivity(self) -> Floats:
        """Thermal diffusivity [m2/s]."""
        return np.asarray(self.thermal_conductivity / self.heat_capacity, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class LayeredThermal:
    """Thermal properties of plane layers, from the surface down.

    Attributes
    ----------
    thickness : ndarray of float64, shape (n_layers,)
        Thickness [m]; the last may be infinite.
    density, specific_heat, thermal_conductivity : ndarray of float64, shape (n_layers,)
        Density [kg/m3], specific heat [J/(kg K)] and thermal conductivity [W/(m K)].
    perfusion_rate : ndarray of float64, shape (n_layers,)
        Volume of blood per volume of tissue and second [1/s].
    arterial_temperature : float
        Temperature of the blood that enters [K].
    blood_heat_capacity : float
        Heat capacity of blood per volume [J/(m3 K)].
    """

    thickness: Floats
    density: Floats
    specific_heat: Floats
    thermal_conductivity: Floats
    perfusion_rate: Floats
    arterial_temperature: float
    blood_heat_capacity: float

    def __post_init__(self) -> None:
        """Check shapes and magnitudes."""
        for name in ("density", "specific_heat", "thermal_conductivity", "perfusion_rate"):
            if getattr(self, name).shape != self.thickness.shape or self.thickness.ndim != 1:
                raise ParameterError(
                    f"{name} has shape {getattr(self, name).shape} but thickness has shape "
                    f"{self.thickness.shape}; all must be (n_layers,)."
                )
        if not (self.thickness > 0.0).all() or np.isinf(self.thickness[:-1]).any():
            raise ParameterError(
                "thickness must be positive, and only the last layer may be infinite [m]."
            )
        DENSITY.require(self.density)
        SPECIFIC_HEAT.require(self.specific_heat)
        THERMAL_CONDUCTIVITY.require(self.thermal_conductivity)
        PERFUSION_RATE.require(self.perfusion_rate)
        TEMPERATURE.require(self.arterial_temperature, "arterial_temperature")
        if not 1e5 <= self.blood_heat_capacity <= 1e7:
            raise ParameterError(
                f"blood_heat_capacity is {self.blood_heat_capacity:g} J/(m3 K); expected about "
                "3.8e6, density times specific heat."
            )

    def on(self, z: Floats) -> CellThermal:
        """Return the properties at these depths; below the last layer they stay as in it.

        Parameters
        ----------
        z : ndarray of float64, any shape
            Depths, for example the cell centres of a grid [m].

        Returns
        -------
        CellThermal
            Arrays of the shape of `z`. A depth on an interface belongs to the layer below it.

        Raises
        ------
        ParameterError
            If a depth is negative.
        """
        depth = np.asarray(LENGTH.require(z, "z"), dtype=np.float64)
        layer = np.searchsorted(np.cumsum(self.thickness)[:-1], depth, side="right")
        return CellThermal(
            density=self.density[layer],
            specific_heat=self.specific_heat[layer],
            thermal_conductivity=self.thermal_conductivity[layer],
            perfusion_rate=self.perfusion_rate[layer],
        )


def skin_thermal(skin: LayeredTissue, values: Mapping[str, float] = _NONE) -> LayeredThermal:
    """Return the thermal properties of skin at rest.

    Parameters
    ----------
    skin : LayeredTissue
        Its layers: a `Skin`, or a `PigSkin`.
    values : mapping of str to float
        Numbers of ``thermal.toml`` to use in place of the library's, by name [SI]; names of other
        files are left alone.

    Returns
    -------
    LayeredThermal
        One layer for each of the skin's.

    Raises
    ------
    ParameterError
        If an overriding value is impossible.

    Examples
    --------
    >>> from porelight.tissue.skin import Skin
    >>> thermal = skin_thermal(Skin.typical("cheek", 3, 40.0))
    >>> float(thermal.perfusion_rate[0])
    0.0
    """
    value = LibraryValues("thermal", values)
    kinds = ["fat" if layer.name == "fat" else "skin" for layer in skin.layers]
    bloodless = np.array([layer.blood_fraction == 0.0 for layer in skin.layers])
    perfusion = np.array([value(f"perfusion_{kind}") for kind in kinds])
    return LayeredThermal(
        thickness=skin.thickness,
        density=np.array([value(f"density_{kind}") for kind in kinds]),
        specific_heat=np.array([value(f"specific_heat_{kind}") for kind in kinds]),
        thermal_conductivity=np.array([value(f"thermal_conductivity_{kind}") for kind in kinds]),
        perfusion_rate=np.where(bloodless, 0.0, perfusion),
        arterial_temperature=value("arterial_temperature"),
        blood_heat_capacity=value("density_blood") * value("specific_heat_blood"),
    )
