"""The search for courses of the devices at hand that keep the limits, ranked by whom they help.

No treatment is one of them, and wins where no course helps more people than it harms. A grid, not
an optimiser: with intervals as wide as today's knowledge a doctor is better served by seeing all
neighbouring settings and why some are refused than by the third digit of an optimum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import JUDGED_AFTER, Outcome
from porelight.course.outcome_registry import goal_variable
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.course.state import CourseState
from porelight.course.statistics import ShareOfPeople, share_of_people
from porelight.course.treatment import physics_ensemble
from porelight.course.visible_change import smallest_detectable
from porelight.errors import ParameterError
from porelight.laser.device import Device
from porelight.laser.devices import device as device_of
from porelight.laser.devices import devices as shipped_devices
from porelight.laser.exposure import Exposure
from porelight.planning.limits import (
    LimitCheck,
    binding,
    darkening_check,
    hurt,
    session_checks,
)
from porelight.planning.plan import Candidate, Plan, Refusal, best_first
from porelight.progress import Progress
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, to_celsius

WOUND_DAYS = tuple(float(n) for n in range(11))
VISIBLE_DRESSING = 0.05  # share of the wound
UNTREATED = "no treatment"
# many courses are compared, so each is simulated with fewer draws than one alone; with thirteen
# members a chance of 1 % needs 2.8 standard deviations of room, with seven it would need 3.4
PLANNED_WITH = EnsembleSettings(draws=100, members=13, photons=20_000)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The settings of one session, with its results and its checks."""

    device: Device
    exposure: Exposure
    checks: tuple[LimitCheck, ...]
    results: tuple[SessionResult, ...] = field(repr=False)
    oddity: str = ""

    @property
    def words(self) -> str:
        """The device and its settings, in words."""
        return _words(self.device, self.exposure)

    @property
    def felt(self) -> float:
        """Highest temperature felt, median over the members [K]."""
        return float(np.median([one.surface_felt for one in self.results]))

    @property
    def pulses(self) -> float:
        """Pulses until the end or the stop, median over the members."""
        return float(np.median([one.pulses_delivered for one in self.results]))


_Steps: TypeAlias = tuple[tuple[float, _Judged], ...]  # day and session


def propose(
    skin: Skin,
    *,
    goal: str = "pore-area",
    devices: Sequence[str | Device] | None = None,
    settings: EnsembleSettings = PLANNED_WITH,
    laws: Laws = OWN_LAWS,
    progress: Progress | None = None,
) -> Plan:
    """Return all courses of the devices' grids that keep the limits of this skin, best first.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    goal : str
        Outcome to improve; see `porelight.course.outcome_registry.goals` for the names.
    devices : sequence of str or Device, optional
        Devices at hand: keys of those that ship with porelight, or your own. All that ship when
        left out. What is tried on each is its `Device.plan`.
    settings : EnsembleSettings
        Draws of the biology per course, members of the physics that chances are taken from,
        photons per member and beam, perfusion. The same seed gives the same plan.
    laws : Laws
        Laws of injury, healing, sessions and outcomes; porelight's own when left out.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Plan
        Never contains a course that fails a check, and always no treatment.

    Raises
    ------
    ParameterError
        If the goal or a device is unknown, or none or two of one name are given.
    """
    aim = goal_variable(goal, [one.variable for one in laws.outcomes])
    at_hand = _at_hand(tuple(shipped_devices().values()) if devices is None else devices)
    physics = physics_ensemble(skin, settings, laws)
    safe, refused = _judged(skin, at_hand, physics, settings, progress)
    courses = _courses(at_hand, safe)
    start = begin(skin, settings, laws=laws)
    candidates = [_untreated(skin, aim, start, laws)]
    try:
        for number, (label, steps) in enumerate(courses, start=1):
            one = _candidate(skin, label, steps, aim, start, laws)
            failed = [check for check in one.checks if not check.passed]
            if failed:
                refused.append(Refusal(label, binding(failed).reason))
            else:
                candidates.append(one)
            _report_progress(progress, 0.8 + 0.2 * number / len(courses))
        _report_progress(progress, 1.0)
    except KeyboardInterrupt:
        # the courses that were followed are a plan; without one there is nothing to keep
        if len(candidates) == 1:
            raise
    n_courses = len(courses) - sum(one.setting in dict(courses) for one in refused)
    ranked = best_first(candidates)
    return Plan(skin, aim, ranked, tuple(refused), settings.seed, n_courses, settings.members)


def _at_hand(given: Sequence[str | Device]) -> tuple[Device, ...]:
    """Return the devices that are meant, each once."""
    found: dict[str, Device] = {}
    for one in map(device_of, given):
        if found.setdefault(one.key, one) != one:
            raise ParameterError(
                f"two different devices are called {one.key!r}; give each a key of its own."
            )
    if not found:
        raise ParameterError("no device is given; name at least one, or leave devices out for all.")
    return tuple(found.values())


def _judged(
    skin: Skin,
    at_hand: Sequence[Device],
    physics: PhysicsEnsemble,
    settings: EnsembleSettings,
    progress: Progress | None,
) -> tuple[dict[str, list[_Judged]], list[Refusal]]:
    """Return the sessions of each device that keep the limits, by its key, and all refusals."""
    options = [(device, one) for device in at_hand for one in device.plan_exposures()]
    refused: list[Refusal] = []
    tried: list[_Judged] = []
    for done, (device, exposure) in enumerate(options, start=1):
        breaches = device.breaches(exposure, skin.fitzpatrick)
        if breaches:
            refused.append(Refusal(_words(device, exposure), breaches[0]))
        else:
            results = physics.treat(exposure)
            checks = session_checks(skin, exposure, results, settings)
            tried.append(_Judged(device, exposure, checks, results))
        _report_progress(progress, 0.8 * done / len(options))
    safe: dict[str, list[_Judged]] = {device.key: [] for device in at_hand}
    for one in tried:
        one = replace(one, oddity=_oddity(one, tried))  # noqa: PLW2901  the same, explained
        failed = [check for check in one.checks if not check.passed]
        if failed:
            reason = "; ".join(text for text in (binding(failed).reason, one.oddity) if text)
            refused.append(Refusal(one.words, reason))
        else:
            safe[one.device.key].append(one)
    return safe, refused


def _oddity(one: _Judged, tried: Sequence[_Judged]) -> str:
    """Return why a setting is hotter than a stronger one, or that its stop ends the session."""
    exposure = one.exposure
    stronger = [
        other
        for other in tried
        if other.device == one.device
        and other.exposure.n_pulses == exposure.n_pulses
        and other.exposure.radiant_exposure > exposure.radiant_exposure
        and other.felt < one.felt
        and other.pulses < one.pulses
    ]
    if stronger:
        cooler = min(stronger, key=lambda other: other.felt)
        return (
            f"hotter than {cooler.exposure.radiant_exposure / J_per_cm2:g} J/cm2, which its stop "
            f"at {to_celsius(exposure.stop_at_surface):.0f} degC ends after {cooler.pulses:.0f} of "
            f"{exposure.n_pulses} pulses"
        )
    if one.pulses < exposure.n_pulses:
        return (
            f"its stop at {to_celsius(exposure.stop_at_surface):.0f} degC ends it after "
            f"{one.pulses:.0f} of {exposure.n_pulses} pulses"
        )
    return ""


def _report_progress(progress: Progress | None, fraction: float) -> None:
    if progress is not None:
        progress(fraction)


def _words(device: Device, exposure: Exposure) -> str:
    pulses = f", {exposure.n_pulses} pulses" if device.sets_pulses else ""
    return f"{device.key} {exposure.radiant_exposure / J_per_cm2:g} J/cm2{pulses}"


def _courses(
    at_hand: Sequence[Device], safe: Mapping[str, Sequence[_Judged]]
) -> list[tuple[str, _Steps]]:
    """Return every course, with its label: each device alone, then their combinations.

    In a combination one session of a device that goes first is followed, after its own interval, by
    the course of a device that goes after (`PlanGrid.in_combination`). The strongest safe setting
    of each is taken, the one of the most energy: what is combined has passed alone, and the
    epidermis that a first device removed has been whole for weeks when the other begins.
    """
    courses: list[tuple[str, _Steps]] = []
    for device in at_hand:
        for one in safe[device.key]:
            for n in device.plan.sessions:
                steps = tuple((device.plan.interval * i, one) for i in range(n))
                courses.append((f"{n} x {one.words}", steps))
    strongest = {
        key: max(found, key=lambda one: one.exposure.total_energy)
        for key, found in safe.items()
        if found
    }
    for opening in strongest.values():
        for then in strongest.values():
            if (opening.device.plan.in_combination, then.device.plan.in_combination) == (
                "first",
                "after",
            ):
                courses += _combined(opening, then)
    return courses


def _combined(opening: _Judged, then: _Judged) -> list[tuple[str, _Steps]]:
    """Return one session of a device followed by every number of sessions of another."""
    start, interval = opening.device.plan.interval, then.device.plan.interval
    return [
        (
            f"1 x {opening.words}, then {n} x {then.words}",
            ((0.0, opening), *((start + interval * i, then) for i in range(n))),
        )
        for n in then.device.plan.sessions
    ]


def _untreated(skin: Skin, aim: OutcomeVariable, start: CourseState, laws: Laws) -> Candidate:
    """Return no treatment as a candidate."""
    outcome = advance(start, Course(skin), [JUDGED_AFTER], results=(), laws=laws).outcome
    better, worse = _better_and_worse(outcome, aim, JUDGED_AFTER)
    return Candidate(
        label=UNTREATED,
        sessions=(),
        checks=(),
        benefit=outcome.change(aim.name, JUDGED_AFTER),
        better=better,
        worse=worse,
        hurt=ShareOfPeople(0.0, 0.0, 0.0),
        darkened=ShareOfPeople(0.0, 0.0, 0.0),
        downtime_days=0.0,
    )


def _candidate(
    skin: Skin, label: str, steps: _Steps, aim: OutcomeVariable, start: CourseState, laws: Laws
) -> Candidate:
    """Return a course with its predicted benefit and harm, simulated from a skin on day 0."""
    sessions = tuple(one.exposure.on_day(day) for day, one in steps)
    judged = sessions[-1].day + JUDGED_AFTER
    days = sorted({*WOUND_DAYS, judged} - {start.day})
    results = tuple(one.results for _, one in steps)
    outcome = advance(start, Course(skin, sessions), days, results=results, laws=laws).outcome
    # the first session shows how long a wound of this course is seen; later ones repeat it
    first_week = outcome["dressing"].sel(day=list(WOUND_DAYS)).median("draw")
    wounds = sum(one.results[0].ablated_depth > 0.0 for _, one in steps)
    better, worse = _better_and_worse(outcome, aim, judged)
    darkened = share_of_people(outcome.draws("pigment_risk"), outcome.people)
    each = tuple(dict.fromkeys(one for _, one in steps))
    # a person who bears one session bears its like: the most painful one decides
    pain = [
        hurt(skin, one.results, start.settings)
        for one in each
        if not absorption_dominates(skin, one.exposure.wavelength)
    ]
    return Candidate(
        label=label,
        sessions=sessions,
        checks=(*(check for one in each for check in one.checks), darkening_check(darkened)),
        benefit=outcome.change(aim.name, judged),
        better=better,
        worse=worse,
        hurt=max(pain, key=lambda one: one.chance, default=ShareOfPeople(0.0, 0.0, 0.0)),
        darkened=darkened,
        downtime_days=float((first_week > VISIBLE_DRESSING).sum()) * wounds,
        oddity="; ".join(dict.fromkeys(one.oddity for one in each if one.oddity)),
    )


def _better_and_worse(
    outcome: Outcome, aim: OutcomeVariable, day: float
) -> tuple[ShareOfPeople, ShareOfPeople]:
    """Return the people in whom the goal improves and gets worse; of pores, who measure it."""
    if aim.group == "pores":
        return outcome.responders(day), outcome.worsened(day)
    least = smallest_detectable().value
    rises = outcome.changes(aim.name, day) > least
    return outcome.share_below(aim.name, -least, day), share_of_people(rises, outcome.people)
