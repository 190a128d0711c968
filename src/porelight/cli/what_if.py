"""``porelight what-if``: years with and without sunscreen, with and without cleansing."""

from typing import Annotated

from porelight.cli.choices import AsJson, Measured, Output, SkinFile
from porelight.cli.console import print_json, print_rows, say
from porelight.cli.numbers import Draws, Seed, typed


def what_if(
    skin: SkinFile,
    /,
    *,
    output: Output,
    years: Annotated[float, typed("inference.what_if.YEARS", shown="years")] = 10.0,
    measured: Measured = None,
    draws: Draws = 200,
    seed: Seed | None = None,
    json: AsJson = False,
) -> int:
    """Follow a skin over years with and without sunscreen, with and without cleansing.

    Parameters
    ----------
    output
        PNG or SVG file for the figure.
    years
        How long, up to 30.
    draws
        Draws of the biology, whatever the file's [simulation] says.
    seed
        The same seed gives the same numbers; that of [simulation], or 1, when left out.
    """
    from porelight.course.settings import USUAL_SETTINGS  # noqa: PLC0415
    from porelight.files.courses import read_settings, read_skin  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.drawing import FIGURE, save_figure  # noqa: PLC0415
    from porelight.report.tables import habit_rows  # noqa: PLC0415
    from porelight.report.what_if_figure import what_if_figure  # noqa: PLC0415
    from porelight.workflows.what_if import what_if as followed_habits  # noqa: PLC0415

    require_output(output, FIGURE)
    whose = read_skin(skin, measured=measured)
    if seed is None:
        seed = read_settings(skin, USUAL_SETTINGS).seed
    outcomes = followed_habits(whose, years, draws=draws, seed=seed).outcomes
    save_figure(what_if_figure(outcomes), output)
    rows = habit_rows(outcomes)
    if json:
        print_json({"figure": str(output), "habits": rows})
    else:
        print_rows(f"change in {years:g} years, median and 90 % interval", rows)
        say("What sunscreen saves and what a plug does to a pore are priors, hardly measured.")
        say(f"written: {output}")
    return 0
