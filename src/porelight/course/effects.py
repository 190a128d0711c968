"""Effects beside the pore, each computed from the same weeks of the skin.

Every effect is one function from `SkinOverWeeks` to an array over time and draws, under the name of
its declaration in ``data/course/outcomes.toml``. A researcher adds one of her own as an
`ExtraOutcome`, without editing the package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.state import SessionDoses
from porelight.effects.pigment import PigmentParameters, epidermal_melanin, mottled_pigment
from porelight.effects.redness import RednessParameters, broken_vessels, diffuse_redness
from porelight.effects.relief import (
    LineParameters,
    ScarParameters,
    TextureParameters,
    relief_change,
)
from porelight.quantities import Floats
from porelight.tissue.skin import Skin


@dataclass(frozen=True, slots=True, eq=False)
class SkinOverWeeks:
    """The input of an effect: the weeks of the skin.

    Attributes
    ----------
    skin : Skin
        The skin that is treated.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biological parameters, by library name [SI].
    times : ndarray of float64, shape (n_time,)
        Times of the returned effects, since the course began [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    doses : SessionDoses
        Doses of the sessions, (n_session, n_draw) each.
    removed_epidermis : ndarray of float64, shape (n_session, n_draw)
        Depth down to which the epidermis was removed or killed [m].
    collagen : ndarray of float64, shape (n_time, n_draw)
        Collagen of the skin between the pores, over its start [-].
    sun : float or ndarray of float64, shape (n_draw,)
        Sun over the habitual dose [-].
    """

    skin: Skin
    values: Mapping[str, Floats]
    times: Floats
    session_times: Floats
    doses: SessionDoses
    removed_epidermis: Floats
    collagen: Floats
    sun: Floats | float


Effect: TypeAlias = Callable[[SkinOverWeeks], Floats]
"""From the weeks of a skin to the effect, (n_time, n_draw) or (n_time, 1)."""


@dataclass(frozen=True, slots=True)
class ExtraOutcome:
    """An outcome that is not porelight's own: what it is, and how it is computed."""

    variable: OutcomeVariable
    effect: Effect


def _redness(weeks: SkinOverWeeks) -> Floats:
    parameters = RednessParameters.from_values(weeks.values)
    doses = weeks.doses
    return diffuse_redness(
        weeks.times, weeks.session_times, doses.coagulated, doses.plexus_shocked, parameters
    )


def _vessels(weeks: SkinOverWeeks) -> Floats:
    parameters = RednessParameters.from_values(weeks.values)
    return broken_vessels(weeks.times, weeks.session_times, weeks.doses.coagulated, parameters)


def _pigment(weeks: SkinOverWeeks) -> Floats:
    parameters = PigmentParameters.from_values(weeks.values)
    return mottled_pigment(
        weeks.times, weeks.session_times, weeks.removed_epidermis, parameters, weeks.sun
    )


def _melanin(weeks: SkinOverWeeks) -> Floats:
    parameters = PigmentParameters.from_values(weeks.values)
    return epidermal_melanin(
        weeks.times,
        weeks.session_times,
        weeks.removed_epidermis,
        weeks.skin.fitzpatrick,
        parameters,
    )


def _relief(kind: type[TextureParameters | LineParameters | ScarParameters]) -> Effect:
    """Return the effect on one kind of relief.

    It follows the skin between the pores and its upper face, not the pore's wall and the depth that
    holds the pore.
    """

    def effect(weeks: SkinOverWeeks) -> Floats:
        return relief_change(
            weeks.times,
            weeks.session_times,
            weeks.removed_epidermis,
            weeks.collagen,
            kind.from_values(weeks.values).relief,
        )

    return effect


EFFECTS: Mapping[str, Effect] = MappingProxyType(
    {
        "redness": _redness,
        "vessels": _vessels,
        "pigment": _pigment,
        "melanin": _melanin,
        "texture": _relief(TextureParameters),
        "fine_lines": _relief(LineParameters),
        "acne_scars": _relief(ScarParameters),
    }
)
