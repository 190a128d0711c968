"""``porelight study compare``: every later visit against the baseline, pore by pore."""

import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from porelight.cli.choices import AsJson, StoreOption, opened
from porelight.cli.console import complain, print_json, print_rows, progress_bar, say
from porelight.cli.numbers import typed
from porelight.cli.stopping import kept_when_stopped

if TYPE_CHECKING:
    from porelight.store.changes import ZoneOfVisitChange
    from porelight.store.store import Store


def compare(
    *,
    baseline: str,
    workers: Annotated[int | None, typed("N_THREADS")] = None,
    false_discovery: Annotated[float | None, typed("FRACTION")] = None,
    again: Annotated[bool, Parameter(negative="")] = False,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Compare every later visit with the baseline, zone by zone, where that has not been done.

    Each take of a later visit is compared with each take of the baseline; the change of a zone is
    the mean of its pairs.

    Parameters
    ----------
    baseline
        Visit with which the others are compared, such as baseline or v1.
    workers
        How many pairs are compared at once; as many as there are cores, at most 4, when left out.
    false_discovery
        With which the photographs were measured, if it was given there.
    again
        Compare those again that another version of porelight has compared; both results stay.
    """
    from porelight.store.comparing import KIND, ask_for_comparisons  # noqa: PLC0415
    from porelight.store.workers import run_workers  # noqa: PLC0415

    n = workers or min(4, os.cpu_count() or 1)
    with kept_when_stopped(), opened(store) as study_store:
        asked = ask_for_comparisons(study_store, baseline, q=false_discovery, again=again)
        with progress_bar(f"comparing with {n} workers", quiet=json) as progress:
            run_workers(study_store, n, [KIND], progress)
        documents = comparison_documents(study_store, baseline=baseline)
        failed = failed_comparisons(study_store)
    if json:
        print_json(
            {
                **documents[0],
                "pairs_known": asked.n_known,
                "pairs_unmeasured": asked.n_unmeasured,
                "failed": [{"pair": pair, "reason": reason} for pair, reason in failed],
            }
        )
        return 1 if failed else 0
    tell_comparisons(documents)
    if asked.n_known:
        say(f"{asked.n_known} pairs were compared before, or are being compared")
    if asked.n_unmeasured:
        say(
            f"{asked.n_unmeasured} pairs wait for being measured; 'porelight study measure' does "
            "that, then compare again"
        )
    tell_failed(failed)
    return 1 if failed else 0


def comparison_documents(store: "Store", *, baseline: str = "") -> list[dict[str, Any]]:
    """Return what became of every zone of every later visit, for each baseline or for one.

    Parameters
    ----------
    store : Store
        The store.
    baseline : str
        Visit with which the others were compared; each that was a baseline so far if empty.
    """
    from porelight.store.changes import baselines, change_table  # noqa: PLC0415

    documents: list[dict[str, Any]] = []
    for visit in [baseline] if baseline else baselines(store):
        changes = change_table(store, "compare" if baseline else "status", visit)
        documents.append({"baseline": visit, "changes": [_document(one) for one in changes]})
    return documents


def tell_comparisons(documents: list[dict[str, Any]]) -> None:
    """Show how many zones of each visit were compared, refused, or wait, and why."""
    from porelight.store.changes import CHANGE_STATES  # noqa: PLC0415

    for one in documents:
        visits = dict.fromkeys(change["visit"] for change in one["changes"])
        counts = Counter((change["visit"], change["state"]) for change in one["changes"])
        rows = [
            {"visit": visit, **{state: str(counts[visit, state]) for state in CHANGE_STATES}}
            for visit in visits
        ]
        print_rows(f"zones compared with {one['baseline']}", rows)
        for change in one["changes"]:
            if change["state"] == "refused":
                zone = f"{change['subject']}/{change['visit']}/{change['zone']}"
                say(f"refused: {zone} against {one['baseline']}: {change['reason']}")


def failed_comparisons(store: "Store") -> list[tuple[str, str]]:
    """Return the numbers of the two photographs of each pair that failed, and why."""
    from porelight.store.job_kinds import COMPARE  # noqa: PLC0415
    from porelight.store.jobs import JobQueue  # noqa: PLC0415

    rows = [row for row in JobQueue(store).rows(COMPARE) if row.state == "failed"]
    return [(" and ".join(row.key.split()[:2]), row.reason) for row in rows]


def tell_failed(failed: list[tuple[str, str]]) -> None:
    """Complain of each pair that could not be compared."""
    for pair, reason in failed:
        complain(f"photographs {pair} could not be compared: {reason}")


def _document(one: "ZoneOfVisitChange") -> dict[str, object]:
    return {
        "subject": one.place.subject,
        "visit": one.place.visit,
        "zone": one.place.zone,
        "arm": one.place.arm,
        "days_between": one.days_between,
        "state": one.state,
        "reason": one.reason,
        "pairs": one.n_pairs,
        "pairs_refused": one.n_refused,
        "diameter_change_percent": one.change_percent,
    }
