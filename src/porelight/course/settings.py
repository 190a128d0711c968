"""How finely a course is simulated, and what is assumed of blood flow."""

from dataclasses import dataclass

from porelight.quantities import WholeQuantity
from porelight.session.monitoring import Perfusion, require_perfusion

N_DRAWS = WholeQuantity("draws", 8, 100_000, "draws of the biology")
N_MEMBERS = WholeQuantity("members", 1, 200, "draws of the physics")
N_PHOTONS = WholeQuantity("photons", 1000, 10**9, "photons per member")
SEED = WholeQuantity("seed", 0, 2**31, "the same seed gives the same numbers")


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """Size and seed of an ensemble; a course that is continued keeps them.

    Attributes
    ----------
    draws : int
        Draws of healing, mechanics and effects.
    members : int
        Draws of optics, heat and injury; draw *i* belongs to member *i mod members*.
    photons : int
        Photons per member and beam.
    seed : int
        The same seed gives the same numbers on any machine and any number of threads.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flows as at rest, or more as the skin warms.
    """

    draws: int = 500
    members: int = 8
    photons: int = 100_000
    seed: int = 1
    perfusion: Perfusion = "constant"

    def __post_init__(self) -> None:
        """Check every field."""
        for kind in (N_DRAWS, N_MEMBERS, N_PHOTONS, SEED):
            object.__setattr__(self, kind.name, kind.require(getattr(self, kind.name)))
        require_perfusion(self.perfusion)


USUAL_SETTINGS = EnsembleSettings()
