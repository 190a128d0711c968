"""What was computed of a subject: measurements, comparisons, forecasts; and treatments as given.

A result is keyed by what it was computed from, its settings and the version, so nothing is computed
twice; a new version adds a result beside the old one. A result that was refused is kept with the
reason: it is an answer, too.
"""

import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import Table, select

from porelight import __version__
from porelight.course.documents import json_text
from porelight.data.library import fingerprint
from porelight.errors import StoreError
from porelight.store.log import now
from porelight.store.photograph_records import PhotographPlace, PhotographRow, photograph_table
from porelight.store.schema import COMPARISONS, FORECASTS, MEASUREMENTS, PHOTOGRAPHS, TREATMENTS
from porelight.store.store import Store, Transaction
from porelight.store.subjects import StudySubject, visit_named


@dataclass(frozen=True, slots=True)
class StoredResult:
    """What came of a computation.

    Attributes
    ----------
    settings : mapping
        What decides it beside the photographs, ready for JSON.
    state : {"done", "refused"}
        Whether there is an answer.
    reason : str
        Why it was refused.
    summary : mapping or None
        The numbers, as the files of `porelight.files` hold them.
    version : str
        Version of porelight and its data; that of this process if left out.
    """

    settings: Mapping[str, Any]
    state: Literal["done", "refused"]
    reason: str = ""
    summary: Mapping[str, Any] | None = None
    version: str = ""

    @property
    def columns(self) -> dict[str, str | None]:
        """What tables of results hold."""
        return {
            **key_of(self.settings, self.version),
            "settings": _text(self.settings),
            "state": self.state,
            "reason": self.reason or None,
            "summary": None if self.summary is None else json_text(self.summary),
            "made_at": now(),
        }


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """One measurement of a photograph.

    Attributes
    ----------
    id : int
        Number in the store.
    photograph : PhotographRow
        The photograph that was measured.
    day : int or None
        Days since the subject's first visit that has a date; None if this one has none.
    version : str
        By which porelight.
    settings : mapping
        With which settings.
    state : str
        Done, or refused with a reason.
    reason : str
        Why it was refused.
    summary : mapping or None
        As summary.json of 'porelight measure'; None if it was refused.
    """

    id: int
    photograph: PhotographRow
    day: int | None
    version: str
    settings: Mapping[str, Any]
    state: str
    reason: str
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """One number of one photograph: a row of the long table that statistics begin with.

    Attributes
    ----------
    place : PhotographPlace
        StudySubject, visit, zone, take, date, site and arm.
    day : int or None
        Days since the subject's first visit that has a date.
    quantity : str
        Such as "density_per_cm2"; the unit is in its name.
    value, low, high : float
        With the bounds of its interval.
    """

    place: PhotographPlace
    day: int | None
    quantity: str
    value: float
    low: float
    high: float


def version() -> str:
    """Return what tells results of one porelight from those of another: its version and data."""
    return f"{__version__}+{fingerprint()}"


def key_of(settings: Mapping[str, Any], of_version: str = "") -> dict[str, str]:
    """Return what a result is known by beside what it was computed from."""
    digest = sha256(_text(settings).encode()).hexdigest()
    return {"settings_hash": digest, "version": of_version or version()}


def save_measurement_of(
    transaction: Transaction,
    photograph_id: int,
    result: StoredResult,
    tables: tuple[bytes, bytes] | None = None,
) -> int:
    """Keep a measurement.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    photograph_id : int
        The photograph that was measured.
    result : StoredResult
        What was measured, or why not.
    tables : tuple of bytes, optional
        The content of pores.csv and possible.csv.

    Raises
    ------
    StoreError
        If the photograph is no longer there, or was measured with these settings by this version.
    """
    whose = _subject_of(transaction, photograph_id)
    pores, possible = map(zlib.compress, tables) if tables else (None, None)
    own = {"photograph_id": photograph_id}
    return _save(transaction, MEASUREMENTS, whose, result, own, pores=pores, possible=possible)


def save_comparison_of(
    transaction: Transaction, before_id: int, after_id: int, result: StoredResult
) -> int:
    """Keep a comparison of two photographs of a subject.

    Raises
    ------
    StoreError
        As `save_measurement_of`, or if the photographs are of two subjects.
    """
    whose = _subject_of(transaction, before_id)
    if _subject_of(transaction, after_id) != whose:
        raise StoreError("the photographs are of two subjects; only those of one are compared.")
    own = {"before_id": before_id, "after_id": after_id}
    return _save(transaction, COMPARISONS, whose, result, own)


def save_forecast_of(
    transaction: Transaction,
    subject: StudySubject,
    result: StoredResult,
    outcome: bytes | None = None,
) -> int:
    """Keep a forecast, with the bytes of its NetCDF file."""
    return _save(transaction, FORECASTS, subject.id, result, {}, outcome=outcome)


def add_treatment(
    transaction: Transaction,
    subject: StudySubject,
    session: Mapping[str, Any],
    *,
    visit: str = "",
    day: str = "",
) -> int:
    """Keep a treatment as it was given.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    subject : StudySubject
        Who was treated.
    session : mapping
        A [[session]] of a course file, with its device.
    visit : str
        At which visit; empty if at none.
    day : str
        Date, YYYY-MM-DD; empty if unknown.
    """
    return transaction.add(
        TREATMENTS,
        subject.id,
        visit_id=visit_named(transaction, subject, visit) if visit else None,
        date=day or None,
        device=str(session.get("device", "")),
        session=_text(session),
        made_at=now(),
    )


def measurement_table(
    store: Store, why: str, *, of_version: str | None = None
) -> list[MeasurementRow]:
    """Return the measurements of a study: of each photograph and setting the newest.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for; each subject's entry in the log says it.
    of_version : str, optional
        Those of this version instead.
    """
    photographs = {one.id: one for one in photograph_table(store, why, with_results=True)}
    query = select(MEASUREMENTS).order_by(MEASUREMENTS.c.id)
    if of_version is not None:
        query = query.where(MEASUREMENTS.c.version == of_version)
    with store.database.reading() as connection:
        found = {
            (row.photograph_id, row.settings_hash): row
            for row in connection.execute(query)
            if row.photograph_id in photographs
        }
    days = days_of(photographs.values())
    rows = [
        MeasurementRow(
            row.id,
            photographs[row.photograph_id],
            days[row.photograph_id],
            row.version,
            json.loads(row.settings),
            row.state,
            row.reason or "",
            None if row.summary is None else json.loads(row.summary),
        )
        for row in found.values()
    ]
    order = {number: i for i, number in enumerate(photographs)}
    return sorted(rows, key=lambda row: (order[row.photograph.id], row.id))


def quantity_table(store: Store, why: str, *, of_version: str | None = None) -> list[QuantityRow]:
    """Return every number of every measured photograph, a row each; see `measurement_table`."""
    return [
        QuantityRow(row.photograph.place, row.day, name, **estimate)
        for row in measurement_table(store, why, of_version=of_version)
        if row.summary is not None
        for name, estimate in quantities_of(row.summary)
    ]


def measured_pores(transaction: Transaction, measurement_id: int) -> tuple[bytes, bytes]:
    """Return pores.csv and possible.csv of a measurement; the log keeps who asked.

    Raises
    ------
    StoreError
        If there are none.
    """
    row = transaction.connection.execute(
        select(MEASUREMENTS.c.subject_id, MEASUREMENTS.c.pores, MEASUREMENTS.c.possible).where(
            MEASUREMENTS.c.id == measurement_id
        )
    ).one_or_none()
    if row is None or row.pores is None:
        raise StoreError(f"measurement {measurement_id} has no pores; it was refused, or is gone.")
    transaction.note("read", row.subject_id, f"measurements {measurement_id}: pores")
    return zlib.decompress(row.pores), zlib.decompress(row.possible)


def _save(
    transaction: Transaction,
    table: Table,
    subject_id: int,
    result: StoredResult,
    own: Mapping[str, int],
    **content: bytes | None,
) -> int:
    known = {**own, **key_of(result.settings, result.version)}
    query = select(table.c.id).where(table.c.subject_id == subject_id)
    for name, value in known.items():
        query = query.where(table.c[name] == value)
    if transaction.connection.execute(query).first() is not None:
        raise StoreError(f"{table.name}: this result is kept already; nothing is computed twice.")
    return transaction.add(table, subject_id, **own, **result.columns, **content)


def _subject_of(transaction: Transaction, photograph_id: int) -> int:
    found = transaction.connection.execute(
        select(PHOTOGRAPHS.c.subject_id).where(PHOTOGRAPHS.c.id == photograph_id)
    ).scalar()
    if found is None:
        raise StoreError(f"photograph {photograph_id} is no longer in the store.")
    return int(found)


def quantities_of(summary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, float]]]:
    """Return every number of a summary under its name, each with its interval."""
    plain = [(name, summary[name]) for name in ("count", "density_per_cm2", "area_fraction")]
    return plain + [(f"diameter_mm_{name}", one) for name, one in summary["diameter_mm"].items()]


def days_of(photographs: Collection[PhotographRow]) -> dict[int, int | None]:
    """Return the day of each photograph by its number, from its subject's first date [d]."""
    first: dict[str, date] = {}
    dated = {one.id: date.fromisoformat(one.place.date) for one in photographs if one.place.date}
    for one in photographs:
        if one.id in dated:
            first[one.place.subject] = min(first.get(one.place.subject, date.max), dated[one.id])
    return {
        one.id: (dated[one.id] - first[one.place.subject]).days if one.id in dated else None
        for one in photographs
    }


def _text(document: Mapping[str, Any]) -> str:
    return json_text(document, sort_keys=True)
