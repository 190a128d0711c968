"""The tables of a study, long and wide, and what each of their columns means.

A wide table has a row for each photograph (or comparison) and columns for each number; a long one
has a row for each number.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from porelight.course.documents import json_text
from porelight.files.study_exports.content import (
    ExportedChange,
    ExportedComparison,
    ExportedPhotograph,
    StudyContent,
    one_line,
)
from porelight.files.study_exports.quantities import (
    COMPARED,
    MEASURED,
    ExportedQuantity,
    numbers_of,
)

CellKind: TypeAlias = Literal["text", "integer", "number", "boolean", "date"]
CellValue: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column of a table.

    Attributes
    ----------
    name, meaning : str
        Its heading, and what is in it.
    kind : {"text", "integer", "number", "boolean", "date"}
        What its cells are; any may be empty.
    unit : str
        Unit as UCUM writes it; empty for what has none.
    allowed : str
        What the cells can be.
    source : str
        Where it comes from.
    """

    name: str
    meaning: str
    kind: CellKind = "text"
    unit: str = ""
    allowed: str = ""
    source: str = "study"


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table with what its columns mean.

    Attributes
    ----------
    name, title : str
        Name of its file without the ending, and what a row is.
    columns : sequence of ExportColumn
        Its columns.
    rows : iterable of sequence
        Its cells; None is empty. Those of pores can be gone through once only.
    """

    name: str
    title: str
    columns: Sequence[ExportColumn]
    rows: Iterable[Sequence[CellValue]] = field(repr=False)

    def write_csv(self, folder: Path) -> None:
        """Write it as CSV: every digit of a number, ``true`` and ``false``, empty if missing."""
        path = folder / f"{self.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(one.name for one in self.columns)
            writer.writerows([_cell(value) for value in row] for row in self.rows)


_PLACE = (
    ExportColumn("subject", "code of the subject"),
    ExportColumn("site", "where the subject is seen"),
    ExportColumn("visit", "name of the visit"),
    ExportColumn("date", "date of the visit", "date"),
    ExportColumn("day", "days since the subject's first visit with a date", "integer", "d"),
    ExportColumn("zone", "zone of the face"),
    ExportColumn("take", "which of several photographs of the zone"),
    ExportColumn("arm", "how this skin is treated"),
)
_STATES = "waiting, measured, refused"
_ABOUT = (
    ExportColumn("photograph", "SHA-256 of the file that was imported"),
    ExportColumn("state", "what became of the photograph", allowed=_STATES),
    ExportColumn("reason", "why it was refused"),
    ExportColumn(
        "scale_source", "how the scale is known", allowed="known, marker, dpi, iris, ruler"
    ),
    ExportColumn("measurement", "number of the measurement in the store", "integer"),
    ExportColumn("version", "version of porelight and its data that measured"),
    ExportColumn(
        "false_discovery", "share of false finds aimed at; empty: as usual", "number", "1"
    ),
    ExportColumn("interval_coverage", "coverage of the intervals", "number", "1", "0 to 1"),
    ExportColumn("limits", "what of its quality limits the photograph"),
    ExportColumn("warnings", "what the measurement warned of"),
)
_PAIR = (
    ExportColumn("subject", "code of the subject"),
    ExportColumn("site", "where the subject is seen"),
    ExportColumn("zone", "zone of the face"),
    ExportColumn("arm", "how this skin is treated"),
    ExportColumn("visit_before", "visit of the earlier photograph"),
    ExportColumn("day_before", "days since the first visit with a date", "integer", "d"),
    ExportColumn("take_before", "take of the earlier photograph"),
    ExportColumn("photograph_before", "SHA-256 of the earlier photograph"),
    ExportColumn("visit_after", "visit of the later photograph"),
    ExportColumn("day_after", "days since the first visit with a date", "integer", "d"),
    ExportColumn("take_after", "take of the later photograph"),
    ExportColumn("photograph_after", "SHA-256 of the later photograph"),
    ExportColumn("comparison", "number of the comparison in the store", "integer"),
    ExportColumn("state", "whether there is an answer", allowed="done, refused"),
    ExportColumn("reason", "why there is none"),
    ExportColumn("version", "version of porelight and its data that compared"),
    ExportColumn("interval_coverage", "coverage of the intervals", "number", "1", "0 to 1"),
)  # fmt: skip
_LONG = (
    ExportColumn("quantity", "which number; each is explained in the wide table's entries"),
    ExportColumn("unit", "its unit, as UCUM writes it"),
    ExportColumn("value", "the number", "number", "of the quantity"),
    ExportColumn("low", "lower end of its interval, if it has one", "number", "of the quantity"),
    ExportColumn("high", "upper end of its interval", "number", "of the quantity"),
)  # fmt: skip
_CHANGE = (
    *_PLACE[:6],
    ExportColumn("arm", "how this skin is treated"),
    ExportColumn("baseline", "visit with which it is compared"),
    ExportColumn("days_between", "days from the baseline to this visit", "integer", "d"),
    ExportColumn("state", "whether there is a change", allowed="compared, refused, waiting"),
    ExportColumn("reason", "why there is none"),
    ExportColumn("n_pairs", "pairs of takes that it is the mean of", "integer", "1"),
    ExportColumn("n_refused", "pairs of takes that were refused", "integer", "1"),
    ExportColumn("diameter_change_percent", "change of the pores' diameter", "number", "%"),
    ExportColumn("diameter_change_percent_low", "lower end of its 95 % interval", "number", "%"),
    ExportColumn("diameter_change_percent_high", "upper end of its 95 % interval", "number", "%"),
)
_TREATMENT = (
    *(_PLACE[0], _PLACE[2]),
    ExportColumn("date", "date of the treatment", "date"),
    _PLACE[4],
    ExportColumn("device", "key of the device in porelight"),
    ExportColumn("session", "the settings as a [[session]] of a course file, in JSON"),
)
_FORECAST = (
    _PLACE[0],
    ExportColumn("forecast", "number of the forecast in the store", "integer"),
    ExportColumn("state", "whether there is an answer", allowed="done, refused"),
    ExportColumn("reason", "why there is none"),
    ExportColumn("version", "version of porelight and its data that forecast"),
    ExportColumn("settings", "what was asked for, in JSON"),
    ExportColumn("summary", "the numbers, in JSON"),
)
_PORE = (
    ExportColumn("pore", "number of the pore in its photograph", "integer", "1", "1 and more"),
    ExportColumn("row_mm", "its middle, from the top of the upright photograph", "number", "mm"),
    ExportColumn("col_mm", "its middle, from the left of the upright photograph", "number", "mm"),
    ExportColumn("diameter_mm", "diameter of the circle of equal area", "number", "mm"),
    ExportColumn("area_mm2", "its area", "number", "mm2"),
    ExportColumn("elongation", "long over short axis", "number", "1"),
    ExportColumn("angle_deg", "direction of its long axis", "number", "deg"),
    ExportColumn("contrast", "how much darker than the skin around, in absorbance", "number", "1"),
    ExportColumn("score", "probability that it is a pore", "number", "1", "0 to 1"),
)
_DICTIONARY = (
    ExportColumn("table", "name of the table"),
    ExportColumn("name", "name of the column"),
    ExportColumn("meaning", "what is in it"),
    ExportColumn("type", "what its cells are; any may be empty"),
    ExportColumn("unit", "unit as UCUM writes it"),
    ExportColumn("allowed", "what the cells can be"),
    ExportColumn("source", "study: as imported; else where summary.json has it"),
)


def study_tables(content: StudyContent) -> list[ExportTable]:
    """Return the tables of a study without those of single pores; none that would be empty.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    """
    sites = {one.pseudonym: one.site for one in content.subjects}
    photographs = [(one, _place(one, sites)) for one in content.photographs]
    pairs = [(one, _pair(one, sites)) for one in content.comparisons]
    found = [
        ExportTable(
            "measurements_wide",
            "a row for each photograph, also for those that were refused or wait",
            (*_PLACE, *_ABOUT, *_quantity_columns(MEASURED)),
            [
                (*row, *_about(one), *numbers_of(MEASURED, one.summary)) for one, row in photographs
            ],
        ),
        ExportTable(
            "measurements_long",
            "a row for each number of each photograph",
            (*_PLACE, _ABOUT[0], *_LONG),
            [
                (*row, one.sha256, *number)
                for one, row in photographs
                for number in _long(MEASURED, one.summary)
            ],
        ),
        ExportTable(
            "comparisons_wide",
            "a row for each comparison of two photographs",
            (*_PAIR, *_quantity_columns(COMPARED)),
            [(*row, *numbers_of(COMPARED, one.summary)) for one, row in pairs],
        ),
        ExportTable(
            "comparisons_long",
            "a row for each number of each comparison",
            (*_PAIR, *_LONG),
            [(*row, *number) for one, row in pairs for number in _long(COMPARED, one.summary)],
        ),
        ExportTable(
            "changes",
            "a row for each zone of each later visit: the mean over its comparisons",
            _CHANGE,
            [_change(one, sites) for one in content.changes],
        ),
        ExportTable(
            "treatments", "a row for each treatment as it was given", _TREATMENT, [
                (
                    one.subject, one.visit, one.date, one.day, one.device,
                    json_text(one.session, sort_keys=True),
                )
                for one in content.treatments
            ],
        ),
        ExportTable(
            "forecasts", "a row for each forecast", _FORECAST, [
                (
                    one.subject, one.number, one.state, one.reason, one.version,
                    json_text(one.settings, sort_keys=True),
                    "" if one.summary is None else json_text(one.summary, sort_keys=True),
                )
                for one in content.forecasts
            ],
        ),
    ]  # fmt: skip
    return [one for one in found if one.rows]


def pore_table(content: StudyContent) -> ExportTable:
    """Return the table of all pores; its rows are read photograph by photograph, once."""
    return ExportTable(
        "pores", "a row for each pore that was found", (*_PLACE, *_PORE), _pores(content)
    )


def dictionary_of(tables: Iterable[ExportTable]) -> ExportTable:
    """Return the data dictionary of tables: a row for each column of each."""
    rows = [
        (table.name, one.name, one.meaning, one.kind, one.unit, one.allowed, one.source)
        for table in tables
        for one in table.columns
    ]
    return ExportTable("dictionary", "a row for each column of each table", _DICTIONARY, rows)


def _quantity_columns(quantities: Sequence[ExportedQuantity]) -> Iterator[ExportColumn]:
    for one in quantities:
        ends = ("", "lower end of the interval: ", "upper end of the interval: ")
        allowed = "true, false" if one.kind == "boolean" else f"{one.low:g} to {one.high:g}"
        for name, end in zip(one.columns(), ends, strict=False):
            yield ExportColumn(
                name, f"{end}{one.meaning}", one.kind, one.unit, allowed, ".".join(one.keys)
            )


def _place(one: ExportedPhotograph, sites: Mapping[str, str]) -> tuple[CellValue, ...]:
    visit = one.visit
    place = (visit.subject, sites[visit.subject], visit.name, visit.date, visit.day)
    return (*place, one.zone, one.take, one.arm)


def _about(one: ExportedPhotograph) -> tuple[CellValue, ...]:
    about = (one.sha256, one.state, one_line(one.reason), one.scale_source)
    if one.measurement is None:
        return (*about, *(None,) * (len(_ABOUT) - len(about)))
    summary = one.measurement.summary
    limits = [found["name"] for found in summary.get("quality", ()) if found["verdict"] != "fine"]
    return (
        *about,
        one.measurement.number,
        one.measurement.version,
        one.measurement.settings.get("false_discovery"),
        summary.get("interval_coverage"),
        "; ".join(limits),
        "; ".join(map(one_line, summary.get("warnings", ()))),
    )


def _pair(one: ExportedComparison, sites: Mapping[str, str]) -> tuple[CellValue, ...]:
    after = one.after
    ends = [
        value
        for end in (one.before, after)
        for value in (end.visit.name, end.visit.day, end.take, end.sha256)
    ]
    about = (one.number, one.state, one_line(one.reason), one.version)
    coverage = None if one.summary is None else one.summary.get("interval_coverage")
    return (after.subject, sites[after.subject], after.zone, after.arm, *ends, *about, coverage)


def _change(one: ExportedChange, sites: Mapping[str, str]) -> tuple[CellValue, ...]:
    visit = one.visit
    place = (visit.subject, sites[visit.subject], visit.name, visit.date, visit.day, one.zone)
    found = (one.arm, one.baseline, one.days_between, one.state, one_line(one.reason))
    numbers = one.diameter_percent or (None, None, None)
    return (*place, *found, one.n_pairs, one.n_refused, *numbers)


def _long(
    quantities: Sequence[ExportedQuantity], summary: Mapping[str, Any] | None
) -> Iterator[tuple[CellValue, ...]]:
    for one in quantities:
        value, *bounds = one.values(summary)
        if value is not None:
            low, high = bounds or (None, None)
            # true as 1, so that the column is one of numbers
            yield one.name, one.unit, float(value), low, high


def _pores(content: StudyContent) -> Iterator[tuple[CellValue, ...]]:
    sites = {one.pseudonym: one.site for one in content.subjects}
    for one in content.photographs:
        if one.measurement is None:
            continue
        pores, _ = content.files.pores(one.measurement.number)
        place = _place(one, sites)
        for row in csv.DictReader(io.StringIO(pores.decode())):
            numbers = (float(row[column.name]) for column in _PORE[1:])
            yield (*place, int(row[_PORE[0].name]), *numbers)


def _cell(value: CellValue) -> CellValue:
    return str(value).lower() if isinstance(value, bool) else value
