"""Measured beam profiles on disk: a table over the radius, or a picture as numbers."""

from pathlib import Path

import numpy as np

from porelight.errors import InputFileError
from porelight.files.writing import require_file
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.quantities import Floats
from porelight.units import mm

# a camera has fewer; more would only fill the memory
_MOST_VALUES = 50_000_000


def read_radial_profile(path: str | Path) -> RadialProfile:
    """Read a CSV file of two columns: radius in mm from 0 on, irradiance in any unit.

    Raises
    ------
    InputFileError
        If the file is missing or is no such table.
    ParameterError
        If the numbers make no beam.
    """
    source = require_file(Path(path), "a CSV file with the columns radius_mm, irradiance")
    table = _numbers(source)
    if table.ndim != 2 or table.shape[1] != 2:
        raise InputFileError(
            f"{source}: has {table.shape[-1]} columns; expected 2, radius_mm and irradiance."
        )
    return RadialProfile(tuple((table[:, 0] * mm).tolist()), tuple(table[:, 1].tolist()))


def read_beam_image(path: str | Path, pixel: float) -> BeamImage:
    """Read a picture of a beam: rows of numbers in a CSV file, or a NumPy array (.npy).

    Parameters
    ----------
    path : str or Path
        File of the irradiance in any unit, dark level subtracted.
    pixel : float
        Side of a pixel at the skin [m].

    Raises
    ------
    InputFileError
        If the file is missing or holds no numbers.
    ParameterError
        If the numbers make no beam.
    """
    source = require_file(Path(path), "a picture of the beam as CSV or .npy")
    if source.suffix.lower() != ".npy":
        return BeamImage(_numbers(source), pixel)
    try:
        found = np.load(source, allow_pickle=False, mmap_mode="r")
        if found.size > _MOST_VALUES:
            raise InputFileError(
                f"{source}: has {found.size:,} pixels; expected at most {_MOST_VALUES:,}."
            )
        image = np.array(found, dtype=np.float64)
    except (OSError, ValueError, TypeError):
        raise InputFileError(f"{source}: not a NumPy array of numbers.") from None
    return BeamImage(image, pixel)


def _numbers(source: Path) -> Floats:
    """Return the rows of a CSV file; one row of headings is skipped."""
    try:
        lines = source.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise InputFileError(f"{source}: not a text file; expected numbers in CSV.") from None
    rows = [line.replace(";", ",").split(",") for line in lines if line.strip()]
    if rows and not _is_number(rows[0][0]):
        rows = rows[1:]
    for number, row in enumerate(rows, start=1):
        for cell in row:
            if not _is_number(cell):
                raise InputFileError(
                    f"{source}: row {number} holds {cell.strip()[:40]!r}; expected a number."
                )
    if not rows or len({len(row) for row in rows}) > 1:
        raise InputFileError(f"{source}: expected rows of numbers, as many in each row.")
    return np.array(rows, dtype=np.float64)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
