"""The table of a followed study: for each subject its course file and its visits, a row each."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from porelight.data.library import parameter
from porelight.errors import InputFileError, ParameterError
from porelight.files.courses import read_course
from porelight.files.follow_ups import visits_of
from porelight.files.tables import MISSING, TextTable, read_table
from porelight.inference.reweighting import Visit
from porelight.workflows.learn import FollowedPerson

_NEEDED = ("subject", "course", "day")
_FOLDER, _AREA, _ERROR = "measured", "area_percent", "error_percent"
_WANTED = (
    "a CSV file with the columns subject, course, day and either measured (a folder of "
    "'porelight measure') or area_percent; docs/learning.md shows one"
)


@dataclass(frozen=True, slots=True)
class FollowedStudy:
    """The content of the table.

    Attributes
    ----------
    people : tuple of FollowedPerson
        Subjects with a baseline and a follow-up.
    left_out : dict of str to str
        Other subjects, and why nothing is learned from them.
    """

    people: tuple[FollowedPerson, ...]
    left_out: dict[str, str]


def read_followed_study(path: Path) -> FollowedStudy:
    """Read the table; paths in it are relative to its folder.

    Raises
    ------
    InputFileError
        In one line: the subject, what is wrong, what would be right.
    """
    table = read_table(path, _WANTED)
    table.require(_NEEDED, _WANTED, (_FOLDER, _AREA, _ERROR))
    if _FOLDER not in table.names and _AREA not in table.names:
        raise InputFileError(f"{path}: neither a column {_FOLDER} nor {_AREA}; expected {_WANTED}.")
    days = table.numbers(["day"])[:, 0]
    people, left_out = [], {}
    for name, mine in _rows_of_subjects(table).items():
        ordered = sorted(mine, key=lambda i: days[i])
        own = [float(days[i]) for i in ordered]
        _require_days(name, own, path)
        if own[0] > 0.0:
            left_out[name] = f"no baseline: the first visit is on day {own[0]:g}"
        elif len(own) == 1:
            left_out[name] = "no follow-up: the baseline alone"
        else:
            try:
                people.append(_person(name, table, ordered, own))
            except (InputFileError, ParameterError) as problem:
                raise InputFileError(f"{path}: subject {name}: {problem}") from None
    if not people:
        why = "; ".join(f"{name}: {reason}" for name, reason in list(left_out.items())[:3])
        raise InputFileError(
            f"{path}: no subject has a baseline on day 0 and a follow-up ({why or 'no rows'}); "
            "there is nothing to learn from."
        )
    return FollowedStudy(tuple(people), left_out)


def _rows_of_subjects(table: TextTable) -> dict[str, list[int]]:
    """Return the rows of each subject, by its name."""
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(table.texts("subject")):
        if name.lower() in MISSING:
            raise InputFileError(
                f"{table.path}: line {table.lines[i]} names no subject; expected its name."
            )
        rows.setdefault(name, []).append(i)
    return rows


def _require_days(name: str, own: list[float], path: Path) -> None:
    """Refuse two visits on a day, and days before the course."""
    twice = next((day for day in own if own.count(day) > 1), None)
    if twice is not None:
        raise InputFileError(
            f"{path}: subject {name} has two rows of day {twice:g}; expected one visit a day."
        )
    if own[0] < 0.0:
        raise InputFileError(
            f"{path}: subject {name} has a visit on day {own[0]:g}; expected days since the "
            "course began, 0 for the baseline."
        )


def _person(name: str, table: TextTable, rows: list[int], days: list[float]) -> FollowedPerson:
    base = table.path.parent
    named = {text for i in rows if (text := table.texts("course")[i]).lower() not in MISSING}
    if len(named) != 1:
        told = ", ".join(sorted(named)) or "none"
        raise InputFileError(
            f"its rows name the course files {told}; expected one for all of them."
        )
    course_file = base / named.pop()
    folders = _cells(table, _FOLDER, rows)
    if all(folders):
        entries = [f"{day!r}={base / one}" for day, one in zip(days, folders, strict=True)][1:]
        baseline = base / folders[0]
        course = read_course(course_file, measured=baseline).course
        return FollowedPerson(name, course, visits_of(entries, baseline))
    if any(folders):
        day = next(day for day, one in zip(days, folders, strict=True) if not one)
        raise InputFileError(
            f"day {day:g} has no folder in {_FOLDER}, other days have; expected all of a subject's "
            "visits measured in the same way. Leave its row out if it was not measured."
        )
    course = read_course(course_file).course
    return FollowedPerson(name, course, _tabled(table, rows, days))


def _tabled(table: TextTable, rows: list[int], days: list[float]) -> tuple[Visit, ...]:
    """Return visits of which the area was measured elsewhere."""
    keep = np.zeros(len(table.rows), dtype=bool)
    keep[rows] = True
    if _AREA not in table.names:
        raise InputFileError(f"it has no folder in {_FOLDER}; expected one for each visit.")
    mine = table.where(keep.tolist())
    order = np.argsort(mine.numbers(["day"])[:, 0])
    areas = mine.numbers([_AREA])[order, 0]
    if any(_cells(table, _ERROR, rows)):
        errors = mine.numbers([_ERROR])[order, 0] / 100.0
    else:
        errors = np.full(len(rows), parameter("photo", "repeatability", "area_fraction").value)
    for day, area in zip(days, areas.tolist(), strict=True):
        if not 0.0 < area <= 100.0:
            raise InputFileError(
                f"{_AREA} of day {day:g} is {area:g} %; expected the share of skin that visible "
                "pores cover, above 0 and up to 100 %."
            )
    return tuple(
        Visit(day, area / 100.0, error)
        for day, area, error in zip(days, areas.tolist(), errors.tolist(), strict=True)
    )


def _cells(table: TextTable, name: str, rows: list[int]) -> list[str]:
    """Return cells of a column, empty where there is nothing or no such column."""
    if name not in table.names:
        return [""] * len(rows)
    texts = table.texts(name)
    return ["" if texts[i].lower() in MISSING else texts[i] for i in rows]
