"""What a file leaves out, and what is taken for it, in a line for each table.

A line that is lost from a file changes what is simulated; said aloud, it is seen. Fields that do
not decide the result are not told.
"""

from collections.abc import Collection, Iterator
from typing import Any

from porelight.course.fields import FieldTable
from porelight.files.toml_tables import FileModel


def usual_of_table(table: FieldTable[Any], value: Any, stated: Collection[str], where: str) -> str:
    """Return what is taken for the keys that a table of a course file leaves out.

    Parameters
    ----------
    table : FieldTable
        Fields of the table.
    value : object
        What was made of it.
    stated : collection of str
        Keys that the file holds.
    where : str
        Name of the table, such as ``session[2]``.

    Returns
    -------
    str
        One line, empty if nothing is taken.
    """
    document = table.document(value, whole=True)
    told = [
        f"{one.key} {_shown(document.get(one.key))}"
        for one, held in table.leaves(value)
        if one.key not in stated and one.decides(value) and _is_plain(held)
    ]
    return _line(where, told)


def usual_of_model(model: FileModel, where: str = "") -> Iterator[str]:
    """Yield what is taken for the keys that the tables of a file leave out, a line a table.

    Parameters
    ----------
    model : FileModel
        The content of the file.
    where : str
        Name of the table; empty for the file itself.
    """
    told, inside = [], []
    for name in type(model).model_fields:
        value = getattr(model, name)
        place = f"{where}.{name}" if where else name
        if isinstance(value, FileModel):
            inside.append((value, place))
        elif isinstance(value, list) and value and isinstance(value[0], FileModel):
            inside += [(one, f"{place}[{i}]") for i, one in enumerate(value, start=1)]
        elif name not in model.model_fields_set and (name in model.left_out or _is_plain(value)):
            told.append(f"{name} {model.left_out.get(name) or _shown(value)}")
    line = _line(where, told)
    if line:
        yield line
    for one, place in inside:
        yield from usual_of_model(one, place)


def _is_plain(value: Any) -> bool:
    """Return whether a value is one number, word or truth value."""
    return isinstance(value, str | float | int) and value != ""


def _shown(value: Any) -> str:
    # files know no infinity: an absent key stands for it
    if value is None:
        return "none"
    return f"{float(value):g}" if isinstance(value, float) else str(value)


def _line(where: str, told: list[str]) -> str:
    if not told:
        return ""
    return f"{f'{where}: ' if where else ''}left out, so as usual: {', '.join(told)}"
