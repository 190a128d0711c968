r"""How many subjects a study needs, and what one of a given size would see.

The change of a subject scatters by

.. math:: \sigma_d = \sqrt{\sigma_r^2 + 2\,\sigma_m^2 / (z\,k)},

what differs between people's responses, and the error of measuring one take at either visit over z
zones of k takes. Power is that of the t test, by the noncentral t: of one sample for one arm or two
sides of a face, of two samples for two arms of equal size.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import stats

from porelight.errors import ConvergenceError, ParameterError
from porelight.quantities import Floats, Quantity, WholeQuantity

StudyDesign: TypeAlias = Literal["before-after", "two arms", "split face"]
_MOST = 100_000  # subjects

CHANGE = Quantity("change", "1", -0.95, 10.0, "a relative change that is to be found")
SPREAD = Quantity("spread", "1", 0.0, 2.0, "a standard deviation of a logarithm")
POWER = Quantity("power", "1", 0.05, 0.999, "a chance to find a change")
ALPHA = Quantity("alpha", "1", 1e-6, 0.5, "a two-sided level")
DROPOUT = Quantity("dropout", "1", 0.0, 0.9, "a share of subjects that are lost")
ZONES = WholeQuantity("zones", 1, 20, "zones that are averaged")
TAKES = WholeQuantity("takes", 1, 20, "takes that are averaged")
SUBJECTS = WholeQuantity("subjects", 2, _MOST, "subjects of a study")


@dataclass(frozen=True, slots=True)
class StudyAssumptions:
    """What a planned study rests on, on the scale of the analysis.

    Attributes
    ----------
    design : {"before-after", "two arms", "split face"}
        One arm against its own baseline; two arms of equal size; both arms on each face.
    effect : float
        Change, or difference of changes, that is to be found.
    response_sd : float
        Standard deviation of people's responses.
    error : float
        Standard deviation of one take.
    zones, takes : int
        Zones of an arm, and takes of each at a visit, that are averaged.
    alpha : float
        Two-sided level of the test [-].
    dropout : float
        Share of subjects that will be lost [-].
    """

    design: StudyDesign
    effect: float
    response_sd: float
    error: float
    zones: int = 1
    takes: int = 1
    alpha: float = 0.05
    dropout: float = 0.0

    def __post_init__(self) -> None:
        """Check that there is something to find and something that scatters."""
        if self.effect == 0.0:
            raise ParameterError("the change to be found is 0; no study is large enough for that.")
        if not self.change_sd > 0.0:
            raise ParameterError(
                "neither people nor measurements scatter; give --response-sd-percent or "
                "--error-percent above 0."
            )

    @property
    def change_sd(self) -> float:
        """Standard deviation of what is tested: a subject's change, or of two sides' difference.

        Two sides of a face each have their own error; what a person responds is taken to differ
        between sides as it does between people, which is the worst case.
        """
        one = math.sqrt(self.response_sd**2 + 2.0 * self.error**2 / (self.zones * self.takes))
        return one * math.sqrt(2.0) if self.design == "split face" else one


@dataclass(frozen=True, slots=True)
class SampleSize:
    """A size and its power.

    Attributes
    ----------
    assumptions : StudyAssumptions
        What it rests on.
    per_arm : int
        Subjects with both visits in each arm; in all where there is one.
    recruited : int
        Subjects to begin with, in all arms, so that as many are left.
    power : float
        Chance of a p value below alpha [-].
    """

    assumptions: StudyAssumptions
    per_arm: int
    recruited: int
    power: float


@dataclass(frozen=True, slots=True)
class ForecastEffect:
    """What a forecast expects of a study, on the logarithm.

    Attributes
    ----------
    low, middle, high : float
        Mean change over people: the middle over what nobody knows, and a 90 % interval of it.
    response_sd : float
        Standard deviation between people.
    """

    low: float
    middle: float
    high: float
    response_sd: float


def forecast_effect(changes: Floats, people: int) -> ForecastEffect:
    """Return what a forecast expects of a study.

    Parameters
    ----------
    changes : ndarray of float64, shape (n_draw,)
        Relative changes; people of one draw of knowledge lie together. A fall by more than 99 %
        counts as one by 99 %.
    people : int
        People under each draw of knowledge.

    Raises
    ------
    ParameterError
        If there are fewer than two people under a draw of knowledge: what differs between people
        cannot be told from what nobody knows then.
    """
    logarithms = np.log1p(np.maximum(np.asarray(changes, np.float64), -0.99))
    if people < 2 or logarithms.size < people:
        raise ParameterError(
            f"the forecast has {people} person under each draw of knowledge; simulate again with "
            "several ('porelight simulate' does so), or give --change-percent and "
            "--response-sd-percent."
        )
    groups = np.split(logarithms, range(people, logarithms.size, people))
    whole = [one for one in groups if one.size == people]
    means = np.array([one.mean() for one in whole])
    within = math.sqrt(float(np.mean([one.var(ddof=1) for one in whole])))
    low, middle, high = np.quantile(means, [0.05, 0.5, 0.95])
    return ForecastEffect(float(low), float(middle), float(high), within)


def sample_size(assumptions: StudyAssumptions, power: float) -> SampleSize:
    """Return the smallest study with this power.

    Parameters
    ----------
    assumptions : StudyAssumptions
        What it rests on.
    power : float
        Chance to find the effect [-].

    Raises
    ------
    ConvergenceError
        If more than 100,000 subjects would be needed.

    Examples
    --------
    >>> sample_size(StudyAssumptions("two arms", 0.5, 1.0, 0.0), 0.8).per_arm
    64
    """
    if power_of(assumptions, _MOST) < power:
        raise ConvergenceError(
            f"more than {_MOST} subjects would be needed; the change is too small for the scatter."
        )
    low, high = 1, 2
    while power_of(assumptions, high) < power:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(assumptions, middle) >= power else (middle, high)
    return _size(assumptions, high)


def study_power(assumptions: StudyAssumptions, recruited: int) -> SampleSize:
    """Return the power of a study that begins with so many subjects in all.

    Raises
    ------
    ParameterError
        If fewer than two of an arm would be left.
    """
    arms = 2 if assumptions.design == "two arms" else 1
    left = math.floor(recruited * (1.0 - assumptions.dropout) / arms + 1e-9)
    if left < 2:
        raise ParameterError(
            f"{recruited} subjects leave {left} in each arm after {100 * assumptions.dropout:g} % "
            "are lost; expected two or more."
        )
    return SampleSize(assumptions, left, recruited, power_of(assumptions, left))


def power_of(assumptions: StudyAssumptions, per_arm: int) -> float:
    """Return the power with so many subjects with both visits in each arm [-]."""
    arms = 2 if assumptions.design == "two arms" else 1
    freedom = arms * (per_arm - 1)
    if freedom < 1:
        return 0.0
    apart = abs(assumptions.effect) / assumptions.change_sd * math.sqrt(per_arm / arms)
    t = float(stats.t.ppf(1.0 - 0.5 * assumptions.alpha, freedom))
    return float(stats.nct.sf(t, freedom, apart) + stats.nct.cdf(-t, freedom, apart))


def _size(assumptions: StudyAssumptions, per_arm: int) -> SampleSize:
    arms = 2 if assumptions.design == "two arms" else 1
    recruited = math.ceil(arms * per_arm / (1.0 - assumptions.dropout) - 1e-9)
    recruited += recruited % arms
    return SampleSize(assumptions, per_arm, recruited, power_of(assumptions, per_arm))
