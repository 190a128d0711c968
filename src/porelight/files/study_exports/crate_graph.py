"""The description of a research object crate: what each file is, who made it, with what.

References
----------
.. [1] P. Sefton et al., "RO-Crate Metadata Specification 1.1.3" (2023),
   doi:10.5281/zenodo.7867028.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from porelight import __version__
from porelight.errors import InputFileError
from porelight.files.study_exports.content import StudyContent, hash_uri
from porelight.files.study_exports.quantities import COMPARED, MEASURED

Entity = dict[str, Any]

METADATA: Final = "ro-crate-metadata.json"
_SPECIFICATION = "https://w3id.org/ro/crate/1.1"
# terms of schema.org that came after the context of RO-Crate 1.1
_CONTEXT = [f"{_SPECIFICATION}/context", {"sha256": "http://schema.org/sha256"}]
_FORMATS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".nc": "application/x-netcdf",
    ".png": "image/png",
}
_AUTHOR = re.compile(
    r"(?P<name>[^<>]+?)(?:\s*<(?P<id>https://orcid\.org/[0-9]{4}(?:-[0-9X]{4}){3})>)?"
)
_SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


def crate_document(
    content: StudyContent,
    about: str,
    files: Mapping[str, tuple[int, str]],
    said: Mapping[str, str],
    based_on: Mapping[str, str],
) -> Entity:
    """Return the JSON-LD of a crate.

    Parameters
    ----------
    content : StudyContent
        What is in it.
    about : str
        Name of the whole.
    files : mapping of tuple
        Bytes and SHA-256 of every file by its path.
    said : mapping of str
        What a file is, by its path.
    based_on : mapping of str
        SHA-256 of the photograph that a file was made of, by its path.

    Raises
    ------
    InputFileError
        If a licence or an author is not told as it has to be.
    """
    graph: list[Entity] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": _SPECIFICATION},
        }
    ]
    licence = _licence(content.terms.licence)
    authors = [_author(one, i) for i, one in enumerate(content.terms.authors, start=1)]
    folders = _folders(files)
    variables = [
        {
            "@id": f"#{one.name}",
            "@type": "PropertyValue",
            "name": one.name,
            "description": one.meaning,
            "unitText": one.unit,
        }
        for one in (*MEASURED, *(COMPARED if content.comparisons else ()))
    ]
    root: Entity = {
        "@id": "./",
        "@type": "Dataset",
        "name": about,
        "description": (
            f"{len(content.subjects)} subjects, {len(content.photographs)} photographs, "
            f"{sum(one.measurement is not None for one in content.photographs)} measured, "
            f"{len(content.comparisons)} comparisons, {len(content.treatments)} treatments, "
            f"{len(content.forecasts)} forecasts. Subjects are pseudonyms."
        ),
        "datePublished": content.as_of,
        "license": {"@id": licence["@id"]},
        "hasPart": _links((*_within("", files), *_within("", folders))),
        "variableMeasured": _links(one["@id"] for one in variables),
        "mentions": {"@id": "#export"},
    }
    if authors:
        root["author"] = _links(one["@id"] for one in authors)
    graph += [root, licence, *authors, *variables]
    for folder in folders:
        name = PurePosixPath(folder).name
        parts = (*_within(folder, files), *_within(folder, folders))
        graph.append(
            {
                "@id": folder,
                "@type": "Dataset",
                "name": name,
                "hasPart": _links(parts),
            }
        )
    photographs = sorted(set(based_on.values()))
    graph += [_file(path, *files[path], said.get(path, path), based_on) for path in sorted(files)]
    graph += [
        {
            "@id": hash_uri(digest),
            "@type": "Photograph",
            "name": "photograph as it was imported; not in the crate",
            "identifier": f"sha256:{digest}",
        }
        for digest in photographs
    ]
    graph += _how(content, photographs, authors)
    return {"@context": _CONTEXT, "@graph": graph}


def _file(path: str, n_bytes: int, digest: str, said: str, based_on: Mapping[str, str]) -> Entity:
    made: Entity = {
        "@id": path,
        "@type": "File",
        "name": PurePosixPath(path).name,
        "description": said,
        "encodingFormat": _FORMATS[PurePosixPath(path).suffix],
        "contentSize": str(n_bytes),
        "sha256": digest,
    }
    if path in based_on:
        made["isBasedOn"] = {"@id": hash_uri(based_on[path])}
    return made


def _how(
    content: StudyContent, photographs: Sequence[str], authors: Sequence[Entity]
) -> list[Entity]:
    """Return what was done by which program, and by whom."""
    programs = [
        {
            "@id": f"#porelight-{version}",
            "@type": "SoftwareApplication",
            "name": "porelight",
            "softwareVersion": version,
            "version": version,
        }
        for version in sorted({*content.versions, __version__})
    ]
    action: Entity = {
        "@id": "#export",
        "@type": "CreateAction",
        "name": "measured and exported",
        "endTime": content.as_of,
        "instrument": _links(one["@id"] for one in programs),
        "object": _links(map(hash_uri, photographs)),
        "result": {"@id": "./"},
    }
    if authors:
        action["agent"] = _links(one["@id"] for one in authors)
    return [*programs, action]


def _links(ids: Iterable[str]) -> Entity | list[Entity]:
    """Return references; a single one is no list."""
    found = [{"@id": one} for one in ids]
    return found[0] if len(found) == 1 else found


def _folders(files: Mapping[str, object]) -> list[str]:
    found = {
        f"{parent}/" for path in files for parent in PurePosixPath(path).parents if parent.name
    }
    return sorted(found)


def _within(folder: str, paths: Mapping[str, object] | Sequence[str]) -> list[str]:
    """Return the paths that lie in a folder itself; the description of the crate is no part."""
    return sorted(
        path
        for path in paths
        if path.startswith(folder)
        and path not in (folder, METADATA)
        and "/" not in path[len(folder) :].rstrip("/")
    )


def _licence(text: str) -> Entity:
    if not text:
        return {
            "@id": "#no-licence",
            "@type": "CreativeWork",
            "name": "no licence",
            "description": "No licence is given: ask those who did the study.",
        }
    if text.startswith(("https://", "http://")) and " " not in text:
        return {"@id": text, "@type": "CreativeWork", "name": text, "description": "Licence."}
    if not _SPDX.fullmatch(text):
        raise InputFileError(
            f"licence {text[:60]!r}: expected an identifier of SPDX such as CC-BY-4.0, or an "
            "address."
        )
    address = f"https://spdx.org/licenses/{text}"
    return {"@id": address, "@type": "CreativeWork", "name": text, "description": "Licence."}


def _author(text: str, number: int) -> Entity:
    found = _AUTHOR.fullmatch(text.strip())
    if found is None:
        raise InputFileError(
            f"author {text[:60]!r}: expected 'Name', or 'Name <https://orcid.org/0000-0002-...>'."
        )
    return {"@id": found["id"] or f"#author-{number}", "@type": "Person", "name": found["name"]}
