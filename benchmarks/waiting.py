"""What users wait for: medians of whole commands, and of one setting changed inside a process.

    uv run python benchmarks/waiting.py [--repeats 5] [--photograph cheek.png]

Every command is a process of its own, as users start it. *Cold* means that no result of a session
is kept from before (`porelight cache`); compiled kernels are. The course is the example of
``porelight config example`` with 8 members and with its own 25.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from porelight.course.course import Course
from porelight.course.simulation import advance, begin
from porelight.course.treatment import physics_ensemble
from porelight.files.course_file import EXAMPLE
from porelight.files.courses import read_course

COMMAND = [sys.executable, "-m", "porelight"]
EIGHT = EXAMPLE.replace("[simulation]\n", "[simulation]\nmembers = 8\n")


def main() -> None:
    """Measure everything and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--photograph", type=Path, help="a close-up at 12.5 px/mm")
    arguments = parser.parse_args()
    with TemporaryDirectory() as place:
        os.chdir(place)
        os.environ["PORELIGHT_CACHE"] = str(Path(place) / "kept")
        Path("eight.toml").write_text(EIGHT, encoding="utf-8")
        Path("course.toml").write_text(EXAMPLE, encoding="utf-8")
        commands(arguments.repeats, arguments.photograph)
        one_setting(arguments.repeats)


def commands(repeats: int, photograph: Path | None) -> None:
    """Print the median seconds of each command."""
    simulate = ["simulate", "eight.toml", "-o", "run.nc"]
    report("help", repeats, lambda: run("--help"))
    run(*simulate)  # compiles what is not compiled yet
    report("course of 8 members, cold", repeats, lambda: run(*simulate), before=forget)
    report("course of 8 members, kept", repeats, lambda: run(*simulate))
    of_25 = ["simulate", "course.toml", "-o", "run.nc"]
    report("course of 25 members, cold", repeats, lambda: run(*of_25), before=forget)
    report("course of 25 members, kept", repeats, lambda: run(*of_25))
    plan = ["plan", "course.toml", "--tries", "0", "-o", "plan.toml"]
    report("plan of 23 settings, cold", repeats, lambda: run(*plan), before=forget)
    report("plan of 23 settings, kept", repeats, lambda: run(*plan))
    report("report", repeats, lambda: run("report", "run.nc", "-o", "run.html"))
    report("demo, warm", repeats, lambda: run("demo", "-o", "demo"))
    if photograph is not None:
        words = ["measure", str(photograph), "--zone", "cheek", "--px-per-mm", "12.5"]
        report("measure", repeats, lambda: run(*words, "-o", "measured"))


def one_setting(repeats: int) -> None:
    """Print the seconds until a course shows again after one setting of Laser Genesis changed."""
    content = read_course("eight.toml")
    skin, settings = content.course.skin, content.settings
    ensemble = physics_ensemble(skin, settings, afresh=True)
    start = begin(skin, settings)
    days = [day for day in content.course.observation_days(content.last_day) if day > start.day]
    genesis, pearl = content.course.sessions
    untouched = ensemble.treat(pearl.exposure)

    def shown(**changes: float) -> None:
        """Treat with the changed setting and follow the weeks; Pearl's session stays."""
        session = replace(genesis, exposure=replace(genesis.exposure, **changes))
        results = (ensemble.treat(session.exposure), untouched)
        advance(start, Course(skin, (session, pearl)), days, results=results)

    shown()
    exposure = genesis.exposure
    values = iter(1.0 + 0.01 * k for k in range(1, 1000))
    report(
        "one setting: radiant exposure",
        repeats,
        lambda: shown(radiant_exposure=exposure.radiant_exposure * next(values)),
    )
    report("one setting: rate", repeats, lambda: shown(rate=exposure.rate * next(values)))
    report(
        "one setting: pulses",
        repeats,
        lambda: shown(n_pulses=exposure.n_pulses - int(100 * next(values))),
    )


def report(
    what: str, repeats: int, call: Callable[[], object], before: Callable[[], object] = int
) -> None:
    """Print the median, the least and the most seconds of a call."""
    spent = []
    for _ in range(repeats):
        before()
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    middle = statistics.median(spent)
    print(f"{what:32s} {middle:7.2f} s   ({min(spent):.2f} to {max(spent):.2f})", flush=True)


def run(*words: str) -> None:
    """Run a command of porelight."""
    subprocess.run([*COMMAND, *words], check=True, capture_output=True)


def forget() -> None:
    """Clear what is kept."""
    run("cache", "clear")


if __name__ == "__main__":
    main()
