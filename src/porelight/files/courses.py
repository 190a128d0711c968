"""From a course file to the objects that the physics takes: clinic units end here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from porelight.course.codec import skin_of
from porelight.course.course import Course
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION, SKIN
from porelight.data.file_units import NM
from porelight.errors import InputFileError, ParameterError
from porelight.files.course_file import HAND, read_course_tables, read_skin_tables
from porelight.files.device_files import read_device
from porelight.files.own_optics import read_optics
from porelight.files.pulse_paths import read_pulse_path
from porelight.files.toml_tables import in_lines
from porelight.files.usual_values import usual_of_table
from porelight.laser.device_file import SETTINGS
from porelight.laser.devices import Device, devices
from porelight.laser.devices import device as device_named
from porelight.laser.exposure import Session
from porelight.laser.motion import Motion, PulsePath
from porelight.tissue.skin import Skin

# settings that a device limits, by the path of their field
_SETTINGS = {f"exposure.{one.path}": name for name, one in SETTINGS.items()}
_SETTING_KEYS = {field.key for field in SESSION.fields if field.path in _SETTINGS}
_MOTION_KEYS = [field.key for field in SESSION.fields if field.path.startswith("exposure.motion")]
_PATH_KEYS = {"path_time_s", "path_position_mm"}
_OF_A_PATH = ("rate_hz", "pulses")  # a recorded path brings them


@dataclass(frozen=True, slots=True)
class CourseContent:
    """The content of a course file.

    Attributes
    ----------
    course : Course
        Skin, sessions and care.
    settings : EnsembleSettings
        Size and seed of the ensemble.
    last_day : float or None
        Last day of the forecast [d]; None for half a year after the last session.
    as_usual : tuple of str
        What was taken for what the file leaves out, a line for each table.
    """

    course: Course
    settings: EnsembleSettings
    last_day: float | None
    as_usual: tuple[str, ...] = ()


def read_course(path: str | Path, *, measured: Path | None = None) -> CourseContent:
    """Read a course file.

    Parameters
    ----------
    path : str or Path
        TOML file; paths inside it are relative to its folder.
    measured : Path, optional
        Folder that ``porelight measure`` wrote; it replaces the pores that the file names.

    Raises
    ------
    InputFileError
        In one line: the file, the table, what is wrong, what would be right.
    """
    source = Path(path)
    return course_of_tables(read_course_tables(source), source, measured=measured)


def course_of_tables(
    content: Mapping[str, Any], source: Path, *, measured: Path | None = None
) -> CourseContent:
    """Return the course of checked tables; `source` names their file; see `read_course`."""
    skin = _skin(content["skin"], source, measured)
    wrong: list[str] = []
    sessions = [
        _noted(lambda entry=entry: _session(entry, source.parent), f"session[{number}]", wrong)
        for number, entry in enumerate(content["session"], start=1)
    ]
    care = [
        _noted(lambda entry=entry: _care(_stated(entry)), f"care[{number}]", wrong)
        for number, entry in enumerate(content["care"], start=1)
    ]
    if wrong:
        raise InputFileError(in_lines(source, wrong))
    settings = _settings(content["simulation"], EnsembleSettings(), source)
    last_day = content["simulation"].get("last_day")
    course = Course(skin, tuple(sessions), tuple(care))
    return CourseContent(course, settings, last_day, _as_usual(content, course, settings))


def _as_usual(
    content: Mapping[str, Any], course: Course, settings: EnsembleSettings
) -> tuple[str, ...]:
    """Return what was taken for what a file leaves out."""
    lines = [usual_of_table(SKIN, course.skin, _stated(content["skin"]), "skin")]
    for number, (entry, session) in enumerate(
        zip(content["session"], course.sessions, strict=True), start=1
    ):
        stated = {*_stated(entry), *(_OF_A_PATH if entry.get("path_file") else ())}
        lines.append(usual_of_table(SESSION, session, stated, f"session[{number}]"))
    lines.append(usual_of_table(ENSEMBLE, settings, _stated(content["simulation"]), "simulation"))
    if content["simulation"].get("last_day") is None:
        days = course.observation_days(None)
        lines.append(f"simulation: left out, so as usual: last_day {days[-1]:g}")
    return tuple(line for line in lines if line)


def read_skin(path: str | Path, *, measured: Path | None = None) -> Skin:
    """Read the skin of a skin file or of a course file; see `read_course`."""
    source = Path(path)
    return _skin(read_skin_tables(source)[0], source, measured)


def read_settings(path: str | Path, usual: EnsembleSettings) -> EnsembleSettings:
    """Read what a skin file or a course file says of the ensemble.

    Parameters
    ----------
    path : str or Path
        TOML file.
    usual : EnsembleSettings
        What is meant where ``[simulation]`` says nothing.
    """
    source = Path(path)
    return _settings(read_skin_tables(source)[1], usual, source)


def _noted(make: Any, where: str, wrong: list[str]) -> Any:
    """Return what `make` returns; if it fails, note what is wrong with the table."""
    try:
        return make()
    except ParameterError as problem:
        wrong.append(f"{where}: {problem}")
        return None


def _located(make: Any, path: Path, where: str) -> Any:
    """Return what `make` returns; if it fails, name the file and the table in the error."""
    try:
        return make()
    except ParameterError as problem:
        raise InputFileError(f"{path}: {where}: {problem}") from None


def _settings(table: Mapping[str, Any], usual: EnsembleSettings, path: Path) -> EnsembleSettings:
    stated = {key: value for key, value in _stated(table).items() if key != "last_day"}
    whole = {**ENSEMBLE.document(usual), **stated}
    return _located(lambda: ENSEMBLE.object(whole), path, "simulation")  # type: ignore[no-any-return]


def _stated(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def _skin(table: Mapping[str, Any], path: Path, measured: Path | None) -> Skin:
    described = _stated(table)
    files = {key: described.pop(key, None) for key in ("pores", "photo", "zone_mask", "px_per_mm")}
    optics = described.pop("optics", None)
    own = None if optics is None else read_optics(path.parent / optics)
    for key in ("own_optics", "layer"):
        if own is not None and key in described:
            raise InputFileError(
                f"{path}: skin.optics and skin.{key} exclude each other; keep one."
            )
    pores, seen = None, None
    if measured is not None or any(one is not None for one in files.values()):
        # most courses name no photograph, and those do not wait for the libraries of pictures
        from porelight.files.course_photographs import photographed_skin  # noqa: PLC0415

        pores, seen = photographed_skin(files, str(table["zone"]), path, measured)
    if own is None and not {"own_optics", "layer"} & set(described):
        own = seen  # a spectrum, and what was stated, tell more than the colour of a photograph
    if pores is not None and "pore_population" in described:
        if measured is None:
            raise InputFileError(
                f"{path}: skin.pore_population and skin.{'pores' if files['pores'] else 'photo'} "
                "exclude each other; keep one."
            )
        del described["pore_population"]
    return _located(lambda: skin_of(described, pores, own), path, "skin")  # type: ignore[no-any-return]


def _care(stated: Mapping[str, Any]) -> Care:
    care = CARE.object(stated)
    CARE.require_decisive(care, stated)
    return care


def _session(table: Mapping[str, Any], folder: Path) -> Session:
    """Return the session of a table, in which no key is without effect."""
    session = _session_of(_stated(table), folder)
    SESSION.require_decisive(session, _stated(table))
    return session


def _session_of(stated: dict[str, Any], folder: Path) -> Session:
    """Return the session of a table: the device's usual one with what the table states."""
    device = _device(stated, folder)
    recorded = _path_of_file(stated, folder)
    if recorded is None and set(stated) >= _SETTING_KEYS:
        # everything is said: a plan's session, or an experiment that has no device file
        session = SESSION.object(stated)
        breaches = () if device is None else device.breaches(session.exposure)
        if breaches:
            raise ParameterError(
                f"{breaches[0]} For an experiment beyond it give the device a name of its own."
            )
        return session
    known = device_named(str(stated["device"])) if device is None else device
    dials, others = {}, {}
    for key, value in stated.items():
        path = SESSION.field_of(key).path
        if path in _SETTINGS:
            dials[_SETTINGS[path]] = SESSION.values({key: value})[path]
        else:
            others[key] = value
    _require_wavelength(known, dials.pop("wavelength", None))
    if recorded is not None:
        dials["motion"] = recorded
    elif set(others) >= _PATH_KEYS:
        values = SESSION.values({key: others.pop(key) for key in _PATH_KEYS})
        dials["motion"] = PulsePath(*(values[f"exposure.motion.{n}"] for n in ("time", "position")))
    usual = SESSION.document(known.exposure(**dials).on_day(0.0))
    return SESSION.object({**usual, **others})


def _device(stated: dict[str, Any], folder: Path) -> Device | None:
    """Return the device of a session; None for a name that is no device's."""
    name = str(stated["device"])
    if name.endswith(".toml"):
        own = read_device(folder / name)
        stated["device"] = own.key
        return own
    return device_named(name) if name in devices() else None


def _require_wavelength(device: Device, wavelength: float | None) -> None:
    if wavelength is not None and not device.settings["wavelength"].takes(wavelength):
        usual = NM.shown(device.settings["wavelength"].value)
        raise ParameterError(
            f"wavelength_nm is {NM.shown(wavelength)}; {device.title} has {usual}. For another "
            "wavelength state every setting and give the device a name of its own."
        )


def _path_of_file(stated: dict[str, Any], folder: Path) -> PulsePath | None:
    """Return the recorded path that a table names, if any, and say a hand in numbers."""
    file = stated.pop("path_file", None)
    if file is not None:
        other = [key for key in _MOTION_KEYS if key in stated]
        if other:
            raise ParameterError(f"path_file and {other[0]} exclude each other; keep one.")
        return read_pulse_path(folder / file)
    if stated.get("path") == HAND:
        usual = Motion.by_hand()
        stated["path"] = usual.pattern
        for key, value in (
            ("hand_wander_mm", usual.wander),
            ("hand_pace_variation", usual.pace_variation),
        ):
            stated.setdefault(key, SESSION.field_of(key).kind.write(value))
    return None
