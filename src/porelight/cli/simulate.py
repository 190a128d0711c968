"""``porelight simulate``: a course of treatments on one skin."""

from json import loads
from pathlib import Path

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, progress_bar, require_folder_of, say


def simulate(
    course: Path, /, *, output: Output, measured: Path | None = None, json: AsJson = False
) -> int:
    """Simulate a course of treatments on one skin: light, heat, injury, healing, pores over weeks.

    Parameters
    ----------
    course
        TOML file; 'porelight config example' prints one, 'porelight config schema' its schema.
    output
        NetCDF file for the outcome.
    measured
        Folder that 'porelight measure' wrote: its pores replace the typical ones.
    json
        Print the summary as JSON.
    """
    from porelight.record.course_file import read_course_file  # noqa: PLC0415
    from porelight.record.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.record.outcomes import save_outcome  # noqa: PLC0415
    from porelight.report.tables import forecast_rows  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course, measured=measured)
    require_folder_of(output)
    with progress_bar("simulating", quiet=json) as progress:
        outcome = planned.simulate(**simulation_of(content), progress=progress)
    save_outcome(outcome, output)
    if json:
        print_json({"outcome": str(output), "forecast": forecast_rows(outcome)})
    else:
        print_rows("forecast", forecast_rows(outcome))
        for note in loads(outcome.attrs["notes"]):
            say(note)
        say(f"written: {output}")
    return 0
