"""What a study of many has taught of what nobody knows, ready for anybody's forecast."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from porelight.brief import brief
from porelight.course.draws import BIOLOGY
from porelight.course.settings import EnsembleSettings
from porelight.data.priors import among_people, uncertain
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LearnedPopulation:
    """Draws of what nobody knows, in the light of a study.

    Attributes
    ----------
    values : mapping of str to ndarray of float64, each (n_draw,)
        Draws that count the same, of the person in the middle, by library name [SI], and for each
        its draw of knowledge of the physics (`porelight.course.draws.PHYSICS_KNOWLEDGE`).
    members, seed : int
        Members and seed of the physics that the draws were learned with.
    n_subjects : int
        Subjects that were learned from.
    """

    values: Mapping[str, Floats]
    members: int
    seed: int
    n_subjects: int

    __repr__ = brief

    def settings(self, asked: EnsembleSettings) -> EnsembleSettings:
        """Return settings with the physics that the draws go with."""
        return replace(asked, members=self.members, seed=self.seed)

    def draws(self, settings: EnsembleSettings) -> dict[str, Floats]:
        """Return the values to begin with, for people under each draw or one person under each.

        Where every draw is one person (`settings.people` of 1), people are spread about the person
        in the middle here; `porelight.course.simulation.begin` does it otherwise.
        """
        if settings.people > 1:
            return dict(self.values)
        return among_people(self.values, uncertain(BIOLOGY), settings.draws, 1, settings.seed)
