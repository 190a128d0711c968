"""``porelight marker``: the sheet to lay beside the skin."""

from pathlib import Path
from typing import Literal

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, say


def marker(
    *,
    output: Output = Path("porelight-marker.pdf"),
    paper: Literal["a4", "letter"] = "a4",
    json: AsJson = False,
) -> int:
    """Write the sheet with scale markers, rulers and patches as a PDF that is true to size.

    Parameters
    ----------
    output
        PDF file.
    paper
        Size of the paper.
    """
    from porelight.files.marker_sheet import write_marker_sheet  # noqa: PLC0415

    path = write_marker_sheet(output, paper)
    if json:
        print_json({"sheet": str(path)})
        return 0
    say(f"written: {path}")
    say("Print it at 100 % and check its long ruler with a real one: 150 mm to half a millimetre.")
    return 0
