"""``porelight verify``: the published benchmarks, run by the product itself."""

from typing import TYPE_CHECKING

from cyclopts import App

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, progress_bar, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from porelight.validation.case import CaseResult

verify = App(
    name="verify", help="Run the published benchmarks: expected, found, standard error, z, verdict."
)


@verify.default
def everything(*, photons: int = 0, seed: int = 1, json: AsJson = False) -> int:
    """Run the published benchmarks: expected, found, standard error, z, verdict.

    Parameters
    ----------
    photons
        Photons per light case; 0 takes each case's usual number.
    seed
        Seed of the photons.
    json
        Print the table as JSON.
    """
    from porelight.validation.suite import run_cases  # noqa: PLC0415

    return _shown(lambda: run_cases(n_photons=photons, seed=seed), json=json)


@verify.command(name="light")
def light_alone(*, photons: int = 0, seed: int = 1, json: AsJson = False) -> int:
    """Run the benchmarks of light alone: layers, pores, samplers, both kernels.

    Parameters
    ----------
    photons
        Photons per case; 0 takes the usual number. 10 million show errors of 0.01 %.
    seed
        Seed of the photons.
    json
        Print the table as JSON.
    """
    from porelight.validation.suite import run_light  # noqa: PLC0415

    return _shown(lambda: run_light(n_photons=photons, seed=seed), json=json)


def _shown(run: "Callable[[], Iterator[tuple[int, int, list[CaseResult]]]]", *, json: bool) -> int:
    """Run parts one after the other, show what came out, and tell by the exit code."""
    from porelight.report.tables import verification_rows  # noqa: PLC0415

    results: list[CaseResult] = []
    interrupted = False
    try:
        with progress_bar("verifying", quiet=json) as progress:
            for done, total, batch in run():
                results.extend(batch)
                progress(done / total)
    except KeyboardInterrupt:
        interrupted = True
    rows = verification_rows(results)
    failed = [result for result in results if not result.passed]
    if json:
        print_json({"passed": not failed and not interrupted, "cases": rows})
    else:
        print_rows("verification", rows)
        say(f"{len(results) - len(failed)} of {len(results)} cases passed")
    if interrupted:
        raise KeyboardInterrupt
    return 1 if failed else 0
