"""Recorded paths of a spot: a table of the time and place of each pulse."""

import csv
import io
from pathlib import Path

import numpy as np

from porelight.errors import InputFileError, ParameterError
from porelight.files.writing import require_file
from porelight.laser.motion import PulsePath
from porelight.units import mm

HEADING = ("time_s", "x_mm", "y_mm")
_MOST_PULSES = 100_000


def read_pulse_path(path: str | Path) -> PulsePath:
    """Read a path from a CSV file with the columns time_s, x_mm, y_mm.

    Parameters
    ----------
    path : str or Path
        The file; (0, 0) is the middle of the area. Times count from the first pulse.

    Raises
    ------
    InputFileError
        In one line: the file, the line in it, what is wrong, what would be right.
    """
    source = Path(path)
    wanted = f"a CSV file with the heading {','.join(HEADING)} and a line for each pulse"
    require_file(source, wanted)
    try:
        rows = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        raise InputFileError(f"{source}: not a text file; expected {wanted}.") from None
    heading = tuple(cell.strip() for cell in rows[0]) if rows else ()
    if heading != HEADING:
        raise InputFileError(
            f"{source}: its first line is {','.join(heading)!r}; expected {','.join(HEADING)}."
        )
    lines = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    if not 1 <= len(lines) <= _MOST_PULSES:
        raise InputFileError(
            f"{source}: it has {len(lines)} pulses; expected 1 to {_MOST_PULSES} lines after the "
            "heading."
        )
    numbers = np.array([_numbers(source, number, row) for number, row in lines])
    late = np.flatnonzero(np.diff(numbers[:, 0]) <= 0.0)
    if late.size:
        number, row = lines[late[0] + 1]
        raise InputFileError(
            f"{source}: line {number} has time {row[0].strip()} s, not later than the line before; "
            "sort the pulses by time."
        )
    try:
        return PulsePath(numbers[:, 0] - numbers[0, 0], np.ascontiguousarray(numbers[:, 1:]) * mm)
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None


def _numbers(source: Path, number: int, row: list[str]) -> list[float]:
    try:
        found = [float(cell) for cell in row]
    except ValueError:
        found = []
    if len(found) != len(HEADING) or not np.isfinite(found).all():
        raise InputFileError(
            f"{source}: line {number} is {','.join(row)!r}; expected three numbers: "
            f"{', '.join(HEADING)}."
        )
    return found
