"""All benchmarks of the product, room by room, so that a caller can show them as they finish."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from porelight.errors import ParameterError
from porelight.validation import (
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
    responders,
)
from porelight.validation.case import CaseResult

Part: TypeAlias = Callable[[], list[CaseResult]]

PHOTONS = 100_000


def run_cases(n_photons: int = 0, seed: int = 1) -> Iterator[tuple[int, int, list[CaseResult]]]:
    """Run every benchmark and yield the results as they come.

    Parameters
    ----------
    n_photons : int
        Photons per Monte Carlo case; 0 takes `PHOTONS`.
    seed : int
        The same seed gives the same table.

    Yields
    ------
    tuple of int, int, list of CaseResult
        Parts done, parts in all, and the results of the part just done.

    Raises
    ------
    ParameterError
        If the number of photons is negative.
    """
    parts: list[Part] = [
        *_light_parts(light.CASES, n_photons, seed),
        heat.cases,
        mechanics.cases,
        biology.cases,
        lambda: chain.cases(seed),
        lambda: responders.cases(seed),
    ]
    yield from _run(parts)


def run_light(n_photons: int = 0, seed: int = 1) -> Iterator[tuple[int, int, list[CaseResult]]]:
    """Run every benchmark of light, those that need many photons too; see `run_cases`."""
    cases = (
        *light.CASES,
        *light_sampling.CASES,
        *light_kernels.CASES,
        *light_pores.CASES,
        *light_tones.CASES,
        *light_inside.CASES,
    )
    yield from _run(_light_parts(cases, n_photons, seed))


def _light_parts(cases: Sequence[light.Case], n_photons: int, seed: int) -> list[Part]:
    """Return the cases as parts that draw random numbers of their own, as `light.cases` does."""
    if n_photons < 0:
        raise ParameterError(f"photons is {n_photons}; expected 0 for the usual number, or more.")
    photons, first = n_photons or PHOTONS, seed * len(cases)
    return [partial(case, photons, first + number) for number, case in enumerate(cases)]


def _run(parts: Sequence[Part]) -> Iterator[tuple[int, int, list[CaseResult]]]:
    for done, part in enumerate(parts, start=1):
        yield done, len(parts), part()
