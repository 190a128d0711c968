"""A course: sessions and care on one timeline, from photons to pores over weeks.

`treatment` simulates one session, `followup` the weeks; here they are joined for an ensemble and
the result is labelled.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import xarray as xr

from porelight import __version__
from porelight.course.healing_weeks import followed_weeks
from porelight.course.outcome import outcome_dataset
from porelight.course.regimen import Care
from porelight.data.library import fingerprint
from porelight.data.priors import draws as drawn
from porelight.data.priors import member, uncertain
from porelight.errors import ParameterError
from porelight.laser.exposure import Session
from porelight.laser.handpiece import technique
from porelight.quantities import Floats
from porelight.session.ensemble import PhysicsEnsemble, absorption_rules
from porelight.session.monitoring import Perfusion
from porelight.session.result import DEPTH, N_CLOCK, SessionResult
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, cm2, mm, ms, to_celsius

__all__ = ["Care", "Course", "physics_members"]

Progress: TypeAlias = Callable[[float], None]

PHYSICS = ("optics", "thermal", "heat", "ablation", "injury")
BIOLOGY = ("healing", "mechanics", "effects")
_OTHER_VALUES = (
    "Healing and mechanics were not drawn from the priors of the data files but from draws given, "
    "such as the posterior that ships with porelight (docs/theory/uncertainty.md)."
)
_ANSWERING = (
    "Perfusion rose with the warmth of the skin (docs/theory/heat.md); it is constant otherwise."
)
FOLLOWED = 182.0  # d after the last session: the half year in which trials saw relapse


@dataclass(frozen=True, slots=True)
class Course:
    """Sessions and care on one skin.

    Attributes
    ----------
    skin : Skin
        Whose; its pores are where the prediction starts.
    sessions : sequence of Session
        Treatments; they are put in the order of their days.
    care : sequence of Care
        Between them.
    """

    skin: Skin
    sessions: Sequence[Session] = ()
    care: Sequence[Care] = field(default=())

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.sessions, key=lambda session: session.day))
        object.__setattr__(self, "sessions", ordered)
        object.__setattr__(self, "care", tuple(self.care))
        if any(session.day < 0.0 for session in ordered):
            raise ParameterError(
                f"a session is on day {ordered[0].day:g}; days count from 0, the course's start."
            )

    def simulate(  # noqa: PLR0913  each is a choice of the user
        self,
        *,
        draws: int = 500,
        members: int = 8,
        photons: int = 100_000,
        seed: int = 1,
        last_day: float | None = None,
        values: Mapping[str, Floats] | None = None,
        perfusion: Perfusion = "constant",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Simulate every session and follow the skin over the weeks.

        Parameters
        ----------
        draws : int
            Draws of healing, mechanics and effects.
        members : int
            Draws of optics, heat and injury; draw *i* belongs to member *i mod members*.
        photons : int
            Photons per member and beam.
        seed : int
            The same seed gives the same numbers on any machine and any number of threads.
        last_day : float, optional
            Where the forecast ends; half a year after the last session when left out [d].
        values : mapping of str to ndarray of float64, optional
            Draws of the biology that replace those from the priors; see `follow`.
        perfusion : {"constant", "answers warmth"}
            Whether blood flows as at rest, or more as the skin warms.
        progress : callable, optional
            Told the share done.

        Returns
        -------
        Dataset
            See `porelight.course.outcome.VARIABLES`. If the run is interrupted after at least one
            member, the members finished are used and `notes` says so.

        Raises
        ------
        ParameterError
            If a number is impossible.
        """
        ensemble = PhysicsEnsemble(
            self.skin, physics_members(members, seed), photons, seed, perfusion=perfusion
        )
        finished, notes = _treat_all(ensemble, self.sessions, progress)
        return self.follow(
            finished,
            draws=draws,
            seed=seed,
            days=self.observation_days(last_day),
            notes=(
                *notes,
                *(() if values is None else (_OTHER_VALUES,)),
                *(() if perfusion == "constant" else (_ANSWERING,)),
            ),
            values=values,
        )

    def treat(
        self,
        *,
        members: int = 8,
        photons: int = 100_000,
        seed: int = 1,
        progress: Progress | None = None,
    ) -> tuple[tuple[SessionResult, ...], ...]:
        """Return what each session does to every member of the physics, for `follow`."""
        ensemble = PhysicsEnsemble(self.skin, physics_members(members, seed), photons, seed)
        return _treat_all(ensemble, self.sessions, progress)[0]

    def observation_days(self, last_day: float | None = None) -> tuple[float, ...]:
        """Return the days of a forecast: weekly, and daily in the week after a wound."""
        last = self.sessions[-1].day if self.sessions else 0.0
        end = last + FOLLOWED if last_day is None else last_day
        if end <= 0.0:
            raise ParameterError(f"last_day is {end:g}; expected a day after 0.")
        days = {*np.arange(0.0, end, 7.0).tolist(), end}
        for session in self.sessions:
            days.add(session.day)
            if absorption_rules(self.skin, session.exposure.wavelength):
                days |= {session.day + after for after in (*range(1, 8), 10.0, 14.0)}
        return tuple(sorted(one for one in days if one <= end))

    def follow(
        self,
        injuries: Sequence[Sequence[SessionResult]],
        *,
        draws: int,
        seed: int,
        days: Sequence[float],
        notes: Sequence[str] = (),
        values: Mapping[str, Floats] | None = None,
    ) -> xr.Dataset:
        """Follow the skin over the weeks, given what each session did.

        Parameters
        ----------
        injuries : sequence of sequence of SessionResult
            For each session of the course, one per member.
        draws : int
            Draws of the biology.
        seed : int
            Of the draws.
        days : sequence of float
            Days to observe, the first one 0 [d].
        notes : sequence of str
            What the reader of the outcome must know.
        values : mapping of str to ndarray of float64, optional
            Draws that replace those from the priors, by library name; repeated to the length of
            `draws`. For example `porelight.inference.calibration.posterior()`.
        """
        observed_days = np.asarray(days, dtype=np.float64)
        if observed_days[0] != 0.0 or (np.diff(observed_days) <= 0.0).any():
            raise ParameterError("days must start at 0 and increase.")
        weeks = followed_weeks(
            self.skin,
            np.array([session.day for session in self.sessions]),
            self.care,
            injuries,
            {
                **drawn(uncertain(BIOLOGY), draws, seed),
                **{name: np.resize(column, draws) for name, column in (values or {}).items()},
            },
            observed_days,
        )
        return outcome_dataset(
            {**weeks, **session_variables(injuries), **skin_variables(self.skin, injuries)},
            {
                "day": observed_days,
                "depth": DEPTH,
                "session": np.arange(1, len(self.sessions) + 1, dtype=np.float64),
            },
            course_attributes(self, injuries, draws, seed, notes),
        )


def physics_members(n_members: int, seed: int) -> tuple[dict[str, float], ...]:
    """Return the values of the physical parameters in each member of the ensemble.

    The first member is the typical skin (every parameter at its library value), so that pictures
    show a case with no luck in it; the others are drawn from the priors.
    """
    if n_members < 1:
        raise ParameterError(f"members is {n_members}; expected 1 or more.")
    if n_members == 1:
        return ({},)
    values = drawn(uncertain(PHYSICS), n_members - 1, seed)
    return ({}, *(member(values, index) for index in range(n_members - 1)))


def _treat_all(
    ensemble: PhysicsEnsemble, sessions: Sequence[Session], progress: Progress | None
) -> tuple[tuple[tuple[SessionResult, ...], ...], tuple[str, ...]]:
    """Return per session the injury of each member; members finished before Ctrl-C are kept."""
    exposures = tuple({session.exposure: None for session in sessions})
    done: list[dict[object, SessionResult]] = []
    notes: tuple[str, ...] = ()
    total = len(ensemble.members)
    try:
        for index in range(total):
            done.append({e: ensemble.treat_member(e, index) for e in exposures})
            if progress is not None:
                progress((index + 1) / total)
    except KeyboardInterrupt:
        if not done:
            raise
        notes = (f"Interrupted: {len(done)} of {total} members of the physics were finished.",)
    return tuple(tuple(one[session.exposure] for one in done) for session in sessions), notes


def session_variables(injuries: Sequence[Sequence[SessionResult]]) -> dict[str, Floats]:
    """Return what the sessions did, over (session, member) and (session, member, depth)."""
    n_session = len(injuries)
    n_member = len(injuries[0]) if injuries else 1

    def stacked(of: Callable[[SessionResult], Floats | float], *shape: int) -> Floats:
        rows = [[of(one) for one in members] for members in injuries]
        return np.array(rows, dtype=np.float64).reshape(n_session, n_member, *shape)

    typical = [members[0] for members in injuries]
    return {
        "peak_temperature": stacked(lambda one: one.peak_temperature, DEPTH.size),
        "final_temperature": stacked(lambda one: one.final_temperature, DEPTH.size),
        "killed": stacked(lambda one: one.field.killed, DEPTH.size),
        "heat_shocked": stacked(lambda one: one.field.heat_shocked, DEPTH.size),
        "denatured": stacked(lambda one: one.field.denatured, DEPTH.size),
        "coagulated": stacked(lambda one: one.field.coagulated, DEPTH.size),
        "vessel_coagulated": stacked(lambda one: one.vessel_coagulated),
        "ablated": stacked(lambda one: one.ablated, DEPTH.size),
        "surface_reading": stacked(lambda one: one.surface_reading),
        "surface_felt": stacked(lambda one: one.surface_felt),
        "ablated_depth": stacked(lambda one: one.ablated_depth),
        "coagulated_depth": stacked(lambda one: one.wound_depth),
        "pulses_delivered": stacked(lambda one: float(one.pulses_delivered)),
        "clock_time": np.array([one.clock for one in typical]).reshape(n_session, N_CLOCK),
        "session_temperature": np.array([one.history for one in typical]).reshape(
            n_session, N_CLOCK, DEPTH.size
        ),
    }


def skin_variables(skin: Skin, injuries: Sequence[Sequence[SessionResult]]) -> dict[str, Floats]:
    """Return the skin as it was before the first session."""
    variables = {"pore_diameter": skin.pores.diameter, "pore_floor": skin.pores.floor}
    if injuries:
        variables["resting_temperature"] = injuries[0][0].resting
    return variables


def course_attributes(
    course: Course,
    injuries: Sequence[Sequence[SessionResult]],
    draws: int,
    seed: int,
    notes: Sequence[str],
) -> dict[str, str]:
    """Return where the numbers come from, in clinic units, for whoever opens the file."""
    skin = course.skin
    return {
        "porelight_version": __version__,
        "data_fingerprint": fingerprint(),
        "seed": str(seed),
        "draws": str(draws),
        "members": str(len(injuries[0]) if injuries else 0),
        "skin": json.dumps(
            {
                "zone": skin.zone,
                "fitzpatrick": skin.fitzpatrick,
                "age": skin.age,
                "sex": skin.sex,
                "oiliness": skin.oiliness,
            }
        ),
        "pores_measured": "true" if skin.pores.is_measured else "false",
        "pore_area_m2": repr(skin.pores.area),
        "sessions": json.dumps([session_document(session) for session in course.sessions]),
        "care": json.dumps(
            [
                {
                    "kind": one.kind,
                    "from_day": one.from_day,
                    "to_day": one.to_day if math.isfinite(one.to_day) else None,
                    "level": one.level,
                }
                for one in course.care
            ]
        ),
        "notes": json.dumps(list(notes)),
    }


def session_document(session: Session) -> dict[str, object]:
    """Return a session in clinic units, as the outcome's attributes hold it."""
    exposure = session.exposure
    stop = exposure.stop_at_surface
    return {
        "day": session.day,
        "device": exposure.device,
        "radiant_exposure_j_cm2": exposure.radiant_exposure / J_per_cm2,
        "spot_mm": exposure.beam.diameter / mm,
        "pulse_ms": exposure.pulse_duration / ms,
        "rate_hz": exposure.rate,
        "pulses": exposure.n_pulses,
        "area_cm2": exposure.area / cm2,
        "passes": exposure.passes,
        "overlap": exposure.overlap,
        "technique": technique(exposure),
        "stop_at_surface_c": to_celsius(stop) if math.isfinite(stop) else None,
    }
