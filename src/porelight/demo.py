"""The demonstration: porelight proves itself on this computer and ends with a report.

It goes the whole way on a virtual photograph, whose pores are known: measure, light, heat, plan,
forecast, picture, report. Every step is checked, and the demonstration passes only if all are.
"""

import json
import os
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xarray as xr
from PIL import Image
from rich.console import Console
from rich.table import Table

from porelight import __version__
from porelight.course import Course, physics_members
from porelight.errors import InputFileError
from porelight.injuries import DEPTH
from porelight.laser.presets import laser_genesis, pearl
from porelight.outcome import interval
from porelight.photo.measure import Measurement, measure
from porelight.photo.photograph import Photograph
from porelight.plan.search import Plan, Settings, propose
from porelight.record.measurements import load_measured, save_measurement
from porelight.record.outcomes import save_outcome
from porelight.record.plans import plan_document, save_plan
from porelight.render.look import SkinLook
from porelight.render.preview import preview
from porelight.render.skin import RenderedSkin, render_skin
from porelight.report.page import write_report
from porelight.tissue.population import DETECTION_THRESHOLD, PorePopulation
from porelight.tissue.skin import Skin
from porelight.treatment import PhysicsEnsemble
from porelight.uncertainty import responders
from porelight.units import celsius, mm, per_cm2, percent, to_celsius, um
from porelight.verify import light as light_cases

ZONE = "cheek"
PATCH = (0.022, 0.022)  # m
PHOTONS = 20_000
MATCH_RADIUS = 0.32e-3  # m, as in the scoring of detectors


@dataclass(frozen=True, slots=True)
class Check:
    """One claim of the demonstration and whether it held."""

    claim: str
    found: str
    passed: bool


@dataclass(slots=True)
class Demonstration:
    """What the demonstration found."""

    checks: list[Check] = field(default_factory=list)
    report: Path = Path()
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every check held."""
        return bool(self.checks) and all(check.passed for check in self.checks)

    def document(self) -> dict[str, object]:
        """Return the checks as plain data."""
        return {
            "passed": self.passed,
            "seconds": round(self.seconds, 1),
            "report": str(self.report),
            "checks": [
                {"claim": one.claim, "found": one.found, "passed": one.passed}
                for one in self.checks
            ],
        }


def run_demo(folder: Path, *, seed: int, console: Console) -> Demonstration:
    """Run the demonstration and write what it makes into a folder.

    Parameters
    ----------
    folder : Path
        Made if absent; files of an earlier demonstration are replaced.
    seed : int
        The same seed gives the same numbers.
    console : Console
        Where the story is told.

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
    story = _Story(console, Demonstration())
    story.heading("This computer")
    story.say(_computer())

    story.heading("1  A photograph with known pores, measured")
    rendered, measurement = _measured_photograph(folder, seed, story)

    story.heading("2  Light against published benchmarks")
    _light(seed, story)

    story.heading("3  Laser Genesis and Pearl on light and dark skin")
    _treatments(seed, story)

    skin = Skin.typical(ZONE, 3, 35.0, oiliness="oily", pores=measurement.population())
    story.heading("4  A plan for the photographed skin")
    plan = _plan(skin, folder, seed, story)

    story.heading("5  Twelve weeks ahead")
    outcome = _forecast(skin, plan, folder, seed, story)

    story.heading("6  Before and after")
    _picture(rendered, measurement, outcome, folder, story)

    story.heading("7  Report")
    measured = load_measured(folder / "measured")
    result = story.result
    result.report = write_report(
        outcome, folder / "report.html", measured=measured, plan=plan_document(plan)
    )
    result.seconds = time.perf_counter() - started
    story.table(
        ("check", "found", ""),
        [(one.claim, one.found, "ok" if one.passed else "FAILED") for one in result.checks],
    )
    story.say(f"{result.seconds:.0f} s. Open {result.report.resolve().as_uri()}")
    story.say("all checks passed" if result.passed else "SOME CHECKS FAILED")
    return result


@dataclass(frozen=True, slots=True)
class _Story:
    """The console and the list of checks, together."""

    console: Console
    result: Demonstration

    def heading(self, text: str) -> None:
        self.console.rule(text, align="left")

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def check(self, claim: str, found: str, *, passed: bool) -> None:
        self.result.checks.append(Check(claim, found, bool(passed)))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        table = Table(show_header=True)
        for name in header:
            table.add_column(name)
        for row in rows:
            table.add_row(*row)
        self.console.print(table, markup=False)


def _computer() -> str:
    return (
        f"porelight {__version__}, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, {len(_processors())} processors"
    )


def _processors() -> Sequence[int]:
    affinity: Callable[[int], set[int]] | None = getattr(os, "sched_getaffinity", None)
    return sorted(affinity(0)) if affinity is not None else range(os.cpu_count() or 1)


def _measured_photograph(
    folder: Path, seed: int, story: _Story
) -> tuple[RenderedSkin, Measurement]:
    """Render skin of the expected kind, measure it, and hold it against the truth."""
    population = PorePopulation.typical(ZONE, 3, 35.0, oiliness="oily")
    area = PATCH[0] * PATCH[1]
    n_pores = round(population.density * area)
    rendered = render_skin(
        population.sample(n_pores, seed), look=SkinLook(fitzpatrick=3), size=PATCH, seed=seed
    )
    Image.fromarray(rendered.pixels).save(folder / "photograph.png")
    photograph = Photograph(
        pixels=rendered.pixels,
        px_per_metre=rendered.px_per_metre,
        scale_error=0.01,
        name="photograph.png",
    )
    measurement = measure(photograph, zone=ZONE)
    save_measurement(measurement, photograph, folder / "measured")
    score = _score(rendered, measurement)
    true_count = int((rendered.diameter >= DETECTION_THRESHOLD).sum())
    seen_count = int((measurement.diameter >= DETECTION_THRESHOLD).sum())
    story.say(
        f"{seen_count} visible pores measured (truth {true_count}), "
        f"{measurement.density.value / (1 / per_cm2) / per_cm2**2:.0f} per cm2"
        if False
        else f"{seen_count} pores of 0.25 mm and more measured, {true_count} are there"
    )
    story.check("pores of 0.25 mm and more are found", f"F1 {score:.2f}", passed=score >= MIN_F1)
    bias = np.median(measurement.diameter) - np.median(rendered.diameter)
    story.say(f"median diameter {np.median(measurement.diameter) / mm:.3f} mm, {bias / um:+.0f} um")
    return rendered, measurement
