"""Measured beam profiles on disk: a table over the radius, or a picture as numbers."""

import re
from pathlib import Path

import numpy as np

from porelight.errors import InputFileError
from porelight.files.tables import is_number, read_table
from porelight.files.writing import require_file
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.quantities import Floats
from porelight.units import mm

# a camera has fewer; more would only fill the memory
_MOST_VALUES = 50_000_000
# what is left of 0,0123 where every comma separates
_SPLIT = re.compile(r"(?:^|\t)[+-]?0\d")


def read_radial_profile(path: str | Path) -> RadialProfile:
    """Read a CSV file of two columns: radius in mm from 0 on, irradiance in any unit.

    Raises
    ------
    InputFileError
        If the file is missing or is no such table.
    ParameterError
        If the numbers make no beam.
    """
    source = Path(path)
    table = _numbers(source, "a CSV file with the columns radius_mm, irradiance")
    if table.shape[1] != 2:
        raise InputFileError(
            f"{source}: has {table.shape[1]} columns; expected 2, radius_mm and irradiance."
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
    wanted = "a picture of the beam as CSV or .npy"
    source = require_file(Path(path), wanted)
    if source.suffix.lower() != ".npy":
        return BeamImage(_numbers(source, wanted), pixel)
    return BeamImage(_array(source), pixel)


def _array(source: Path) -> Floats:
    """Return the numbers of a .npy file."""
    try:
        found = np.load(source, allow_pickle=False, mmap_mode="r")
        n_values, is_real = int(found.size), found.dtype.kind in "biuf"
        is_read = is_real and n_values <= _MOST_VALUES
        image = np.array(found, dtype=np.float64) if is_read else found
    except Exception:  # NumPy raises what it likes on damaged files
        raise InputFileError(f"{source}: not a NumPy array of numbers.") from None
    if not is_real:
        raise InputFileError(f"{source}: not a NumPy array of real numbers, but of {found.dtype}.")
    if n_values > _MOST_VALUES:
        raise InputFileError(
            f"{source}: has {n_values:,} pixels; expected at most {_MOST_VALUES:,}."
        )
    return image


def _numbers(source: Path, wanted: str) -> Floats:
    """Return the rows of a table of numbers; one row of headings is skipped."""
    table = read_table(source, wanted, heading=False)
    if table.rows and not is_number(table.rows[0][0]):
        table = table.where([False] + [True] * (len(table.rows) - 1))
    if not table.rows:
        raise InputFileError(f"{source}: it holds no numbers; expected {wanted}.")
    split = next((i for i, row in enumerate(table.rows) if _SPLIT.search("\t".join(row))), None)
    if split is not None and table.separator == ",":
        raise InputFileError(
            f"{source}, line {table.lines[split]}: a number begins with a 0 before other digits, "
            "as where commas stand inside numbers and between them, too; expected decimal points, "
            "or semicolons between numbers."
        )
    return table.matrix()
