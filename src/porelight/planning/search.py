"""The search for safe courses of the devices at hand, ranked by their predicted benefit.

A grid, not an optimiser: with intervals as wide as today's knowledge a doctor is better served by
seeing all neighbouring settings and why some are refused than by the third digit of an optimum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import JUDGED_AFTER
from porelight.course.outcome_registry import goal_variable
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin, physics_ensemble
from porelight.course.state import CourseState
from porelight.errors import ParameterError
from porelight.laser.device import Device
from porelight.laser.devices import device as device_of
from porelight.laser.devices import devices as shipped_devices
from porelight.laser.exposure import Exposure
from porelight.planning.limits import LimitCheck, session_checks
from porelight.planning.plan import Candidate, Plan, Refusal, best_first
from porelight.progress import Progress
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2

WOUND_DAYS = tuple(float(n) for n in range(11))
VISIBLE_DRESSING = 0.05  # share of the wound
# many courses are compared, so each is simulated with fewer draws than one alone
PLANNED_WITH = EnsembleSettings(draws=64, members=4, photons=40_000)


@dataclass(frozen=True, slots=True)
class _SafeSession:
    """The settings of one session that passed every check, with its results."""

    device: Device
    exposure: Exposure
    checks: tuple[LimitCheck, ...]
    results: tuple[SessionResult, ...] = field(repr=False)

    @property
    def words(self) -> str:
        """The device and its settings, in words."""
        return _words(self.device, self.exposure)


_Steps: TypeAlias = tuple[tuple[float, _SafeSession], ...]  # day and session


def propose(
    skin: Skin,
    *,
    goal: str = "pore-area",
    devices: Sequence[str | Device] | None = None,
    settings: EnsembleSettings = PLANNED_WITH,
    laws: Laws = OWN_LAWS,
    progress: Progress | None = None,
) -> Plan:
    """Return all safe courses of the devices' grids for this skin, best first.

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
        Draws of the biology per course, members of the physics that must all be safe, photons per
        member and beam, perfusion. The same seed gives the same plan.
    laws : Laws
        Laws of injury, healing, sessions and outcomes; porelight's own when left out.
    progress : callable, optional
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Plan
        Never contains a course of which any session fails any check in any member.

    Raises
    ------
    ParameterError
        If the goal or a device is unknown, or none or two of one name are given.
    """
    aim = goal_variable(goal, [one.variable for one in laws.outcomes])
    at_hand = _at_hand(tuple(shipped_devices().values()) if devices is None else devices)
    physics = physics_ensemble(skin, settings, laws)
    safe, refused = _judged(skin, at_hand, physics, progress)
    courses = _courses(at_hand, safe)
    start = begin(skin, settings, laws=laws)
    candidates: list[Candidate] = []
    try:
        for number, (label, steps) in enumerate(courses, start=1):
            candidates.append(_candidate(skin, label, steps, aim, start, laws))
            _report_progress(progress, 0.8 + 0.2 * number / len(courses))
        _report_progress(progress, 1.0)
    except KeyboardInterrupt:
        # the courses that were followed are a plan; without one there is nothing to keep
        if not candidates:
            raise
    ranked = best_first(candidates)
    return Plan(skin, aim, ranked, tuple(refused), settings.seed, len(courses), settings.members)


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
    progress: Progress | None,
) -> tuple[dict[str, list[_SafeSession]], list[Refusal]]:
    """Return the safe sessions of each device, by its key, and all refusals."""
    safe: dict[str, list[_SafeSession]] = {device.key: [] for device in at_hand}
    refused: list[Refusal] = []
    options = [(device, one) for device in at_hand for one in device.plan_exposures()]
    for done, (device, exposure) in enumerate(options, start=1):
        found = _judge(skin, device, exposure, physics)
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            safe[device.key].append(found)
        _report_progress(progress, 0.8 * done / len(options))
    return safe, refused


def _report_progress(progress: Progress | None, fraction: float) -> None:
    if progress is not None:
        progress(fraction)


def _words(device: Device, exposure: Exposure) -> str:
    pulses = f", {exposure.n_pulses} pulses" if device.sets_pulses else ""
    return f"{device.key} {exposure.radiant_exposure / J_per_cm2:g} J/cm2{pulses}"


def _judge(
    skin: Skin, device: Device, exposure: Exposure, physics: PhysicsEnsemble
) -> _SafeSession | Refusal:
    """Compare one session with all limits, those that need no simulation first."""
    breaches = device.breaches(exposure, skin.fitzpatrick)
    if breaches:
        return Refusal(_words(device, exposure), breaches[0])
    results = physics.treat(exposure)
    checks = session_checks(skin, exposure, results)
    failed = [check for check in checks if not check.passed]
    if failed:
        worst = min(failed, key=lambda check: check.margin)
        return Refusal(_words(device, exposure), worst.reason)
    return _SafeSession(device, exposure, checks, results)


def _courses(
    at_hand: Sequence[Device], safe: Mapping[str, Sequence[_SafeSession]]
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


def _combined(opening: _SafeSession, then: _SafeSession) -> list[tuple[str, _Steps]]:
    """Return one session of a device followed by every number of sessions of another."""
    start, interval = opening.device.plan.interval, then.device.plan.interval
    return [
        (
            f"1 x {opening.words}, then {n} x {then.words}",
            ((0.0, opening), *((start + interval * i, then) for i in range(n))),
        )
        for n in then.device.plan.sessions
    ]


def _candidate(
    skin: Skin, label: str, steps: _Steps, aim: OutcomeVariable, start: CourseState, laws: Laws
) -> Candidate:
    """Return a course with its predicted benefit, simulated from a skin on day 0."""
    sessions = tuple(one.exposure.on_day(day) for day, one in steps)
    judged = sessions[-1].day + JUDGED_AFTER
    days = sorted({*WOUND_DAYS, judged} - {start.day})
    results = tuple(one.results for _, one in steps)
    outcome = advance(start, Course(skin, sessions), days, results=results, laws=laws).outcome
    # the first session shows how long a wound of this course is seen; later ones repeat it
    first_week = outcome["dressing"].sel(day=list(WOUND_DAYS)).median("draw")
    wounds = sum(one.results[0].ablated_depth > 0.0 for _, one in steps)
    return Candidate(
        label=label,
        sessions=sessions,
        checks=tuple(check for _, one in steps for check in one.checks),
        benefit=outcome.change(aim.name, judged),
        responders=outcome.responders(judged).chance,
        downtime_days=float((first_week > VISIBLE_DRESSING).sum()) * wounds,
    )
