"""Photographs of a study: kept once, read with an entry in the log, listed as one long table."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from porelight.errors import StoreError
from porelight.photo.scale import Source
from porelight.store.log import now
from porelight.store.schema import MEASUREMENTS, PHOTOGRAPHS, SITES, SUBJECTS, VISITS
from porelight.store.store import Store, Transaction
from porelight.store.subjects import (
    find_subject,
    require_date,
    subject_named,
    visit_named,
    word,
)

State: TypeAlias = Literal["waiting", "measured", "refused"]
STATES: tuple[State, ...] = ("waiting", "measured", "refused")
LISTED = "states of photographs"
LISTED_WITH_RESULTS = "list of photographs"  # also of logs from before states were told apart


@dataclass(frozen=True, slots=True)
class ScaleGiven:
    """How the scale of a photograph is known.

    Attributes
    ----------
    source : {"known", "marker", "dpi", "iris", "ruler"}
        Given, or what in the picture it is taken from.
    px_per_mm : float or None
        If it is known [px/mm].
    error : float or None
        Its relative standard deviation, if it is known [-].
    """

    source: Source
    px_per_mm: float | None = None
    error: float | None = None

    def __str__(self) -> str:
        return f"{self.px_per_mm:g} px/mm" if self.px_per_mm is not None else self.source


@dataclass(frozen=True, slots=True)
class PhotographPlace:
    """Where in a study a photograph belongs.

    Attributes
    ----------
    subject, visit, zone, take : str
        One photograph is kept for each combination. The zone is one of
        `porelight.photo.zones.NAMES`, or "cheek".
    date : str
        Date of the visit, YYYY-MM-DD; empty if unknown.
    site, arm : str
        Where the subject is seen, and how this skin is treated; empty if the study has none.
    """

    subject: str
    visit: str
    zone: str
    take: str = "1"
    date: str = ""
    site: str = ""
    arm: str = ""

    def __str__(self) -> str:
        return f"{self.subject}/{self.visit}/{self.zone} {self.take}"


@dataclass(frozen=True, slots=True)
class PhotographRow:
    """One photograph of a study, with what became of it.

    Attributes
    ----------
    id : int
        Number in the store.
    place : PhotographPlace
        Whose, when and where.
    sha256 : str
        Hash of what is kept of the file.
    scale : ScaleGiven
        How its scale is known.
    state : {"waiting", "measured", "refused"}
        What became of it when it was last measured.
    reason : str
        Why it was refused.
    """

    id: int
    place: PhotographPlace
    sha256: str
    scale: ScaleGiven
    state: State
    reason: str


def add_photograph(
    transaction: Transaction, place: PhotographPlace, scale: ScaleGiven, content: bytes
) -> int | None:
    """Keep a photograph; returns its number, or None if it is there in the same place already.

    Parameters
    ----------
    transaction : Transaction
        The transaction of the one writer.
    place : PhotographPlace
        Where it belongs.
    scale : ScaleGiven
        How its scale is known.
    content : bytes
        The file.

    Raises
    ------
    StoreError
        As `fate_of`.
    """
    digest = sha256(content).hexdigest()
    if fate_of(transaction, place, scale, digest) == "known":
        return None
    subject = subject_named(transaction, place.subject, place.site)
    visit = visit_named(transaction, subject, place.visit, place.date)
    transaction.put_photograph(subject.id, content)
    return transaction.add(
        PHOTOGRAPHS,
        subject.id,
        visit_id=visit,
        zone=place.zone,
        take=place.take,
        arm=place.arm or None,
        sha256=digest,
        n_bytes=len(content),
        scale_source=scale.source,
        px_per_mm=scale.px_per_mm,
        scale_error=scale.error,
        added_at=now(),
    )


def fate_of(
    transaction: Transaction,
    place: PhotographPlace,
    scale: ScaleGiven,
    digest: str,
    *,
    correct: bool = False,
) -> Literal["new", "corrected", "known"]:
    """Return whether a photograph is new, or there already, perhaps with something to correct.

    Raises
    ------
    StoreError
        If it is there elsewhere or, unless that is to be corrected, with another scale, arm or
        date; if another photograph has its place; or if its subject was erased.
    """
    word("take", place.take)
    if place.arm:
        word("arm", place.arm)
    subject = find_subject(transaction, place.subject)
    if subject is not None:
        subject_named(transaction, place.subject, place.site)  # refused if erased, or elsewhere
    same = _one_where(transaction, PHOTOGRAPHS.c.sha256 == digest)
    if same is not None:
        return _fate_of_same(same, place, scale, correct=correct)
    its_place = and_(
        SUBJECTS.c.pseudonym == place.subject,
        VISITS.c.name == place.visit,
        PHOTOGRAPHS.c.zone == place.zone,
        PHOTOGRAPHS.c.take == place.take,
    )
    if _one_where(transaction, its_place) is not None:
        raise StoreError(
            f"another photograph is kept as {place} already; give this one another take."
        )
    require_date(transaction, place.subject, place.visit, place.date)
    return "new"


def kept_digest(transaction: Transaction, digests: Sequence[str]) -> str:
    """Return which of the hashes that a photograph may have is kept; the first if none is."""
    query = select(PHOTOGRAPHS.c.sha256).where(PHOTOGRAPHS.c.sha256.in_(digests))
    known = set(transaction.connection.execute(query).scalars())
    return next((one for one in digests if one in known), digests[0])


def correct_photograph(
    transaction: Transaction, place: PhotographPlace, scale: ScaleGiven, digest: str
) -> None:
    """Let a photograph that is there already have the scale, arm and date that are told now."""
    row = transaction.connection.execute(
        select(PHOTOGRAPHS).where(PHOTOGRAPHS.c.sha256 == digest)
    ).one()
    transaction.change(
        PHOTOGRAPHS,
        row.id,
        scale_source=scale.source,
        px_per_mm=scale.px_per_mm,
        scale_error=scale.error,
        arm=place.arm or row.arm,
    )
    if place.date:
        transaction.change(VISITS, row.visit_id, date=place.date)


def read_photograph(transaction: Transaction, number: int, why: str) -> bytes:
    """Return a photograph as it was; the log keeps who read it and why.

    Raises
    ------
    StoreError
        If there is none, or its subject was erased.
    """
    row = transaction.connection.execute(
        select(PHOTOGRAPHS.c.subject_id, PHOTOGRAPHS.c.sha256).where(PHOTOGRAPHS.c.id == number)
    ).one_or_none()
    if row is None:
        raise StoreError(f"photograph {number} is no longer in the store.")
    content = transaction.photograph(row.subject_id, row.sha256)
    transaction.note("read", row.subject_id, f"photographs {number}: {why}")
    return content


def photograph_rows(transaction: Transaction, number: int | None = None) -> Iterator[PhotographRow]:
    """Yield all photographs, or that of a number, without an entry in the log."""
    query = _query() if number is None else _query().where(PHOTOGRAPHS.c.id == number)
    yield from map(_row, transaction.connection.execute(query))


def photograph_table(store: Store, why: str, *, with_results: bool = False) -> list[PhotographRow]:
    """Return all photographs of a study, by subject, visit, zone and take.

    Parameters
    ----------
    store : Store
        The store.
    why : str
        What for; each subject's entry in the log says it.
    with_results : bool
        Whether they are listed to read their results, which is another kind of entry: plans that
        are declared after it are not blind.
    """
    kind = LISTED_WITH_RESULTS if with_results else LISTED
    with store.writing() as transaction:
        rows = transaction.connection.execute(_query()).all()
        for number in dict.fromkeys(row.subject_id for row in rows):
            transaction.note("read", number, f"{kind}: {why}")
    return [_row(row) for row in rows]


def photograph_counts(store: Store) -> Counter[tuple[str, State]]:
    """Return how many photographs of each visit are in which state; tells of no subject."""
    with store.database.reading() as connection:
        return Counter((row.visit, _row(row).state) for row in connection.execute(_query()))


def _one_where(transaction: Transaction, condition: ColumnElement[bool]) -> PhotographRow | None:
    row = transaction.connection.execute(_query().where(condition)).one_or_none()
    return None if row is None else _row(row)


def _query() -> Select[Any]:
    """Return all photographs with the newest measurement of each."""
    measured, every = MEASUREMENTS.alias("measured"), MEASUREMENTS.alias("every")
    # asked for each photograph, so that one photograph costs the same in a study of thousands
    newest = (
        select(func.max(every.c.id))
        .where(every.c.photograph_id == PHOTOGRAPHS.c.id)
        .correlate(PHOTOGRAPHS)
        .scalar_subquery()
    )
    return (
        select(
            PHOTOGRAPHS,
            SUBJECTS.c.pseudonym,
            SITES.c.name.label("site"),
            VISITS.c.name.label("visit"),
            VISITS.c.date,
            measured.c.state,
            measured.c.reason,
        )
        .join_from(PHOTOGRAPHS, SUBJECTS, PHOTOGRAPHS.c.subject_id == SUBJECTS.c.id)
        .join(VISITS, PHOTOGRAPHS.c.visit_id == VISITS.c.id)
        .join(SITES, SUBJECTS.c.site_id == SITES.c.id, isouter=True)
        .join(measured, measured.c.id == newest, isouter=True)
        .order_by(
            SUBJECTS.c.pseudonym, VISITS.c.date, VISITS.c.id, PHOTOGRAPHS.c.zone, PHOTOGRAPHS.c.take
        )
    )


def _row(row: Row[Any]) -> PhotographRow:
    states: dict[str | None, State] = {None: "waiting", "done": "measured", "refused": "refused"}
    return PhotographRow(
        id=row.id,
        place=PhotographPlace(
            row.pseudonym,
            row.visit,
            row.zone,
            row.take,
            row.date or "",
            row.site or "",
            row.arm or "",
        ),
        sha256=row.sha256,
        scale=ScaleGiven(row.scale_source, row.px_per_mm, row.scale_error),
        state=states[row.state],
        reason=row.reason or "",
    )


def _fate_of_same(
    same: PhotographRow, place: PhotographPlace, scale: ScaleGiven, *, correct: bool
) -> Literal["corrected", "known"]:
    """Return what becomes of a photograph that is there, or refuse one that is there elsewhere."""
    if str(same.place) != str(place):
        raise StoreError(
            f"the same photograph is kept as {same.place} already; one of the two is wrong."
        )
    told = {
        "date": (same.place.date, place.date),
        "arm": (same.place.arm, place.arm),
        "scale": (str(same.scale), str(scale)),
    }
    changed = {what: pair for what, pair in told.items() if pair[1] and pair[0] != pair[1]}
    if changed and not correct:
        what, (before, wanted) = next(iter(changed.items()))
        raise StoreError(
            f"{place} is kept with the {what} {before or 'left out'} already, and not {wanted}; "
            "'porelight study import --correct' changes it."
        )
    return "corrected" if changed else "known"
