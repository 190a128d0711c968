"""More packets where they count: a weight window towards the mouth of the pore.

Most of what a wide beam sends into skin never comes near the pore. A packet that approaches it is
split into several lighter ones, and a light packet that is far from it plays roulette, so that the
weight of a packet follows a target,

    target = clip((distance from the pore's mouth / reach)^2, floor, 1).

The mean does not change; the standard error per second does, for the better at the pore and for the
worse far from it.

References
----------
.. [1] T. E. Booth, J. S. Hendricks, "Importance estimation in forward Monte Carlo calculations,"
   Nucl. Technol. Fusion 5, 90-100 (1984).
"""

from dataclasses import dataclass

from porelight.errors import ParameterError
from porelight.quantities import LENGTH


@dataclass(frozen=True, slots=True)
class WeightWindow:
    """How the weight of packets should fall towards the pore.

    Attributes
    ----------
    reach : float
        Distance from the pore's mouth from which on the target is 1 [m].
    floor : float
        Target at the pore; above 0, at most 1.
    """

    reach: float = 2.5e-3
    floor: float = 0.02

    def __post_init__(self) -> None:
        """Check the numbers."""
        if LENGTH.require(self.reach, "reach") == 0.0:
            raise ParameterError("reach is 0 m; expected more.")
        if not 1e-6 <= self.floor <= 1.0:
            raise ParameterError(f"floor is {self.floor:g}; expected 1e-06 to 1.")
