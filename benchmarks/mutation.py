"""Count the small faults in the glue that the tests notice.

    python benchmarks/mutation.py                       # 150 mutants of six rooms, two at a time
    python benchmarks/mutation.py --list                # which ones, without trying them
    python benchmarks/mutation.py --only planning/search.py::207
    python benchmarks/mutation.py --rooms files --mutants 30 --tests tests/files

Each mutant is one change of one line in a throw-away copy of the checkout, which itself is never
touched. It is killed if a test fails. Tried are the tests that run the changed statement, which is
measured once and kept until the package or a test file changes; a whole measurement takes as long
as the test run does. The command fails below 90 % killed. Equivalent mutants are listed in
mutation_equivalent.toml with their reasons, faults to try in every run in mutation_named.toml.

Why not cosmic-ray or mutmut: they start the test run anew for each mutant, which for this package
means 5 s of imports and compiled kernels before the first test, and know nothing of its rooms or of
mutants found by hand. Here a process that has the libraries and kernels in memory forks for each.
"""

import argparse
import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mutation_choice import ROOMS, Fault, chosen
from mutation_reach import Mentions, Reach, Trial, digest, shared_digest, sources_of, test_files

GOAL = 0.9
_WORKER = Path(__file__).with_name("mutation_worker.py")
WARM_UP = ("tests/session/test_ensemble.py",)
_NOT_COPIED = (
    *(".git", ".venv", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache"),
    *(".import_linter_cache", "_build", "node_modules", "demo-output"),
)
# a test file may take this many times as long as without a mutant, and so many seconds more
_SLOWER, _SLACK = 5.0, 10.0
# a busy machine may stretch that
_BUSY = 6.0
_LONGEST_FILE = 1800.0  # s, to measure one test file


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant.

    Attributes
    ----------
    fault : Fault
        The mutant.
    status : {"killed", "timeout", "survived", "unreached"}
        "unreached" is a survivor whose statement no test runs.
    killer, error : str
        The test that failed, and its kind of error.
    taken : float
        Seconds.
    tried, left : int
        Tests that run the statement: how many the mutant was given, and how many were left out
        because they would have passed the budget.
    """

    fault: Fault
    status: str
    killer: str
    error: str
    taken: float
    tried: int
    left: int

    @property
    def is_killed(self) -> bool:
        """Whether the tests noticed."""
        return self.status in {"killed", "timeout"}


class Workers:
    """Processes with a copy of the checkout each, that answer tasks."""

    def __init__(self, root: Path, below: Path, jobs: int, warm_up: Sequence[str]) -> None:
        self._free: queue.SimpleQueue[subprocess.Popen[str]] = queue.SimpleQueue()
        self.all: list[subprocess.Popen[str]] = []
        for number in range(jobs):
            copy = below / f"copy-{number}"
            shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED))
            paths = [str(copy / "src"), os.environ.get("PYTHONPATH", "")]
            worker = subprocess.Popen(
                [sys.executable, str(_WORKER), str(copy), *warm_up],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(below / f"worker-{number}.log").open("w"),
                text=True,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(filter(None, paths)),
                    "MPLBACKEND": "Agg",
                },
            )
            self.all.append(worker)
            self._free.put(worker)
        for number, worker in enumerate(self.all):
            if _read(worker).get("status") != "ready":
                log = (below / f"worker-{number}.log").read_text(encoding="utf-8")
                raise SystemExit(f"a worker did not start; the end of its log:\n{log[-3000:]}")

    def ask(self, task: Mapping[str, object]) -> dict[str, Any]:
        """Have the next free worker do a task."""
        worker = self._free.get()
        try:
            print(json.dumps(task), file=worker.stdin, flush=True)
            found = _read(worker)
        finally:
            self._free.put(worker)
        if not found:
            raise SystemExit(f"a worker ended while it was asked for {task.get('path')}")
        return found

    def close(self) -> None:
        """End the workers when they have done what they do."""
        for worker in self.all:
            if worker.stdin is not None:
                worker.stdin.close()
            worker.wait()


def _read(worker: "subprocess.Popen[str]") -> dict[str, Any]:
    line = worker.stdout.readline() if worker.stdout is not None else ""
    found: dict[str, Any] = json.loads(line) if line else {}
    return found


def measured(root: Path, cache: Path, workers: Workers, below: Sequence[str]) -> Reach:
    """Return which tests reach which statements; what is known from before is not run again."""
    shared = shared_digest(root)
    reach, missing = Reach(), {}
    for file in test_files(root, below):
        kept = cache / f"{digest(root, [root / file])[:24]}-{shared[:24]}.json"
        if kept.exists():
            reach.add(json.loads(kept.read_text(encoding="utf-8")))
        else:
            missing[file] = kept
    print(f"measuring {len(missing)} test files; {len(reach.tests)} tests are known", flush=True)

    def measure(file: str) -> dict[str, Any]:
        found = workers.ask({"kind": "measure", "file": file, "seconds": _LONGEST_FILE})
        if found["status"] != "measured":
            raise SystemExit(f"{file} cannot be measured: {found['error']}")
        missing[file].write_text(json.dumps(found), encoding="utf-8")
        return found

    with ThreadPoolExecutor(len(workers.all)) as pool:
        for found in pool.map(measure, missing):
            reach.add(found)
    failing = [one.name for one in reach.tests if one.outcome == "failed"]
    if failing:
        print(f"{len(failing)} tests fail without a mutant and kill none: {', '.join(failing)}")
    return reach


class Trials:
    """Tries mutants with the tests that run their statements, those of their own room first.

    Parameters
    ----------
    reach : Reach
        Which tests run which statements.
    sources : mapping of str to str
        Every file of the package by its path below it.
    tests : mapping of str to str
        Every file that holds tests by its path below the checkout.
    workers : Workers
        Who runs the tests.
    budget : float
        Measured time of the tests that a mutant is given [s].
    slack : float
        What a test file may take longer than five times its measured time [s].
    """

    def __init__(
        self,
        reach: Reach,
        sources: Mapping[str, str],
        tests: Mapping[str, str],
        workers: Workers,
        *,
        budget: float,
        slack: float,
    ) -> None:
        self._reach = reach
        self._sources = sources
        self._mentions = Mentions(sources)
        self._tests = tests
        self._workers = workers
        self._budget = budget
        self._slack = slack
        self._trusted: set[str] = set()

    def verdict(self, fault: Fault) -> Verdict:
        """Return what becomes of one mutant."""
        while True:
            trials = self._of(fault)
            within = _within(trials, self._budget)
            n_tried = sum(len(one.names) for one in within)
            n_left = sum(len(one.names) for one in trials) - n_tried
            if not within:
                return Verdict(fault, "unreached", "", "", 0.0, 0, n_left)
            found = self._asked(fault.path, fault.source, within)
            killer = found["killer"]
            if not killer or killer in self._trusted or self._passes(fault.path, within, killer):
                return Verdict(
                    fault, found["status"], killer, found["error"], found["taken"], n_tried, n_left
                )

    def _of(self, fault: Fault) -> list[Trial]:
        at_import = self._reach.at_import
        places = {fault.place} if fault.place else set()
        files: set[str] = set()
        if not fault.place or fault.place in at_import:
            places |= self._mentions.of(fault.path, fault.names, at_import)
            files = self._mentions.test_files(fault.path, fault.names, self._tests)
        near = f"tests/{fault.path.split('/')[0]}"
        # a module that runs in a process of its own is started by whoever mentions it
        return self._reach.trials(places, near, files) or self._reach.trials(
            self._mentions.of(fault.path, [""], at_import), near
        )

    def _asked(self, path: str, source: str, trials: Sequence[Trial]) -> dict[str, Any]:
        limits = [_SLOWER * one.whole + self._slack for one in trials]
        return self._workers.ask(
            {
                "kind": "mutant",
                "path": path,
                "source": source,
                "seconds": _BUSY * sum(limits),
                "trials": [
                    {"file": one.file, "names": one.names, "limit": limit}
                    for one, limit in zip(trials, limits, strict=True)
                ],
            }
        )

    def _passes(self, path: str, trials: Sequence[Trial], name: str) -> bool:
        """Return whether a test passes in the same way without a mutant; if not, leave it out."""
        alone = [replace(one, names=(name,)) for one in trials if name in one.names]
        if self._asked(path, self._sources[path], alone)["status"] == "survived":
            self._trusted.add(name)
            return True
        print(f"{name} fails alone without a mutant; it kills none", flush=True)
        self._reach.distrust(name)
        return False


def _within(trials: Sequence[Trial], budget: float) -> list[Trial]:
    """Return the first test files that together take no longer than the budget, one at least."""
    total = 0.0
    kept: list[Trial] = []
    for one in trials:
        total += one.seconds
        if kept and total > budget:
            break
        kept.append(one)
    return kept


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the counts by room, by operator and in all."""
    lines = [f"{'':14} {'mutants':>8} {'killed':>7} {'timeout':>8} {'survived':>9} {'share':>7}"]
    groups: list[tuple[str, list[Verdict]]] = [
        (room, [one for one in verdicts if one.fault.room == room])
        for room in sorted({one.fault.room for one in verdicts})
    ]
    kinds = sorted({one.fault.operator for one in verdicts})
    groups += [(f"  {kind}", [v for v in verdicts if v.fault.operator == kind]) for kind in kinds]
    for name, some in [*groups, ("all", list(verdicts))]:
        count = Counter(one.status for one in some)
        killed = sum(one.is_killed for one in some)
        lines.append(
            f"{name:14} {len(some):8} {count['killed']:7} {count['timeout']:8} "
            f"{len(some) - killed:9} {100.0 * killed / len(some):6.1f} %"
        )
    return "\n".join(lines)


def described(verdict: Verdict) -> str:
    """Return a survivor in some lines."""
    fault = verdict.fault
    told = "no test runs this statement"
    if verdict.tried:
        told = f"{verdict.tried} tests run it and pass"
        told += f"; {verdict.left} more were not tried (--budget)" if verdict.left else ""
    return f"{fault.where}: {told}\n{fault.difference}"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rooms", nargs="+", default=list(ROOMS), choices=ROOMS, metavar="ROOM")
    parser.add_argument("--mutants", type=int, default=150, help="how many, beside the named ones")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--jobs", type=int, default=2, help="mutants tried at the same time")
    parser.add_argument("--only", metavar="PATH::LINE", help="every mutant of one line")
    parser.add_argument("--list", action="store_true", help="show the mutants, try none")
    parser.add_argument(
        "--tests", nargs="+", default=[], metavar="PATH", help="try these test files alone"
    )
    parser.add_argument(
        "--budget", type=float, default=300.0, help="seconds of tests that a mutant is given"
    )
    parser.add_argument("--slack", type=float, default=_SLACK, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, default=Path(__file__).parents[1], help="checkout")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "porelight-mutation",
        help="where measurements and results are kept",
    )
    parser.add_argument("--json", type=Path, help="where results are written")
    parser.add_argument("--warm-up", nargs="*", default=list(WARM_UP), help=argparse.SUPPRESS)
    return parser.parse_args()


def run(given: argparse.Namespace, faults: Sequence[Fault]) -> list[Verdict]:
    """Try mutants, and tell each verdict when it is known."""
    root = given.root.resolve()
    given.cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="mutation-") as below:
        workers = Workers(root, Path(below), given.jobs, given.warm_up)
        try:
            reach = measured(root, given.cache, workers, given.tests)
            trials = Trials(
                reach,
                sources_of(root),
                {name: (root / name).read_text(encoding="utf-8") for name in test_files(root, ())},
                workers,
                budget=given.budget,
                slack=given.slack,
            )
            verdicts = []
            with ThreadPoolExecutor(given.jobs) as pool:
                for one in pool.map(trials.verdict, faults):
                    verdicts.append(one)
                    print(
                        f"{one.status:9} {one.taken:5.1f} s  {one.fault.where}  "
                        f"{one.error} {one.killer}",
                        flush=True,
                    )
        finally:
            workers.close()
    return verdicts


def main() -> int:
    """Choose, try, tell; return 1 if too many survive."""
    given = _arguments()
    faults = chosen(given.root.resolve(), given.rooms, given.mutants, given.seed, only=given.only)
    if given.list:
        for fault in faults:
            print(f"{fault.where}\n{fault.difference}")
        print(f"{len(faults)} mutants")
        return 0
    begin = time.monotonic()
    verdicts = run(given, faults)
    _write(given.json or given.cache / "results.json", verdicts)
    survivors = [one for one in verdicts if not one.is_killed]
    print(f"\n{len(survivors)} survivors")
    for one in survivors:
        print(described(one))
    print(f"\n{table(verdicts)}")
    spent = [one.taken for one in verdicts if one.tried]
    print(
        f"\n{_crashes(verdicts)} of the killed ones by an error that no test looked for; "
        f"{sum(spent) / max(1, len(spent)):.1f} s a mutant, {time.monotonic() - begin:.0f} s in all"
    )
    share = sum(one.is_killed for one in verdicts) / len(verdicts)
    return 0 if share >= GOAL else 1


def _crashes(verdicts: Iterable[Verdict]) -> int:
    """Return how many mutants were killed by something else than a claim of a test."""
    claims = {"AssertionError", "Failed", "DocTestFailure", "MultipleDoctestFailures"}
    return sum(one.status == "killed" and one.error not in claims for one in verdicts)


def _write(path: Path, verdicts: Sequence[Verdict]) -> None:
    rows = [asdict(one) for one in verdicts]
    for row in rows:
        del row["fault"]["source"]
    path.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"results are in {path}")


if __name__ == "__main__":
    sys.exit(main())
