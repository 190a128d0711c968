"""Everything that is shown of one session's heat, worked out once and written to a folder."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from porelight.course.course import Course
from porelight.errors import ExtrapolationWarning, InputFileError
from porelight.laser.exposure import Exposure
from porelight.laser.handpiece import technique
from porelight.report.drawing import drawing
from porelight.report.films import require_film, write_film
from porelight.report.formatting import temperature
from porelight.report.tables import Rows
from porelight.report.thermal_figures import area_figure, depth_figure, warmth_figure
from porelight.report.thermal_films import pulse_frames, session_frames
from porelight.report.warmth_table import warmth_rows
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.session.monitoring import (
    Perfusion,
    ThermometerTrace,
    thermometer_trace,
    validity_warnings,
)
from porelight.session.result import SessionResult
from porelight.session.scattered import ScatteredSession
from porelight.session.thermography import Warmth, surface_film, surface_map, warmth_by_skin_type
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, cm2, to_celsius

_DPI = 150
_SESSION, _TABLE = 0.3, 0.7  # shares of the work


@dataclass(frozen=True, slots=True, eq=False)
class SessionHeat:
    """One session of scattered light on the typical skin, as it was delivered.

    Attributes
    ----------
    exposure : Exposure
        What was planned.
    perfusion : {"constant", "answers warmth"}
        How blood flowed.
    delivered : ScatteredSession
        The sum of the pulses that fell.
    injury : SessionResult
        What they did.
    trace : ThermometerTrace
        What the thermometer at the spot showed.
    departures : tuple of str
        Where the session leaves what a sum of pulses can tell.
    warmth : tuple of Warmth
        By skin type; empty if not asked for.
    """

    exposure: Exposure
    perfusion: Perfusion
    delivered: ScatteredSession
    injury: SessionResult
    trace: ThermometerTrace
    validity_warnings: tuple[str, ...]
    warmth: tuple[Warmth, ...]

    @classmethod
    def of(
        cls,
        skin: Skin,
        exposure: Exposure,
        *,
        n_photons: int,
        seed: int,
        perfusion: Perfusion,
        skin_types: bool,
        progress: Callable[[float], None] | None = None,
    ) -> Self:
        """Simulate one session on the typical skin.

        Parameters
        ----------
        skin : Skin
            Whose.
        exposure : Exposure
            Of scattered light.
        n_photons, seed : int
            Of the light.
        perfusion : {"constant", "answers warmth"}
            Whether blood flows as at rest, or more as the skin warms.
        skin_types : bool
            Whether to make the table by skin type too.
        progress : callable, optional
            Told the share done.
        """
        ensemble = PhysicsEnsemble(skin, ({},), n_photons, seed, perfusion=perfusion)
        with warnings.catch_warnings():
            # what the sum of pulses cannot tell is said once, as text
            warnings.simplefilter("ignore", ExtrapolationWarning)
            injury = ensemble.treat_member(exposure, 0)
            delivered = ensemble.delivered(exposure)
            told = validity_warnings(injury, delivered, perfusion)
            trace = thermometer_trace(delivered)
            share = _SESSION if skin_types else 1.0
            if progress is not None:
                progress(share)
            table: tuple[Warmth, ...] = ()
            if skin_types:
                table = warmth_by_skin_type(
                    skin,
                    exposure,
                    n_photons=n_photons,
                    seed=seed,
                    progress=(
                        None if progress is None else lambda done: progress(share + _TABLE * done)
                    ),
                )
        return cls(exposure, perfusion, delivered, injury, trace, told, table)

    def write(self, folder: Path, *, films: Literal["gif", "mp4", "none"]) -> list[Path]:
        """Write the pictures and films into a folder, which is made if it is not there.

        Raises
        ------
        InputFileError
            If the folder cannot be made, or an MP4 is asked for without ffmpeg.
        """
        wanted = [] if films == "none" else [folder / f"{name}.{films}" for name in _FILMS]
        for film in wanted:
            require_film(film)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise InputFileError(f"{folder}: cannot be made: {problem.strerror}.") from None
        pictures = {
            "depth.png": depth_figure(self.delivered, self.trace),
            "area.png": area_figure(surface_map(self.delivered), self.exposure),
        }
        if self.warmth:
            pictures["skin_types.png"] = warmth_figure(self.warmth)
        written = []
        for name, figure in pictures.items():
            with drawing():
                figure.savefig(folder / name, dpi=_DPI)
            written.append(folder / name)
        if wanted:
            seen = surface_film(self.delivered)
            frames = (
                pulse_frames(self.delivered),
                session_frames(seen, self.delivered),
            )
            written += [write_film(one, path) for one, path in zip(frames, wanted, strict=True)]
        return written

    def rows(self) -> Rows:
        """Return what was read and reached, one line."""
        planned, fell = self.exposure.n_pulses, self.injury.pulses_delivered
        return [
            {
                "path": technique(self.exposure),
                "pulses": str(fell) if fell == planned else f"{fell} of {planned}, stopped",
                "pulses per cm2": f"{fell / (self.exposure.area / cm2):.3g}",
                "perfusion": self.perfusion,
                "surface before": temperature(float(self.injury.resting[0])),
                "mean over the area, at the end": temperature(
                    float(self.delivered.area_reading[-1])
                ),
                "thermometer, highest": temperature(float(self.trace.reading.max())),
                "felt at most": temperature(self.injury.surface_felt),
                "hottest depth, mean of places": temperature(
                    float(self.injury.peak_temperature.max())
                ),
            }
        ]

    def warmth_rows(self) -> Rows:
        """Return the table by skin type; empty if it was not asked for."""
        return warmth_rows(self.warmth)

    def document(self) -> dict[str, Any]:
        """Return everything in clinic units."""
        exposure = self.exposure
        return {
            "device": exposure.device,
            "radiant_exposure_j_cm2": exposure.radiant_exposure / J_per_cm2,
            "area_cm2": exposure.area / cm2,
            "perfusion": self.perfusion,
            "path": technique(exposure),
            "pulses_planned": exposure.n_pulses,
            "pulses_delivered": self.injury.pulses_delivered,
            "surface_resting_c": round(to_celsius(float(self.injury.resting[0])), 3),
            "surface_reading_c": round(to_celsius(self.injury.surface_reading), 3),
            "thermometer_highest_c": round(to_celsius(float(self.trace.reading.max())), 3),
            "surface_felt_c": round(to_celsius(self.injury.surface_felt), 3),
            "peak_c": round(to_celsius(float(self.injury.peak_temperature.max())), 3),
            "departures": list(self.validity_warnings),
            "skin_types": [
                {
                    "fitzpatrick": row.fitzpatrick,
                    "pulses_per_cm2": row.pulses_per_cm2,
                    "perfusion": row.perfusion,
                    "surface_end_c": round(to_celsius(row.surface), 3),
                    "thermometer_highest_c": round(to_celsius(row.thermometer), 3),
                    "surface_felt_c": round(to_celsius(row.felt), 3),
                    "peak_c": round(to_celsius(row.peak), 3),
                }
                for row in self.warmth
            ],
        }


_FILMS = ("pulse", "session")


def picked_session(course: Course, number: int, path: Path) -> Exposure:
    """Return the exposure of one session of a course, counted from 1.

    Raises
    ------
    InputFileError
        If there is no such session, or its light is absorbed before it scatters.
    """
    sessions = course.sessions
    if not 1 <= number <= len(sessions):
        has = f"{len(sessions)} session{'' if len(sessions) == 1 else 's'}"
        raise InputFileError(f"{path}: there is no session {number}; the file has {has}.")
    exposure = sessions[number - 1].exposure
    if absorption_dominates(course.skin, exposure.wavelength):
        raise InputFileError(
            f"{path}: session {number} ({exposure.device}) boils the surface off; its heat is in "
            "the report of 'porelight simulate'. Choose a session of scattered light."
        )
    return exposure
