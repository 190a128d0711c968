"""Claims about research object crates of a study and of single subjects, read back by rocrate."""

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image
from rocrate.rocrate import ROCrate

from porelight.errors import InputFileError
from porelight.files.study_exports.content import ExportTerms
from porelight.files.study_exports.crate import write_crate, write_zips
from porelight.files.study_exports.folders import LIST

ORCID = "https://orcid.org/0000-0002-1825-0097"
METADATA = "ro-crate-metadata.json"


@pytest.fixture(scope="module")
def crate(make_content, tmp_path_factory):
    terms = ExportTerms(
        with_photographs=True,
        licence="CC-BY-4.0",
        authors=[f"Ada Lovelace <{ORCID}>", "Charles Babbage"],
    )
    folder = tmp_path_factory.mktemp("crates") / "crate"
    return write_crate(replace(make_content(), terms=terms), folder)


def graph_of(folder):
    document = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    entities = {one["@id"]: one for one in document["@graph"]}
    assert len(entities) == len(document["@graph"])
    return entities


def linked(value):
    """Yield all identifiers that are referred to, at any depth."""
    if isinstance(value, dict):
        if set(value) == {"@id"}:
            yield value["@id"]
        for one in value.values():
            yield from linked(one)
    elif isinstance(value, list):
        for one in value:
            yield from linked(one)


def test_the_root_says_what_it_is_by_whom_and_under_which_licence(crate):
    read = ROCrate(crate)
    assert read.name == "Study pilot 2027"
    assert read.root_dataset["datePublished"] == "2027-05-02T10:00:00Z"
    assert "2 subjects, 6 photographs, 4 measured" in read.description
    assert read.license.id == "https://spdx.org/licenses/CC-BY-4.0"
    authors = read.root_dataset["author"]
    assert [(one.type, one["name"]) for one in authors] == [
        ("Person", "Ada Lovelace"),
        ("Person", "Charles Babbage"),
    ]
    assert authors[0].id == ORCID
    (action,) = [one for one in read.get_entities() if one.type == "CreateAction"]
    programs = {one["softwareVersion"] for one in action["instrument"]}
    assert "0.1.0+40c36c9dbd6f9a78" in programs


def test_the_description_follows_the_specification(crate):
    entities = graph_of(crate)
    assert entities[METADATA]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert entities[METADATA]["about"] == {"@id": "./"}
    root = entities["./"]
    assert {"name", "description", "datePublished", "license", "hasPart"} <= set(root)
    outside = ("https://w3id.org/ro/crate/1.1",)
    for one in entities.values():
        assert one.get("name") or one["@id"] == METADATA
        assert set(linked(one)) <= {*entities, *outside}, one["@id"]
    # what is in the crate can be reached from its root
    reached, left = set(), ["./"]
    while left:
        here = left.pop()
        reached.add(here)
        left += linked(entities[here].get("hasPart", []))
    data = {one for one in entities if entities[one]["@type"] in ("File", "Dataset")}
    assert data == reached


def test_every_file_is_described_with_its_hash(crate):
    entities = graph_of(crate)
    files = {key: one for key, one in entities.items() if one["@type"] == "File"}
    there = {
        path.relative_to(crate).as_posix()
        for path in crate.rglob("*")
        if path.is_file() and path.name not in (METADATA, LIST)
    }
    assert set(files) == there
    for name, one in files.items():
        content = (crate / name).read_bytes()
        assert one["sha256"] == sha256(content).hexdigest()
        assert int(one["contentSize"]) == len(content)
        assert re.fullmatch(r"(text|application|image)/[a-z.-]+", one["encodingFormat"])
        assert one["description"] != name


def test_numbers_are_those_of_the_records(content, crate):
    found = {}
    for path in crate.glob("subjects/*/*/summary.json"):
        found[path.parent.name] = json.loads(path.read_text())
    measured = {one.name: one for one in content.photographs if one.measurement}
    assert found == {name: one.summary for name, one in measured.items()}
    for name, one in measured.items():
        pores = (crate / "subjects" / one.subject / name / "pores.csv").read_text()
        assert [row["diameter_mm"] for row in csv.DictReader(io.StringIO(pores))] == [
            "0.4123",
            "0.5",
        ]
        based = graph_of(crate)[f"subjects/{one.subject}/{name}/pores.csv"]["isBasedOn"]
        assert graph_of(crate)[based["@id"]]["identifier"] == f"sha256:{one.sha256}"
    assert (crate / "subjects" / "S01" / "forecast_4.nc").read_bytes() == b"\x89HDF forecast"


def test_photographs_are_upright_pixels_and_nothing_else(content, crate, photograph_file, camera):
    for one in content.photographs:
        made = Image.open(crate / "subjects" / one.subject / f"{one.name}.png")
        source = Image.open(io.BytesIO(photograph_file(one.number)))
        upright = np.asarray(source.transpose(Image.Transpose.ROTATE_270))
        np.testing.assert_array_equal(np.asarray(made), upright)
        assert not made.info
    for path in crate.rglob("*"):
        assert not path.is_file() or camera.encode() not in path.read_bytes()


def test_without_being_asked_for_no_photograph_is_read(content, files, tmp_path):
    folder = write_crate(content, tmp_path / "crate")
    assert not list(folder.rglob("*.png"))
    assert {kind for kind, _ in files.asked} == {"pores", "forecast"}
    (licence,) = linked(graph_of(folder)["./"]["license"])
    assert "ask those who did the study" in graph_of(folder)[licence]["description"]


def test_each_zip_is_a_crate_of_one_subject_alone(content, tmp_path):
    folder = write_zips(content, tmp_path / "zips")
    assert {path.name for path in folder.iterdir()} == {"S01.zip", "S02.zip", LIST}
    for subject, other in (("S01", "S02"), ("S02", "S01")):
        with zipfile.ZipFile(folder / f"{subject}.zip") as archive:
            assert archive.testzip() is None
            names = archive.namelist()
            for name in names:
                inside = archive.read(name)
                assert name == "measurements.nc" or other.encode() not in inside, name
            archive.extractall(tmp_path / subject)
        assert METADATA in names
        read = ROCrate(tmp_path / subject)
        assert read.name == f"Subject {subject} of the study pilot 2027"
        with (tmp_path / subject / "tables" / "measurements_wide.csv").open() as file:
            assert {row["subject"] for row in csv.DictReader(file)} == {subject}


# old releases of h5netcdf write the time into a file; the description holds that file's hash
TIMED = ("measurements.nc", METADATA)


def test_a_second_export_is_the_same(make_content, tmp_path):
    one, two = (write_crate(make_content(), tmp_path / f"crate{i}") for i in range(2))
    hashes = [json.loads((folder / LIST).read_text())["sha256"] for folder in (one, two)]
    assert list(hashes[0]) == list(hashes[1])
    assert all(hashes[0][name] == hashes[1][name] for name in hashes[0] if name not in TIMED)
    one, two = (write_zips(make_content(), tmp_path / f"zips{i}") for i in range(2))
    for path in one.glob("*.zip"):
        with zipfile.ZipFile(path) as archive, zipfile.ZipFile(two / path.name) as other:
            about = [[(i.filename, i.date_time) for i in a.infolist()] for a in (archive, other)]
            assert about[0] == about[1]
            names = [name for name in archive.namelist() if name not in TIMED]
            assert all(archive.read(name) == other.read(name) for name in names)


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        (ExportTerms(licence="all mine"), "licence 'all mine': expected an identifier of SPDX"),
        (ExportTerms(authors=["A <b@c.de>"]), "author 'A <b@c.de>': expected 'Name'"),
    ],
)
def test_a_licence_or_author_of_no_kind_is_refused(content, tmp_path, terms, message):
    with pytest.raises(InputFileError, match=message):
        write_crate(replace(content, terms=terms), tmp_path / "crate")
    assert list(tmp_path.iterdir()) == []
