"""A plan: safe courses, best first, everything refused, and what people in the room must know."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from porelight.brief import table_html
from porelight.course.outcome import Interval
from porelight.course.outcome_variables import OutcomeVariable
from porelight.laser.exposure import Exposure, Session
from porelight.planning.bystanders import safety_note
from porelight.planning.limits import LimitCheck, tightest
from porelight.tissue.skin import Skin

_SHOWN = 5  # candidates in a printed plan


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """A safe course and its predicted benefit.

    Attributes
    ----------
    label : str
        The course in words.
    sessions : tuple of Session
        Its sessions in their order.
    checks : tuple of LimitCheck
        Checks of every session against every limit; all are passed.
    benefit : Interval
        Relative change of the goal, twelve weeks after the last session; negative is better.
    responders : float
        Share of draws in which a camera would see the pores smaller.
    downtime_days : float
        Number of days on which a wound can be seen [d].
    """

    label: str
    sessions: tuple[Session, ...]
    checks: tuple[LimitCheck, ...]
    benefit: Interval
    responders: float
    downtime_days: float

    @property
    def margin(self) -> float:
        """Smallest room left to any limit, as a share of the way to it."""
        return tightest(self.checks)

    def __repr__(self) -> str:
        return (
            f"{self.label}: {self.benefit}, margin {100.0 * self.margin:.0f} %, "
            f"{self.downtime_days:.3g} days of downtime"
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """A setting that is not proposed, and the limit that forbids it."""

    setting: str
    reason: str


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """All safe courses, best first, and everything refused.

    Attributes
    ----------
    skin : Skin
        The skin that is treated.
    aim : OutcomeVariable
        The outcome that is to be improved.
    candidates : tuple of Candidate
        Safe courses, best first.
    refused : tuple of Refusal
        Settings that are not proposed.
    seed : int
        Seed of the simulations.
    n_courses : int
        Courses to be followed; more than the candidates if the plan was interrupted.
    n_members : int
        Members of the physics in which each candidate was found safe; 0 if it is not known.
    """

    skin: Skin
    aim: OutcomeVariable
    candidates: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]
    seed: int
    n_courses: int = 0
    n_members: int = 0

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
        """One sentence: what is proposed, why, and with what margin; or why nothing is."""
        if not self.candidates:
            first = f" ({self.refused[0].reason})" if self.refused else ""
            return f"No setting is safe for this skin{first}."
        best = self.candidates[0]
        # + 0.0: no minus before nothing
        low, middle, high = (
            f"{round(100 * x, 1) + 0.0:+.1f} %"
            for x in (best.benefit.low, best.benefit.median, best.benefit.high)
        )
        closest = min(best.checks, key=lambda check: check.margin)
        part = ""
        if len(self.candidates) < self.n_courses:
            part = f"Interrupted: {len(self.candidates)} of {self.n_courses} courses followed. "
        return (
            f"{part}{best.label}: {self.aim.goal_text} {middle} ({low} to {high}) twelve weeks "
            f"after the last session; closest limit: {closest.limit} {closest.shown_value}; "
            f"allowed {closest.shown_limit}.{self._safe_in}"
        )

    @property
    def _safe_in(self) -> str:
        """How many possible skins the word safe rests on: it is weak where they are few."""
        if not self.n_members:
            return ""
        members = "the typical skin" if self.n_members == 1 else f"{self.n_members} possible skins"
        return f" Safe in {members} of this kind, as far as simulated."

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
                f"{100.0 * one.margin:.0f} %",
                f"{one.downtime_days:.3g}",
            )
            for one in self.candidates
        )
        refused = (
            table_html(f"{len(self.refused)} refused.", ("setting", "reason"), self._refusals())
            if self.refused
            else ""
        )
        columns = ("course", self.aim.goal_text, "margin to the closest limit", "downtime [days]")
        return table_html(self.verdict, columns, rows) + refused

    def _refusals(self) -> list[tuple[str, str]]:
        return [(one.setting, one.reason) for one in self.refused]


def best_first(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Return courses with the better median first; among equals the one with the larger margin.

    Medians are equal if they are so to a tenth of a per cent: no prediction is finer than that.
    """
    return tuple(sorted(candidates, key=lambda one: (round(one.benefit.median, 3), -one.margin)))
