"""All benchmarks of the product, room by room, so that a caller can show them as they finish."""

from collections.abc import Callable, Iterator

from porelight.errors import ParameterError
from porelight.verify import biology, chain, heat, light, mechanics
from porelight.verify.case import CaseResult

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
    if n_photons < 0:
        raise ParameterError(f"photons is {n_photons}; expected 0 for the usual number, or more.")
    photons = n_photons or PHOTONS
    parts: list[Callable[[], list[CaseResult]]] = [
        # each light case draws its own random numbers, as `light.cases` does
        *(
            lambda case=case, number=number: case(photons, seed * len(light.CASES) + number)
            for number, case in enumerate(light.CASES)
        ),
        heat.cases,
        mechanics.cases,
        biology.cases,
        lambda: chain.cases(seed),
    ]
    for done, part in enumerate(parts, start=1):
        yield done, len(parts), part()
