"""Measuring the photographs of a study: what is asked for, and what a worker does with it.

A photograph is measured once with the same settings; a newer porelight measures again only when
asked, and both measurements stay. One that fails the quality gate keeps the reason as its result.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import select

from porelight.errors import DecoderMissingError, DecodingStoppedError, PhotographError, StoreError
from porelight.files.measurements import pore_tables, summary
from porelight.files.models import installed
from porelight.files.photographs import picture_of
from porelight.photo.detect import FALSE_DISCOVERY
from porelight.photo.photograph import require_measurable
from porelight.photo.scale import KNOWN_ERROR, Scale
from porelight.photo.zones import FaceZone, tissue_zone
from porelight.progress import Progress
from porelight.store.job_kinds import MEASURE
from porelight.store.jobs import JobRequest, ask_for
from porelight.store.photograph_records import PhotographRow, photograph_rows, read_photograph
from porelight.store.results import StoredResult, key_of, save_measurement_of, version
from porelight.store.schema import MEASUREMENTS, PHOTOGRAPHS
from porelight.store.store import Store, Transaction
from porelight.units import per_mm
from porelight.workflows.measure import MeasuredPhotograph, measure
from porelight.workflows.scaled_photograph import FoundScale, scaled_photograph

KIND = MEASURE


@dataclass(frozen=True, slots=True)
class Asked:
    """What has been asked for.

    Attributes
    ----------
    n_new : int
        Photographs that wait for being measured because of this.
    n_known : int
        Photographs that were measured, or wait, already.
    """

    n_new: int
    n_known: int


def ask_for_measurements(
    store: Store, *, q: float | None = FALSE_DISCOVERY, again: bool = False
) -> Asked:
    """Ask for the measurement of all photographs that have none with these settings.

    Parameters
    ----------
    store : Store
        The store.
    q : float, optional
        Share of false finds to aim at [-]; see `porelight.workflows.measure.measure`.
    again : bool
        Whether those that another version has measured are measured by this one, too.
    """
    with store.writing() as transaction:
        connection = transaction.connection
        columns = (MEASUREMENTS.c.photograph_id, MEASUREMENTS.c.settings_hash)
        query = select(*columns)
        if again:
            query = query.where(MEASUREMENTS.c.version == version())
        known = {(row.photograph_id, row.settings_hash) for row in connection.execute(query)}
        subjects = select(PHOTOGRAPHS.c.id, PHOTOGRAPHS.c.subject_id)
        subject_of = {row.id: row.subject_id for row in connection.execute(subjects)}
        requests, n = [], 0
        for row in photograph_rows(transaction):
            n += 1
            settings = settings_of(row, q)
            key = key_of(settings)
            if (row.id, key["settings_hash"]) not in known:
                requests.append(
                    JobRequest(
                        KIND,
                        f"{row.id} {key['settings_hash'][:32]} {key['version']}",
                        {"photograph": row.id, "settings": settings, "version": key["version"]},
                        subject_of[row.id],
                    )
                )
        n_new = ask_for(transaction, requests) if requests else 0
    return Asked(n_new, n - n_new)


def settings_of(row: PhotographRow, q: float | None) -> dict[str, Any]:
    """Return what decides a measurement beside the photograph, ready for JSON."""
    return {
        "zone": row.place.zone,
        "false_discovery": q,
        "scale": {
            "source": row.scale.source,
            "px_per_mm": row.scale.px_per_mm,
            "error": row.scale.error,
        },
    }


def measured_photograph(
    store: Store, payload: Mapping[str, Any], progress: Progress
) -> Callable[[Transaction], object]:
    """Measure a photograph, and return how the result is kept; see `job_kinds`.

    Raises
    ------
    PorelightError
        If it cannot be tried: the photograph is gone, networks are missing, memory was short.
    """
    number, settings = payload["photograph"], payload["settings"]
    if payload["version"] != version():
        raise StoreError(
            f"asked for by porelight {payload['version']}, but the worker is {version()}; start "
            "the workers of the same porelight, or ask again."
        )
    with store.writing() as transaction:
        rows = list(photograph_rows(transaction, number))
        content = read_photograph(transaction, number, "measured")
    try:
        measured, caught = _measured(content, str(rows[0].place), settings, progress)
    except (DecoderMissingError, DecodingStoppedError):
        raise  # another try may have the library, the time or the memory
    except PhotographError as problem:
        refused = StoredResult(settings, "refused", reason=str(problem))
        return lambda transaction: save_measurement_of(transaction, number, refused)
    numbers = summary(measured)
    numbers["warnings"] = [*measured.warnings, *caught]
    pores, possible = (text.encode() for text in pore_tables(measured).values())
    done = StoredResult(settings, "done", summary=numbers)
    return lambda transaction: save_measurement_of(transaction, number, done, (pores, possible))


def _measured(
    content: bytes, name: str, settings: Mapping[str, Any], progress: Progress
) -> tuple[MeasuredPhotograph, list[str]]:
    """Return the measurement, and what was warned of on the way."""
    scale = _scale(settings["scale"])

    def require_size(rows: int, cols: int) -> None:
        if isinstance(scale, Scale):
            require_measurable((rows, cols), scale.px_per_metre, name)

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        picture = picture_of(content, name, accept=require_size)
        seen = scaled_photograph(picture, scale, networks=installed() if scale == "iris" else None)
        zone = tissue_zone(cast("FaceZone", settings["zone"]))
        measured = measure(seen, zone=zone, q=settings["false_discovery"], progress=progress)
    return measured, [" ".join(str(one.message).split()) for one in caught]


def _scale(given: Mapping[str, Any]) -> Scale | FoundScale:
    if given["source"] != "known":
        return cast("FoundScale", given["source"])
    error = KNOWN_ERROR if given["error"] is None else given["error"]
    return Scale(given["px_per_mm"] * per_mm, error, "known", "given by the user")
