"""Recorded paths of a spot: a table of the time and place of each pulse."""

from pathlib import Path

import numpy as np

from porelight.errors import InputFileError, ParameterError
from porelight.files.tables import read_table
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
    table = read_table(source, wanted)
    table.require(HEADING, wanted)
    if not 1 <= len(table.rows) <= _MOST_PULSES:
        raise InputFileError(
            f"{source}: it has {len(table.rows)} pulses; expected 1 to {_MOST_PULSES} lines after "
            "the heading."
        )
    numbers = table.numbers(HEADING)
    late = np.flatnonzero(np.diff(numbers[:, 0]) <= 0.0)
    if late.size:
        row = late[0] + 1
        raise InputFileError(
            f"{source}: line {table.lines[row]} has time {numbers[row, 0]:g} s, not later than the "
            "line before; sort the pulses by time."
        )
    try:
        return PulsePath(numbers[:, 0] - numbers[0, 0], np.ascontiguousarray(numbers[:, 1:]) * mm)
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None
