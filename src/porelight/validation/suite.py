"""All comparisons of the product, part by part, so that a caller can show them as they finish.

A part has the kind of its comparisons (`porelight.validation.case`), the uses of the product that
it speaks for, and for measurements the category of evidence by which FDA's guidance sorts it [1]_.

References
----------
.. [1] FDA, "Assessing the credibility of computational modeling and simulation in medical device
   submissions," guidance of November 17, 2023.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

from porelight.errors import ParameterError
from porelight.validation import calculation
from porelight.validation.case import CaseResult, ComparisonKind
from porelight.validation.code import (
    biology,
    chain,
    heat,
    light,
    light_inside,
    light_kernels,
    light_pores,
    light_sampling,
    light_tones,
    mechanics,
    photographs,
)
from porelight.validation.measured import (
    calibrated,
    depths,
    emergent,
    forearm,
    responders,
    skin_optics,
    thresholds,
    trials,
)

Use = Literal["forecast", "plan", "threshold", "measure"]
Category = Literal[
    "code verification",
    "model calibration",
    "bench tests",
    "in vivo",
    "population",
    "emergent behaviour",
    "plausibility",
    "calculation verification",
]

PHOTONS = 100_000
_PHYSICS: frozenset[Use] = frozenset({"forecast", "plan", "threshold"})
_WEEKS: frozenset[Use] = frozenset({"forecast", "plan"})


@dataclass(frozen=True, slots=True)
class Part:
    """Some comparisons that run together.

    Attributes
    ----------
    title : str
        What they compare, in a few words.
    kind : str
        ComparisonKind of all of them.
    category : str
        Category of evidence of all of them.
    uses : frozenset of str
        Uses of the product that they speak for.
    run : callable
        Returns them for a seed.
    """

    title: str
    kind: ComparisonKind
    category: Category
    uses: frozenset[Use]
    run: Callable[[int], list[CaseResult]]


LightCases: TypeAlias = Sequence[light.Case]


def parts(n_photons: int = 0) -> tuple[Part, ...]:
    """Return all parts, kind by kind.

    Parameters
    ----------
    n_photons : int
        Photons per Monte Carlo case of light; 0 takes `PHOTONS`.

    Raises
    ------
    ParameterError
        If the number of photons is negative.
    """
    return (
        *_light(light.CASES, n_photons),
        _code("heat", _PHYSICS, lambda _: heat.cases()),
        _code("mechanics of a pore", _WEEKS, lambda _: mechanics.cases()),
        _code("injury and healing", _PHYSICS, lambda _: biology.cases()),
        _code("no light, no change", _WEEKS, chain.cases),
        _code(
            "pores of rendered photographs", frozenset({"measure", "forecast"}), photographs.cases
        ),
        *_calculations(),
        *_calibrations(),
        *_measurements(),
    )


def light_parts(n_photons: int = 0) -> tuple[Part, ...]:
    """Return the parts of light, those that need many photons too; see `parts`."""
    cases = (
        *light.CASES,
        *light_sampling.CASES,
        *light_kernels.CASES,
        *light_pores.CASES,
        *light_tones.CASES,
        *light_inside.CASES,
    )
    return _light(cases, n_photons)


def run(chosen: Sequence[Part], seed: int = 1) -> Iterator[tuple[int, int, Part, list[CaseResult]]]:
    """Run parts and yield the results as they come.

    Parameters
    ----------
    chosen : sequence of Part
        What to run, from `parts` or `light_parts`.
    seed : int
        The same seed gives the same table.

    Yields
    ------
    tuple of int, int, Part, list of CaseResult
        Parts done, parts in all, the part just done, and its results.
    """
    for done, part in enumerate(chosen, start=1):
        yield done, len(chosen), part, part.run(seed)


def _code(title: str, uses: frozenset[Use], cases: Callable[[int], list[CaseResult]]) -> Part:
    return Part(title, "code verification", "code verification", uses, cases)


def _light(cases: LightCases, n_photons: int) -> tuple[Part, ...]:
    """Return the cases as parts that draw random numbers of their own, as `light.cases` does."""
    if n_photons < 0:
        raise ParameterError(f"photons is {n_photons}; expected 0 for the usual number, or more.")
    photons, count = n_photons or PHOTONS, len(cases)

    def numbered(case: light.Case, number: int, seed: int) -> list[CaseResult]:
        return case(photons, seed * count + number)

    return tuple(
        _code("light", _PHYSICS, partial(numbered, case, number))
        for number, case in enumerate(cases)
    )


def _calculations() -> tuple[Part, ...]:
    def part(title: str, uses: set[Use], cases: Callable[[int], list[CaseResult]]) -> Part:
        kind: ComparisonKind = "calculation verification"
        return Part(title, kind, "calculation verification", frozenset(uses), cases)

    return (
        part("a usual forecast", {"forecast", "plan"}, calculation.forecast_cases),
        part("chances of a plan", {"plan"}, calculation.plan_cases),
        part("a usual threshold", {"threshold", "plan"}, calculation.threshold_cases),
        part("a measured photograph", {"measure", "forecast"}, calculation.measure_cases),
    )


def _calibrations() -> tuple[Part, ...]:
    def part(title: str, uses: frozenset[Use], cases: Callable[[int], list[CaseResult]]) -> Part:
        return Part(title, "calibration", "model calibration", uses, cases)

    return (
        part("optics of forearms", _PHYSICS, forearm.cases),
        part("heat shock, healing, pores", _WEEKS, calibrated.cases),
        part("bubbles", frozenset({"threshold"}), partial(_thresholds, "calibration")),
        part("depths of ablation", _PHYSICS, partial(_depths, "calibration")),
    )


def _measurements() -> tuple[Part, ...]:
    def part(
        title: str,
        category: Category,
        uses: frozenset[Use],
        cases: Callable[[int], list[CaseResult]],
    ) -> Part:
        return Part(title, "validation", category, uses, cases)

    return (
        part("optics of skin", "in vivo", _PHYSICS, _optics),
        part("thresholds of burns", "in vivo", _PHYSICS, partial(_thresholds, "validation")),
        part("depths of ablation", "bench tests", _PHYSICS, partial(_depths, "validation")),
        part("trials", "in vivo", _WEEKS, lambda seed: trials.cases(seed=seed)),
        part("people who got better", "population", _WEEKS, responders.cases),
        part("behaviour of skin", "emergent behaviour", _PHYSICS, emergent.cases),
    )


def _thresholds(kind: ComparisonKind, seed: int) -> list[CaseResult]:
    return thresholds.cases(kind, seed=seed)


def _depths(kind: ComparisonKind, seed: int) -> list[CaseResult]:
    return depths.cases(kind, seed=seed)


def _optics(seed: int) -> list[CaseResult]:
    return skin_optics.cases(seed=seed)
