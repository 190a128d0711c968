"""Which photograph of a study is where: a table with a row for each, or folders named by a pattern.

A pattern is a path with names in braces, ``{subject}/{visit}/{zone}-{take}.png``; ``*`` stands for
any letters within a name. It only writes the table: both give the same rows.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from porelight.errors import InputFileError, did_you_mean
from porelight.files.publication import reason_of
from porelight.files.tables import read_table
from porelight.photo.zones import NAMES
from porelight.tissue.person import Zone

ZONES: tuple[str, ...] = (*NAMES, *(one for one in get_args(Zone) if one not in NAMES))
_NEEDED = ("subject", "visit", "zone", "file")
_OPTIONAL = ("take", "date", "scale", "arm", "site")
_WANTED = (
    f"a CSV file with the columns {', '.join(_NEEDED)}, and as you have them {', '.join(_OPTIONAL)}"
)
_FIELDS = ("subject", "visit", "zone", "take", "date", "arm", "site")
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".heic", ".heif", ".avif", ".dng")
_PART = re.compile(r"\{(\w*)\}|(\*)|([^{}*]+)")
# what systems leave in folders
_OF_SYSTEMS = ("thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One photograph as a manifest has it; what is not told is empty.

    Attributes
    ----------
    where : str
        Where it is told, for messages: a line of a table, or a path.
    file : Path
        The photograph.
    subject, visit, zone, take, date, arm, site : str
        Whose, when and where; the zone in small letters with spaces.
    scale : str
        A number of px/mm, or what the scale is taken from.
    """

    where: str
    file: Path
    subject: str
    visit: str
    zone: str
    take: str = "1"
    date: str = ""
    scale: str = ""
    arm: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """All rows, and what was passed over.

    Attributes
    ----------
    rows : tuple of ManifestRow
        One a photograph.
    unfitting : tuple of Path
        Pictures that the pattern does not fit.
    n_others : int
        Files that are no pictures.
    """

    rows: tuple[ManifestRow, ...]
    unfitting: tuple[Path, ...] = ()
    n_others: int = 0


def read_manifest(path: Path) -> Manifest:
    """Read a table with a row for each photograph.

    Parameters
    ----------
    path : Path
        CSV file; paths of photographs in it are relative to its folder.

    Raises
    ------
    InputFileError
        If it is missing, no such table, or has no row.
    """
    table = read_table(path, _WANTED)
    small = tuple(name.lower() for name in table.names)  # a sheet's headings begin with capitals
    if len(set(small)) == len(small):
        table = replace(table, names=small)
    table.require(_NEEDED, _WANTED, _OPTIONAL)
    if not table.rows:
        raise InputFileError(f"{path}: no row after the heading; expected one for each photograph.")
    rows = []
    for line, cells in zip(table.lines, table.rows, strict=True):
        told = dict(zip(table.names, cells, strict=True))
        # Windows writes paths with backslashes
        file = path.parent / told.pop("file").replace("\\", "/")
        told["zone"] = _zone(told["zone"])
        told["take"] = told.get("take") or "1"
        told["scale"] = told.get("scale", "").replace(",", ".")
        rows.append(ManifestRow(where=f"{path.name}, line {line}", file=file, **told))
    return Manifest(tuple(rows))


def manifest_of(folder: Path, pattern: str, *, zone: str = "") -> Manifest:
    """Return a row for each photograph in a folder that a pattern fits.

    Parameters
    ----------
    folder : Path
        Folder with photographs, in any depth.
    pattern : str
        Path below the folder: ``{subject}/{visit}/{zone}-{take}.png``. In braces may stand subject
        and visit, which must, and zone, take, date, arm and site; ``*`` stands for any letters.
    zone : str
        Zone of all photographs, if the pattern does not tell it.

    Raises
    ------
    InputFileError
        If the folder is missing, the pattern cannot be read, or no photograph fits it.
    """
    if not folder.is_dir():
        raise InputFileError(f"{folder}: no such folder; expected one with photographs.")
    expressions = _expressions(pattern, has_zone=bool(zone))
    rows, unfitting, n_others = [], [], 0
    for file in _files(folder):
        shown = file.relative_to(folder).as_posix()
        found = next((hit for one in expressions if (hit := one.fullmatch(shown))), None)
        if found is not None:
            told = {name: text for name, text in found.groupdict().items() if text}
            told["zone"] = _zone(told.get("zone", zone))
            rows.append(ManifestRow(where=shown, file=file, **told))
        elif file.suffix.lower() in _PICTURES:
            unfitting.append(file)
        else:
            n_others += 1
    if not rows:
        example = f", such as {unfitting[0].relative_to(folder).as_posix()!r}" if unfitting else ""
        raise InputFileError(
            f"{folder}: of {len(unfitting)} pictures{example} none fits the pattern {pattern!r}"
            " ('.*' at its end fits every format)."
        )
    return Manifest(tuple(rows), tuple(unfitting), n_others)


def _files(folder: Path) -> Iterator[Path]:
    def refuse(problem: OSError) -> None:
        raise InputFileError(
            f"{problem.filename}: this folder cannot be looked into ({reason_of(problem)})."
        )

    for place, folders, names in os.walk(folder, onerror=refuse, followlinks=True):
        folders[:] = sorted(
            one
            for one in folders
            if not one.startswith((".", "__MACOSX")) and not _leads_back(Path(place), one)
        )
        for name in sorted(names):
            if not name.startswith(".") and name.lower() not in _OF_SYSTEMS:
                yield Path(place) / name


def _leads_back(place: Path, name: str) -> bool:
    """Whether a folder is a link to one that it lies in, so that there would be no end."""
    return (place / name).is_symlink() and place.resolve().is_relative_to((place / name).resolve())


def _expressions(pattern: str, *, has_zone: bool) -> list[re.Pattern[str]]:
    """Return what is tried on paths in turn: with zones that are known, then with any word."""
    parts = list(_PART.finditer(pattern))
    if "".join(part.group() for part in parts) != pattern:
        raise InputFileError(
            f"pattern {pattern!r}: a brace has no partner; expected {{subject}}/..."
        )
    names = [part[1] for part in parts if part[1] is not None]
    for name in names:
        if name not in _FIELDS:
            raise InputFileError(
                f"pattern {pattern!r}: nothing is known of {{{name}}}{did_you_mean(name, _FIELDS)}."
            )
        if names.count(name) > 1:
            raise InputFileError(f"pattern {pattern!r}: {{{name}}} stands in it twice; keep one.")
    needed = ["subject", "visit", *([] if has_zone else ["zone"])]
    missing = next((name for name in needed if name not in names), None)
    if missing is not None:
        extra = ", or --zone where all photographs are of one" if missing == "zone" else ""
        raise InputFileError(f"pattern {pattern!r}: expected {{{missing}}} in it{extra}.")
    known = "|".join(re.escape(zone).replace(r"\ ", "[ _-]") for zone in ZONES)
    return [_expression(parts, zones) for zones in (known, "[^/]+?")]


def _expression(parts: list[re.Match[str]], zones: str) -> re.Pattern[str]:
    text = ""
    for part in parts:
        name, star, literal = part.groups()
        if name is not None:
            text += f"(?P<{name}>{zones if name == 'zone' else '[^/]+?'})"
        else:
            text += "[^/]*?" if star else re.escape(literal)
    return re.compile(text, re.IGNORECASE)


def _zone(text: str) -> str:
    return re.sub(r"[ _-]+", " ", text.strip().lower())
