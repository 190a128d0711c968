"""Tables of TOML files: reading, checks, and messages of one line.

The unit of a number is in its key. Unknown keys are refused with the nearest known one named; a
number outside its range is refused with its unit and what would be right.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from numbers import Integral
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeVar, Union

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from porelight.course.kinds import Count
from porelight.errors import InputFileError, did_you_mean, shown
from porelight.files.content import ContentError, content_of_toml
from porelight.files.texts import read_text

_ANY = "a TOML file in UTF-8; 'porelight config example' prints one"

# what pydantic calls a table or a list that is something else
_TABLES = {
    "model_type": "one table [{key}]",
    "list_type": "a list, or tables [[{key}]] in double brackets, since there may be several",
    "tuple_type": "a list of numbers, such as [0.0, 1.0]",
}

Model = TypeVar("Model", bound="FileModel")
_MOST_LINES = 10  # mistakes that are told at once
_PLACE = 3  # parts of the place of a key: table, number, key
_FORM = "form of "  # before the name of a form; no key begins so


def number(unit: str, low: float, high: float, meaning: str, hint: str = "") -> Any:
    """Return the description of one number: its unit, its range and its meaning."""
    extra: dict[str, Any] = {"unit": unit, "hint": hint}
    return Field(ge=low, le=high, description=f"{meaning} [{unit}]", json_schema_extra=extra)


def whole(value: object, kind: Count) -> object:
    """Return a whole number, or that of a word for one; 3.0 is not meant where 3 is."""
    found = kind.words.get(value, value) if isinstance(value, str) else value
    if not isinstance(found, bool) and isinstance(found, Integral):
        return found
    if kind.words:
        raise PydanticCustomError("literal_error", "{expected}", {"expected": kind.expected})
    raise PydanticCustomError("int_type", "expected a whole number")


def one_of_forms(form: Callable[[Any], str], **forms: Any) -> Any:
    """Return the type of a value that may have several forms, told apart before it is checked.

    Parameters
    ----------
    form : callable
        Returns the name of the form of a value.
    **forms
        Type of each form.
    """
    tagged = (Annotated[kind, Tag(f"{_FORM}{name}")] for name, kind in forms.items())
    return Annotated[Union[tuple(tagged)], Discriminator(lambda value: f"{_FORM}{form(value)}")]  # noqa: UP007


class FileModel(BaseModel):
    """A table of a file: frozen, closed to unknown keys, and to texts that look like numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    left_out: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """What the absence of a key means, where it has no value of its own."""


def toml_content(path: Path, wanted: str = _ANY, *, exact: bool = False) -> dict[str, Any]:
    """Return what a TOML file holds; every one of a user's is read here.

    Parameters
    ----------
    path : Path
        File to read.
    wanted : str
        Description of the right file, for messages.
    exact : bool
        Whether numbers keep every digit, as `Decimal`.

    Raises
    ------
    InputFileError
        If it is missing, no text, no TOML, or holds numbers without end.
    """
    text = read_text(path, wanted)
    try:
        return content_of_toml(text, exact=exact)
    except ContentError as problem:
        raise InputFileError(f"{path}: {problem}.") from None


def validated(model: type[Model], content: Mapping[str, Any], path: Path) -> Model:
    """Return the content of a file as a checked table.

    Raises
    ------
    InputFileError
        A line for each mistake: the file, the key, its value with unit, what would be right.
    """
    try:
        return model.model_validate(content)
    except ValidationError as problem:
        raise InputFileError(in_lines(path, mistakes_of(model, problem))) from None


def mistakes_of(model: type[FileModel], problem: ValidationError) -> list[str]:
    """Return a sentence for each mistake in a table: key, value with unit, what is right."""
    # the first of each key, in the order of the model
    mistakes = {error["loc"][:_PLACE]: error for error in reversed(problem.errors())}
    return [_sentence(model, error) for error in reversed(mistakes.values())]


def in_lines(path: Path, sentences: Sequence[str]) -> str:
    """Return what is wrong with a file: a line for each mistake, and no more than can be read."""
    lines = [f"{path}: {sentence}" for sentence in sentences[:_MOST_LINES]]
    left = len(sentences) - len(lines)
    return "\n".join([*lines, *([f"{path}: {left} more mistakes."] if left else [])])


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
    if not where:  # of the table as a whole, which is too long to be shown
        return f"{error['msg'].removeprefix('Value error, ').rstrip('.')}."
    return f"{where} is {_problem(error, field)}"


def _problem(error: ErrorDetails, field: FieldInfo | None) -> str:
    """Return the value that is wrong, and what would be right."""
    kind, value = error["type"], error["input"]
    if kind == "literal_error":
        return f"{shown(value)}; expected {error['ctx']['expected']}."
    if kind in _TABLES:
        found = "a list" if isinstance(value, list) else shown(value)
        return f"{found}; expected {_TABLES[kind].format(key=error['loc'][-1])}."
    extra = _extra(field)
    unit = f" {extra['unit']}" if extra.get("unit", "1") != "1" else ""
    if extra and kind in {"greater_than_equal", "less_than_equal"}:
        low, high = _bounds(field)
        hint = f" {extra['hint']}" if extra["hint"] else ""
        return f"{shown(value)}{unit}; expected {low:g} to {high:g}{unit}.{hint}"
    if kind == "int_type":
        is_whole = isinstance(value, Decimal | float) and value == int(value)
        hint = f" Write {int(value)}." if is_whole else ""
        return f"{shown(value)}; expected a whole number.{hint}"
    if extra:
        return f"{shown(value)}; expected a number{' in' if unit else ''}{unit}."
    return f"{shown(value)}; {error['msg'].lower()}."


def _key(location: tuple[int | str, ...]) -> str:
    """Return `session[2].spot_mm` for the second session: people count from one."""
    text = ""
    for part in _without_forms(location):
        text += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if text else ''}{part}"
    return text


def _without_forms(location: tuple[int | str, ...]) -> list[int | str]:
    """Return a location without the names of forms that a value may have (`one_of_forms`)."""
    return [part for part in location if not str(part).startswith(_FORM)]


def _find(
    model: type[FileModel], location: tuple[int | str, ...]
) -> tuple[type[FileModel] | None, FieldInfo | None]:
    """Return the table in which an error lies, and the field if it is a known one."""
    table: type[FileModel] | None = model
    field: FieldInfo | None = None
    for part in _without_forms(location):
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
