"""Which points a sweep has: any keys of a course file varied over ranges or lists.

A word such as ``session.1.radiant_exposure_j_cm2=8:16:9`` names a key of the file, in the file's
units, and nine values of it; ``skin.zone=cheek,nose`` lists them. ``session.*`` is every session.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import prod
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from porelight.course.fields import Tables
from porelight.course.kinds import Count
from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION, SKIN
from porelight.errors import InputFileError, ParameterError, did_you_mean
from porelight.files.course_file import checked_course_tables
from porelight.files.courses import course_of_tables
from porelight.files.toml_tables import toml_content
from porelight.planning.sweep_points import SweepPoint

Value: TypeAlias = "Decimal | int | str | bool"
EVERY = "*"
_LISTS = {"session": SESSION, "care": CARE}
_SINGLE = {"skin": SKIN, "simulation": ENSEMBLE}
_LAST_DAY = "last_day"  # a key of [simulation] that only a file has
# what photons do not depend on: points that differ in these alone share them
_SHARING = frozenset(
    f"session.{key}"
    for key in ("day", "radiant_exposure_j_cm2", "rate_hz", "pulses", "area_cm2", "passes")
) | {"session.stop_at_surface_c", "session.overlap", "simulation.attendance"}
MOST_POINTS = 100_000
_DIGITS = 6  # significant ones of a value between the ends of a range
_MOST_TOGETHER = 16  # points of a chunk: what a kill costs, and what shares photons


@dataclass(frozen=True, slots=True)
class SweepAxis:
    """One key that is varied.

    Attributes
    ----------
    key : str
        Table, number of the session or care if there is one, and key: ``session.1.pulses``.
    values : tuple of Decimal, int, str or bool
        Values in the file's unit; of a Sobol design the ends of a range, or the list.
    unit : str
        Unit, as the vocabulary names it; ``1`` for none.
    is_range : bool
        Whether values between the ends are meant.
    is_count : bool
        Whether the key takes whole numbers alone.
    """

    key: str
    values: tuple[Value, ...]
    unit: str = "1"
    is_range: bool = False
    is_count: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether the values are numbers, and no words."""
        return all(
            isinstance(one, Decimal | int) and not isinstance(one, bool) for one in self.values
        )

    @property
    def shares_photons(self) -> bool:
        """Whether photons are the same at all values."""
        table, *_, key = self.key.split(".")
        return table == "care" or f"{table}.{key}" in _SHARING

    def at(self, share: float) -> Value:
        """Return the value at a share of the axis, 0 to 1; of a list the one that lies there."""
        if not self.is_range:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = (Decimal(one) for one in (self.values[0], self.values[-1]))
        if self.is_count:
            return int(min(low + int(Decimal(share) * (high - low + 1)), high))
        return _rounded(low + Decimal(share) * (high - low))


def sweep_axis(word: str, *, sobol: bool = False) -> SweepAxis:
    """Return the axis that ``KEY=FROM:TO:N``, ``KEY=FROM:TO`` (Sobol) or ``KEY=A,B,...`` names.

    Raises
    ------
    InputFileError
        If the key is none of a course file, with the nearest that is, or there is no value.
    """
    key, equals, given = word.partition("=")
    key, given = key.strip(), given.strip()
    form = "KEY=FROM:TO" if sobol else "KEY=FROM:TO:N"
    if not equals or not given:
        raise InputFileError(
            f"--vary is {word!r}; expected {form} or KEY=A,B,..., such as "
            "session.1.radiant_exposure_j_cm2=8:16:9."
        )
    unit, is_count = _about(key)
    parts = given.split(":")
    if len(parts) == 1:
        values = tuple(_value(one.strip()) for one in given.split(","))
        if len(set(values)) != len(values) or "" in values:
            raise InputFileError(f"--vary {word}: a value is empty or given twice.")
        return SweepAxis(key, values, unit, is_count=is_count)
    if len(parts) != (2 if sobol else 3):
        raise InputFileError(f"--vary {word}: expected {form} or KEY=A,B,....")
    low, high = _number(parts[0], word), _number(parts[1], word)
    if low >= high:
        raise InputFileError(
            f"--vary {word}: the range from {low} to {high} is empty; expected FROM below TO."
        )
    if sobol:
        return SweepAxis(key, (_whole(low), _whole(high)), unit, is_range=True, is_count=is_count)
    if not parts[2].strip().isdecimal() or not 2 <= int(parts[2]) <= MOST_POINTS:
        raise InputFileError(
            f"--vary {word}: N is {parts[2].strip()!r}; expected a whole number from 2 to "
            f"{MOST_POINTS}, of values from FROM to TO."
        )
    n = int(parts[2])
    steps = [_rounded(low + (high - low) * i / (n - 1)) for i in range(n)]
    if is_count:
        steps = [step.to_integral_value() for step in steps]
    if len(set(steps)) < n:
        raise InputFileError(f"--vary {word}: {n} values lie nearer to one another than a digit.")
    return SweepAxis(key, tuple(map(_whole, steps)), unit, is_count=is_count)


@dataclass(frozen=True, slots=True)
class SweepDesign:
    """All points of a sweep, each a course that is built when it is asked for.

    Attributes
    ----------
    source : Path
        Course file.
    raw : mapping
        What it holds.
    axes : tuple of SweepAxis
        What is varied.
    sobol : int or None
        Points of a Sobol sequence; None for the grid of all values.
    measured : Path or None
        Folder of a measurement whose pores replace the typical ones.
    """

    source: Path
    raw: Mapping[str, Any]
    axes: tuple[SweepAxis, ...]
    sobol: int | None = None
    measured: Path | None = None

    @property
    def n_points(self) -> int:
        """Points in all."""
        return self.sobol or prod(len(one.values) for one in self.axes)

    @property
    def in_order(self) -> tuple[SweepAxis, ...]:
        """The axes from the slowest to the fastest: those come last that share photons."""
        return tuple(sorted(self.axes, key=lambda one: one.shares_photons))

    @property
    def n_together(self) -> int:
        """Points of a chunk: those that share photons, of many a part."""
        sharing = [one for one in self.axes if one.shares_photons]
        if self.sobol is not None:
            n = self.sobol if len(sharing) == len(self.axes) else 1
        else:
            n = prod(len(one.values) for one in sharing)
        return max(size for size in range(1, min(n, _MOST_TOGETHER) + 1) if n % size == 0)

    def values(self, row: int) -> dict[str, Value]:
        """Return the varied values of a point, by key."""
        if self.sobol is not None:
            shares = sobol_shares(self.sobol, len(self.axes))[row]
            return {axis.key: axis.at(float(s)) for axis, s in zip(self.axes, shares, strict=True)}
        where = np.unravel_index(row, [len(one.values) for one in self.in_order])
        pairs = zip(self.in_order, where, strict=True)
        found = {axis.key: axis.values[int(i)] for axis, i in pairs}
        return {axis.key: found[axis.key] for axis in self.axes}

    def point(self, row: int) -> SweepPoint:
        """Return a point.

        Raises
        ------
        InputFileError
            In one line: the varied values, the key, what would be right.
        """
        values = self.values(row)
        content = deepcopy(dict(self.raw))
        for key, value in values.items():
            _put(content, key, value)
        told = ", ".join(f"{key}={value}" for key, value in values.items())
        try:
            tables = checked_course_tables(content, self.source)
            found = course_of_tables(tables, self.source, measured=self.measured)
        except (InputFileError, ParameterError) as problem:
            raise InputFileError(f"{str(problem).splitlines()[0]} (at {told})") from None
        return SweepPoint(found.course, found.settings, found.last_day)


def sweep_design(
    source: Path, words: Sequence[str], *, sobol: int | None = None, measured: Path | None = None
) -> SweepDesign:
    """Return the points that a course file and words such as ``KEY=FROM:TO:N`` mean.

    Raises
    ------
    InputFileError
        If a word or a value is wrong, or there are too many points.
    """
    if not words:
        raise InputFileError("nothing is varied; give --vary KEY=FROM:TO:N at least once.")
    axes = tuple(sweep_axis(word, sobol=sobol is not None) for word in words)
    keys = [one.key for one in axes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise InputFileError(f"{twice} is varied twice; give all its values in one --vary.")
    raw = toml_content(source, exact=True)
    design = SweepDesign(source.resolve(), raw, axes, sobol, measured)
    if design.n_points > MOST_POINTS:
        raise InputFileError(f"{design.n_points} points; expected {MOST_POINTS} or fewer.")
    for key in keys:
        _put(deepcopy(raw), key, 0)  # tells of a session that is not there
    return design


def sobol_shares(n: int, n_axes: int) -> Any:
    """Return points of the unscrambled Sobol sequence, shape (n, n_axes), without its origin."""
    from scipy.stats import qmc  # noqa: PLC0415

    sequence = qmc.Sobol(n_axes, scramble=False)
    sequence.fast_forward(1)
    return sequence.random(n)


def known_keys() -> tuple[str, ...]:
    """Return every key that can be varied; those of sessions and care with ``1`` for the first."""
    lists = [f"{name}.1.{key}" for name, table in _LISTS.items() for key in _keys(table)]
    single = [f"{name}.{key}" for name, table in _SINGLE.items() for key in _keys(table)]
    return (*single, f"simulation.{_LAST_DAY}", *lists)


def _keys(table: Any) -> list[str]:
    return [one.key for one in table.fields if not isinstance(one.kind, Tables)]


def _about(key: str) -> tuple[str, bool]:
    """Return the unit of a key and whether it counts, or refuse it."""
    table, *middle, name = key.split(".") if "." in key else (key, "")
    number = middle[0] if len(middle) == 1 else ""
    right_form = (
        number.isdecimal() or number == EVERY
        if table in _LISTS
        else not middle and table in _SINGLE
    )
    tables: dict[str, Any] = {**_LISTS, **_SINGLE}
    known = tables.get(table)
    if known is not None and right_form:
        if (table, name) == ("simulation", _LAST_DAY):
            return "d", False
        field = next((one for one in known.fields if one.key == name), None)
        if field is not None and not isinstance(field.kind, Tables):
            unit = getattr(getattr(field.kind, "unit", None), "name", "1") or "1"
            return unit, isinstance(field.kind, Count)
    if number and table in _LISTS:
        near = did_you_mean(f"{table}.1.{name}", known_keys()).replace(".1.", f".{number}.")
    else:
        near = did_you_mean(key, known_keys())
    if near.startswith("; known"):
        near = "; expected skin.KEY, session.N.KEY, care.N.KEY or simulation.KEY of a course file"
    raise InputFileError(f"--vary: no key of a course file is {key!r}{near}")


def _put(content: dict[str, Any], key: str, value: Value) -> None:
    """Set a key of what a course file holds."""
    table, *middle, name = key.split(".")
    if table in _SINGLE:
        content.setdefault(table, {})[name] = value
        return
    entries = content.get(table, [])
    numbers = range(1, len(entries) + 1) if middle[0] == EVERY else [int(middle[0])]
    if not numbers or not all(1 <= number <= len(entries) for number in numbers):
        raise InputFileError(
            f"--vary {key}: the course has {len(entries)} [[{table}]]; expected a number from 1 "
            "to that."
        )
    for number in numbers:
        entries[number - 1][name] = value


def _value(text: str) -> Value:
    """Return a word of a list as a file would hold it."""
    if text in {"true", "false"}:
        return text == "true"
    try:
        found = Decimal(text)
    except InvalidOperation:
        return text
    return _whole(found) if found.is_finite() else text


def _number(text: str, word: str) -> Decimal:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite():
        raise InputFileError(f"--vary {word}: {text.strip()!r} is no number.")
    return found


def _rounded(value: Decimal) -> Decimal:
    return Decimal(f"{value:.{_DIGITS}g}")


def _whole(value: Decimal) -> Value:
    """Return a whole number as one: keys that count take no other, and others take it too."""
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else value
