"""The weeks after the sessions: injury, signal, collagen, pore, surface and the other effects.

Draws run side by side: every array here has an axis of draws, and draw *i* was treated as member
*i mod n* of the physical ensemble.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from porelight.course.effects import EFFECTS, Effect, SkinOverWeeks
from porelight.course.pore_remodelling import (
    PoreDoses,
    PoreSite,
    dermis_depth,
    pore_over_weeks,
    spread_over,
)
from porelight.course.regimen import Care, collagen_loss, plug_of_sebum, sun_exposure
from porelight.course.state import SessionDoses, SkinMemory
from porelight.errors import ParameterError
from porelight.healing.collagen import CollagenKinetics, CollagenState, remodelling
from porelight.healing.contraction import dermal_depth
from porelight.healing.epidermis import EpidermisParameters, epidermal_healing, pigment_risk
from porelight.healing.stimulus import (
    StimulusParameters,
    dermal_mean,
    stimulus,
    wound_stimulus,
)
from porelight.mechanics.depth import orifice_mean
from porelight.mechanics.ring import RingMechanics
from porelight.quantities import Floats
from porelight.session.result import DEPTH, SessionResult, at_plexus
from porelight.tissue.population import observed_pores
from porelight.tissue.skin import Skin
from porelight.units import day

_JUST_AFTER = 60.0  # s; a history jumps at a session, so it is sampled on both sides
_FINE = 3.0  # d between the points at which collagen is handed to mechanics
_QUIET = 30.0  # d between them once all has settled
_SEEN_AT_ONCE = 1 << 15  # diameters of pores on all days that are held at once
_SETTLED = 400.0  # d; longer than any half-life but that of mature collagen
# draws of what a photograph leaves open of the pores, kept among those of the biology
POPULATION_DRAWS = ("pore_diameter_factor", "pore_density_factor")


@dataclass(frozen=True, slots=True, eq=False)
class HealingWeeks:
    """Weeks of healing of one skin: what draws of the biology, under what care.

    Attributes
    ----------
    skin : Skin
        The skin that was treated.
    values : mapping of str to ndarray of float64, shape (n_draw,)
        Draws of the biological parameters, by library name [SI]; and, where the pores were
        measured, those of `POPULATION_DRAWS`.
    care : tuple of Care
        What the person does between the sessions.
    effects : mapping of str to Effect
        Effects beside the pore, by the name of their outcome.
    """

    skin: Skin
    values: Mapping[str, Floats]
    care: tuple[Care, ...]
    effects: Mapping[str, Effect] = field(default_factory=lambda: EFFECTS)

    def weeks(
        self,
        session_days: Floats,
        doses: SessionDoses,
        observed_days: Floats,
        memory: SkinMemory | None = None,
    ) -> tuple[dict[str, Floats], SkinMemory]:
        """Return the outcomes over the weeks, and what the skin remembers at their end.

        Parameters
        ----------
        session_days : ndarray of float64, shape (n_session,)
            Days of all sessions since the course began, in order [d].
        doses : SessionDoses
            Doses of the sessions.
        observed_days : ndarray of float64, shape (n_day,)
            Days of the returned outcomes, from day 0 [d].
        memory : SkinMemory, optional
            State on an observed day, from which to go on; the outcomes begin there. Skin at rest on
            day 0 when left out.
        """
        skin, care = self.skin, self.care
        n_draws = next(iter(self.values.values())).size
        values = {**self.values, **plug_of_sebum(skin, self.values)}
        session_times = session_days * day
        changes = [edge * day for one in care for edge in (one.from_day, one.to_day)]
        every = fine_times(observed_days * day, session_times, changes)
        begin = 0.0 if memory is None else memory.pore.collagen.time
        times = every[every >= begin]
        shown = np.searchsorted(times, observed_days[observed_days * day >= begin] * day)
        wound = doses.ablated + doses.dead

        # the signal to heal, and the pore that answers it
        weights = StimulusParameters.from_values(values)
        signal = stimulus(doses.heat_shocked, doses.denatured, wound, weights)
        lasting = wound_stimulus(doses.heat_shocked, doses.denatured, wound, weights)
        felt = wound * _felt_share(skin, weights)
        lost = collagen_loss(skin, care, times, values)
        pore = pore_over_weeks(
            times,
            session_times,
            PoreDoses(
                surface_stimulus=signal,
                stimulus=stimulus(doses.heat_shocked, doses.denatured, felt, weights),
                wound_stimulus=wound_stimulus(doses.heat_shocked, doses.denatured, felt, weights),
                denatured=doses.denatured,
                dermal_depth=dermal_depth(wound, skin.layers[0].thickness),
            ),
            values,
            PoreSite(care, lost, dermis_depth(skin)),
            None if memory is None else memory.pore,
        )

        # the surface, and what else changes
        healing = EpidermisParameters.from_values(values)
        surface = epidermal_healing(
            times, session_times, doses.ablated, doses.dead, doses.surface_rise, healing
        )
        # relief, lines and scars follow the skin between the pores, not the pore's wall, and its
        # upper face, not the depth that holds the pore
        mechanics = RingMechanics.from_values(values)
        far = np.broadcast_to(1.0 / np.asarray(mechanics.pore_dose_ratio), n_draws)
        kinetics = CollagenKinetics.from_values(values)
        coming = session_times >= times[0]
        open_skin = remodelling(
            times,
            session_times[coming],
            (signal * far)[coming],
            (doses.denatured * far)[coming],
            kinetics,
            lost,
            None if memory is None else memory.between,
            wound_stimulus=(lasting * far)[coming],
        )
        at_rest = CollagenState.homeostasis(kinetics, (n_draws,), 0.0)
        start = at_rest.immature + at_rest.mature
        between = open_skin.total / start
        seen = SkinOverWeeks(
            skin=skin,
            values=values,
            times=times,
            session_times=session_times,
            doses=doses,
            removed_epidermis=np.minimum(wound, skin.layers[0].thickness),
            collagen=between,
            sun=sun_exposure(care, every, values),
        )
        histories = {
            "diameter_ratio": pore.ratio,
            "collagen": pore.collagen.total[:, :, 0] / start,
            "immature_collagen": pore.collagen.immature[:, :, 0],
            "plug": pore.plug,
            "dressing": surface.dressing,
            "epidermis": 1.0 - surface.open_wound,
            "erythema": surface.erythema,
            **{name: _effect(name, effect, seen) for name, effect in self.effects.items()},
        }
        weeks = {name: spread_over(array, n_draws)[shown].T for name, array in histories.items()}
        risk = pigment_risk(skin.fitzpatrick, wound, healing)
        outcomes = {
            **weeks,
            **_seen(skin, weeks["diameter_ratio"], values),
            # so that a reader of the outcome can see the same pores
            **{name: values[name] for name in POPULATION_DRAWS if name in values},
            "pigment_risk": spread_over(1.0 - np.prod(1.0 - risk, axis=0), n_draws),
            "stimulus": spread_over(signal, n_draws),
        }
        return outcomes, SkinMemory(pore.end, open_skin.end)


def _effect(name: str, effect: Effect, seen: SkinOverWeeks) -> Floats:
    """Return an effect over the weeks; refuse one of another shape, or that is no number."""
    values = np.asarray(effect(seen), dtype=np.float64)
    n_time, n_draw = seen.times.size, next(iter(seen.values.values())).size
    if values.shape not in {(n_time, n_draw), (n_time, 1)}:
        raise ParameterError(
            f"outcome {name} has the shape {values.shape}; expected ({n_time}, {n_draw}), times by "
            f"draws, or ({n_time}, 1)."
        )
    if not np.isfinite(values).all():
        raise ParameterError(f"outcome {name} is not a finite number everywhere.")
    return values


def fine_times(
    observed_times: Floats, session_times: Floats, changes: Sequence[float] = ()
) -> Floats:
    """Return when histories are handed on: both sides of each session, and between.

    Parameters
    ----------
    observed_times : ndarray of float64, shape (n_day,)
        Times of the returned outcomes, the last one at the end [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions, before the end [s].
    changes : sequence of float
        Times at which care begins or ends; those beyond the end are ignored [s].

    Returns
    -------
    ndarray of float64, shape (n_time,)
        Every three days until 400 days after an event, then every 30 until the next [s].
    """
    end = float(observed_times[-1])
    edges = np.array([one for one in changes if one < end], dtype=np.float64)
    events = np.unique(np.concatenate([[0.0], session_times, edges]))
    even = np.arange(0.0, end, _FINE * day)
    between = []
    # what is known of the future changes nothing before it, so that a course can be cut and resumed
    for begin, until in zip(events, [*events[1:], end], strict=True):
        settled = min(begin + _SETTLED * day, until)
        between.append(even[(even >= begin) & (even < settled)])
        between.append(np.arange(settled, until, _QUIET * day))
    both = np.concatenate([session_times, session_times + _JUST_AFTER])
    return np.unique(np.concatenate([observed_times, *between, edges, both[both < end]]))


def session_doses(
    skin: Skin, results: Sequence[Sequence[SessionResult]], member: NDArray[np.int64]
) -> SessionDoses:
    """Return each session's doses: draw i was treated as member[i] mod n."""

    def doses(of: Callable[[SessionResult], float]) -> Floats:
        rows = np.empty((len(results), member.size))
        for row, members in zip(rows, results, strict=True):
            once = np.array([of(one) for one in members])
            row[:] = once[member % once.size]
        return rows

    return SessionDoses(
        heat_shocked=doses(lambda one: float(dermal_mean(DEPTH, one.field.heat_shocked))),
        denatured=doses(lambda one: float(dermal_mean(DEPTH, one.field.denatured))),
        coagulated=doses(lambda one: one.vessel_coagulated),
        plexus_shocked=doses(lambda one: at_plexus(skin, one.field.heat_shocked)),
        ablated=doses(lambda one: one.ablated_depth),
        dead=doses(lambda one: max(0.0, one.wound_depth - one.ablated_depth)),
        surface_rise=doses(lambda one: max(0.0, one.surface_reading - float(one.resting[0]))),
    )


def _felt_share(skin: Skin, parameters: StimulusParameters) -> Floats:
    """Return the share of a surface wound's signal that the depth of the pores feels, (n_draw,)."""
    epidermis = skin.layers[0].thickness
    below = np.maximum(DEPTH - epidermis, 0.0)
    fade = np.atleast_1d(parameters.wound_signal_depth)[:, None]
    return orifice_mean(DEPTH, np.exp(-below / fade), skin.pores.mean_diameter, epidermis)


def _seen(skin: Skin, ratio: Floats, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return what a camera sees of the pores, (n_draw, n_day); no pore goes below its floor.

    Where the pores were measured, each draw has sizes and a number that the photograph allows.
    """
    pores = skin.pores
    n_draws = len(ratio)
    larger, denser = (np.resize(values.get(name, 1.0), n_draws) for name in POPULATION_DRAWS)
    result = {name: np.empty_like(ratio) for name in ("mean", "density", "area")}
    # some draws at a time: all at once would fill the memory
    at_once = max(1, _SEEN_AT_ONCE // max(1, ratio.shape[1] * pores.diameter.size))
    for first in range(0, n_draws, at_once):
        some = slice(first, first + at_once)
        diameter = np.maximum(pores.diameter * ratio[some, :, None], pores.floor)
        seen = observed_pores(diameter * larger[some, None, None], pores.area)
        result["mean"][some] = seen.mean_diameter
        result["density"][some] = seen.visible_density * denser[some, None]
        result["area"][some] = seen.area_fraction * denser[some, None]
    return {
        "mean_diameter": result["mean"],
        "visible_density": result["density"],
        "area_fraction": result["area"],
    }
