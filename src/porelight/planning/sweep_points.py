"""What one point of a sweep comes to: how near its limits it is, what it changes, how warm it gets.

Points of one skin share the photons of each beam: they are treated together, one member of the
physics after the other, so that the responses of one member at a time are in memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.course.outcome_registry import goal_variable, goals
from porelight.course.settings import EnsembleSettings
from porelight.course.statistics import share_of_people
from porelight.course.treatment import physics_ensemble
from porelight.course.vocabulary import SKIN
from porelight.laser.exposure import Exposure
from porelight.planning.limits import HURT, LimitCheck, darkening_check, session_checks
from porelight.quantities import Floats
from porelight.session.ensemble import absorption_dominates
from porelight.session.result import SessionResult
from porelight.units import to_celsius

CHANGES = tuple(goal_variable(goal).name for goal in goals())
_ENDS = {"low": "5 %", "median": "median", "high": "95 %"}  # of an interval of 90 %
LIMITS = {"pain": "people hurt", "injury": "injury of the skin", "darkening": "skin darkens"}
MEANINGS: Mapping[str, tuple[str, str]] = {
    **{f"{name}_chance": ("1", f"{said}: chance for one person") for name, said in LIMITS.items()},
    **{
        f"{name}_used": ("1", f"{said}: chance over the one allowed; above 1 the limit is passed")
        for name, said in LIMITS.items()
    },
    "surface_felt": ("degC", "highest temperature felt, median over members"),
    "peak_temperature": ("degC", "highest temperature in the skin, median over members"),
    "pulses_delivered": ("1", "pulses until the end or the stop, median over members"),
    "outside_models": ("1", "1 where a model is used outside the range it was measured in"),
    **{
        f"{name}_{end}": ("1", f"relative change of {name} on the last day, {said} of the draws")
        for name in CHANGES
        for end, said in _ENDS.items()
    },
}
"""Unit and meaning of each number of a point."""


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """A course to simulate, with its ensemble and its last day [d] (None for the usual one)."""

    course: Course
    settings: EnsembleSettings
    last_day: float | None

    @property
    def days(self) -> tuple[float, ...]:
        """Days that are observed."""
        return self.course.observation_days(self.last_day)

    @property
    def acting(self) -> Course:
        """The course without the sessions that come too late to act."""
        early = [one for one in self.course.sessions if one.day < self.days[-1]]
        return replace(self.course, sessions=early)

    @property
    def physics(self) -> tuple[object, ...]:
        """What points must have in common to be treated together."""
        settings = self.settings
        return (
            SKIN.identity(self.course.skin),
            *(settings.members, settings.photons, settings.seed, settings.perfusion),
        )

    @property
    def beams(self) -> set[tuple[object, ...]]:
        """What photons are followed for: each is one run for each member of the physics."""
        skin = self.course.skin
        return {
            (*self.physics, one.wavelength, one.beam, one.pulse_duration, one.cooling)
            for one in (session.exposure for session in self.acting.sessions)
            if not absorption_dominates(skin, one.wavelength)
        }


def values_of_points(points: Sequence[SweepPoint]) -> dict[str, Floats]:
    """Return the numbers of `MEANINGS` at some points, an array of shape (n_point,) for each.

    A point's numbers depend on its course and its seed alone, not on the points beside it.
    """
    together: dict[tuple[object, ...], list[int]] = {}
    for index, point in enumerate(points):
        together.setdefault(point.physics, []).append(index)
    values = {name: np.full(len(points), np.nan) for name in MEANINGS}
    for indices in together.values():
        treated = _treated([points[index] for index in indices])
        for index in indices:
            for name, value in _values_of(points[index], treated).items():
                values[name][index] = value
    return values


def _treated(points: Sequence[SweepPoint]) -> dict[Exposure, list[SessionResult]]:
    """Return the results of all exposures of points of one skin, one for each member."""
    first = points[0]
    ensemble = physics_ensemble(first.course.skin, first.settings)
    done: dict[Exposure, list[SessionResult]] = {
        session.exposure: [] for point in points for session in point.acting.sessions
    }
    for exposure in done:
        ensemble.require(exposure)
    for member in range(len(ensemble.members)):
        for exposure, results in done.items():
            results.append(ensemble.treat_member(exposure, member))
        ensemble.release(member)
    return done


def _values_of(
    point: SweepPoint, treated: Mapping[Exposure, Sequence[SessionResult]]
) -> dict[str, float]:
    course, settings = point.acting, point.settings
    results = tuple(tuple(treated[one.exposure]) for one in course.sessions)
    outcome = course.follow(results, settings, days=point.days)
    exposures = {one.exposure: None for one in course.sessions}
    checks: list[LimitCheck] = []
    for exposure in exposures:
        checks += session_checks(course.skin, exposure, treated[exposure], settings)
    darkened = darkening_check(share_of_people(outcome.draws("pigment_risk"), outcome.people))
    return {
        **_limit("pain", [one for one in checks if one.limit == HURT]),
        **_limit("injury", [one for one in checks if one.limit != HURT]),
        **_limit("darkening", [darkened]),
        **_heat([one for exposure in exposures for one in treated[exposure]]),
        **_changes(outcome),
    }


def _limit(name: str, checks: Sequence[LimitCheck]) -> dict[str, float]:
    """Return the check that leaves the least room; without a session nothing happens."""
    worst = max(checks, key=lambda one: one.used, default=None)
    return {
        f"{name}_chance": 0.0 if worst is None else worst.chance,
        f"{name}_used": 0.0 if worst is None else worst.used,
    }


def _heat(results: Sequence[SessionResult]) -> dict[str, float]:
    if not results:
        return {"pulses_delivered": 0.0, "outside_models": 0.0}
    felt = np.array([one.surface_felt for one in results])
    peak = np.array([float(one.peak_temperature.max()) for one in results])
    return {
        "surface_felt": to_celsius(float(np.median(felt))),
        "peak_temperature": to_celsius(float(np.median(peak))),
        "pulses_delivered": float(np.median([one.pulses_delivered for one in results])),
        "outside_models": float(any(one.unmet for one in results)),
    }


def _changes(outcome: Outcome) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in CHANGES:
        change = outcome.change(name, float(outcome.days[-1]))
        found |= {f"{name}_{end}": float(getattr(change, end)) for end in _ENDS}
    return found
