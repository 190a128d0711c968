r"""Draws from the priors of the sourced numbers.

Every parameter whose ``prior`` is not ``fixed`` is uncertain; a draw gives each of them one value
from its range. Draws fill the space evenly (Latin hypercube), so few of them already show the
spread of every single parameter.

Draws have two axes. What nobody knows (knowledge) is one number for all people; how people differ
(people) is another number for each. A parameter of both is split in its normal score z: with s the
share of people, :math:`z = \sqrt{1-s}\,z_k + \sqrt{s}\,z_p`, so that all people under all draws
of knowledge have its prior. `typical_draws` are those of knowledge, of the person in the middle;
`among_people` spreads people about them.

References
----------
.. [1] M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting
   values of input variables in the analysis of output from a computer code," Technometrics 21,
   239-245 (1979). doi:10.1080/00401706.1979.10489755
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from scipy.special import ndtr, ndtri

from porelight.data.library import Parameter, table
from porelight.errors import ParameterError
from porelight.quantities import Floats

Draws: TypeAlias = Mapping[str, Floats]

_PEOPLE = 1  # keeps the random numbers of people apart from those of knowledge


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
    return {
        entry.name: entry.quantile(probability)
        for entry, probability in zip(
            parameters, _hypercube(parameters, n_draws, seed), strict=True
        )
    }


def typical_draws(parameters: Sequence[Parameter], n_draws: int, seed: int) -> dict[str, Floats]:
    """Return draws of what nobody knows, as they are for the person in the middle of all people.

    Parameters, errors and notes are those of `draws`; what people alone differ in stays in the
    middle of its prior.
    """
    return {
        entry.name: entry.quantile(ndtr(np.sqrt(1.0 - entry.people.share) * ndtri(probability)))
        for entry, probability in zip(
            parameters, _hypercube(parameters, n_draws, seed), strict=True
        )
    }


def among_people(
    typical: Draws, parameters: Sequence[Parameter], n_draws: int, people: int, seed: int
) -> dict[str, Floats]:
    """Return several people for each draw of what nobody knows.

    Parameters
    ----------
    typical : mapping of str to ndarray of float64, shape (n_knowledge,)
        Draws of what nobody knows, of the person in the middle, by name; repeated if there are
        too few.
    parameters : sequence of Parameter
        Parameters among them in which people may differ.
    n_draws : int
        Number of draws returned.
    people : int
        People for each draw of knowledge: draw *i* belongs to draw *i // people* of `typical`.
    seed : int
        Seed of the people.

    Returns
    -------
    dict of ndarray of float64, shape (n_draws,)
        A number in which people do not differ is the same for all people of one draw of
        knowledge, to the last bit. So is one that is given outside of its prior or on its edge: it
        was set, as by someone who switches a mechanism off.

    Raises
    ------
    ParameterError
        If fewer than one draw, or fewer than one person for each, is asked for.
    """
    require_draws(n_draws)
    if people < 1:
        raise ParameterError(f"people is {people}; expected 1 or more.")
    knowledge = np.arange(n_draws) // people
    values = {name: column[knowledge % column.size] for name, column in typical.items()}
    differ = _differing(values, parameters)
    return _spread(values, differ, _hypercube(differ, n_draws, (seed, _PEOPLE)))


def of_one_person(typical: Draws, parameters: Sequence[Parameter], seed: int) -> dict[str, Floats]:
    """Return the values of one person under each draw of what nobody knows.

    Parameters
    ----------
    typical, parameters
        See `among_people`.
    seed : int
        Seed of the person, who stands at the same place among all people whatever is true of them.

    Returns
    -------
    dict of ndarray of float64, shape (n_knowledge,)
    """
    differ = _differing(typical, parameters)
    places = np.random.default_rng((seed, _PEOPLE)).random((len(differ), 1))
    return _spread(typical, differ, places)


def _differing(values: Draws, parameters: Sequence[Parameter]) -> list[Parameter]:
    return [one for one in parameters if one.people.share > 0.0 and one.name in values]


def _spread(values: Draws, differ: Sequence[Parameter], places: Floats) -> dict[str, Floats]:
    """Move values of the person in the middle to those of people at these places among all."""
    spread = dict(values)
    for entry, probability in zip(differ, places, strict=True):
        middle = values[entry.name]
        below = entry.probability(middle)
        score = ndtri(below) + np.sqrt(entry.people.share) * ndtri(probability)
        inside = (below > 0.0) & (below < 1.0)
        spread[entry.name] = np.where(inside, entry.quantile(ndtr(score)), middle)
    return spread


def _hypercube(
    parameters: Sequence[Parameter], n_draws: int, seed: int | tuple[int, int]
) -> Floats:
    """Return probabilities evenly spread in each parameter, shape (n_parameter, n_draws)."""
    require_draws(n_draws)
    names = [entry.name for entry in parameters]
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise ParameterError(f"two parameters are called {', '.join(twice)}; names must differ.")
    if not parameters:
        return np.empty((0, n_draws))
    generator = np.random.default_rng(seed)
    # one uniform number in each of n_draws equal strata, the strata shuffled anew per parameter
    strata = np.tile(np.arange(n_draws)[:, None], (1, len(parameters)))
    strata = generator.permuted(strata, axis=0)
    return np.asarray((strata + generator.random(strata.shape)) / n_draws).T


def member(values: Draws, index: int) -> dict[str, float]:
    """Return draw number `index` as plain numbers."""
    return {name: float(column[index]) for name, column in values.items()}
