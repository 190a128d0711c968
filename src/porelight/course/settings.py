"""How finely a course is simulated, and what is assumed of blood flow."""

from dataclasses import dataclass

from porelight.errors import ParameterError
from porelight.session.monitoring import Perfusion, require_perfusion


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
        for name in ("draws", "members", "photons"):
            if getattr(self, name) < 1:
                raise ParameterError(f"{name} is {getattr(self, name)}; expected 1 or more.")
        if self.seed < 0:
            raise ParameterError(f"seed is {self.seed}; expected a whole number of 0 or more.")
        require_perfusion(self.perfusion)


USUAL_SETTINGS = EnsembleSettings()
