"""Claims about what is found when something other than porelight has been at a store."""

import shutil

import pytest

from porelight.store.checking import check_store
from porelight.store.log import LogHead, head_of
from porelight.store.photograph_records import PhotographPlace
from porelight.store.store import open_store

N_ENTRIES = 500


class RolledBackError(Exception):
    """Ends a transaction without a trace."""


@pytest.fixture
def long_log(store):
    with store.writing() as transaction:
        for i in range(head_of(transaction.connection).seq, N_ENTRIES):
            transaction.note("read", i % 7, f"entry {i}")
    return store


def wrong(store, **options):
    return [one.text for one in check_store(store, **options).findings if one.kind == "wrong"]


def found(store, *statements):
    """Return what is wrong with the log after some statements, which are then taken back."""
    told = []
    try:
        with store.database.transaction() as connection:
            if store.database.is_sqlite:
                connection.exec_driver_sql("DROP TRIGGER log_no_update")
                connection.exec_driver_sql("DROP TRIGGER log_no_delete")
            else:
                connection.exec_driver_sql("ALTER TABLE log DISABLE TRIGGER ALL")
            for statement in statements:
                connection.exec_driver_sql(statement)
            told += store.log.faults(connection)
            raise RolledBackError  # noqa: TRY301  what the transaction is there for
    except RolledBackError:
        return told


def flip(n):
    column = ("at", "actor", "action", "detail", "hash", "previous")[n % 6]
    return [f"UPDATE log SET {column} = 'x' || substr({column}, 2) WHERE seq = {n}"]


def hide(n):
    return [f"UPDATE log SET subject_id = 99 WHERE seq = {n}"]


def remove(n):
    return [f"DELETE FROM log WHERE seq = {n}"]


def swap(n):
    a, b = n, n % N_ENTRIES + 1
    return [f"UPDATE log SET seq = {to} WHERE seq = {of}" for of, to in ((a, 0), (b, a), (0, b))]


def exchange_what_they_say(n):
    a, b = n, n % N_ENTRIES + 1
    return [
        f"UPDATE log SET detail = 'c{a} ' || detail WHERE seq = {a}",
        f"UPDATE log SET detail = (SELECT detail FROM log WHERE seq = {a}) WHERE seq = {b}",
    ]


def truncate(n):
    """Cut off the end, and say that this is the end."""
    head = f"(SELECT hash FROM log WHERE seq = {n - 1})" if n > 1 else f"'{LogHead().hash}'"
    return [
        f"UPDATE log_head SET seq = {n - 1}, hash = {head}",
        f"DELETE FROM log WHERE seq >= {n}",
    ]


def insert_a_copy(n):
    return [
        "INSERT INTO log SELECT seq + 1000, at, actor, action, subject_id, record, digest, detail, "
        f"previous, hash FROM log WHERE seq = {n}"
    ]


TAMPERINGS = (flip, hide, remove, swap, exchange_what_they_say, truncate, insert_a_copy)


@pytest.mark.slow
@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.__name__)
def test_whatever_is_done_to_any_entry_of_the_log_is_found(long_log, tampering):
    assert found(long_log) == []
    # each kind has been tried on every entry once; every seventh takes seconds, the ends are kept
    tried = sorted({*range(2, N_ENTRIES, 7), 1, N_ENTRIES - 1, N_ENTRIES})
    missed = [n for n in tried if not found(long_log, *tampering(n))]
    assert missed == []
    assert wrong(long_log) == []


def test_a_change_of_the_log_is_told_with_its_number(long_log):
    assert found(long_log, *flip(303)) == ["log: entry 303 was changed"]
    assert found(long_log, *remove(7)) == ["log: entries 7 to 7 are missing"]
    (cut,) = found(long_log, *truncate(490))
    assert cut == "log: it ends at 489, but 500 is noted in its folder; its end was cut off"


def test_an_end_noted_elsewhere_finds_what_the_folder_no_longer_tells(store, tampering):
    noted = check_store(store).head
    with store.writing() as transaction:
        transaction.note("read", 1, "seen")
    late = check_store(store).head
    tampering(*truncate(late.seq))
    (store.address.folder / "log.head").write_text(f"{noted}\n")
    told = wrong(store, noted=late)
    assert f"log: it ends at {noted.seq}, but {late.seq} is noted as told" in " ".join(told)


def test_a_log_without_its_anchor_is_told(store):
    (store.address.folder / "log.head").unlink()
    assert "its end is not noted" in wrong(store)[0]


def test_triggers_that_are_gone_or_switched_off_are_told(store, tampering):
    tampering()
    assert [one for one in wrong(store) if "the trigger log_no_update" in one]


def test_every_change_of_a_record_is_told(store, keep, tampering):
    keep(1)
    tampering("UPDATE photographs SET px_per_mm = 13.0", "UPDATE visits SET date = '2027-01-01'")
    told = [one for one in wrong(store) if "trigger" not in one]
    assert told == [
        "visits 1: was changed by another program",
        "photographs 1: was changed by another program",
    ]


def test_records_that_come_or_go_unseen_are_told(store, keep, tampering):
    keep(1)
    tampering("DELETE FROM photographs", "INSERT INTO sites (name) VALUES ('nowhere')")
    told = [one for one in wrong(store) if "trigger" not in one]
    assert told == [
        "sites 1: not in the log; porelight did not write it",
        "photographs 1: is in the log, but gone",
    ]


def sealed(store):
    return sorted(store.address.folder.glob("photographs/*/*.sealed"))


def test_a_photograph_that_is_missing_changed_or_exchanged_is_told(store, keep):
    for seed, subject in ((1, "S01"), (2, "S01"), (3, "S02")):
        keep(seed, PhotographPlace(subject, "v1", "nose", str(seed)))
    first, second, third = sealed(store)
    content = bytearray(first.read_bytes())
    content[-1] ^= 1
    first.write_bytes(content)
    shutil.copyfile(third, second)
    third.unlink()
    told = " ".join(wrong(store))
    assert told.count("it was changed, or sealed with another key") == 2
    assert told.count("this photograph is missing") == 1


def test_what_a_killed_import_has_left_is_swept_by_a_repair_alone(store, keep, photograph):
    keep(1)
    folder = sealed(store)[0].parent
    stray = folder / f"{'ab' * 32}.sealed"
    stray.write_bytes(b"x")
    half = folder / ".cd.sealed.0123.part"
    half.write_bytes(b"x")
    found = check_store(store)
    assert [one.kind for one in found.findings] == ["left", "left"]
    assert not found.is_sound
    assert stray.exists()
    assert check_store(store, repair=True).is_sound
    assert not stray.exists()
    assert not half.exists()
    assert check_store(store).findings == ()


def test_a_subject_whose_key_was_removed_is_told(store, keep, tampering):
    keep(1)
    tampering("DELETE FROM subject_keys")
    assert "subjects 1: its key is gone, and with it its photographs" in wrong(store)


@pytest.mark.parametrize("server", ["sqlite"], indirect=True)
def test_an_older_copy_of_the_database_is_told(store, address, keep, tmp_path):
    keep(1)
    store.close()
    shutil.copyfile(address.file, tmp_path / "copy")
    with open_store(address) as again, again.writing() as transaction:
        transaction.note("read", 1, "seen")
    shutil.copyfile(tmp_path / "copy", address.file)
    with open_store(address) as older:
        assert "its end was cut off" in wrong(older)[0]
