r"""Ablation of skin by a wavelength that water absorbs strongly (Pearl, 2790 nm).

One dimension, enthalpy form: absorption from the moving surface, conduction below it, a plateau at
the boil-off temperature while water turns into steam. A cell absorbs by its temperature, in a
straight line up to boiling, and by the water that is left in it,

.. math:: \mu_a(T, w) = \mu_a\,\bigl(d + (1 - d)\,w\bigr)\,
          \Bigl(1 - (1 - h)\,\frac{T - T_0}{T_b - T_0}\Bigr),

with h the share of cold absorption at boiling and d that of skin whose water has boiled. A cell
whose water has boiled off flies away with all its heat and the surface moves on. Heat that stays
behind spreads and leaves at the surface; both are counted from rest, so that without a pulse
nothing changes. Pulses on the same place follow one another on the same column: it is still warm,
thinner, and drier where steam could leave.

Limits: one dimension (spots of millimetres against heat of tens of micrometres); no plume, no
pressure, no scattering; steam that stays in the skin condenses there and gives its heat back; no
perfusion, so not for longer than about ten seconds.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from porelight.data import library
from porelight.errors import ParameterError, did_you_mean
from porelight.grid import graded_edges
from porelight.heat._ablation_run import AblationRun, pulses_of, times_in_pulse
from porelight.heat._ablation_steps import AbsorbedLight, Boiling
from porelight.heat._column import Column
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import (
    DENSITY,
    FRACTION,
    MU_A,
    RADIANT_EXPOSURE,
    SPECIFIC_HEAT,
    TEMPERATURE,
    THERMAL_CONDUCTIVITY,
    TIME,
    Floats,
    Quantity,
)

Bools: TypeAlias = NDArray[np.bool_]
Removal = Literal["steady", "blow-off"]

HEAT_OF_ABLATION = Quantity(
    "heat_of_ablation", "J/m3", 1e8, 1e11, "from body temperature to removal, per volume"
)
_BODY = 310.15  # K; where the heat of ablation is counted from
_EXTENT = 8e-3  # m; heat spreads 2 mm in 10 s
_LONGEST = 60.0  # s; later perfusion matters
_DEEPEST = 1e-3  # m; more ablation than one pulse can do
_ERBIUM_YSGG = 2.79e-6  # m
# wavelengths [m] at which it is known how absorption changes up to boiling
_HOT_ABSORPTION = (
    (2.05e-6, "hot_absorption_2050"),
    (_ERBIUM_YSGG, "hot_absorption_2790"),
    (2.94e-6, "hot_absorption_2940"),
)
_GROWTH = 1.05  # of cells below the light, each to the next


@dataclass(frozen=True, slots=True)
class AblationMaterial:
    """Properties of skin for light that is absorbed within micrometres."""

    mu_a: float  # cold, of skin [1/m]
    hot_absorption: float  # absorption of wet skin that is about to boil over that of cold skin [-]
    dry_absorption: float  # share of the absorption that is left when all the water has boiled [-]
    steam_escape: float  # share of the steam left at the end of a pulse that leaves the skin [-]
    plume_attenuation: float  # of light by what has flown off during the pulse, per depth [1/m]
    boil_off_temperature: float  # K
    heat_of_ablation: float  # from 37 degC to removal [J/m3]
    density: float  # kg/m3
    specific_heat: float  # J/(kg K)
    thermal_conductivity: float  # W/(m K)

    def __post_init__(self) -> None:
        MU_A.require(self.mu_a)
        if self.mu_a == 0.0:
            raise ParameterError("mu_a is 0 1/m; light that is not absorbed cannot ablate.")
        for name in ("dry_absorption", "steam_escape"):
            FRACTION.require(getattr(self, name), name)
        MU_A.require(self.plume_attenuation, "plume_attenuation")
        if not 0.0 < self.hot_absorption <= 3.0:
            raise ParameterError(
                f"hot_absorption is {self.hot_absorption:g}; expected above 0 and at most 3: water "
                "loses two thirds at 2940 nm and next to nothing at 2790 nm."
            )
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
    def from_values(cls, values: Mapping[str, float], wavelength: float = _ERBIUM_YSGG) -> Self:
        """Return the library's values with some replaced.

        Parameters
        ----------
        values : mapping of str to float
            Names of ``data/tissue/ablation.toml`` or ``thermal.toml`` and their SI values; other
            names are left alone. ``mu_a_skin_2790`` may hold the cold absorption at another
            strongly absorbed wavelength.
        wavelength : float
            Vacuum wavelength [m]: how absorption changes on heating is interpolated between those
            at which it is known.

        Raises
        ------
        ParameterError
            If a value is outside its sane range.
        """

        def value(name: str, table: str = "ablation") -> float:
            if name in values:
                return float(values[name])
            return library.parameter("tissue", table, name).value

        hot = float(
            np.interp(
                wavelength,
                [at for at, _ in _HOT_ABSORPTION],
                [value(name) for _, name in _HOT_ABSORPTION],
            )
        )
        return cls(
            mu_a=value("mu_a_skin_2790"),
            hot_absorption=hot,
            dry_absorption=value("dry_absorption"),
            steam_escape=value("steam_escape"),
            plume_attenuation=value("plume_attenuation"),
            boil_off_temperature=value("boil_off_temperature"),
            heat_of_ablation=value("heat_of_ablation"),
            density=value("density_skin", "thermal"),
            specific_heat=value("specific_heat_skin", "thermal"),
            thermal_conductivity=value("thermal_conductivity_skin", "thermal"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class AblationResult:
    """Ablation and heating by the pulses; energies per area of skin, counted from rest [J/m2]."""

    ablated_depth: float  # m
    time: Floats  # (n_time,) since the start of the first pulse [s]
    depth: Floats  # (n_z,) of the cell centres below the original surface [m]
    temperature: Floats  # (n_time, n_z); a removed cell keeps the boil-off temperature [K]
    ablated: Bools  # (n_z,) whether the cell is gone at the end
    removal_time: Floats  # (n_z,) when it flew off, infinite if it did not [s]
    water_left: Floats  # (n_z,) share of its water that a cell has at the end [-]
    absorbed: float
    shielded: float  # kept from the skin by the plume
    carried_away: float  # with what was ablated
    steam_loss: float  # with steam that left the skin
    surface_loss: float
    residual_heat: float  # left in the skin when the last pulse ends
    stored: float  # left in the skin at the last time
    pulse_end: Floats  # (n_pulse,) [s]
    pulse_ablated: Floats  # (n_pulse,) removed by each [m]
    pulse_residual: Floats  # (n_pulse,) in the skin at the end of each, earlier ones' included


class PulseTrain(NamedTuple):
    """Pulses on one place."""

    radiant_exposure: float  # energy per area that enters the skin, all pulses together [J/m2]
    temporal_profile: TemporalProfile
    until: float  # time at which the simulation ends, at most a minute [s]


def ablate(  # noqa: PLR0913  two keywords with defaults
    material: AblationMaterial,
    radiant_exposure: float,
    pulse_duration: float | TemporalProfile,
    surface: Surface,
    resting_temperature: float,
    until: float,
    *,
    removal: Removal = "steady",
    cell: float = 0.0,
) -> AblationResult:
    """Ablation and heating of skin by one pulse, or by several on the same place.

    Parameters
    ----------
    material : AblationMaterial
        Properties of the skin.
    radiant_exposure : float
        Energy per area that enters the skin, all pulses together [J/m2].
    pulse_duration : float or TemporalProfile
        Length of one rectangular pulse [s], or the power over time of any pulse or train.
    surface : Surface
        Its `heat_transfer` acts on the rise above rest.
    resting_temperature : float
        Temperature of the skin before the pulse, also that of skin warmed by earlier ones [K].
    until : float
        Time at which the simulation ends [s], at most a minute.
    removal : {"steady", "blow-off"}
        Whether skin flies off as soon as it has boiled off, so that the light reaches fresh skin,
        or all at the end of each pulse: the limits of a pulse that is long, or short, against the
        time in which the skin moves away. A pulse of 0.4 ms is long.
    cell : float
        Thickness of the cells near the surface [m]; 0 takes a 20th of the depth of absorption in
        cold skin, 0.1 to 0.25 um.

    Returns
    -------
    AblationResult
        On 32 times in a pulse (8 in long trains) and 12 per decade after it.

    Raises
    ------
    ParameterError
        If a number is outside its sane range.
    ConvergenceError
        If a step in time cannot be solved.

    Notes
    -----
    Two-stage L-stable steps, Newton's method on the enthalpy, steps cut where a cell flies off.
    absorbed = stored + carried_away + steam_loss + surface_loss to rounding.

    Steam that is left when a pulse ends escapes by the share `steam_escape`. A cell that has lost
    water absorbs less, and boils for less long; it flies off at the same enthalpy, which it now
    reaches as temperature.
    """
    if not isinstance(pulse_duration, TemporalProfile):
        pulse_duration = TemporalProfile.rectangle(pulse_duration)
    train = PulseTrain(radiant_exposure, pulse_duration, until)
    return ablate_places(
        material, [train], surface, resting_temperature, removal=removal, cell=cell
    )[0]


def ablate_places(
    material: AblationMaterial,
    trains: Sequence[PulseTrain],
    surface: Surface,
    resting_temperature: float,
    *,
    removal: Removal = "steady",
    cell: float = 0.0,
) -> tuple[AblationResult, ...]:
    """Ablation and heating of places of the same skin, each by its own train of pulses.

    Trains that begin alike are computed once up to where they part, on the cells of the deepest.

    Parameters
    ----------
    material, surface, resting_temperature, removal, cell
        As for `ablate`.
    trains : sequence of PulseTrain
        One for each place.

    Returns
    -------
    tuple of AblationResult
        One for each place.

    Raises
    ------
    ParameterError
        If a number is outside its sane range.
    ConvergenceError
        If a step in time cannot be solved.
    """
    if removal not in get_args(Removal):
        raise ParameterError(
            f"no removal named {removal!r}{did_you_mean(str(removal), get_args(Removal))}"
        )
    TEMPERATURE.require(resting_temperature, "resting_temperature")
    boiling = material.heat_capacity * (material.boil_off_temperature - resting_temperature)
    if boiling <= 0.0:
        raise ParameterError(
            f"resting_temperature is {resting_temperature:g} K, not below the boil-off temperature "
            f"of {material.boil_off_temperature:g} K."
        )
    places = [pulses_of(*train) for train in map(_required, trains)]
    boil = Boiling(material.heat_capacity, boiling, material.latent_heat)
    deepest = max(range(len(trains)), key=lambda i: trains[i].radiant_exposure)
    n_pulses = len(places[deepest].pulses)
    size = _cell_sizes(material, trains[deepest].radiant_exposure, boil.removal, cell, n_pulses)
    run = AblationRun(
        Column(size, material.thermal_conductivity, surface.heat_transfer, boil),
        AbsorbedLight(
            mu_a=material.mu_a,
            slope=(1.0 - material.hot_absorption)
            / (material.boil_off_temperature - resting_temperature),
            dry=material.dry_absorption,
            plume=material.plume_attenuation,
        ),
        removal == "blow-off",
        material.steam_escape,
        times_in_pulse(n_pulses),
    )
    finished = run.follow(places)
    return tuple(_result(finished[place], size, resting_temperature) for place in places)


def _required(train: PulseTrain) -> PulseTrain:
    """Return a train whose numbers are in their sane ranges."""
    RADIANT_EXPOSURE.require(train.radiant_exposure)
    TIME.require(train.until, "until")
    if not train.temporal_profile.duration < train.until <= _LONGEST:
        raise ParameterError(
            f"until is {train.until:g} s; expected more than the pulse of "
            f"{train.temporal_profile.duration:g} s and at most {_LONGEST:g} s."
        )
    return train


def _result(run: AblationRun, size: Floats, resting_temperature: float) -> AblationResult:
    """Return what a run recorded."""
    edges, column = np.concatenate([[0.0], np.cumsum(size)]), run.column
    ends, fronts, residual = (np.array(one) for one in zip(*run.pulses, strict=True))
    return AblationResult(
        ablated_depth=float(edges[column.front]),
        time=np.array(run.time),
        depth=0.5 * (edges[1:] + edges[:-1]),
        temperature=resting_temperature + np.array(run.rise),
        ablated=np.isfinite(column.removal_time),
        removal_time=column.removal_time,
        water_left=column.water_left,
        absorbed=column.absorbed,
        shielded=column.shielded,
        carried_away=column.carried_away,
        steam_loss=column.steam_loss,
        surface_loss=column.surface_loss,
        residual_heat=float(residual[-1]),
        stored=column.stored,
        pulse_end=ends,
        pulse_ablated=np.diff(edges[fronts], prepend=0.0),
        pulse_residual=residual,
    )


def _cell_sizes(
    material: AblationMaterial,
    radiant_exposure: float,
    removal: float,
    cell: float,
    n_pulses: int,
) -> Floats:
    """Sizes of the cells [m]: equal as deep as ablation and light can go, then growing."""
    reach = 1.0 / material.mu_a
    cell = cell or min(max(reach / 20.0, 0.1e-6), 0.25e-6)
    deepest = radiant_exposure / removal
    if deepest > _DEEPEST * n_pulses:
        raise ParameterError(
            f"{radiant_exposure:g} J/m2 could ablate {deepest:.2g} m in one pulse; expected at "
            f"most {_DEEPEST:g} m. Split it into several pulses."
        )
    n_equal = math.ceil((deepest + 4.0 * reach) / cell)
    deeper = graded_edges(cell * _GROWTH, _GROWTH, 2e-4, _EXTENT)
    return np.concatenate([np.full(n_equal, cell), np.diff(deeper)])
