"""Ways in which a file gets damaged: by a disk, by an editor, by another program, on purpose."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Random = np.random.Generator

# what stands where a number or a text should
NASTY = (
    *("0", "-1", "1.5", "1000.0", "1e308", "-1e308", "1e999", "1e-320", "inf", "-inf", "nan"),
    *("NaN", "Infinity", "null", "true", "[]", "{}", '""', '"43"', "'x'", "", "0x1F", "1_000"),
    *("1,5", "1.234,5", "9" * 25, "9" * 5000, "1" + "0" * 310, "2026-01-31", "12:30:00", "NA"),
    *("[" * 60 + "]" * 60, "[[1], [2, 3]]", '"' + "x" * 3000 + '"', "\u00e9", "\u2212" + "5"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, -1e308, 10**25, 10**400, "", "43", "x" * 3000, "nan"),
    *([], {}, [[]], [None], [1, "a"], {"a": 1}, [1e308] * 4, "exclude", "\u00e9\u2212"),
)


def damaged(data: bytes, form: str, random: Random) -> bytes:
    """Return a file with something wrong with it, in most cases one thing.

    Parameters
    ----------
    data : bytes
        The good file.
    form : str
        What it is written in, see `fuzz_kinds.Form`.
    random : Generator
        Decides what.
    """
    ways = WAYS.get(form, BYTES)
    for _ in range(int(random.geometric(0.7))):
        data = ways[int(random.integers(len(ways)))](data, random)
    return data


def _span(n: int, random: Random) -> tuple[int, int]:
    start = int(random.integers(0, max(n, 1)))
    return start, min(n, start + int(random.geometric(0.05)))


def flipped(data: bytes, random: Random) -> bytes:
    """Return the file with some bytes changed."""
    changed = bytearray(data)
    for _ in range(int(random.geometric(0.3))):
        if changed:
            changed[int(random.integers(len(changed)))] = int(random.integers(256))
    return bytes(changed)


def cut(data: bytes, random: Random) -> bytes:
    """Return the file without its end."""
    return data[: int(random.integers(0, len(data) + 1))]


def without(data: bytes, random: Random) -> bytes:
    """Return the file without some of its middle."""
    start, end = _span(len(data), random)
    return data[:start] + data[end:]


def doubled(data: bytes, random: Random) -> bytes:
    """Return the file with a part of it twice."""
    start, end = _span(len(data), random)
    return data[:end] + data[start:]


def inserted(data: bytes, random: Random) -> bytes:
    """Return the file with some bytes more."""
    start, _ = _span(len(data), random)
    return data[:start] + random.bytes(int(random.geometric(0.1))) + data[start:]


def _lines(data: bytes, random: Random, change: Callable[[list[bytes], int, int], None]) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        change(lines, *(int(i) for i in random.integers(0, len(lines), 2)))
    return b"".join(lines)


def line_deleted(data: bytes, random: Random) -> bytes:
    """Return the text without one of its lines."""
    return _lines(data, random, lambda lines, i, _: lines.pop(i) and None)


def line_doubled(data: bytes, random: Random) -> bytes:
    """Return the text with a line somewhere else, too."""
    return _lines(data, random, lambda lines, i, j: lines.insert(j, lines[i]))


def lines_swapped(data: bytes, random: Random) -> bytes:
    """Return the text with two lines in each other's place."""

    def swap(lines: list[bytes], i: int, j: int) -> None:
        lines[i], lines[j] = lines[j], lines[i]

    return _lines(data, random, swap)


def token_replaced(data: bytes, random: Random) -> bytes:
    """Return the text with a number or a word replaced by something nasty."""
    found = list(re.finditer(rb"\"[^\"\n]*\"|[-+\w.]+", data))
    if not found:
        return data
    one = found[int(random.integers(len(found)))]
    other = NASTY[int(random.integers(len(NASTY)))].encode()
    return data[: one.start()] + other + data[one.end() :]


def encoded(data: bytes, random: Random) -> bytes:
    """Return the text in another encoding."""
    text = data.decode("utf-8", "replace")
    names = ("utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "cp1252", "utf-32")
    return text.encode(names[int(random.integers(len(names)))], "replace")


def _places(content: Any, places: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    entries = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(entries):
        places.append((content, key))
        if isinstance(value, dict | list):
            _places(value, places)
    return places


def value_replaced(data: bytes, random: Random) -> bytes:
    """Return the JSON document with a value replaced, or a key gone, doubled or renamed."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if not isinstance(content, dict | list) or not (places := _places(content, [])):
        return data
    table, key = places[int(random.integers(len(places)))]
    kind = int(random.integers(6))
    if kind < 3:
        table[key] = VALUES[int(random.integers(len(VALUES)))]
    elif kind == 3:
        del table[key]
    elif kind == 4 and isinstance(table, dict):
        table[f"{key}x"] = table.pop(key)
    else:
        table[key] = [table[key]] * int(random.integers(1, 4))
    return json.dumps(content, indent=1).encode()


def cell_replaced(data: bytes, random: Random) -> bytes:
    """Return the table with a cell replaced, gone or more."""
    try:
        text = io.StringIO(data.decode("utf-8", "replace"), newline="")
        rows = [row for row in csv.reader(text) if row]
    except csv.Error:
        return data
    if not rows:
        return data
    row = rows[int(random.integers(len(rows)))]
    column, kind = int(random.integers(len(row))), int(random.integers(4))
    if kind == 0:
        del row[column]
    elif kind == 1:
        row.insert(column, NASTY[int(random.integers(len(NASTY)))])
    else:
        row[column] = NASTY[int(random.integers(len(NASTY)))]
    out = io.StringIO()
    separator = ",;\t"[int(random.choice(3, p=(0.7, 0.2, 0.1)))]
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


BYTES = (flipped, cut, without, doubled, inserted)
_TEXT = (line_deleted, line_doubled, lines_swapped, token_replaced, token_replaced, encoded)
WAYS: dict[str, tuple[Callable[[bytes, Random], bytes], ...]] = {
    "toml": (*BYTES, *_TEXT, *_TEXT),
    "json": (*BYTES, *_TEXT, *[value_replaced] * 8),
    "lines": (*BYTES, *_TEXT, *_TEXT),
    "table": (*BYTES, *_TEXT, *[cell_replaced] * 8),
    "numbers": (*BYTES, *_TEXT, *[cell_replaced] * 8),
}


def part_replaced(path: Path, random: Random) -> None:
    """Take a variable or an attribute of a NetCDF file away, or make it something else."""
    with h5py.File(path, "a") as file:
        items: list[Any] = [file]
        file.visititems(lambda _, one: items.append(one))
        one = items[int(random.integers(len(items)))]
        names = list(one.attrs)
        if names and random.random() < 0.6:
            _attribute_replaced(one.attrs, names[int(random.integers(len(names)))], random)
        elif one.name != "/" and random.random() < 0.3:
            del file[one.name]
        elif isinstance(one, h5py.Dataset):
            _values_replaced(file, one, random)


def _attribute_replaced(attributes: Any, name: str, random: Random) -> None:
    value = attributes[name]
    if random.random() < 0.3:
        del attributes[name]
    elif isinstance(value, str) and value[:1] in ("{", "[") and random.random() < 0.6:
        attributes[name] = value_replaced(value.encode(), random).decode()
    elif random.random() < 0.5:
        attributes[name] = NASTY[int(random.integers(len(NASTY)))]
    else:
        attributes[name] = (7, -1.5, np.nan, [1, 2, 3], "x", "0", "-5")[int(random.integers(7))]


def _values_replaced(file: h5py.File, one: h5py.Dataset, random: Random) -> None:
    if one.dtype.kind in "fiu" and one.size and random.random() < 0.6:
        values = np.array(one)
        nasty = (np.nan, np.inf, -1.0, 0.0, 1e30) if one.dtype.kind == "f" else (0, 1)
        values.flat[int(random.integers(values.size))] = nasty[int(random.integers(len(nasty)))]
        one[...] = values
        return
    name, attributes = one.name, dict(one.attrs)
    replacement = (
        np.zeros((2, 3)),
        np.zeros(0),
        np.array(["a", "b"], dtype="S1"),
        np.float64(1.0),
        np.array([1 + 2j]),
    )[int(random.integers(5))]
    del file[name]
    made = file.create_dataset(name, data=replacement)
    for key, value in attributes.items():
        if key not in ("DIMENSION_LIST", "REFERENCE_LIST"):
            made.attrs[key] = value


def damaged_netcdf(good: Path, target: Path, random: Random) -> None:
    """Write a NetCDF file with something wrong with it beside the good one."""
    if random.random() < 0.5:
        target.write_bytes(damaged(good.read_bytes(), "netcdf", random))
        return
    shutil.copyfile(good, target)
    for _ in range(int(random.integers(1, 3))):
        part_replaced(target, random)
