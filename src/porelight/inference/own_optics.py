r"""The posterior of one person's numbers, from anything that a model of their skin predicts.

The numbers of optics in which people differ (`porelight.tissue.people`) have the spread between
people as their prior, in coordinates x that are standard normal. What was measured is y, and

.. math:: y = h(x) + e, \qquad e \sim N(0, C),

where C holds all that makes measurement and model differ for one and the same person. The likeliest
x is found by the method of Gauss and Newton on the model itself, whose slope Broyden's rule mends
from step to step. About it the posterior is nearly normal; draws from a somewhat wider distribution
of Student are weighed with the posterior proper, in which an expansion of the second order along
the principal directions of the posterior stands for the model. How far the weights are from equal
tells how far the posterior is from normal.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaincc

from porelight.quantities import Floats

N_DRAWS = 100
_N_PROPOSED = 4000
_FREEDOM = 9.0  # degrees, of the proposal
_WIDER = 1.1  # than the normal approximation
_TRUSTED = 3.5  # of its standard deviations, within which the expansion stands for the model
_MOST_ROUNDS, _MOST_STEPS = 4, 8  # of the search: slopes from differences, moves with each
_STEP = 0.1  # of differences, in standard deviations between people
_FAR = 1.5  # longest move at once, in the same
_STILL = 0.05  # moves below that end the search
_GAIN = 0.02  # of the misfit, below which a move is no progress

Model = Callable[[Floats], Floats]
"""What would be measured, (n_data,), at coordinates of a person, (n_number,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The posterior of one person's coordinates.

    Attributes
    ----------
    middle : ndarray of float64, shape (n_number,)
        Likeliest coordinates, in standard deviations between people.
    draws : ndarray of float64, shape (n_draw, n_number)
        Equally likely coordinates.
    fitted : ndarray of float64, shape (n_data,)
        What the likeliest person would show.
    misfit : float
        Squared distance of the measurement from the prior's prediction: chi squared of as many
        degrees of freedom as there are data, if a person of the prior was measured.
    tail : float
        Share of people of the prior who would be as far off or farther.
    evenness : float
        Effective over actual number of weighted draws: 1 if the proposal were the posterior, about
        0.7 where that is normal.
    """

    middle: Floats
    draws: Floats
    fitted: Floats
    misfit: float
    tail: float
    evenness: float


def posterior(
    model: Model,
    measured: Floats,
    covariance: Floats,
    n_numbers: int,
    *,
    n_draws: int = N_DRAWS,
    seed: int = 1,
) -> Posterior:
    """Return the posterior of a person's coordinates.

    Parameters
    ----------
    model : callable
        What would be measured of a person.
    measured : ndarray of float64, shape (n_data,)
        What was measured.
    covariance : ndarray of float64, shape (n_data, n_data)
        Covariance of the difference between the two for one and the same person.
    n_numbers : int
        Number of coordinates.
    n_draws : int
        Number of draws returned.
    seed : int
        The same seed gives the same draws.

    Notes
    -----
    Costs some 50 calls of the model for eleven numbers.
    """
    root = np.linalg.cholesky(covariance)

    def whitened(difference: Floats) -> Floats:
        return np.asarray(np.linalg.solve(root, difference))

    middle, fitted, slope = _likeliest(model, measured, whitened, n_numbers)
    misfit = float((whitened(measured - fitted) ** 2).sum() + middle @ middle)
    eigenvalue, direction = np.linalg.eigh(np.eye(n_numbers) + slope.T @ slope)
    axes = direction / np.sqrt(eigenvalue)  # one standard deviation of the posterior each
    up = np.array([model(middle + axis) for axis in axes.T])
    down = np.array([model(middle - axis) for axis in axes.T])
    generator = np.random.default_rng(seed)
    stretch = np.sqrt(_FREEDOM / generator.chisquare(_FREEDOM, _N_PROPOSED))
    along = generator.standard_normal((_N_PROPOSED, n_numbers)) * stretch[:, None]
    log_proposal = -0.5 * (_FREEDOM + n_numbers) * np.log1p((along**2).sum(axis=1) / _FREEDOM)
    along *= _WIDER
    shown = fitted + 0.5 * (along @ (up - down) + along**2 @ (up + down - 2.0 * fitted))
    proposed = middle + along @ axes.T
    misfits = (whitened((measured - shown).T) ** 2).sum(axis=0) + (proposed**2).sum(axis=1)
    near = np.abs(along).max(axis=1) <= _TRUSTED
    log_weight = np.where(near, -0.5 * misfits - log_proposal, -np.inf)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    # evenly spaced in the weights, so that chance enters but once
    at = (np.arange(n_draws) + generator.random()) / n_draws
    chosen = np.searchsorted(np.cumsum(weight), at).clip(max=_N_PROPOSED - 1)
    return Posterior(
        middle=middle,
        draws=generator.permutation(proposed[chosen]),
        fitted=fitted,
        misfit=misfit,
        tail=float(gammaincc(0.5 * measured.size, 0.5 * misfit)),
        evenness=float(1.0 / (weight**2).sum() / _N_PROPOSED),
    )


def _likeliest(
    model: Model, measured: Floats, whitened: Model, n_numbers: int
) -> tuple[Floats, Floats, Floats]:
    """Return the likeliest coordinates, what they show, and its slope over the errors."""
    x, shown = np.zeros(n_numbers), model(np.zeros(n_numbers))
    for _ in range(_MOST_ROUNDS):
        steps = _STEP * np.eye(n_numbers)
        slope = whitened(np.array([(model(x + step) - shown) / _STEP for step in steps]).T)
        was = x
        x, shown, slope = _descended(model, measured, whitened, (x, shown, slope))
        if np.abs(x - was).max() < _STILL:
            break
    return x, shown, slope


def _descended(
    model: Model, measured: Floats, whitened: Model, start: tuple[Floats, Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Descend with one slope that every move mends by what it has met."""
    x, shown, slope = start
    misfit = _misfit(whitened(measured - shown), x)
    for _ in range(_MOST_STEPS):
        pull = slope.T @ whitened(measured - shown) - x
        move = np.linalg.solve(np.eye(x.size) + slope.T @ slope, pull)
        move *= min(1.0, _FAR / max(float(np.abs(move).max()), _STILL))
        there = model(x + move)
        unforeseen = whitened(there - shown) - slope @ move
        slope = slope + np.outer(unforeseen, move) / max(float(move @ move), _STILL**2)
        lower = _misfit(whitened(measured - there), x + move)
        if lower > misfit - _GAIN:
            break
        x, shown, misfit = x + move, there, lower
    return x, shown, slope


def _misfit(residual: Floats, x: Floats) -> float:
    return float(residual @ residual + x @ x)
