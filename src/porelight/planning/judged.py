"""One course by the full engine: its sessions against limits, what it brings and costs."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from porelight.course.course import Course
from porelight.course.laws import Laws
from porelight.course.outcome import JUDGED_AFTER, Outcome
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.simulation import advance
from porelight.course.state import CourseState
from porelight.course.statistics import ShareOfPeople, share_of_people
from porelight.course.visible_change import smallest_detectable
from porelight.laser.device import Device
from porelight.laser.exposure import Exposure
from porelight.planning.limits import LimitCheck, darkening_check, hurt
from porelight.planning.plan import SEEN_DRESSING, WOUND_DAYS, Candidate
from porelight.session.ensemble import absorption_dominates
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2

UNTREATED = "no treatment"


@dataclass(frozen=True, slots=True)
class JudgedSession:
    """The settings of one session, with its results and its checks."""

    device: Device
    exposure: Exposure
    checks: tuple[LimitCheck, ...]
    results: tuple[SessionResult, ...] = field(repr=False)
    oddity: str = ""

    @property
    def words(self) -> str:
        """The device and its settings, in words."""
        return words_of(self.device, self.exposure)

    @property
    def felt(self) -> float:
        """Highest temperature felt, median over the members [K]."""
        return float(np.median([one.surface_felt for one in self.results]))

    @property
    def pulses(self) -> float:
        """Pulses until the end or the stop, median over the members."""
        return float(np.median([one.pulses_delivered for one in self.results]))


Steps: TypeAlias = tuple[tuple[float, JudgedSession], ...]  # day and session


def words_of(device: Device, exposure: Exposure) -> str:
    """Return a session of a device in words."""
    pulses = f", {exposure.n_pulses} pulses" if device.sets_pulses else ""
    return f"{device.key} {exposure.radiant_exposure / J_per_cm2:g} J/cm2{pulses}"


def untreated(skin: Skin, aim: OutcomeVariable, start: CourseState, laws: Laws) -> Candidate:
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


def candidate(
    skin: Skin, label: str, steps: Steps, aim: OutcomeVariable, start: CourseState, laws: Laws
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
        downtime_days=float((first_week > SEEN_DRESSING).sum()) * wounds,
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
