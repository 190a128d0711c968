"""``porelight plan``: settings within the limits of a skin, best first."""

from dataclasses import replace
from typing import Annotated

from porelight.cli.choices import AsJson, Devices, Goal, Measured, Output, SkinFile
from porelight.cli.console import print_json, print_rows, say, simulating
from porelight.cli.numbers import Draws, Seed, typed

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
    tries
        Courses to try between and beyond those of the devices' grids, with the settings that a user
        can turn: two minutes on two cores, half of it the second time; 0 for the grids alone.
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
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.planning.search import PLANNED_WITH  # noqa: PLC0415
    from porelight.report.tables import plan_rows, refusal_rows  # noqa: PLC0415
    from porelight.workflows.plan import plan as planned  # noqa: PLC0415

    require_output(everything_beside(output), PLAN)
    require_output(output, PLANNED_COURSE)
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
    if json:
        print_json(document)
        return 0
    for title, rows in (("plan, best first", plan_rows), ("refused", refusal_rows)):
        everything = rows(document)
        print_rows(title, everything[:_SHOWN])
        if len(everything) > _SHOWN:
            say(f"{len(everything) - _SHOWN} more in {everything_beside(output)}")
    say(found.verdict)
    if found.searched is not None:
        for line in (found.searched.words, *found.searched.errors, *found.searched.finalists):
            say(line)
    for note in document["safety"]:
        say(note)
    for path in written:
        say(f"written: {path}")
    return 0
