"""What is decided before a virtual trial begins: arms, people, visits, and how it is judged."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

import numpy as np

from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.errors import ParameterError, did_you_mean
from porelight.laser.exposure import Session
from porelight.quantities import AGE, FRACTION, WholeQuantity
from porelight.statistics.sample_size import ALPHA, CHANGE, DROPOUT, SPREAD, SUBJECTS, TAKES
from porelight.statistics.virtual_trial import TrialNoise
from porelight.tissue.person import Oiliness, Sex, Zone

TrialEndpoint: TypeAlias = Literal["area_fraction", "mean_diameter"]
SIMULATED = WholeQuantity("simulated_people", 8, 100_000, "people simulated in each arm")
SEXES: tuple[Sex, ...] = ("female", "male")
OILINESS: tuple[Oiliness, ...] = ("dry", "normal", "oily")
_MOST_ARMS = 8


@dataclass(frozen=True, slots=True)
class TrialPeople:
    """Who takes part.

    Attributes
    ----------
    zones : tuple of str
        Zones of the face that are treated and measured; a subject's change is the mean over them.
    fitzpatrick_shares : tuple of six float
        Shares of the skin types I to VI; they sum to 1.
    ages : tuple of two float
        Youngest and oldest, between whom all ages are alike [years].
    female_share : float
        Share of women [-].
    oiliness_shares : tuple of three float
        Shares of dry, normal and oily skin; they sum to 1.
    """

    zones: tuple[Zone, ...]
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
        for age in self.ages:
            AGE.require(age)
        if not self.ages[0] <= self.ages[1]:
            raise ParameterError(
                f"age_years is {self.ages[0]:g} to {self.ages[1]:g}; expected the younger first."
            )
        FRACTION.require(self.female_share, "female_share")
        for zone in self.zones:
            if zone not in get_args(Zone):
                raise ParameterError(
                    f"no zone named {zone!r}{did_you_mean(str(zone), get_args(Zone))}"
                )
        if not self.zones or len(set(self.zones)) != len(self.zones):
            raise ParameterError(
                f"zones is {list(self.zones)}; expected one or more, each of them once."
            )

    @property
    def types(self) -> tuple[int, ...]:
        """Skin types that somebody may have."""
        return tuple(i for i, share in enumerate(self.fitzpatrick_shares, start=1) if share > 0.0)


@dataclass(frozen=True, slots=True)
class TrialArm:
    """One arm.

    Attributes
    ----------
    name : str
        Its name.
    sessions : tuple of Session
        Treatments; a sham has none.
    care : tuple of Care
        What people do between them.
    """

    name: str
    sessions: tuple[Session, ...] = ()
    care: tuple[Care, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialDesign:
    """What is decided before a trial begins, and what is assumed of it.

    Attributes
    ----------
    arms : tuple of TrialArm
        Two or more. The first one that is no control is what the trial is about.
    people : TrialPeople
        Who takes part.
    visits : tuple of float
        Days of the visits after the baseline on day 0; the last one is judged [d].
    noise : TrialNoise
        Error of measuring and drop-out.
    per_arm : int
        Subjects in each arm.
    control : str
        Arm that the others are compared with; the last one if empty.
    endpoint : {"area_fraction", "mean_diameter"}
        What is measured; changes are of its logarithm.
    alpha : float
        Two-sided level of all comparisons together [-].
    worth_while : float
        Relative change, treated less control, from which on the treatment is worth while [-].
    clinical_per_arm : int
        Subjects in each arm of the real study that the standard error is told beside.
    simulated : int
        People that are simulated in each arm where it has fewer subjects, so that power and what
        decides do not hang on who they are.
    settings : EnsembleSettings
        Draws of what nobody knows, members, photons, seed, attendance.
    """

    arms: tuple[TrialArm, ...]
    people: TrialPeople
    visits: tuple[float, ...]
    noise: TrialNoise
    per_arm: int
    control: str = ""
    endpoint: TrialEndpoint = "area_fraction"
    alpha: float = 0.05
    worth_while: float = -0.1
    clinical_per_arm: int = 30
    simulated: int = 500
    settings: EnsembleSettings = field(
        default_factory=lambda: EnsembleSettings(draws=240, people=1, members=9)
    )

    def __post_init__(self) -> None:
        """Check what the parts say of each other."""
        self._require_arms()
        if not self.visits or not (np.diff((0.0, *self.visits)) > 0.0).all():
            raise ParameterError(
                f"visits_days is {list(self.visits)}; expected days after 0 that increase."
            )
        if self.endpoint not in get_args(TrialEndpoint):
            raise ParameterError(
                f"no endpoint named {self.endpoint!r}"
                f"{did_you_mean(self.endpoint, get_args(TrialEndpoint))}"
            )
        SUBJECTS.require(self.per_arm, "subjects_per_arm")
        SUBJECTS.require(self.clinical_per_arm, "clinical_subjects_per_arm")
        SIMULATED.require(self.simulated)
        ALPHA.require(self.alpha)
        CHANGE.require(self.worth_while, "worth_while")
        SPREAD.require(self.noise.take_sd, "take_error")
        TAKES.require(self.noise.takes)
        DROPOUT.require(self.noise.drop_out, "drop_out")
        if self.settings.people != 1:
            raise ParameterError(
                f"people is {self.settings.people}; expected 1: a trial's people are its subjects."
            )

    @property
    def n_people(self) -> int:
        """People that are simulated in each arm."""
        return max(self.per_arm, self.simulated)

    @property
    def control_arm(self) -> int:
        """Place of the control among the arms."""
        names = [one.name for one in self.arms]
        return names.index(self.control) if self.control else len(names) - 1

    @property
    def compared(self) -> tuple[tuple[int, int], ...]:
        """Each arm with the control."""
        control = self.control_arm
        return tuple((arm, control) for arm in range(len(self.arms)) if arm != control)

    @property
    def alpha_of_each(self) -> float:
        """Level of one comparison (Bonferroni), so that all of them together keep `alpha` [-]."""
        return self.alpha / len(self.compared)

    def _require_arms(self) -> None:
        names = [one.name for one in self.arms]
        if not 2 <= len(names) <= _MOST_ARMS:
            raise ParameterError(f"{len(names)} arms; expected 2 to {_MOST_ARMS}.")
        for i, name in enumerate(names):
            if name in names[:i]:
                raise ParameterError(f"two arms are called {name!r}; expected a name for each.")
        if self.control and self.control not in names:
            raise ParameterError(
                f"control is {self.control!r}, which no arm is called"
                f"{did_you_mean(self.control, names)}"
            )
        for i, one in enumerate(self.arms):
            for other in self.arms[:i]:
                if (one.sessions, one.care) == (other.sessions, other.care):
                    raise ParameterError(
                        f"arms {other.name!r} and {one.name!r} are one and the same: same "
                        "sessions, same care; give one of them other sessions, or sham = true."
                    )
