"""What REDCap takes: names, types and ranges of fields [1]_, and whether a record keeps to them.

REDCap refuses a whole file for one wrong cell, or takes none of it and says 0. So every row is held
against the dictionary before it is written.

References
----------
.. [1] P. A. Harris et al., "The REDCap consortium: Building an international community of software
   platform partners," J. Biomed. Inform. 95, 103208 (2019). doi:10.1016/j.jbi.2019.103208
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from porelight.errors import InputFileError

Validation = Literal["", "integer", "number", "date_ymd"]
RecordRow = Mapping[str, str]

LONGEST_FIELD: Final = 26
LONGEST_EVENT: Final = 18  # characters of the label that REDCap keeps for the unique name
EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
)
HEADINGS: Final = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")
_RECORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NUMBER = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?")
_WHOLE = re.compile(r"[-+]?\d+")


@dataclass(frozen=True, slots=True)
class RedcapField:
    """One field of a data dictionary.

    Attributes
    ----------
    name, form : str
        Name of the field, and of its instrument.
    kind : {"text", "notes", "radio", "yesno"}
        How it is shown.
    label, note : str
        Label, and what stands below it in small letters.
    choices : mapping
        Label of each code of a radio field.
    validation : {"", "integer", "number", "date_ymd"}
        What a text may be.
    low, high : str
        Its least and largest value; empty for none.
    is_required : bool
        Whether it must be filled.
    is_measured : bool
        Whether nobody is to type into it.
    """

    name: str
    form: str
    kind: Literal["text", "notes", "radio", "yesno"]
    label: str
    note: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    validation: Validation = ""
    low: str = ""
    high: str = ""
    is_required: bool = False
    is_measured: bool = True

    def row(self) -> tuple[str, ...]:
        """Return its row of the data dictionary, under `HEADINGS`."""
        choices = " | ".join(f"{code}, {label}" for code, label in self.choices.items())
        needed = "y" if self.is_required else ""
        shown = (self.name, self.form, "", self.kind, self.label, choices, self.note)
        checked = (self.validation, self.low, self.high)
        # a field that is required is one that people fill; REDCap lets read-only ones be imported
        note = "@READONLY" if self.is_measured else ""
        return (*shown, *checked, "", "", needed, "", "", "", "", note)


@dataclass(frozen=True, slots=True)
class RedcapProject:
    """What rows are held against.

    Attributes
    ----------
    fields : sequence of RedcapField
        The dictionary; the first field names the record.
    events : sequence of str
        Unique names of the events.
    repeating : sequence of str
        Instruments that repeat, in every event.
    """

    fields: Sequence[RedcapField]
    events: Sequence[str]
    repeating: Sequence[str]

    @property
    def forms(self) -> list[str]:
        """Names of the instruments."""
        return list(dict.fromkeys(one.form for one in self.fields))

    def columns(self) -> list[str]:
        """Return the columns of records: fields by instrument, each with its state."""
        found = [self.fields[0].name, EVENT, INSTRUMENT, INSTANCE]
        for form in self.forms:
            found += [one.name for one in self.fields[1:] if one.form == form]
            found.append(f"{form}_complete")
        return found


def slug(text: str) -> str:
    """Return a text as REDCap makes a unique name of a label: ``Week 6`` is ``week_6``.

    Examples
    --------
    >>> slug("Week 6 + touch-up")
    'week_6__touchup'
    """
    return re.sub(r"[^a-z0-9_]", "", text.strip().lower().replace(" ", "_"))


def event_names(visits: Sequence[str]) -> dict[str, str]:
    """Return the unique name of the event of each visit, as REDCap will make it.

    Raises
    ------
    InputFileError
        If a visit has no letter or digit that an event keeps, or two would be one event.
    """
    found: dict[str, str] = {}
    for visit in visits:
        kept = slug(visit)[:LONGEST_EVENT].rstrip("_")
        if not kept:
            raise InputFileError(
                f"visit {visit!r} cannot be an event of REDCap, whose names keep a to z, 0 to 9 "
                "and _ alone; give the visit another name."
            )
        name = f"{kept}_arm_1"
        if name in found.values():
            other = next(key for key, value in found.items() if value == name)
            raise InputFileError(
                f"visits {other!r} and {visit!r} would be one event of REDCap, {name} (it keeps "
                f"{LONGEST_EVENT} characters: a to z, 0 to 9 and _); give one another name, or "
                "export one of them with --visit."
            )
        found[visit] = name
    return found


def require_dictionary(project: RedcapProject) -> None:
    """Refuse a dictionary that REDCap would not take.

    Raises
    ------
    InputFileError
        With the first field that is wrong, and why.
    """
    seen: set[str] = set()
    reserved = {EVENT, INSTRUMENT, INSTANCE, *(f"{form}_complete" for form in project.forms)}
    for one in project.fields:
        fault = ""
        if not _NAME.fullmatch(one.name) or not _NAME.fullmatch(one.form):
            fault = "expected names of a to z, 0 to 9 and single _, beginning with a letter"
        elif len(one.name) > LONGEST_FIELD:
            fault = f"has {len(one.name)} characters; expected at most {LONGEST_FIELD}"
        elif one.name in seen or one.name in reserved:
            fault = "is there already"
        elif any(not re.fullmatch(r"[A-Za-z0-9_]+", code) for code in one.choices):
            fault = f"has a choice of {sorted(one.choices)}; expected codes of letters, digits, _"
        elif any("|" in label for label in one.choices.values()):
            fault = "has a choice with '|' in its label"
        if fault:
            raise InputFileError(f"field {one.name!r} of REDCap: {fault}.")
        seen.add(one.name)


def require_records(project: RedcapProject, rows: Sequence[RecordRow]) -> None:
    """Refuse rows that REDCap would not take.

    Raises
    ------
    InputFileError
        With the first cell that is wrong, what would be right, and how many others there are.
    """
    found = list(_faults(project, rows))
    if found:
        more = f" ({len(found) - 1} more)" if found[1:] else ""
        raise InputFileError(f"{found[0]}; REDCap would refuse it{more}.")


def _faults(project: RedcapProject, rows: Sequence[RecordRow]) -> Iterator[str]:
    record = project.fields[0].name
    columns = set(project.columns())
    written: dict[str, str] = {}
    places = set()
    for row in rows:
        name, instance = row.get(record, ""), row.get(INSTANCE, "")
        place = (name, row.get(EVENT, ""), row.get(INSTRUMENT, ""), instance)
        where = " ".join(part for part in place if part)
        if not _RECORD.fullmatch(name):
            yield f"{where}: {record} is {name[:40]!r}; expected letters, digits, . _ -"
        other = written.setdefault(name.lower(), name)
        if other != name:
            yield f"{where}: REDCap does not tell it from {other}, written in other capitals"
        if place in places:
            yield f"{where}: is there twice"
        places.add(place)
        if row.get(EVENT) not in project.events:
            yield f"{where}: no event of that name; expected one of {', '.join(project.events)}"
        if unknown := sorted(set(row) - columns):
            yield f"{where}: {unknown[0]} is not in the dictionary"
        is_repeat = place[2] in project.repeating and re.fullmatch("[1-9][0-9]*", instance)
        if place[2] and not is_repeat:
            yield f"{where}: expected an instrument that repeats, and a number from 1 on"
        for one in project.fields[1:]:
            fault = _fault_of(one, row, project)
            if fault:
                yield f"{where}: {one.name} {fault}"


def _fault_of(one: RedcapField, row: RecordRow, project: RedcapProject) -> str:
    """Return what is wrong with a cell; empty if nothing is."""
    text = row.get(one.name, "")
    is_here = (row.get(INSTRUMENT) or "") == (one.form if one.form in project.repeating else "")
    if not text:
        is_missing = one.is_required and is_here and row.get(f"{one.form}_complete") == "2"
        return "is empty; expected a value" if is_missing else ""
    if not is_here:
        return f"is {text[:40]!r} in a row of another instrument"
    choices = ("0", "1") if one.kind == "yesno" else tuple(one.choices)
    if choices:
        return "" if text in choices else f"is {text[:40]!r}; expected one of {', '.join(choices)}"
    return _fault_of_text(one, text) if one.validation else ""


def _fault_of_text(one: RedcapField, text: str) -> str:
    if one.validation == "date_ymd":
        return "" if _is_date(text) else f"is {text[:40]!r}; expected a date YYYY-MM-DD"
    if not (_WHOLE if one.validation == "integer" else _NUMBER).fullmatch(text):
        return f"is {text[:40]!r}; expected a number ({one.validation})"
    low, high = float(one.low or "-inf"), float(one.high or "inf")
    return "" if low <= float(text) <= high else f"is {text}; expected {one.low} to {one.high}"


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
