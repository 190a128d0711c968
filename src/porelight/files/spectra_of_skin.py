"""Measured reflectance spectra of skin, as spectrometers and spreadsheets write them.

Wavelengths may be in nanometres, micrometres or metres, and reflectance a fraction or per cent: the
numbers tell which, since no skin reflects less than 1 % everywhere or more than 100 %. Where the
heading says something else than the numbers, or these could be either, the file is refused.
"""

from pathlib import Path

import numpy as np

from porelight.errors import InputFileError, ParameterError, did_you_mean
from porelight.files.tables import TextTable, is_number, read_table
from porelight.inference.measured_reflectance import MeasuredSpectrum
from porelight.quantities import Floats

_WANTED = (
    "a CSV file with the columns wavelength_nm and reflectance, and standard_error if it is known"
)
_ERROR_NAMES = ("standard_error", "standard error", "error", "sd", "se", "std", "uncertainty")
# wavelengths of light that skin sends back, in each unit: no two ranges overlap
_UNITS = (("nm", 1e-9, 200.0, 4000.0), ("um", 1e-6, 0.2, 4.0), ("m", 1.0, 0.2e-6, 4e-6))
_LEAST_PERCENT = 1.5  # largest of a spectrum in per cent is above
_MOST = 100.0


def read_spectrum(path: Path | str, *, column: str | None = None) -> MeasuredSpectrum:
    """Read a reflectance spectrum.

    Parameters
    ----------
    path : Path
        CSV file with a heading: wavelength first; separators and decimal marks of any country.
    column : str, optional
        Heading of the reflectance, where the file holds several spectra.

    Returns
    -------
    MeasuredSpectrum

    Raises
    ------
    InputFileError
        If the file is no such table, or could be read in two ways.
    """
    source = Path(path)
    table = read_table(source, _WANTED)
    if table.names and all(is_number(name) for name in table.names):
        raise InputFileError(
            f"{source}: its first line is {','.join(table.names)[:60]!r}, which are numbers; "
            "expected a heading, such as wavelength_nm,reflectance."
        )
    first, value, error = _columns(table, column)
    names = [first, value, *([error] if error else [])]
    numbers = table.numbers(names)
    if len(numbers) == 0:
        raise InputFileError(f"{source}: no line after the heading; expected {_WANTED}.")
    order = np.argsort(numbers[:, 0])
    numbers = numbers[order]
    scale = _scale(source, value, numbers[:, 1])
    errors = numbers[:, 2] * scale if error else None
    try:
        return MeasuredSpectrum(
            _wavelengths(source, first, numbers[:, 0]), numbers[:, 1] * scale, errors
        )
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None


def _columns(table: TextTable, column: str | None) -> tuple[str, str, str]:
    """Return the headings of wavelength, reflectance and error; the last is empty if absent."""
    if len(table.names) < 2:
        raise InputFileError(f"{table.path}: has {len(table.names)} columns; expected {_WANTED}.")
    first, *others = table.names
    errors = [name for name in others if _is_error(name)]
    values = [name for name in others if name not in errors]
    if column is not None:
        if column not in others:
            raise InputFileError(
                f"{table.path}: no column named {column[:40]!r}{did_you_mean(column, others)}"
            )
        return first, column, ""
    if len(values) != 1 or len(errors) > 1:
        raise InputFileError(
            f"{table.path}: has {len(values)} columns of reflectance; expected one person. Name "
            f"it: --column {values[0][:40] if values else others[0][:40]}."
        )
    return first, values[0], errors[0] if errors else ""


def _is_error(name: str) -> bool:
    return name.lower().split("[")[0].split("(")[0].strip() in _ERROR_NAMES


def _wavelengths(path: Path, name: str, given: Floats) -> Floats:
    for unit, size, low, high in _UNITS:
        if low <= given.min() and given.max() <= high:
            stated = _stated_unit(name)
            if stated and stated != unit:
                raise InputFileError(
                    f"{path}: the heading {name[:40]!r} says {stated}, but its numbers, "
                    f"{given.min():g} to {given.max():g}, are wavelengths of light in {unit}; "
                    "correct one of them."
                )
            return np.asarray(given * size)
    raise InputFileError(
        f"{path}: the first column, {name[:40]!r}, goes from {given.min():g} to {given.max():g}; "
        "expected wavelengths from 200 to 4000 nm (or 0.2 to 4 um)."
    )


def _stated_unit(name: str) -> str:
    words = name.lower().replace("µ", "u").replace("μ", "u")
    for mark in "()[]_,./":
        words = words.replace(mark, " ")
    return next((unit for unit, *_ in _UNITS if unit in words.split()), "")


def _scale(path: Path, name: str, given: Floats) -> float:
    largest = float(given.max())
    says_percent = "%" in name or "percent" in name.lower()
    if largest > _MOST:
        raise InputFileError(
            f"{path}: {name[:40]} is {largest:g}; expected a reflectance of at most 1, or of at "
            "most 100 %. Divide it by that of the white standard."
        )
    if largest > _LEAST_PERCENT:
        return 0.01
    if says_percent or largest > 1.0:
        raise InputFileError(
            f"{path}: {name[:40]} is {largest:g} at most, which may be a fraction or per cent; "
            f"expected a fraction up to 1, or per cent above {_LEAST_PERCENT:g}, and a heading "
            "that agrees."
        )
    return 1.0
