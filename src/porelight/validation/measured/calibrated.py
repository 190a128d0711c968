"""What numbers of the model were set by: residuals that tell of the fit and check nothing."""

import math

import numpy as np

from porelight.data.library import Z95, Parameter, parameter
from porelight.inference.calibration import calibrate
from porelight.injury.field import InjuryParameters
from porelight.injury.published import published_coefficients
from porelight.injury.rate_process import threshold_temperature
from porelight.tissue.population import PorePopulation
from porelight.units import ZERO_CELSIUS, day
from porelight.validation.case import CaseResult

_SAEDI_PEOPLE = 20
_SAEDI = "Saedi et al., J. Am. Acad. Dermatol. 68, 113 (2013)"


def cases(seed: int = 1) -> list[CaseResult]:
    """Return heat shock, short pulses, healing times and the trial of fractional 1440 nm.

    Parameters
    ----------
    seed : int
        Seed of the draws.
    """
    return [*_heat_shock(), _short_pulse(), *_healing(), _pores_before(), _pores_after(seed)]


def _case(
    title: str,
    quantity: str,
    values: tuple[str, float, float],
    source: str,
    *,
    tolerance: float = 0.0,
    errors: tuple[float, float] = (0.0, 0.0),
    experiment: str = "",
) -> CaseResult:
    unit, expected, found = values
    return CaseResult(
        key="K",
        title=title,
        quantity=quantity,
        unit=unit,
        expected=expected,
        found=found,
        standard_error=errors[0],
        tolerance=tolerance,
        source=source,
        expected_error=errors[1],
        kind="calibration",
        specimen="living skin",
        experiment=experiment or source,
    )


def _heat_shock() -> list[CaseResult]:
    """Return where the heat-shock integral reaches 1, against the middle of measured bands."""
    process = published_coefficients("henriques").branches[0]
    ratio = float(InjuryParameters.typical().heat_shock_ratio)
    return [
        _case(
            "heat shock",
            f"onset in {name}, against the band {low:g} to {high:g} degC",
            (
                "degC",
                0.5 * (low + high),
                threshold_temperature(process, ratio * time) - ZERO_CELSIUS,
            ),
            "Ortner et al., Cell Stress Chaperones 20, 277 (2015)",
            tolerance=0.5 * (high - low),
        )
        for name, time, low, high in (("1 min", 60.0, 47.0, 50.0), ("2 h", 7200.0, 41.0, 44.0))
    ]


def _short_pulse() -> CaseResult:
    """Return the temperature at which cells die of 0.3 ms."""
    found = threshold_temperature(InjuryParameters.typical().death(), 3e-4) - ZERO_CELSIUS
    return _case(
        "short pulse",
        "temperature for Omega = 1 in 0.3 ms",
        ("degC", 130.0, found),
        "Simanovskii et al., Phys. Rev. E 74, 011915 (2006)",
        tolerance=1.0,
    )


def _healing() -> list[CaseResult]:
    """Return the days until a wound of Pearl is closed and its dressing off."""
    closed = parameter("tissue", "healing", "reepithelialisation_time").value / day
    lag = parameter("tissue", "healing", "dressing_lag").value / day
    rows = []
    for name, found in (("pearl_reepithelialised", closed), ("pearl_dressing_off", closed + lag)):
        published = _published(name)
        low, high = published.low / day, published.high / day
        rows.append(
            _case(
                "healing of a Pearl wound",
                f"{name.removeprefix('pearl_').replace('_', ' ')}, {low:g} to {high:g} days",
                ("d", 0.5 * (low + high), found),
                published.source,
                tolerance=0.5 * (high - low),
            )
        )
    return rows


def _pores_before() -> CaseResult:
    """Return the area of visible pores of the trial's patient, by which their size was solved."""
    published = _published("pore_area_fraction")
    found = np.mean(
        [
            PorePopulation.typical(zone, 3, 40.0, "female", oiliness).area_fraction()
            for zone in ("cheek", "nose")
            for oiliness in ("normal", "oily")
        ]
    )
    deviation = 0.5 * (published.high - published.low) / math.sqrt(_SAEDI_PEOPLE)
    return _case(
        "visible pores before treatment, 20 people",
        "share of skin that they cover; mean of cheek and nose, normal and oily",
        ("1", published.value, float(found)),
        published.source,
        tolerance=2.0 * deviation,
        experiment=_SAEDI,
    )


def _pores_after(seed: int) -> CaseResult:
    """Return the change of that area in the trial of which the posterior is."""
    found = calibrate(2000, seed)
    low, middle, high = found.area_after
    before, after = (
        parameter("tissue", "trials", f"saedi_area_fraction_{when}") for when in ("before", "after")
    )
    measured = after.value / before.value
    error = parameter("tissue", "trials", "saedi_deviation").value * measured
    return _case(
        "visible pores after fractional 1440 nm, 20 people",
        "change of their area two weeks after six sessions",
        ("1", measured - 1.0, float(middle)),
        after.source,
        errors=(float(high - low) / (2.0 * Z95), error),
        experiment=_SAEDI,
    )


def _published(name: str) -> Parameter:
    return parameter("tissue", "published", name)
