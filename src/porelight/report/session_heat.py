"""What is shown of one session's heat: a row, a table, a document, pictures and films."""

from pathlib import Path
from typing import Any, Literal

from porelight.errors import InputFileError
from porelight.laser.handpiece import technique_text
from porelight.report.drawing import drawing
from porelight.report.films import require_film, write_film
from porelight.report.formatting import temperature
from porelight.report.tables import Rows
from porelight.report.thermal_figures import area_figure, depth_figure, warmth_figure
from porelight.report.thermal_films import pulse_frames, session_frames
from porelight.units import J_per_cm2, cm2, to_celsius
from porelight.workflows.session_heat import SessionHeat

_DPI = 150
_FILMS = ("pulse", "session")


def write_heat_pictures(
    heat: SessionHeat, folder: Path, *, films: Literal["gif", "mp4", "none"]
) -> list[Path]:
    """Write the pictures and films of a session into a folder.

    Parameters
    ----------
    heat : SessionHeat
        The heat of a session.
    folder : Path
        Made if it is not there.
    films : {"gif", "mp4", "none"}
        Kind of film.

    Returns
    -------
    list of Path
        The files that were written.

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
        "depth.png": depth_figure(heat.delivered, heat.trace),
        "area.png": area_figure(heat.surface_map(), heat.exposure),
    }
    if heat.warmth:
        pictures["skin_types.png"] = warmth_figure(heat.warmth)
    written = []
    for name, figure in pictures.items():
        with drawing():
            figure.savefig(folder / name, dpi=_DPI)
        written.append(folder / name)
    if wanted:
        frames = (
            pulse_frames(heat.delivered),
            session_frames(heat.surface_film(), heat.delivered),
        )
        written += [write_film(one, path) for one, path in zip(frames, wanted, strict=True)]
    return written


def heat_rows(heat: SessionHeat) -> Rows:
    """Return what was read and reached, one line."""
    planned, fell = heat.exposure.n_pulses, heat.result.pulses_delivered
    return [
        {
            "path": technique_text(heat.exposure),
            "pulses": str(fell) if fell == planned else f"{fell} of {planned}, stopped",
            "pulses per cm2": f"{fell / (heat.exposure.area / cm2):.3g}",
            "perfusion": heat.perfusion,
            "surface before": temperature(heat.surface_resting),
            "mean over the area, at the end": temperature(heat.surface_end),
            "thermometer, highest": temperature(heat.thermometer_highest),
            "felt at most": temperature(heat.result.surface_felt),
            "hottest depth, mean of places": temperature(heat.peak),
        }
    ]


def heat_document(heat: SessionHeat) -> dict[str, Any]:
    """Return everything in clinic units, for JSON."""
    exposure = heat.exposure
    return {
        "device": exposure.device,
        "radiant_exposure_j_cm2": exposure.radiant_exposure / J_per_cm2,
        "area_cm2": exposure.area / cm2,
        "perfusion": heat.perfusion,
        "path": technique_text(exposure),
        "pulses_planned": exposure.n_pulses,
        "pulses_delivered": heat.result.pulses_delivered,
        "surface_resting_c": round(to_celsius(heat.surface_resting), 3),
        "surface_reading_c": round(to_celsius(heat.result.surface_reading), 3),
        "thermometer_highest_c": round(to_celsius(heat.thermometer_highest), 3),
        "surface_felt_c": round(to_celsius(heat.result.surface_felt), 3),
        "peak_c": round(to_celsius(heat.peak), 3),
        "departures": list(heat.validity_warnings),
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
            for row in heat.warmth
        ],
    }
