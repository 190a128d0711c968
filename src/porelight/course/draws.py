"""Who is drawn: people under what nobody knows, in the physics and in the biology.

Draw *i* of the biology is a person under draw *i // people* of knowledge. A member of the physics
costs a photon run, so there are few: the typical skin, then pairs of two people each.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from porelight.course.healing_weeks import POPULATION_DRAWS
from porelight.course.settings import EnsembleSettings
from porelight.data.priors import among_people, typical_draws, uncertain
from porelight.data.priors import draws as drawn
from porelight.data.priors import member as values_of_member
from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.people import optics_of_people
from porelight.tissue.skin import Skin

PHYSICS = ("optics", "thermal", "heat", "ablation", "injury")
BIOLOGY = ("healing", "mechanics", "effects")
# which draw of knowledge of the physics each draw of the biology goes with, kept among its values
# where both were learned together
PHYSICS_KNOWLEDGE = "physics_knowledge"


def physics_members(
    n_members: int, seed: int, optics: OwnOptics | None = None
) -> tuple[dict[str, float], ...]:
    """Return the values of the physical parameters in each member of the ensemble.

    The first member is the typical skin (every parameter at its library value), so that pictures
    show a case with no luck in it. The others are drawn from the priors in pairs: two people under
    one draw of what nobody knows, so that a few costly members still tell the two apart. Their
    optics are those of people of one skin type (`porelight.tissue.people`), or draws of the optics
    that were measured on one person: who is measured differs from no other.
    """
    if n_members < 1:
        raise ParameterError(f"members is {n_members}; expected 1 or more.")
    if n_members == 1:
        return ({},)
    parameters, n = uncertain(PHYSICS), n_members - 1
    typical = typical_draws(parameters, (n + 1) // 2, seed)
    values = among_people(typical, parameters, n, 2, seed)
    values |= optics_of_people(n, seed) if optics is None else optics.people(n, seed)
    return ({}, *(values_of_member(values, index) for index in range(n)))


def biology_draws(settings: EnsembleSettings, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return the draws of the biology, (n_draw,) each; parameters are those of `begin`."""
    parameters, n = uncertain(BIOLOGY), settings.knowledge_draws
    given = {name: np.resize(column, n) for name, column in values.items()}
    if settings.people == 1:
        return drawn(parameters, n, settings.seed) | given
    typical = typical_draws(parameters, n, settings.seed) | given
    return among_people(typical, parameters, settings.draws, settings.people, settings.seed)


def measured_pores(skin: Skin, settings: EnsembleSettings) -> dict[str, Floats]:
    """Return draws of what a photograph leaves open of the pores; none where nothing is open.

    The pores are those of one face: what is not known of them is no difference between people.
    """
    if not skin.pores.is_open:
        return {}
    possible = skin.pores.possible(settings.knowledge_draws, settings.seed)
    return dict(zip(POPULATION_DRAWS, possible, strict=True))


def member_of(
    settings: EnsembleSettings, physics_knowledge: Floats | None = None
) -> NDArray[np.int64]:
    """Return the member of the physics that treats each draw, shape (n_draw,).

    Member 0 is the typical skin. The others stand in pairs, two people under one draw of what
    nobody knows of the physics (`physics_members`): draws of the same
    knowledge go to the same pair. Without nesting, draw *i* goes to member *i mod members*.

    Parameters
    ----------
    settings : EnsembleSettings
        Size of the ensemble.
    physics_knowledge : ndarray of float64, shape (n_draw,), optional
        Draw of knowledge of the physics that each draw goes with; in turns when left out.

    Raises
    ------
    ParameterError
        If there are not so many draws of knowledge of the physics.
    """
    draw = np.arange(settings.draws)
    n_pairs = settings.members // 2 + 1
    if physics_knowledge is not None:
        pair = physics_knowledge.astype(np.int64)
        if not ((pair >= 0) & (pair < n_pairs)).all():
            raise ParameterError(
                f"the draws go with up to {pair.max() + 1} draws of knowledge of the physics, "
                f"{settings.members} members have {n_pairs}; simulate with all members that they "
                "were learned with."
            )
    elif settings.people == 1:
        return np.asarray(draw % settings.members, dtype=np.int64)
    else:
        pair = draw // settings.people % n_pairs
    member = 2 * pair - 1 + draw % 2
    return np.asarray(np.where(pair == 0, 0, np.minimum(member, settings.members - 1)), np.int64)


def knowledge_of_member(n_members: int) -> NDArray[np.int64]:
    """Return the draw of knowledge of each member of the physics, shape (n_member,)."""
    return np.asarray((np.arange(n_members) + 1) // 2, dtype=np.int64)
