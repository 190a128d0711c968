"""``porelight agreement``: how well repeated measurements agree."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, say


def agreement(repeats: Path, /, *, output: Output | None = None, json: AsJson = False) -> int:
    """Tell from repeats how repeatable the measurements are and how small a change is real.

    Parameters
    ----------
    repeats
        CSV file with the columns subject, repeat and one for each quantity; or a folder
        SUBJECT/REPEAT of folders that 'porelight measure' wrote.
    output
        Folder for a picture of each quantity: the second repeat less the first over their mean.
    json
        Print all numbers as JSON.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from porelight.files.folders import whole_folder  # noqa: PLC0415
    from porelight.files.repeats import read_repeats  # noqa: PLC0415
    from porelight.photo.agreement import agreement as agreement_of  # noqa: PLC0415
    from porelight.photo.agreement import limits_of_agreement  # noqa: PLC0415
    from porelight.report.agreement_figure import write_agreement_figure  # noqa: PLC0415
    from porelight.report.comparison_table import agreement_rows  # noqa: PLC0415

    tables = read_repeats(repeats)
    found = {name: agreement_of(values) for name, values in tables.items()}
    if output is not None:
        with whole_folder(output.absolute(), [f"{name}.png" for name in tables]) as folder:
            for name, values in tables.items():
                limits = limits_of_agreement(values[:, 0], values[:, 1])
                write_agreement_figure(folder / f"{name}.png", limits, name.replace("_", " "))
    if json:
        print_json({name: asdict(one) for name, one in found.items()})
        return 0
    for name, one in found.items():
        title = f"{name}: {one.n_subjects} subjects, {one.n_repeats} repeats"
        print_rows(title, agreement_rows(name, one))
    if output is not None:
        say(f"written: {output}")
    return 0
