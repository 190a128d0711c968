r"""Ablation of skin by a wavelength that water absorbs strongly (Pearl, 2790 nm).

One dimension, enthalpy form: Beer-Lambert absorption from the moving surface, conduction below it,
a plateau at the boil-off temperature while water turns into steam. A cell whose water has boiled
off flies away with all its heat and the surface moves on. Heat that stays behind spreads and leaves
at the surface; both are counted from rest, so that without a pulse nothing changes.

Limits: one dimension (spots of millimetres against heat of tens of micrometres); no plume, no
pressure, no scattering; steam that stays in the skin condenses there and gives its heat back; no
perfusion, so not for longer than about ten seconds.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.grid import graded_edges
from porelight.heat._column import Boiling, Column
from porelight.heat.surface import Surface
from porelight.quantities import (
    DENSITY,
    FRACTION,
    MU_A,
    PULSE_DURATION,
    RADIANT_EXPOSURE,
    SPECIFIC_HEAT,
    TEMPERATURE,
    THERMAL_CONDUCTIVITY,
    TIME,
    Floats,
    Quantity,
)
from porelight.tissue import library

Bools: TypeAlias = NDArray[np.bool_]

HEAT_OF_ABLATION = Quantity(
    "heat_of_ablation", "J/m3", 1e8, 1e11, "from body temperature to removal, per volume"
)
_BODY = 310.15  # K; where the heat of ablation is counted from
_EXTENT = 8e-3  # m; heat spreads 2 mm in 10 s
_LONGEST = 60.0  # s; later perfusion matters
_DEEPEST = 1e-3  # m; more ablation than one pulse can do


@dataclass(frozen=True, slots=True)
class AblationMaterial:
    """Skin as a pulse sees it whose light ends within micrometres."""

    mu_a: float  # cold, of skin [1/m]
    mu_a_dynamic_factor: float  # effective over cold absorption during the pulse [-]
    water_loss_bleaching: float  # share of the absorption lost with all the water [-]
    boil_off_temperature: float  # K
    heat_of_ablation: float  # from 37 degC to removal [J/m3]
    density: float  # kg/m3
    specific_heat: float  # J/(kg K)
    thermal_conductivity: float  # W/(m K)

    def __post_init__(self) -> None:
        MU_A.require(self.mu_a)
        if not 0.0 < self.mu_a_dynamic_factor <= 10.0 or self.mu_a == 0.0:
            raise ParameterError(
                f"mu_a_dynamic_factor is {self.mu_a_dynamic_factor:g} and mu_a {self.mu_a:g} 1/m; "
                "expected a factor above 0, 0.1 to 1 in skin, and an absorption above 0."
            )
        FRACTION.require(self.water_loss_bleaching, "water_loss_bleaching")
        TEMPERATURE.require(self.boil_off_temperature, "boil_off_temperature")
        HEAT_OF_ABLATION.require(self.heat_of_ablation)
        DENSITY.require(self.density)
        SPECIFIC_HEAT.require(self.specific_heat)
        THERMAL_CONDUCTIVITY.require(self.thermal_conductivity)
        if not (self.boil_off_temperature > _BODY and self.latent_heat > 0.0):
            raise ParameterError(
                f"heating to {self.boil_off_temperature:g} K takes "
                f"{self.heat_of_ablation - self.latent_heat:.3g} J/m3, all of heat_of_ablation "
                f"({self.heat_of_ablation:.3g} J/m3); boiling needs a part of it: raise it, or set "
                "boil_off_temperature between 311 K and less."
            )

    @property
    def heat_capacity(self) -> float:
        """Density times specific heat [J/(m3 K)]."""
        return self.density * self.specific_heat

    @property
    def latent_heat(self) -> float:
        """Heat between reaching the boil-off temperature and removal, per volume [J/m3]."""
        return self.heat_of_ablation - self.heat_capacity * (self.boil_off_temperature - _BODY)

    @classmethod
    def typical(cls) -> Self:
        """Return the library's values, for skin at 2790 nm."""
        return cls.from_values({})

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> Self:
        """Return the library's values with some replaced.

        Parameters
        ----------
        values : mapping of str to float
            Names of ``tissue/data/ablation.toml`` or ``thermal.toml`` and their SI values; other
            names are left alone. ``mu_a_skin_2790`` may hold another strongly absorbed wavelength.

        Raises
        ------
        ParameterError
            If a value is outside its sane range.
        """

        def value(name: str, table: str = "ablation") -> float:
            if name in values:
                return float(values[name])
            return library.parameter("porelight.tissue", table, name).value

        return cls(
            mu_a=value("mu_a_skin_2790"),
            mu_a_dynamic_factor=value("mu_a_dynamic_factor"),
            water_loss_bleaching=value("water_loss_bleaching"),
            boil_off_temperature=value("boil_off_temperature"),
            heat_of_ablation=value("heat_of_ablation"),
            density=value("density_skin", "thermal"),
            specific_heat=value("specific_heat_skin", "thermal"),
            thermal_conductivity=value("thermal_conductivity_skin", "thermal"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class AblationResult:
    """What one pulse did; energies per area of skin, counted from rest [J/m2]."""

    ablated_depth: float  # m
    time: Floats  # (n_time,) since the start of the pulse [s]
    depth: Floats  # (n_z,) of the cell centres below the original surface [m]
    temperature: Floats  # (n_time, n_z); a removed cell keeps the boil-off temperature [K]
    ablated: Bools  # (n_z,) whether the cell is gone at the end
    removal_time: Floats  # (n_z,) when it flew off, infinite if it did not [s]
    absorbed: float
    carried_away: float  # with what was ablated
    surface_loss: float
    residual_heat: float  # left in the skin when the pulse ends
    stored: float  # left in the skin at the last time


def ablate(
    material: AblationMaterial,
    radiant_exposure: float,
    pulse_duration: float,
    surface: Surface,
    resting_temperature: float,
    until: float,
    *,
    cell: float = 0.0,
) -> AblationResult:
    """Ablation and heating of skin by one rectangular pulse.

    Parameters
    ----------
    material : AblationMaterial
        The skin.
    radiant_exposure : float
        Energy per area that enters the skin [J/m2].
    pulse_duration : float
        Length of the pulse [s].
    surface : Surface
        Its `heat_transfer` acts on the rise above rest.
    resting_temperature : float
        Temperature of the skin before the pulse, also that of skin warmed by earlier ones [K].
    until : float
        Last time [s], at most a minute.
    cell : float
        Thickness of the cells near the surface [m]; 0 takes a 40th of the depth of absorption, at
        most 0.25 um.

    Returns
    -------
    AblationResult
        On 32 times in the pulse and 12 per decade after it.

    Raises
    ------
    ParameterError
        If a number is outside its sane range.
    ConvergenceError
        If a step in time cannot be solved.

    Notes
    -----
    Two-stage L-stable steps, Newton's method on the enthalpy, steps cut where a cell flies off.
    absorbed = stored + carried_away + surface_loss to rounding.
    """
    RADIANT_EXPOSURE.require(radiant_exposure)
    PULSE_DURATION.require(pulse_duration)
    TEMPERATURE.require(resting_temperature, "resting_temperature")
    TIME.require(until, "until")
    if not pulse_duration < until <= _LONGEST:
        raise ParameterError(
            f"until is {until:g} s; expected more than the pulse of {pulse_duration:g} s and at "
            f"most {_LONGEST:g} s."
        )
    capacity = material.heat_capacity
    boiling = capacity * (material.boil_off_temperature - resting_temperature)
    if boiling <= 0.0:
        raise ParameterError(
            f"resting_temperature is {resting_temperature:g} K, not below the boil-off temperature "
            f"of {material.boil_off_temperature:g} K."
        )
    boil = Boiling(capacity, boiling, material.latent_heat)
    size = _cell_sizes(material, radiant_exposure, boil.removal, cell)
    column = Column(size, material.thermal_conductivity, surface.heat_transfer, boil)
    irradiance = radiant_exposure / pulse_duration
    mu_a = material.mu_a * material.mu_a_dynamic_factor
    time = _times(pulse_duration, until)
    rise = np.zeros((time.size, size.size))
    step, residual_heat = pulse_duration / 1000.0, 0.0
    for i in range(1, time.size):
        lit = column.now < pulse_duration
        light = irradiance if lit else 0.0
        step = column.advance(float(time[i]), step, light, mu_a, material.water_loss_bleaching)
        rise[i] = boil.rise(column.enthalpy)
        if lit:
            residual_heat = column.stored
    edges = np.concatenate([[0.0], np.cumsum(size)])
    return AblationResult(
        ablated_depth=float(edges[column.front]),
        time=time,
        depth=0.5 * (edges[1:] + edges[:-1]),
        temperature=resting_temperature + rise,
        ablated=np.isfinite(column.removal_time),
        removal_time=column.removal_time,
        absorbed=column.absorbed,
        carried_away=column.carried_away,
        surface_loss=column.surface_loss,
        residual_heat=residual_heat,
        stored=column.stored,
    )


def _cell_sizes(
    material: AblationMaterial, radiant_exposure: float, removal: float, cell: float
) -> Floats:
    """Equal cells as deep as ablation and light can go, then growing ones."""
    reach = 1.0 / (material.mu_a * material.mu_a_dynamic_factor)
    cell = cell or min(reach / 40.0, 0.25e-6)
    deepest = radiant_exposure / removal
    if deepest > _DEEPEST:
        raise ParameterError(
            f"{radiant_exposure:g} J/m2 could ablate {deepest:.2g} m in one pulse; expected at "
            f"most {_DEEPEST:g} m. Split it into several pulses."
        )
    n_equal = math.ceil((deepest + 4.0 * reach) / cell)
    deeper = graded_edges(cell * 1.03, 1.03, 2e-4, _EXTENT)
    return np.concatenate([np.full(n_equal, cell), np.diff(deeper)])


def _times(pulse_duration: float, until: float) -> Floats:
    during = pulse_duration * np.arange(33) / 32.0
    rest = until - pulse_duration
    n_after = 2 + math.ceil(12.0 * max(0.0, math.log10(rest / (0.01 * pulse_duration))))
    after = pulse_duration + np.geomspace(min(0.01 * pulse_duration, rest), rest, n_after)
    after[-1] = until
    return np.concatenate([during, after])
