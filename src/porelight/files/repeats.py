"""Reading repeated measurements: a table, or folders of `porelight measure` by subject."""

import csv
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import InputFileError
from porelight.quantities import Floats

# name in tables -> where it stands in a summary.json
QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "count": ("count", "value"),
    "density_per_cm2": ("density_per_cm2", "value"),
    "area_fraction": ("area_fraction", "value"),
    "median_diameter_mm": ("diameter_mm", "p50", "value"),
}
_KEYS = ("subject", "repeat")
_EXPECTED = (
    "expected a CSV file with the columns subject, repeat and one for each quantity, or a folder "
    "SUBJECT/REPEAT/summary.json of 'porelight measure'"
)


def read_repeats(path: Path | str) -> dict[str, Floats]:
    """Read repeated measurements.

    Parameters
    ----------
    path : Path
        A CSV file, or a folder with a folder for each subject and in it one for each repeat.

    Returns
    -------
    dict of str to ndarray of float64, shape (subjects, repeats)
        Values of each quantity.

    Raises
    ------
    InputFileError
        If it is neither, a number is missing, or subjects have different numbers of repeats.
    """
    place = Path(path)
    if place.is_dir():
        entries = _of_folder(place)
    elif place.is_file():
        entries = _of_table(place)
    else:
        raise InputFileError(f"{place}: no such file or folder; {_EXPECTED}.")
    subjects: dict[str, dict[str, Mapping[str, float]]] = {}
    for subject, repeat, values in entries:
        mine = subjects.setdefault(subject, {})
        if repeat in mine:
            raise InputFileError(f"{place}: repeat {repeat!r} of {subject!r} occurs twice.")
        mine[repeat] = values
    most = max(len(mine) for mine in subjects.values())
    for subject, mine in subjects.items():
        if len(mine) != most:
            raise InputFileError(
                f"{place}: {subject!r} has {len(mine)} repeats and others {most}; expected the "
                "same number for each. Measure it again, or leave it out."
            )
    names = list(next(iter(next(iter(subjects.values())).values())))
    return {
        name: np.array(
            [[mine[repeat][name] for repeat in sorted(mine)] for mine in subjects.values()]
        )
        for name in names
    }


def _of_table(file: Path) -> list[tuple[str, str, dict[str, float]]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = csv.DictReader(opened)
            rows, header = list(table), list(table.fieldnames or [])
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise InputFileError(f"{file}: cannot be read as CSV ({problem}).") from None
    names = [name for name in header if name not in _KEYS]
    if not set(_KEYS) <= set(header) or not names or not rows:
        raise InputFileError(f"{file}: {_EXPECTED}.")
    return [
        (
            str(row["subject"]),
            str(row["repeat"]),
            {name: _number(file, line, name, row[name]) for name in names},
        )
        for line, row in enumerate(rows, start=2)
    ]


def _number(file: Path, line: int, name: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputFileError(f"{file}, line {line}: {name} is {text!r}; expected a number.")
    return value


def _of_folder(place: Path) -> list[tuple[str, str, dict[str, float]]]:
    entries = []
    for file in sorted(place.glob("*/*/summary.json")):
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as problem:
            raise InputFileError(f"{file}: cannot be read as JSON ({problem}).") from None
        values = {name: _at(content, keys) for name, keys in QUANTITIES.items()}
        missing = [name for name, value in values.items() if value is None]
        if missing:
            raise InputFileError(
                f"{file}: no {missing[0]}; expected a summary of 'porelight measure' with pores."
            )
        numbers = {name: value for name, value in values.items() if value is not None}
        entries.append((file.parent.parent.name, file.parent.name, numbers))
    if not entries:
        raise InputFileError(f"{place}: no SUBJECT/REPEAT/summary.json in it; {_EXPECTED}.")
    return entries


def _at(content: Any, keys: tuple[str, ...]) -> float | None:
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return float(content) if isinstance(content, int | float) else None
