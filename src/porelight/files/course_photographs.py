"""The pores and optics that a course file takes from a photograph, measured before or now."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from porelight.errors import InputFileError
from porelight.files.measurements import MeasuredFolder, load_measured
from porelight.files.photographs import read_photograph, read_zone_mask
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.population import PorePopulation
from porelight.workflows.measure import measure


def photographed_skin(
    files: Mapping[str, Any], zone: str, path: Path, measured: Path | None
) -> tuple[PorePopulation | None, OwnOptics | None]:
    """Return pores and optics of the photograph that a course file names.

    Parameters
    ----------
    files : mapping of str to str or float or None
        Its keys ``pores``, ``photo``, ``zone_mask`` and ``px_per_mm``.
    zone : str
        Zone of the face that the file describes.
    path : Path
        The course file; the files it names are relative to its folder.
    measured : Path or None
        Folder of ``porelight measure`` that replaces what the file names.

    Returns
    -------
    tuple of PorePopulation or None, OwnOptics or None
        None stands for those typical of the person described.

    Raises
    ------
    InputFileError
        If the keys contradict each other, or the folder holds another zone.
    """
    if files["pores"] is not None and files["photo"] is not None:
        raise InputFileError(f"{path}: skin.pores and skin.photo exclude each other; keep one.")
    lost = [key for key in ("px_per_mm", "zone_mask") if files[key] is not None]
    if lost and files["photo"] is None:
        raise InputFileError(
            f"{path}: skin.{lost[0]} is about skin.photo, which is not there; add the photo, or "
            f"leave {lost[0]} out."
        )
    folder = path.parent / files["pores"] if files["pores"] is not None else None
    if measured is not None:
        folder = measured
    if folder is not None:
        content = _measured_content(folder, zone, path)
        return content.population, content.optics
    if files["photo"] is None:
        return None, None
    if files["px_per_mm"] is None:
        raise InputFileError(f"{path}: skin.photo needs skin.px_per_mm, the scale of that photo.")
    photograph = read_photograph(path.parent / files["photo"], px_per_mm=files["px_per_mm"])
    mask = None
    if files["zone_mask"] is not None:
        mask = read_zone_mask(path.parent / files["zone_mask"], photograph.pixels.shape[:2])
    now = measure(photograph, zone=zone, zone_mask=mask)
    return now.population(), now.optics


def _measured_content(folder: Path, zone: str, path: Path) -> MeasuredFolder:
    """Return what is in a folder of ``porelight measure``; refuse those of another zone."""
    measured = load_measured(folder)
    if measured.zone != zone:
        raise InputFileError(
            f"{folder} holds the pores of a {measured.zone}, and {path} describes a {zone}; set "
            f'zone = "{measured.zone}" there, or give the folder of a {zone}.'
        )
    return measured
