"""``porelight verify``: the published benchmarks, run by the product itself."""

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, progress_bar, say


def verify(*, photons: int = 0, seed: int = 1, json: AsJson = False) -> int:
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
    from porelight.report.tables import verification_rows  # noqa: PLC0415
    from porelight.verify.suite import run_cases  # noqa: PLC0415

    results, interrupted = [], False
    try:
        with progress_bar("verifying", quiet=json) as progress:
            for done, total, batch in run_cases(n_photons=photons, seed=seed):
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
