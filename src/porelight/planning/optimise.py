"""The search of the continuous settings of courses, by a constrained multi-objective optimiser.

Every course tried is read off the tables of its devices (`planning.tables`), and its weeks are
those of any simulation, for the first forty people. NSGA-II [1]_ of optuna weighs people better off
less those worse off, pain, darkening, downtime and time in the chair, under the chances that limits
allow. What it finds is a proposal: the full engine decides (`planning.beyond_grid`).

References
----------
.. [1] K. Deb et al., "A fast and elitist multiobjective genetic algorithm: NSGA-II," IEEE Trans.
   Evol. Comput. 6, 182-197 (2002).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from porelight.course.draws import member_of
from porelight.course.laws import Laws
from porelight.course.outcome import JUDGED_AFTER
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.state import CourseState, SessionDoses
from porelight.course.statistics import relative_to, share_of_people
from porelight.course.visible_change import chance_measured, smallest_detectable
from porelight.laser.exposure import Exposure
from porelight.planning.limits import LimitCheck, checks_of, darkening_check, hurt_at
from porelight.planning.plan import SEEN_DRESSING, WOUND_DAYS
from porelight.planning.space import STOP, SettingSpace
from porelight.planning.table_session import TableSession
from porelight.planning.tables import DeviceTable
from porelight.progress import Progress
from porelight.quantities import Floats
from porelight.threads import available_threads, in_order
from porelight.tissue.skin import Skin

if TYPE_CHECKING:
    from optuna import Trial

_PARENTS = 60  # courses that a generation keeps
_GENERATION = 200  # courses tried side by side: those alike share the work of their weeks
RELAXED = 1.25  # a chance over the one allowed up to which a plan tells what it would give
_SIDE_BY_SIDE = 40  # courses whose weeks are followed together, at most
_KNOWLEDGE = (
    8  # draws of what nobody knows under which the weeks are followed, each with its people
)
_REFUSED = 10.0  # stands for the costs of a course whose weeks are not followed


@dataclass(frozen=True, slots=True)
class SessionBlock:
    """Sessions of one device: their settings, how many, and the days between them."""

    device: str
    point: tuple[tuple[str, float], ...]
    sessions: int
    interval: float


Proposal: TypeAlias = tuple[SessionBlock, ...]
"""A course to try: sessions of one device, or one of a first and then those of another."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A course as read off the tables.

    Attributes
    ----------
    course : tuple of SessionBlock
        What was tried.
    used : mapping of str to float
        Chance over the one allowed, of each limit.
    change, better, worse, hurt, darkened, downtime_days, chair_time : float
        As in `porelight.planning.plan.Candidate` and `Session`; chair time in seconds.
    followed : bool
        Whether its weeks were followed: a course that is far from allowed is not.
    """

    course: Proposal
    used: Mapping[str, float]
    chair_time: float
    hurt: float = 0.0
    change: float = 0.0
    better: float = 0.0
    worse: float = 0.0
    darkened: float = 0.0
    downtime_days: float = 0.0
    followed: bool = False

    @property
    def net(self) -> float:
        """People better off less those worse off, hurt or darkened [-]."""
        return self.better - self.worse - self.hurt - self.darkened

    @property
    def objectives(self) -> tuple[float, ...]:
        """What is to be small: effect with its sign turned, pain, darkening, downtime, time."""
        if not self.followed:
            return (_REFUSED, *(4 * [_REFUSED]))
        return (
            self.worse - self.better,
            *(self.hurt, self.darkened, self.downtime_days, self.chair_time),
        )

    def keeps(self, relaxed: Mapping[str, float] | None = None) -> bool:
        """Return whether every chance is allowed, some of them times a factor."""
        factors = relaxed or {}
        return self.followed and all(
            used <= factors.get(name, 1.0) for name, used in self.used.items()
        )


class CourseSearch:
    """Courses of the devices at hand on one skin, tried by the hundred.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    tables : mapping of str to DeviceTable
        Tables of the devices that may treat it, by key.
    start : CourseState
        The skin on day 0.
    aim : OutcomeVariable
        What is to be improved.
    laws : Laws
        Laws of healing and outcomes.
    """

    def __init__(
        self,
        skin: Skin,
        tables: Mapping[str, DeviceTable],
        start: CourseState,
        aim: OutcomeVariable,
        laws: Laws,
    ) -> None:
        self._skin, self._tables, self._start = skin, tables, start
        self._aim, self._laws = aim, laws
        n = min(start.settings.draws, _KNOWLEDGE * start.settings.people)
        self._whose = member_of(start.settings)[:n]
        self._values = {name: values[:n] for name, values in start.values.items()}
        self.settings = start.settings
        self.tried: dict[Proposal, Tried] = {}
        self.interrupted = False

    def run(
        self, n_settings: int, warm: Sequence[Proposal], seed: int, progress: Progress
    ) -> tuple[Tried, ...]:
        """Try courses, those of a grid first, and return all of them in the order of trying.

        Interrupted, it returns what it has tried.
        """
        import optuna  # noqa: PLC0415  it takes a third of a second

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        sampler = optuna.samplers.NSGAIISampler(population_size=_PARENTS, seed=seed)
        smaller = optuna.study.StudyDirection.MINIMIZE
        study = optuna.create_study(directions=5 * [smaller], sampler=sampler)
        for one in warm:
            study.enqueue_trial(self._parameters(one))
        asked = 0
        try:
            while asked < n_settings:
                trials = [study.ask() for _ in range(min(_GENERATION, n_settings - asked))]
                proposals = [self._proposal(trial) for trial in trials]
                self._try([one for one in dict.fromkeys(proposals) if one not in self.tried])
                for trial, one in zip(trials, proposals, strict=True):
                    found = self.tried[one]
                    excess = sum(max(0.0, used - 1.0) for used in found.used.values())
                    trial.set_constraint("limits", excess)
                    study.tell(trial, found.objectives)
                asked += len(trials)
                progress(asked / n_settings)
        except KeyboardInterrupt:
            if not self.tried:
                raise
            self.interrupted = True
        return tuple(self.tried.values())

    def exposure(self, block: SessionBlock) -> Exposure:
        """Return the session of a block."""
        return self._tables[block.device].space.exposure(dict(block.point))

    def _kinds(self) -> list[tuple[str, ...]]:
        """Return which devices follow each other in a course."""
        role = {key: one.space.device.plan.in_combination for key, one in self._tables.items()}
        pairs = [(a, b) for a in role for b in role if (role[a], role[b]) == ("first", "after")]
        return [*((key,) for key in self._tables), *pairs]

    def _proposal(self, trial: "Trial") -> Proposal:
        names = [" then ".join(kind) for kind in self._kinds()]
        kind = self._kinds()[names.index(trial.suggest_categorical("kind", names))]
        blocks = []
        for place, key in enumerate(kind):
            space = self._tables[key].space
            point = tuple(
                (one.name, one.at(trial.suggest_int(f"{key} {one.name}", 0, one.n_steps)))
                for one in (*space.ranges, *([space.stop] if space.stop else []))
            )
            opening = place < len(kind) - 1
            n = 1 if opening else trial.suggest_int(f"{key} sessions", *space.sessions)
            gap = space.intervals[
                trial.suggest_int(f"{key} interval", 0, len(space.intervals) - 1)
                if opening or n > 1
                else 0
            ]
            blocks.append(SessionBlock(key, point, n, gap))
        return tuple(blocks)

    def _parameters(self, course: Proposal) -> dict[str, Any]:
        """Return a course as the optimiser names it."""
        given: dict[str, Any] = {"kind": " then ".join(one.device for one in course)}
        for block in course:
            space = self._tables[block.device].space
            point = dict(block.point)
            for one in (*space.ranges, *([space.stop] if space.stop else [])):
                given[f"{block.device} {one.name}"] = one.nearest(point[one.name])
            given[f"{block.device} sessions"] = block.sessions
            near = min(space.intervals, key=lambda gap: abs(gap - block.interval))
            given[f"{block.device} interval"] = space.intervals.index(near)
        return given

    def _try(self, courses: Sequence[Proposal]) -> None:
        """Read courses off the tables, and follow the weeks of those that are nearly allowed."""
        read = self._read(courses)
        allowed: dict[tuple[tuple[str, float], ...], list[Proposal]] = defaultdict(list)
        found: dict[Proposal, Tried] = {}
        for one in courses:
            checks = [check for block in one for check in self._checks(block, read[block])]
            used: dict[str, float] = {}
            for check in checks:
                used[check.limit] = max(used.get(check.limit, 0.0), check.used)
            pain = [
                hurt_at(self._skin, read[block].quantities.felt, self._start.settings).chance
                for block in one
                if not self._tables[block.device].ablating
            ]
            time = sum(block.sessions * self.exposure(block).duration for block in one)
            found[one] = Tried(one, used, time, max(pain, default=0.0))
            beyond = [one for one in used.values() if one > 1.0]
            # what one limit alone forbids, and not by far, tells what a little more would give
            if not beyond or (len(beyond) == 1 and beyond[0] <= RELAXED):
                allowed[tuple((block.device, block.interval) for block in one)].append(one)
        groups = [
            alike[i : i + _SIDE_BY_SIDE]
            for mine in allowed.values()
            for alike in [sorted(mine, key=lambda one: one[-1].sessions)]
            for i in range(0, len(alike), _SIDE_BY_SIDE)
        ]
        follow = partial(self._followed, read, found)
        for _, followed in in_order(follow, groups, available_threads()):
            found |= {one.course: one for one in followed}
        self.tried |= found

    def _read(self, courses: Sequence[Proposal]) -> dict[SessionBlock, TableSession]:
        blocks: dict[str, list[SessionBlock]] = defaultdict(list)
        for block in dict.fromkeys(block for one in courses for block in one):
            blocks[block.device].append(block)
        read: dict[SessionBlock, TableSession] = {}
        for key, mine in blocks.items():
            sessions = self._tables[key].sessions([dict(one.point) for one in mine])
            read |= dict(zip(mine, sessions, strict=True))
        return read

    def _checks(self, block: SessionBlock, session: TableSession) -> tuple[LimitCheck, ...]:
        return checks_of(self._skin, self.exposure(block), session.quantities, self._start.settings)

    def _followed(
        self,
        read: Mapping[SessionBlock, TableSession],
        found: Mapping[Proposal, Tried],
        courses: Sequence[Proposal],
    ) -> list[Tried]:
        """Return courses of the same rhythm with their weeks, all draws of all side by side.

        A session that a course no longer has is one that does nothing.
        """
        session_days = max((days_of(one) for one in courses), key=len)
        n_draws = self._whose.size
        doses = SessionDoses(
            *(
                np.concatenate(
                    [self._rows(read, one, name.name, len(session_days)) for one in courses],
                    axis=1,
                )
                for name in fields(SessionDoses)
            )
        )
        values = {name: np.tile(x, len(courses)) for name, x in self._values.items()}
        wounds = [sum(self._tables[b.device].ablating * b.sessions for b in c) for c in courses]
        judged = [days_of(one)[-1] + JUDGED_AFTER for one in courses]
        observed = np.array(sorted({0.0, *judged, *(WOUND_DAYS if any(wounds) else ())}))
        mine = {k: v for k, v in self._laws.effects.items() if k == self._aim.name}
        healing = self._laws.healing(self._skin, values, (), mine)
        weeks, _ = healing.weeks(np.array(session_days), doses, observed)
        aim = weeks[self._aim.name]
        least, people = smallest_detectable().value, self._start.settings.people
        tried = []
        for i, one in enumerate(courses):
            rows = slice(i * n_draws, (i + 1) * n_draws)
            later = aim[rows, int(np.searchsorted(observed, judged[i]))]
            own = later if self._aim.is_change else relative_to(later, aim[rows, 0])
            dark = share_of_people(weeks["pigment_risk"][rows], people)
            if self._aim.group == "pores":
                better, worse = chance_measured(-own).mean(), chance_measured(own).mean()
            else:
                better, worse = (own < -least).mean(), (own > least).mean()
            days = 0.0
            if wounds[i]:
                dressing = np.median(weeks["dressing"][rows, : len(WOUND_DAYS)], axis=0)
                days = float((dressing > SEEN_DRESSING).sum()) * wounds[i]
            check = darkening_check(dark)
            was = found[one]
            tried.append(
                Tried(
                    course=one,
                    used={**was.used, check.limit: check.used},
                    chair_time=was.chair_time,
                    hurt=was.hurt,
                    change=float(np.median(own)),
                    better=float(better),
                    worse=float(worse),
                    darkened=dark.chance,
                    downtime_days=days,
                    followed=True,
                )
            )
        return tried

    def _rows(
        self, read: Mapping[SessionBlock, TableSession], one: Proposal, dose: str, n: int
    ) -> Floats:
        """Return a dose of each of n sessions of a course in every draw; 0 after its last."""
        rows = [
            read[block].doses[dose][self._whose] for block in one for _ in range(block.sessions)
        ]
        return np.array([*rows, *(n - len(rows)) * [np.zeros(self._whose.size)]])


def days_of(course: Proposal) -> tuple[float, ...]:
    """Return the days of the sessions of a course, from day 0."""
    days, day = [], 0.0
    for block in course:
        for _ in range(block.sessions):
            days.append(day)
            day += block.interval
    return tuple(days)


def block_of(
    space: SettingSpace, exposure: Exposure, sessions: int, interval: float
) -> SessionBlock:
    """Return sessions of an exposure as the search would try them."""
    point = space.point(exposure)
    names = (*space.names, *([STOP] if space.stop else []))
    return SessionBlock(
        space.device.key, tuple((name, point[name]) for name in names), sessions, interval
    )


def ranked(tried: Sequence[Tried], relaxed: Mapping[str, float] | None = None) -> list[Tried]:
    """Return the courses that keep every limit, as a plan ranks them, best first."""
    kept = [one for one in tried if one.keeps(relaxed)]
    return sorted(kept, key=lambda one: (-round(one.net, 2), round(one.change, 3), one.chair_time))


def forbidden_by_one(tried: Sequence[Tried]) -> dict[str, Tried]:
    """Return for each limit the best course that it alone forbids, by no more than `RELAXED`."""
    best: dict[str, Tried] = {}
    for one in tried:
        beyond = [name for name, used in one.used.items() if used > 1.0]
        if one.followed and len(beyond) == 1 and one.used[beyond[0]] <= RELAXED:
            other = best.get(beyond[0])
            if other is None or one.net > other.net:
                best[beyond[0]] = one
    return best


def on_front(kept: Sequence[Tried]) -> list[Tried]:
    """Return the courses that no other is as good as in every objective and better in one."""
    if not kept:
        return []
    points = np.array([one.objectives for one in kept])
    front = []
    for one, own in zip(kept, points, strict=True):
        beaten = (points <= own).all(axis=1) & (points < own).any(axis=1)
        if not beaten.any():
            front.append(one)
    return front
