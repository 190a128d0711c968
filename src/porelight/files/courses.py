"""From a course file to the objects that the physics takes: clinic units end here."""

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from porelight.course.course import Care, Course
from porelight.errors import InputFileError, ParameterError
from porelight.files.course_file import CareTable, CourseFile, SessionTable, SkinTable
from porelight.files.measurements import load_population
from porelight.files.photographs import read_photograph, read_zone_mask
from porelight.files.pulse_paths import read_pulse_path
from porelight.laser.devices import device
from porelight.laser.exposure import Session
from porelight.laser.motion import Motion, PulsePath
from porelight.laser.thermometer import Thermometer
from porelight.photo.measure import measure
from porelight.session.monitoring import Perfusion
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, celsius, cm2, mm, ms

if TYPE_CHECKING:
    from collections.abc import Mapping


class Simulation(TypedDict):
    """Keyword arguments of `Course.simulate`."""

    draws: int
    members: int
    photons: int
    seed: int
    last_day: float | None
    perfusion: Perfusion


def skin_of(table: SkinTable, path: Path, *, measured: Path | None = None) -> Skin:
    """Return the skin that a ``[skin]`` table describes.

    Parameters
    ----------
    table : SkinTable
        As read from the file.
    path : Path
        That file; paths inside it are relative to its folder.
    measured : Path, optional
        Folder that ``porelight measure`` wrote; goes before what the table names.

    Raises
    ------
    InputFileError
        If the photograph or the folder of measured pores is missing or unreadable.
    """
    return Skin.typical(
        zone=table.zone,
        fitzpatrick=table.fitzpatrick,
        age=table.age_years,
        sex=table.sex,
        oiliness=table.oiliness,
        pores=_pores_of(table, path, measured),
    )


def course_of(content: CourseFile, path: Path, *, measured: Path | None = None) -> Course:
    """Return the course that a file describes.

    Raises
    ------
    InputFileError
        If sessions or care cannot be as written; names the table.
    """
    skin = skin_of(content.skin, path, measured=measured)
    sessions = []
    for number, entry in enumerate(content.session, start=1):
        try:
            sessions.append(_session(entry, path.parent))
        except ParameterError as problem:
            raise InputFileError(f"{path}: session[{number}]: {problem}") from None
    care = []
    for number, habit in enumerate(content.care, start=1):
        try:
            care.append(_care(habit))
        except ParameterError as problem:
            raise InputFileError(f"{path}: care[{number}]: {problem}") from None
    return Course(skin, tuple(sessions), tuple(care))


def simulation_of(content: CourseFile) -> Simulation:
    """Return how finely the file asks to simulate."""
    table = content.simulation
    return Simulation(
        draws=table.draws,
        members=table.members,
        photons=table.photons,
        seed=table.seed,
        last_day=table.last_day,
        perfusion="constant" if table.perfusion == "constant" else "answers warmth",
    )


def _pores_of(table: SkinTable, path: Path, measured: Path | None) -> PorePopulation | None:
    named = [key for key in ("pores", "photo") if getattr(table, key) is not None]
    if len(named) > 1:
        raise InputFileError(f"{path}: skin.pores and skin.photo exclude each other; keep one.")
    if measured is not None:
        return load_population(measured)
    if table.pores is not None:
        return load_population(path.parent / table.pores)
    if table.photo is None:
        return None
    if table.px_per_mm is None:
        raise InputFileError(f"{path}: skin.photo needs skin.px_per_mm, the scale of that photo.")
    photograph = read_photograph(path.parent / table.photo, px_per_mm=table.px_per_mm)
    mask = None
    if table.zone_mask is not None:
        mask = read_zone_mask(path.parent / table.zone_mask, photograph.pixels.shape[:2])
    return measure(photograph, zone=table.zone, zone_mask=mask).population()


def _session(entry: SessionTable, folder: Path) -> Session:
    given: Mapping[str, object] = {
        "radiant_exposure": _scaled(entry.radiant_exposure_j_cm2, J_per_cm2),
        "spot_diameter": _scaled(entry.spot_mm, mm),
        "pulse_duration": _scaled(entry.pulse_ms, ms),
        "rate": entry.rate_hz,
        "n_pulses": entry.pulses,
        "area": _scaled(entry.area_cm2, cm2),
        "passes": entry.passes,
        "overlap": entry.overlap,
        "stop_at_surface": (
            None if entry.stop_at_surface_c is None else celsius(entry.stop_at_surface_c)
        ),
        "stop_reads": "thermometer" if entry.stop_reads == "thermometer" else "area mean",
        "aspect": entry.width_over_height,
        "motion": _motion(entry, folder),
        "thermometer": _thermometer(entry),
    }
    settings = {key: value for key, value in given.items() if value is not None}
    exposure = device(entry.device).exposure(**settings)
    return exposure.on_day(entry.day)


def _motion(entry: SessionTable, folder: Path) -> Motion | PulsePath:
    stacked = 1 if entry.stacked_pulses is None else entry.stacked_pulses
    if entry.path_file is not None:
        other = [key for key in ("hand_seed", "stacked_pulses") if getattr(entry, key) is not None]
        if "path" in entry.model_fields_set or other:
            key = "path" if "path" in entry.model_fields_set else other[0]
            raise ParameterError(f"path_file and {key} exclude each other; keep one.")
        return read_pulse_path(folder / entry.path_file)
    if entry.path == "hand":
        return Motion.by_hand(stacked=stacked, seed=entry.hand_seed or 0)
    if entry.hand_seed is not None:
        raise ParameterError(f"hand_seed is for path = 'hand'; path is {entry.path!r}.")
    return Motion(entry.path, stacked)


def _thermometer(entry: SessionTable) -> Thermometer:
    usual = Thermometer.typical()
    field = _scaled(entry.thermometer_field_mm, mm)
    lag, emissivity = entry.thermometer_lag_s, entry.thermometer_emissivity
    return Thermometer(
        field_of_view=usual.field_of_view if field is None else field,
        lag=usual.lag if lag is None else lag,
        emissivity_setting=usual.emissivity_setting if emissivity is None else emissivity,
    )


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _care(entry: CareTable) -> Care:
    return Care(kind=entry.kind, from_day=entry.from_day, to_day=entry.to_day, level=entry.level)
