"""``porelight simulate``: a course of treatments on one skin."""

from json import loads
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, CoursePath, Measured, Output, Population
from porelight.cli.console import print_json, print_rows, say, simulating, tell_usual
from porelight.cli.numbers import Day
from porelight.cli.paths import GoesOn, Writes
from porelight.errors import InputFileError


def simulate(  # noqa: PLR0913  each is a choice of the user
    course: CoursePath,
    /,
    *,
    output: Output,
    measured: Measured = None,
    posterior: Annotated[bool, Parameter(negative="")] = False,
    population: Population = None,
    state: Annotated[Path | None, Writes()] = None,
    state_day: Day | None = None,
    continue_from: Annotated[Path | None, GoesOn()] = None,
    json: AsJson = False,
) -> int:
    """Simulate a course of treatments on one skin: light, heat, injury, healing, pores over weeks.

    Parameters
    ----------
    output
        NetCDF file for the outcome.
    posterior
        Draw healing and mechanics from the posterior of one trial of another laser instead of
        from the priors. It narrows little, and nobody knows whether it carries over.
    state
        File to keep the skin's state in, from which a later treatment can go on.
    state_day
        Day of that state; the last day of the forecast when left out.
    continue_from
        Such a file: go on from its day with the sessions and the care that the course file has
        from then on. The skin and the table [simulation] must be the same.
    """
    from porelight.files.course_states import (  # noqa: PLC0415
        STATE,
        load_course_state,
        save_course_state,
    )
    from porelight.files.courses import read_course  # noqa: PLC0415
    from porelight.files.outcomes import OUTCOME, save_outcome  # noqa: PLC0415
    from porelight.files.populations import load_population  # noqa: PLC0415
    from porelight.files.writing import require_output, together  # noqa: PLC0415
    from porelight.report.tables import forecast_rows  # noqa: PLC0415
    from porelight.workflows.forecast import forecast  # noqa: PLC0415

    require_output(output, OUTCOME)
    if state is None and state_day is not None:
        raise InputFileError(
            "--state-day is the day of --state FILE; give the file, or leave it out."
        )
    if state is not None:
        require_output(state, STATE)
    content = read_course(course, measured=measured)
    tell_usual(content.as_usual, json=json)
    keep_day = state_day
    if state is not None and keep_day is None:
        keep_day = content.course.observation_days(content.last_day)[-1]
    start = None if continue_from is None else load_course_state(continue_from)
    with simulating("simulating", quiet=json) as progress:
        done = forecast(
            content.course,
            content.settings,
            last_day=content.last_day,
            posterior=posterior,
            population=None if population is None else load_population(population),
            keep_day=keep_day,
            start=start,
            progress=progress,
        )
    with together():
        if state is not None and done.state is not None:
            save_course_state(done.state, state)
        save_outcome(done.outcome, output)
    if json:
        print_json({"outcome": str(output), "forecast": forecast_rows(done.outcome)})
    else:
        print_rows("forecast", forecast_rows(done.outcome))
        for note in loads(done.outcome.attrs["notes"]):
            say(note)
        say(f"written: {output}")
    return 0
