"""Every sourced number that ships with porelight, as a table."""

from collections.abc import Iterator, Mapping
from typing import Any

from porelight.data.library import data_files, document
from porelight.report.tables import NOTHING, Rows

_ROOMS = (
    "devices",
    "laser",
    "tissue",
)  # what decides a forecast; the other rooms' numbers have pages of their own


def parameter_rows() -> Rows:
    """Return every sourced number that ships with porelight, as its file states it."""
    rows = []
    for room, name in _data_files():
        for key, entry in _entries(document(room, name)):
            rows.append(
                {
                    "file": f"{room}/{name}",
                    "name": key.replace("_", " "),
                    "value": _value(entry),
                    "range": _range(entry),
                    "flag": str(entry["flag"]),
                    "source": str(entry["source"]),
                    "note": str(entry.get("note", "")),
                }
            )
    return rows


def _data_files() -> Iterator[tuple[str, str]]:
    for path in data_files():
        room, file = path.split("/")
        if room in _ROOMS and file.endswith(".toml"):
            yield room, file.removesuffix(".toml")


def _entries(
    content: Mapping[str, Any], prefix: str = ""
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk a data file down to its sourced numbers and tables; texts are printed elsewhere."""
    for key, entry in content.items():
        if not isinstance(entry, Mapping):
            continue
        if {"source", "flag"} <= set(entry):
            if {"value", "values"} & set(entry):
                yield f"{prefix}{key}", entry
        else:
            yield from _entries(entry, f"{prefix}{key} ")


def _value(entry: Mapping[str, Any]) -> str:
    if "values" in entry:  # a choice among several, as of a plan
        return _with_unit(", ".join(f"{value:g}" for value in entry["values"]), entry)
    value = entry["value"]
    if isinstance(value, list):
        return _with_unit(f"table of {len(value)} values", entry, " in ")
    return _with_unit(f"{value:g}", entry)


def _range(entry: Mapping[str, Any]) -> str:
    low, high = entry.get("range", (0.0, 0.0))
    if low == high:
        return NOTHING
    unit = {**entry, "unit": entry.get("wavelength_unit", entry.get("unit", "1"))}
    return _with_unit(f"{low:g} to {high:g}", unit)


def _with_unit(text: str, entry: Mapping[str, Any], joint: str = " ") -> str:
    unit = str(entry.get("unit", "1"))
    return text if unit == "1" else f"{text}{joint}{unit}"
