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
from porelight.demo.story import Demonstration, Story
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.measurements import load_measured
from porelight.files.writing import folder_replacing
from porelight.report.page import write_report
from porelight.threads import available_threads
from porelight.tissue.skin import Skin

_FILES = (
    *("photograph.png", "measured", "plan.toml", "plan.json", "run.nc", "before-after.png"),
    "report.html",
)
DEMONSTRATION = ResultKind("a demonstration", (), folder_of(_FILES, "plan.json", "porelight-plan-"))


def run_demo(
    folder: Path, *, seed: int, console: Console, before_sessions: Callable[[], None] = lambda: None
) -> Demonstration:
    """Run the demonstration and write what it makes into a folder.

    Parameters
    ----------
    folder : Path
        New, empty, or of an earlier demonstration, which is replaced once this one is complete.
    seed : int
        The same seed gives the same numbers.
    console : Console
        Console to print to.
    before_sessions : callable, optional
        Called before the first session is simulated; see `porelight.first_use`.

    Returns
    -------
    Demonstration
        Its checks, the report, and how long it took.

    Raises
    ------
    InputFileError
        If the folder holds anything else, or cannot be written.
    """
    started = time.perf_counter()
    story = Story(console, Demonstration())
    story.heading("This computer")
    story.say(_computer())

    with folder_replacing(folder, DEMONSTRATION) as new:
        _tell(new, seed, story, before_sessions)
    result = story.result
    result.report = folder / "report.html"
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


def _tell(folder: Path, seed: int, story: Story, before_sessions: Callable[[], None]) -> None:
    """Go from the photograph to the report."""
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
    write_report(outcome, folder / "report.html", measured=measured, plan=plan)


def _computer() -> str:
    return (
        f"porelight {__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {available_threads()} processors"
    )
