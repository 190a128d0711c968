"""Uncertainty of measured pores as a table: one equally likely possibility a line."""

import csv
from pathlib import Path

import numpy as np

from porelight.errors import InputFileError
from porelight.photo.estimate import PossiblePopulations

COLUMNS = ("diameter_factor", "density_factor")


def write_possible(possible: PossiblePopulations, path: Path) -> None:
    """Write the factors, every digit."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(
            (repr(float(one)), repr(float(other)))
            for one, other in zip(possible.diameter_factor, possible.density_factor, strict=True)
        )


def read_possible(path: Path) -> PossiblePopulations:
    """Read the factors back.

    Raises
    ------
    InputFileError
        If the file is no such table.
    """
    wanted = f"columns {', '.join(COLUMNS)} of numbers, 0 or more; measure the photograph again"
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
        numbers = np.array(rows[1:], dtype=np.float64)
    except (OSError, UnicodeDecodeError, ValueError, csv.Error):
        raise InputFileError(f"{path}: cannot be read; expected {wanted}.") from None
    if not rows or tuple(rows[0]) != COLUMNS or numbers.ndim != 2 or numbers.shape[1] != 2:
        raise InputFileError(f"{path}: is another table; expected {wanted}.")
    bad = ~(np.isfinite(numbers) & (numbers >= 0.0))
    if bad.any():
        line, column = (int(i) for i in np.argwhere(bad)[0])
        raise InputFileError(
            f"{path}, line {line + 2}: {COLUMNS[column]} is {numbers[line, column]:g}; expected "
            f"{wanted}."
        )
    return PossiblePopulations(numbers[:, 0].copy(), numbers[:, 1].copy())
