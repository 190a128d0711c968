"""``porelight study``: from folders of photographs to measurements that stay."""

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from porelight.cli.choices import AsJson, ScaleSource, StoreOption, opened
from porelight.cli.console import complain, print_json, print_rows, progress_bar, say
from porelight.cli.numbers import typed
from porelight.cli.stopping import kept_when_stopped
from porelight.cli.study_analyse import analyse, declare
from porelight.cli.study_compare import (
    compare,
    comparison_documents,
    failed_comparisons,
    tell_comparisons,
    tell_failed,
)
from porelight.cli.study_export import export
from porelight.cli.study_power import power
from porelight.errors import InputFileError, StoreUnavailableError

if TYPE_CHECKING:
    from porelight.files.manifests import Manifest
    from porelight.store.importing import Imported
    from porelight.store.photograph_records import ScaleGiven
    from porelight.store.store import Store

study = App(name="study", help="Studies: photographs of many subjects, kept and measured.")
study.command(export)


@study.command
def init(name: str, /, *, store: StoreOption = None, json: AsJson = False) -> int:
    """Begin a study; nothing changes where it was begun before.

    Parameters
    ----------
    name
        Name of the study, such as acne-scar-2027.
    """
    from porelight.store.address import store_address  # noqa: PLC0415
    from porelight.store.store import create_store  # noqa: PLC0415

    with create_store(store_address(store), name) as made:
        told = {"study": made.study, "store": str(made.address), "files": str(made.address.folder)}
    if json:
        print_json(told)
        return 0
    say(f"study {name}: the database is {told['store']}")
    say(f"photographs and keys: {told['files']} (copy both, and keep the copies apart)")
    return 0


@study.command(name="import")
def import_(  # noqa: PLR0913  each is an option of the command line
    source: Path,
    /,
    *,
    pattern: str | None = None,
    zone: str | None = None,
    px_per_mm: Annotated[float | None, typed("PIXELS_PER_METRE", "per_mm", "px/mm")] = None,
    scale: ScaleSource | None = None,
    scale_error_percent: Annotated[
        float, typed("photo.photograph.SCALE_ERROR", "percent", "%")
    ] = 1.0,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    correct: Annotated[bool, Parameter(negative="")] = False,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Bring photographs into a study; those that are there already change nothing.

    What is cut off, or has a header that cannot be read, is refused; damage within the picture is
    found when it is measured.

    Parameters
    ----------
    source
        Folder of photographs, with --pattern; or a CSV file with a row for each photograph: the
        columns subject, visit, zone, file, and as you have them take, date, scale, arm, site.
    pattern
        How the folder is ordered: '{subject}/{visit}/{zone}-{take}.png'. '*' stands for anything.
    zone
        Zone of all photographs, where the pattern does not tell it.
    px_per_mm
        Scale of those that tell none.
    scale
        Or what their scale is taken from when they are measured.
    scale_error_percent
        Standard deviation of scales that are given as numbers.
    dry_run
        Look at everything, tell what would be done, and do nothing.
    correct
        Where a photograph is there already with another scale, date or arm, take what is told now;
        the log keeps that it was changed. With another scale it is measured again.
    """
    from porelight.store.importing import import_photographs  # noqa: PLC0415

    manifest = _manifest(source, pattern, zone)
    usual = _usual(px_per_mm, scale, scale_error_percent)
    found: list[Imported] = []
    try:
        with (
            opened(store) as study_store,
            progress_bar("looking" if dry_run else "importing", quiet=json) as progress,
        ):
            for one in import_photographs(
                study_store, manifest.rows, usual, dry_run=dry_run, correct=correct
            ):
                found.append(one)
                progress(len(found) / len(manifest.rows))
    except StoreUnavailableError:
        if found:
            _tell_of_import(found, manifest, dry_run=dry_run, json=json)
        raise
    except KeyboardInterrupt:
        if found:
            _tell_of_import(found, manifest, dry_run=dry_run, json=json)
        raise KeyboardInterrupt("what was imported is kept, and the same command goes on") from None
    return _tell_of_import(found, manifest, dry_run=dry_run, json=json)


@study.command
def measure(
    *,
    workers: Annotated[int | None, typed("N_THREADS")] = None,
    false_discovery: Annotated[float | None, typed("FRACTION")] = None,
    again: Annotated[bool, Parameter(negative="")] = False,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Measure all photographs that have not been measured with these settings.

    Parameters
    ----------
    workers
        How many photographs are measured at once; as many as there are cores, at most 4, when left
        out.
    false_discovery
        As of 'porelight measure'.
    again
        Measure those again that another version of porelight has measured; both results stay.
    """
    from porelight.store.measuring import KIND, ask_for_measurements  # noqa: PLC0415
    from porelight.store.workers import run_workers  # noqa: PLC0415

    n = workers or min(4, os.cpu_count() or 1)
    with kept_when_stopped(), opened(store) as study_store:
        asked = ask_for_measurements(study_store, q=false_discovery, again=again)
        with progress_bar(f"measuring with {n} workers", quiet=json) as progress:
            run_workers(study_store, n, [KIND], progress)
        return _tell_status(study_store, json=json, known=asked.n_known)


study.command(compare)
study.command(declare)
study.command(analyse)
study.command(power)


@study.command
def status(*, store: StoreOption = None, json: AsJson = False) -> int:
    """Tell how many photographs of each visit were measured or compared, were refused, or wait."""
    with opened(store) as study_store:
        return _tell_status(study_store, json=json)


def _manifest(source: Path, pattern: str | None, zone: str | None) -> "Manifest":
    from porelight.files.manifests import manifest_of, read_manifest  # noqa: PLC0415

    if source.is_dir():
        if pattern is None:
            raise InputFileError(
                f"{source} is a folder; say by --pattern how it is ordered, such as "
                "'{subject}/{visit}/{zone}-{take}.png', or give a CSV file with a row for each "
                "photograph."
            )
        return manifest_of(source, pattern, zone=(zone or "").lower())
    if pattern is not None or zone is not None:
        raise InputFileError(
            f"--pattern and --zone are for folders, and {source} is none; a table tells the place "
            "of each photograph itself."
        )
    return read_manifest(source)


def _usual(
    px_per_mm: float | None, scale: "ScaleSource | None", error_percent: float
) -> "ScaleGiven | None":
    from porelight.store.photograph_records import ScaleGiven  # noqa: PLC0415

    if px_per_mm is not None and scale is not None:
        raise InputFileError("give the scale one way: --px-per-mm NUMBER, or --scale marker.")
    if px_per_mm is not None:
        return ScaleGiven("known", px_per_mm, error_percent / 100.0)
    return None if scale is None else ScaleGiven(scale)


def _tell_of_import(
    found: "list[Imported]", manifest: "Manifest", *, dry_run: bool, json: bool
) -> int:
    counts, n_left = Counter(one.fate for one in found), len(manifest.rows) - len(found)
    refused = [(one.row.where, one.reason) for one in found if one.fate == "refused"]
    unfit = "does not fit the pattern ('.*' at its end fits every format)"
    refused += [(str(path), unfit) for path in manifest.unfitting]
    if json:
        print_json(
            {
                "dry_run": dry_run,
                "new": counts["new"],
                "corrected": counts["corrected"],
                "known": counts["known"],
                "refused": [{"row": row, "reason": reason} for row, reason in refused],
                "not_reached": n_left,
                "no_pictures": manifest.n_others,
            }
        )
        return 2 if refused else 0
    for where, reason in refused:
        complain(f"{where}: {reason}")
    done = "would be imported" if dry_run else "imported"
    corrected = f"{counts['corrected']} corrected, " if counts["corrected"] else ""
    known = f"{counts['known']} known already"
    left = f", {n_left} not reached" if n_left else ""
    say(f"{counts['new']} {done}, {corrected}{known}, {len(refused)} refused{left}")
    if manifest.n_others:
        say(f"{manifest.n_others} files that are no pictures were passed over")
    return 2 if refused else 0


def _tell_status(study_store: "Store", *, json: bool, known: int | None = None) -> int:
    from porelight.store.jobs import JobQueue  # noqa: PLC0415
    from porelight.store.photograph_records import (  # noqa: PLC0415
        STATES,
        photograph_counts,
        photograph_table,
    )

    counts = photograph_counts(study_store)
    visits = list(dict.fromkeys(visit for visit, _ in counts))
    failed = [row for row in JobQueue(study_store).rows("measure") if row.state == "failed"]
    refused = [
        row for row in photograph_table(study_store, "status") if row.state == "refused"
    ]  # fmt: skip
    comparisons = comparison_documents(study_store)
    failed_pairs = failed_comparisons(study_store)
    code = 1 if failed or failed_pairs else 0
    if json:
        print_json(
            {
                "study": study_store.study,
                "visits": {one: {state: counts[one, state] for state in STATES} for one in visits},
                "refused": [{"photograph": str(r.place), "reason": r.reason} for r in refused],
                "failed": [
                    {"photograph": row.key.split()[0], "reason": row.reason} for row in failed
                ],
                "comparisons": comparisons,
                "failed_pairs": [{"pair": p, "reason": reason} for p, reason in failed_pairs],
            }
        )
        return code
    rows = [
        {"visit": one, **{state: str(counts[one, state]) for state in STATES}} for one in visits
    ]
    rows.append({"visit": "all"})
    rows[-1] |= {state: str(sum(counts[one, state] for one in visits)) for state in STATES}
    print_rows(f"{study_store.study}: photographs", rows)
    if known is not None:
        say(f"{known} photographs were measured before, or are being measured")
    for one in refused:
        say(f"refused: {one.reason}")  # which begins with the photograph
    for row in failed:
        complain(f"photograph {row.key.split()[0]} could not be measured: {row.reason}")
    tell_comparisons(comparisons)
    tell_failed(failed_pairs)
    return code
