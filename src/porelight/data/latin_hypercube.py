"""Latin hypercubes: random numbers that are evenly spread in each of their dimensions."""

import numpy as np

from porelight.quantities import Floats


def latin_hypercube(n: int, n_dimensions: int, generator: np.random.Generator) -> Floats:
    """Return n points of the unit cube, one in each of n equal strata of every dimension.

    Parameters
    ----------
    n, n_dimensions : int
        Points and dimensions.
    generator : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of float64, shape (n, n_dimensions)

    Notes
    -----
    That of `scipy.stats.qmc`, which takes longer to load than all else a forecast needs.

    References
    ----------
    .. [1] M. D. McKay, R. J. Beckman, W. J. Conover, "A comparison of three methods for selecting
       values of input variables," Technometrics 21, 239-245 (1979).
    """
    strata = np.tile(np.arange(n)[:, None], (1, n_dimensions))
    strata = generator.permuted(strata, axis=0)
    return np.asarray((strata + generator.random(strata.shape)) / n)
