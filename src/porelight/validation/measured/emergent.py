"""Behaviour known of skin that follows from parts of the model, none of which was told it."""

from itertools import pairwise

import numpy as np

from porelight.heat.conduction import resting_temperature
from porelight.heat.pulse import treatment_grid
from porelight.heat.surface import Surface
from porelight.laser.devices import laser_genesis
from porelight.light.layered_reflectance import reflectances
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal
from porelight.units import mm, nm, to_celsius
from porelight.validation.case import CaseResult

_TYPES = range(1, 7)


def cases(seed: int = 1) -> list[CaseResult]:
    """Return behaviour that follows from the parts and was put into none of them.

    Parameters
    ----------
    seed : int
        Seed of the photons.
    """
    return [_resting(), _types_alike(), _darker_is_hotter(seed)]


def _resting() -> CaseResult:
    """Return how warm a resting face is, by blood, conduction and air alone."""
    skin = Skin.typical("cheek", 2, 40.0)
    grid = treatment_grid(5.0 * mm)
    resting = resting_temperature(grid, skin_thermal(skin, {}), Surface.from_values({}))
    return _case(
        "surface of a resting face",
        ("degC", 34.0, to_celsius(float(resting[0])), 1.5),
        "skin of faces in rooms of 21 to 24 degC: 32.5 to 35.5 degC (thermography, recalled)",
    )


def _types_alike() -> CaseResult:
    """Return how far types differ above 1.2 um, where melanin absorbs nothing."""
    at_1300 = np.array(
        [
            reflectances([skin_optics(Skin.typical("cheek", kind, 40.0), 1300.0 * nm, {})])[0]
            for kind in _TYPES
        ]
    )
    return _case(
        "largest difference of reflectance between types I to VI at 1300 nm",
        ("1", 0.0, float(np.ptp(at_1300)), 0.01),
        "spectra of all types meet beyond 1.2 um (docs/theory/optics_of_people.md, reference 1)",
    )


def _darker_is_hotter(seed: int) -> CaseResult:
    """Return whether each darker type gets hotter under the same 1064 nm pulses."""
    peaks = []
    for kind in _TYPES:
        ensemble = PhysicsEnsemble(Skin.typical("cheek", kind, 40.0), [{}], 20_000, seed)
        result = ensemble.treat_member(laser_genesis(n_pulses=50), 0)
        peaks.append(float(result.peak_temperature[0]))
    ordered = sum(hotter > cooler for cooler, hotter in pairwise(peaks))
    return _case(
        "steps from a type to the next darker one that heat the surface more, of 5",
        ("1", 5.0, float(ordered), 0.0),
        "devices are set lower for darker skin (clinical guides)",
    )


def _case(quantity: str, values: tuple[str, float, float, float], source: str) -> CaseResult:
    unit, expected, found, tolerance = values
    return CaseResult(
        key="E",
        title="follows from the parts",
        quantity=quantity,
        unit=unit,
        expected=expected,
        found=found,
        standard_error=0.0,
        tolerance=tolerance,
        source=source,
        kind="validation",
    )
