"""The error of measuring, from several takes of one skin at one visit within a study."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from porelight.errors import ParameterError
from porelight.photo.agreement import (
    Z95,
    Agreement,
    LimitsOfAgreement,
    agreement,
    limits_of_agreement,
)
from porelight.photo.estimate import Estimate
from porelight.statistics.study_values import EndpointTable

_LEAST_FREEDOM = 5  # of repeats, below which their scatter says less than the intervals
_COVERAGE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class TakeAgreement:
    """How well takes of one skin at one visit agree.

    Attributes
    ----------
    n_places : int
        Skins at a visit with two takes or more.
    n_subjects : int
        Subjects that they are of.
    freedom : int
        Takes beyond the first.
    error : Estimate
        Standard deviation of one take on the scale of the analysis, with its 95 % interval.
    stated : float
        What the intervals of measuring say of it; those hold what is common to takes, too.
    repeats : Agreement or None
        Agreement of the first two takes in the unit of the quantity; None if fewer than three skins
        have two, or all are alike.
    limits : LimitsOfAgreement or None
        Second take less first, on the scale of the analysis; None as above.
    """

    n_places: int
    n_subjects: int
    freedom: int
    error: Estimate
    stated: float
    repeats: Agreement | None
    limits: LimitsOfAgreement | None


@dataclass(frozen=True, slots=True)
class MeasuringError:
    """The error of one take, on the scale of the analysis.

    Attributes
    ----------
    error : float
        Its standard deviation.
    source : {"takes", "intervals"}
        What it is from.
    freedom : float
        Degrees of freedom; infinite from intervals.
    """

    error: float
    source: Literal["takes", "intervals"]
    freedom: float

    @property
    def detectable(self) -> float:
        """Return the smallest detectable change of one take against one, at 95 %."""
        return Z95 * math.sqrt(2.0) * self.error


def take_agreement(table: EndpointTable) -> TakeAgreement | None:
    """Return how well takes agree; None if no skin has two at a visit."""
    several = [i for i, takes in enumerate(table.takes) if takes.size > 1]
    if not several:
        return None
    freedom = sum(table.takes[i].size - 1 for i in several)
    squares = sum(float(((table.takes[i] - table.takes[i].mean()) ** 2).sum()) for i in several)
    error = math.sqrt(squares / freedom)
    low, high = (
        error * math.sqrt(freedom / float(stats.chi2.ppf(share, freedom)))
        for share in (0.5 + 0.5 * _COVERAGE, 0.5 - 0.5 * _COVERAGE)
    )
    pairs = np.array([table.takes[i][:2] for i in several])
    natural = np.exp(pairs) if table.scale == "log" else pairs
    try:
        repeats = agreement(natural)
        limits = limits_of_agreement(pairs[:, 0], pairs[:, 1])
    except ParameterError:  # too few, or all alike: the scatter above is all that can be said
        repeats, limits = None, None
    return TakeAgreement(
        len(several),
        len(set(table.i_subject[several].tolist())),
        freedom,
        Estimate(error, low, high),
        stated_error(table),
        repeats,
        limits,
    )


def stated_error(table: EndpointTable) -> float:
    """Return the standard deviation of one take by the intervals of measuring."""
    each = [error**2 * takes.size for error, takes in zip(table.error, table.takes, strict=True)]
    return math.sqrt(float(np.mean(each)))


def measuring_error(table: EndpointTable, found: TakeAgreement | None) -> MeasuringError:
    """Return the error of a take: from takes where there are enough, else from intervals."""
    if found is not None and found.freedom >= _LEAST_FREEDOM and found.error.value > 0.0:
        return MeasuringError(found.error.value, "takes", float(found.freedom))
    return MeasuringError(stated_error(table), "intervals", math.inf)
