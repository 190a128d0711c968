"""What of an export of REDCap is measured repeatedly: the columns and rows of the repeats.

A raw export holds every form of a study in one sheet: the identifier of the record in the first
column, whatever its name; for each form that repeats rows of its own, with the other forms' cells
empty; a column for each choice of a checkbox; names, dates and notes. Of these only numbers that
are asked anew at each repeat are measurements.

References
----------
.. [1] P. Harris et al., "Research electronic data capture (REDCap)," J. Biomed. Inform. 42,
   377-381 (2009), doi:10.1016/j.jbi.2008.08.010.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.errors import InputFileError
from porelight.files.tables import MISSING, TextTable, is_number
from porelight.quantities import Floats

# columns for the subject and the repeat as users may have renamed them; else REDCap's own
_SUBJECTS = ("subject", "record_id")
_EVENT, _INSTANCE, _INSTRUMENT = (
    "redcap_event_name",
    "redcap_repeat_instance",
    "redcap_repeat_instrument",
)
_LABELS = ("Event Name", "Repeat Instance", "Repeat Instrument")
# the columns of REDCap itself, the state of a form, the time of a survey, one box of several
_NO_FIELD = re.compile(r"redcap_.*|.*_complete|.*_timestamp|.*___.*")


@dataclass(frozen=True, slots=True)
class RepeatedFields:
    """The part of an export that holds repeated measurements.

    Attributes
    ----------
    table : TextTable
        Its rows.
    subject, repeat : str
        Columns that name the subject and tell one repeat from another.
    names : sequence of str
        Columns of the measurements.
    notes : sequence of str
        Remarks on what was left out.
    """

    table: TextTable
    subject: str
    repeat: str
    names: Sequence[str]
    notes: Sequence[str]

    def numbers(self) -> Floats:
        """Return the measurements, shape (rows, names); each field has its own decimal mark."""
        columns = [self.table.numbers([name])[:, 0] for name in self.names]
        return np.stack(columns, axis=-1)


def is_redcap(table: TextTable) -> bool:
    """Return whether a table is an export of REDCap."""
    own = any(name.startswith("redcap_") for name in table.names)
    return own or "record_id" in table.names or any(label in table.names for label in _LABELS)


def repeated_fields(table: TextTable) -> RepeatedFields:
    """Return the repeated measurements of an export of REDCap.

    Raises
    ------
    InputFileError
        If it names no repeats, holds several forms that repeat, or nothing is measured in them.
    """
    if any(label in table.names for label in _LABELS):
        raise InputFileError(
            f"{table.path}: an export of REDCap with labels; expected its raw data. Export it anew "
            "as 'CSV / Microsoft Excel (raw data)'."
        )
    subject = next((name for name in _SUBJECTS if name in table.names), table.names[0])
    if not table.rows:
        raise InputFileError(f"{table.path}: an export of REDCap without rows; expected records.")
    repeats = ("repeat", _INSTANCE, _EVENT)
    repeat = next((name for name in repeats if _says_something(table, name)), None)
    if repeat is None:
        raise InputFileError(
            f"{table.path}: an export of REDCap without repeats; expected {_INSTANCE} or {_EVENT}, "
            "so that each subject has several rows."
        )
    fields = [name for name in table.names if name not in (subject, repeat)]
    left_out = [name for name in fields if _NO_FIELD.fullmatch(name)]
    fields = [name for name in fields if name not in left_out]
    kept, notes = _repeats(table, repeat, fields)
    names = [name for name in fields if any(map(is_number, kept.texts(name)))]
    left_out += [name for name in fields if name not in names]
    if not names:
        raise InputFileError(
            f"{table.path}: no column holds a number at the repeats; expected one for each "
            "quantity that was measured."
        )
    if left_out:
        notes = [f"left out as no quantities of the repeats: {', '.join(left_out)}", *notes]
    return RepeatedFields(kept, subject, repeat, names, notes)


def _says_something(table: TextTable, name: str) -> bool:
    return name in table.names and any(cell.lower() not in MISSING for cell in table.texts(name))


def _repeats(table: TextTable, repeat: str, fields: Sequence[str]) -> tuple[TextTable, list[str]]:
    """Return the rows of the repeats, and how many others there were."""
    named = [cell.lower() not in MISSING for cell in table.texts(repeat)]
    places = [table.names.index(name) for name in fields]
    # rows without a repeat hold what is asked once; unless one of the repeats' fields is in them
    filled = [any(row[i] for i in places) for row in table.rows]
    inside = table.where([is_one and holds for is_one, holds in zip(named, filled, strict=True)])
    _require_one_form(inside)
    repeated = [i for i in places if any(is_number(row[i]) for row in inside.rows)]
    for line, row, is_one in zip(table.lines, table.rows, named, strict=True):
        found = next((i for i in repeated if row[i]), None)
        if not is_one and found is not None:
            raise InputFileError(
                f"{table.path}, line {line}: {repeat} is '', but {table.names[found]} is "
                f"{row[found][:40]!r}; expected the number of the repeat."
            )
    measured = inside.where([any(row[i] for i in repeated) for row in inside.rows])
    others = len(table.rows) - len(measured.rows)
    return measured, [f"{others} rows hold no repeat and were left out"] if others else []


def _require_one_form(table: TextTable) -> None:
    if _INSTRUMENT not in table.names:
        return
    forms = list(dict.fromkeys(cell for cell in table.texts(_INSTRUMENT) if cell))
    if len(forms) > 1:
        raise InputFileError(
            f"{table.path}: the forms {forms[0]!r} and {forms[1]!r} repeat in it; expected one. "
            "Export that with the measurements alone."
        )
