"""Reading repeated measurements: a table, or folders of `porelight measure` by subject.

A table may be an export of REDCap: its first column is the subject, its `redcap_repeat_instance`
(or, without one, its `redcap_event_name`) the repeat.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from porelight.errors import InputFileError
from porelight.files.redcap import is_redcap, repeated_fields
from porelight.files.summaries import load_summary
from porelight.files.tables import MISSING, TextTable, read_table
from porelight.quantities import Floats

# name in tables -> where it stands in a summary.json
QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "count": ("count", "value"),
    "density_per_cm2": ("density_per_cm2", "value"),
    "area_fraction": ("area_fraction", "value"),
    "median_diameter_mm": ("diameter_mm", "p50", "value"),
}
# more is no share, and no pore
_MOST: Mapping[str, float] = {"area_fraction": 1.0, "median_diameter_mm": 10.0}
_SUBJECT, _REPEAT = "subject", "repeat"
_EXPECTED = (
    "expected a CSV file with the columns subject, repeat and one for each quantity, or a folder "
    "SUBJECT/REPEAT/summary.json of 'porelight measure'"
)


@dataclass(frozen=True, slots=True, eq=False)
class Repeats(Mapping[str, Floats]):
    """Repeated measurements, by the name of the quantity.

    Attributes
    ----------
    quantities : mapping of str to ndarray of float64, shape (subjects, repeats)
        Values of each quantity.
    order : tuple of str
        Names of the repeats: the first stands in the first column, and so on. Empty if subjects
        name theirs differently, by dates for example: each has its own in their order.
    left_out : tuple of str
        Notes on what of the file was not taken.
    """

    quantities: Mapping[str, Floats]
    order: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        return self.quantities[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)


def read_repeats(path: Path | str) -> Repeats:
    """Read repeated measurements.

    Parameters
    ----------
    path : Path
        A CSV file, or a folder with a folder for each subject and in it one for each repeat.
        Repeats with a number in their name are in the order of these numbers (2 before 10), others
        in that of the file.

    Raises
    ------
    InputFileError
        If it is neither, a number is missing, or subjects have different repeats.
    """
    place = Path(path)
    try:
        is_folder, is_there = place.is_dir(), place.exists()
    except OSError:  # a name that is too long, a loop of links
        is_folder = is_there = False
    if not is_there:
        raise InputFileError(f"{str(place)[:200]}: no such file or folder; {_EXPECTED}.")
    if is_folder:
        entries, left_out = _of_folder(place), tuple[str, ...]()
    else:
        entries, left_out = _of_table(read_table(place, _EXPECTED.removeprefix("expected ")))
    subjects: dict[str, dict[str, Sequence[float]]] = {}
    for subject, repeat, values in entries.rows:
        mine = subjects.setdefault(subject, {})
        if repeat in mine:
            raise InputFileError(f"{place}: repeat {repeat!r} of {subject!r} occurs twice.")
        mine[repeat] = values
    order = _order([repeat for _, repeat, _ in entries.rows])
    _require_same(subjects, order, place)
    whole = np.array([[mine[one] for one in order if one in mine] for mine in subjects.values()])
    columns = {name: whole[:, :, i].copy() for i, name in enumerate(entries.names)}
    is_shared = len(order) == whole.shape[1]
    return Repeats(columns, order if is_shared else (), left_out)


def _require_same(
    subjects: Mapping[str, Mapping[str, object]], order: Sequence[str], place: Path
) -> None:
    """Refuse subjects with different numbers of repeats, or names that tell no order."""
    most = max(len(mine) for mine in subjects.values())
    for subject, mine in subjects.items():
        if len(mine) != most:
            raise InputFileError(
                f"{place}: {subject!r} has {len(mine)} repeats and others {most}; expected the "
                "same number for each. Measure it again, or leave it out."
            )
        unnumbered = [name for name in order if not re.search(r"\d", name)]
        if unnumbered and len(order) != most:
            raise InputFileError(
                f"{place}: repeat {unnumbered[0]!r} is not there for every subject; expected the "
                "same names for each, or names with numbers or dates that tell their order."
            )


@dataclass(frozen=True, slots=True)
class _Entries:
    names: Sequence[str]
    rows: Sequence[tuple[str, str, Sequence[float]]]  # subject, repeat, values


def _order(repeats: Sequence[str]) -> tuple[str, ...]:
    """Return the repeats in the order of the numbers in their names; without any as they come."""
    once = list(dict.fromkeys(repeats))
    parts = {name: re.split(r"(\d+)", name) for name in once}
    if not all(len(split) > 1 for split in parts.values()):
        return tuple(once)
    return tuple(sorted(once, key=lambda name: [_key(part) for part in parts[name]]))


def _key(part: str) -> tuple[int, str]:
    return (int(part), "") if part.isdecimal() and len(part) < 19 else (0, part)


def _of_table(table: TextTable) -> tuple[_Entries, tuple[str, ...]]:
    if is_redcap(table) and not {_SUBJECT, _REPEAT} <= set(table.names):
        fields = repeated_fields(table)
        kept, subject, repeat, names = fields.table, fields.subject, fields.repeat, fields.names
        numbers, notes = fields.numbers(), tuple(fields.notes)
    else:
        kept, subject, repeat, notes = table, _SUBJECT, _REPEAT, ()
        names = [name for name in table.names if name not in (subject, repeat)]
        if not {subject, repeat} <= set(table.names) or not names or not table.rows:
            raise InputFileError(f"{table.path}: {_EXPECTED}.")
        for line, key in zip(kept.lines, kept.texts(repeat), strict=True):
            if key.lower() in MISSING:
                raise InputFileError(
                    f"{table.path}, line {line}: {repeat} is {key!r}; expected the name or number "
                    "of the repeat."
                )
        numbers = kept.numbers(names)
    _require_no_codes(kept, names, numbers)
    rows = zip(kept.texts(subject), kept.texts(repeat), numbers.tolist(), strict=True)
    return _Entries(names, list(rows)), notes


def _require_no_codes(table: TextTable, names: Sequence[str], numbers: Floats) -> None:
    """Refuse what cannot be measured and stands for a missing value in many studies: -99, 999."""
    for i, name in enumerate(names):
        below = np.flatnonzero(numbers[:, i] < 0.0)
        if name in QUANTITIES and below.size:
            row = int(below[0])
            raise InputFileError(
                f"{table.path}, line {table.lines[row]}: {name} is {numbers[row, i]:g}; expected "
                "0 or more. If it is a code for a missing value, leave its row out."
            )
        above = np.flatnonzero(numbers[:, i] > _MOST.get(name, math.inf))
        if above.size:
            row = int(above[0])
            raise InputFileError(
                f"{table.path}, line {table.lines[row]}: {name} is {numbers[row, i]:g}; expected "
                f"at most {_MOST[name]:g}. If it is a code for a missing value, leave its row out."
            )


def _of_folder(place: Path) -> _Entries:
    rows = []
    for file in sorted(place.glob("*/*/summary.json")):
        content = load_summary(file)
        values = {name: _at(content, keys) for name, keys in QUANTITIES.items()}
        missing = [name for name, value in values.items() if value is None]
        if missing:
            raise InputFileError(
                f"{file}: no {missing[0]}; expected a summary of 'porelight measure' with pores."
            )
        numbers = [value for value in values.values() if value is not None]
        rows.append((file.parent.parent.name, file.parent.name, numbers))
    if not rows:
        raise InputFileError(f"{place}: no SUBJECT/REPEAT/summary.json in it; {_EXPECTED}.")
    return _Entries(tuple(QUANTITIES), rows)


def _at(content: Any, keys: tuple[str, ...]) -> float | None:
    for key in keys:
        content = content.get(key) if isinstance(content, Mapping) else None
    return float(content) if isinstance(content, int | float) else None
