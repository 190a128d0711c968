"""``porelight sensitivity``: which unknown number matters most for a forecast."""

from pathlib import Path

from porelight.cli.choices import AsJson, Measured, Output
from porelight.cli.console import print_json, print_rows, require_output, say


def sensitivity(
    course: Path,
    /,
    *,
    output: Output,
    outcome: str = "area_fraction",
    day: float | None = None,
    base: int = 64,
    measured: Measured = None,
    json: AsJson = False,
) -> int:
    """Tell which unknown number matters most for a forecast: total-order sensitivities.

    Parameters
    ----------
    course
        TOML file, as for 'porelight simulate'.
    output
        JSON file with all factors; 'porelight report --sensitivity' draws it.
    outcome
        Variable over the weeks: area_fraction, mean_diameter, redness, fine_lines, ...
    day
        Day to judge on; twelve weeks after the last session when left out.
    base
        Points of the design, a power of 2; the weeks are followed some 50 times as often.
    json
        Print the document.
    """
    from porelight.files.course_file import read_course_file  # noqa: PLC0415
    from porelight.files.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.files.sensitivities import sensitivity_document  # noqa: PLC0415
    from porelight.inference.sensitivity import course_sensitivity  # noqa: PLC0415
    from porelight.planning.objective import FOLLOW_UP  # noqa: PLC0415
    from porelight.report.tables import sensitivity_rows  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course, measured=measured)
    require_output(output, course)
    finely = simulation_of(content)
    last = planned.sessions[-1].day if planned.sessions else 0.0
    result = course_sensitivity(
        planned,
        outcome,
        last + FOLLOW_UP if day is None else day,
        members=finely["members"],
        photons=finely["photons"],
        n_base=base,
        seed=finely["seed"],
    )
    document = sensitivity_document(result, seed=finely["seed"])
    save_document(document, output)
    if json:
        print_json(document)
    else:
        title = f"{outcome} on day {result.day:g}, {document['runs']} runs"
        print_rows(title, sensitivity_rows(document))
        say(f"written: {output}")
    return 0
