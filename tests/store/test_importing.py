"""Claims about bringing photographs into a study."""

import io
import os
import re
from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
import sqlalchemy as sa
import tifffile
from PIL import Image

from porelight.errors import StoreUnavailableError
from porelight.files.manifests import ManifestRow
from porelight.store.erasing import erase_subject
from porelight.store.importing import import_photographs
from porelight.store.log import entries
from porelight.store.photograph_records import (
    PhotographPlace,
    ScaleGiven,
    add_photograph,
    photograph_table,
    read_photograph,
)

USUAL = ScaleGiven("known", 12.5, 0.01)


@pytest.fixture
def row(tmp_path, photograph):
    def made(seed=1, **more):
        file = tmp_path / f"{seed}.png"
        file.write_bytes(photograph(seed))
        told = {"subject": "S01", "visit": "v1", "zone": "nose", "take": str(seed), **more}
        return ManifestRow(where=f"row {seed}", file=file, **told)

    return made


@pytest.fixture
def fates(store):
    def found(*rows, usual=USUAL, **options):
        done = import_photographs(store, rows, usual, **options)
        return [(one.fate, one.reason) for one in done]

    return found


def kept(store):
    return [(str(row.place), str(row.scale)) for row in photograph_table(store, "test")]


def test_running_it_again_changes_nothing(store, row, fates):
    rows = [row(1), row(2, subject="S02", date="2027-01-03", arm="laser", site="Graz")]
    assert fates(*rows) == [("new", ""), ("new", "")]
    with store.database.reading() as connection:
        before = list(entries(connection))
    assert fates(*rows) == [("known", ""), ("known", "")]
    with store.database.reading() as connection:
        assert list(entries(connection)) == before


def test_what_tells_of_people_is_not_kept_and_the_photograph_is_known_all_the_same(
    store, row, fates
):
    told = row(1)
    clean = told.file.read_bytes()
    name = b"tEXtAuthor\x00Miller"
    told.file.write_bytes(clean + (len(name) - 4).to_bytes(4, "big") + name + bytes(4))
    assert fates(told) == [("new", "")]
    (photograph,) = photograph_table(store, "test")
    assert photograph.sha256 == sha256(clean).hexdigest()
    with store.writing() as transaction:
        assert read_photograph(transaction, photograph.id, "test") == clean
    assert fates(told) == [("known", "")]
    assert fates(told, dry_run=True) == [("known", "")]


def test_a_photograph_that_an_earlier_porelight_kept_whole_is_known(store, row, fates):
    told = row(1)
    whole = told.file.read_bytes() + b"\x00\x00\x00\x02tEXtMe" + bytes(4)
    told.file.write_bytes(whole)
    place = PhotographPlace("S01", "v1", "nose", "1")
    with store.writing() as transaction:
        add_photograph(transaction, place, USUAL, whole)
    assert fates(told) == [("known", "")]
    assert fates(replace(told, scale="10"), correct=True) == [("corrected", "")]
    assert kept(store) == [("S01/v1/nose 1", "10 px/mm")]


def test_a_dry_run_tells_the_same_and_does_nothing(store, row, fates):
    rows = [row(1), row(2, zone="ear"), row(3, date="2027-01-03"), row(4, date="2027-01-04")]
    told = fates(*rows, dry_run=True)
    assert kept(store) == []
    assert list(store.photographs.places()) == []
    assert fates(*rows) == told
    assert [fate for fate, _ in told] == ["new", "refused", "refused", "refused"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subject": "Anna"}, "subject 'Anna' may be a name"),
        ({"zone": "noes"}, "zone is 'noes'; did you mean 'nose'?"),
        ({"zone": "gesicht schön cheek"}, "cheek'; '*{zone}' in the pattern passes over"),
        ({"visit": ""}, "visit is ''; expected 1 to 40 letters"),
        ({"date": "31.02.2027"}, "date is '31.02.2027'; expected YYYY-MM-DD"),
        ({"scale": "0.1"}, "scale is '0.1'; expected 0.5 to 500 px/mm, or dpi, marker"),
        ({"scale": "12 px"}, "scale is '12 px'"),
        ({"take": "1/2"}, "take is '1/2'"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_the_reason(row, fates, change, message):
    ((fate, reason),) = fates(row(1, **change))
    assert fate == "refused"
    assert message in reason


def noise(kind):
    file = io.BytesIO()
    pixels = np.random.default_rng(3).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(file, kind)
    return file.getvalue()


def cut_off(kind):
    content = noise(kind)
    return content[: -len(content) // 3]


def with_a_wrong_byte():
    content = bytearray(noise("PNG"))
    content[200] ^= 1
    return bytes(content)


def floating():
    file = io.BytesIO()
    tifffile.imwrite(file, np.full((8, 8, 3), 0.5, np.float32), photometric="rgb", metadata=None)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (cut_off("JPEG"), "the file is damaged ("),
        (cut_off("PNG"), "the file is damaged ("),
        (cut_off("WEBP"), "the file "),
        (with_a_wrong_byte(), "the file is damaged ("),
        (floating(), "the file is a TIFF of floating-point numbers; expected whole numbers of 8"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_dry_run_too(row, fates, content, message):
    one = row(1)
    one.file.write_bytes(content)
    told = fates(one, dry_run=True)
    assert told[0][0] == "refused"
    assert told[0][1].startswith(message)
    assert fates(one) == told


def test_files_that_are_no_photographs_are_refused(row, fates, tmp_path):
    one, two, three = row(1), row(2), row(3)
    one.file.write_bytes(b"")
    two.file.write_bytes(b"%PDF-1.4")
    three.file.unlink()
    reasons = [reason for _, reason in fates(one, two, three)]
    assert [reason.split(";")[0].split(":")[0] for reason in reasons] == [
        "the file is empty (0 bytes)",
        "the file is no JPEG, PNG, TIFF, WebP, HEIC, AVIF or DNG picture",
        "no such file",
    ]


def test_a_scale_that_is_told_nowhere_is_asked_for(row, fates):
    assert fates(row(1), usual=None)[0][1].startswith("its scale is not told; give --px-per-mm")
    assert fates(row(1, scale="marker"), usual=None) == [("new", "")]


def test_two_rows_of_one_photograph_or_one_place_are_refused(row, fates):
    first = row(1)
    told = fates(first, replace(first, where="row 9", take="2"), replace(row(3), take="1"))
    assert told[0] == ("new", "")
    assert "the same photograph is told of by row 1 already" in told[1][1]
    assert "place S01/v1/nose 1 is told of by row 1 already" in told[2][1]


def test_what_was_wrong_is_corrected_when_asked_and_told_in_the_log(store, row, fates):
    fates(row(1))
    wrong = row(1, scale="10", arm="laser", date="2027-01-02")
    assert "with the date left out already, and not 2027-01-02" in fates(wrong)[0][1]
    assert fates(wrong, correct=True, dry_run=True) == [("corrected", "")]
    assert fates(wrong, correct=True) == [("corrected", "")]
    (found,) = photograph_table(store, "test")
    assert (found.place.date, found.place.arm, found.scale.px_per_mm) == (
        "2027-01-02",
        "laser",
        10.0,
    )
    with store.database.reading() as connection:
        changed = [one.record for one in entries(connection) if one.action == "change"]
    assert changed == ["photographs 1", "visits 1"]
    assert fates(wrong) == [("known", "")]


def test_an_erased_subject_is_refused_row_by_row(store, row, fates):
    fates(row(1), row(2, subject="S02"))
    erase_subject(store, "S01", "withdrew")
    (refused, known) = fates(row(1), row(2, subject="S02"))
    assert re.match(r"subject S01 was erased on \d{4}-\d\d-\d\d; leave", refused[1])
    assert known == ("known", "")


def test_a_pipe_and_a_folder_are_refused_and_not_waited_for(row, fates, tmp_path):
    one, two = row(1), row(2)
    for file in (one.file, two.file):
        file.unlink()
    os.mkfifo(one.file)
    two.file.mkdir()
    assert [reason[-50:] for _, reason in fates(one, two)] == [
        f"{file} is a folder or a device; expected a file."[-50:] for file in (one.file, two.file)
    ]


@pytest.mark.parametrize("what", ["disk", "database", "key"])
def test_a_store_that_fails_ends_the_import_and_is_told_once(store, row, monkeypatch, what):
    rows = [row(1), row(2, subject="S02"), row(3)]
    done = import_photographs(store, rows, USUAL)
    assert next(done).fate == "new"
    if what == "disk":
        full = OSError(28, "No space left on device")
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(full))
    elif what == "database":
        cut = sa.exc.OperationalError("a statement", {}, Exception("connection lost"))
        sa.event.listen(
            store.database._engine, "before_cursor_execute", lambda *_: (_ for _ in ()).throw(cut)
        )
    else:
        for file in store.address.folder.glob("keys/*"):
            file.unlink()
    with pytest.raises(StoreUnavailableError) as told:
        list(done)
    assert "\n" not in str(told.value)
    expected = {"disk": "No space left", "database": "no connection", "key": "is not there"}
    assert expected[what] in str(told.value)
