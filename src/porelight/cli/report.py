"""``porelight report``: one page about an outcome."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, say


def report(
    run: Path,
    /,
    *,
    output: Output,
    measured: Path | None = None,
    plan: Annotated[Path | None, Parameter(name="--plan")] = None,
    sensitivity: Path | None = None,
    json: AsJson = False,
) -> int:
    """Write one self-contained HTML page about an outcome.

    Parameters
    ----------
    run
        NetCDF file that 'porelight simulate' wrote.
    output
        HTML file; it needs no other file and no network.
    measured
        Folder that 'porelight measure' wrote, for the photograph with its pores.
    plan
        JSON file that 'porelight plan' wrote, for the table of settings.
    sensitivity
        JSON file that 'porelight sensitivity' wrote, for the figure of what matters most.
    """
    from porelight.files.measurements import load_measured  # noqa: PLC0415
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.files.plans import load_plan_document  # noqa: PLC0415
    from porelight.files.sensitivities import load_sensitivity  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.page import REPORT, write_report  # noqa: PLC0415

    require_output(output, REPORT)
    outcome = load_outcome(run)
    photographed = load_measured(measured) if measured is not None else None
    proposals = load_plan_document(plan) if plan is not None else None
    unknowns = load_sensitivity(sensitivity) if sensitivity is not None else None
    path = write_report(
        outcome, output, measured=photographed, plan=proposals, sensitivity=unknowns
    )
    if json:
        print_json({"report": str(path)})
    else:
        say(f"written: {path}")
    return 0
