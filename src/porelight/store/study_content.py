"""What of a study is exported, read in one piece: every subject's entry in the log says what for.

Of each photograph the newest result counts, as in the list of 'porelight study status'; what was
erased is not there.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row, Table, select

from porelight.errors import StoreError, did_you_mean
from porelight.files.study_exports.content import (
    ExportedChange,
    ExportedComparison,
    ExportedForecast,
    ExportedMeasurement,
    ExportedPhotograph,
    ExportedSubject,
    ExportedTreatment,
    ExportedVisit,
    StudyContent,
)
from porelight.store.changes import baselines, change_table
from porelight.store.photograph_records import photograph_rows, read_photograph
from porelight.store.results import measured_pores
from porelight.store.schema import (
    COMPARISONS,
    FORECASTS,
    MEASUREMENTS,
    PHOTOGRAPHS,
    SITES,
    SUBJECTS,
    TREATMENTS,
    VISITS,
)
from porelight.store.store import Store, Transaction


class StoredFiles:
    """Photographs and tables of pores of a store, read one at a time with an entry in the log.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for.
    """

    def __init__(self, store: Store, why: str) -> None:
        self._store = store
        self._why = why

    def photograph(self, number: int) -> bytes:
        """Return the file of a photograph as it was imported."""
        with self._store.writing() as transaction:
            return read_photograph(transaction, number, self._why)

    def pores(self, measurement: int) -> tuple[bytes, bytes]:
        """Return pores.csv and possible.csv of a measurement."""
        with self._store.writing() as transaction:
            return measured_pores(transaction, measurement)

    def forecast(self, number: int) -> bytes | None:
        """Return the NetCDF file of a forecast; None if it has none."""
        with self._store.writing() as transaction:
            columns = (FORECASTS.c.subject_id, FORECASTS.c.outcome)
            row = transaction.connection.execute(
                select(*columns).where(FORECASTS.c.id == number)
            ).one_or_none()
            if row is None:
                raise StoreError(f"forecast {number} is no longer in the store.")
            transaction.note("read", row.subject_id, f"forecasts {number}: {self._why}")
            return None if row.outcome is None else bytes(row.outcome)


def study_content(
    store: Store, why: str, *, visits: Collection[str] = (), with_dates: bool = True
) -> StudyContent:
    """Return the records of a study, as they are at one moment.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for; each subject's entry in the log says it.
    visits : collection of str
        Names of the visits that are wanted; all if empty.
    with_dates : bool
        Whether dates are in it; days since the first visit are, in any case.

    Raises
    ------
    StoreError
        If there is no photograph in the study, or no visit of that name.
    """
    with store.writing() as transaction:
        found = _content(transaction, store, why)
        for wanted in visits:
            if wanted not in found.visit_names:
                hint = did_you_mean(wanted, found.visit_names)
                raise StoreError(f"no visit of the study is named {wanted!r}{hint}")
        for row in transaction.connection.execute(
            select(SUBJECTS.c.id, SUBJECTS.c.pseudonym).order_by(SUBJECTS.c.id)
        ).all():
            if any(one.pseudonym == row.pseudonym for one in found.subjects):
                transaction.note("read", row.id, f"all records: {why}")
    if found.comparisons:
        found = replace(found, changes=_changes(store, found, why))
    chosen = _of_visits(found, visits) if visits else found
    return chosen if with_dates else _without_dates(chosen)


def _content(transaction: Transaction, store: Store, why: str) -> StudyContent:
    photographs = list(photograph_rows(transaction))
    if not photographs:
        raise StoreError(
            f"study {store.study}: there is no photograph in it; 'porelight study import' first."
        )
    subjects = {row.id: row for row in transaction.connection.execute(
        select(SUBJECTS, SITES.c.name.label("site"))
        .join_from(SUBJECTS, SITES, isouter=True)
        .where(SUBJECTS.c.erased_at.is_(None))
        .order_by(SUBJECTS.c.pseudonym)
    )}  # fmt: skip
    first = _first_days(transaction)
    visits = {
        row.id: ExportedVisit(
            subjects[row.subject_id].pseudonym,
            row.name,
            row.date or "",
            _day(row.date, first.get(row.subject_id)),
        )
        for row in _rows(transaction, VISITS)
    }
    measured = {row.photograph_id: row for row in _rows(transaction, MEASUREMENTS)}  # the newest
    records = {row.id: row for row in _rows(transaction, PHOTOGRAPHS)}
    shown = {
        one.id: ExportedPhotograph(
            one.id,
            visits[records[one.id].visit_id],
            one.place.zone,
            one.place.take,
            one.place.arm,
            one.sha256,
            records[one.id].added_at,
            one.scale.source,
            one.scale.px_per_mm,
            one.state,
            one.reason,
            _measurement(measured.get(one.id)),
        )
        for one in photographs
    }
    compared = {(row.before_id, row.after_id): row for row in _rows(transaction, COMPARISONS)}
    forecasts = list(_rows(transaction, FORECASTS))
    treatments = list(_rows(transaction, TREATMENTS))
    made = [
        row.made_at for row in (*measured.values(), *compared.values(), *forecasts, *treatments)
    ]
    return StudyContent(
        store.study,
        [ExportedSubject(row.pseudonym, row.uid, row.site or "") for row in subjects.values()],
        list(visits.values()),
        list(shown.values()),
        StoredFiles(store, why),
        _in_order(visits.values()),
        max([*made, *(one.added_at for one in shown.values())]),
        [
            ExportedComparison(
                row.id,
                shown[row.before_id],
                shown[row.after_id],
                row.state,
                row.reason or "",
                row.version,
                row.made_at,
                _json(row.summary),
            )
            for row in compared.values()
        ],
        [
            ExportedTreatment(
                row.id,
                subjects[row.subject_id].pseudonym,
                visits[row.visit_id].name if row.visit_id else "",
                row.date or "",
                _day(row.date, first.get(row.subject_id)),
                row.device,
                json.loads(row.session),
            )
            for row in treatments
        ],
        [
            ExportedForecast(
                row.id,
                subjects[row.subject_id].pseudonym,
                row.state,
                row.reason or "",
                row.version,
                row.made_at,
                json.loads(row.settings),
                _json(row.summary),
            )
            for row in forecasts
        ],
    )


def _changes(store: Store, content: StudyContent, why: str) -> list[ExportedChange]:
    visits = {(one.subject, one.name): one for one in content.visits}
    found = []
    for baseline in baselines(store):
        for one in change_table(store, why, baseline):
            percent = one.change_percent
            found.append(
                ExportedChange(
                    visits[one.place.subject, one.place.visit],
                    baseline,
                    one.place.zone,
                    one.place.arm,
                    one.days_between,
                    one.state,
                    one.reason,
                    one.n_pairs,
                    one.n_refused,
                    None
                    if percent is None
                    else (percent["value"], percent["low"], percent["high"]),
                )
            )
    return found


def _rows(transaction: Transaction, table: Table) -> Sequence[Row[Any]]:
    """Return the records of a table in their order, without what may be large."""
    large = ("pores", "possible", "outcome")
    columns = [column for column in table.c if column.name not in large]
    return transaction.connection.execute(select(*columns).order_by(table.c.id)).all()


def _measurement(row: Row[Any] | None) -> ExportedMeasurement | None:
    if row is None or row.summary is None:
        return None
    settings = json.loads(row.settings)
    return ExportedMeasurement(row.id, row.made_at, row.version, settings, json.loads(row.summary))


def _json(text: str | None) -> Mapping[str, Any] | None:
    return None if text is None else dict(json.loads(text))


def _first_days(transaction: Transaction) -> dict[int, date]:
    first: dict[int, date] = {}
    for row in _rows(transaction, VISITS):
        if row.date:
            there = date.fromisoformat(row.date)
            first[row.subject_id] = min(first.get(row.subject_id, there), there)
    return first


def _day(day: str | None, first: date | None) -> int | None:
    return (date.fromisoformat(day) - first).days if day and first else None


def _in_order(visits: Collection[ExportedVisit]) -> list[str]:
    """Return the names of visits as the study goes: by their day, else as they were imported."""
    names = list(dict.fromkeys(one.name for one in visits))
    days: dict[str, list[int]] = {name: [] for name in names}
    for one in visits:
        if one.day is not None:
            days[one.name].append(one.day)
    middle = {name: sorted(found)[len(found) // 2] for name, found in days.items() if found}
    if len(middle) == len(names):
        names.sort(key=middle.__getitem__)
    return names


def _of_visits(content: StudyContent, names: Collection[str]) -> StudyContent:
    photographs = [one for one in content.photographs if one.visit.name in names]
    seen = {one.subject for one in photographs}
    return replace(
        content,
        subjects=[one for one in content.subjects if one.pseudonym in seen],
        visits=[one for one in content.visits if one.name in names],
        photographs=photographs,
        visit_names=[one for one in content.visit_names if one in names],
        comparisons=[
            one
            for one in content.comparisons
            if one.before.visit.name in names and one.after.visit.name in names
        ],
        changes=[
            one for one in content.changes if one.baseline in names and one.visit.name in names
        ],
        treatments=[one for one in content.treatments if one.visit in names],
        forecasts=[one for one in content.forecasts if one.subject in seen],
    )


def _without_dates(content: StudyContent) -> StudyContent:
    photographs = {
        one.number: replace(one, visit=replace(one.visit, date="")) for one in content.photographs
    }
    return replace(
        content,
        visits=[replace(one, date="") for one in content.visits],
        photographs=list(photographs.values()),
        comparisons=[
            replace(
                one,
                before=photographs[one.before.number],
                after=photographs[one.after.number],
            )
            for one in content.comparisons
        ],
        changes=[replace(one, visit=replace(one.visit, date="")) for one in content.changes],
        treatments=[replace(one, date="") for one in content.treatments],
    )
