"""Comparing the visits of a study: which photographs, and what a worker does with a pair.

Every take of a later visit is compared with every take of the baseline that shows the same zone of
the same subject under the same arm. So a take that was refused costs no other, takes need no
numbers that agree, and what two takes of a visit differ by is seen. `porelight.store.changes` makes
one change of the pairs of a visit.

What was measured is not measured again: a pair is compared by the pores that are kept.
"""

import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from porelight.errors import (
    DecoderMissingError,
    DecodingStoppedError,
    PhotographError,
    StoreError,
)
from porelight.files.comparisons import change_summary
from porelight.files.measurements import pores_of
from porelight.files.photographs import picture_of
from porelight.photo.compare import compare
from porelight.photo.detect import FALSE_DISCOVERY
from porelight.photo.photograph import Photograph
from porelight.photo.strips import whole
from porelight.photo.zone_mask import ZonePixels
from porelight.progress import Progress
from porelight.quantities import Floats
from porelight.store.job_kinds import COMPARE
from porelight.store.jobs import JobRequest, ask_for
from porelight.store.measuring import settings_of
from porelight.store.photograph_records import photograph_rows, read_photograph
from porelight.store.results import (
    StoredResult,
    key_of,
    measured_pores,
    save_comparison_of,
    version,
)
from porelight.store.schema import COMPARISONS, MEASUREMENTS, PHOTOGRAPHS
from porelight.store.store import Store, Transaction
from porelight.store.visit_pairs import visit_pairs
from porelight.units import degree, mm, per_mm

KIND = COMPARE


@dataclass(frozen=True, slots=True)
class AskedPairs:
    """What has been asked for.

    Attributes
    ----------
    n_new : int
        Pairs that wait for being compared because of this.
    n_known : int
        Pairs that were compared, or wait, already.
    n_unmeasured : int
        Pairs that cannot be compared before both photographs have been measured.
    """

    n_new: int
    n_known: int
    n_unmeasured: int


@dataclass(frozen=True, slots=True, eq=False)
class StoredPores:
    """Pores of a measurement that is kept; see `porelight.photo.compare.PoresSeen`."""

    zone: str
    row: Floats
    col: Floats
    diameters: Floats
    elongation: Floats
    angle: Floats
    zone_mask: ZonePixels


def ask_for_comparisons(
    store: Store, baseline: str, *, q: float | None = FALSE_DISCOVERY, again: bool = False
) -> AskedPairs:
    """Ask for the comparison of every later visit with the baseline, as far as both are measured.

    Parameters
    ----------
    store : Store
        The store.
    baseline : str
        Name of the visit with which the others are compared.
    q : float, optional
        Share of false finds of the measurements that are compared [-].
    again : bool
        Whether pairs that another version has compared are compared by this one, too.

    Raises
    ------
    StoreError
        If there is no such visit.
    """
    with store.writing() as transaction:
        connection = transaction.connection
        photographs = list(photograph_rows(transaction))
        pairs = list(visit_pairs(photographs, baseline))
        newest = {
            (row.photograph_id, row.settings_hash): row
            for row in connection.execute(select(MEASUREMENTS).order_by(MEASUREMENTS.c.id))
        }
        query = select(COMPARISONS.c.before_id, COMPARISONS.c.after_id, COMPARISONS.c.settings_hash)
        if again:
            query = query.where(COMPARISONS.c.version == version())
        known = {tuple(row) for row in connection.execute(query)}
        owners = select(PHOTOGRAPHS.c.id, PHOTOGRAPHS.c.subject_id)
        subject_of = {row.id: row.subject_id for row in connection.execute(owners)}
        requests: list[JobRequest] = []
        n_known = n_unmeasured = 0
        for pair in pairs:
            found = [
                newest.get((one.id, key_of(settings_of(one, q))["settings_hash"])) for one in pair
            ]
            if any(one is not None and one.state == "refused" for one in found):
                continue  # `porelight.store.changes` tells why
            if found[0] is None or found[1] is None:
                n_unmeasured += 1
                continue
            ids = pair[0].id, pair[1].id
            settings = {
                when: {**settings_of(photograph, q), "measured_by": one.version}
                for when, photograph, one in zip(("before", "after"), pair, found, strict=True)
                if one is not None
            }
            key = key_of(settings)
            if (*ids, key["settings_hash"]) in known:
                n_known += 1
                continue
            requests.append(
                JobRequest(
                    KIND,
                    f"{ids[0]} {ids[1]} {key['settings_hash'][:32]} {key['version']}",
                    {
                        "photographs": ids,
                        "measurements": (found[0].id, found[1].id),
                        "settings": settings,
                        "version": key["version"],
                    },
                    subject_of[ids[0]],
                )
            )
        n_new = ask_for(transaction, requests) if requests else 0
    return AskedPairs(n_new, n_known + len(requests) - n_new, n_unmeasured)


def compared_photographs(
    store: Store, payload: Mapping[str, Any], progress: Progress
) -> Callable[[Transaction], object]:
    """Compare two photographs, and return how the result is kept; see `job_kinds`.

    Raises
    ------
    PorelightError
        If it cannot be tried: a photograph is gone, memory was short.
    """
    (before, after), settings = payload["photographs"], payload["settings"]
    if payload["version"] != version():
        raise StoreError(
            f"asked for by porelight {payload['version']}, but the worker is {version()}; start "
            "the workers of the same porelight, or ask again."
        )
    try:
        seen, said = [], []
        for k, share in enumerate((0.1, 0.2)):
            one, warned = _seen(store, (before, after)[k], payload["measurements"][k])
            progress(share)
            seen.append(one)
            said += warned
        comparison = compare(seen[0], seen[1])
    except (DecoderMissingError, DecodingStoppedError):
        raise  # another try may have the library, the time or the memory
    except PhotographError as problem:
        refused = StoredResult(settings, "refused", reason=str(problem))
        return lambda transaction: save_comparison_of(transaction, before, after, refused)
    names = seen[0][0].name, seen[1][0].name
    numbers = change_summary(comparison, names, (*comparison.warnings, *said))
    done = StoredResult(settings, "done", summary=numbers)
    return lambda transaction: save_comparison_of(transaction, before, after, done)


def _seen(
    store: Store, photograph_id: int, measurement_id: int
) -> tuple[tuple[Photograph, StoredPores], list[str]]:
    """Return a photograph with its pores, and what limits its measurement."""
    with store.writing() as transaction:
        row = next(photograph_rows(transaction, photograph_id), None)
        content = read_photograph(transaction, photograph_id, "compared")
        table, _ = measured_pores(transaction, measurement_id)
        query = select(MEASUREMENTS.c.summary).where(MEASUREMENTS.c.id == measurement_id)
        summary = json.loads(transaction.connection.execute(query).scalar_one())
    name = str(row.place) if row is not None else str(photograph_id)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what measuring warned of is in its summary
        picture = picture_of(content, name)
    told = summary["photograph"]
    photograph = Photograph(
        picture.pixels,
        told["px_per_mm"] * per_mm,
        told["scale_error_percent"] / 100.0,
        name=name,
    )
    pores = pores_of(table)
    found = StoredPores(
        zone=summary["zone"],
        row=pores["row_mm"] * mm,
        col=pores["col_mm"] * mm,
        diameters=pores["diameter_mm"] * mm,
        elongation=pores["elongation"],
        angle=pores["angle_deg"] * degree,
        zone_mask=whole(photograph.shape),
    )
    return (photograph, found), [f"{name}: {text}" for text in summary["warnings"]]
