"""Bringing photographs into a study: each is kept, known already, or refused with the reason.

Every photograph is a transaction of its own: whoever is interrupted has kept what was told, and
goes on by the same command. Nothing is written in a dry run. What of a file tells of people, place,
names and serial numbers, is taken out before it is kept.
"""

import math
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from porelight.errors import (
    InputFileError,
    PorelightError,
    StoreError,
    StoreUnavailableError,
    did_you_mean,
)
from porelight.files.manifests import ZONES, ManifestRow
from porelight.files.private_data import without_private_data
from porelight.files.publication import reason_of
from porelight.files.readable_pictures import require_readable
from porelight.photo.scale import Source
from porelight.store.photograph_records import (
    PhotographPlace,
    ScaleGiven,
    add_photograph,
    correct_photograph,
    fate_of,
    kept_digest,
)
from porelight.store.store import Store
from porelight.store.subjects import pseudonym, word

Fate: TypeAlias = Literal["new", "corrected", "known", "refused"]

_MOST_BYTES = 1 << 30
_PX_PER_MM = (0.5, 500.0)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one row.

    Attributes
    ----------
    row : ManifestRow
        The row.
    fate : {"new", "corrected", "known", "refused"}
        Kept or corrected now (in a dry run: would be); there already; or neither.
    reason : str
        Why it was refused.
    """

    row: ManifestRow
    fate: Fate
    reason: str = ""


def import_photographs(
    store: Store,
    rows: Sequence[ManifestRow],
    usual: ScaleGiven | None,
    *,
    dry_run: bool = False,
    correct: bool = False,
) -> Iterator[Imported]:
    """Yield what becomes of each row, as it is done.

    Parameters
    ----------
    store : Store
        The store.
    rows : sequence of ManifestRow
        The photographs.
    usual : ScaleGiven or None
        How the scale of those is known that tell none.
    dry_run : bool
        Whether to look only.
    correct : bool
        Whether a photograph that is there with another scale, date or arm takes what is told now.

    Raises
    ------
    StoreUnavailableError
        If the store fails: no later row would fare better. What was yielded is kept.
    """
    seen: dict[str, str] = {}
    dates: dict[tuple[str, str], str] = {}
    for row in rows:
        try:
            place, scale = _place(row), _scale(row, usual)
            # two rows for one place are a mistake even where both tell of the same file
            _require_first(seen, f"place {place}", row)
            original = _content(row.file)
            content = without_private_data(original)
            # one that was kept by an earlier porelight was kept with all that is in it
            digests = [sha256(one).hexdigest() for one in (content, original)]
            _require_first(seen, f"photograph {digests[0]}", row)
            _require_one_date(dates, place)
            with store.looking() as transaction:
                digest = kept_digest(transaction, digests)
                fate = fate_of(transaction, place, scale, digest, correct=correct)
            if fate == "new":
                require_readable(content)
            if fate != "known" and not dry_run:
                with store.writing() as transaction:  # another import may have come before
                    digest = kept_digest(transaction, digests)
                    fate = fate_of(transaction, place, scale, digest, correct=correct)
                    if fate == "new":
                        add_photograph(transaction, place, scale, content)
                    if fate == "corrected":
                        correct_photograph(transaction, place, scale, digest)
        except StoreUnavailableError:
            raise
        except PorelightError as problem:
            yield Imported(row, "refused", str(problem))
        else:
            yield Imported(row, fate)


def _require_first(seen: dict[str, str], what: str, row: ManifestRow) -> None:
    before = seen.setdefault(what, row.where)
    if before != row.where:
        thing = "the same photograph" if what.startswith("photograph") else what
        raise StoreError(f"{thing} is told of by {before} already; one of the two is wrong.")


def _require_one_date(dates: dict[tuple[str, str], str], place: PhotographPlace) -> None:
    before = dates.setdefault((place.subject, place.visit), place.date)
    if place.date and before != place.date:
        raise StoreError(
            f"visit {place.visit} of {place.subject} is of {place.date} here, and of "
            f"{before or 'no date'} in an earlier row; one of the two is wrong."
        )


def _place(row: ManifestRow) -> PhotographPlace:
    if row.zone not in ZONES:
        if row.zone.endswith(tuple(f" {one}" for one in ZONES)):
            raise StoreError(
                f"zone is {row.zone[:40]!r}; '*{{zone}}' in the pattern passes over what stands "
                "before a zone."
            )
        raise StoreError(f"zone is {row.zone[:40]!r}{did_you_mean(row.zone, ZONES)}.")
    return PhotographPlace(
        pseudonym(row.subject),
        word("visit", row.visit),
        row.zone,
        word("take", row.take),
        _date(row.date),
        row.site and word("site", row.site),
        row.arm and word("arm", row.arm),
    )


def _date(text: str) -> str:
    """Return a date as the store has it, from that or from day.month.year."""
    if not text:
        return ""
    found = _DAY.fullmatch(text)
    iso = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else text
    try:
        return date.fromisoformat(iso).isoformat()
    except ValueError:
        raise StoreError(
            f"date is {text[:40]!r}; expected YYYY-MM-DD, or DD.MM.YYYY with points."
        ) from None


def _scale(row: ManifestRow, usual: ScaleGiven | None) -> ScaleGiven:
    sources = [one for one in get_args(Source) if one != "known"]
    if not row.scale:
        if usual is None:
            raise StoreError(
                "its scale is not told; give --px-per-mm NUMBER, --scale marker, or a column scale."
            )
        return usual
    if row.scale.lower() in sources:
        source: Source = next(one for one in get_args(Source) if one == row.scale.lower())
        return ScaleGiven(source)
    try:
        value = float(row.scale)
    except ValueError:
        value = math.nan
    low, high = _PX_PER_MM
    if not low <= value <= high:
        raise StoreError(
            f"scale is {row.scale[:40]!r}; expected {low:g} to {high:g} px/mm, or "
            f"{', '.join(sources)}."
        )
    return ScaleGiven("known", value, usual.error if usual is not None else None)


def _content(file: Path) -> bytes:
    try:
        there = file.stat()
        if not stat.S_ISREG(there.st_mode):  # reading a pipe or a device might never end
            raise InputFileError(f"{file} is a folder or a device; expected a file.")
        size = there.st_size
        if size > _MOST_BYTES:
            raise InputFileError(f"the file has {size / 1e9:.1f} GB; expected at most 1 GB.")
        content = file.read_bytes()
    except FileNotFoundError:
        raise InputFileError(f"no such file: {file}.") from None
    except OSError as problem:
        raise InputFileError(f"the file cannot be read ({reason_of(problem)}).") from None
    if not content:
        raise InputFileError("the file is empty (0 bytes); copy it again.")
    return content
