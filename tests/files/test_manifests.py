"""Claims about which photograph is whose: by a table, or by how folders are named."""

import os
import re

import pytest

from porelight.errors import InputFileError
from porelight.files.manifests import ManifestRow, manifest_of, read_manifest

PATTERN = "{subject}/{visit}/{zone}-{take}.png"


@pytest.fixture
def folder(tmp_path):
    def made(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"x")
        return tmp_path

    return made


def told(row: ManifestRow):
    return row.subject, row.visit, row.zone, row.take


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("S01/v1/nose-1.png", PATTERN, ("S01", "v1", "nose", "1")),
        ("S01/v1/left-cheek-2.png", PATTERN, ("S01", "v1", "left cheek", "2")),
        ("S01/v1/Left_Cheek-2b.PNG", PATTERN, ("S01", "v1", "left cheek", "2b")),
        ("S01/v1/nase-1.png", PATTERN, ("S01", "v1", "nase", "1")),
        ("S01/week 6/IMG_0042_chin.jpg", "{subject}/{visit}/*_{zone}.*",
         ("S01", "week 6", "chin", "1")),
        ("S01_v1_nose_3.tif", "{subject}_{visit}_{zone}_{take}.tif", ("S01", "v1", "nose", "3")),
        ("x/S01/v1-a.png", "*/{subject}/{visit}-{take}.png", ("S01", "v1", "cheek", "a")),
    ],
)  # fmt: skip
def test_a_pattern_reads_a_path(folder, name, pattern, expected):
    zone = "" if "{zone}" in pattern else "cheek"
    (row,) = manifest_of(folder(name), pattern, zone=zone).rows
    assert told(row) == expected
    assert row.file.name == name.rsplit("/", 1)[-1]


def test_what_a_pattern_does_not_fit_is_told_and_what_systems_leave_is_not(folder):
    found = manifest_of(
        folder("S01/v1/nose-1.png", "S01/v1/nose.png", "S01/odd.jpg", "notes.txt", ".DS_Store",
               "__MACOSX/S01/v1/nose-1.png", "S01/Thumbs.db"), PATTERN,
    )  # fmt: skip
    assert [told(row) for row in found.rows] == [("S01", "v1", "nose", "1")]
    assert [path.name for path in found.unfitting] == ["odd.jpg", "nose.png"]
    assert found.n_others == 1


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("{subject}/{visit}.png", "expected {zone} in it, or --zone"),
        ("{subject}/{zone}.png", "expected {visit} in it"),
        ("{subject}/{visti}/{zone}.png", "nothing is known of {visti}; did you mean 'visit'?"),
        ("{subject}/{visit}/{zone}-{zone}.png", "{zone} stands in it twice"),
        ("{subject}/{visit}/{zone.png", "a brace has no partner"),
        ("{subject}/{visit}/{zone}.tif", "of 1 pictures, such as 'S01/v1/nose-1.png' none fits"),
        ("{subject}/{visit}/{zone}.tif", "('.*' at its end fits every format)"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused(folder, pattern, message):
    with pytest.raises(InputFileError, match=re.escape(message)):
        manifest_of(folder("S01/v1/nose-1.png"), pattern)


def test_a_table_is_read_as_excel_saves_it(tmp_path):
    path = tmp_path / "m.csv"
    text = (
        "Subject;Visit;Zone;FILE;take;date;scale\r\nS01;v1;Left Cheek;a\\b.png;;01.02.2027;12,5\r\n"
    )
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    (row,) = read_manifest(path).rows
    assert row == ManifestRow(
        "m.csv, line 2", tmp_path / "a/b.png", "S01", "v1", "left cheek", "1", "01.02.2027", "12.5"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject,visit,zone\n", "without a column file"),
        ("subject,visit,zone,file\n", "no row after the heading"),
        ("subject,visit,zone,file,tkae\nS,v,nose,a,1\n", "did you mean 'take'?"),
    ],
)
def test_a_table_that_is_no_manifest_is_refused(tmp_path, text, message):
    path = tmp_path / "m.csv"
    path.write_text(text)
    with pytest.raises(InputFileError, match=re.escape(message)):
        read_manifest(path)


def test_folders_that_are_links_are_looked_into_once(folder):
    place = folder("real/v1/nose-1.png", "study/S02/v1/nose-1.png")
    study = place / "study"
    (study / "S01").symlink_to(place / "real", target_is_directory=True)
    (study / "S02" / "back").symlink_to(study, target_is_directory=True)
    assert [told(row) for row in manifest_of(study, PATTERN).rows] == [
        ("S01", "v1", "nose", "1"),
        ("S02", "v1", "nose", "1"),
    ]


def test_a_folder_that_may_not_be_looked_into_is_not_passed_over(folder, monkeypatch):
    place = folder("S01/v1/nose-1.png", "S02/v1/nose-1.png")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("S02"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    message = f"{place / 'S02'}: this folder cannot be looked into (Permission denied)"
    with pytest.raises(InputFileError, match=re.escape(message)):
        manifest_of(place, PATTERN)


def test_a_star_leaves_the_whole_name_of_a_zone_to_the_zone(folder):
    place = folder("S01/v1/gesicht_left_cheek.png")
    (row,) = manifest_of(place, "{subject}/{visit}/*{zone}.*").rows
    assert row.zone == "left cheek"
