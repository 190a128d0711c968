"""``porelight agreement``: how well repeated measurements agree."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import complain, print_json, print_rows, say


def agreement(repeats: Path, /, *, output: Output | None = None, json: AsJson = False) -> int:
    """Tell from repeats how repeatable the measurements are and how small a change is real.

    Parameters
    ----------
    repeats
        CSV file with the columns subject, repeat and one for each quantity; or a folder
        SUBJECT/REPEAT of folders that 'porelight measure' wrote.
    output
        Folder for a picture of each quantity: the second repeat less the first over their mean.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from porelight.files.repeats import read_repeats  # noqa: PLC0415
    from porelight.files.writing import folder_replacing, require_output_folder  # noqa: PLC0415
    from porelight.report.agreement_figure import (  # noqa: PLC0415
        FIGURES,
        write_agreement_figure,
    )
    from porelight.report.comparison_table import agreement_rows  # noqa: PLC0415
    from porelight.workflows.agreement import agreement as agreement_of  # noqa: PLC0415

    if output is not None:
        require_output_folder(output, FIGURES)
    table = read_repeats(repeats)
    found = agreement_of(table)
    if output is not None:
        with folder_replacing(output, FIGURES) as folder:
            for name, one in found.items():
                quantity = name.replace("_", " ")
                write_agreement_figure(folder / f"{name}.png", one.first_two, quantity)
    for note in table.left_out:
        complain(f"note: {note}.")
    if json:
        print_json({name: asdict(one.repeats) for name, one in found.items()})
        return 0
    order = ", ".join(table.order) if table.order else "as the numbers in their names say"
    say(f"repeats in this order: {order}")
    for name, one in found.items():
        title = f"{name}: {one.repeats.n_subjects} subjects, {one.repeats.n_repeats} repeats"
        print_rows(title, agreement_rows(name, one.repeats))
    if output is not None:
        say(f"written: {output}")
    return 0
