r"""What would be gained by measuring an unknown, before a study is decided on.

The effect in each draw of knowledge is regressed on the normal score of one unknown and its square.
What the regression explains is the share of the effect's variance that knowing the unknown would
take away; with the rest taken as normal, so is the chance to decide wrongly [1]_. Of many unknowns
some explain a little by luck: only those are told whose share is larger than the largest of as many
unknowns without any influence would be in 19 of 20 cases.

References
----------
.. [1] M. Strong, J. E. Oakley, A. Brennan, "Estimating multiparameter partial expected value of
   perfect information from a probabilistic sensitivity analysis sample," Med. Decis. Making 34,
   311-326 (2014). doi:10.1177/0272989X13505910
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import beta, rankdata

from porelight.quantities import Floats

_TERMS = 2  # of the regression, beside the mean
_SURE = 0.95


@dataclass(frozen=True, slots=True)
class ValueOfKnowing:
    """What one unknown does to a decision.

    Attributes
    ----------
    name : str
        Library name of the unknown.
    share : float
        Share of the variance of the effect over knowledge that goes when it is known, corrected for
        what as many draws of pure chance would explain on average [-].
    narrower : float
        By how much the effect's interval over knowledge becomes narrower on average [-].
    wrong_now, wrong_then : float
        Chance to decide wrongly whether the effect is worth while, without and with it known [-].
    """

    name: str
    share: float
    narrower: float
    wrong_now: float
    wrong_then: float


def value_of_knowing(
    effects: Floats, unknowns: Mapping[str, Floats], threshold: float
) -> tuple[ValueOfKnowing, ...]:
    """Return what knowing an unknown would bring, the largest share first; without those of luck.

    Parameters
    ----------
    effects : ndarray of float64, shape (n_knowledge,)
        Effect in each draw of knowledge.
    unknowns : mapping of str to ndarray of float64, shape (n_knowledge,)
        Value of each unknown in these draws.
    threshold : float
        An effect below it is worth while.
    """
    n, mean, variance = effects.size, float(effects.mean()), float(effects.var())
    if variance == 0.0:
        return ()
    now = _wrong(np.array([mean]), np.sqrt(variance), threshold)
    # the share that normal noise of n draws gives a regression without influence is of this law
    luck = float(
        beta.ppf(_SURE ** (1.0 / max(len(unknowns), 1)), 0.5 * _TERMS, 0.5 * (n - 1 - _TERMS))
    )
    found = []
    for name, values in unknowns.items():
        score = ndtri((rankdata(values) - 0.5) / n)
        design = np.column_stack([np.ones(n), score, score**2 - 1.0])
        fitted = design @ np.linalg.lstsq(design, effects, rcond=None)[0]
        plain = float(fitted.var()) / variance
        if plain <= luck:
            continue
        share = max(1.0 - (1.0 - plain) * (n - 1) / (n - 1 - _TERMS), 0.0)
        shrunk = mean + (fitted - fitted.mean()) * np.sqrt(share / plain if plain else 0.0)
        then = _wrong(shrunk, np.sqrt(variance * (1.0 - share)), threshold)
        found.append(
            ValueOfKnowing(name, share, 1.0 - float(np.sqrt(1.0 - share)), now, min(then, now))
        )
    return tuple(sorted(found, key=lambda one: -one.share))


def _wrong(means: Floats, sd: float, threshold: float) -> float:
    """Return the chance that the better guess is wrong, of a normal effect about each mean."""
    if sd <= 0.0:
        return 0.0
    below = ndtr((threshold - means) / sd)
    return float(np.minimum(below, 1.0 - below).mean())
