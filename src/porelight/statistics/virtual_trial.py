r"""A virtual trial: drawn from people whose true changes are simulated, and analysed as a real one.

A subject's measured change of the logarithm is the true one and the errors of two photographs. What
is tested is the difference of two arms' mean changes at a visit, by Welch's t test of the subjects
who came to it; with complete data it is the estimate of the study's mixed model with robust
standard errors (`porelight.statistics.mixed_model`).

Power and assurance are kept apart. *Power* holds what nobody knows at the draw in the middle, where
half of the draws of knowledge have a larger effect; *assurance* is power averaged over all of them:
the chance of a significant result, in the direction that was asked, as far as anybody can tell.

References
----------
.. [1] A. O'Hagan, J. W. Stevens, M. J. Campbell, "Assurance in clinical trial design," Pharm. Stat.
   4, 187-201 (2005). doi:10.1002/pst.175
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from porelight.errors import ParameterError
from porelight.quantities import Floats

Pair: TypeAlias = tuple[int, int]
"""An arm and the one that it is compared with."""


@dataclass(frozen=True, slots=True)
class TrialNoise:
    """What stands between a subject's true change and the number in the table.

    Attributes
    ----------
    take_sd : float
        Error of one take of one zone, a standard deviation of the logarithm.
    takes : int
        Takes that are averaged at each visit.
    drop_out : float
        Share of subjects that is lost between the baseline and the last visit [-]; they leave at a
        visit drawn evenly, whatever their skin does.
    zones : int
        Zones that are averaged, each with takes of its own.
    source : str
        How the error is known.
    """

    take_sd: float
    takes: int
    drop_out: float
    zones: int = 1
    source: str = "given"

    @property
    def visit_sd(self) -> float:
        """Error of a visit, a standard deviation of the logarithm."""
        return self.take_sd / math.sqrt(self.takes * self.zones)


@dataclass(frozen=True, slots=True, eq=False)
class TrialPopulation:
    """True changes of people under what nobody knows.

    Attributes
    ----------
    changes : ndarray of float64, shape (n_arm, n_visit, n_knowledge, n_people)
        Change of the logarithm of the endpoint from baseline; each arm has people of its own.
    types : ndarray of int, shape (n_arm, n_people)
        Skin type of each.
    """

    changes: Floats
    types: NDArray[np.int64]

    @property
    def n_people(self) -> int:
        """People in each arm."""
        return int(self.changes.shape[-1])

    def means(self, arm: int, visit: int = -1, of_type: int | None = None) -> Floats:
        """Return the mean true change of the people of an arm or type, shape (n_knowledge,)."""
        return np.asarray(self._people(arm, visit, of_type).mean(axis=-1))

    def variances(self, arm: int, visit: int = -1) -> Floats:
        """Return the variance of true changes between the people of an arm, (n_knowledge,)."""
        return np.asarray(self._people(arm, visit, None).var(axis=-1))

    def effects(self, pair: Pair, visit: int = -1, of_type: int | None = None) -> Floats:
        """Return the true effect, the first arm less the second, in each draw of knowledge."""
        return self.means(pair[0], visit, of_type) - self.means(pair[1], visit, of_type)

    def middle(self, pair: Pair) -> int:
        """Return the draw of knowledge whose effect at the last visit is the median."""
        effects = self.effects(pair)
        return int(np.argsort(effects, kind="stable")[(effects.size - 1) // 2])

    def _people(self, arm: int, visit: int, of_type: int | None) -> Floats:
        changes = self.changes[arm, visit]
        return np.asarray(changes if of_type is None else changes[:, self.types[arm] == of_type])


@dataclass(frozen=True, slots=True)
class TrialEffect:
    """An estimated effect, on the logarithm.

    Attributes
    ----------
    estimate, standard_error, low, high, p : float
        Difference of mean changes, treated less control, its interval and its two-sided p value.
    n : tuple of int
        Subjects with both visits in either arm.
    """

    estimate: float
    standard_error: float
    low: float
    high: float
    p: float
    n: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredArm:
    """What was measured in one arm of a virtual trial.

    Attributes
    ----------
    changes : ndarray of float64, shape (n_subject, n_visit)
        Measured changes; NaN after a subject has left.
    types : ndarray of int, shape (n_subject,)
        Skin type of each subject.
    """

    changes: Floats
    types: NDArray[np.int64]

    def came(self, visit: int, of_type: int | None = None) -> Floats:
        """Return the changes of those who came to a visit, of one type alone if given."""
        there = np.isfinite(self.changes[:, visit])
        if of_type is not None:
            there &= self.types == of_type
        return np.asarray(self.changes[there, visit])


def welch(treated: Floats, control: Floats, alpha: float) -> TrialEffect:
    """Return the difference of two means with its interval (Welch, unequal variances).

    Raises
    ------
    ParameterError
        If an arm has fewer than two subjects.
    """
    n = treated.size, control.size
    if min(n) < 2:
        raise ParameterError(
            f"{min(n)} subject of an arm came to both visits; expected 2 or more: recruit more "
            "subjects_per_arm, or lower drop_out_percent."
        )
    found = stats.ttest_ind(treated, control, equal_var=False)
    ends = found.confidence_interval(1.0 - alpha)
    error = math.sqrt(treated.var(ddof=1) / n[0] + control.var(ddof=1) / n[1])
    estimate = float(treated.mean() - control.mean())
    return TrialEffect(estimate, error, float(ends.low), float(ends.high), float(found.pvalue), n)


def measured_arm(
    people: TrialPopulation,
    noise: TrialNoise,
    arm: int,
    who: NDArray[np.int64],
    knowledge: int,
    rng: np.random.Generator,
) -> MeasuredArm:
    """Draw what is measured in an arm under one draw of knowledge.

    Parameters
    ----------
    people : TrialPopulation
        Whose changes are measured.
    noise : TrialNoise
        Error of measuring and drop-out.
    arm : int
        Arm of `people`.
    who : ndarray of int, shape (n_subject,)
        Which of its people take part; one may stand for several.
    knowledge : int
        Draw of what nobody knows that is the truth of this trial.
    rng : Generator
        Random numbers.
    """
    n, n_visit = who.size, people.changes.shape[1]
    true = people.changes[arm, :, knowledge, :][:, who].T
    errors = noise.visit_sd * rng.standard_normal((n, n_visit + 1))
    measured = true + errors[:, 1:] - errors[:, :1]
    leaves = rng.random(n) < noise.drop_out
    first = np.where(leaves, rng.integers(n_visit, size=n), n_visit)
    measured[np.arange(n_visit) >= first[:, None]] = np.nan
    return MeasuredArm(measured, people.types[arm, who])


def standard_errors(people: TrialPopulation, noise: TrialNoise, pair: Pair, per_arm: int) -> Floats:
    """Return the standard error of the effect of a trial of a size, (n_knowledge,).

    Parameters
    ----------
    people, noise, pair, per_arm
        See `power_by_knowledge`.
    """
    left = max(math.floor(per_arm * (1.0 - noise.drop_out)), 1)
    between = people.variances(pair[0]) + people.variances(pair[1])
    return np.asarray(np.sqrt((between + 4.0 * noise.visit_sd**2) / left))


def power_by_knowledge(
    people: TrialPopulation,
    noise: TrialNoise,
    pair: Pair,
    per_arm: int,
    alpha: float,
    *,
    wanted: int = -1,
) -> Floats:
    """Return the chance of a significant effect in the wanted direction, in each draw of knowledge.

    By the noncentral t of two arms of those who stay; the mean of their variances stands for both.

    Parameters
    ----------
    people, noise
        See `measured_arm`.
    pair : tuple of int
        Arm and control.
    per_arm : int
        Subjects in each.
    alpha : float
        Two-sided level [-].
    wanted : int
        Sign of the effect that is sought: -1 where less is better.

    Returns
    -------
    ndarray of float64, shape (n_knowledge,)
    """
    left = math.floor(per_arm * (1.0 - noise.drop_out))
    if left < 2:
        return np.zeros(people.changes.shape[2])
    apart = wanted * people.effects(pair) / standard_errors(people, noise, pair, per_arm)
    freedom = 2 * (left - 1)
    t = float(stats.t.ppf(1.0 - 0.5 * alpha, freedom))
    # the noncentral t is lost in rounding far out, where the chance is 1 or 0 to all digits
    return np.asarray(stats.nct.sf(t, freedom, np.clip(apart, -30.0, 30.0)))


@dataclass(frozen=True, slots=True)
class TrialCheck:
    """What many small virtual trials show of the analysis.

    Attributes
    ----------
    trials, per_arm : int
        How many, and of how many subjects in either arm.
    false_positives : float
        Share with p below alpha when both arms are the control [-].
    coverage : float
        Share of intervals that hold the true effect of their own draw of knowledge [-].
    alpha : float
        Level.
    """

    trials: int
    per_arm: int
    false_positives: float
    coverage: float
    alpha: float

    @property
    def error(self) -> float:
        """Standard error of a share of `alpha` in so many trials [-]."""
        return math.sqrt(self.alpha * (1.0 - self.alpha) / self.trials)


def checked_analysis(
    people: TrialPopulation,
    noise: TrialNoise,
    pair: Pair,
    per_arm: int,
    alpha: float,
    trials: int,
    rng: np.random.Generator,
) -> TrialCheck:
    """Return the share of false positives, sham against sham, and the coverage of intervals."""
    effects = people.effects(pair)

    def effect(arms: Pair, k: int) -> TrialEffect:
        treated, control = (
            measured_arm(people, noise, a, rng.integers(people.n_people, size=per_arm), k, rng)
            for a in arms
        )
        return welch(treated.came(-1), control.came(-1), alpha)

    false = covered = 0
    for i in range(trials):
        k = i % effects.size
        false += effect((pair[1], pair[1]), k).p < alpha
        found = effect(pair, k)
        covered += bool(found.low <= effects[k] <= found.high)
    return TrialCheck(trials, per_arm, false / trials, covered / trials, alpha)
