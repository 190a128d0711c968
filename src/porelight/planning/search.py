"""Courses of both devices, kept only if safe, ranked by what they are predicted to change.

A grid, not an optimiser: with intervals as wide as today's knowledge a doctor is better served by
seeing all neighbouring settings and why some are refused than by the third digit of an optimum.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from porelight.course.course import Course, physics_members
from porelight.data.priors import require_draws
from porelight.errors import ParameterError
from porelight.inference.statistics import Interval, estimate, responders
from porelight.laser.exposure import Exposure, Session
from porelight.laser.presets import DEVICES, laser_genesis, limits, pearl
from porelight.planning.limits import Check, session_checks, tightest
from porelight.planning.objective import FOLLOW_UP, change, meaning
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, celsius, cm2

GENESIS_INTERVAL = 14.0  # d, between sessions of Laser Genesis (Trelles 2005, Wang 2022)
PEARL_INTERVAL = 30.0  # d, between sessions of Pearl (Ross 2009)
STOP = celsius(42.0)  # surface reading at which the operator ends a session: the vendor's target
WOUND_DAYS = tuple(float(n) for n in range(11))
VISIBLE_DRESSING = 0.05  # share of the wound
AREA = 100.0 * cm2  # a quarter of a face, as the vendor divides it


@dataclass(frozen=True, slots=True)
class Settings:
    """The grid that a plan walks through.

    Attributes
    ----------
    genesis_exposure, pearl_exposure : tuple of float
        Radiant exposures [J/cm2].
    genesis_pulses : tuple of int
        Pulses over a quarter of a face.
    genesis_sessions, pearl_sessions : tuple of int
        How many sessions.
    members : int
        Members of the physical ensemble that must all be safe.
    photons : int
        Photons per member and beam.
    """

    genesis_exposure: tuple[float, ...] = (8.0, 10.0, 12.0, 13.0, 14.0, 16.0)
    genesis_pulses: tuple[int, ...] = (1000, 1500, 2000)
    genesis_sessions: tuple[int, ...] = (3, 5)
    pearl_exposure: tuple[float, ...] = (1.5, 2.0, 2.5, 3.0, 3.5)
    pearl_sessions: tuple[int, ...] = (1, 2)
    members: int = 4
    photons: int = 40_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A safe course and what it is predicted to change."""

    label: str
    sessions: tuple[Session, ...]
    checks: tuple[Check, ...]
    benefit: Interval
    responders: float
    downtime_days: float

    @property
    def margin(self) -> float:
        """Smallest room left to any limit, as a share of the way to it."""
        return tightest(self.checks)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A setting that is not proposed, and the limit that forbids it."""

    setting: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All safe courses, best first, and everything refused."""

    skin: Skin
    goal: str
    candidates: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]
    seed: int
    n_courses: int = 0  # to be followed; more than the candidates if interrupted

    @property
    def verdict(self) -> str:
        """One sentence: what is proposed, why, and with what margin; or why nothing is."""
        if not self.candidates:
            first = f" ({self.refused[0].reason})" if self.refused else ""
            return f"No setting is safe for this skin{first}."
        best = self.candidates[0]
        low, middle, high = (
            f"{100 * x:+.1f} %" for x in (best.benefit.low, best.benefit.median, best.benefit.high)
        )
        closest = min(best.checks, key=lambda check: check.margin)
        part = ""
        if len(self.candidates) < self.n_courses:
            part = f"Interrupted: {len(self.candidates)} of {self.n_courses} courses followed. "
        return (
            f"{part}{best.label}: {meaning(self.goal)} {middle} ({low} to {high}) twelve weeks "
            f"after the last session; closest limit: {closest.limit} {closest.shown_value}; "
            f"allowed {closest.shown_limit}."
        )


@dataclass(frozen=True, slots=True)
class _Safe:
    """One session's settings that passed every check, with what it does."""

    exposure: Exposure
    checks: tuple[Check, ...]
    injuries: tuple[SessionResult, ...] = field(repr=False)


def propose(
    skin: Skin,
    *,
    goal: str = "pore-area",
    devices: Sequence[str] = DEVICES,
    n_draws: int = 64,
    seed: int = 1,
    settings: Settings | None = None,
    progress: Callable[[float], None] | None = None,
) -> Plan:
    """Return all safe courses of the grid for this skin, best first.

    Parameters
    ----------
    skin : Skin
        Whose.
    goal : str
        What to improve; see `plan.objective.GOALS`.
    devices : sequence of str
        Devices at hand.
    n_draws : int
        Draws of the biology per course.
    seed : int
        The same seed gives the same plan.
    settings : Settings, optional
        The grid; the usual one when left out.
    progress : callable, optional
        Told the share done.

    Returns
    -------
    Plan
        Never contains a course of which any session fails any check in any member.

    Raises
    ------
    ParameterError
        If the goal or a device is unknown, or no draw is asked for.
    """
    meaning(goal)
    for device in devices:
        if device not in DEVICES:
            raise ParameterError(f"no device is called {device!r}; known: {', '.join(DEVICES)}.")
    require_draws(n_draws)
    walk = settings or Settings()
    physics = PhysicsEnsemble(skin, physics_members(walk.members, seed), walk.photons, seed)
    exposures = {device: _exposures(device, walk) for device in devices}
    safe, refused = _judged(skin, exposures, physics, progress)
    courses = _courses(safe, walk)
    candidates: list[Candidate] = []
    try:
        for number, (label, steps) in enumerate(courses, start=1):
            candidates.append(_candidate(skin, label, steps, goal, n_draws, seed))
            _tell(progress, 0.8 + 0.2 * number / len(courses))
        _tell(progress, 1.0)
    except KeyboardInterrupt:
        # the courses that were followed are a plan; without one there is nothing to keep
        if not candidates:
            raise
    # the better median first; among equals the one with the larger margin
    candidates.sort(key=lambda one: (round(one.benefit.median, 3), -one.margin))
    return Plan(skin, goal, tuple(candidates), tuple(refused), seed, len(courses))


def _judged(
    skin: Skin,
    exposures: dict[str, list[Exposure]],
    physics: PhysicsEnsemble,
    progress: Callable[[float], None] | None,
) -> tuple[dict[str, list[_Safe]], list[Refusal]]:
    """Return what is safe of each device, and everything refused."""
    safe: dict[str, list[_Safe]] = {device: [] for device in exposures}
    refused: list[Refusal] = []
    options = [(device, one) for device, listed in exposures.items() for one in listed]
    for done, (device, exposure) in enumerate(options, start=1):
        found = _judge(skin, exposure, physics)
        if isinstance(found, Refusal):
            refused.append(found)
        else:
            safe[device].append(found)
        _tell(progress, 0.8 * done / len(options))
    return safe, refused


def _tell(progress: Callable[[float], None] | None, fraction: float) -> None:
    if progress is not None:
        progress(fraction)


def _exposures(device: str, walk: Settings) -> list[Exposure]:
    if device == "laser-genesis":
        return [
            laser_genesis(
                radiant_exposure=h * J_per_cm2, n_pulses=n, area=AREA, stop_at_surface=STOP
            )
            for h in walk.genesis_exposure
            for n in walk.genesis_pulses
        ]
    return [pearl(radiant_exposure=h * J_per_cm2, area=AREA) for h in walk.pearl_exposure]


def _setting(exposure: Exposure) -> str:
    pulses = f", {exposure.n_pulses} pulses" if exposure.device == "laser-genesis" else ""
    return f"{exposure.device} {exposure.radiant_exposure / J_per_cm2:g} J/cm2{pulses}"


def _judge(skin: Skin, exposure: Exposure, physics: PhysicsEnsemble) -> _Safe | Refusal:
    """Hold one session against all limits, those that need no simulation first."""
    breaches = limits(exposure.device).breaches(exposure, skin.fitzpatrick)
    if breaches:
        return Refusal(_setting(exposure), breaches[0])
    injuries = physics.treat(exposure)
    checks = session_checks(skin, exposure, injuries)
    failed = [check for check in checks if not check.passed]
    if failed:
        worst = min(failed, key=lambda check: check.margin)
        return Refusal(_setting(exposure), worst.reason)
    return _Safe(exposure, checks, injuries)


def _courses(
    safe: dict[str, list[_Safe]], walk: Settings
) -> list[tuple[str, tuple[tuple[float, _Safe], ...]]]:
    """Return every course: each device alone, and Pearl first with Laser Genesis after it.

    For a combination the strongest safe setting of each device is taken: what is combined has
    passed alone, and Pearl's epidermis has been whole for weeks when Laser Genesis begins.
    """
    courses = []
    for device, counts, interval in (
        ("laser-genesis", walk.genesis_sessions, GENESIS_INTERVAL),
        ("pearl", walk.pearl_sessions, PEARL_INTERVAL),
    ):
        for one in safe.get(device, []):
            for n in counts:
                steps = tuple((interval * i, one) for i in range(n))
                courses.append((f"{n} x {_setting(one.exposure)}", steps))
    if safe.get("laser-genesis") and safe.get("pearl"):
        genesis = max(
            safe["laser-genesis"], key=lambda s: s.exposure.pulse_energy * s.exposure.n_pulses
        )
        resurfacing = max(safe["pearl"], key=lambda s: s.exposure.radiant_exposure)
        for n in walk.genesis_sessions:
            steps = (
                (0.0, resurfacing),
                *((PEARL_INTERVAL + GENESIS_INTERVAL * i, genesis) for i in range(n)),
            )
            label = f"1 x {_setting(resurfacing.exposure)}, then {n} x {_setting(genesis.exposure)}"
            courses.append((label, steps))
    return courses


def _candidate(
    skin: Skin,
    label: str,
    steps: tuple[tuple[float, _Safe], ...],
    goal: str,
    n_draws: int,
    seed: int,
) -> Candidate:
    sessions = tuple(one.exposure.on_day(day) for day, one in steps)
    judged = sessions[-1].day + FOLLOW_UP
    days = tuple(sorted({*WOUND_DAYS, judged}))
    outcome = Course(skin, sessions).follow(
        tuple(one.injuries for _, one in steps), draws=n_draws, seed=seed, days=days
    )
    # the first session shows how long a wound of this course is seen; later ones repeat it
    first_week = outcome["dressing"].sel(day=list(WOUND_DAYS)).median("draw")
    wounds = sum(one.injuries[0].ablated_depth > 0.0 for _, one in steps)
    return Candidate(
        label=label,
        sessions=sessions,
        checks=tuple(check for _, one in steps for check in one.checks),
        benefit=estimate(change(outcome, goal, judged)),
        responders=responders(outcome, judged),
        downtime_days=float((first_week > VISIBLE_DRESSING).sum()) * wounds,
    )
