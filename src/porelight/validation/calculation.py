"""Calculation verification: how far a forecast, threshold, plan or measurement is its own noise.

Each row repeats one usual calculation with other random numbers, or finer, and tells the deviation
over what matters to its reader: the half width of the interval, the number itself, the chance that
is allowed. Expected is 0; the tolerances are the goals set for them in decision 0032.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from porelight.course.course import Course
from porelight.course.draws import physics_members
from porelight.course.healing_weeks import fine_times
from porelight.course.outcome import Outcome
from porelight.course.pore_remodelling import PoreDoses, pore_over_weeks
from porelight.course.settings import USUAL_SETTINGS
from porelight.laser.devices import laser_genesis
from porelight.laser.exposure import Exposure
from porelight.photo.estimate import Estimate
from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.planning.limits import session_checks
from porelight.planning.search import PLANNED_WITH
from porelight.quantities import Floats
from porelight.render.phantom import phantom
from porelight.session.ablation_depths import published_depths
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.published import published_thresholds
from porelight.session.result import DEPTH
from porelight.session.single_exposure import heating
from porelight.session.threshold import threshold
from porelight.tissue.skin import Skin
from porelight.units import celsius, day, um
from porelight.validation.case import CaseResult

_SEEDS = 4
_SESSIONS = tuple(14.0 * number for number in range(5))  # d
_LAST = _SESSIONS[-1] + 84.0  # d
_COLLAGEN = 99.0 * um < DEPTH  # where heat shock counts
_THRESHOLD = "guizhou_1319_1s"
_FINE = 0.05 * um  # half the usual size of a cell, or less
_ABLATION = "ross_dead"


def forecast_cases(seed: int = 1) -> list[CaseResult]:
    """Return the errors of a usual forecast's own numbers: five sessions of Laser Genesis."""
    return [*_other_seeds(seed), *_session(seed), _weeks()]


def plan_cases(seed: int = 1) -> list[CaseResult]:
    """Return how far the chances by which a plan is judged are chance themselves."""
    found: dict[str, list[float]] = {}
    for number in range(_SEEDS):
        settings = replace(PLANNED_WITH, seed=seed + number)
        members = physics_members(settings.members, settings.seed)
        ensemble = PhysicsEnsemble(_skin(), members, settings.photons, settings.seed)
        checks = session_checks(_skin(), _exposure(), ensemble.treat(_exposure()), settings)
        for check in checks:
            found.setdefault(check.limit, []).append(check.used)
    return [
        _relative(
            f"chance of {limit}",
            "other random numbers, over the chance allowed",
            _spread(used),
            0.5,
        )
        for limit, used in found.items()
    ]


def threshold_cases(seed: int = 1) -> list[CaseResult]:
    """Return the errors of a threshold: photons, grid, and the cells of ablation."""
    row = published_thresholds()[_THRESHOLD]
    target = row.target()
    exposure = row.exposure(target)

    def found(number: int, refinement: int = 1) -> float:
        heated = heating(target, exposure, seed=number, refinement=refinement)
        return threshold(heated, row.end_point).radiant_exposure

    usual = np.array([found(seed + number) for number in range(_SEEDS)])
    finer = found(seed, 2)
    depth = published_depths()[_ABLATION]
    coarse, fine = (depth.predicted(cell=size) for size in (0.0, _FINE))
    return [
        _relative("threshold", "other photons", _spread(usual) / usual.mean(), 0.02),
        _relative("threshold", "cells halved", abs(usual[0] / finer - 1.0), 0.05),
        _relative("depth of a wound by Pearl", "cells of 0.05 um", abs(coarse / fine - 1.0), 0.05),
    ]


def measure_cases(seed: int = 1) -> list[CaseResult]:
    """Return how far a measured photograph depends on where its pixels begin."""
    skin = phantom(seed)
    edge = 8
    counts, areas = [], []
    for shift in range(_SEEDS):
        rows = slice(shift, skin.pixels.shape[0] - edge + shift)
        found = measure(Photograph(skin.pixels[rows, rows], skin.px_per_metre), zone="cheek")
        counts.append(found.count)
        areas.append(found.area_fraction)
    return [
        _relative("count of pores", "cut one pixel further", _over_interval(counts), 0.25),
        _relative("area fraction", "cut one pixel further", _over_interval(areas), 0.25),
    ]


def _other_seeds(seed: int) -> list[CaseResult]:
    sessions = [_exposure().on_day(one) for one in _SESSIONS]
    course = Course(_skin(), sessions)
    outcomes = [course.simulate(last_day=_LAST, seed=seed + number) for number in range(_SEEDS)]
    changes = [one.change("area_fraction", _LAST) for one in outcomes]
    width = 0.5 * float(np.mean([one.high - one.low for one in changes]))
    shares = [one.responders(_LAST) for one in outcomes]
    share_width = 0.5 * float(np.mean([one.high - one.low for one in shares]))

    def row(quantity: str, value: Callable[[Outcome], float], over: float) -> CaseResult:
        spread = _spread([value(one) for one in outcomes])
        return _relative(
            quantity, "other random numbers, over the half interval", spread / over, 0.2
        )

    return [
        row(
            "change of pore area, median",
            lambda one: one.change("area_fraction", _LAST).median,
            width,
        ),
        row(
            "change of pore area, lower end",
            lambda one: one.change("area_fraction", _LAST).low,
            width,
        ),
        row("share of people better", lambda one: one.responders(_LAST).chance, share_width),
    ]


def _session(seed: int) -> list[CaseResult]:
    """Compare one session of the typical skin with other photons and with a finer grid."""

    def treated(number: int, refinement: int = 1) -> tuple[float, float]:
        ensemble = PhysicsEnsemble(
            _skin(), [{}], USUAL_SETTINGS.photons, number, refinement=refinement
        )
        result = ensemble.treat_member(_exposure(), 0)
        shocked = float(result.field.heat_shocked[_COLLAGEN].mean())
        return shocked, result.surface_reading - float(result.resting[0])

    usual = np.array([treated(seed + number) for number in range(_SEEDS)])
    finer = treated(seed, 2)
    return [
        _relative(
            "heat-shocked share", "other photons", _spread(usual[:, 0]) / usual[:, 0].mean(), 0.05
        ),
        _relative("heat-shocked share", "cells halved", abs(usual[0, 0] / finer[0] - 1.0), 0.05),
        _relative("rise of the surface", "cells halved", abs(usual[0, 1] / finer[1] - 1.0), 0.01),
    ]


def _weeks() -> CaseResult:
    """Compare the diameter of a pore over the weeks with steps of half the length."""
    observed = np.array([0.0, _LAST]) * day
    sessions = np.array(_SESSIONS) * day
    dose = np.full((sessions.size, 1), 1.0)
    none = np.zeros_like(dose)
    doses = PoreDoses(dose, dose, none, none, none)
    usual = fine_times(observed, sessions)
    halved = np.sort(np.concatenate([usual, 0.5 * (usual[1:] + usual[:-1])]))

    def change(times: Floats) -> float:
        return 1.0 - float(pore_over_weeks(times, sessions, doses, {}).ratio[-1, 0])

    return _relative(
        "change of a pore's diameter",
        "steps halved",
        abs(change(usual) / change(halved) - 1.0),
        0.02,
    )


def _skin() -> Skin:
    return Skin.typical("cheek", 3, 35.0)


def _exposure() -> Exposure:
    return laser_genesis(stop_at_surface=celsius(43.0))


def _spread(values: Sequence[float] | Floats) -> float:
    return float(np.std(values, ddof=1))


def _over_interval(estimates: Sequence[Estimate]) -> float:
    """Return the spread of estimates over the mean half width of their intervals."""
    values = [(one.value, one.low, one.high) for one in estimates]
    middle, low, high = np.array(values).T
    return _spread(middle) / (0.5 * float((high - low).mean()))


def _relative(quantity: str, how: str, found: float, goal: float) -> CaseResult:
    return CaseResult(
        key="C",
        title=how,
        quantity=quantity,
        unit="1",
        expected=0.0,
        found=found,
        standard_error=0.0,
        tolerance=goal,
        source="the same calculation again",
        kind="calculation verification",
    )
