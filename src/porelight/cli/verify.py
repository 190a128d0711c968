"""``porelight verify``: the published benchmarks, run by the product itself."""

from typing import TYPE_CHECKING

from cyclopts import App

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, progress_bar, say
from porelight.cli.numbers import Photons, Seed

if TYPE_CHECKING:
    from porelight.validation.case import ComparisonKind

verify = App(
    name="verify",
    help="Hold the code against exact and published values; calculation, calibration and "
    "validation are lists of their own.",
)


@verify.default
def everything(*, photons: Photons = 0, seed: Seed = 1, json: AsJson = False) -> int:
    """Hold the code against exact and published values: expected, found, error, z, verdict.

    Parameters
    ----------
    photons
        Photons per light case; 0 takes each case's usual number.
    """
    return _run(light_alone=False, photons=photons, seed=seed, json=json)


@verify.command(name="light")
def light_alone(*, photons: Photons = 0, seed: Seed = 1, json: AsJson = False) -> int:
    """Run the benchmarks of light alone: layers, pores, samplers, both kernels.

    Parameters
    ----------
    photons
        Photons per case; 0 takes the usual number. 10 million show errors of 0.01 %.
    """
    return _run(light_alone=True, photons=photons, seed=seed, json=json)


@verify.command
def calculation(*, seed: Seed = 1, json: AsJson = False) -> int:
    """Repeat usual calculations with other random numbers and finer grids."""
    return _run(kind="calculation verification", seed=seed, json=json)


@verify.command
def calibration(*, seed: Seed = 1, json: AsJson = False) -> int:
    """List the measurements that set numbers of the model, and so check nothing."""
    return _run(kind="calibration", seed=seed, json=json)


@verify.command
def validation(*, seed: Seed = 1, json: AsJson = False) -> int:
    """Hold predictions against measurements that set no number; exit code 1 if any disagrees.

    A row disagrees beyond twice the uncertainty of measurement, inputs and numerics together.
    """
    return _run(kind="validation", seed=seed, json=json)


def _run(
    *,
    kind: "ComparisonKind" = "code verification",
    light_alone: bool = False,
    photons: int = 0,
    seed: int,
    json: bool,
) -> int:
    """Run one part after the other, show what came out, and tell by the exit code."""
    from porelight.report.tables import verification_rows  # noqa: PLC0415
    from porelight.workflows.verify import VerificationInterrupted  # noqa: PLC0415
    from porelight.workflows.verify import verify as verified  # noqa: PLC0415

    interrupted = False
    try:
        with progress_bar("verifying", quiet=json) as progress:
            found = verified(
                light_alone=light_alone, kind=kind, photons=photons, seed=seed, progress=progress
            )
    except VerificationInterrupted as stopped:
        found, interrupted = stopped.result, True
    rows = verification_rows(found.results)
    if json:
        print_json({"passed": found.passed and not interrupted, "cases": rows})
    else:
        print_rows("verification of light" if light_alone else kind, rows)
        say(f"{len(rows) - len(found.failed)} of {len(rows)} cases passed")
    if interrupted:
        raise KeyboardInterrupt
    return 0 if found.passed else 1
