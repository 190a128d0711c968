r"""What the answer would be if the missing differ from what the model takes them to be.

The mixed model takes values to be *missing at random*: what is missing is as the subject's other
values, its arm and its visits tell. Three looks at that:

* complete subjects alone, with every visit and zone they began with;
* a baseline that is carried forward: who is missing has not changed at all;
* an amount :math:`\delta` on top of what the model takes for the missing [1]_. A mean over a share
  :math:`\pi` of missing values moves by :math:`\pi\delta`, and its variance grows by that of the
  share, :math:`\delta^2\pi(1-\pi)/n`. The smallest :math:`\delta` that brings 0 into the interval
  is the tipping point.

References
----------
.. [1] J. R. Carpenter, M. G. Kenward, "Multiple Imputation and its Application," Wiley (2013),
   chapter 10. doi:10.1002/9781119942283
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan
from porelight.statistics.effects import StudyEffect, effect_of
from porelight.statistics.mixed_model import Contrast, mixed_model
from porelight.statistics.study_values import EndpointTable

Look = Literal["missing at random", "complete subjects", "baseline carried forward"]


@dataclass(frozen=True, slots=True)
class MissingShare:
    """What an arm lacks at a visit, of skins that have a baseline.

    Attributes
    ----------
    n_subjects : int
        Subjects of the arm with a baseline.
    share : float
        Part of their zones that has no value at the visit [-].
    """

    n_subjects: int
    share: float


@dataclass(frozen=True, slots=True)
class Robustness:
    """One effect under other assumptions on what is missing.

    Attributes
    ----------
    effect : StudyEffect
        The effect as the model has it.
    missing : MissingShare
        What its arm lacks.
    looks : tuple of (str, Contrast)
        The effect under each assumption that can be made.
    no_change : Contrast
        The effect if the missing of the arm had on average stayed as at baseline.
    tipping : float or None
        What the missing would have to differ by for 0 to come into the interval; 0.0 if it is in it
        as things are, None if nothing could bring it there.
    """

    effect: StudyEffect
    missing: MissingShare
    looks: tuple[tuple[Look, Contrast], ...]
    no_change: Contrast
    tipping: float | None


def robustness(
    table: EndpointTable, plan: AnalysisPlan, effect: StudyEffect, own_change: float
) -> Robustness | None:
    """Return an effect under other assumptions; None if it cannot be told at all.

    Parameters
    ----------
    table : EndpointTable
        The means over takes.
    plan : AnalysisPlan
        What is analysed.
    effect : StudyEffect
        An effect of the model of this table.
    own_change : float
        Change of its arm from baseline by that model.
    """
    if effect.contrast is None:
        return None
    missing = missing_share(table, effect.arm, effect.visit)
    looks: list[tuple[Look, Contrast]] = [("missing at random", effect.contrast)]
    others: tuple[tuple[Look, EndpointTable], ...] = (
        ("complete subjects", complete(table)),
        ("baseline carried forward", carried_forward(table)),
    )
    for look, other in others:
        try:
            model = mixed_model(other, plan.standard_errors, plan.confidence)
        except ParameterError:  # nobody is complete, say
            continue
        found = effect_of(model, effect.visit, effect.arm, effect.against)
        if found.contrast is not None:
            looks.append((look, found.contrast))
    return Robustness(
        effect,
        missing,
        tuple(looks),
        shifted(effect.contrast, -own_change, missing, plan.confidence),
        tipping_point(effect.contrast, missing, plan.confidence),
    )


def missing_share(table: EndpointTable, arm: str, visit: str) -> MissingShare:
    """Return what an arm lacks at a visit."""
    of_arm = table.i_arm == table.arms.index(arm)
    pairs = np.stack([table.i_subject, table.i_zone], axis=1)

    def skins(chosen: int) -> set[tuple[int, int]]:
        return {(s, z) for s, z in pairs[of_arm & (table.i_visit == chosen)].tolist()}

    start = skins(0)
    if not start:
        return MissingShare(0, 0.0)
    lacking = start - skins(table.visits.index(visit))
    return MissingShare(len({subject for subject, _ in start}), len(lacking) / len(start))


def complete(table: EndpointTable) -> EndpointTable:
    """Return the subjects that have every one of their zones at every visit."""
    kept = np.zeros(len(table), dtype=bool)
    for subject in set(table.i_subject.tolist()):
        rows = table.i_subject == subject
        zones = len(set(table.i_zone[rows].tolist()))
        kept |= rows & (int(rows.sum()) == zones * len(table.visits))
    return table.where(kept)


def carried_forward(table: EndpointTable) -> EndpointTable:
    """Return the table with the baseline in the place of what is missing later."""
    there = set(zip(table.i_subject, table.i_zone, table.i_visit, strict=True))
    more = [
        (int(s), int(z), visit, int(a), float(value))
        for s, z, v, a, value in zip(
            table.i_subject, table.i_zone, table.i_visit, table.i_arm, table.value, strict=True
        )
        if v == 0
        for visit in range(1, len(table.visits))
        if (s, z, visit) not in there
    ]
    return table.joined(np.ones(len(table), dtype=bool), more)


def shifted(effect: Contrast, delta: float, missing: MissingShare, confidence: float) -> Contrast:
    """Return an effect if the missing of its arm differ by delta from what the model takes."""
    value = effect.value + missing.share * delta
    error = math.sqrt(effect.error**2 + _of_share(missing) * delta**2)
    t = float(stats.t.ppf(0.5 + 0.5 * confidence, effect.freedom))
    p = float(2.0 * stats.t.sf(abs(value) / error, effect.freedom))
    return Contrast(value, value - t * error, value + t * error, error, effect.freedom, p)


def tipping_point(effect: Contrast, missing: MissingShare, confidence: float) -> float | None:
    """Return the smallest difference of the missing that brings 0 into the interval."""
    if effect.low <= 0.0 <= effect.high:
        return 0.0
    if missing.share == 0.0:
        return None
    t = float(stats.t.ppf(0.5 + 0.5 * confidence, effect.freedom))
    # (value + share d)^2 = t^2 (error^2 + v d^2)
    a = missing.share**2 - t**2 * _of_share(missing)
    b = 2.0 * effect.value * missing.share
    c = effect.value**2 - t**2 * effect.error**2
    roots = np.roots([a, b, c]) if a != 0.0 else np.array([-c / b])
    against = [
        float(one.real)
        for one in roots
        if abs(one.imag) < 1e-12 * abs(one) and one.real * effect.value < 0.0
    ]
    return min(against, key=abs) if against else None


def _of_share(missing: MissingShare) -> float:
    return missing.share * (1.0 - missing.share) / max(missing.n_subjects, 1)
