r"""A neo-Hookean sheet under equal tension in all directions: the skin far from a pore.

With the in-plane stretch l and the stretch :math:`l_3` across, plane stress gives

.. math::
    (\mu + \lambda\,l^4)\,l_3^2 - \lambda\,l^2\,l_3 - \mu = 0, \qquad
    P = \mu\,(l - l_3^2/l), \qquad \sigma = \mu\,\frac{l^2 - l_3^2}{l^2\,l_3} ,

P per unloaded and sigma per loaded area. A small displacement B/r added outside of a hole causes
:math:`\Delta P_r = -\mu\,(1 + l_3^2/l^2)\,B/r^2`, which is E/(1 + nu) when unloaded.
"""

import math
from dataclasses import dataclass

from porelight.errors import ParameterError


@dataclass(frozen=True, slots=True)
class TensedSheet:
    """A sheet of modulus 1 in balance with its tension."""

    stretch: float  # in the plane
    nominal_stress: float  # P
    surround_stiffness: float  # of the sheet outside of a hole, stress per strain

    @classmethod
    def of(cls, tension: float, poisson_ratio: float) -> "TensedSheet":
        """Return the sheet under a tension (per loaded area, in moduli).

        Raises
        ------
        ParameterError
            If no stretch below 3 carries the tension.
        """
        from scipy.optimize import brentq  # noqa: PLC0415

        if _stress(3.0, poisson_ratio)[1] < tension or tension < 0.0:
            raise ParameterError(
                f"tension is {tension:g} moduli; expected 0 to what a stretch of 3 carries, "
                f"{_stress(3.0, poisson_ratio)[1]:.3g}."
            )
        found = brentq(lambda one: _stress(one, poisson_ratio)[1] - tension, 1.0, 3.0, xtol=1e-14)
        stretch = float(found)
        nominal, _, across = _stress(stretch, poisson_ratio)
        shear = 0.5 / (1.0 + poisson_ratio)
        return cls(stretch, nominal, shear * (1.0 + (across / stretch) ** 2))


def _stress(stretch: float, poisson_ratio: float) -> tuple[float, float, float]:
    """Nominal stress, true stress, stretch across."""
    shear = 0.5 / (1.0 + poisson_ratio)
    # over lambda, so that an incompressible sheet is no special case
    ratio = (1.0 - 2.0 * poisson_ratio) / (2.0 * poisson_ratio)
    a, b = ratio + stretch**4, stretch**2
    across = (b + math.sqrt(b * b + 4.0 * a * ratio)) / (2.0 * a)
    nominal = shear * (stretch - across**2 / stretch)
    return nominal, nominal / (stretch * across), across
