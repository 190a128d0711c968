"""A study as a research object crate, and each of its subjects as one in a zip file.

In it are the tables, the arrays, what was measured of each photograph, forecasts as their own
files and, if that is asked for, the photographs: anew from their pixels, upright and in sRGB, so
that no metadata comes with them.
"""

import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from porelight.course.documents import json_text
from porelight.files.photographs import picture_of
from porelight.files.png import write_png
from porelight.files.study_exports.arrays import write_arrays
from porelight.files.study_exports.content import ExportedPhotograph, StudyContent
from porelight.files.study_exports.crate_graph import METADATA, crate_document
from porelight.files.study_exports.folders import digest_of, export_folder
from porelight.files.study_exports.statistics import write_tables

_TABLES = "tables"
_ARRAYS = "measurements.nc"
_AT_ONCE = 1 << 20


def write_crate(content: StudyContent, path: Path) -> Path:
    """Write a study as a crate (RO-Crate 1.1) into a folder.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `export_folder`, or if a licence, an author or a photograph is not what it has to be.
    """
    with export_folder(content, path, "ro-crate") as new:
        _fill(content, new, f"Study {content.study}")
    return path


def write_zips(content: StudyContent, path: Path) -> Path:
    """Write each subject of a study as a zipped crate into a folder.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        Folder to write.

    Raises
    ------
    InputFileError
        As `write_crate`.
    """
    with export_folder(content, path, "zip") as new:
        for subject in content.subjects:
            own = content.of_subject(subject.pseudonym)
            folder = new / subject.pseudonym
            folder.mkdir()
            _fill(own, folder, f"Subject {subject.pseudonym} of the study {content.study}")
            _zip(folder, new / f"{subject.pseudonym}.zip", content.as_of)
            shutil.rmtree(folder)
    return path


def _fill(content: StudyContent, folder: Path, about: str) -> None:
    """Write the files of a crate and their description into a folder."""
    said: dict[str, str] = {}
    based_on: dict[str, str] = {}
    (folder / _TABLES).mkdir()
    for table in write_tables(content, folder / _TABLES):
        said[f"{_TABLES}/{table.name}.csv"] = table.title
    write_arrays(content, folder / _ARRAYS)
    said[_ARRAYS] = "the measurements as arrays: subject x visit x zone x take"
    for one in content.photographs:
        for made, meaning in _of_photograph(content, one, folder):
            name = made.relative_to(folder).as_posix()
            said[name] = f"{meaning}: {one.visit.name}, {one.zone} {one.take}"
            based_on[name] = one.sha256
    for forecast in content.forecasts:
        outcome = content.files.forecast(forecast.number)
        if outcome is not None:
            made = folder / "subjects" / forecast.subject / f"forecast_{forecast.number}.nc"
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(outcome)
            said[made.relative_to(folder).as_posix()] = "forecast, as 'porelight simulate' writes"
    files = {
        one.relative_to(folder).as_posix(): (one.stat().st_size, digest_of(one))
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }
    document = crate_document(content, about, files, said, based_on)
    (folder / METADATA).write_text(json_text(document, indent=1) + "\n", encoding="utf-8")


def _of_photograph(
    content: StudyContent, one: ExportedPhotograph, folder: Path
) -> Iterator[tuple[Path, str]]:
    """Write what there is of a photograph; yields each file with its meaning."""
    place = folder / "subjects" / one.subject
    if one.measurement is not None:
        own = place / one.name
        own.mkdir(parents=True)
        (own / "summary.json").write_text(
            json_text(one.measurement.summary, indent=2) + "\n", encoding="utf-8"
        )
        yield own / "summary.json", "what was measured"
        pores, possible = content.files.pores(one.measurement.number)
        (own / "pores.csv").write_bytes(pores)
        yield own / "pores.csv", "the pores that were found"
        (own / "possible.csv").write_bytes(possible)
        yield own / "possible.csv", "what else the pores may be, for their uncertainty"
    if content.terms.with_photographs:
        place.mkdir(parents=True, exist_ok=True)
        pixels = picture_of(content.files.photograph(one.number), one.name).pixels
        write_png(place / f"{one.name}.png", pixels.shape[:2], [pixels])
        yield place / f"{one.name}.png", "the photograph, upright, in sRGB, without metadata"


def _zip(folder: Path, path: Path, as_of: str) -> None:
    """Zip a folder; the same content makes the same file."""
    day = date.fromisoformat(as_of[:10])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                about = zipfile.ZipInfo(
                    one.relative_to(folder).as_posix(), (day.year, day.month, day.day, 0, 0, 0)
                )
                about.compress_type = zipfile.ZIP_DEFLATED
                about.external_attr = 0o644 << 16
                with one.open("rb") as source, archive.open(about, "w") as target:
                    shutil.copyfileobj(source, target, _AT_ONCE)
