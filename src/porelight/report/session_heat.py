"""What is shown of one session's heat: a row, a table, a document, pictures and films."""

from pathlib import Path
from typing import Any, Literal

from porelight import __version__
from porelight.files.documents import save_document
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.writing import folder_replacing
from porelight.laser.handpiece import technique_text
from porelight.report.drawing import drawing
from porelight.report.films import ENDINGS, require_film, write_film
from porelight.report.formatting import temperature
from porelight.report.tables import Rows
from porelight.report.thermal_figures import area_figure, depth_figure, warmth_figure
from porelight.report.thermal_films import pulse_frames, session_frames
from porelight.units import J_per_cm2, cm2, to_celsius
from porelight.workflows.session_heat import SessionHeat

_DPI = 150
_FILMS = ("pulse", "session")
FORMAT = "porelight session 1"
_FILES = (
    *("depth.png", "area.png", "skin_types.png", "session.json"),
    *(name + ending for name in _FILMS for ending in ENDINGS),
)
SESSION = ResultKind(
    "a session", (), folder_of(_FILES, "session.json", FORMAT.rstrip("0123456789"))
)


def save_session_heat(
    heat: SessionHeat, folder: Path, *, films: Literal["gif", "mp4", "none"]
) -> list[Path]:
    """Write the pictures, the films and session.json of a session into a folder, all or none.

    Parameters
    ----------
    heat : SessionHeat
        The heat of a session.
    folder : Path
        Folder to write: new, empty, or that of an earlier session, which is replaced.
    films : {"gif", "mp4", "none"}
        ResultKind of film.

    Returns
    -------
    list of Path
        The files that were written.

    Raises
    ------
    InputFileError
        If the folder holds anything else or cannot be written, or an MP4 is asked for without
        ffmpeg.
    """
    wanted = [] if films == "none" else [folder / f"{name}.{films}" for name in _FILMS]
    for film in wanted:
        require_film(film)
    pictures = {
        "depth.png": depth_figure(heat.delivered, heat.trace),
        "area.png": area_figure(heat.surface_map(), heat.exposure),
    }
    if heat.warmth:
        pictures["skin_types.png"] = warmth_figure(heat.warmth)
    with folder_replacing(folder, SESSION) as new:
        for name, figure in pictures.items():
            with drawing():
                figure.savefig(new / name, dpi=_DPI)
        if wanted:
            frames = (
                pulse_frames(heat.delivered),
                session_frames(heat.surface_film(), heat.delivered),
            )
            for one, path in zip(frames, wanted, strict=True):
                write_film(one, new / path.name)
        save_document(heat_document(heat), new / "session.json")
    return [*(folder / name for name in pictures), *wanted, folder / "session.json"]


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
            "surface at the end, mean over the area": temperature(heat.surface_end),
            "highest reading of the thermometer": temperature(heat.thermometer_highest),
            "highest felt": temperature(heat.result.surface_felt),
            "hottest depth, mean over the area": temperature(heat.peak),
        }
    ]


def heat_document(heat: SessionHeat) -> dict[str, Any]:
    """Return everything in clinic units, for JSON."""
    exposure = heat.exposure
    return {
        "format": FORMAT,
        "porelight_version": __version__,
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
