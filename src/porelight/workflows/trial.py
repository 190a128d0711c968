"""A virtual trial: arms, people and visits to power, assurance, effect and what decides it.

No photon is followed for a subject. Each skin type is treated once in every member of the physics,
as a person in the middle of the trial's ages; strata of age, sex and oiliness share that, and each
has pores, healing and people of its own (`docs/trials.md` gives the error of sharing). Knowledge is
the same in all strata and arms, people are others in each.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import Literal, TypeAlias

import numpy as np

from porelight.course.course import Course
from porelight.course.draws import BIOLOGY, member_of
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import Results, advance, begin
from porelight.course.treatment import treated
from porelight.data.priors import typical_draws, uncertain
from porelight.errors import ParameterError
from porelight.inference.value_of_knowing import ValueOfKnowing, value_of_knowing
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.statistics.sample_size import ALPHA, CHANGE, DROPOUT, SPREAD, SUBJECTS, TAKES
from porelight.statistics.virtual_trial import (
    TrialCheck,
    TrialEffect,
    TrialNoise,
    TrialPopulation,
    checked_analysis,
    drawn_trial,
    power_by_knowledge,
)
from porelight.tissue.person import Oiliness, Sex, Zone
from porelight.tissue.skin import Skin

TrialEndpoint: TypeAlias = Literal["area_fraction", "mean_diameter"]

AGES = 3  # equally likely ages that stand for the range
_SIZES = (10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 500, 800, 1200, 2000, 3000)
_CHECKS, _CHECK_SIZE = 1000, 30
_SEXES: tuple[Sex, ...] = ("female", "male")
_OILINESS: tuple[Oiliness, ...] = ("dry", "normal", "oily")


@dataclass(frozen=True, slots=True)
class TrialPeople:
    """Who takes part.

    Attributes
    ----------
    zone : str
        Zone of the face that is treated and measured.
    fitzpatrick_shares : tuple of six float
        Shares of the skin types I to VI; they sum to 1.
    ages : tuple of two float
        Youngest and oldest, between whom all ages are alike [years].
    female_share : float
        Share of women [-].
    oiliness_shares : tuple of three float
        Shares of dry, normal and oily skin; they sum to 1.
    """

    zone: Zone
    fitzpatrick_shares: tuple[float, ...]
    ages: tuple[float, float]
    female_share: float
    oiliness_shares: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check that the shares are of a whole."""
        for name, shares, n in (
            ("fitzpatrick_shares", self.fitzpatrick_shares, 6),
            ("oiliness_shares", self.oiliness_shares, 3),
        ):
            total = sum(shares)
            if len(shares) != n or min(shares, default=-1.0) < 0.0 or abs(total - 1.0) > 1e-6:
                raise ParameterError(
                    f"{name} has {len(shares)} numbers that sum to {total:g}; expected {n} from 0 "
                    "to 1 that sum to 1."
                )
        if not self.ages[0] <= self.ages[1]:
            raise ParameterError(
                f"age_years is {self.ages[0]:g} to {self.ages[1]:g}; expected the younger first."
            )

    def strata(self) -> list[tuple[int, float, Sex, Oiliness, float]]:
        """Return type, age, sex, oiliness and share of every stratum that has people in it."""
        low, high = self.ages
        ages = [low + (high - low) * (i + 0.5) / AGES for i in range(AGES)]
        ages = ages if high > low else [low]
        of_sex = (self.female_share, 1.0 - self.female_share)
        found = []
        for (t, share), age, (sex, w), (oil, v) in product(
            enumerate(self.fitzpatrick_shares, start=1),
            ages,
            zip(_SEXES, of_sex, strict=True),
            zip(_OILINESS, self.oiliness_shares, strict=True),
        ):
            whole = share * w * v / len(ages)
            if whole > 0.0:
                found.append((t, age, sex, oil, whole))
        return found

    def typical(self, fitzpatrick: int) -> Skin:
        """Return the skin that is treated for all people of a type."""
        return Skin.typical(self.zone, fitzpatrick, 0.5 * sum(self.ages))


@dataclass(frozen=True, slots=True)
class TrialArm:
    """One arm: the sessions and the care of a course, of whatever skin.

    Attributes
    ----------
    name : str
        Its name.
    course : Course
        Sessions and care; a sham has no sessions. Its skin is not used.
    """

    name: str
    course: Course


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """What is decided before a trial begins, and what is assumed of it.

    Attributes
    ----------
    arms : tuple of two TrialArm
        Treated, then control.
    people : TrialPeople
        Who takes part.
    visits : tuple of float
        Days of the visits after the baseline on day 0; the last one is judged [d].
    noise : TrialNoise
        Error of measuring and drop-out.
    per_arm : int
        Subjects in either arm.
    endpoint : {"area_fraction", "mean_diameter"}
        What is measured; changes are of its logarithm.
    alpha : float
        Two-sided level [-].
    worth_while : float
        Relative change, treated less control, from which on the treatment is worth while [-].
    settings : EnsembleSettings
        Draws, members, photons, seed, attendance.
    """

    arms: tuple[TrialArm, TrialArm]
    people: TrialPeople
    visits: tuple[float, ...]
    noise: TrialNoise
    per_arm: int
    endpoint: TrialEndpoint = "area_fraction"
    alpha: float = 0.05
    worth_while: float = -0.1
    settings: EnsembleSettings = field(
        default_factory=lambda: EnsembleSettings(draws=960, people=4, members=9)
    )

    def __post_init__(self) -> None:
        """Check what the parts say of each other."""
        first, second = self.arms
        if first.name == second.name:
            raise ParameterError(f"both arms are called {first.name!r}; expected two names.")
        if (first.course.sessions, first.course.care) == (
            second.course.sessions,
            second.course.care,
        ):
            raise ParameterError(
                f"arms {first.name!r} and {second.name!r} are one and the same: same sessions, "
                "same care; give one of them other sessions, or sham = true."
            )
        if not self.visits or not (np.diff((0.0, *self.visits)) > 0.0).all():
            raise ParameterError(
                f"visits_days is {list(self.visits)}; expected days after 0 that increase."
            )
        SUBJECTS.require(self.per_arm, "subjects_per_arm")
        ALPHA.require(self.alpha)
        CHANGE.require(self.worth_while, "worth_while")
        SPREAD.require(self.noise.take_sd, "take_error")
        TAKES.require(self.noise.takes)
        DROPOUT.require(self.noise.drop_out, "drop_out")
        if self.settings.people < 2 or self.settings.draws % self.settings.people:
            raise ParameterError(
                f"people is {self.settings.people} of {self.settings.draws} draws; expected 2 or "
                "more people under every draw of knowledge, and as many under each."
            )


@dataclass(frozen=True, slots=True)
class PowerPoint:
    """What a size of trial is worth.

    Attributes
    ----------
    per_arm : int
        Subjects in either arm.
    power : float
        Chance of a significant effect under the knowledge in the middle [-].
    assurance : float
        The same averaged over what nobody knows [-].
    """

    per_arm: int
    power: float
    assurance: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class VirtualTrial:
    """What came out.

    Attributes
    ----------
    design : TrialDesign
        What was asked.
    people : TrialPopulation
        True changes.
    measured : tuple of TrialEffect
        The trial under the knowledge in the middle: the effect at each visit.
    by_type : mapping of str to TrialEffect
        Effect at the last visit in each skin type; exploratory.
    curve : tuple of PowerPoint
        Power and assurance over sizes.
    check : TrialCheck
        Sham against sham, and coverage.
    decides : tuple of ValueOfKnowing
        What knowing an unknown would bring, the largest first.
    """

    design: TrialDesign
    people: TrialPopulation
    measured: tuple[TrialEffect, ...]
    by_type: Mapping[str, TrialEffect]
    curve: tuple[PowerPoint, ...]
    check: TrialCheck
    decides: tuple[ValueOfKnowing, ...]

    def __repr__(self) -> str:
        treated_arm, control = self.design.arms
        low, middle, high = np.expm1(np.quantile(self.people.effects(), (0.05, 0.5, 0.95)))
        return (
            f"virtual trial of {treated_arm.name} against {control.name}, {self.design.per_arm} "
            f"subjects each: effect {middle:+.1%} ({low:+.1%} to {high:+.1%} with what nobody "
            f"knows), power {self.own_point.power:.2f}, assurance {self.own_point.assurance:.2f}"
        )

    @property
    def own_point(self) -> PowerPoint:
        """The point of the curve that has the size of the trial."""
        return next(one for one in self.curve if one.per_arm == self.design.per_arm)


def trial(design: TrialDesign, progress: Progress = unheard) -> VirtualTrial:
    """Simulate a trial.

    Parameters
    ----------
    design : TrialDesign
        What is decided and assumed.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Raises
    ------
    ParameterError
        If a session is impossible on a skin of the trial, or nobody is left at the last visit.
    """
    people = trial_population(design, progress)
    rng = np.random.default_rng([design.settings.seed, 1])
    table = drawn_trial(people, design.noise, design.per_arm, people.middle, rng)
    measured = tuple(table.effect(v, design.alpha) for v in range(len(design.visits)))
    by_type = {}
    for name in dict.fromkeys(people.groups):
        rows = [i for i, one in enumerate(people.groups) if one == name]
        try:
            by_type[name] = table.effect(-1, design.alpha, rows)
        except ParameterError:  # too few of this type came; the page says so by its absence
            continue
    curve = power_curve(people, design)
    check = checked_analysis(
        people, design.noise, _CHECK_SIZE, design.alpha, _CHECKS,
        np.random.default_rng([design.settings.seed, 2]),
    )  # fmt: skip
    decides = value_of_knowing(people.effects(), unknowns(design), math.log1p(design.worth_while))
    return VirtualTrial(design, people, measured, by_type, curve, check, decides)


def _part_of(progress: Progress, begin: float, length: float, share: float) -> None:
    progress(begin + length * share)


def power_curve(people: TrialPopulation, design: TrialDesign) -> tuple[PowerPoint, ...]:
    """Return power and assurance over sizes, that of the design among them."""
    wanted = -1 if design.worth_while < 0.0 else 1
    found = []
    for n in sorted({*_SIZES, design.per_arm}):
        each = power_by_knowledge(people, design.noise, n, design.alpha, wanted=wanted)
        found.append(PowerPoint(n, float(each[people.middle]), float(each.mean())))
    return tuple(found)


def knowledge(design: TrialDesign) -> dict[str, Floats]:
    """Return the draws of what nobody knows of the biology, (n_knowledge,) each."""
    settings = design.settings
    return typical_draws(uncertain(BIOLOGY), settings.knowledge_draws, settings.seed)


def unknowns(design: TrialDesign) -> dict[str, Floats]:
    """Return what may decide a trial: what nobody knows of the biology."""
    return {name: v for name, v in knowledge(design).items() if np.ptp(v) > 0.0}


def trial_population(design: TrialDesign, progress: Progress = unheard) -> TrialPopulation:
    """Return the true changes of the people of a trial in both arms.

    Parameters
    ----------
    design, progress
        See `trial`.
    """
    settings = design.settings
    strata = design.people.strata()
    types = sorted({one[0] for one in strata})
    known, whose = knowledge(design), member_of(settings)
    shape = settings.knowledge_draws, settings.people
    changes = np.empty((2, len(design.visits), shape[0], len(strata), shape[1]))
    done, total = 0, 2 * len(types)
    for fitzpatrick, (a, arm) in product(types, enumerate(design.arms)):
        sessions = arm.course.sessions
        results = treated(
            design.people.typical(fitzpatrick),
            sessions,
            settings,
            progress=partial(_part_of, progress, done / total, 0.7 / total),
        )
        for s, (of_type, age, sex, oiliness, _) in enumerate(strata):
            if of_type != fitzpatrick:
                continue
            skin = Skin.typical(design.people.zone, fitzpatrick, age, sex, oiliness)
            own = replace(settings, seed=settings.seed + 1 + s)
            course = Course(skin, sessions, arm.course.care)
            found = true_changes(course, own, design, known, results, whose)
            changes[a, :, :, s] = found.reshape(-1, *shape)
        done += 1
        progress(done / total)
    return TrialPopulation(
        changes,
        np.array([one[-1] for one in strata]) / sum(one[-1] for one in strata),
        tuple(f"type {('I', 'II', 'III', 'IV', 'V', 'VI')[one[0] - 1]}" for one in strata),
    )


def true_changes(
    course: Course,
    settings: EnsembleSettings,
    design: TrialDesign,
    known: Mapping[str, Floats],
    results: Results | None,
    member: "np.ndarray | None",
) -> Floats:
    """Return the changes of the logarithm of the endpoint of one stratum, (n_visit, n_draw).

    Parameters
    ----------
    course : Course
        Skin, sessions and care.
    settings : EnsembleSettings
        Those of the design with the seed of the stratum's people.
    design : TrialDesign
        Whose visits and endpoint count.
    known : mapping of str to ndarray of float64
        Knowledge that all strata share.
    results : sequence of sequence of SessionResult or None
        What the sessions did to the type's skin; None to simulate this very skin.
    member : ndarray of int or None
        Member of the physics of each draw.
    """
    state = advance(
        begin(course.skin, settings, known), course, design.visits, results=results, member=member
    )
    changes: Sequence[Floats] = [
        np.log1p(np.maximum(state.outcome.changes(design.endpoint, day), -0.99))
        for day in design.visits
    ]
    return np.array(changes)
