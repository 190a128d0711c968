"""Scattering, pigment, depth of heat and warmth of skin against measurements that set none of them.

The table is ``data/validation/skin_optics.toml``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from porelight.course.draws import PHYSICS
from porelight.data.dataclass_table import from_table, table_of
from porelight.data.file_units import NM, UNITS
from porelight.data.library import Parameter, document, parameters_of
from porelight.data.priors import member, typical_draws, uncertain
from porelight.errors import DataFileError, did_you_mean
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.transport import transport
from porelight.session.single_exposure import heating
from porelight.session.target import Target
from porelight.session.threshold import exposure_outcome, single_exposure
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.optics import skin_optics
from porelight.tissue.people import spread_of_people
from porelight.tissue.skin import Skin
from porelight.units import mm
from porelight.validation.case import CaseResult, Specimen

Predicted = Callable[[float, Mapping[str, float]], float]  # of a wavelength and values [SI]

DRAWS = 8
_PHOTONS = 20_000
_NINETY = 0.86 * mm  # depth above which photothermal profiles put 90 % of the heat


@dataclass(frozen=True, slots=True)
class _Told:
    """What the table says of a measurement beside its number."""

    about: str
    quantity: str
    wavelength: float
    specimen: Specimen
    differs: str


@dataclass(frozen=True, slots=True)
class PublishedOptics:
    """One measurement; `measured` has a standard deviation to either side as its range."""

    about: str
    quantity: str
    wavelength: float
    specimen: Specimen
    differs: str
    measured: Parameter

    def predicted(self, values: Mapping[str, float]) -> float:
        """Return what the model says, for values of the library that differ from its own [SI]."""
        return QUANTITIES[self.quantity](self.wavelength, values)


def cases(*, n_draws: int = DRAWS, seed: int = 1) -> list[CaseResult]:
    """Return every measurement beside its prediction.

    Parameters
    ----------
    n_draws : int
        Draws of what nobody knows.
    seed : int
        Seed of the draws.
    """
    people = set(spread_of_people().names)
    parameters = [one for one in uncertain(PHYSICS) if one.name not in people]
    inputs = typical_draws(parameters, n_draws, seed)
    draws = [member(inputs, index) for index in range(n_draws)]
    return [_case(row, draws) for row in published_optics().values()]


@cache
def published_optics() -> Mapping[str, PublishedOptics]:
    """Return the measurements by name.

    Raises
    ------
    DataFileError
        If an entry lacks a field, or its quantity is none that the model has.
    """
    return MappingProxyType(
        {name: _entry(name, raw) for name, raw in document("validation", "skin_optics").items()}
    )


def reduced_scattering(wavelength: float, values: Mapping[str, float]) -> float:
    """Return the mean over epidermis and dermis of the forearm [1/m]; a probe sees no fat."""
    optics = skin_optics(ForearmSkin.typical(values), wavelength, values)
    reduced = optics.mu_s * (1.0 - optics.anisotropy)
    return float(np.average(reduced[:-1], weights=optics.thickness[:-1]))


def epidermis_absorption(wavelength: float, values: Mapping[str, float]) -> float:
    """Return the absorption of the epidermis of type IV [1/m]."""
    skin = Skin.typical("cheek", 4, 40.0, values=values)
    return float(skin_optics(skin, wavelength, values).mu_a[0])


def depth_of_heat(wavelength: float, values: Mapping[str, float]) -> float:
    """Return the depth that holds half of the heat, if 90 % of it lies where profiles end [m]."""
    edges = np.concatenate([np.linspace(0.0, 2.0, 201), np.linspace(2.0, 12.0, 26)[1:]]) * mm
    grid = Grid(np.array([0.0, 2.5, 20.0]) * mm, edges)
    optics = skin_optics(Skin.typical("cheek", 2, 40.0, values=values), wavelength, values)
    light = transport(optics, Beam("flat-top", 5.0 * mm), grid, n_photons=_PHOTONS, seed=1)
    inside = np.append(0.0, np.cumsum((light.absorbed * grid.volume).sum(axis=1)))
    ends = np.interp(_NINETY, edges, inside) / 0.9
    return float(np.interp(0.5 * ends, inside, edges))


def surface_rise(wavelength: float, values: Mapping[str, float]) -> float:
    """Return how much 0.37 J in a Gaussian spot of 1.2 mm warm the surface of a pig [K]."""
    diameter = 1.2 * mm
    target = Target.pig(values=values)
    exposure = single_exposure(
        target,
        wavelength=wavelength,
        spot_diameter=diameter,
        duration=350e-6,
        profile="gaussian",
    )
    heated = heating(target, exposure, n_photons=_PHOTONS)
    outcome = exposure_outcome(heated, 0.37 / (0.25 * np.pi * diameter**2))
    return float(outcome.surface_peak - heated.unlit[0, 0])


QUANTITIES: Mapping[str, Predicted] = MappingProxyType(
    {
        "reduced scattering": reduced_scattering,
        "absorption of the epidermis": epidermis_absorption,
        "depth of half of the heat": depth_of_heat,
        "rise of the surface": surface_rise,
    }
)


def _case(row: PublishedOptics, draws: list[dict[str, float]]) -> CaseResult:
    size = float(UNITS[row.measured.unit].size)
    found = row.predicted({})
    around = np.array([row.predicted(values) for values in draws])
    return CaseResult(
        key="R2",
        title=row.about,
        quantity=f"{row.quantity}, {NM.shown(row.wavelength)}",
        unit=row.measured.unit,
        expected=row.measured.value / size,
        found=found / size,
        standard_error=float(around.std(ddof=1)) / size,
        tolerance=0.0,
        source=row.measured.source,
        expected_error=0.5 * (row.measured.high - row.measured.low) / size,
        kind="validation",
        specimen=row.specimen,
        experiment=row.measured.source.partition(":")[0],
        differs=row.differs,
    )


def _entry(name: str, raw: object) -> PublishedOptics:
    where = f"data/validation/skin_optics.toml, {name}"
    given = table_of(raw, where)
    if "measured" not in given:
        raise DataFileError(f"{where}: lacks measured.")
    measured = parameters_of({"measured": given.pop("measured")}, where)["measured"]
    told = from_table(_Told, given, where)
    if told.quantity not in QUANTITIES:
        raise DataFileError(
            f"{where}: no quantity named {told.quantity!r}{did_you_mean(told.quantity, QUANTITIES)}"
        )
    return PublishedOptics(
        told.about,
        told.quantity,
        NM.to_si(told.wavelength),
        told.specimen,
        told.differs,
        measured,
    )
