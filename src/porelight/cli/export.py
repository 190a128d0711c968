"""``porelight export``: an outcome for another program."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, say
from porelight.files.exports import endings_of, export_outcome

Exported = Annotated[
    Output, Parameter(help=f"File to write; its ending says how: {endings_of('outcome')}.")
]


def export(run: Path, /, *, output: Exported, json: AsJson = False) -> int:
    """Write an outcome for another program; the ending of the file's name says how.

    Parameters
    ----------
    run
        NetCDF file that 'porelight simulate' wrote; R, Julia and MATLAB read it as it is, too.
    """
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415

    outcome = load_outcome(run)
    path = export_outcome(outcome, output)
    if json:
        print_json({"output": str(path)})
    else:
        say(f"written: {path}")
    return 0
