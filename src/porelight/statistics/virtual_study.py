"""Virtual studies whose effect is known: what an analysis is tried on."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.study_values import StudyValue

QUANTITY = "density_per_cm2"
_VISITS = ("baseline", "week6", "week12")
_ZONES = ("cheek", "nose", "forehead")
_HALF = 1.6448536269514722  # of a 90 % interval, in standard deviations

StudyArms: TypeAlias = Literal["one arm", "two arms"]


@dataclass(frozen=True, slots=True)
class VirtualStudy:
    """What a virtual study is drawn from; all standard deviations are of the logarithm.

    Attributes
    ----------
    n_subjects : int
        Subjects.
    arms : {"one arm", "two arms"}
        Whether every other subject is a control, of whom nobody responds.
    effect : float
        Change of the logarithm in who responds; grown to the whole at the last visit.
    responders : float
        Chance of a subject to respond [-].
    subject_sd, zone_sd, visit_sd, take_sd : float
        Between subjects, their zones, their visits, and takes.
    missing : float
        Chance of a value after the baseline to be missing [-]; twice as large for a subject whose
        baseline is above the middle as for others, so that the missing are no chance sample.
    takes : int
        Takes of each zone at a visit.
    """

    n_subjects: int = 60
    arms: StudyArms = "one arm"
    effect: float = -0.12
    responders: float = 0.5
    subject_sd: float = 0.30
    zone_sd: float = 0.10
    visit_sd: float = 0.05
    take_sd: float = 0.07
    missing: float = 0.10
    takes: int = 1

    def __post_init__(self) -> None:
        """Check that there can be somebody left."""
        if self.n_subjects < 2 or not 0.0 <= self.missing < 0.75:
            raise ParameterError(
                f"a virtual study of {self.n_subjects} subjects that lacks {self.missing:g}; "
                "expected two subjects or more, and less than 0.75."
            )

    @property
    def true_effect(self) -> float:
        """Mean change of the logarithm at the last visit, less that of controls."""
        return self.effect * self.responders

    @property
    def plan(self) -> AnalysisPlan:
        """The analysis that belongs to it."""
        visits = tuple(PlannedVisit(name) for name in _VISITS[1:])
        control = "control" if self.arms == "two arms" else ""
        return AnalysisPlan(QUANTITY, _VISITS[0], visits, _ZONES, control)

    def values(self, seed: int) -> list[StudyValue]:
        """Return the long table of one drawn study."""
        rng = np.random.default_rng(seed)
        found = []
        for s in range(self.n_subjects):
            arm = "" if self.arms == "one arm" else ("control", "treated")[s % 2]
            level = self.subject_sd * float(rng.standard_normal())
            response = self.effect if rng.random() < self.responders and arm != "control" else 0.0
            # 2/3 and 4/3 of the chance on average give the chance itself
            lost = self.missing * (4.0 / 3.0 if level > 0.0 else 2.0 / 3.0)
            of_visit = self.visit_sd * rng.standard_normal(len(_VISITS))
            for zone in _ZONES:
                of_zone = self.zone_sd * float(rng.standard_normal())
                for k, visit in enumerate(_VISITS):
                    is_lost = rng.random() < lost and k > 0
                    errors = self.take_sd * rng.standard_normal(self.takes)
                    if is_lost:
                        continue
                    mean = level + of_zone + float(of_visit[k]) + response * k / (len(_VISITS) - 1)
                    found += [
                        self._value(f"S{s + 1:03}", visit, zone, arm, take, mean + float(error))
                        for take, error in enumerate(errors, start=1)
                    ]
        return found

    def _value(
        self, subject: str, visit: str, zone: str, arm: str, take: int, logarithm: float
    ) -> StudyValue:
        value = 60.0 * math.exp(logarithm)
        factor = math.exp(_HALF * self.take_sd)
        return StudyValue(
            subject, visit, zone, str(take), arm, None, QUANTITY,
            value, value / factor, value * factor,
        )  # fmt: skip
