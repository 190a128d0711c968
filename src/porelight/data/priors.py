"""Draws from the priors of the sourced numbers.

Every parameter whose ``prior`` is not ``fixed`` is uncertain; a draw gives each of them one value
from its range. Draws fill the space evenly (Latin hypercube), so few of them already show the
spread of every single parameter.

References
----------
.. [1] M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting
   values of input variables in the analysis of output from a computer code," Technometrics 21,
   239-245 (1979). doi:10.1080/00401706.1979.10489755
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from porelight.data.library import Parameter, table
from porelight.errors import ParameterError
from porelight.quantities import Floats

Draws: TypeAlias = Mapping[str, Floats]


def uncertain(files: Sequence[str]) -> tuple[Parameter, ...]:
    """Return every parameter with a prior in these files of ``data/tissue``.

    Examples
    --------
    >>> all(p.prior != "fixed" for p in uncertain(["thermal"]))
    True
    """
    return tuple(
        entry
        for name in files
        for entry in table("tissue", name).values()
        if entry.prior != "fixed"
    )


def require_draws(n_draws: int) -> None:
    """Refuse an ensemble without a draw.

    Raises
    ------
    ParameterError
        If `n_draws` is below 1.
    """
    if n_draws < 1:
        raise ParameterError(f"n_draws is {n_draws}; expected 1 or more.")


def draws(parameters: Sequence[Parameter], n_draws: int, seed: int) -> dict[str, Floats]:
    """Return `n_draws` values of each parameter, evenly spread over its prior.

    Parameters
    ----------
    parameters : sequence of Parameter
        Parameters to draw; `fixed` ones are constant.
    n_draws : int
        Number of draws.
    seed : int
        Seed of the draws; the same seed gives the same draws.

    Returns
    -------
    dict of ndarray of float64, shape (n_draws,)
        Draws by parameter name [SI].

    Raises
    ------
    ParameterError
        If fewer than one draw is asked for, or two parameters share a name.

    Notes
    -----
    A Latin hypercube: each parameter is stratified into `n_draws` equal shares of probability [1]_
    of the module. The parameters are taken as independent; no source gives their correlations.
    """
    require_draws(n_draws)
    names = [entry.name for entry in parameters]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ParameterError(f"two parameters are called {', '.join(twice)}; names must differ.")
    if not parameters:
        return {}
    generator = np.random.default_rng(seed)
    # one uniform number in each of n_draws equal strata, the strata shuffled anew per parameter
    strata = np.tile(np.arange(n_draws)[:, None], (1, len(parameters)))
    strata = generator.permuted(strata, axis=0)
    probability = (strata + generator.random(strata.shape)) / n_draws
    return {
        entry.name: entry.quantile(probability[:, column])
        for column, entry in enumerate(parameters)
    }


def member(values: Draws, index: int) -> dict[str, float]:
    """Return draw number `index` as plain numbers."""
    return {name: float(column[index]) for name, column in values.items()}
