"""``porelight credibility``: whether the product can be believed for a use."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, progress_bar, say
from porelight.cli.numbers import Seed
from porelight.cli.paths import Writes

Use = Literal["forecast", "plan", "threshold", "measure"]


def credibility(
    *,
    use: Use,
    output: Annotated[Path | None, Writes(), Parameter(name=["--output", "-o"])] = None,
    seed: Seed = 1,
    json: AsJson = False,
) -> int:
    """Hold porelight against what a use has to show: verification, calibration, validation.

    In the terms of ASME V&V 40 and of FDA's guidance of 2023: question and context of use, risk,
    goals, all eight categories of evidence, a verdict, and what moved since the last release.
    Exit code 0 tells that the page was made, not that every goal is met: read the verdict.

    Parameters
    ----------
    use
        What the answer is used for.
    output
        HTML page to write; it needs no other file and no network.
    """
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.credibility_page import (  # noqa: PLC0415
        CREDIBILITY,
        category_counts,
        category_rows,
        drift_rows,
        goal_rows,
        verdict,
        write_credibility,
    )
    from porelight.workflows.credibility import credibility as evidence  # noqa: PLC0415

    if output is not None:
        require_output(output, CREDIBILITY)
    with progress_bar("comparing", quiet=json) as progress:
        found = evidence(use, seed=seed, progress=progress)
    goals, moved = goal_rows(found.verdicts), drift_rows(found.drifts)
    page = write_credibility(found, output) if output is not None else None
    if json:
        print_json(
            {
                "use": use,
                "met": found.met,
                "scored": found.scored,
                "on_skin": found.on_skin,
                "goals": goals,
                "categories": category_rows(found),
                "since": found.since,
                "moved": moved,
                "page": None if page is None else str(page),
            }
        )
        return 0
    print_rows(f"goals for a {use}", goals)
    print_rows("evidence by category", category_counts(found))
    if moved:
        print_rows(f"moved since {found.since}", moved)
    say(verdict(found))
    if page is not None:
        say(f"written: {page}")
    return 0
