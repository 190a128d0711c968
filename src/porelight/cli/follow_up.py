"""``porelight follow-up``: a forecast narrowed by what was measured since."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, progress_bar, require_output, say


def follow_up(
    course: Path,
    /,
    *,
    measured: Path,
    visit: list[str],
    output: Output,
    draws: int = 4000,
    json: AsJson = False,
) -> int:
    """Narrow a person's forecast by the pores measured at one or more follow-ups.

    Parameters
    ----------
    course
        TOML file, as for 'porelight simulate'.
    measured
        Folder that 'porelight measure' wrote for the photograph before the course.
    visit
        DAY=FOLDER of a later photograph of the same place, for example 42=week6. May be repeated.
    output
        NetCDF file for the forecast of this person; 'porelight report' reads it.
    draws
        Draws of the biology; more are needed for a person unlike the others.
    json
        Print what was learned as JSON.
    """
    from porelight.data.priors import require_draws  # noqa: PLC0415
    from porelight.files.course_file import read_course_file  # noqa: PLC0415
    from porelight.files.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.files.follow_ups import (  # noqa: PLC0415
        OUTCOME,
        follow_up_folders,
        visit_of,
    )
    from porelight.files.outcomes import save_outcome  # noqa: PLC0415
    from porelight.inference.reweighting import learned  # noqa: PLC0415
    from porelight.report.tables import learned_rows  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course, measured=measured)
    visits = [visit_of(0.0, measured)]
    visits += [visit_of(day, folder) for day, folder in follow_up_folders(visit, measured)]
    require_output(output, course)
    require_draws(draws)
    finely = simulation_of(content)
    days = {*planned.observation_days(finely["last_day"]), *(one.day for one in visits)}
    with progress_bar("simulating", quiet=json) as progress:
        injuries = planned.treat(
            members=finely["members"],
            photons=finely["photons"],
            seed=finely["seed"],
            progress=progress,
        )
    everyone = planned.follow(injuries, draws=draws, seed=finely["seed"], days=sorted(days))
    known = learned(everyone, OUTCOME, visits)
    when = ", ".join(f"{one.day:g}" for one in visits[1:])
    person = known.resampled(
        everyone,
        finely["seed"],
        f"Learned from the photographs of day {when}: {known.effective_draws:.0f} of {draws} "
        "simulated people resemble this person and speak here.",
    )
    save_outcome(person, output)
    rows = learned_rows(everyone, person)
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
        say(f"{known.effective_draws:.0f} of {draws} simulated people resemble this person")
        say(f"written: {output}")
    return 0
