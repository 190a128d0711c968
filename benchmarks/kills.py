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
import numpy as np

import porelight
from porelight.cli.app import main
from porelight.errors import PorelightError
from porelight.files.light_examples import EXAMPLE_LAYERS
from porelight.files.work_folders import PREFIX
from porelight.files.writing import read_meanwhile

SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
SCALE = "--zone cheek --px-per-mm 12.5"
COURSE = """
[skin]
zone = "cheek"
fitzpatrick = {fitzpatrick}
age_years = 35
[[session]]
day = 0
device = "laser-genesis"
pulses = 200
[simulation]
draws = 16
members = 2
photons = 1000
last_day = 56
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command that writes.

    Attributes
    ----------
    name : str
        For the table.
    lines : tuple of str
        The command on one input and on another.
    results : tuple of str
        Files and folders that it writes.
    share : float
        Number of trials relative to that of others.
    """

    name: str
    lines: tuple[str, str]
    results: tuple[str, ...]
    share: float = 1.0


def both(name: str, line: str, *results: str, share: float = 1.0) -> Command:
    """Return a command whose inputs and seeds have an ``@`` where the one and the other differ."""
    return Command(name, (line.replace("@", "1"), line.replace("@", "2")), results, share)


COMMANDS = (
    both("measure", f"measure photo@.png -o m {SCALE}", "m", share=2.0),
    both("compare", f"compare photo1.png photo@.png -o c {SCALE}", "c"),
    both("preview", f"preview photo1.png -o p.png {SCALE} --change-percent -1@", "p.png"),
    both("agreement", "agreement repeats@.csv -o pictures", "pictures"),
    both("simulate", "simulate course@.toml -o run.nc --state deep/s.nc", "run.nc", "deep/s.nc"),
    both("session", "session course@.toml -o heat --films none", "heat", share=0.5),
    both("plan", "plan course@.toml -o plan.toml --device own.toml --draws 16", "plan.toml",
         "plan.json", share=0.5),
    both("follow-up", "follow-up course1.toml --measured before --visit 42=after@ -o f.nc "
         "--draws 6@", "f.nc"),
    both("report", "report run@.nc -o page.html", "page.html"),
    both("export", "export run@.nc -o table.csv", "table.csv"),
    both("sensitivity", "sensitivity course@.toml -o s.json --base 2", "s.json"),
    both("what-if", "what-if course@.toml -o years.svg --years 2 --draws 8", "years.svg"),
    Command("marker", ("marker -o sheet.pdf", "marker -o sheet.pdf --paper letter"),
            ("sheet.pdf",)),
    both("light run", "light run case.toml -o l.nc --photons @6000 --seed @", "l.nc", share=2.0),
    both("light merge", "light merge light1.nc light@3.nc -o merged.nc", "merged.nc"),
    both("light sweep", "light sweep skin.toml -o types.nc --photons 2000 --seed @", "types.nc"),
    both("light import", "light import mcx@.json -o imported.toml", "imported.toml"),
    both("light export", "light export light@.nc -o fields.vtr", "fields.vtr"),
)  # fmt: skip


def run(line: str, place: Path) -> int:
    """Run a command in a process of its own, forked from this one; returns its number."""
    child = os.fork()
    if child == 0:
        code = 99
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
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, redirect_stdout(nowhere):
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


def make_inputs(place: Path) -> None:
    """Write inputs of every kind, twice."""
    from PIL import Image  # noqa: PLC0415

    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.mcx import write_mcx_case  # noqa: PLC0415
    from porelight.render.look import SkinLook  # noqa: PLC0415
    from porelight.render.skin import render_skin  # noqa: PLC0415

    (place / "deep").mkdir()
    (place / "case.toml").write_text(EXAMPLE_LAYERS, encoding="utf-8")
    case = read_light_case(place / "case.toml")
    for one, voxel in (("1", 1e-4), ("2", 5e-5)):
        write_mcx_case(case, place / f"mcx{one}.json", voxel=voxel, width=1e-3)
    sizes = np.random.default_rng(1).uniform(0.35e-3, 0.6e-3, 60)
    for one in "12":
        shown = render_skin(sizes, look=SkinLook(fitzpatrick=3), size=(0.012, 0.012), seed=1)
        pixels = shown.pixels if one == "1" else np.clip(shown.pixels * 0.99, 0, 255)
        Image.fromarray(pixels.astype(np.uint8)).save(place / f"photo{one}.png")
        text = COURSE.format(fitzpatrick=one)
        (place / f"course{one}.toml").write_text(text, encoding="utf-8")
        rows = [
            f"s{i},{k},{int(one) * 10 * i + k * (1 + i % 3)}" for i in range(1, 5) for k in range(2)
        ]
        table = "\n".join(["subject,repeat,pores", *rows])
        (place / f"repeats{one}.csv").write_text(table, encoding="utf-8")
    device = Path(porelight.__file__).parent / "data" / "devices" / "laser-genesis.toml"
    text = device.read_text(encoding="utf-8")
    # one setting is enough to be written
    for values, one in (("8.0, 10.0, 12.0, 13.0, 14.0, 16.0", "12.0"),
                        ("1000.0, 1500.0, 2000.0", "1000.0"), ("3.0, 5.0", "3.0")):  # fmt: skip
        text = text.replace(f"values = [{values}]", f"values = [{one}]")
    (place / "own.toml").write_text(text, encoding="utf-8")
    for line in (
        *(f"measure photo1.png -o {name} {SCALE}" for name in ("before", "after1")),
        f"measure photo2.png -o after2 {SCALE}",
        *(f"simulate course{one}.toml -o run{one}.nc" for one in "12"),
        *(f"light run case.toml -o light{one}.nc --photons 16000 --seed {one}"
          for one in ("1", "2", "13", "23")),
    ):  # fmt: skip
        finished(line, place)
    from porelight.files.light_examples import EXAMPLE  # noqa: PLC0415

    (place / "skin.toml").write_text(EXAMPLE, encoding="utf-8")


def wait_until_writing(child: int, command: Command, place: Path) -> None:
    """Wait until a process makes its results, or has ended."""
    parents = {(place / result).parent for result in command.results}
    while not any(one.name.startswith(PREFIX) for parent in parents for one in os.scandir(parent)):
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return
        time.sleep(0.0005)


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
    started = time.monotonic()
    child = run(command.lines[1], place)
    wait_until_writing(child, command, place)
    writing = time.monotonic() - started
    os.waitpid(child, 0)
    seconds = time.monotonic() - started
    new = content(place, command.results)
    if set(earlier) != set(new) or all(earlier[name] == new[name] for name in new):
        sys.exit(f"{command.name}: the two results do not differ as they should")
    shutil.rmtree(place)
    return Known(earlier, new, writing, seconds)


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


def trial(command: Command, known: Known, place: Path, chance: random.Random) -> Iterator[str]:
    """Stop a command once; yields what is wrong with what it leaves, and what was seen."""
    number = chance.choice(SIGNALS)
    child = run(command.lines[1], place)
    if chance.random() < 0.5:
        wait = known.seconds
    else:
        wait_until_writing(child, command, place)
        wait = known.seconds - known.until_writing
    time.sleep(chance.uniform(0.0, 1.1 * wait))
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
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(data)


def load_everything() -> None:
    """Load all of porelight, so that no trial has to."""
    cv2.setNumThreads(1)
    for one in walk_packages(porelight.__path__, "porelight."):
        if not one.name.endswith("__main__"):
            import_module(one.name)


def tried(arguments: argparse.Namespace) -> Counter[tuple[str, str]]:
    """Make all trials; returns how often each command was seen in which way."""
    chance = random.Random(arguments.seed)  # noqa: S311  no secrets here
    chosen = [one for one in COMMANDS if not arguments.only or one.name in arguments.only]
    total = sum(one.share for one in chosen)
    seen: Counter[tuple[str, str]] = Counter()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        inputs = Path(name).resolve() / "inputs"
        inputs.mkdir()
        make_inputs(inputs)
        for command in chosen:
            place = inputs.parent / "trial"
            known = learn(command, inputs, place)
            shutil.copytree(inputs, place)
            for _ in range(round(arguments.trials * command.share / total)):
                put_back(place, known, command.results)
                seen[command.name, "trials"] += 1
                for what in trial(command, known, place, chance):
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
    parser.add_argument("--folder", help="where to make the trials; the temporary folder if none")
    asked = parser.parse_args()
    load_everything()
    sys.exit(report(tried(asked)))
