"""``porelight follow-up``: a forecast narrowed by what was measured since."""

from dataclasses import replace
from pathlib import Path

from porelight.cli.choices import AsJson, CoursePath, Output, Population, Visits
from porelight.cli.console import print_json, print_rows, say, simulating
from porelight.cli.numbers import Draws


def follow_up(
    course: CoursePath,
    /,
    *,
    measured: Path,
    visit: Visits,
    output: Output,
    population: Population = None,
    draws: Draws = 4000,
    json: AsJson = False,
) -> int:
    """Narrow a person's forecast by the pores measured at one or more follow-ups.

    Parameters
    ----------
    measured
        Folder that 'porelight measure' wrote for the photograph before the course.
    visit
        DAY=FOLDER of a later photograph of the same place, for example 42=week6. May be repeated.
    output
        NetCDF file for the forecast of this person; 'porelight report' reads it.
    """
    from porelight.files.courses import read_course  # noqa: PLC0415
    from porelight.files.follow_ups import visits_of  # noqa: PLC0415
    from porelight.files.outcomes import OUTCOME, save_outcome  # noqa: PLC0415
    from porelight.files.populations import load_population  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.tables import learned_rows  # noqa: PLC0415
    from porelight.workflows.follow_up import follow_up as followed_up  # noqa: PLC0415

    require_output(output, OUTCOME)
    content = read_course(course, measured=measured)
    visits = visits_of(visit, measured)
    with simulating("simulating", quiet=json) as progress:
        known = followed_up(
            content.course,
            visits,
            replace(content.settings, draws=draws),
            last_day=content.last_day,
            population=None if population is None else load_population(population),
            progress=progress,
        )
    save_outcome(known.person, output)
    rows = learned_rows(known.everyone, known.person)
    if json:
        print_json(
            {
                "outcome": str(output),
                "effective_draws": known.effective_draws,
                "visits": [
                    {"day": one.day, "area_fraction": one.value, "deviation": one.deviation}
                    for one in visits
                ],
                "forecast": rows,
            }
        )
    else:
        print_rows("forecast before and after the follow-ups", rows)
        say(f"{known.effective_draws:.0f} of {draws} draws resemble this person")
        say(f"written: {output}")
    return 0
