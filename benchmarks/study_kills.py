"""Kill the commands of a study at random instants: themselves, their workers, or the server.

As `store_kills.py`, but what is killed is ``porelight study import``, ``study measure`` and
``store erase``, with photographs that are really measured. Each trial copies a study, begins a
command in a process group of its own, looks at a random instant what a stranger can see in the
database (that is what was acknowledged), and then kills one of

* the command alone, so that its workers find themselves orphans;
* the command and its workers;
* a worker;
* all of them by Ctrl-C, as a terminal does;
* with ``--server``, the whole PostgreSQL (stopped at once, as by a power cut), one of its
  processes (SIGKILL, upon which it cuts everybody off), or the connections.

Then the command is begun again and must do the rest. Counted as WRONG: what was acknowledged and is
gone, a check that finds more than what a kill may leave, anything left after ``check --repair``, a
photograph that is not what was imported, a measurement that is missing or there twice, a command
that tells of a cut connection in anything but a line.

``uv run python benchmarks/study_kills.py --trials 300``; ``--server`` starts a PostgreSQL (as
root); ``--photographs FOLDER`` takes parts of the PNG files there for every second study.
"""

import argparse
import gc
import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # so that the process that forks has one thread
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import sqlalchemy as sa
from kills import has_ended, load_everything, wait_unless_ended
from PIL import Image
from postgresql_server import Server

from porelight.cli.app import main
from porelight.errors import StoreError
from porelight.store.address import StoreAddress, store_address
from porelight.store.checking import check_store
from porelight.store.jobs import JobQueue
from porelight.store.measuring import ask_for_measurements
from porelight.store.photograph_records import photograph_rows, read_photograph
from porelight.store.store import Store, create_store, open_store
from porelight.store.work import work

SUBJECTS, VISITS = ("S01", "S02"), ("v1", "v2")
PATTERN = "{subject}/{visit}/{zone}.png"
COMMANDS = {
    "import": ["study", "import", "photos", "--pattern", PATTERN, "--px-per-mm", "12.5"],
    "measure": ["study", "measure", "--workers", "2"],
    "erase": ["store", "erase", "S01", "--why", "trial"],
}
# measuring takes a hundred times as long
SHARES = {"import": 10, "erase": 8, "measure": 2}
TARGETS = ("command", "command", "group", "worker", "ctrl-c")
SERVER_TARGETS = ("command", "group", "server", "backend", "connections", "ctrl-c")


@dataclass(slots=True)
class Template:
    """A study that trials copy.

    Attributes
    ----------
    address : StoreAddress
        The study.
    folder : Path
        With its files, and the photographs.
    """

    address: StoreAddress
    folder: Path


def draw_photographs(folder: Path, real: list[Path]) -> None:
    """Draw photographs of skin, or cut them from real ones."""
    from porelight.render.skin import render_skin  # noqa: PLC0415

    draw = np.random.default_rng(1)
    for i, (subject, visit) in enumerate((s, v) for s in SUBJECTS for v in VISITS):
        file = folder / subject / visit / "nose.png"
        file.parent.mkdir(parents=True)
        if real:
            with Image.open(real[i % len(real)]) as picture:
                side = 150
                left, top = (int(draw.integers(0, n - side)) for n in picture.size)
                part = picture.convert("RGB").crop((left, top, left + side, top + side))
                part.save(file)
            continue
        sizes = np.clip(4e-4 * np.exp(0.25 * draw.standard_normal(50)), 2e-4, 8e-4)
        Image.fromarray(render_skin(sizes, size=(0.012, 0.012), seed=i).pixels).save(file)


def pictures(folder: Path) -> dict[str, bytes]:
    """Return all photographs of a folder, by their hash."""
    contents = [file.read_bytes() for file in folder.rglob("*.png")]
    return {sha256(one).hexdigest(): one for one in contents}


class Studies:
    """Studies to be killed: empty, with photographs, and with measurements."""

    def __init__(self, folder: Path, server: Server | None, real: list[Path]) -> None:
        self._folder, self._server = folder, server
        self._names: list[str] = []
        draw_photographs(folder / "photos", real)
        self.templates: dict[str, Template] = {}
        place = folder / "empty"
        place.mkdir()
        address = self._address(place, "template1")
        create_store(address, "trials").close()
        self.templates["import"] = Template(address, place)
        for name, before, command in (("measure", "import", COMMANDS["import"]),
                                      ("erase", "measure", COMMANDS["measure"])):  # fmt: skip
            copy = self.copied(before)
            if ended(begun(copy, command)):
                sys.exit(f"{' '.join(command)}: does not work undisturbed")
            self.templates[name] = copy

    def copied(self, what: str) -> Template:
        """Return a study for a trial."""
        template = self.templates[what]
        place = self._folder / secrets.token_hex(4)
        shutil.copytree(template.folder, place)
        address = self._address(place, template.address.url.database or "")
        if not (place / "photos").exists():
            shutil.copytree(self._folder / "photos", place / "photos")
        return Template(address, place)

    def drop(self, copy: Template) -> None:
        """Forget a study."""
        shutil.rmtree(copy.folder)
        if self._server is not None:
            self._server.drop(copy.address.url.database or "")

    def _address(self, place: Path, template: str) -> StoreAddress:
        if self._server is None:
            return store_address(str(place / "study.db"))
        url = self._server.make(f"trial_{secrets.token_hex(6)}", template)
        shown = url.render_as_string(hide_password=False)
        return store_address(f"{shown}?files={place / 'study.db.files'}")


def begun(copy: Template, command: list[str]) -> int:
    """Begin a command in a group of its own; returns its number."""
    gc.collect()  # a Ctrl-C that comes while Python clears up what this process has left is lost
    child = os.fork()
    if child == 0:
        code = 99
        try:
            os.setpgid(0, 0)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.chdir(copy.folder)
            os.environ["PORELIGHT_STORE"] = copy.address.text
            for number, name in ((1, "out"), (2, "err")):
                handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(handle, number)
            main(command)
        except SystemExit as left:
            code = int(left.code or 0)
        finally:
            sys.stdout.flush()
            os._exit(code)
    with suppress(OSError):
        os.setpgid(child, child)
    return child


def ended(child: int) -> int:
    """Wait for a command; returns its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def workers_of(child: int) -> list[int]:
    """Return the processes that a command has begun."""
    with suppress(OSError):
        return list(map(int, Path(f"/proc/{child}/task/{child}/children").read_text().split()))
    return []


def seen_by_a_stranger(address: StoreAddress) -> tuple[set[str], set[int]]:
    """Return the photographs and the measurements that are committed."""
    driver = address.url
    engine = sa.create_engine(driver, poolclass=sa.NullPool)
    with engine.connect() as connection:
        photographs = set(connection.exec_driver_sql("SELECT sha256 FROM photographs").scalars())
        measured = connection.exec_driver_sql("SELECT photograph_id FROM measurements").scalars()
        return photographs, set(measured)


def kill(copy: Template, child: int, target: str, server: Server | None) -> list[int]:
    """Kill what is to be killed; returns the workers that were there."""
    workers = workers_of(child)
    name = copy.address.url.database or ""
    match target:
        case "group":
            os.killpg(child, signal.SIGKILL)
        case "ctrl-c":
            os.killpg(child, signal.SIGINT)
        case "worker" if workers:
            os.kill(workers[0], signal.SIGKILL)
        case "server" if server is not None:
            server.stop("immediate")
            time.sleep(0.5)
            server.start()
        case "backend" if server is not None:
            server.kill_backend(name)
        case "connections" if server is not None:
            server.cut(name)
        case _:
            os.kill(child, signal.SIGKILL)
    return workers


def trial(
    what: str,
    studies: Studies,
    seconds: dict[str, float],
    chance: random.Random,
    server: Server | None,
    targets: Sequence[str],
) -> Iterator[str]:
    """Kill once; yields what was seen. A command that was quicker than known is known better."""
    copy = studies.copied(what)
    target = chance.choice(targets)
    child = begun(copy, COMMANDS[what])
    began = time.monotonic()
    wait_unless_ended(child, chance.uniform(0.0, seconds[what]))
    was_there = not has_ended(child)
    if not was_there:
        seconds[what] = min(seconds[what], time.monotonic() - began)
    acknowledged = seen_by_a_stranger(copy.address)
    workers = kill(copy, child, target, server)
    code = ended(child)
    said = (copy.folder / "err").read_text(encoding="utf-8", errors="replace")
    yield f"{what}, {target}: {'killed' if was_there else 'had ended'}"
    if "Traceback" in said or said.count("\n") > 3:
        yield f"WRONG: said {said[-600:]!r}"
    if target == "ctrl-c" and (code != 0) != ("interrupted" in said):
        yield f"WRONG: ended with {code} and said {said!r}"
    if chance.random() < 0.5 or what == "erase":
        wait_for(workers)
    for attempt in range(20):  # a server that was killed needs a moment
        try:
            yield from wrongs(copy, Seen(what, code, *acknowledged, workers))
            break
        except StoreError as problem:
            if server is None or attempt == 19:
                yield f"WRONG: cannot be opened ({problem})"
            time.sleep(0.5)
    wait_for(workers)
    studies.drop(copy)


def wait_for(processes: list[int]) -> None:
    """Wait until processes, which need not be children of this one, have ended."""
    until = time.monotonic() + 60.0
    while time.monotonic() < until:
        if not any(Path(f"/proc/{one}").exists() for one in processes):
            return
        time.sleep(0.05)
    sys.exit(f"workers {processes} do not end")


@dataclass(frozen=True, slots=True)
class Seen:
    """What was known when a command was killed.

    Attributes
    ----------
    what : str
        The command.
    code : int
        Its exit code; negative if it was killed.
    photographs, measured : set
        What was committed: hashes of photographs, and numbers of those measured.
    workers : list of int
        Its workers.
    """

    what: str
    code: int
    photographs: set[str]
    measured: set[int]
    workers: list[int]


def wrongs(copy: Template, seen: Seen) -> Iterator[str]:
    """Yield what is wrong with a study after a kill, and after its command was begun again."""
    known = pictures(copy.folder / "photos")
    with open_store(copy.address) as store:
        first = check_store(store, repair=True)
        yield from (f"WRONG: {one.text}" for one in first.findings if one.kind == "wrong")
        yield from ("swept" for one in first.findings if one.kind == "left")
        if not any(Path(f"/proc/{one}").exists() for one in seen.workers):
            yield from (f"WRONG after repair: {one.text}" for one in check_store(store).findings)
        photographs, measured = seen_by_a_stranger(copy.address)
        if seen.what != "erase" and not (
            seen.photographs <= photographs and seen.measured <= measured
        ):
            yield "WRONG: lost"
        if seen.what == "import" and seen.code == 0 and photographs != set(known):
            yield "WRONG: an import that ended well has not kept all"
        with store.writing() as transaction:
            for row in list(photograph_rows(transaction)):
                if read_photograph(transaction, row.id, "trial") != known[row.sha256]:
                    yield "WRONG: another photograph"
        if seen.what == "measure":
            yield from wrong_results(store, len(known))
    if seen.what != "measure":
        yield from wrong_at_the_end(copy, seen.what, known)


def wrong_results(store: Store, n: int) -> Iterator[str]:
    """Yield what is wrong with measurements once another worker has done the rest."""
    queue = JobQueue(store, lease=0.2)
    ask_for_measurements(store)
    work(store, "next", queue=queue)
    rows = queue.rows("measure")
    if [row.state for row in rows] != ["done"] * n:
        yield f"WRONG: {[(row.state, row.reason) for row in rows]}"
    with store.database.reading() as connection:
        told = connection.exec_driver_sql(
            "SELECT count(*), count(DISTINCT photograph_id) FROM measurements"
        ).one()
        added = connection.exec_driver_sql(
            "SELECT count(*) FROM log WHERE action = 'add' AND substr(record, 1, 13) = "
            "'measurements '"
        ).scalar()
    if {*told, added} != {n}:
        yield f"WRONG: {told} measurements, {added} in the log"
    yield from (f"WRONG at the end: {one.text}" for one in check_store(store).findings)


def wrong_at_the_end(copy: Template, what: str, known: dict[str, bytes]) -> Iterator[str]:
    """Yield what is wrong once the command was begun again."""
    again = ended(begun(copy, COMMANDS[what]))
    if again != (2 if what == "erase" and is_erased(copy) and again else 0):
        yield f"WRONG: again ended with {again}: {(copy.folder / 'err').read_text()!r}"
    with open_store(copy.address) as store:
        yield from (f"WRONG at the end: {one.text}" for one in check_store(store).findings)
    photographs, _ = seen_by_a_stranger(copy.address)
    expected = set(known) if what == "import" else set(known) - of_erased(copy)
    if photographs != expected:
        yield "WRONG: not as it should be at the end"
    sealed = list((copy.address.folder / "photographs").rglob("*.sealed"))
    if len(sealed) != len(expected):
        yield f"WRONG: {len(sealed)} sealed photographs of {len(expected)}"


def is_erased(copy: Template) -> bool:
    """Whether the second time was told that the subject was erased already."""
    return "already" in (copy.folder / "err").read_text(encoding="utf-8")


def of_erased(copy: Template) -> set[str]:
    """Return the photographs of the subject that is erased."""
    return set(pictures(copy.folder / "photos" / "S01"))


def undisturbed(studies: Studies, what: str) -> float:
    """Return how long a command takes [s]."""
    copy = studies.copied(what)
    at = time.monotonic()
    if ended(begun(copy, COMMANDS[what])):
        sys.exit(f"{what}: does not work undisturbed")
    studies.drop(copy)
    return time.monotonic() - at


def tried(arguments: argparse.Namespace, folder: Path) -> Counter[str]:
    """Make all trials; returns how often each thing was seen."""
    chance = random.Random(arguments.seed)  # noqa: S311  no secrets here
    server = None
    if arguments.server:
        (folder / "server").mkdir()
        server = Server(folder / "server")
    targets = arguments.target or (SERVER_TARGETS if server else TARGETS)
    real = sorted(Path(arguments.photographs).glob("*.png")) if arguments.photographs else []
    seen: Counter[str] = Counter()
    try:
        load_everything()
        kinds = []
        for name, files in (("rendered", []), ("real", real)):
            if name == "rendered" or files:
                (folder / name).mkdir()
                kinds.append(Studies(folder / name, server, files))
        seconds = {what: undisturbed(kinds[0], what) for what in COMMANDS}
        print({what: round(one, 2) for what, one in seconds.items()}, flush=True)
        kinds_of_work = [what for what, share in SHARES.items() for _ in range(share)]
        for i in range(arguments.trials):
            what = kinds_of_work[i % len(kinds_of_work)]
            for line in trial(what, kinds[i % len(kinds)], seconds, chance, server, targets):
                seen[line] += 1
                if line.startswith("WRONG"):
                    sys.stderr.write(f"trial {i}, {what}: {line}\n")
            if i % 20 == 19:
                print(f"{i + 1} trials", flush=True)
    finally:
        if server is not None:
            server.stop("immediate")
    return seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--server", action="store_true", help="start a PostgreSQL and kill it too")
    parser.add_argument("--photographs", default="", help="folder of real photographs, PNG")
    parser.add_argument("--target", action="append", help="what is killed, such as ctrl-c")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        found = tried(asked, Path(name).resolve())
    for what, n in sorted(found.items()):
        print(f"{n:6d}  {what}")
    sys.exit(int(any(what.startswith("WRONG") for what in found)))
