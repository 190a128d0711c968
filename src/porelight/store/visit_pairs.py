"""Which photographs of a study are compared: of the same skin, at the baseline and later.

Nothing is measured here, so that tables of a study need no library of pictures.
"""

from collections.abc import Iterable, Iterator, Sequence

from porelight.errors import StoreError, did_you_mean
from porelight.store.photograph_records import PhotographRow


def visit_pairs(
    photographs: Sequence[PhotographRow], baseline: str
) -> Iterator[tuple[PhotographRow, PhotographRow]]:
    """Yield a take of the baseline and one of a later visit, for all that show the same skin.

    Later is each visit that has no earlier date than the baseline.

    Raises
    ------
    StoreError
        If there is no such visit.
    """
    require_visit(photographs, baseline)
    first: dict[tuple[str, str], list[PhotographRow]] = {}
    for one in photographs:
        if one.place.visit == baseline:
            first.setdefault((one.place.subject, one.place.zone), []).append(one)
    for later in photographs:
        for before in first.get((later.place.subject, later.place.zone), []):
            if is_later(before, later) and is_same_arm(before, later):
                yield before, later


def require_visit(photographs: Iterable[PhotographRow], visit: str) -> None:
    """Refuse a visit of which there is no photograph.

    Raises
    ------
    StoreError
        With a visit that was perhaps meant.
    """
    visits = list(dict.fromkeys(one.place.visit for one in photographs))
    if visit not in visits:
        raise StoreError(f"no visit is named {visit[:40]!r}{did_you_mean(visit, visits)}.")


def is_later(before: PhotographRow, other: PhotographRow) -> bool:
    """Whether a photograph is of another visit, of no earlier date where both have one."""
    dates = before.place.date, other.place.date
    return other.place.visit != before.place.visit and not ("" < dates[1] < dates[0])


def is_same_arm(before: PhotographRow, other: PhotographRow) -> bool:
    """Whether two photographs may show skin that is treated in the same way."""
    arms = before.place.arm, other.place.arm
    return "" in arms or arms[0] == arms[1]
