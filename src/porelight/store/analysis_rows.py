"""What the analysis of a study begins with: its numbers, its photographs, and who withdrew."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from porelight.data.library import Z95
from porelight.statistics.flow import StudyPhotograph
from porelight.statistics.study_values import SAME_PORES, StudyValue
from porelight.statistics.usual_plan import visits_in_order
from porelight.store.changes import ZoneOfVisitChange, baselines, change_table
from porelight.store.photograph_records import photograph_table
from porelight.store.results import days_of, measurement_table, quantities_of
from porelight.store.store import Store
from porelight.store.subjects import subjects


@dataclass(frozen=True, slots=True)
class AnalysisRows:
    """Everything of a study that its analysis needs.

    Attributes
    ----------
    values : tuple of StudyValue
        Every number of the newest measurement of every photograph, and the change of the same pores
        where a visit was compared with the baseline.
    photographs : tuple of StudyPhotograph
        Every photograph.
    n_subjects, n_erased : int
        Subjects that were ever in the study, and those who were erased.
    versions : tuple of str
        Versions of porelight that measured.
    settings : int
        With how many different settings, scales and zones left out.
    """

    values: tuple[StudyValue, ...]
    photographs: tuple[StudyPhotograph, ...]
    n_subjects: int
    n_erased: int
    versions: tuple[str, ...]
    settings: int


def photograph_rows_of(store: Store, why: str) -> tuple[StudyPhotograph, ...]:
    """Return every photograph, without any result; the log keeps why."""
    rows = photograph_table(store, why)
    days = days_of(rows)
    return tuple(
        StudyPhotograph(
            one.place.subject,
            one.place.visit,
            one.place.zone,
            one.place.take,
            one.place.arm,
            one.state,
            one.reason,
            days[one.id],
        )
        for one in rows
    )


def analysis_rows(store: Store, why: str, baseline: str = "") -> AnalysisRows:
    """Return what an analysis begins with; the log keeps why each subject was read.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for.
    baseline : str
        Visit from which pores that two visits show have changed; the first visit if empty.
    """
    photographs = photograph_rows_of(store, why)
    # of several settings or versions the newest, by which the state of a photograph goes, too
    newest = {row.photograph.id: row for row in sorted(
        measurement_table(store, why), key=lambda row: row.id
    )}  # fmt: skip
    measured = [row for row in newest.values() if row.summary is not None]
    values = []
    for row in measured:
        place = row.photograph.place
        values += [
            StudyValue(
                place.subject, place.visit, place.zone, place.take, place.arm, row.day, name,
                float(one["value"]), float(one["low"]), float(one["high"]),
            )
            for name, one in quantities_of(row.summary or {})
        ]  # fmt: skip
    first = baseline or next(iter(visits_in_order(photographs)), "")
    if first in baselines(store):
        values += same_pores(change_table(store, why, first))
    with store.looking() as transaction:
        everybody = list(subjects(transaction))
    own = ("zone", "scale")
    settings = {
        tuple(sorted((key, str(one)) for key, one in row.settings.items() if key not in own))
        for row in measured
    }
    return AnalysisRows(
        tuple(values),
        photographs,
        len(everybody),
        sum(bool(one.erased_at) for one in everybody),
        tuple(sorted({row.version for row in measured})),
        len(settings),
    )


def same_pores(changes: Iterable[ZoneOfVisitChange]) -> list[StudyValue]:
    """Return the changes of pores that two visits show as numbers of the later one.

    Parameters
    ----------
    changes : iterable of ZoneOfVisitChange
        What comparisons came to; those without a change are passed over.
    """
    found = []
    for one in changes:
        if one.log_ratio is None or one.error is None:
            continue
        value, low, high = (math.exp(one.log_ratio + k * Z95 * one.error) for k in (0.0, -1.0, 1.0))
        place = one.place
        found.append(
            StudyValue(
                place.subject, place.visit, place.zone, place.take, place.arm, one.day,
                SAME_PORES, value, low, high,
            )
        )  # fmt: skip
    return found
