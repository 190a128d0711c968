r"""Heat shock: cells heated enough to respond and not enough to die.

Heat-shock proteins appear inside a window of doses. With the damage integral of the response
:math:`\Omega_h = \chi\,\Omega` running a fixed ratio faster than that of death,

.. math:: H = (1 - e^{-\Omega_h}) \, e^{-\Omega_d}

is the fraction that responds and lives. One ratio of about 52 puts the onset (:math:`\Omega_h = 1`)
at 48.5 degC for one minute and at 42.1 degC for two hours, inside both bands of Ortner et al. [1]_.

References
----------
.. [1] V. Ortner et al., "An artificial HSE promoter for efficient and selective detection of heat
   shock pathway activity," Cell Stress Chaperones 20, 277-288 (2015),
   doi:10.1007/s12192-014-0540-5.
"""

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats, Quantity

_RATIO = Quantity("ratio", "1", 1e-3, 1e6, "heat-shock rate over death rate")


def heat_shocked_fraction(heat_shock_integral: Floats, death_integral: Floats) -> Floats:
    """Fraction of cells that were heat-shocked and are alive.

    Parameters
    ----------
    heat_shock_integral : ndarray of float64, shape (*space)
        Damage integral of the response [-].
    death_integral : ndarray of float64, shape (*space)
        Damage integral of cell death [-].

    Returns
    -------
    ndarray of float64, shape (*space)
        Fraction from 0 to 1; 0 without heat and 0 again where all cells died.

    Raises
    ------
    ParameterError
        If an integral is negative.

    Examples
    --------
    >>> float(heat_shocked_fraction(np.array(0.0), np.array(0.0)))
    0.0
    >>> round(float(heat_shocked_fraction(np.array(1.0), np.array(1.0 / 52.0))), 3)
    0.62
    """
    for name, integral in (("heat_shock", heat_shock_integral), ("death", death_integral)):
        if not np.all(np.asarray(integral) >= 0.0):
            raise ParameterError(f"{name} integral is negative; a damage integral is 0 or more.")
    return np.asarray(-np.expm1(-heat_shock_integral) * np.exp(-death_integral))


def strongest_response(ratio: float) -> tuple[float, float]:
    """Death integral at which the response is largest, and the response there.

    Parameters
    ----------
    ratio : float
        Heat-shock rate over death rate [-].

    Returns
    -------
    death_integral, heat_shocked : float
        ln(1 + ratio) / ratio, from dH/dOmega = 0, and H there [-].

    Examples
    --------
    >>> [round(x, 3) for x in strongest_response(52.0)]
    [0.076, 0.909]
    """
    death = float(np.log1p(_RATIO.require(ratio)) / ratio)
    return death, float(heat_shocked_fraction(np.asarray(ratio * death), np.asarray(death)))
