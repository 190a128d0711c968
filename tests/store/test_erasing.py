"""Claims about a subject that was erased: nothing of it can be read, and the others are whole."""

import sqlite3

import pytest
import sqlalchemy as sa

from porelight.errors import StoreError
from porelight.store import erasing
from porelight.store.checking import check_store
from porelight.store.erasing import erase_subject
from porelight.store.jobs import JobQueue, JobRequest, ask_for
from porelight.store.key_folder import unseal
from porelight.store.log import entries
from porelight.store.photograph_records import PhotographPlace, photograph_table, read_photograph
from porelight.store.results import StoredResult, add_treatment, save_measurement_of
from porelight.store.schema import SUBJECT_KEYS
from porelight.store.store import _about_key, open_store
from porelight.store.subjects import find_subject

MARK = "a number that was measured"


@pytest.fixture
def two(store, keep):
    """Keep two subjects with all that there may be of one; returns their photographs."""
    numbers = [keep(i, PhotographPlace(f"S0{i}", "v1", "nose", "1")) for i in (1, 2)]
    with store.writing() as transaction:
        for number in numbers:
            save_measurement_of(
                transaction,
                number,
                StoredResult({"zone": "nose"}, "done", summary={"n": MARK}),
                (b"", b""),
            )
        subject = find_subject(transaction, "S01")
        add_treatment(transaction, subject, {"device": "pearl"}, visit="v1")
        ask_for(transaction, [JobRequest("measure", "k", {}, subject.id)])
    return numbers


def test_nothing_of_an_erased_subject_can_be_read(store, two, photograph):
    erased = erase_subject(store, "S01", "withdrew")
    assert erased.counts == {"comparisons": 0, "measurements": 1, "forecasts": 0, "treatments": 1,
                             "photographs": 1, "visits": 1}  # fmt: skip
    assert erased.is_clean
    with pytest.raises(StoreError, match="no longer in the store"), store.writing() as transaction:
        read_photograph(transaction, two[0], "look")
    assert [row.place.subject for row in photograph_table(store, "list")] == ["S02"]
    assert JobQueue(store).rows("measure") == []
    assert check_store(store).is_sound


def test_the_others_are_whole(store, two, photograph):
    erase_subject(store, "S01", "withdrew")
    with store.writing() as transaction:
        assert read_photograph(transaction, two[1], "look") == photograph(2)


def test_no_byte_of_a_photograph_is_left_in_any_file(store, address, two):
    erase_subject(store, "S01", "withdrew")
    folder = next(path for path in (address.folder.parent, address.folder) if path.exists())
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len([path for path in files if path.suffix == ".sealed"]) == 1
    for path in files:
        assert b"photograph 1;" not in path.read_bytes()


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_what_was_measured_leaves_no_trace_in_the_files_of_sqlite(store, address, two):
    with store.writing() as transaction:
        save_measurement_of(
            transaction,
            two[0],
            StoredResult({"q": 1}, "done", summary={"n": "only of S01"}),
            (b"", b""),
        )
    read = [address.file.read_bytes(), address.file.with_name("study.db-wal").read_bytes()]
    assert any(b"only of S01" in one for one in read)
    erase_subject(store, "S01", "withdrew")
    assert address.file.with_name("study.db-wal").read_bytes() == b""
    assert b"only of S01" not in address.file.read_bytes()


def test_a_copy_of_the_database_from_before_does_not_bring_the_key_back(store, address, two):
    # as a write-ahead log, a dump or a replica may hold it
    with store.database.reading() as connection:
        before = {
            row.subject_id: row.wrapped for row in connection.execute(sa.select(SUBJECT_KEYS))
        }
    erase_subject(store, "S01", "withdrew")
    left = list((address.folder / "keys").iterdir())
    assert len(left) == 2
    for subject_id, wrapped in before.items():
        for file in left:
            with pytest.raises(StoreError):
                unseal(file.read_bytes(), wrapped, _about_key(subject_id))


def test_the_log_keeps_a_stub_without_the_name(store, two):
    erase_subject(store, "S01", "withdrew")
    with store.database.reading() as connection:
        last = list(entries(connection))[-1]
    assert (last.action, last.subject_id, last.record) == ("erase", 1, "subjects 1")
    assert last.detail == "withdrew; 1 measurements, 1 treatments, 1 photographs, 1 visits"


def test_an_erased_subject_does_not_come_back_by_another_import(store, two, keep):
    erase_subject(store, "S01", "withdrew")
    with pytest.raises(StoreError, match=r"subject S01 was erased on 20..-..-..; leave its photo"):
        keep(9, PhotographPlace("S01", "v2", "nose", "1"))
    with pytest.raises(StoreError, match=r"was erased on .* already"):
        erase_subject(store, "S01", "again")
    with pytest.raises(StoreError, match="no subject is named 'S09'"):
        erase_subject(store, "S09", "unknown")


@pytest.mark.parametrize("killed_in", ["end_erasures", "forget_deleted", "destroy"])
def test_an_erasure_that_was_cut_short_is_ended_by_the_next_who_opens(
    store, address, two, monkeypatch, killed_in
):
    class KilledError(BaseException):
        pass

    def die(*_, **__):
        raise KilledError

    with monkeypatch.context() as patched:
        if killed_in == "end_erasures":
            patched.setattr(erasing, "end_erasures", die)
        else:
            where = store.database if killed_in == "forget_deleted" else store.keys
            patched.setattr(where, killed_in, die)
        with pytest.raises(KilledError):
            erase_subject(store, "S01", "withdrew")
    assert len(list((address.folder / "keys").iterdir())) == 3
    with open_store(address) as again:
        assert len(list((address.folder / "keys").iterdir())) == 2
        assert len(list(address.folder.glob("photographs/*"))) == 1
        assert check_store(again).is_sound


def test_a_new_key_that_no_erasure_came_to_use_is_removed(store, address, two):
    store.keys.make()
    with open_store(address) as again:
        assert len(list((address.folder / "keys").iterdir())) == 2
        assert check_store(again).is_sound


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_a_reader_of_sqlite_delays_the_cleaning_and_that_is_said(store, address, two):
    reader = sqlite3.connect(address.file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM measurements").fetchone()
    assert not erase_subject(store, "S01", "withdrew").is_clean
    reader.close()
    check_store(store, repair=True)
    assert address.file.with_name("study.db-wal").read_bytes() == b""
