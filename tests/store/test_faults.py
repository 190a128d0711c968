"""Claims about a store whose database or disk fails: at every single call, nothing is lost."""

# ruff: noqa: D102, C901, PT017  one story, told call by call

import itertools
import os

import pytest
import sqlalchemy as sa

from porelight.errors import StoreError
from porelight.store.checking import check_store
from porelight.store.erasing import erase_subject
from porelight.store.jobs import JobQueue, JobRequest, ask_for
from porelight.store.photograph_records import PhotographPlace, photograph_rows, read_photograph
from porelight.store.results import StoredResult, save_measurement_of
from porelight.store.work import work

CALLS = ("open", "fsync", "replace", "rename", "unlink", "rmdir", "mkdir")


class Faults:
    """Lets the k-th call to the database or the disk fail, as a full disk or a cut line does."""

    def __init__(self, monkeypatch, store):
        self.left = None
        self.seen = 0
        self._folder = str(store.address.folder)
        for name in CALLS:
            monkeypatch.setattr(os, name, self._failing(getattr(os, name)))
        for moment in ("before_cursor_execute", "commit"):
            sa.event.listen(store.database._engine, moment, self._statement)

    def at(self, k):
        self.left, self.seen = k, 0

    def off(self):
        self.left = None

    def _count(self, what):
        if self.left is None:
            return
        self.seen += 1
        self.left -= 1
        if self.left == 0:
            raise what

    def _failing(self, real):
        def call(path, *arguments, **options):
            if isinstance(path, int) or str(path).startswith(self._folder):
                self._count(OSError(28, "No space left on device"))
            return real(path, *arguments, **options)

        return call

    def _statement(self, *_):
        self._count(sa.exc.OperationalError("a statement", {}, Exception("connection lost")))


def noted(_store, payload, _progress):
    result = StoredResult({"q": 1}, "done", summary={"n": 1}, version="1")
    return lambda transaction: save_measurement_of(transaction, payload["photograph"], result)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["import", "job", "erase"])
def test_whichever_call_fails_what_was_told_is_kept_and_the_rest_can_be_done(
    store, keep, photograph, monkeypatch, what
):
    def there():
        with store.looking() as transaction:
            return {row.place.take: row.id for row in photograph_rows(transaction)}

    def ask():
        with store.writing() as transaction:
            requests = [
                JobRequest("k", str(number), {"photograph": number}) for number in there().values()
            ]
            ask_for(transaction, requests)

    def do(k):
        if what == "import":
            keep(k, PhotographPlace("S01" if k % 2 else f"S0{k}", "v1", "nose", str(k)))
        elif what == "job":
            work(store, "w", kinds={"k": noted}, queue=JobQueue(store, lease=0.05))
        else:
            erase_subject(store, f"S{k}", "trial")

    faults = Faults(monkeypatch, store)
    for k in itertools.count(1):
        if what != "import":
            keep(k, PhotographPlace(f"S{k}", "v1", "nose", str(k)))
            ask()
        before = there()
        faults.at(k)
        try:
            do(k)
        except (StoreError, OSError) as problem:
            assert "\n" not in str(problem)
            is_told = False
        else:
            is_told = True
        n_calls, has_failed = faults.seen, faults.left is not None and faults.left <= 0
        faults.off()
        assert is_told or has_failed
        if what == "import":
            assert set(there()) >= set(before) | ({str(k)} if is_told else set())
        check = check_store(store, repair=True)
        assert [one for one in check.findings if one.kind == "wrong"] == []
        assert check_store(store).findings == ()
        # the same again, undisturbed, does what is not done
        if what == "import" and str(k) not in there():
            do(k)
        if what == "job":
            ask()
            work(store, "again", kinds={"k": noted}, queue=JobQueue(store, lease=0.05))
            assert {row.state for row in JobQueue(store).rows("k")} == {"done"}
        if what == "erase" and str(k) in there():
            do(k)
        if what == "erase":
            assert there() == {}
        for take, number in there().items():
            with store.writing() as transaction:
                assert read_photograph(transaction, number, "look") == photograph(int(take))
        if not has_failed:
            break
    assert n_calls > 8, "hardly anything was tried"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("disk I/O error", "the disk is full, or fails; nothing was changed"),
        ("unable to open database file", "Copy a store from a read-only disk first"),
        ("database or disk is full", "the disk is full; nothing was changed. Free some space"),
        ("could not extend file: No space left on device", "the disk is full; nothing was changed"),
    ],
)
def test_what_the_database_says_becomes_what_to_do(store, said, message):
    def refused(*_):
        raise sa.exc.OperationalError("a statement", {}, Exception(said))

    sa.event.listen(store.database._engine, "before_cursor_execute", refused)
    with pytest.raises(StoreError, match=message), store.database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
