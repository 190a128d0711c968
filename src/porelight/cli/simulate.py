"""``porelight simulate``: a course of treatments on one skin."""

from json import loads
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Measured, Output
from porelight.cli.console import print_json, print_rows, progress_bar, require_output, say
from porelight.errors import ParameterError


def simulate(  # noqa: PLR0913  each is a choice of the user
    course: Path,
    /,
    *,
    output: Output,
    measured: Measured = None,
    posterior: Annotated[bool, Parameter(negative="")] = False,
    state: Path | None = None,
    state_day: float | None = None,
    continue_from: Path | None = None,
    json: AsJson = False,
) -> int:
    """Simulate a course of treatments on one skin: light, heat, injury, healing, pores over weeks.

    Parameters
    ----------
    course
        TOML file; 'porelight config example' prints one, 'porelight config schema' its schema.
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
        from then on. The skin must be the same; draws and seed are those of the state.
    json
        Print the summary as JSON.
    """
    from porelight.course.continuation import begin, simulated_until  # noqa: PLC0415
    from porelight.course.state import EnsembleSettings  # noqa: PLC0415
    from porelight.files.course_file import read_course_file  # noqa: PLC0415
    from porelight.files.course_states import (  # noqa: PLC0415
        load_course_state,
        save_course_state,
    )
    from porelight.files.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.files.outcomes import save_outcome  # noqa: PLC0415
    from porelight.inference.calibration import posterior as shipped_posterior  # noqa: PLC0415
    from porelight.report.tables import forecast_rows  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course, measured=measured)
    asked = simulation_of(content)
    if asked["perfusion"] != "constant" and (state or continue_from):
        raise ParameterError(
            f"perfusion is {asked['perfusion']!r}; a course that is kept or continued has constant "
            "perfusion. Leave out --state and --continue-from, or the perfusion."
        )
    require_output(output, course, continue_from)
    if state is not None:
        require_output(state, course)  # a state may take the place of the one it goes on from
    with progress_bar("simulating", quiet=json) as progress:
        values = shipped_posterior() if posterior else None
        if state is None and continue_from is None:
            outcome = planned.simulate(**asked, values=values, progress=progress)
        else:
            if continue_from is not None:
                stands = load_course_state(continue_from)
            else:
                size = EnsembleSettings(
                    asked["draws"], asked["members"], asked["photons"], asked["seed"]
                )
                stands = begin(planned.skin, size, values)
            last = planned.observation_days(asked["last_day"])[-1]
            if state is not None:
                until = last if state_day is None else state_day
                stands = simulated_until(planned, until, stands, progress)
                save_course_state(stands, state)
            if stands.day < last:
                stands = simulated_until(planned, last, stands, progress)
            outcome = stands.outcome
    save_outcome(outcome, output)
    if json:
        print_json({"outcome": str(output), "forecast": forecast_rows(outcome)})
    else:
        print_rows("forecast", forecast_rows(outcome))
        for note in loads(outcome.attrs["notes"]):
            say(note)
        say(f"written: {output}")
    return 0
