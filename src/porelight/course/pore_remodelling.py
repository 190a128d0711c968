"""One pore over the weeks: collagen, contraction and plug pull at it, and a scar widens it.

Rooms of the body meet here: what healing makes of the dermis is what mechanics opens the pore with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.course.regimen import Care, cleansing, picking
from porelight.course.state import PoreMemory
from porelight.healing.collagen import CollagenHistory, CollagenKinetics, remodelling
from porelight.healing.contraction import ContractionParameters, contraction
from porelight.healing.plug import PlugParameters, emptied_share, plug_fill
from porelight.mechanics.mixture import RingCollagen
from porelight.mechanics.opening import RingHistory, pore_opening
from porelight.mechanics.orifice import DermisDepth, OrificeResponse
from porelight.mechanics.ring import RingMechanics, RingMesh, dose_profile, ring_mesh
from porelight.mechanics.scar import scar_widening, scarred_opening
from porelight.quantities import Floats
from porelight.tissue.skin import Skin
from porelight.units import day

_LONGEST_STEP = 2.0  # d of mechanics; a third of an interval where that is longer
TYPICAL_DEPTH = DermisDepth(thickness=7.0, upper_thickness=1.8)


@dataclass(frozen=True, slots=True, eq=False)
class PoreDoses:
    """Doses of the sessions at the pore, all of shape (n_session, n_draw)."""

    surface_stimulus: Floats  # at the surface, which empties the plug [1]
    stimulus: Floats  # mean over the depth that holds the pore [1]
    wound_stimulus: Floats  # part of it that a wound gave, whose signal lasts [1]
    denatured: Floats  # share of the collagen
    dermal_depth: Floats  # of the dermis wounded [m]


@dataclass(frozen=True, slots=True, eq=False)
class PoreSite:
    """The surroundings of a pore, and what acts on it besides sessions."""

    care: tuple[Care, ...] = ()  # cleansing and picking act here
    loss: Floats | float = 0.0  # share of collagen lost by age and sun, (n_time, n_draw or 1) [1/s]
    dermis: DermisDepth = TYPICAL_DEPTH


@dataclass(frozen=True, slots=True, eq=False)
class PoreHistory:
    """One pore over time."""

    ratio: Floats  # diameter over its start, (n_time, n_draw)
    collagen: CollagenHistory  # (n_time, n_draw, n_element), from the wall outward
    plug: Floats  # pressure over its start, (n_time, n_draw or 1)
    end: PoreMemory


def pore_over_weeks(
    times: Floats,
    session_times: Floats,
    doses: PoreDoses,
    values: Mapping[str, Floats],
    site: PoreSite = PoreSite(),
    memory: PoreMemory | None = None,
) -> PoreHistory:
    """Return the pore between collagen, contraction, plug and scar.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned history, fine enough for straight lines between them [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions, those before the first time included [s].
    doses : PoreDoses
        Doses of the sessions.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biological parameters.
    site : PoreSite
        Depth of the skin, care, ageing; a typical dermis and neither of the others when left out.
    memory : PoreMemory, optional
        State at the first time; a pore at rest at time 0 when left out.
    """
    n_draws = doses.stimulus.shape[1]
    mechanics = RingMechanics.from_values(values)
    mesh = ring_mesh()
    profile = dose_profile(mesh, mechanics)
    coming = session_times >= times[0]
    collagen = remodelling(
        times,
        session_times[coming],
        doses.stimulus[coming, :, None] * profile,
        np.minimum(doses.denatured[coming, :, None] * profile, 1.0),
        CollagenKinetics.from_values(values),
        site.loss,
        None if memory is None else memory.collagen,
        wound_stimulus=doses.wound_stimulus[coming, :, None] * profile,
    )
    plugs = PlugParameters.from_values(values)
    emptied = emptied_share(doses.surface_stimulus, plugs)
    # in closed form from the record of sessions and cleansing, which begins at time 0
    since_zero = times if times[0] == 0.0 else np.concatenate([[0.0], times])
    plug = plug_fill(since_zero, session_times, emptied, plugs, cleansing(site.care))
    plug = plug[since_zero.size - times.size :]
    wounds = ContractionParameters.from_values(values)
    shrunk = contraction(times, session_times, doses.dermal_depth, wounds)
    weeks = pore_opening(
        RingHistory(
            times, _rings(mesh, collagen), spread_over(plug, n_draws), spread_over(shrunk, n_draws)
        ),
        mechanics,
        max_step=np.maximum(_LONGEST_STEP * day, np.diff(times) / 3.0),
        orifice=OrificeResponse.of(mesh, mechanics, site.dermis, n_draws),
        start=None if memory is None else memory.mixture,
    )
    scar = scar_widening(times, picking(site.care), mechanics)
    ratio = scarred_opening(weeks.ratio, scar)
    return PoreHistory(ratio, collagen, plug, PoreMemory(collagen.end, weeks.end))


def dermis_depth(skin: Skin) -> DermisDepth:
    """Return the thickness of the dermis around a pore of the skin's mean size, in its radii."""
    radius = 0.5 * skin.pores.mean_diameter
    upper = [one for one in skin.layers if one.name in ("papillary dermis", "upper plexus")]
    whole = [*upper, *(one for one in skin.layers if one.name == "reticular dermis")]
    return DermisDepth(
        thickness=sum(one.thickness for one in whole) / radius,
        upper_thickness=sum(one.thickness for one in upper) / radius,
    )


def _rings(mesh: RingMesh, collagen: CollagenHistory) -> RingCollagen:
    return RingCollagen(
        mesh=mesh,
        immature=collagen.immature,
        mature=collagen.mature,
        denatured=collagen.denatured,
        production=collagen.production,
        maturation=collagen.maturation,
    )


def spread_over(array: Floats, n_draws: int) -> Floats:
    """Return the array with one column per draw where all draws agree."""
    return np.broadcast_to(array, (*array.shape[:-1], n_draws))
