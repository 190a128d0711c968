r"""Whether importance weights can be trusted: the shape of their largest, by Pareto smoothing.

An effective sample size is computed from the very weights it judges: when the draws that matter
most were never drawn, it looks well. The tail of the weights that were drawn tells of those that
were not. Beyond a high threshold u it is fitted by a generalised Pareto distribution,

.. math:: P(w - u > y) = \left(1 + \frac{k\,y}{\sigma}\right)^{-1/k} ,

whose shape k says which moments of the weights exist: the mean for k < 1, the variance for
k < 1/2. A weighted mean converges usefully for k below 0.7, and with few draws only below
:math:`1 - 1/\log_{10} S` [1]_. The fit is that of Zhang and Stephens [2]_, drawn towards 1/2 with
the weight of ten draws, as in [1]_. ``benchmarks/pareto_k.py`` compares it with ArviZ's.

References
----------
.. [1] A. Vehtari, D. Simpson, A. Gelman, Y. Yao, J. Gabry, "Pareto smoothed importance sampling,"
   J. Mach. Learn. Res. 25(72), 1-58 (2024), section 2 and appendix.
.. [2] J. Zhang, M. A. Stephens, "A new and efficient estimation method for the generalized Pareto
   distribution," Technometrics 51, 316-325 (2009), doi:10.1198/tech.2009.08017.
"""

import math

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats

FEWEST_DRAWS = 25  # a fifth of them are the tail
_FEWEST_IN_TAIL = 5
_GOOD = 0.7  # largest shape with which a mean still converges usefully, however many draws
_PRIOR_SHAPE = 0.5  # what the shape is drawn to
_PRIOR_DRAWS = 10.0  # with the weight of so many draws


def pareto_k(log_weights: Floats) -> float:
    """Return the shape of the tail of importance weights.

    Parameters
    ----------
    log_weights : ndarray of float64, shape (n_draw,)
        Logarithms of the weights, whatever their sum; minus infinity for a weight of 0.

    Returns
    -------
    float
        Shape k [-]: trust what the weights tell while it is below `largest_pareto_k`. Minus
        infinity when the largest weights are all equal, as without any measurement; infinity when
        fewer than five weights are all there is of a tail.

    Raises
    ------
    ParameterError
        If there are fewer than 25 draws, or the weights are no logarithms of anything.

    Examples
    --------
    Draws from a normal distribution that is too narrow by a tenth have weights of shape 0.19:

    >>> x = 0.9 * np.random.default_rng(1).standard_normal(100_000)
    >>> round(pareto_k(0.5 * x**2 * (1.0 / 0.9**2 - 1.0)), 1)
    0.2
    """
    if log_weights.ndim != 1 or log_weights.size < FEWEST_DRAWS:
        raise ParameterError(
            f"log_weights has shape {log_weights.shape}; expected one axis with {FEWEST_DRAWS} "
            "draws or more, a fifth of which are the tail."
        )
    largest = float(log_weights.max())
    if not math.isfinite(largest):
        raise ParameterError(
            "log_weights holds NaN or plus infinity, or every weight is 0; expected logarithms of "
            "weights, one of them above 0."
        )
    n_tail = int(min(log_weights.size / 5, 3.0 * math.sqrt(log_weights.size)))
    order = np.sort(log_weights)[-n_tail - 1 :]
    weights = np.exp(order - largest)
    beyond = weights[1:] - weights[0]
    beyond = beyond[beyond > 0.0]  # draws that equal the threshold are not beyond it
    if beyond.size < _FEWEST_IN_TAIL:
        return math.inf if beyond.size else -math.inf
    pull = _PRIOR_DRAWS / (beyond.size + _PRIOR_DRAWS)
    return float((1.0 - pull) * _pareto_shape(beyond) + pull * _PRIOR_SHAPE)


def largest_pareto_k(n_draws: int) -> float:
    """Return the largest shape with which so many draws can be trusted [-].

    Parameters
    ----------
    n_draws : int
        Draws from the proposal, 25 or more.

    Examples
    --------
    >>> round(largest_pareto_k(100), 2), largest_pareto_k(10_000)
    (0.5, 0.7)
    """
    if n_draws < FEWEST_DRAWS:
        raise ParameterError(f"n_draws is {n_draws}; expected {FEWEST_DRAWS} or more.")
    return min(1.0 - 1.0 / math.log10(n_draws), _GOOD)


def _pareto_shape(beyond: Floats) -> float:
    """Return the shape of a generalised Pareto distribution, by the estimate of Zhang and Stephens.

    Parameters
    ----------
    beyond : ndarray of float64, shape (n,)
        Excess of each draw over the threshold, above 0 and in rising order.

    Notes
    -----
    With theta = -k / sigma the best k for a given theta is the mean of ln(1 - theta x); the
    estimate is the mean of theta over its profile likelihood on a fixed grid, equation 10 of [2]_.
    """
    n = beyond.size
    n_grid = 30 + int(math.sqrt(n))
    quartile = beyond[int(n / 4.0 + 0.5) - 1]
    steps = np.arange(1, n_grid + 1) - 0.5
    theta = (1.0 - np.sqrt(n_grid / steps)) / (3.0 * quartile) + 1.0 / beyond[-1]
    theta = theta[theta != 0.0]
    shape = np.log1p(-theta[:, None] * beyond).mean(axis=1)
    log_likelihood = n * (np.log(-theta / shape) - shape - 1.0)
    likelihood = np.exp(log_likelihood - log_likelihood.max())
    best = float(likelihood @ theta / likelihood.sum())
    return float(np.log1p(-best * beyond).mean())
