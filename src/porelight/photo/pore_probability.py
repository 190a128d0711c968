r"""Probability that a spot is a pore, and that it is a pore wide enough to be counted.

The network was trained on many kinds of photographs at once, so the same log-odds o mean more in a
soft picture than in a sharp one, and more of a wide spot than of a narrow one. With the diameter d
that the network reads and the sharpness h of the picture,

.. math:: \ln\frac{p}{1-p} = w_1 + w_2\,o + w_3\,s + w_4\,o\,s + w_5\,s^2 + w_6\,(h - h_0) ,
   \qquad s = \ln\frac{d}{0.3\,\mathrm{mm}} .

The weights are a logistic regression on rendered skin that no network had seen: once for all pores,
once for those of 0.25 mm and more. Sharpness is clipped to the range of the fitted pictures.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from porelight.quantities import Floats
from porelight.tissue.population import DETECTION_THRESHOLD

TERMS = ("one", "odds", "size", "odds_size", "size_squared", "sharpness")
COUNTED_FROM = DETECTION_THRESHOLD  # m, diameter of the pores that are counted

_MIDDLE_SIZE = np.log(0.3)  # of ln(d / 1 mm)
_MIDDLE_SHARPNESS = 0.6
# of those patches nine in ten lie between 0.46 and 0.66, all between 0.44 and 0.75
_LEARNT_SHARPNESS = (0.45, 0.70)


@dataclass(frozen=True, slots=True)
class PoreProbability:
    """A logistic regression from the network's output at a spot to its probability of being a pore.

    Attributes
    ----------
    weights : tuple of float
        One weight for each of `TERMS` [-].
    """

    weights: tuple[float, ...]

    def probability(self, odds: Floats, log_diameter: Floats, sharpness: float) -> Floats:
        """Return the probability of each spot [-].

        Parameters
        ----------
        odds : ndarray of float64, shape (n,)
            Log-odds of the network [-].
        log_diameter : ndarray of float64, shape (n,)
            ln(diameter / 1 mm) that the network reads.
        sharpness : float
            Sharpness of the photograph (`porelight.photo.sharpness`) [-].
        """
        log_odds = terms(odds, log_diameter, sharpness) @ np.array(self.weights)
        return np.asarray(expit(log_odds))


def shifted(probability: Floats, log_odds: float) -> Floats:
    """Return probabilities whose log-odds are higher by so much [-].

    Examples
    --------
    >>> shifted(np.array([0.2, 0.5, 0.8]), np.log(4.0)).round(6).tolist()
    [0.5, 0.8, 0.941176]
    """
    return np.asarray(expit(logit(probability) + log_odds))


def terms(odds: Floats, log_diameter: Floats, sharpness: float) -> Floats:
    """Return the terms that the weights multiply, shape (n, len(TERMS))."""
    size = log_diameter - _MIDDLE_SIZE
    beyond = float(np.clip(sharpness, *_LEARNT_SHARPNESS)) - _MIDDLE_SHARPNESS
    one = np.ones_like(odds)
    return np.stack([one, odds, size, odds * size, size**2, beyond * one], axis=-1)
