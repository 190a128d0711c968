"""How finely a course is simulated, and what is assumed of blood flow."""

from dataclasses import dataclass

from porelight.errors import ParameterError
from porelight.quantities import FRACTION, WholeQuantity
from porelight.session.monitoring import Perfusion, require_perfusion

N_DRAWS = WholeQuantity("draws", 8, 100_000, "draws of the biology")
N_PEOPLE = WholeQuantity("people", 1, 1000, "people for each draw of what nobody knows")
N_MEMBERS = WholeQuantity("members", 1, 200, "draws of the physics")
N_PHOTONS = WholeQuantity("photons", 1000, 10**9, "photons per member")
SEED = WholeQuantity("seed", 0, 2**31, "the same seed gives the same numbers")


@dataclass(frozen=True, slots=True)
class EnsembleSettings:
    """Size and seed of an ensemble; a course that is continued keeps them.

    Attributes
    ----------
    draws : int
        Draws of healing, mechanics and effects: people under what nobody knows.
    members : int
        Draws of optics, heat and injury; which one treats which draw says
        `porelight.course.draws.member_of`.
    photons : int
        Photons per member and beam.
    seed : int
        The same seed gives the same numbers on any machine and any number of threads.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flows as at rest, or more as the skin warms.
    people : int
        People for each draw of what nobody knows: draw *i* is of person *i mod people* under
        knowledge *i // people*. With 1, every draw is another person under other knowledge.
    attendance : float
        Probability that a person comes to a session after the first (`course.attendance`) [-].
    """

    draws: int = 500
    members: int = 25
    photons: int = 20_000
    seed: int = 1
    perfusion: Perfusion = "constant"
    people: int = 5
    attendance: float = 1.0

    def __post_init__(self) -> None:
        """Check every field."""
        for kind in (N_DRAWS, N_PEOPLE, N_MEMBERS, N_PHOTONS, SEED):
            object.__setattr__(self, kind.name, kind.require(getattr(self, kind.name)))
        require_perfusion(self.perfusion)
        FRACTION.require(self.attendance, "attendance")
        if self.people >= self.draws:
            raise ParameterError(
                f"people is {self.people} and draws is {self.draws}; expected fewer people for "
                "each draw of what nobody knows than draws in all: two such draws may differ."
            )

    @property
    def knowledge_draws(self) -> int:
        """Draws of what nobody knows; the last one may have fewer people."""
        return -(-self.draws // self.people)


USUAL_SETTINGS = EnsembleSettings()
