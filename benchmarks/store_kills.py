"""Kill whoever works on a study at random instants, and look for what was lost or done twice.

Each trial makes a study, lets a process of its own import, measure, erase or do jobs in it, ends
that process with SIGKILL at a random instant, and opens the study again. The process tells through
a pipe what it takes for kept. Then

* *lost*: everything that was told must be there, and everything of an erased subject gone;
* *wrong* or *left*: ``store check --repair`` may find what was left and nothing that is wrong, and
  a second check nothing at all;
* *twice*: each job that is done has one result, and when its worker is replaced all are done once.

``uv run python benchmarks/store_kills.py --trials 700`` tries SQLite; with
``--server postgresql://USER@HOST/DATABASE`` it tries PostgreSQL, in databases that it makes there.
Photographs are not measured here but noted: what is tried is the keeping.
"""

import argparse
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from kills import wait_unless_ended

from porelight.errors import StoreError
from porelight.store.address import StoreAddress, store_address
from porelight.store.checking import check_store
from porelight.store.erasing import erase_subject
from porelight.store.jobs import JobQueue, JobRequest, ask_for
from porelight.store.photograph_records import (
    PhotographPlace,
    ScaleGiven,
    add_photograph,
    photograph_rows,
    read_photograph,
)
from porelight.store.results import StoredResult, measurement_table, save_measurement_of
from porelight.store.store import Store, create_store, open_store
from porelight.store.work import work

SCALE = ScaleGiven("known", 12.5, 0.01)
N_PHOTOGRAPHS = 8
LEASE = 0.2  # s
Told = Callable[[str], None]


def picture(i: int) -> bytes:
    """Return what stands for a photograph."""
    pixels = b"".join(b"%d of photograph %d;" % (j, i) for j in range(3000))
    return b"\x89PNG\r\n\x1a\n" + len(pixels).to_bytes(4, "big") + b"IDAT" + pixels + bytes(4)


def place(i: int) -> PhotographPlace:
    """Return where a photograph belongs: to one of four subjects."""
    return PhotographPlace(f"S0{i % 4}", "v1", "nose", str(i))


def do_import(store: Store, tell: Told, first: int = 0) -> None:
    """Import photographs, and tell of each."""
    for i in range(first, first + N_PHOTOGRAPHS):
        with store.writing() as transaction:
            add_photograph(transaction, place(i), SCALE, picture(i))
        tell(f"kept {i}")


def noted(store: Store, payload: Mapping[str, Any], _progress: object) -> Callable[[Any], object]:
    """Stand for the measurement of a photograph."""
    with store.writing() as transaction:
        read_photograph(transaction, payload["photograph"], "measured")
    result = StoredResult({"q": 1}, "done", summary={"of": payload["photograph"]}, version="1")
    return lambda transaction: save_measurement_of(transaction, payload["photograph"], result)


def ask(store: Store) -> None:
    """Ask for the measurement of all photographs."""
    with store.writing() as transaction:
        rows = list(photograph_rows(transaction))
        ask_for(
            transaction,
            [JobRequest("measure", str(row.id), {"photograph": row.id}) for row in rows],
        )


def do_measure(store: Store, tell: Told) -> None:
    """Ask for measurements, and do them all."""
    do_import(store, tell)
    ask(store)
    tell("asked")
    work(store, f"w{os.getpid()}", kinds={"measure": noted}, queue=JobQueue(store, lease=LEASE))


def do_jobs(store: Store, tell: Told) -> None:
    """Do jobs by hand, and tell of each."""
    do_import(store, lambda _: None)
    ask(store)
    queue = JobQueue(store, lease=LEASE)
    while job := queue.take(["measure"], f"w{os.getpid()}"):
        keep = noted(store, job.payload, None)
        queue.beat(job, 0.5)
        with store.writing() as transaction:
            keep(transaction)
            queue.finish(transaction, job)
        tell(f"done {job.payload['photograph']}")


def do_erase(store: Store, tell: Told) -> None:
    """Erase subjects, and tell of each."""
    do_import(store, lambda _: None)
    tell("imported")
    for subject in ("S00", "S01", "S02"):
        erase_subject(store, subject, "trial")
        tell(f"erased {subject}")


WORKS = {"import": do_import, "measure": do_measure, "job": do_jobs, "erase": do_erase}


def started(address: StoreAddress, what: str) -> tuple[int, int]:
    """Fork a process that works on a study; returns its number and where it tells."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.close(reader)
            with open_store(address) as store:
                WORKS[what](store, lambda text: os.write(writer, f"{text}\n".encode()))
            code = 0
        except BaseException as problem:
            os.write(2, f"{what}: {problem!r}\n".encode())
        finally:
            os._exit(code)
    os.close(writer)
    return child, reader


def all_of(reader: int) -> list[str]:
    """Return what a process has told."""
    with os.fdopen(reader, "rb") as file:
        return file.read().decode().splitlines()


def wrongs(address: StoreAddress, what: str, told: list[str]) -> Iterator[str]:
    """Yield what is wrong with a study after a kill."""
    with open_store(address) as store:
        first = check_store(store, repair=True)
        yield from (f"WRONG: {one.text}" for one in first.findings if one.kind == "wrong")
        yield from ("swept" for one in first.findings if one.kind == "left")
        again = check_store(store)
        yield from (f"WRONG after repair: {one.text}" for one in again.findings)
        with store.looking() as transaction:
            rows = {row.place.take: row for row in photograph_rows(transaction)}
        for line in told:
            verb, _, of = line.partition(" ")
            if verb == "kept":
                with store.writing() as transaction:
                    if read_photograph(transaction, rows[of].id, "trial") != picture(int(of)):
                        yield "WRONG: lost"
            if verb == "erased" and any(row.place.subject == of for row in rows.values()):
                yield "WRONG: not erased"
        files = [file.read_bytes() for file in address.folder.parent.rglob("*") if file.is_file()]
        if any(b"of photograph" in content for content in files):
            yield "WRONG: a photograph can be read"
        if what in ("measure", "job"):
            yield from _twice(store, told)


def _twice(store: Store, told: list[str]) -> Iterator[str]:
    """Yield what is wrong with jobs, before and after another worker has done the rest."""
    before = {row.photograph.id for row in measurement_table(store, "trial")}
    done = {int(line.split()[1]) for line in told if line.startswith("done")}
    if not done <= before:
        yield "WRONG: a result is lost"
    queue = JobQueue(store, lease=LEASE)
    work(store, "next", kinds={"measure": noted}, queue=queue)
    rows = queue.rows("measure")
    if any(row.state != "done" for row in rows):
        yield f"WRONG: {[(row.state, row.reason) for row in rows if row.state != 'done']}"
    with store.database.reading() as connection:
        n = connection.exec_driver_sql("SELECT count(*) FROM measurements").scalar()
    if n != len(rows):
        yield f"WRONG: {n} results of {len(rows)} jobs"


@contextmanager
def studies(server: str, folder: Path) -> Iterator[Callable[[], StoreAddress]]:
    """Yield what makes a new study, as a copy of one."""
    if not server:
        with create_store(store_address(str(folder / "0" / "study.db")), "trials") as begun:
            first = begun.address

        def copied() -> StoreAddress:
            place = folder / secrets.token_hex(4)
            shutil.copytree(folder / "0", place)
            return store_address(str(place / "study.db"))

        yield copied
        del first
        return
    url = sa.make_url(server).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    names: list[str] = []

    def address(template: str) -> StoreAddress:
        names.append(f"trial_{secrets.token_hex(6)}")
        with engine.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {names[-1]} TEMPLATE {template}"))
        there = url.set(drivername="postgresql", database=names[-1])
        files = folder / names[-1] / "files"
        return store_address(f"{there.render_as_string(hide_password=False)}?files={files}")

    with create_store(address("template1"), "trials") as begun:
        first = begun.address

    def made() -> StoreAddress:
        if len(names) > 1:  # that of the trial before
            with engine.connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE {names.pop()} WITH (FORCE)"))
        new = address(names[0])
        shutil.copytree(first.folder, new.folder)
        return new

    try:
        yield made
    finally:
        for name in names:
            with engine.connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def tried(arguments: argparse.Namespace, folder: Path) -> Counter[str]:
    """Make all trials; returns how often each thing was seen."""
    chance = random.Random(arguments.seed)  # noqa: S311  no secrets here
    seen: Counter[str] = Counter()
    with studies(arguments.server, folder) as made:
        seconds = {}
        for what in WORKS:
            at = time.monotonic()
            child, reader = started(made(), what)
            all_of(reader)
            if os.waitpid(child, 0)[1]:
                sys.exit(f"{what}: does not work undisturbed")
            seconds[what] = time.monotonic() - at
        for i in range(arguments.trials):
            what = list(WORKS)[i % len(WORKS)]
            address = made()
            child, reader = started(address, what)
            wait_unless_ended(child, chance.uniform(0.0, seconds[what]))
            os.kill(child, signal.SIGKILL)
            was_killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
            told = all_of(reader)
            seen[f"{what}: {'killed' if was_killed else 'had ended'}"] += 1
            try:
                for line in wrongs(address, what, told):
                    seen[line] += 1
                    if line.startswith("WRONG"):
                        sys.stderr.write(f"trial {i}, {what}: {line}\n")
            except StoreError as problem:
                seen["WRONG: cannot be opened"] += 1
                sys.stderr.write(f"trial {i}, {what}: {problem}\n")
            shutil.rmtree(address.folder.parent)
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=700)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", default="", help="of PostgreSQL; SQLite if left out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = tried(asked, Path(name).resolve())
    for what, n in sorted(found.items()):
        print(f"{n:6d}  {what}")
    sys.exit(int(any(what.startswith("WRONG") for what in found)))
