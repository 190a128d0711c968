"""``porelight plan``: settings within the limits of a skin, best first."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from porelight.cli.choices import AsJson, Devices, Goal, Measured, Output, PageFile, SkinFile
from porelight.cli.console import print_json, print_rows, say, simulating
from porelight.cli.numbers import Draws, Seed, typed

if TYPE_CHECKING:
    from porelight.planning.plan import Plan

_SHOWN = 10  # rows of each table


def plan(  # noqa: PLR0913  each is an option of the command line
    skin: SkinFile,
    /,
    *,
    output: Output,
    goal: Goal = "pore-area",
    devices: Devices = None,
    measured: Measured = None,
    draws: Draws = 100,
    report: PageFile = None,
    tries: Annotated[int, typed("planning.search.N_SETTINGS")] = 2000,
    seed: Seed | None = None,
    json: AsJson = False,
) -> int:
    """Find settings within the limits of this skin and rank them by whom they help and harm.

    Parameters
    ----------
    output
        TOML file for the best course, ready for 'porelight simulate'; all candidates and all
        refusals with their reasons go beside it as JSON.
    draws
        Draws of the biology for each of the many courses, whatever the file's [simulation] says of
        a single one; its members, photons and perfusion are those of the plan.
    report
        HTML page of the plan: trade-offs, the front, which limit binds, what others would give.
    tries
        Courses to try between and beyond those of the devices' grids, with the settings that a user
        can turn: one to two minutes on two cores, less the second time; 0 for the grids alone.
    seed
        The same seed gives the same plan; that of [simulation], or 1, when left out.
    """
    from porelight.files.courses import read_settings, read_skin  # noqa: PLC0415
    from porelight.files.device_files import read_device  # noqa: PLC0415
    from porelight.files.plans import (  # noqa: PLC0415
        PLAN,
        PLANNED_COURSE,
        everything_beside,
        plan_document,
        save_plan,
    )
    from porelight.files.writing import require_output, write_text  # noqa: PLC0415
    from porelight.planning.search import PLANNED_WITH  # noqa: PLC0415
    from porelight.report.plan_page import PLAN_PAGE, plan_page  # noqa: PLC0415
    from porelight.workflows.plan import plan as planned  # noqa: PLC0415

    require_output(everything_beside(output), PLAN)
    require_output(output, PLANNED_COURSE)
    if report is not None:
        require_output(report, PLAN_PAGE)
    whose = read_skin(skin, measured=measured)
    settings = replace(read_settings(skin, PLANNED_WITH), draws=draws)
    if seed is not None:
        settings = replace(settings, seed=seed)
    at_hand = [read_device(one) if one.endswith(".toml") else one for one in devices or ()]
    with simulating("planning", quiet=json) as progress:
        found = planned(
            whose,
            goal=goal,
            devices=at_hand or None,
            settings=settings,
            n_settings=tries,
            progress=progress,
        )
    written = save_plan(found, output)
    document = plan_document(found)
    if report is not None:
        write_text(report, plan_page(document), PLAN_PAGE)
        written.append(report)
    if json:
        print_json(document)
        return 0
    _tell(found, document, everything_beside(output))
    for path in written:
        say(f"written: {path}")
    return 0


def _tell(found: "Plan", document: Mapping[str, Any], everything: Path) -> None:
    """Print the best courses and refusals, and what the search and its tables did."""
    from porelight.report.tables import plan_rows, refusal_rows  # noqa: PLC0415

    for title, rows in (("plan, best first", plan_rows), ("refused", refusal_rows)):
        every = rows(document)
        print_rows(title, every[:_SHOWN])
        if len(every) > _SHOWN:
            say(f"{len(every) - _SHOWN} more in {everything}")
    say(found.verdict)
    if found.searched is not None:
        told = found.searched
        for line in (told.words, *told.settings, *told.errors, *told.finalists):
            say(line)
    for note in document["safety"]:
        say(note)
