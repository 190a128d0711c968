"""A plan: courses within the limits, best first, all refused, and what people beside must know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from porelight.brief import table_html
from porelight.course.outcome import Interval
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.statistics import ShareOfPeople
from porelight.course.value_text import chance
from porelight.data.library import parameter
from porelight.laser.exposure import Exposure, Session
from porelight.planning.bystanders import safety_note
from porelight.planning.limits import LimitCheck, binding
from porelight.tissue.skin import Skin

WOUND_DAYS = tuple(float(n) for n in range(11))  # d after a wound on which it may be seen
SEEN_DRESSING = 0.05  # share of the wound
_SHOWN = 5  # candidates in a printed plan


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A course that keeps every limit, or no treatment, and what it is predicted to bring and cost.

    Attributes
    ----------
    label : str
        The course in words.
    sessions : tuple of Session
        Its sessions in their order; none for no treatment.
    checks : tuple of LimitCheck
        Checks of every session and of the course against every limit; all are passed.
    benefit : Interval
        Relative change of the goal, twelve weeks after the last session; negative is better.
    better, worse : ShareOfPeople
        People in whom the goal improves, or gets worse, by more than a camera's repeatability; for
        the pores those who would measure it.
    hurt : ShareOfPeople
        People whom the most painful of the sessions hurts.
    darkened : ShareOfPeople
        People whose skin darkens visibly for some time.
    downtime_days : float
        Number of days on which a wound can be seen [d].
    oddity : str
        What a reader may wonder about, explained; nothing if empty.
    on_front : bool
        Whether no other candidate is as good in effect, pain, downtime and darkening and better in
        one of them.
    neighbours : tuple of str
        What would happen to skin one type lighter and darker, in words; nothing if not asked.
    robust : bool
        Whether such skin keeps every limit too, as far as it was asked.
    """

    label: str
    sessions: tuple[Session, ...]
    checks: tuple[LimitCheck, ...]
    benefit: Interval
    better: ShareOfPeople
    worse: ShareOfPeople
    hurt: ShareOfPeople
    darkened: ShareOfPeople
    downtime_days: float
    oddity: str = ""
    on_front: bool = True
    neighbours: tuple[str, ...] = ()
    robust: bool = True

    @property
    def chair_time(self) -> float:
        """Time under the beam, all sessions together [s]."""
        return sum(one.exposure.duration for one in self.sessions)

    @property
    def net(self) -> float:
        """People better off less those worse off, hurt or darkened, as a share of all [-]."""
        harmed = self.worse.chance + self.hurt.chance + self.darkened.chance
        return self.better.chance - harmed

    @property
    def why(self) -> str:
        """One line: the limit that binds, and what a reader may wonder about."""
        if not self.checks:
            return "nothing is done, so nothing is risked"
        closest = binding(self.checks)
        text = (
            f"closest limit {closest.limit}, {chance(closest.chance)} of "
            f"{chance(closest.allowed)} allowed"
        )
        return "; ".join([text, *([self.oddity] if self.oddity else [])])

    def __repr__(self) -> str:
        return (
            f"{self.label}: {self.benefit}, {chance(self.better.chance)} better, "
            f"{chance(self.hurt.chance)} hurt, {chance(self.darkened.chance)} darkened, "
            f"{self.downtime_days:.3g} days of downtime"
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A setting that is not proposed, and the limit that forbids it."""

    setting: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrontCourse:
    """A course of a search's front as its tables tell it: what it brings and costs.

    Attributes
    ----------
    label : str
        The course in words.
    change : float
        Median change of the goal [-].
    better, worse, hurt, darkened : float
        Shares of people [-].
    downtime_days, chair_time : float
        As of `Candidate`, in days and seconds.
    """

    label: str
    change: float
    better: float
    worse: float
    hurt: float
    darkened: float
    downtime_days: float
    chair_time: float


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search beyond the grid did, and what it would find if limits were others.

    Attributes
    ----------
    asked, tried, kept : int
        Settings asked for; different ones tried; those of them that keep every limit, by tables.
    errors : tuple of str
        How far the table of each device is off where it has nothing, in words.
    finalists : tuple of str
        Each course that the full engine simulated again: what the tables said, and what it says.
    relaxations : tuple of str
        What up to a quarter more of a chance would allow, by the full engine, in words.
    settings : tuple of str
        What was turned on each device, within which range, and what was left as usual, in words.
    front : tuple of FrontCourse
        Courses within every limit, by tables, that no other beats in everything.
    interrupted : bool
        Whether it was stopped before its end.
    """

    asked: int
    tried: int
    kept: int
    errors: tuple[str, ...]
    finalists: tuple[str, ...]
    relaxations: tuple[str, ...]
    settings: tuple[str, ...] = ()
    front: tuple[FrontCourse, ...] = ()
    interrupted: bool = False

    @property
    def words(self) -> str:
        """The search in one sentence."""
        stopped = f"Interrupted: of {self.asked} settings " if self.interrupted else ""
        return (
            f"{stopped}{self.tried} settings tried beyond the grid, {self.kept} of them within "
            f"every limit by tables; {len(self.finalists)} finalists simulated in full."
        )


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """All courses that keep the limits and no treatment, best first, and everything refused.

    Attributes
    ----------
    skin : Skin
        The skin that is treated.
    aim : OutcomeVariable
        The outcome that is to be improved.
    candidates : tuple of Candidate
        Courses that keep every limit, and no treatment, best first.
    refused : tuple of Refusal
        Settings that are not proposed.
    seed : int
        Seed of the simulations.
    n_courses : int
        Courses to be followed; more than those among the candidates if the plan was interrupted.
    n_members : int
        Members of the physics from which the chances are; 0 if it is not known.
    searched : Searched, optional
        What a search beyond the grid did; none where there was none.
    """

    skin: Skin
    aim: OutcomeVariable
    candidates: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]
    seed: int
    n_courses: int = 0
    n_members: int = 0
    searched: Searched | None = None

    @property
    def goal(self) -> str:
        """Name of the outcome that is improved, as a user asks for it."""
        return self.aim.goal

    @property
    def safety(self) -> tuple[str, ...]:
        """A note on eyes for the strongest pulse of each device that is proposed."""
        strongest: dict[str, Exposure] = {}
        for candidate in self.candidates:
            for session in candidate.sessions:
                one = session.exposure
                other = strongest.get(one.device, one)
                strongest[one.device] = max(one, other, key=lambda e: e.radiant_exposure)
        return tuple(safety_note(one) for _, one in sorted(strongest.items()))

    @property
    def verdict(self) -> str:
        """One sentence: what is proposed, why, and at what risk; or why nothing is."""
        followed = sum(bool(one.sessions) for one in self.candidates)
        part = ""
        if followed < self.n_courses:
            part = f"Interrupted: {followed} of {self.n_courses} courses followed. "
        elif self.searched is not None and self.searched.interrupted:
            part = f"{self.searched.words} "
        best = next(iter(self.candidates), None)
        if best is None or not best.sessions:
            return part + self._nothing(followed)
        low, middle, high = (
            f"{100 * x:+.1f} %" for x in (best.benefit.low, best.benefit.median, best.benefit.high)
        )
        return (
            f"{part}{best.label}: {self.aim.goal_text} {middle} ({low} to {high}) twelve weeks "
            f"after the last session; chance of being better {chance(best.better.chance)}, hurt "
            f"{chance(best.hurt.chance)}, darkened {chance(best.darkened.chance)}; {best.why}."
            f"{self._told_by}{self._if_other}"
        )

    def _nothing(self, followed: int) -> str:
        if not followed:
            first = f" ({self.refused[0].reason})" if self.refused else ""
            return f"No treatment: no setting keeps every limit of this skin{first}."
        next_best = next(one for one in self.candidates if one.sessions)
        return (
            "No treatment: no course makes enough people better for those that it makes worse, "
            f"hurts or darkens ({chance(least_net())} more at least); the next, "
            f"{next_best.label}, {chance(next_best.better.chance)} against "
            f"{chance(next_best.better.chance - next_best.net)}.{self._told_by}"
        )

    @property
    def _told_by(self) -> str:
        """How many possible skins the chances rest on: they are weak where they are few."""
        if not self.n_members:
            return ""
        if self.n_members == 1:
            return " Chances of injury are of the typical skin alone, as far as simulated."
        return f" Chances are from {self.n_members} possible skins of this kind."

    @property
    def _if_other(self) -> str:
        """What is said of skin one type off, and of other limits."""
        told = [*self.candidates[0].neighbours]
        told += self.searched.relaxations if self.searched else ()
        return "".join(f" {one[0].upper()}{one[1:]}." for one in told)

    def __repr__(self) -> str:
        """Return the verdict, the best candidates, and how many settings are refused."""
        lines = [self.verdict]
        lines += [f"  {one!r}" for one in self.candidates[:_SHOWN]]
        if len(self.candidates) > _SHOWN:
            lines.append(f"  and {len(self.candidates) - _SHOWN} more in .candidates")
        lines.append(f"{len(self.refused)} settings refused, with reasons in .refused")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the candidates as a table for notebooks."""
        rows = (
            (
                one.label,
                repr(replace(one.benefit, name="", when="")),
                chance(one.better.chance),
                chance(one.hurt.chance),
                chance(one.darkened.chance),
                f"{one.downtime_days:.3g}",
                one.why,
            )
            for one in self.candidates
        )
        refused = (
            table_html(f"{len(self.refused)} refused.", ("setting", "reason"), self._refusals())
            if self.refused
            else ""
        )
        columns = (
            *("course", self.aim.goal_text, "better", "hurt", "darkened", "downtime [days]", "why"),
        )
        return table_html(self.verdict, columns, rows) + refused

    def _refusals(self) -> list[tuple[str, str]]:
        return [(one.setting, one.reason) for one in self.refused]


def least_net() -> float:
    """Return the share of people who must be better off, less those harmed, to treat at all [-]."""
    return parameter("tissue", "limits", "least_net").value


def best_first(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return courses by how many more people are better off than worse, each with its front.

    A course that is not worth its sessions (`least_net`) stands after no treatment, and one that
    skin one type off would not bear after those that it would, as far as this was asked. Shares are
    equal if they are so to a hundredth: no prediction is finer than that. Among equals the larger
    change goes first, then the smaller harm.
    """
    least = least_net()

    def rank(one: Candidate) -> tuple[int, bool, float, float, float]:
        tier = 1 if not one.sessions else 0 if one.net >= least else 2
        return (
            tier,
            not one.robust,
            -round(one.net, 2),
            round(one.benefit.median, 3),
            one.hurt.chance + one.darkened.chance,
        )

    costs = [_costs(one) for one in candidates]
    fronted = [
        replace(one, on_front=not any(_dominates(other, own) for other in costs))
        for one, own in zip(candidates, costs, strict=True)
    ]
    return tuple(sorted(fronted, key=rank))


def _costs(one: Candidate) -> tuple[float, ...]:
    """Return effect, pain, downtime and darkening, less being better, rounded as they are told."""
    shares = (one.hurt.chance, one.darkened.chance)
    return (
        round(one.benefit.median, 3),
        one.downtime_days,
        *(round(share, 3) for share in shares),
    )


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)
