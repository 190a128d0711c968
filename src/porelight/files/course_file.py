"""The course file in TOML, in clinic units: its keys, its checks and its schema.

Its keys, units, ranges and meanings are those of `porelight.course.vocabulary`; only what a file
can say and an object cannot (other files, a hand as a word, where the forecast ends) is added here.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from porelight.course import kinds
from porelight.course.fields import Field as CourseField
from porelight.course.fields import FieldTable, Tables
from porelight.course.vocabulary import CARE, ENSEMBLE, LAYER, OPTICS, PORES, SESSION, SKIN
from porelight.files.toml_tables import (
    FileModel,
    number,
    one_of_forms,
    toml_content,
    validated,
    whole,
)

EXAMPLE = """\
# A course of treatments. Units are in the keys; what is left out is the device's usual setting.
[skin]
zone = "cheek"              # forehead, glabella, nose, cheek, chin
fitzpatrick = 3             # 1 for type I to 6 for type VI
age_years = 35
sex = "female"
oiliness = "oily"           # dry, normal, oily
# pores = "measured"        # folder that 'porelight measure' wrote
# optics = "person.toml"    # file that 'porelight reflectance --fit' wrote

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
# cooling = "cold-air"       # cold-air, contact, cryogen; none if left out
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
# perfusion = "thermoregulated" # blood flow that rises with warmth; constant if left out
# attendance = 0.85             # share of later sessions to which people come; all if left out
"""

HAND = "hand"  # a path by hand: rows from which a hand wanders as the library says

_PATHS = Literal["raster", "spiral", "hand"]


def _no_number(value: object) -> bool:
    return isinstance(value, bool) or not isinstance(value, int | float | Decimal)


def _exact(value: object) -> object:
    """Return a number with every digit; texts and truth values are none."""
    if _no_number(value):
        raise PydanticCustomError("decimal_type", "expected a number")
    return value if isinstance(value, Decimal) else Decimal(repr(value))


def _inexact(value: object) -> object:
    """Return a number of a file, exact or not, as a plain one."""
    if _no_number(value):
        raise PydanticCustomError("float_type", "expected a number")
    return float(value)  # type: ignore[arg-type]


def _schema_with_words(field: CourseField, kind: kinds.Count) -> WithJsonSchema:
    number_alone = {"type": "integer", "minimum": kind.low, "maximum": kind.high}
    forms = [number_alone, {"enum": list(kind.words)}]
    return WithJsonSchema({"anyOf": forms, "description": field.meaning})


def _form_of_series(value: object) -> str:
    rows = isinstance(value, list) and any(isinstance(one, list) for one in value)
    return "rows" if rows else "numbers"


def _annotation(field: CourseField) -> Any:  # noqa: PLR0911  one return for each kind
    """Return the type of a field in a table of a file."""
    kind = field.kind
    if isinstance(kind, kinds.Word):
        return Literal[(*kind.words, *kind.older)]
    if isinstance(kind, kinds.Number):
        schema = {"minimum": kind.low, "maximum": kind.high, "unit": kind.unit.name}
        return Annotated[
            Decimal,
            BeforeValidator(_exact),
            number(kind.unit.name, kind.low, kind.high, field.meaning, kind.hint),
            WithJsonSchema({"type": "number", "description": field.meaning, **schema}),
        ]
    if isinstance(kind, kinds.Count):
        return Annotated[
            int,
            BeforeValidator(partial(whole, kind=kind)),
            number(kind.unit.name, kind.low, kind.high, field.meaning, kind.hint),
            *([_schema_with_words(field, kind)] if kind.words else []),
        ]
    if isinstance(kind, kinds.YesNo):
        return StrictBool
    if isinstance(kind, kinds.Series):
        exact = Annotated[Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number"})]
        return one_of_forms(_form_of_series, numbers=list[exact], rows=list[list[exact]])
    if isinstance(kind, Tables):
        table = next(model for one, model in _TABLES if one is kind.table)
        return list[table] if kind.is_list else table  # type: ignore[valid-type]
    return str


def _table(
    name: str,
    meaning: str,
    table: "FieldTable[Any]",
    *,
    required: tuple[str, ...],
    also: Mapping[str, Any] | None = None,
) -> type[FileModel]:
    """Return the model of a table of a file.

    Parameters
    ----------
    name, meaning : str
        Name and meaning of the table.
    table : FieldTable
        Fields of the table.
    required : tuple of str
        Keys that a file must hold.
    also : mapping of str to field, optional
        Keys that only a file has, or that say more in a file.
    """
    entries: dict[str, Any] = {}
    for one in table.fields:
        annotation = _annotation(one)
        described = Field(description=one.meaning)
        if one.key not in required:
            annotation, described = annotation | None, Field(None, description=one.meaning)
        entries[one.key] = (annotation, described)
    model: type[FileModel] = create_model(
        name, __base__=FileModel, __doc__=meaning, **{**entries, **(also or {})}
    )
    return model


LAYER_TABLE = _table("LayerTable", "One layer of skin.", LAYER, required=("name",))
PORE_TABLE = _table(
    "PorePopulationTable",
    "Pores as numbers.",
    PORES,
    required=("diameter_mm", "floor_mm", "skin_area_cm2"),
)
OPTICS_TABLE = _table(
    "OwnOpticsTable",
    "The optics of one person as draws.",
    OPTICS,
    required=tuple(one.key for one in OPTICS.fields),
)
_TABLES: list[tuple[object, type[FileModel]]] = [
    (LAYER, LAYER_TABLE),
    (PORES, PORE_TABLE),
    (OPTICS, OPTICS_TABLE),
]
SKIN_TABLE = _table(
    "SkinTable",
    "The skin that is treated, and where on the face it is.",
    SKIN,
    required=("zone", "fitzpatrick", "age_years"),
    also={
        "optics": (
            str | None,
            Field(None, description="file that 'porelight reflectance --fit' wrote of the person"),
        ),
        "pores": (str | None, Field(None, description="folder that 'porelight measure' wrote")),
        "photo": (str | None, Field(None, description="close-up to measure instead of 'pores'")),
        "zone_mask": (
            str | None,
            Field(None, description="mask of the zone in that photo, white on black"),
        ),
        "px_per_mm": (
            Annotated[
                float,
                BeforeValidator(_inexact),
                number("px/mm", 0.5, 500, "scale of that photo", "Give pixels per millimetre."),
            ]
            | None,
            Field(None, description="scale of that photo"),
        ),
    },
)
SESSION_TABLE = _table(
    "SessionTable",
    "One treatment. What is left out is the device's usual setting.",
    SESSION,
    required=("day", "device"),
    also={
        "device": (
            str,
            Field(description="device of 'porelight plan --help', or TOML file of one of your own"),
        ),
        "path": (_PATHS | None, Field(None, description="how the spot travels over the area")),
        "path_file": (
            str | None,
            Field(
                None,
                description="CSV of a recorded path (time_s,x_mm,y_mm) instead of 'path'",
            ),
        ),
    },
)
CARE_TABLE = _table(
    "CareTable", "What the person does between the sessions.", CARE, required=("kind",)
)
SIMULATION_TABLE = _table(
    "SimulationTable",
    "How finely to simulate, and how long.",
    ENSEMBLE,
    required=(),
    also={
        "last_day": (
            Annotated[
                float,
                BeforeValidator(_inexact),
                number("days", 1, 36500, "last day of the forecast"),
            ]
            | None,
            Field(None, description="last day of the forecast"),
        )
    },
)


class SkinFile(FileModel):
    """A skin alone, as ``porelight plan`` reads it; a course file will do as well."""

    skin: SKIN_TABLE  # type: ignore[valid-type]


class CourseFile(SkinFile):
    """A course of treatments, as ``porelight simulate`` reads it."""

    session: list[SESSION_TABLE] = Field(  # type: ignore[valid-type]
        default_factory=list, description="treatments"
    )
    care: list[CARE_TABLE] = Field(  # type: ignore[valid-type]
        default_factory=list, description="care between treatments"
    )
    simulation: SIMULATION_TABLE = Field(  # type: ignore[valid-type]
        default_factory=SIMULATION_TABLE, description="how finely to simulate"
    )


Table = dict[str, Any]
"""Keys that a table of a file states, with their checked values."""


def read_course_tables(path: str | Path) -> dict[str, Any]:
    """Read and check a course file.

    Returns
    -------
    dict
        ``skin`` and ``simulation`` as a `Table`, ``session`` and ``care`` as lists of them.

    Raises
    ------
    InputFileError
        In one line: the file, the key, its value with unit, what would be right.
    """
    source = Path(path)
    return checked_course_tables(toml_content(source, exact=True), source)


def checked_course_tables(raw: Mapping[str, Any], source: Path) -> dict[str, Any]:
    """Check what a course file holds, or would hold; see `read_course_tables`."""
    content = validated(CourseFile, raw, source)
    return {
        "session": [],
        "care": [],
        "simulation": {},
        **content.model_dump(exclude_unset=True),
    }


def read_skin_tables(path: str | Path) -> tuple[Table, Table]:
    """Read the ``[skin]`` and the ``[simulation]`` table of a skin file or of a course file."""
    source = Path(path)
    content = toml_content(source, exact=True)
    whole = set(content) & {"session", "care", "simulation"}
    checked = validated(CourseFile if whole else SkinFile, content, source)
    tables: dict[str, Table] = checked.model_dump(exclude_unset=True)
    return tables["skin"], tables.get("simulation", {})


def course_schema() -> str:
    """Return the JSON Schema of a course file."""
    return json.dumps(CourseFile.model_json_schema(), indent=2)
