"""``porelight sensitivity``: which unknown number matters most for a forecast."""

from typing import Annotated

from porelight.cli.choices import AsJson, CoursePath, Measured, Output
from porelight.cli.console import print_json, print_rows, say, simulating
from porelight.cli.numbers import Day, typed


def sensitivity(
    course: CoursePath,
    /,
    *,
    output: Output,
    outcome: str = "area_fraction",
    day: Day | None = None,
    base: Annotated[int, typed("inference.sensitivity.N_POINTS")] = 64,
    measured: Measured = None,
    json: AsJson = False,
) -> int:
    """Tell which unknown number matters most for a forecast: total-order sensitivities.

    Parameters
    ----------
    output
        JSON file with all factors; 'porelight report --sensitivity' draws it.
    outcome
        Variable over the weeks: area_fraction, mean_diameter, redness, fine_lines, ...
    day
        Day to judge on; twelve weeks after the last session when left out.
    base
        Points of the design, a power of 2; the weeks are followed some 50 times as often.
    """
    from porelight.files.courses import read_course  # noqa: PLC0415
    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.files.sensitivities import SENSITIVITY, sensitivity_document  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.sensitivity_figure import outcome_in_words  # noqa: PLC0415
    from porelight.report.tables import sensitivity_rows  # noqa: PLC0415
    from porelight.workflows.sensitivity import sensitivity as found_of  # noqa: PLC0415

    require_output(output, SENSITIVITY)
    content = read_course(course, measured=measured)
    with simulating("simulating", quiet=json) as progress:
        result = found_of(
            content.course, outcome, day, content.settings, base=base, progress=progress
        )
    document = sensitivity_document(result)
    save_document(document, output, SENSITIVITY)
    if json:
        print_json(document)
    else:
        title = (
            f"spread of {outcome_in_words(document)} on day {result.day:g}: the share of each "
            f"number ({document['runs']} runs)"
        )
        print_rows(title, sensitivity_rows(document))
        say(
            "Shares of the variance with their 95 % intervals: what would be left if all other "
            "numbers were known (total order), and what the number does alone (first order)."
        )
        say(f"written: {output}")
    return 0
