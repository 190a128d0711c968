"""What is to be analysed and how, decided before anybody looks at the results."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from porelight.errors import ParameterError

AnalysisScale: TypeAlias = Literal["log", "plain"]
Correction: TypeAlias = Literal["holm", "bonferroni"]
StandardErrors: TypeAlias = Literal["robust", "model"]


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit after the baseline.

    Attributes
    ----------
    name : str
        Name of the visit in the study.
    earliest_day, latest_day : int or None
        Days after the subject's baseline between which it counts; None where any day does.
    """

    name: str
    earliest_day: int | None = None
    latest_day: int | None = None

    def __post_init__(self) -> None:
        """Check the order of the days."""
        if (self.earliest_day is None) != (self.latest_day is None):
            raise ParameterError(
                f"visit {self.name} has one end of a window of days; expected both, or none."
            )
        if self.has_window and self.days[0] > self.days[1]:
            raise ParameterError(
                f"visit {self.name} is from day {self.days[0]} to day {self.days[1]}; expected the "
                "earlier one first."
            )

    @property
    def has_window(self) -> bool:
        """Whether only some days count."""
        return self.earliest_day is not None

    @property
    def days(self) -> tuple[int, int]:
        """First and last day of the window; (0, 0) where there is none."""
        return self.earliest_day or 0, self.latest_day or 0


@dataclass(frozen=True, slots=True)
class AnalysisPlan:
    """What is to be analysed and how.

    Attributes
    ----------
    endpoint : str
        Quantity that the study is judged by.
    baseline : str
        Visit that changes are taken from.
    visits : tuple of PlannedVisit
        Visits after it, in their order. The last is the one that figures show.
    zones : tuple of str
        Zones that count.
    control : str
        Arm that the others are compared with; empty if changes from baseline are what is asked.
    scale : {"log", "plain"}
        Whether changes are ratios or differences.
    correction : {"holm", "bonferroni"}
        How p values are corrected for there being several tests of the endpoint.
    standard_errors : {"robust", "model"}
        Whether they hold whatever the covariance within subjects is (CR2), or that of the model.
    confidence : float
        Confidence of all intervals [-].
    secondary : tuple of str
        Quantities that are looked at beside the endpoint; always exploratory.
    """

    endpoint: str
    baseline: str
    visits: tuple[PlannedVisit, ...]
    zones: tuple[str, ...]
    control: str = ""
    scale: AnalysisScale = "log"
    correction: Correction = "holm"
    standard_errors: StandardErrors = "robust"
    confidence: float = 0.95
    secondary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check what the parts say of each other."""
        names = [one.name for one in self.visits]
        if not names:
            raise ParameterError(
                "the plan has no visit after the baseline; a change needs one or more."
            )
        if not self.zones:
            raise ParameterError("the plan has no zone; expected one or more.")
        for what, given in (
            ("visit", [self.baseline, *names]),
            ("zone", list(self.zones)),
            ("quantity", [self.endpoint, *self.secondary]),
        ):
            twice = next((one for one in given if given.count(one) > 1), None)
            if twice is not None:
                raise ParameterError(f"{what} {twice!r} is in the plan twice; expected it once.")
        if not 0.5 <= self.confidence <= 0.999:
            raise ParameterError(
                f"confidence is {100 * self.confidence:g} %; expected 50 to 99.9 %."
            )

    @property
    def all_visits(self) -> tuple[str, ...]:
        """Baseline and the visits after it."""
        return (self.baseline, *(one.name for one in self.visits))

    @property
    def last(self) -> str:
        """The last visit."""
        return self.visits[-1].name


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """What a plan is worth: whether it was decided before anybody had seen a result.

    Attributes
    ----------
    is_confirmatory : bool
        Whether the tests of its endpoint may be called that.
    words : str
        Why, or why not, in a sentence.
    sha256 : str
        Hash of the plan's file; empty if there is none.
    """

    is_confirmatory: bool
    words: str
    sha256: str = ""
