"""Stop every command that writes at random instants, and look for what was lost, mixed or left.

Each trial begins with the results of an earlier run in place, runs the command on other inputs in a
process of its own, and ends that process with SIGKILL, SIGINT or SIGTERM: half of the time at any
instant, half of the time at one while results are written. Then it looks for

* *lost* or *mixed*: after the next run, every result must be the earlier one, or every result the
  new one, byte for byte; after SIGINT and SIGTERM that holds at once (photons and plans that were
  stopped may be fewer);
* *left*: after the next run nothing hidden may remain beside the results.

``uv run python benchmarks/kills.py --trials 1000`` takes about half an hour on one core.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

os.environ.setdefault("OMP_NUM_THREADS", "1")  # so that the process that forks has one thread
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
from kill_commands import COMMANDS, Command, make_inputs, own_networks

import porelight
from porelight.cli.app import main
from porelight.errors import PorelightError
from porelight.files.work_folders import PREFIX
from porelight.files.writing import read_meanwhile

_BRIEF = 3.0  # s
Signals = tuple[signal.Signals, ...]
SIGNALS: Signals = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)


def run(line: str, place: Path) -> int:
    """Run a command in a process of its own, forked from this one; returns its number."""
    child = os.fork()
    if child == 0:
        code = 99
        # a shell lets what it starts behind itself ignore Ctrl-C, and what is ignored stays so
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
                os.dup2(nowhere.fileno(), 2)
            code = ended(line, place)
        finally:
            os._exit(code)
    return child


def ended(line: str, place: Path) -> int:
    """Run a command here and return its exit code."""
    os.chdir(place)
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    with nowhere, redirect_stdout(nowhere), own_networks(line, place):
        try:
            main(line.split())
        except SystemExit as left:
            return int(left.code or 0)
    return 0


def finished(line: str, place: Path) -> None:
    """Run a command to its good end, here: its kernels are then loaded for those forked later."""
    code = ended(line, place)
    if code != 0:
        sys.exit(f"{line}: ended with {code}")


def content(place: Path, results: tuple[str, ...]) -> dict[str, bytes]:
    """Return every file of the results, by its name."""
    found = {}
    for result in results:
        paths = [place / result, *sorted((place / result).rglob("*"))]
        found |= {str(path.relative_to(place)): path.read_bytes() for path in paths
                  if path.is_file()}  # fmt: skip
    return found


def hidden(place: Path) -> list[str]:
    """Return what is left half made."""
    return [str(path.relative_to(place)) for path in place.rglob(f"{PREFIX}*")]


def wait_until_writing(child: int, command: Command, place: Path) -> None:
    """Wait until a process makes its results, or has ended."""
    parents = {(place / result).parent for result in command.results}
    while not any(one.name.startswith(PREFIX) for parent in parents for one in os.scandir(parent)):
        if has_ended(child):
            return
        time.sleep(0.0005)


def has_ended(child: int) -> bool:
    """Return whether a process has ended; it still waits to be asked for its code."""
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def wait_unless_ended(child: int, seconds: float) -> None:
    """Wait for so long, or until a process has ended."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0.0 and not has_ended(child):
        time.sleep(min(left, 0.02))


@dataclass(slots=True)
class Known:
    """A command's two results, and how long the second takes: until it writes, and in all [s]."""

    earlier: dict[str, bytes]
    new: dict[str, bytes]
    until_writing: float
    seconds: float


def learn(command: Command, inputs: Path, place: Path) -> Known:
    """Run a command on both inputs, over the one and the other."""
    shutil.copytree(inputs, place)
    finished(command.lines[0], place)
    earlier = content(place, command.results)
    writing, seconds = timed(command, place)
    new = content(place, command.results)
    if set(earlier) != set(new) or all(earlier[name] == new[name] for name in new):
        sys.exit(f"{command.name}: the two results do not differ as they should")
    known = Known(earlier, new, writing, seconds)
    for _ in range(2 if seconds < _BRIEF else 0):  # the first time something may still be loaded
        put_back(place, known, command.results)
        writing, seconds = timed(command, place)
        if seconds < known.seconds:
            known.until_writing, known.seconds = writing, seconds
    shutil.rmtree(place)
    return known


def timed(command: Command, place: Path) -> tuple[float, float]:
    """Run a command on its second input; returns the time until it writes, and in all [s]."""
    started = time.monotonic()
    child = run(command.lines[1], place)
    wait_until_writing(child, command, place)
    writing = time.monotonic() - started
    os.waitpid(child, 0)
    return writing, time.monotonic() - started


def is_partial(place: Path, name: str) -> bool:
    """Whether the results are those of a run that was stopped and kept what it had, and whole."""
    from porelight.files.light_runs import load_light_run  # noqa: PLC0415
    from porelight.files.plans import load_plan_document  # noqa: PLC0415

    try:
        if name == "light run":
            return load_light_run(place / "l.nc")[0].seeds == (2,)
        if name == "plan":
            verdict = str(load_plan_document(place / "plan.json")["verdict"])
            course = (place / "plan.toml").read_text(encoding="utf-8")
            return verdict.startswith("Interrupted") and verdict in course
    except PorelightError:
        pass
    return False


def state(found: dict[str, bytes], known: Known) -> str:
    """Return what the results are: "earlier", "new", or anything else."""
    if found == known.earlier:
        return "earlier"
    return "new" if found == known.new else "other"


def trial(
    command: Command, known: Known, place: Path, chance: random.Random, signals: Signals
) -> Iterator[str]:
    """Stop a command once; yields what is wrong with what it leaves, and what was seen."""
    number = chance.choice(signals)
    child = run(command.lines[1], place)
    if chance.random() < 0.5:
        wait = known.seconds
    else:
        wait_until_writing(child, command, place)
        wait = known.seconds - known.until_writing
    wait_unless_ended(child, chance.uniform(0.0, 1.1 * wait))
    os.kill(child, number)  # one that has ended waits to be asked for its code
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    yield f"{number.name}: {'stopped' if code not in (0, 2) else f'ended with {code}'}"
    at_once = state(content(place, command.results), known)
    yield f"at once: {at_once}"
    if number != signal.SIGKILL and at_once == "other" and not is_partial(place, command.name):
        yield "WRONG: mixed at once"
    if hidden(place):
        yield f"hidden before the next run, {number.name}"
    places = [place / result for result in command.results]
    with read_meanwhile((), places):  # what every command begins with
        pass
    after = content(place, command.results)
    if state(after, known) == "other" and not is_partial(place, command.name):
        yield "WRONG: lost" if set(after) != set(known.new) else "WRONG: mixed"
    if hidden(place):
        yield f"WRONG: left {hidden(place)}"


def put_back(place: Path, known: Known, results: tuple[str, ...]) -> None:
    """Put the earlier results in place."""
    for result in results:
        if (place / result).is_dir():
            shutil.rmtree(place / result)
    for name, data in known.earlier.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)


def load_everything() -> None:
    """Load all of porelight, so that no trial has to."""
    cv2.setNumThreads(1)
    for one in walk_packages(porelight.__path__, "porelight."):
        # what alembic runs is no module to be loaded
        if not one.name.endswith("__main__") and ".migrations" not in one.name:
            import_module(one.name)


def tried(arguments: argparse.Namespace) -> Counter[tuple[str, str]]:
    """Make all trials; returns how often each command was seen in which way."""
    chance = random.Random(arguments.seed)  # noqa: S311  no secrets here
    chosen = [one for one in COMMANDS if not arguments.only or one.name in arguments.only]
    total = sum(one.share for one in chosen)
    signals = (signal.Signals[arguments.signal],) if arguments.signal else SIGNALS
    seen: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        inputs = Path(name).resolve() / "inputs"
        inputs.mkdir()
        make_inputs(inputs, finished)
        for command in chosen:
            place = inputs.parent / "trial"
            known = learn(command, inputs, place)
            shutil.copytree(inputs, place)
            for _ in range(round(arguments.trials * command.share / total)):
                put_back(place, known, command.results)
                seen[command.name, "trials"] += 1
                for what in trial(command, known, place, chance, signals):
                    seen[command.name, what] += 1
                    if what.startswith("WRONG"):
                        sys.stderr.write(f"{command.name}: {what}\n")
            shutil.rmtree(place)
            own = {what: n for (name, what), n in sorted(seen.items()) if name == command.name}
            print(f"{command.name} ({known.seconds:.1f} s): {json.dumps(own)}", flush=True)
    return seen


def report(seen: Counter[tuple[str, str]]) -> int:
    """Print the sums; returns 1 if anything was wrong."""
    sums: Counter[str] = Counter()
    for (_, what), n in seen.items():
        sums[what] += n
    for what, n in sorted(sums.items()):
        print(f"{n:6d}  {what}")
    return int(any(what.startswith("WRONG") for what in sums))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append", help="one command, such as 'light run'")
    parser.add_argument("--signal", help="always the same, such as SIGKILL")
    parser.add_argument("--folder", help="where to make the trials; the temporary folder if none")
    asked = parser.parse_args()
    load_everything()
    sys.exit(report(tried(asked)))
