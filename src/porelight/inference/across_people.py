r"""Learning across people: draws of what nobody knows, weighed by a study simulated as it was made.

A study of many people is followed in many worlds. A world has one draw of what nobody knows, and in
it the very subjects of the study are simulated: their skin, their sessions, their visits, the error
of their camera; each is a person drawn anew. The worlds in which the study came out as it really
did are those that speak. Every world is made twice with other people, so that what is luck of the
people is told from what is knowledge.

The likelihood of fifty people has no closed form, and its estimate by chance degenerates
(decision 41). What is compared is therefore a summary: the mean over the visits of a cell, equal
treatment and equal phase, of :math:`\operatorname{arsinh}(y/0.1)` with y the measured change of
the logarithm. Of these means s the directions are kept in which worlds differ most against their
luck, the eigenvectors of :math:`\mathrm{Cov}(s)\,v = \lambda\,\mathrm{Cov}_{luck}(s)\,v`, in units
of that luck. A world then weighs

.. math:: w \propto \exp\bigl[-\lVert v^T (s - s_{measured}) \rVert^2 / 2 h^2\bigr] ,

with the smallest h at which enough draws of knowledge speak. This is approximate Bayesian
computation with summaries made for it [1]_: whatever the summary, a posterior given it is
calibrated [2]_; a poor summary or a large h only learns less. h is told.

References
----------
.. [1] P. Fearnhead, D. Prangle, "Constructing summary statistics for approximate Bayesian
   computation: semi-automatic approximate Bayesian computation," J. R. Stat. Soc. B 74, 419-474
   (2012). doi:10.1111/j.1467-9868.2011.01010.x
.. [2] S. Talts, M. Betancourt, D. Simpson, A. Vehtari, A. Gelman, "Validating Bayesian inference
   algorithms with simulation-based calibration," arXiv:1804.06788 (2018).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from porelight.brief import brief
from porelight.errors import ConvergenceError, ParameterError
from porelight.inference.importance import largest_pareto_k, pareto_k
from porelight.inference.reweighting import Visit, weighted_quantile
from porelight.quantities import Floats

ENOUGH = 200.0  # draws of knowledge that should speak: two dozen are the tails of a 90 % interval
CONFLICT = 4.0  # standard deviations of luck from which on no world explains a study
LEAST_LOG = math.log(0.01)  # of a pore area that is gone; a camera sees no less of it
_SOFT = 0.1  # changes of the logarithm beyond this count less, so that no person outweighs all
_PHASES = (56.0, 140.0)  # d between early, middle and late visits
_DIRECTIONS = 2  # the third carries a tenth of the first and costs as many draws
_SIGNAL = 2.0  # times its luck by which a direction must vary over worlds to be worth a draw
_SHARPEST = 0.25  # of luck: a kernel so narrow adds 3 % to it
_WIDER = 1.1
_NEAREST = 50  # worlds by which luck near the study is told
_LUCK_ERROR = 3  # keeps the random numbers of cameras apart from those of people


@dataclass(frozen=True, slots=True)
class FollowedSubject:
    """One subject of a study: what was done, and what was measured.

    Attributes
    ----------
    name : str
        Its own in the study.
    treatment : str
        What was done, in words; subjects treated alike are compared by their mean.
    visits : tuple of Visit
        The baseline on day 0, then follow-ups in order.
    """

    name: str
    treatment: str
    visits: tuple[Visit, ...]

    def __post_init__(self) -> None:
        days = [one.day for one in self.visits]
        if len(days) < 2 or days[0] != 0.0 or sorted(set(days)) != days:
            raise ParameterError(
                f"subject {self.name}: visits are on days {days}; expected a baseline on day 0 and "
                "one or more follow-ups in order after it."
            )

    @property
    def changes(self) -> Floats:
        """Measured change of the logarithm at each follow-up, (n_follow_up,)."""
        measured = np.log([one.value for one in self.visits])
        return np.asarray(measured[1:] - measured[0])

    @property
    def cells(self) -> tuple[tuple[str, int], ...]:
        """Treatment and phase of each follow-up."""
        return tuple(
            (self.treatment, int(np.searchsorted(_PHASES, one.day))) for one in self.visits[1:]
        )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LearnedAcross:
    """Draws of knowledge in the light of a study.

    Attributes
    ----------
    weights : ndarray of float64, shape (n_knowledge,)
        Weight of each draw of knowledge; they sum to 1.
    effective_draws : float
        Effective number of draws of knowledge.
    pareto_k : float
        Shape of the tail of the worlds' weights; see `porelight.inference.importance`.
    blur : float
        Width of the kernel over the luck of the study's people near what was measured [-]: from 1
        on more was to be learned than these draws could tell.
    conflict : float
        How far the study lies from the worlds nearest to it, in standard deviations of luck [-].
    """

    weights: Floats
    effective_draws: float
    pareto_k: float
    blur: float
    conflict: float

    __repr__ = brief

    @property
    def of_worlds(self) -> Floats:
        """Weight of each world for a person who is not of the study, (2 n_knowledge,).

        Both worlds of a draw of knowledge count the same: which of them the study was like is luck
        of its people.
        """
        return np.repeat(0.5 * self.weights, 2)

    def chosen(self, n: int, seed: int) -> NDArray[np.int64]:
        """Return numbers of draws of knowledge, n of them, that count the same, (n,).

        Systematic resampling, in random order, so that the first few stand for all.
        """
        if n < 1:
            raise ParameterError(f"n is {n}; expected 1 draw or more.")
        generator = np.random.default_rng(seed)
        total = np.cumsum(self.weights)
        places = (np.arange(n) + generator.random()) / n * total[-1]
        found = np.minimum(np.searchsorted(total, places, side="right"), total.size - 1)
        return np.asarray(found[generator.permutation(n)], dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class StudyWorlds:
    """A study as it comes out in many worlds.

    Attributes
    ----------
    subjects : tuple of FollowedSubject
        In the order of their names.
    simulated : tuple of ndarray of float64, each (2 n_knowledge, n_follow_up)
        Measured change of the logarithm of each subject in each world, the camera's error in it;
        worlds 2 k and 2 k + 1 are of the same draw of knowledge.
    n_knowledge : int
        Draws of knowledge.
    """

    subjects: tuple[FollowedSubject, ...]
    simulated: tuple[Floats, ...]
    n_knowledge: int

    __repr__ = brief

    def learned(
        self, measured: Sequence[Floats] | None = None, *, enough: float = ENOUGH
    ) -> LearnedAcross:
        """Return the draws of knowledge in the light of what was measured.

        Parameters
        ----------
        measured : sequence of ndarray of float64, each (n_follow_up,), optional
            Change of the logarithm of each subject at each follow-up; what the subjects' visits
            measured when left out.
        enough : float
            Draws of knowledge that should speak.

        Raises
        ------
        ConvergenceError
            If no world explains the study, or the tail of the weights cannot be trusted.
        """
        n = self.n_knowledge
        if not self.subjects:
            even = np.full(n, 1.0 / n)
            return LearnedAcross(even, float(n), -math.inf, 0.0, 0.0)
        if n < 2.0 * enough:
            raise ParameterError(
                f"{n} draws of knowledge; expected {2.0 * enough:g} or more, {enough:g} of which "
                "should speak."
            )
        found = [one.changes for one in self.subjects] if measured is None else measured
        worlds, axes = self._directions
        at = self._summary([one[None, :] for one in found])[0] @ axes
        distance = ((worlds - at) ** 2).sum(axis=1)
        conflict, luck = _explained(worlds, at, distance)
        if conflict > CONFLICT:
            raise ConvergenceError(
                f"no draw of what nobody knows explains this study: the worlds nearest to it lie "
                f"{conflict:.1f} standard deviations of its people and cameras away, up to "
                f"{CONFLICT:g} is luck. Check the measurements, their errors and the sessions; if "
                "they are right, the model is wrong about these people."
            )
        width = _SHARPEST
        while True:
            log_worlds = -0.5 * distance / width**2
            log_weights = np.logaddexp(log_worlds[::2], log_worlds[1::2])
            weights = np.exp(log_weights - log_weights.max())
            weights /= weights.sum()
            effective = 1.0 / float((weights**2).sum())
            if effective >= enough:
                break
            width *= _WIDER
        # of worlds, each drawn alone: of a pair, rarely both are near, which is a step in the tail
        shape, largest = pareto_k(log_worlds), largest_pareto_k(2 * n)
        if shape > largest:
            raise ConvergenceError(
                f"the {effective:.0f} draws of knowledge that explain this study have weights with "
                f"a tail of shape {shape:.2f}; up to {largest:.2f} can be trusted. Simulate more "
                "draws."
            )
        return LearnedAcross(weights, effective, shape, width / luck, conflict)

    def inside(self, known: LearnedAcross, probability: float = 0.9) -> tuple[float, int]:
        """Return the share of follow-ups inside their interval, and how many there are.

        Parameters
        ----------
        known : LearnedAcross
            Weights of the draws of knowledge.
        probability : float
            Share of the worlds inside an interval.
        """
        tail = 0.5 * (1.0 - probability)
        hits = []
        for subject, worlds in zip(self.subjects, self.simulated, strict=True):
            for measured, column in zip(subject.changes, worlds.T, strict=True):
                low, high = weighted_quantile(column, known.of_worlds, np.array([tail, 1.0 - tail]))
                hits.append(low <= measured <= high)
        return (float(np.mean(hits)) if hits else math.nan), len(hits)

    @cached_property
    def _directions(self) -> tuple[Floats, Floats]:
        """Return worlds in the directions that tell them apart, and these directions."""
        summary = self._summary(self.simulated)
        apart = summary[::2] - summary[1::2]
        luck = 0.5 * apart.T @ apart / len(apart)
        # cells that a few visits share are nearly the same number
        luck += 1e-9 * np.trace(luck) * np.eye(len(luck))
        signal, axes = eigh(np.atleast_2d(np.cov(summary.T)), luck)
        n = max(1, min(_DIRECTIONS, int((signal > _SIGNAL).sum())))
        axes = axes[:, ::-1][:, :n]
        return summary @ axes, axes

    def _summary(self, changes: Sequence[Floats]) -> Floats:
        """Return the mean of each cell, (n_world, n_cell), of changes (n_world, n_follow_up)."""
        cells: dict[tuple[str, int], list[Floats]] = {}
        for subject, worlds in zip(self.subjects, changes, strict=True):
            for cell, column in zip(subject.cells, worlds.T, strict=True):
                cells.setdefault(cell, []).append(np.arcsinh(column / _SOFT))
        return np.array([np.mean(cells[one], axis=0) for one in sorted(cells)]).T


def study_worlds(
    subjects: Sequence[FollowedSubject],
    predicted: Mapping[str, Floats],
    n_knowledge: int,
    seed: int,
) -> StudyWorlds:
    """Return a study in many worlds, as cameras see it.

    Parameters
    ----------
    subjects : sequence of FollowedSubject
        In any order.
    predicted : mapping of str to ndarray of float64, each (2 n_knowledge, n_follow_up)
        True change of the logarithm of each subject at each follow-up, by name; worlds 2 k and
        2 k + 1 hold two people under draw k of knowledge.
    n_knowledge : int
        Draws of knowledge.
    seed : int
        Seed of the cameras' errors.

    Raises
    ------
    ParameterError
        If two subjects share a name, or a prediction is missing or has another shape.
    """
    ordered = sorted(subjects, key=lambda one: one.name)
    names = [one.name for one in ordered]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ParameterError(f"two subjects are called {twice}; expected a name of its own each.")
    generator = np.random.default_rng([seed, _LUCK_ERROR])
    seen = []
    for one in ordered:
        shape = 2 * n_knowledge, len(one.visits) - 1
        true = predicted.get(one.name)
        if true is None or true.shape != shape:
            raise ParameterError(
                f"subject {one.name}: predictions are {getattr(true, 'shape', 'missing')}; "
                f"expected an array {shape} of worlds by follow-ups."
            )
        deviation = np.array([visit.deviation for visit in one.visits])
        error = deviation * generator.standard_normal((shape[0], deviation.size))
        # one baseline is the start of every change, and so is its error
        seen.append(np.maximum(true, LEAST_LOG) + error[:, 1:] - error[:, :1])
    return StudyWorlds(tuple(ordered), tuple(seen), n_knowledge)


def _explained(worlds: Floats, at: Floats, distance: Floats) -> tuple[float, float]:
    """Return how far the nearest worlds are from a study, and their luck, both per direction.

    Luck near the study, not over all worlds: people differ more where all change more.
    """
    n = min(_NEAREST, distance.size)
    nearest = np.argpartition(distance, n - 1)[:n]
    pairs = np.unique(nearest // 2)
    luck = np.sqrt(0.5 * ((worlds[2 * pairs] - worlds[2 * pairs + 1]) ** 2).mean(axis=0))
    away = np.abs(worlds[nearest].mean(axis=0) - at) / luck
    return float(away.max()), float(np.exp(np.log(luck).mean()))
