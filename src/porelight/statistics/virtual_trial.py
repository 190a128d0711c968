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
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from porelight.errors import ParameterError
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True)
class TrialNoise:
    """What stands between a subject's true change and the number in the table.

    Attributes
    ----------
    take_sd : float
        Error of one take, a standard deviation of the logarithm.
    takes : int
        Takes that are averaged at each visit.
    drop_out : float
        Share of subjects that is lost between the baseline and the last visit [-]; they leave at a
        visit drawn evenly, whatever their skin does.
    """

    take_sd: float
    takes: int
    drop_out: float


@dataclass(frozen=True, slots=True, eq=False)
class TrialPopulation:
    """True changes of people under what nobody knows.

    Attributes
    ----------
    changes : ndarray of float64, shape (2, n_visit, n_knowledge, n_stratum, n_people)
        Change of the logarithm of the endpoint from baseline: treated arm, then control.
    weights : ndarray of float64, shape (n_stratum,)
        Share of the strata in the trial; sums to 1.
    groups : tuple of str, length n_stratum
        Subgroup of each stratum.
    """

    changes: Floats
    weights: Floats
    groups: tuple[str, ...]

    def means(self, arm: int, visit: int = -1) -> Floats:
        """Return the mean true change of the people of an arm, shape (n_knowledge,)."""
        return np.asarray(self.changes[arm, visit].mean(axis=2) @ self.weights)

    def variances(self, arm: int, visit: int = -1) -> Floats:
        """Return the variance of true changes between the people of an arm, (n_knowledge,)."""
        squares = (self.changes[arm, visit] ** 2).mean(axis=2) @ self.weights
        return np.asarray(np.maximum(squares - self.means(arm, visit) ** 2, 0.0))

    def effects(self, visit: int = -1) -> Floats:
        """Return the true effect, treated less control, in each draw of knowledge."""
        return self.means(0, visit) - self.means(1, visit)

    @property
    def middle(self) -> int:
        """The draw of knowledge whose effect at the last visit is the median."""
        return int(np.argsort(self.effects(), kind="stable")[(self.effects().size - 1) // 2])

    def of_group(self, group: str) -> "TrialPopulation":
        """Return the people of one subgroup alone."""
        rows = np.array([one == group for one in self.groups])
        weights = self.weights[rows]
        return TrialPopulation(
            self.changes[..., rows, :], weights / weights.sum(), (group,) * int(rows.sum())
        )


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


@dataclass(frozen=True, slots=True)
class TrialTable:
    """What one virtual trial measured.

    Attributes
    ----------
    changes : tuple of two ndarray of float64, each (n_subject, n_visit)
        Measured changes in either arm; NaN after a subject has left.
    strata : tuple of two ndarray of int, each (n_subject,)
        Stratum of each subject.
    """

    changes: tuple[Floats, Floats]
    strata: tuple[np.ndarray, np.ndarray]

    def effect(
        self, visit: int = -1, alpha: float = 0.05, strata: Sequence[int] | None = None
    ) -> TrialEffect:
        """Return the effect at a visit, by Welch's t test; of some strata alone if given."""
        arms = []
        for changes, of in zip(self.changes, self.strata, strict=True):
            there = np.isfinite(changes[:, visit])
            if strata is not None:
                there &= np.isin(of, strata)
            arms.append(changes[there, visit])
        return welch(arms[0], arms[1], alpha)


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


def drawn_trial(
    people: TrialPopulation,
    noise: TrialNoise,
    per_arm: int,
    knowledge: int,
    rng: np.random.Generator,
    arms: tuple[int, int] = (0, 1),
) -> TrialTable:
    """Draw a trial under one draw of knowledge.

    Parameters
    ----------
    people : TrialPopulation
        From whom subjects are drawn, with replacement.
    noise : TrialNoise
        Error of measuring and drop-out.
    per_arm : int
        Subjects in either arm.
    knowledge : int
        Draw of what nobody knows that is the truth of this trial.
    rng : Generator
        Random numbers.
    arms : tuple of int
        Arms of `people`; (1, 1) is sham against sham.
    """
    _, n_visit, _, n_stratum, n_people = people.changes.shape
    sd = noise.take_sd / math.sqrt(noise.takes)
    found, strata = [], []
    for arm in arms:
        of = rng.choice(n_stratum, per_arm, p=people.weights)
        who = rng.integers(n_people, size=per_arm)
        true = people.changes[arm, :, knowledge, of, who]  # (per_arm, n_visit)
        errors = sd * rng.standard_normal((per_arm, n_visit + 1))
        measured = true + errors[:, 1:] - errors[:, :1]
        leaves = rng.random(per_arm) < noise.drop_out
        first = np.where(leaves, rng.integers(n_visit, size=per_arm), n_visit)
        measured[np.arange(n_visit) >= first[:, None]] = np.nan
        found.append(measured)
        strata.append(of)
    return TrialTable((found[0], found[1]), (strata[0], strata[1]))


def power_by_knowledge(
    people: TrialPopulation, noise: TrialNoise, per_arm: int, alpha: float, *, wanted: int = -1
) -> Floats:
    """Return the chance of a significant effect in the wanted direction, in each draw of knowledge.

    By the noncentral t of two arms of those who stay; the mean of their variances stands for both.

    Parameters
    ----------
    people, noise, per_arm
        See `drawn_trial`.
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
    of_error = 2.0 * noise.take_sd**2 / noise.takes
    variance = 0.5 * (people.variances(0) + people.variances(1)) + of_error
    apart = wanted * people.effects() / np.sqrt(2.0 * variance / left)
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
    per_arm: int,
    alpha: float,
    trials: int,
    rng: np.random.Generator,
) -> TrialCheck:
    """Return the share of false positives, sham against sham, and the coverage of intervals."""
    effects = people.effects()
    false = covered = 0
    for i in range(trials):
        k = i % effects.size
        null = drawn_trial(people, noise, per_arm, k, rng, (1, 1)).effect(alpha=alpha)
        false += null.p < alpha
        found = drawn_trial(people, noise, per_arm, k, rng).effect(alpha=alpha)
        covered += bool(found.low <= effects[k] <= found.high)
    return TrialCheck(trials, per_arm, false / trials, covered / trials, alpha)
