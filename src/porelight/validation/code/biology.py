"""The checks of injury and healing: D1, held temperatures, and K1, no dose and no change.

Keys are those of the tables in ``docs/theory/injury.md`` and ``docs/theory/healing.md``.
"""

from collections.abc import Iterator

import numpy as np

from porelight.data.library import document
from porelight.healing.collagen import CollagenKinetics, remodelling
from porelight.healing.contraction import ContractionParameters, contraction
from porelight.healing.epidermis import EpidermisParameters, epidermal_healing
from porelight.healing.plug import PlugParameters, plug_fill
from porelight.injury.field import InjuryParameters, injury_field
from porelight.injury.published import PUBLISHED, published_coefficients
from porelight.injury.rate_process import (
    GAS_CONSTANT,
    RateProcess,
    damage_integral,
    threshold_temperature,
)
from porelight.units import ZERO_CELSIUS, celsius, day
from porelight.validation.case import CaseResult

_ROUNDING = 1e-12
_TABLE = "table of thresholds from A and E of each published set"
_HOMEOSTASIS = "definition of homeostasis"


def cases() -> list[CaseResult]:
    """Return every comparison of injury and healing, in a fraction of a second.

    Returns
    -------
    list of CaseResult
        D1 (held temperature, thresholds of each set) and K1 (zero dose), all
        deterministic.

    Examples
    --------
    >>> all(case.passed for case in cases())
    True
    """
    return [_held(), *_thresholds(), *_zero_dose()]


def _case(
    key: str,
    title: str,
    quantity: str,
    values: tuple[str, float, float, float],
    source: str,
) -> CaseResult:
    unit, expected, found, tolerance = values
    return CaseResult(
        key=key,
        title=title,
        quantity=quantity,
        unit=unit,
        expected=expected,
        found=found,
        standard_error=0.0,
        tolerance=tolerance,
        source=source,
    )


def _held() -> CaseResult:
    """Omega of a minute at 54 degC, in uneven steps, over rate times time."""
    process = published_coefficients("henriques").branches[0]
    temperature = celsius(54.0)
    exact = 60.0 * np.exp(
        np.log(process.frequency_factor)
        - np.divide(process.activation_energy, GAS_CONSTANT * temperature)
    )
    time = np.array([0.0, 1e-3, 7.0, 59.0, 60.0])
    found = float(damage_integral(time, np.full(5, temperature), process))
    return _case(
        "D1",
        "held temperature",
        "Omega over rate times time",
        ("1", 1.0, found / float(exact), _ROUNDING),
        "closed form",
    )


def _processes() -> Iterator[tuple[str, RateProcess]]:
    """Every single-rate set, by its name in the table."""
    for name in PUBLISHED:
        for branch in published_coefficients(name).branches:
            yield branch.name, branch
    typical = InjuryParameters.typical()
    skin = typical.denaturation().first
    if isinstance(skin, RateProcess):
        yield "skin_collagen", skin
    yield "blood", typical.coagulation()


def _thresholds() -> Iterator[CaseResult]:
    """Compare the entry of each row of the table that is missed by most."""
    rows = document("validation", "damage_thresholds")
    for name, process in _processes():
        row = rows[name]
        found = np.array([threshold_temperature(process, t) for t in row["durations"]])
        printed = np.array(row["celsius"])
        worst = int(np.argmax(np.abs(found - ZERO_CELSIUS - printed)))
        duration = row["durations"][worst]
        yield _case(
            "D1",
            f"threshold, {name.replace('_', ' ')}",
            f"temperature for Omega = 1, {row['end_point']}, in {duration:g} s "
            f"(worst of {printed.size})",
            ("degC", printed[worst], found[worst] - ZERO_CELSIUS, 0.5 * row["place"] + 1e-3),
            _TABLE,
        )


def _zero_dose() -> Iterator[CaseResult]:
    """Largest movement of every state in a year with sessions that do nothing."""
    times = np.linspace(0.0, 365.0, 53) * day
    sessions = np.linspace(0.0, 56.0, 5) * day
    none = np.zeros((sessions.size, 1))
    resting = np.linspace(306.0, 310.6, 20)
    injury = injury_field(
        np.linspace(0.0, 1200.0, 7),
        np.tile(resting, (7, 1)),
        InjuryParameters.typical(),
        resting=resting,
    )
    history = remodelling(times, sessions, none, none, CollagenKinetics.typical())
    surface = epidermal_healing(times, sessions, none, none, none, EpidermisParameters.typical())
    states = {
        "injury after 20 min at rest": (
            injury.killed,
            injury.denatured,
            injury.coagulated,
            injury.heat_shocked,
            injury.cem43,
        ),
        "collagen pools": tuple(
            pool - pool[0] for pool in (history.immature, history.mature, history.denatured)
        ),
        "collagen fluxes, relative": tuple(
            flux / flux[0] - 1.0 for flux in (history.production, history.maturation)
        ),
        "wound, dressing, redness": (surface.open_wound, surface.dressing, surface.erythema),
        "contraction": (contraction(times, sessions, none, ContractionParameters.typical()),),
        "plug": (plug_fill(times, sessions, none, PlugParameters.typical()) - 1.0,),
    }
    for name, arrays in states.items():
        largest = max(float(np.abs(array).max()) for array in arrays)
        yield _case("K1", "no laser, no change", name, ("1", 0.0, largest, _ROUNDING), _HOMEOSTASIS)
