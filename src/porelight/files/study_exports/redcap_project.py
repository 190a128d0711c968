"""A study as a project of REDCap: its dictionary, its events and instruments, and its records.

Longitudinal with one arm: a visit is an event. Photographs, comparisons and treatments are
instruments that repeat within an event. The number of a repeat is the order in which photographs
were imported, so that it stays when more are added and a later import goes on where the last ended.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from porelight.errors import InputFileError
from porelight.files.study_exports.content import StudyContent, one_line
from porelight.files.study_exports.folders import export_folder
from porelight.files.study_exports.quantities import (
    COMPARED,
    MEASURED,
    ExportedNumber,
    ExportedQuantity,
    numbers_of,
)
from porelight.files.study_exports.redcap_rules import (
    EVENT,
    HEADINGS,
    INSTANCE,
    INSTRUMENT,
    RecordRow,
    RedcapField,
    RedcapProject,
    event_names,
    require_dictionary,
    require_records,
    slug,
)
from porelight.photo.zones import NAMES

RECORD = "record_id"
_REPEATING = ("photograph", "comparison", "treatment")
_DONE, _OPEN = "2", "0"  # states of an instrument


def write_redcap(content: StudyContent, path: Path) -> Path:
    """Write the dictionary, the events and the records of a study for REDCap into a folder.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `export_folder`, or if REDCap would not take a name or a row.
    """
    project = redcap_project(content)
    rows = records_of(content, project)
    require_dictionary(project)
    require_records(project, rows)
    events = event_names(content.visit_names)
    with export_folder(content, path, "redcap") as new:
        _write(new / "dictionary.csv", HEADINGS, (one.row() for one in project.fields))
        _write(
            new / "events.csv",
            ("event_name", "arm_num", "unique_event_name"),
            ((visit, "1", name) for visit, name in events.items()),
        )
        _write(
            new / "instruments_of_events.csv",
            ("arm_num", "unique_event_name", "form"),
            (("1", name, form) for i, name in enumerate(project.events) for form in project.forms
             if form != "subject" or i == 0),
        )  # fmt: skip
        _write(
            new / "repeating_instruments.csv",
            ("event_name", "form_name", "custom_form_label"),
            ((name, form, _LABELS[form]) for name in project.events for form in project.repeating),
        )
        columns = project.columns()
        cells = ([row.get(name, "") for name in columns] for row in rows)
        _write(new / "records.csv", columns, cells)
    return path


def redcap_project(content: StudyContent) -> RedcapProject:
    """Return the dictionary and the events of a study.

    Raises
    ------
    InputFileError
        If the names of two visits, arms or zones would be one in REDCap.
    """
    fields = [
        RedcapField(RECORD, "subject", "text", "Code of the subject", is_measured=False),
        RedcapField("site", "subject", "text", "Site"),
        RedcapField("visit_date", "visit", "text", "Date of the visit", validation="date_ymd"),
        _day("visit_day", "visit"),
        *_photograph_fields(content),
    ]
    if content.comparisons:
        fields += _comparison_fields(content)
    if content.treatments:
        fields += _treatment_fields()
    there = {one.form for one in fields}
    repeating = [one for one in _REPEATING if one in there]
    return RedcapProject(fields, list(event_names(content.visit_names).values()), repeating)


def records_of(content: StudyContent, project: RedcapProject) -> list[RecordRow]:
    """Return the rows of all records, by subject and event; cells are texts.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    project : RedcapProject
        Its dictionary and events.
    """
    events = event_names(content.visit_names)
    rows: list[RecordRow] = []
    for subject in content.subjects:
        own = content.of_subject(subject.pseudonym)
        visits = {one.name: one for one in own.visits}
        for i, (visit, event) in enumerate(events.items()):
            base = {RECORD: subject.pseudonym, EVENT: event}
            about = {"site": subject.site, "subject_complete": _DONE} if i == 0 else {}
            if visit in visits:
                day = visits[visit].day
                about |= {"visit_date": visits[visit].date, "visit_complete": _DONE}
                about |= {"visit_day": "" if day is None else str(day)}
            if about:
                rows.append({**base, **about})
            treated = visit if i else ("", visit)
            for form, repeats in (
                ("photograph", _photographs(own, visit)),
                ("comparison", _comparisons(own, visit)),
                ("treatment", _treatments(own, treated)),
            ):
                for number, cells in enumerate(repeats, start=1):
                    place = {INSTRUMENT: form, INSTANCE: str(number)}
                    rows.append({**base, **place, **cells})
    # an empty cell of a field that the study does not need, such as of arms, is left out
    columns = set(project.columns())
    return [{key: text for key, text in row.items() if text or key in columns} for row in rows]


_LABELS = {
    "photograph": "[photo_zone] [photo_take]",
    "comparison": "[compared_zone] since [compared_visit]",
    "treatment": "[treatment_device]",
}


def _photograph_fields(content: StudyContent) -> list[RedcapField]:
    def text(name: str, label: str, kind: str = "text") -> RedcapField:
        return RedcapField(name, "photograph", "notes" if kind == "notes" else "text", label)

    zones = _choices("zones", ("cheek", *NAMES))
    arms = _choices("arms", (one.arm for one in content.photographs if one.arm))
    states = {"measured": "measured", "refused": "refused", "waiting": "waiting"}
    return [
        RedcapField(
            "photo_zone", "photograph", "radio", "Zone of the face", "", zones, is_required=True
        ),
        text("photo_take", "Which of several photographs of the zone"),
        *([RedcapField("photo_arm", "photograph", "radio", "Arm", "", arms)] if arms else []),
        RedcapField(
            "photo_state", "photograph", "radio", "What became of it", "", states, is_required=True
        ),
        text("photo_reason", "Why it was refused", "notes"),
        text("photo_sha256", "SHA-256 of the file"),
        text("measured_version", "Measured by porelight"),
        *_quantity_fields("photograph", MEASURED),
    ]


def _comparison_fields(content: StudyContent) -> list[RedcapField]:
    zones = _choices("zones", ("cheek", *NAMES))
    visits = {slug(one) or one: one for one in content.visit_names}
    return [
        RedcapField(
            "compared_zone", "comparison", "radio", "Zone of the face", "", zones, is_required=True
        ),
        RedcapField("compared_take", "comparison", "text", "Take of the later photograph"),
        RedcapField("compared_visit", "comparison", "radio", "Earlier visit", "", visits),
        RedcapField("compared_visit_take", "comparison", "text", "Take of the earlier photograph"),
        RedcapField(
            "comparison_state", "comparison", "radio", "Whether there is an answer", "",
            {"done": "done", "refused": "refused"}, is_required=True,
        ),
        RedcapField("comparison_reason", "comparison", "notes", "Why there is none"),
        RedcapField("compared_version", "comparison", "text", "Compared by porelight"),
        *_quantity_fields("comparison", COMPARED),
    ]  # fmt: skip


def _treatment_fields() -> list[RedcapField]:
    return [
        RedcapField("treatment_device", "treatment", "text", "Device", is_required=True),
        RedcapField(
            "treatment_date", "treatment", "text", "Date of the treatment", validation="date_ymd"
        ),
        _day("treatment_day", "treatment"),
        RedcapField(
            "treatment_settings", "treatment", "notes", "Settings as they were given",
            "a line for each; those at no visit stand at the first",
        ),
    ]  # fmt: skip


def _day(name: str, form: str) -> RedcapField:
    label = "Days since the first visit with a date"
    return RedcapField(name, form, "text", label, "days", validation="integer")


def _quantity_fields(form: str, quantities: Sequence[ExportedQuantity]) -> Iterator[RedcapField]:
    for one in quantities:
        ends = ("", ", lower end of its interval", ", upper end of its interval")
        for name, end in zip(_names(one), ends, strict=False):
            label = f"{one.label[0].upper()}{one.label[1:]}{end}"
            note = one.meaning if one.unit == "1" else f"[{one.unit}] {one.meaning}"
            if one.kind == "boolean":
                yield RedcapField(name, form, "yesno", label, note)
            else:
                ends_of = _plain(one.low), _plain(one.high)
                yield RedcapField(name, form, "text", label, note, {}, one.kind, *ends_of)


def _plain(number: float) -> str:
    """Return a bound without an exponent."""
    return f"{number:.10f}".rstrip("0").rstrip(".")


def _names(one: ExportedQuantity) -> tuple[str, ...]:
    short = one.short or one.name
    return tuple(short + column.removeprefix(one.name) for column in one.columns())


def _photographs(own: StudyContent, visit: str) -> Iterator[dict[str, str]]:
    taken = [one for one in own.photographs if one.visit.name == visit]
    for one in sorted(taken, key=lambda one: one.number):
        yield {
            "photo_zone": slug(one.zone),
            "photo_take": one.take,
            "photo_arm": slug(one.arm),
            "photo_state": one.state,
            "photo_reason": one_line(one.reason),
            "photo_sha256": one.sha256,
            "measured_version": "" if one.measurement is None else one.measurement.version,
            **_numbers(MEASURED, numbers_of(MEASURED, one.summary)),
            "photograph_complete": _OPEN if one.state == "waiting" else _DONE,
        }


def _comparisons(own: StudyContent, visit: str) -> Iterator[dict[str, str]]:
    pairs = [one for one in own.comparisons if one.after.visit.name == visit]
    # pairs with a photograph that was imported later come later
    for one in sorted(
        pairs, key=lambda one: sorted((one.before.number, one.after.number), reverse=True)
    ):
        yield {
            "compared_zone": slug(one.after.zone),
            "compared_take": one.after.take,
            "compared_visit": slug(one.before.visit.name),
            "compared_visit_take": one.before.take,
            "comparison_state": one.state,
            "comparison_reason": one_line(one.reason),
            "compared_version": one.version,
            **_numbers(COMPARED, numbers_of(COMPARED, one.summary)),
            "comparison_complete": _DONE,
        }


def _treatments(own: StudyContent, visits: Collection[str] | str) -> Iterator[dict[str, str]]:
    wanted = (visits,) if isinstance(visits, str) else visits
    for one in own.treatments:
        if one.visit in wanted:
            settings = (f"{key}: {value}" for key, value in one.session.items())
            yield {
                "treatment_device": one.device or "not told",
                "treatment_date": one.date,
                "treatment_day": "" if one.day is None else str(one.day),
                "treatment_settings": "\n".join(settings),
                "treatment_complete": _DONE,
            }


def _numbers(
    quantities: Sequence[ExportedQuantity], values: Iterable[ExportedNumber]
) -> dict[str, str]:
    names = (name for one in quantities for name in _names(one))
    return {name: _shown(value) for name, value in zip(names, values, strict=True)}


def _shown(value: ExportedNumber) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else repr(value)


def _choices(what: str, texts: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in sorted(set(texts)):
        code = slug(text)
        if not code or code in found:
            other = f" and {found[code]!r}" if code else ""
            raise InputFileError(
                f"{what} {text!r}{other} would be one choice of REDCap, {code!r} (it keeps a to z, "
                "0 to 9 and _); give one another name."
            )
        found[code] = text
    return found


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)  # lines end as REDCap's own do
        writer.writerow(heading)
        writer.writerows(rows)
