"""Fuzzing of everything that reads a file: each case is read, or refused in one line.

    uv run --with atheris python benchmarks/fuzz_files.py --minutes 60

Cases are grown from one good file of every kind (`fuzz_kinds`) by what damages files
(`fuzz_damage`); those that reach lines not reached before are grown further. With atheris its
engine and mutations take part; without, a loop of ours looks at the lines by itself. A worker does
the reading, so a crash, 20 s or 2 GB end it and are counted; anything raised that is no
`PorelightError`, or a message of more than a line, is a finding, with the file that brought it.
Prints the figures and leaves with 1 if there was a finding.
"""

import argparse
import hashlib
import json
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

SECONDS, MEGABYTES = 20, 2048  # processor time of one case; of the process
_SAVED_EVERY = 200
# rooms whose lines guide; compiled rooms are left as they are
_GUIDES = ("files", "course", "laser", "report", "photo", "workflows", "errors")
_LARGEST = 60_000  # B of a case that is grown further


class Slow(BaseException):
    """A case that takes too long; no door may take it for what a library raised."""


class Session:
    """The cases of one worker, and what was found."""

    def __init__(self, folder: Path) -> None:
        import fuzz_kinds  # noqa: PLC0415  only once its imports may be instrumented

        from porelight.errors import PorelightError  # noqa: PLC0415

        self._refusal = PorelightError
        self._folder = folder
        kinds = fuzz_kinds.KINDS | fuzz_kinds.COMPUTED
        self.kinds = list(kinds.items())
        self.good: list[bytes] = []
        self._places: list[Path] = []
        for name, kind in self.kinds:
            place = folder / name.replace(" ", "-")
            place.mkdir(exist_ok=True)
            kept = folder / "good" / kind.name
            path = kind.made(place) if kind.form != "netcdf" else place / kind.name
            if kind.form == "netcdf":
                if not kept.exists():
                    kept.parent.mkdir(exist_ok=True)
                    kind.write(kept)
                path.write_bytes(kept.read_bytes())
            self.good.append(path.read_bytes())
            self._places.append(path)
        self.counts: dict[str, Any] = {"cases": 0, "read": 0, "seconds": 0.0, "slowest": 0.0}
        self.findings: dict[str, dict[str, Any]] = {}
        signal.signal(signal.SIGPROF, _too_slow)

    def run(self, index: int, data: bytes) -> None:
        """Read one case."""
        name, kind = self.kinds[index]
        path = self._places[index]
        path.write_bytes(data)
        start = time.process_time()
        # time of the processor: how busy the machine is says nothing of a file
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            kind.read(path)
            self.counts["read"] += 1
        except self._refusal as problem:
            # several mistakes in a table have a line each, with the file in front
            _, *more = str(problem).split("\n")
            if not all(line.startswith(f"{path}: ") for line in more):
                self._found(name, data, "more than a line", str(problem))
        except Slow:
            self._found(name, data, f"more than {SECONDS} s", "")
        except Exception as problem:
            frames = traceback.extract_tb(problem.__traceback__)
            ours = [one for one in frames if "porelight" in one.filename] or list(frames)
            where = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
            self._found(name, data, f"{type(problem).__name__} at {where}", str(problem))
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0.0)
        took = time.process_time() - start
        self.counts["cases"] += 1
        self.counts["seconds"] += took
        if took > self.counts["slowest"]:
            self.counts |= {"slowest": took, "slowest kind": name}
        if self.counts["cases"] % _SAVED_EVERY == 0:
            self.save()

    def save(self) -> None:
        """Write the figures so far."""
        kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        counts = {**self.counts, "most memory [MB]": round(kilobytes / 1024)}
        report = {"counts": counts, "findings": self.findings}
        (self._folder / "report.json").write_text(json.dumps(report, indent=1))

    def _found(self, name: str, data: bytes, what: str, message: str) -> None:
        key = f"{name}: {what}"
        if key not in self.findings:
            kept = self._folder / f"finding-{hashlib.sha256(data).hexdigest()[:12]}"
            kept.write_bytes(data)
            self.findings[key] = {"times": 0, "file": kept.name, "message": message[:200]}
        self.findings[key]["times"] += 1
        self.save()


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise Slow


def with_atheris(atheris: Any, folder: Path, seconds: int) -> None:
    """Let atheris grow the cases; the first byte of an input says of which kind it is."""
    import numpy as np  # noqa: PLC0415

    # atheris takes all of a package, whatever is included; its code cannot be compiled by Numba
    with atheris.instrument_imports(include=["porelight"], exclude=no_guides()):
        session = Session(folder)
    from fuzz_damage import damaged  # noqa: PLC0415

    seeds = folder / "corpus"
    seeds.mkdir(exist_ok=True)
    for index, data in enumerate(session.good):
        if len(data) < _LARGEST:
            (seeds / f"good-{index}").write_bytes(bytes([index]) + data)

    def changed(data: bytes, most: int, seed: int) -> bytes:
        random = np.random.default_rng(seed)
        index = data[0] % len(session.good) if data else 0
        if random.random() < 0.4:  # back to a good file, of any kind
            index = int(random.integers(len(session.good)))
            data = bytes([index]) + session.good[index]
        content = data[1:]
        if random.random() < 0.2:
            content = atheris.Mutate(content, most - 1)
        else:
            content = damaged(content, session.kinds[index][1].form, random)
        return bytes([index]) + content[: most - 1]

    def tried(data: bytes) -> None:
        if data:
            session.run(data[0] % len(session.good), data[1:])

    limits = [
        f"-max_total_time={seconds}",
        f"-timeout={10 * SECONDS}",
        f"-rss_limit_mb={MEGABYTES}",
    ]
    options = ["-len_control=0", "-max_len=400000", "-print_final_stats=1", "-verbosity=0"]
    options += [f"-artifact_prefix={folder}/"]
    atheris.Setup([sys.argv[0], *limits, *options, str(seeds)], tried, custom_mutator=changed)
    atheris.Fuzz()


def no_guides() -> list[str]:
    """Return the modules of porelight whose lines do not guide."""
    found = find_spec("porelight")  # not imported yet
    place = Path(str(found and found.origin)).parent
    names = (path.relative_to(place).with_suffix("").parts for path in place.rglob("*.py"))
    paths = [".".join(("porelight", *parts)) for parts in names if parts[0] not in _GUIDES]
    return [path.removesuffix(".__init__") for path in paths]


def by_lines(folder: Path, seconds: int) -> None:
    """Grow the cases by a loop of our own, guided by the lines of porelight that they reach."""
    import numpy as np  # noqa: PLC0415

    session = Session(folder)
    from fuzz_damage import damaged  # noqa: PLC0415

    seen: set[tuple[str, int]] = set()
    random = np.random.default_rng(int(time.time()))
    grown: list[list[bytes]] = [[data] for data in session.good]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        index = int(random.integers(len(grown)))
        parents = grown[index]
        parent = parents[-1 - min(int(random.geometric(0.2)) - 1, len(parents) - 1)]
        if random.random() < 0.2:
            parent = parents[0]
        data = damaged(parent, session.kinds[index][1].form, random)
        reached = lines_of(lambda i=index, d=data: session.run(i, d))
        if len(data) < _LARGEST and not reached <= seen:
            parents.append(data)
        seen |= reached
    session.counts["lines reached"] = len(seen)
    session.save()


def lines_of(call: Callable[[], None]) -> set[tuple[str, int]]:
    """Return the lines of porelight that a call reaches."""
    reached: set[tuple[str, int]] = set()
    guides = tuple(f"porelight/{room}" for room in _GUIDES)

    def line(frame: FrameType, event: str, _: object) -> Any:
        if event == "line":
            reached.add((frame.f_code.co_filename, frame.f_lineno))
        return line

    def called(frame: FrameType, _event: str, _: object) -> Any:
        name = frame.f_code.co_filename
        return line if any(guide in name for guide in guides) else None

    sys.settrace(called)
    try:
        call()
    finally:
        sys.settrace(None)
    return reached


def worker(folder: Path, seconds: int) -> None:
    """Read cases until the time is over."""
    import warnings  # noqa: PLC0415

    warnings.simplefilter("ignore")  # a warning is a line of its own, and no finding
    try:
        import atheris  # noqa: PLC0415
    except ImportError:
        by_lines(folder, seconds)
    else:
        with_atheris(atheris, folder, seconds)


def main() -> None:
    """Run workers until the time is over, and print the figures of all of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--folder", type=Path, default=Path("fuzzed"))
    parser.add_argument("--worker", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder: Path = asked.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if asked.worker:
        worker(folder, asked.worker)
        return
    end, deaths, reports = time.monotonic() + 60.0 * asked.minutes, [], []
    while (left := int(end - time.monotonic())) > 0:
        (folder / "report.json").unlink(missing_ok=True)
        command = [sys.executable, __file__, "--folder", str(folder), "--worker", str(left)]
        with (folder / "worker.log").open("ab") as log:
            code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
        report = folder / "report.json"
        if report.exists():
            reports.append(json.loads(report.read_text()))
        if code != 0:
            deaths.append(code)
            print(f"a worker died with {code}; see {folder}/worker.log")
        if len(deaths) > 20:
            break
    cases = sum(one["counts"]["cases"] for one in reports)
    findings = {key: found for one in reports for key, found in one["findings"].items()}
    for key, found in findings.items():
        print(f"{key}: {found['times']} times, {found['file']}: {found['message']}")
    print(f"{cases:,} cases, {len(findings)} findings, {len(deaths)} workers dead")
    for one in reports:
        print(json.dumps(one["counts"]))
    sys.exit(1 if findings or deaths or not cases else 0)


if __name__ == "__main__":
    main()
