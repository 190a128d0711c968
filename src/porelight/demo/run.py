"""The demonstration: porelight proves itself on this computer and ends with a report.

It goes the whole way on a virtual photograph, whose pores are known: measure, light, heat, plan,
forecast, picture, report. Every step is checked, and the demonstration passes only if all are.
"""

import platform
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from porelight import __version__
from porelight.demo.acts import (
    ZONE,
    before_and_after,
    forecast,
    measured_photograph,
    quick_light,
    small_plan,
    treatments,
)
from porelight.demo.kernels import processors
from porelight.demo.story import Demonstration, Story
from porelight.errors import InputFileError
from porelight.files.measurements import load_measured
from porelight.report.page import write_report
from porelight.tissue.skin import Skin


def run_demo(
    folder: Path, *, seed: int, console: Console, before_sessions: Callable[[], None] = lambda: None
) -> Demonstration:
    """Run the demonstration and write what it makes into a folder.

    Parameters
    ----------
    folder : Path
        Made if absent; files of an earlier demonstration are replaced.
    seed : int
        The same seed gives the same numbers.
    console : Console
        Console to print to.
    before_sessions : callable, optional
        Called before the first session is simulated; see `porelight.demo.kernels`.

    Returns
    -------
    Demonstration
        Its checks, the report, and how long it took.

    Raises
    ------
    InputFileError
        If the folder cannot be made.
    """
    started = time.perf_counter()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputFileError(f"{folder}: cannot be made ({problem.strerror}).") from None
    story = Story(console, Demonstration())
    story.heading("This computer")
    story.say(_computer())

    story.heading("1  A photograph with known pores, measured")
    rendered, measurement = measured_photograph(folder, seed, story)

    story.heading("2  Light against published benchmarks")
    quick_light(seed, story)

    story.heading("3  Laser Genesis and Pearl on light and dark skin")
    before_sessions()
    treatments(seed, story)

    skin = Skin.typical(ZONE, 3, 35.0, oiliness="oily", pores=measurement.population())
    story.heading("4  A plan for the photographed skin")
    plan = small_plan(skin, folder, seed, story)

    story.heading("5  Twelve weeks ahead")
    outcome = forecast(skin, plan, folder, seed, story)

    story.heading("6  Before and after")
    before_and_after(rendered, measurement, outcome, folder, story)

    story.heading("7  Report")
    measured = load_measured(folder / "measured")
    result = story.result
    result.report = write_report(outcome, folder / "report.html", measured=measured, plan=plan)
    result.seconds = time.perf_counter() - started
    story.table(
        "checks",
        [
            {"check": one.claim, "found": one.found, "": "ok" if one.passed else "FAILED"}
            for one in result.checks
        ],
    )
    story.say(f"{result.seconds:.0f} s. Open {result.report.resolve().as_uri()}")
    story.say("all checks passed" if result.passed else "SOME CHECKS FAILED")
    return result


def _computer() -> str:
    return (
        f"porelight {__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {processors()} processors"
    )
