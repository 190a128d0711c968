"""Uncertainty of measured pores as a table: one equally likely possibility a line."""

import csv
import io
from pathlib import Path

import numpy as np

from porelight.errors import InputFileError
from porelight.files.tables import read_table
from porelight.photo.estimate import PossiblePopulations

COLUMNS = ("diameter_factor", "density_factor")


def possible_table(possible: PossiblePopulations) -> str:
    """Return the factors as CSV, every digit."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(
        (repr(float(one)), repr(float(other)))
        for one, other in zip(possible.diameter_factor, possible.density_factor, strict=True)
    )
    return text.getvalue()


def read_possible(path: Path) -> PossiblePopulations:
    """Read the factors back.

    Raises
    ------
    InputFileError
        If the file is no such table.
    """
    wanted = f"columns {', '.join(COLUMNS)} of numbers, 0 or more; measure the photograph again"
    table = read_table(path, wanted)
    table.require(COLUMNS, wanted)
    numbers = table.numbers(COLUMNS)
    if not numbers.size:
        raise InputFileError(f"{path}: no line after the heading; expected {wanted}.")
    if (numbers < 0.0).any():
        row, column = (int(i) for i in np.argwhere(numbers < 0.0)[0])
        raise InputFileError(
            f"{path}, line {table.lines[row]}: {COLUMNS[column]} is {numbers[row, column]:g}; "
            f"expected {wanted}."
        )
    return PossiblePopulations(numbers[:, 0].copy(), numbers[:, 1].copy())
