"""Whether porelight can be believed for a use: its evidence, and what that has to show."""

from dataclasses import dataclass
from typing import get_args

from porelight.progress import Progress, unheard
from porelight.validation import suite
from porelight.validation.case import CaseResult, ComparisonKind
from porelight.validation.drift import Drift, drift, figures_of, last_release
from porelight.validation.goals import ContextOfUse, GoalVerdict, context_of, judge
from porelight.validation.recorded import RecordedEvidence, recorded_evidence
from porelight.validation.suite import Category, Part, Use

# of each light case, so that a bias of some tenths of a per cent shows
PHOTONS = 300_000


@dataclass(frozen=True, slots=True, repr=False)
class Credibility:
    """The evidence for one use of the product.

    Attributes
    ----------
    use : str
        "forecast", "plan", "threshold" or "measure".
    context : ContextOfUse
        Its question, context and risk.
    parts : tuple of (Part, tuple of CaseResult)
        Comparisons that were made, part by part.
    recorded : tuple of RecordedEvidence
        Comparisons that were measured earlier and not again.
    verdicts : tuple of GoalVerdict
        What the evidence had to show, and whether it does.
    since : str
        The release that `drifts` are told from.
    drifts : tuple of Drift
        Figures and goals that moved since.
    """

    use: Use
    context: ContextOfUse
    parts: tuple[tuple[Part, tuple[CaseResult, ...]], ...]
    recorded: tuple[RecordedEvidence, ...]
    verdicts: tuple[GoalVerdict, ...]
    since: str
    drifts: tuple[Drift, ...]

    @property
    def met(self) -> bool:
        """Whether every goal is met."""
        return all(one.met for one in self.verdicts)

    @property
    def missed(self) -> tuple[GoalVerdict, ...]:
        """The goals that are not met."""
        return tuple(one for one in self.verdicts if not one.met)

    def of_kind(self, kind: ComparisonKind) -> tuple[CaseResult, ...]:
        """Return the comparisons of one kind."""
        return tuple(case for part, cases in self.parts for case in cases if part.kind == kind)

    def of_category(self, category: Category) -> tuple[CaseResult, ...]:
        """Return the comparisons of one category of evidence."""
        return tuple(
            case for part, cases in self.parts for case in cases if part.category == category
        )

    @property
    def scored(self) -> int:
        """Comparisons that were judged by their errors (z)."""
        return sum(case.is_stochastic for _, cases in self.parts for case in cases)

    @property
    def on_skin(self) -> int:
        """Of those, measurements on skin that set no number of the model."""
        return sum(
            case.is_stochastic and case.specimen in {"living skin", "excised skin"}
            for case in self.of_kind("validation")
        )

    def __repr__(self) -> str:
        """Return the verdict, and a line for each goal that is missed."""
        n = len(self.verdicts)
        lines = [f"{self.use}: {n - len(self.missed)} of {n} goals met"]
        lines += [f"  {one.goal.about}: {one.found:.3g}" for one in self.missed]
        return "\n".join(lines)


def credibility(use: Use, *, seed: int = 1, progress: Progress = unheard) -> Credibility:
    """Return the evidence for a use of the product, and whether it shows what it has to.

    Parameters
    ----------
    use : {"forecast", "plan", "threshold", "measure"}
        What the product is used for.
    seed : int
        The same seed gives the same figures.
    progress : callable
        Called with the share of the comparisons made, 0 to 1.

    Raises
    ------
    ParameterError
        If there is no such use.
    """
    context = context_of(use)
    chosen = [part for part in suite.parts(PHOTONS) if use in part.uses]
    done = []
    for number, total, part, cases in suite.run(chosen, seed):
        done.append((part, tuple(cases)))
        progress(number / total)
    verdicts = tuple(judge(goal, _asked(goal.of, done)) for goal in context.goal)
    release = last_release()
    now = figures_of(use, [case for _, cases in done for case in cases], context.goal)
    own = [one for one in release.figures if one.startswith(f"goal of a {use},")]
    return Credibility(
        use=use,
        context=context,
        parts=tuple(done),
        recorded=tuple(one for one in recorded_evidence() if use in one.uses),
        verdicts=verdicts,
        since=release.name,
        drifts=drift(release.figures, now, about=[*now, *own]),
    )


def _asked(of: str, done: list[tuple[Part, tuple[CaseResult, ...]]]) -> list[CaseResult]:
    """Return the comparisons of a kind, or of the parts of a title."""
    is_kind = of in get_args(ComparisonKind)
    return [
        case
        for part, cases in done
        for case in cases
        if (part.kind if is_kind else part.title) == of
    ]
