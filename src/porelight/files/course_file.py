"""The course file: what a user writes in TOML, in clinic units, and what is wrong with it.

The unit of a number is in its key. Unknown keys are refused with the nearest known one named; a
number outside its range is refused with its unit and what would be right.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from porelight.errors import InputFileError, did_you_mean
from porelight.files.writing import require_file

EXAMPLE = """\
# A course of treatments. Units are in the keys; what is left out is the device's usual setting.
[skin]
zone = "cheek"              # forehead, glabella, nose, cheek, chin
fitzpatrick = 3             # 1 for type I to 6 for type VI
age_years = 35
sex = "female"
oiliness = "oily"           # dry, normal, oily
# pores = "measured"        # folder that 'porelight measure' wrote

[[session]]
day = 0
device = "laser-genesis"
radiant_exposure_j_cm2 = 14
spot_mm = 5
pulse_ms = 0.3
rate_hz = 7
pulses = 2000
area_cm2 = 100
stop_at_surface_c = 43
# stop_reads = "thermometer" # the handpiece's own, instead of the mean over the area
# path = "hand"              # raster, spiral, hand; or path_file = "path.csv" (time_s,x_mm,y_mm)

[[session]]
day = 28
device = "pearl"
radiant_exposure_j_cm2 = 3.5

[[care]]
kind = "cleansing"          # cleansing, unprotected-sun, sun-protection, picking
from_day = 0

[simulation]
draws = 500
seed = 1
"""

Model = TypeVar("Model", bound="FileModel")


def _number(unit: str, low: float, high: float, meaning: str, hint: str = "") -> Any:
    """Return the description of one number: its unit, its range, what it means."""
    extra: dict[str, Any] = {"unit": unit, "hint": hint}
    return Field(ge=low, le=high, description=f"{meaning} [{unit}]", json_schema_extra=extra)


class FileModel(BaseModel):
    """A table of a file: frozen, and without room for keys that nobody reads."""

    model_config = ConfigDict(extra="forbid", frozen=True)


RadiantExposure: TypeAlias = Annotated[
    float,
    _number(
        "J/cm2",
        0,
        100,
        "energy per area of beam",
        "Laser Genesis uses 10 to 16 J/cm2, Pearl 1 to 3.5; J/m2 need dividing by 10000.",
    ),
]
Spot: TypeAlias = Annotated[
    float, _number("mm", 0.1, 30, "diameter of the beam", "Metres need multiplying by 1000.")
]
PulseLength: TypeAlias = Annotated[
    float,
    _number("ms", 1e-6, 1000, "length of one pulse", "Seconds need multiplying by 1000."),
]
Rate: TypeAlias = Annotated[float, _number("Hz", 0.01, 1000, "pulses per second")]
Pulses: TypeAlias = Annotated[int, _number("pulses", 1, 100_000, "pulses in the session")]
Area: TypeAlias = Annotated[
    float,
    _number("cm2", 0.1, 2000, "area treated", "Square metres need multiplying by 10000."),
]
Passes: TypeAlias = Annotated[int, _number("passes", 1, 4, "how often the area is covered")]
Overlap: TypeAlias = Annotated[float, _number("share", 0, 0.8, "overlap of neighbouring spots")]
SurfaceStop: TypeAlias = Annotated[
    float,
    _number(
        "degrees C",
        30,
        60,
        "surface reading that ends the session",
        "Kelvin need 273.15 subtracting.",
    ),
]
Aspect: TypeAlias = Annotated[
    float, _number("ratio", 0.01, 100, "width of the area over its height")
]
Seed: TypeAlias = Annotated[int, _number("seed", 0, 2**31, "another seed is another hand")]
Stack: TypeAlias = Annotated[
    int, _number("pulses", 1, 1000, "pulses on one spot before the spot moves on")
]
FieldOfView: TypeAlias = Annotated[
    float,
    _number("mm", 0.1, 200, "circle that the thermometer sees", "Metres need multiplying by 1000."),
]
Lag: TypeAlias = Annotated[float, _number("s", 0, 60, "response time of the thermometer")]
Emissivity: TypeAlias = Annotated[
    float, _number("share", 0.5, 1, "emissivity that the thermometer is set to")
]
Scale: TypeAlias = Annotated[
    float, _number("px/mm", 0.5, 500, "scale of that photo", "Give pixels per millimetre.")
]


class SkinTable(FileModel):
    """Whose skin, and where on the face."""

    zone: Literal["forehead", "glabella", "nose", "cheek", "chin"]
    fitzpatrick: Annotated[int, _number("type", 1, 6, "Fitzpatrick skin type, 1 for I to 6 for VI")]
    age_years: Annotated[float, _number("years", 12, 110, "age")]
    sex: Literal["female", "male"] = "female"
    oiliness: Literal["dry", "normal", "oily"] = "normal"
    pores: str | None = Field(None, description="folder that 'porelight measure' wrote")
    photo: str | None = Field(None, description="close-up to measure instead of 'pores'")
    zone_mask: str | None = Field(
        None, description="mask of the zone in that photo, white on black"
    )
    px_per_mm: Scale | None = None


class SessionTable(FileModel):
    """One treatment. What is left out is the device's usual setting."""

    day: Annotated[float, _number("days", 0, 3650, "day of the treatment, from the course's start")]
    device: Literal["laser-genesis", "pearl"]
    radiant_exposure_j_cm2: RadiantExposure | None = None
    spot_mm: Spot | None = None
    pulse_ms: PulseLength | None = None
    rate_hz: Rate | None = None
    pulses: Pulses | None = None
    area_cm2: Area | None = None
    passes: Passes | None = None
    overlap: Overlap | None = None
    stop_at_surface_c: SurfaceStop | None = None
    stop_reads: Literal["area-mean", "thermometer"] = Field(
        "area-mean", description="what is held against stop_at_surface_c"
    )
    path: Literal["raster", "spiral", "hand"] = Field(
        "raster", description="how the spot travels over the area"
    )
    hand_seed: Seed | None = None
    stacked_pulses: Stack | None = None
    width_over_height: Aspect | None = None
    path_file: str | None = Field(
        None, description="CSV of a recorded path (time_s,x_mm,y_mm) instead of 'path'"
    )
    thermometer_field_mm: FieldOfView | None = None
    thermometer_lag_s: Lag | None = None
    thermometer_emissivity: Emissivity | None = None


class CareTable(FileModel):
    """What the person does between the sessions."""

    kind: Literal["cleansing", "unprotected-sun", "sun-protection", "picking"]
    from_day: Annotated[float, _number("days", 0, 36500, "first day")] = 0.0
    to_day: Annotated[float, _number("days", 0, 36500, "last day")] = 36500.0
    level: Annotated[float, _number("share", 0, 1, "how fully, 0 not at all to 1 wholly")] = 1.0


class SimulationTable(FileModel):
    """How finely to simulate."""

    draws: Annotated[int, _number("draws", 8, 100_000, "draws of the biology")] = 500
    members: Annotated[int, _number("members", 1, 200, "draws of the physics")] = 8
    photons: Annotated[int, _number("photons", 1000, 10**9, "photons per member")] = 100_000
    seed: Annotated[int, _number("seed", 0, 2**31, "the same seed gives the same numbers")] = 1
    last_day: Annotated[float, _number("days", 1, 36500, "last day of the forecast")] | None = None
    perfusion: Annotated[
        Literal["constant", "answers-warmth"],
        Field(description="blood flow as at rest, or more as the skin warms"),
    ] = "constant"


class CourseFile(FileModel):
    """A course of treatments, as ``porelight simulate`` reads it."""

    skin: SkinTable
    session: list[SessionTable] = Field(default_factory=list, description="treatments")
    care: list[CareTable] = Field(default_factory=list, description="care between treatments")
    simulation: SimulationTable = SimulationTable()


class SkinFile(FileModel):
    """A skin alone, as ``porelight plan`` reads it; a course file will do as well."""

    skin: SkinTable


def read_course_file(path: str | Path) -> CourseFile:
    """Read and check a course file.

    Raises
    ------
    InputFileError
        In one line: the file, the key, its value with unit, what would be right.
    """
    source = Path(path)
    return _validated(CourseFile, _content(source), source)


def read_skin_file(path: str | Path) -> SkinTable:
    """Read the ``[skin]`` table of a skin file or of a course file."""
    source = Path(path)
    content = _content(source)
    if set(content) & {"session", "care", "simulation"}:
        return _validated(CourseFile, content, source).skin
    return _validated(SkinFile, content, source).skin


def course_schema() -> str:
    """Return the JSON Schema of a course file."""
    return json.dumps(CourseFile.model_json_schema(), indent=2)


def _content(path: Path) -> dict[str, Any]:
    require_file(path, "a TOML file; 'porelight config example' prints one")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise InputFileError(f"{path}: not valid TOML: {problem}.") from None
    except UnicodeDecodeError:
        raise InputFileError(f"{path}: not a text file; expected TOML in UTF-8.") from None


def _validated(model: type[Model], content: Mapping[str, Any], path: Path) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        errors = problem.errors()
        more = f" ({len(errors) - 1} more after this one)" if len(errors) > 1 else ""
        raise InputFileError(f"{path}: {_sentence(model, errors[0])}{more}") from None


def _sentence(model: type[FileModel], error: ErrorDetails) -> str:
    """Return one line about one error: the key, the value with its unit, what would be right."""
    where = _key(error["loc"])
    table, field = _find(model, error["loc"])
    if error["type"] == "extra_forbidden":
        known = table.model_fields if table is not None else {}
        return f"{where} is not a key{did_you_mean(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        meaning = f" ({field.description})" if field is not None and field.description else ""
        return f"{where} is missing{meaning}."
    value = error["input"]
    if error["type"] == "literal_error":
        return f"{where} is {value!r}; expected {error['ctx']['expected']}."
    extra = _extra(field)
    unit = f" {extra['unit']}" if extra.get("unit", "1") != "1" else ""
    if extra and error["type"] in {"greater_than_equal", "less_than_equal"}:
        low, high = _bounds(field)
        hint = f" {extra['hint']}" if extra["hint"] else ""
        return f"{where} is {value:g}{unit}; expected {low:g} to {high:g}{unit}.{hint}"
    if extra:
        return f"{where} is {value!r}; expected a number{' in' if unit else ''}{unit}."
    return f"{where} is {value!r}; {error['msg'].lower()}."


def _key(location: tuple[int | str, ...]) -> str:
    """Return `session[2].spot_mm` for the second session: people count from one."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _find(
    model: type[FileModel], location: tuple[int | str, ...]
) -> tuple[type[FileModel] | None, FieldInfo | None]:
    """Return the table in which an error lies, and the field if it is a known one."""
    table: type[FileModel] | None = model
    field: FieldInfo | None = None
    for part in location:
        if isinstance(part, int):
            continue
        if field is not None:
            table = _table_of(field)
        field = table.model_fields.get(part) if table is not None else None
    return table, field


def _table_of(field: FieldInfo) -> type[FileModel] | None:
    for candidate in (field.annotation, *getattr(field.annotation, "__args__", ())):
        if isinstance(candidate, type) and issubclass(candidate, FileModel):
            return candidate
    return None


def _numbers(field: FieldInfo | None) -> FieldInfo | None:
    """Return the number behind a field, which may hide inside 'number or nothing'."""
    if field is None or isinstance(field.json_schema_extra, dict):
        return field
    for part in getattr(field.annotation, "__args__", ()):
        for note in getattr(part, "__metadata__", ()):
            if isinstance(note, FieldInfo):
                return note
    return None


def _extra(field: FieldInfo | None) -> dict[str, str]:
    number = _numbers(field)
    extra = number.json_schema_extra if number is not None else None
    return {key: str(text) for key, text in extra.items()} if isinstance(extra, dict) else {}


def _bounds(field: FieldInfo | None) -> tuple[float, float]:
    number = _numbers(field)
    notes = number.metadata if number is not None else []
    low = next(float(note.ge) for note in notes if hasattr(note, "ge"))
    high = next(float(note.le) for note in notes if hasattr(note, "le"))
    return low, high


# other kinds of files are described, read and refused in the same way
number, toml_content, validated = _number, _content, _validated
