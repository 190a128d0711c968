"""What changed between the visits of a study: each pair of takes, and each zone as one change.

A zone's change is the mean over all pairs of a take of the baseline and a take of the later visit,
on the logarithm. More takes guard against a bad one, but its interval is no narrower for them: all
takes of a visit show the same pores under the same lamp, and these are what its error is made of.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Any, Literal, TypeAlias

from sqlalchemy import func, select

from porelight.store.photograph_records import PhotographPlace, PhotographRow, photograph_table
from porelight.store.results import days_of
from porelight.store.schema import COMPARISONS, PHOTOGRAPHS, VISITS
from porelight.store.store import Store
from porelight.store.visit_pairs import is_later, is_same_arm, require_visit

ChangeState: TypeAlias = Literal["compared", "refused", "waiting"]
CHANGE_STATES: tuple[ChangeState, ...] = ("waiting", "compared", "refused")

_Z = 1.959964  # of a normal distribution, for the 95 % of intervals
_ENDS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One pair of photographs that was compared.

    Attributes
    ----------
    id : int
        Number in the store.
    before, after : PhotographRow
        The take of the baseline, and that of the later visit.
    day_before, day : int or None
        Days of the two since the subject's first visit that has a date [d].
    version : str
        By which porelight.
    settings : mapping
        How each of the two was measured.
    state : str
        Done, or refused with a reason.
    reason : str
        Why it was refused.
    summary : mapping or None
        As summary.json of 'porelight compare'; None if it was refused.
    """

    id: int
    before: PhotographRow
    after: PhotographRow
    day_before: int | None
    day: int | None
    version: str
    settings: Mapping[str, Any]
    state: str
    reason: str
    summary: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class ZoneOfVisitChange:
    """How the pores of a zone changed from the baseline to a later visit.

    Attributes
    ----------
    place : PhotographPlace
        Subject, later visit, zone, date, site and arm; the take is empty.
    baseline : str
        Visit with which it is compared.
    day : int or None
        Days of the later visit since the subject's first visit that has a date [d].
    days_between : int or None
        Days from the baseline to it [d].
    state : {"compared", "refused", "waiting"}
        Whether there is a change; without one, whether there may be one yet.
    reason : str
        Why there is none.
    n_pairs : int
        Pairs of takes that the change is the mean of.
    n_refused : int
        Pairs that were refused.
    log_ratio : float or None
        Logarithm of later over earlier diameter [-].
    error : float or None
        Its standard deviation [-].
    spread : float or None
        Standard deviation of the logarithm between pairs; None with fewer than two [-].
    """

    place: PhotographPlace
    baseline: str
    day: int | None
    days_between: int | None
    state: ChangeState
    reason: str = ""
    n_pairs: int = 0
    n_refused: int = 0
    log_ratio: float | None = None
    error: float | None = None
    spread: float | None = None

    @property
    def change_percent(self) -> dict[str, float] | None:
        """Change of the diameter with its 95 % interval [%]; None if there is none."""
        if self.log_ratio is None or self.error is None:
            return None
        ends = {"value": 0.0, "low": -_Z, "high": _Z}
        return {key: 100.0 * math.expm1(self.log_ratio + k * self.error) for key, k in ends.items()}


def baselines(store: Store) -> list[str]:
    """Return the visits with which others were compared, in the order in which they were begun."""
    query = (
        select(VISITS.c.name, func.min(COMPARISONS.c.id).label("first"))
        .join_from(COMPARISONS, PHOTOGRAPHS, COMPARISONS.c.before_id == PHOTOGRAPHS.c.id)
        .join(VISITS, PHOTOGRAPHS.c.visit_id == VISITS.c.id)
        .group_by(VISITS.c.name)
        .order_by("first")
    )
    with store.database.reading() as connection:
        return [row.name for row in connection.execute(query)]


def comparison_table(
    store: Store, why: str, *, baseline: str = "", of_version: str | None = None
) -> list[ComparisonRow]:
    """Return the comparisons of a study, a row for each pair of photographs: the newest of each.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for; each subject's entry in the log says it.
    baseline : str
        Only those with this visit; with any visit if empty.
    of_version : str, optional
        Those of this version instead of the newest.
    """
    photographs = photograph_table(store, why, with_results=True)
    return _comparisons(store, photographs, baseline, of_version)


def change_table(store: Store, why: str, baseline: str) -> list[ZoneOfVisitChange]:
    """Return how each zone changed from the baseline to each later visit, or why that is unknown.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for; each subject's entry in the log says it.
    baseline : str
        Name of the visit with which the others are compared.

    Returns
    -------
    list of ZoneOfVisitChange
        One for each zone of each later visit that has a photograph, by subject, visit, zone and
        arm.

    Raises
    ------
    StoreError
        If there is no such visit.
    """
    photographs = photograph_table(store, why, with_results=True)
    require_visit(photographs, baseline)
    zones: dict[PhotographPlace, list[PhotographRow]] = {}
    first: dict[str, list[PhotographRow]] = {}
    for one in photographs:
        zones.setdefault(replace(one.place, take=""), []).append(one)
        if one.place.visit == baseline:
            first.setdefault(one.place.subject, []).append(one)
    compared = {
        (row.before.id, row.after.id): row for row in _comparisons(store, photographs, baseline)
    }
    days = days_of(photographs)
    rows = []
    for place, takes in zones.items():
        there = first.get(place.subject, [])
        is_wanted = is_later(there[0], takes[0]) if there else place.visit != baseline
        if not is_wanted:
            continue
        day, at_first = days[takes[0].id], days[there[0].id] if there else None
        between = None if day is None or at_first is None else day - at_first
        empty = ZoneOfVisitChange(place, baseline, day, between, "waiting")
        same = [one for one in there if one.place.zone == place.zone and is_same_arm(one, takes[0])]
        pairs = [(before.id, after.id) for after in takes for before in same]
        results = [compared[pair] for pair in pairs if pair in compared]
        rows.append(_change(empty, results) or _without_change(empty, same, takes, results))
    return rows


def _comparisons(
    store: Store,
    photographs: Collection[PhotographRow],
    baseline: str,
    of_version: str | None = None,
) -> list[ComparisonRow]:
    by_number = {one.id: one for one in photographs}
    query = select(COMPARISONS).order_by(COMPARISONS.c.id)
    if of_version is not None:
        query = query.where(COMPARISONS.c.version == of_version)
    with store.database.reading() as connection:
        found = {
            (row.before_id, row.after_id): row
            for row in connection.execute(query)
            if row.before_id in by_number
            and row.after_id in by_number
            and baseline in ("", by_number[row.before_id].place.visit)
        }
    days = days_of(by_number.values())
    order = {number: i for i, number in enumerate(by_number)}
    return [
        ComparisonRow(
            row.id,
            by_number[row.before_id],
            by_number[row.after_id],
            days[row.before_id],
            days[row.after_id],
            row.version,
            json.loads(row.settings),
            row.state,
            row.reason or "",
            None if row.summary is None else json.loads(row.summary),
        )
        for row in sorted(found.values(), key=lambda r: (order[r.after_id], order[r.before_id]))
    ]


def _change(
    empty: ZoneOfVisitChange, compared: Sequence[ComparisonRow]
) -> ZoneOfVisitChange | None:
    """Return the mean of all pairs; None if none was compared."""
    ends = [
        {key: math.log1p(row.summary["diameter_change_percent"][key] / 100.0) for key in _ENDS}
        for row in compared
        if row.summary is not None
    ]
    if not ends:
        return None
    values = [one["value"] for one in ends]
    variances = [((one["high"] - one["low"]) / (2.0 * _Z)) ** 2 for one in ends]
    return replace(
        empty,
        state="compared",
        n_pairs=len(ends),
        n_refused=len(compared) - len(ends),
        log_ratio=fmean(values),
        error=math.sqrt(fmean(variances)),
        spread=stdev(values) if len(values) > 1 else None,
    )


def _without_change(
    empty: ZoneOfVisitChange,
    before: Sequence[PhotographRow],
    after: Sequence[PhotographRow],
    refused: Sequence[ComparisonRow],
) -> ZoneOfVisitChange:
    """Return why there is no change: what stands in the way of all pairs."""
    if not before:
        reason = f"{empty.baseline} has no photograph of this zone"
        return replace(empty, state="refused", reason=reason)
    for takes in (before, after):
        if all(one.state == "refused" for one in takes):
            return replace(empty, state="refused", reason=takes[-1].reason)
    if any(one.state == "waiting" for one in (*before, *after)):
        return replace(empty, reason="not all photographs have been measured")
    n = sum(one.state == "measured" for one in before) * sum(
        one.state == "measured" for one in after
    )
    if len(refused) < n:
        return replace(empty, reason="not compared yet")
    return replace(empty, state="refused", n_refused=len(refused), reason=refused[-1].reason)
