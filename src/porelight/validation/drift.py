"""How figures and goals moved since the last release.

The table is ``data/validation/last_release.csv``; ``benchmarks/record_release.py`` writes it. A
seed gives the same bits on every machine, so a figure that moved was moved by code or data.
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from porelight.data.library import data_bytes
from porelight.errors import DataFileError
from porelight.validation.case import CaseResult
from porelight.validation.goals import Goal

HEADINGS = ("about", "figure", "low", "high")
_ROUNDING = 1e-6  # relative
_SINCE = "# "

Figures = Mapping[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure, or the range of a goal, then and now; NaN where it was not there."""

    about: str
    before: tuple[float, float]
    now: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Release:
    """The figures of the last release.

    Attributes
    ----------
    name : str
        Version and day.
    figures : mapping of str to tuple of float
        Found value of each comparison (twice) and range of each goal, by what it is about.
    """

    name: str
    figures: Figures


@cache
def last_release() -> Release:
    """Return the figures of the last release.

    Raises
    ------
    DataFileError
        If the table is damaged.
    """
    return release_of(data_bytes("validation", "last_release.csv").decode("utf-8"))


def release_of(text: str) -> Release:
    """Return a release from its table; see `release_text`."""
    first, _, rest = text.partition("\n")
    rows = list(csv.reader(io.StringIO(rest)))
    if not first.startswith(_SINCE) or not rows or tuple(rows[0]) != HEADINGS:
        raise DataFileError(
            "last_release.csv is no table of figures; make it again with "
            "benchmarks/record_release.py."
        )
    figures = {" | ".join(row[:2]): (float(row[2]), float(row[3])) for row in rows[1:]}
    return Release(first.removeprefix(_SINCE), MappingProxyType(figures))


def release_text(name: str, figures: Figures) -> str:
    """Return the table of a release."""
    text = io.StringIO()
    text.write(f"{_SINCE}{name}\n")
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for about, (low, high) in figures.items():
        table.writerow([*about.split(" | "), f"{low:.9g}", f"{high:.9g}"])
    return text.getvalue()


def figures_of(use: str, cases: Iterable[CaseResult], goals: Sequence[Goal]) -> Figures:
    """Return the figures that a release keeps of a use: what was found, and what was asked."""
    seen: Counter[str] = Counter()
    figures: dict[str, tuple[float, float]] = {}
    for one in cases:
        about = f"{one.key} {one.title}, {one.quantity}, {one.kind}"
        seen[about] += 1
        figures[f"{about} | {seen[about]}"] = (one.found, one.found)
    for goal in goals:
        figures[f"goal of a {use}, {goal.about} | {goal.statistic}"] = (goal.low, goal.high)
    return figures


def drift(before: Figures, now: Figures, *, about: Iterable[str] = ()) -> tuple[Drift, ...]:
    """Return what moved, came or went.

    Parameters
    ----------
    before, now : mapping of str to tuple of float
        Figures then and now.
    about : iterable of str
        Figures of `before` that were computed now; others have not gone. All of them when left out.
    """
    none = (math.nan, math.nan)
    asked = set(about) or set(before)
    names = [*now, *(one for one in before if one in asked and one not in now)]
    pairs = ((one, before.get(one, none), now.get(one, none)) for one in names)
    return tuple(Drift(*pair) for pair in pairs if not _same(pair[1], pair[2]))


def _same(before: tuple[float, float], now: tuple[float, float]) -> bool:
    return all(
        a == b or math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=1e-12)
        for a, b in zip(before, now, strict=True)
    )
