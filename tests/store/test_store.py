"""Claims about what a store keeps, refuses and tells."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from porelight.errors import StoreError
from porelight.store.address import store_address
from porelight.store.checking import check_store
from porelight.store.log import LogHead, entries
from porelight.store.photograph_records import (
    PhotographPlace,
    ScaleGiven,
    add_photograph,
    photograph_counts,
    photograph_table,
    read_photograph,
)
from porelight.store.schema import METADATA
from porelight.store.store import create_store, open_store
from porelight.store.subjects import pseudonym, subject_named

SCALE = ScaleGiven("known", 12.5, 0.01)


def place(subject="S01", visit="v1", zone="nose", take="1", **more) -> PhotographPlace:
    return PhotographPlace(subject, visit, zone, take, **more)


def log_of(store):
    with store.database.reading() as connection:
        return list(entries(connection))


def test_a_photograph_comes_back_as_it_was_and_the_log_tells_of_both(store, keep, photograph):
    number = keep(7)
    with store.writing() as transaction:
        assert read_photograph(transaction, number, "a look") == photograph(7)
    told = [(one.seq, one.actor, one.action, one.record) for one in log_of(store)]
    assert told == [
        (1, "nurse", "init", ""),
        (2, "nurse", "add", "subjects 1"),
        (3, "nurse", "add", "visits 1"),
        (4, "nurse", "add", f"photographs {number}"),
        (5, "nurse", "read", ""),
    ]
    assert log_of(store)[-1].detail == "photographs 1: a look"
    assert check_store(store).is_sound


def test_a_store_that_is_opened_again_holds_the_same(store, address, keep):
    keep(1)
    rows = photograph_table(store, "test")
    with open_store(address) as again:
        assert again.study == "pores 2027"
        assert photograph_table(again, "test") == rows
        assert photograph_counts(again) == {("v1", "waiting"): 1}


def test_beginning_the_same_study_again_changes_nothing(store, address):
    before = log_of(store)
    with create_store(address, "pores 2027") as again:
        assert log_of(again) == before
    with pytest.raises(StoreError, match="holds the study 'pores 2027' already"):
        create_store(address, "another")


def test_two_who_begin_a_study_at_once_begin_one(empty_address):
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: create_store(empty_address, "one"), range(4)))
    assert [one.action for one in log_of(stores[0])] == ["init"]
    for store in stores:
        store.close()


def test_the_migrations_make_the_schema(store):
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_nothing_that_could_be_read_lies_on_the_disk(store, address, keep):
    keep(3)
    files = [path for path in address.folder.parent.rglob("*") if path.is_file()]
    assert any(path.suffix == ".sealed" for path in files)
    assert not any(b"of photograph 3" in path.read_bytes() for path in files)


def test_keys_are_for_their_owner_alone(store, address):
    keys = sorted((address.folder / "keys").iterdir())
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]
    keys[0].chmod(0o640)
    with pytest.raises(StoreError, match=r"others may read this key \(mode 640\)"):
        open_store(address)


def test_the_folder_of_another_store_is_refused(store, address, tmp_path, keep):
    keep()
    address.folder.rename(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="put the folder back that belongs to the database"):
        open_store(address)


def test_the_same_photograph_again_changes_nothing(store, keep, photograph):
    keep(1)
    before = log_of(store)
    with store.writing() as transaction:
        assert add_photograph(transaction, place(take="1"), SCALE, photograph(1)) is None
    assert log_of(store) == before


@pytest.mark.parametrize(
    ("where", "scale", "seed", "told"),
    [
        (place(take="2"), SCALE, 1, "the same photograph is kept as S01/v1/nose 1"),
        (place(subject="S02"), SCALE, 1, "the same photograph is kept as S01/v1/nose 1"),
        (place(), SCALE, 2, "another photograph is kept as S01/v1/nose 1"),
        (place(), ScaleGiven("known", 13.0, 0.01), 1, "with the scale 12.5 px/mm already"),
        (place(arm="laser"), SCALE, 1, "with the arm left out already, and not laser"),
        (place(date="2027-02-02", take="2"), SCALE, 2, "visit v1 of S01 is of 2027-01-01"),
        (place(site="Graz", take="2"), SCALE, 2, "of site '' already"),
    ],
)
def test_what_contradicts_is_refused_and_nothing_is_written(
    store, where, scale, seed, told, keep, photograph
):
    keep(1, place(date="2027-01-01"))
    before = log_of(store)
    with pytest.raises(StoreError, match=re.escape(told)), store.writing() as transaction:
        add_photograph(transaction, where, scale, photograph(seed))
    assert log_of(store) == before


@pytest.mark.parametrize("name", ["S01", "DE-003", "subject-12", "P1.2", "0042", "ABC-017", "S_7"])
def test_codes_are_pseudonyms(name):
    assert pseudonym(name) == name


@pytest.mark.parametrize(
    "name",
    ["anna", "Anna-Mueller", "mueller01", "a@b.org", "1974-05-01", "AM19740501", "01.05.74",
     "01051974", "S 01", "", "J\u00f6rg1", "x" * 41, "subject"],
)  # fmt: skip
def test_names_addresses_and_birth_dates_are_refused(name):
    with pytest.raises(StoreError, match="expected a code such as S01"):
        pseudonym(name)


def test_a_refused_name_reaches_neither_database_nor_log(store, address):
    with pytest.raises(StoreError), store.writing() as transaction:
        subject_named(transaction, "mueller01")
    assert [one.action for one in log_of(store)] == ["init"]


def test_the_log_refuses_changes(store):
    for statement in ("UPDATE log SET actor = 'x'", "DELETE FROM log"):
        with (
            pytest.raises(StoreError, match="the log of a study is append-only"),
            store.database.transaction() as connection,
        ):
            connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mysql://host/base", "expected sqlite:///FILE.db"),
        ("mysql+odd://u:secret@host/base", "'mysql+odd://...' cannot be used"),
        ("study.txt", "is no address"),
        ("sqlite://", "cannot be used"),
        ("sqlite:///a.db?mode=rw", "'mode' is not understood"),
    ],
)
def test_what_is_no_address_is_told(text, told):
    with pytest.raises(StoreError, match=re.escape(told)) as caught:
        store_address(text)
    assert "secret" not in str(caught.value)


def test_an_address_goes_round(empty_address):
    assert store_address(empty_address.text) == empty_address
    assert store_address(None if empty_address.file is None else str(empty_address.file))


def test_the_usual_store_is_in_the_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("PORELIGHT_STORE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert store_address().file == tmp_path / "porelight" / "study.db"
    monkeypatch.setenv("PORELIGHT_STORE", str(tmp_path / "b.db"))
    assert store_address().file == tmp_path / "b.db"


def test_a_store_that_is_not_there_says_how_to_begin(empty_address):
    with pytest.raises(StoreError, match="porelight study init NAME"):
        open_store(empty_address)


def test_a_newer_schema_is_refused(store, address):
    with store.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="made by a newer porelight"):
        open_store(address)
    with pytest.raises(StoreError, match="made by a newer porelight"):
        create_store(address, "pores 2027")


def test_a_head_reads_back(store):
    head = check_store(store).head
    assert LogHead.of(str(head)) == head
    with pytest.raises(StoreError, match="expected NUMBER:HASH"):
        LogHead.of("12")
