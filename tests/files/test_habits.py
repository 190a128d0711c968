"""Claims about texts and tables as programs of all kinds save them: what is meant is read."""

import codecs
import csv
import io
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from fuzz_kinds import KINDS

from porelight.errors import InputFileError

TEXTS = [name for name, kind in KINDS.items() if kind.form != "npy"]
TABLES = [name for name, kind in KINDS.items() if kind.form in ("table", "numbers")]


def plain(value):
    """Return what an object holds, in a form that can be compared."""
    if is_dataclass(value):
        return [(one.name, plain(getattr(value, one.name))) for one in fields(value)]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if isinstance(value, str | float | int | None) else repr(value)


# what editors and shells do to a text
ENCODINGS = {
    "UTF-8 with a mark, Notepad": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 of PowerShell": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16, high byte first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 without a mark, high byte first": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
    "lines of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "lines of old Macs": lambda text: text.replace("\n", "\r").encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "empty lines at the end": lambda text: (text + "\n\n").encode(),
}


def cells(text):
    return list(csv.reader(io.StringIO(text)))


def written(rows, separator=",", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=quoting, lineterminator="\n").writerows(rows)
    return out.getvalue()


def with_commas(rows):
    return [[cell.replace(".", ",") for cell in row] for row in rows]


# what spreadsheets do to a table
FORMS = {
    "semicolons and decimal commas": lambda rows: written(with_commas(rows), ";"),
    "semicolons and decimal points": lambda rows: written(rows, ";"),
    "tabs and decimal points": lambda rows: written(rows, "\t"),
    "tabs and decimal commas": lambda rows: written(with_commas(rows), "\t"),
    "sep= in the first line": lambda rows: "sep=;\n" + written(with_commas(rows), ";"),
    "everything in quotes": lambda rows: written(rows, quoting=csv.QUOTE_ALL),
    "decimal commas in quotes": lambda rows: written(with_commas(rows), quoting=csv.QUOTE_ALL),
    "spaces around the cells": lambda rows: written([[f" {x} " for x in row] for row in rows]),
    "empty columns of Excel": lambda rows: written([[*row, "", ""] for row in rows]),
    "empty rows of Excel": lambda rows: written([*rows, ["", ""], [""] * 5, []]),
    "a cell of spaces": lambda rows: written([*rows, [" "]]),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("habit", ENCODINGS)
def test_an_encoding_changes_nothing(tmp_path, name, habit):
    path = KINDS[name].made(tmp_path)
    right = plain(KINDS[name].read(path))
    path.write_bytes(ENCODINGS[habit](path.read_text(encoding="utf-8")))
    assert plain(KINDS[name].read(path)) == right


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("habit", FORMS)
def test_the_form_of_a_table_changes_nothing(tmp_path, name, habit):
    path = KINDS[name].made(tmp_path)
    right = plain(KINDS[name].read(path))
    path.write_text(FORMS[habit](cells(path.read_text(encoding="utf-8"))), encoding="utf-8")
    assert plain(KINDS[name].read(path)) == right


# what may mean two things, and what the line must name
DOUBTS = {
    "a name over two columns": (
        lambda rows: written([[*row, row[-1]] for row in rows]),
        "two columns are named|columns; expected 2",
    ),
    "a cell too many": (
        lambda rows: written([*rows[:-1], [*rows[-1], "7"]]),
        r"cells, but the heading|column \d is ''",
    ),
    "a cell that is no number": (
        lambda rows: written([*rows[:-1], [*rows[-1][:-1], "wide"]]),
        "is 'wide'; expected a number",
    ),
    "a value that is missing": (
        lambda rows: written([*rows[:-1], [*rows[-1][:-1], "NA"]]),
        "is 'NA'; expected a number. A value that is missing",
    ),
    "commas beside points": (
        lambda rows: written([*rows[:-2], [*rows[-2][:-1], "0.5"], [*rows[-1][:-1], "0,7"]], ";"),
        "'0,7' and line|decimal commas or decimal points",
    ),
    "commas between thousands": (
        lambda rows: written([*rows[:-1], [*rows[-1][:-1], "1,234.5"]]),
        "'1,234.5'; expected a number. Write it with a decimal point",
    ),
    "an open quotation mark": (lambda rows: written(rows) + '"1', "no CSV|expected a number"),
    "a cell beyond measure": (
        lambda rows: written([*rows[:-1], [*rows[-1][:-1], "1" * 200_000]]),
        "no CSV .field larger than field limit",
    ),
    "a number without end": (
        lambda rows: written([*rows[:-1], [*rows[-1][:-1], "1e999"]]),
        "is '1e999'; expected a number",
    ),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("doubt", DOUBTS)
def test_what_may_mean_two_things_is_refused_in_one_line(tmp_path, name, doubt):
    path = KINDS[name].made(tmp_path)
    form, message = DOUBTS[doubt]
    if KINDS[name].form == "numbers" and doubt == "a name over two columns":
        pytest.skip("a picture has no names")
    path.write_text(form(cells(path.read_text(encoding="utf-8"))), encoding="utf-8")
    with pytest.raises(InputFileError, match=message) as caught:
        KINDS[name].read(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", TEXTS)
def test_another_encoding_is_named_and_not_guessed(tmp_path, name):
    path = KINDS[name].made(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode() + "Müller".encode("cp1252"))
    with pytest.raises(InputFileError, match="holds the byte 0xfc, which is no UTF-8") as caught:
        KINDS[name].read(path)
    assert f"line {text.count(chr(10)) + 1} holds" in str(caught.value)


@pytest.mark.parametrize("name", [name for name in TEXTS if KINDS[name].form == "json"])
def test_a_key_that_occurs_twice_is_told(tmp_path, name):
    path = KINDS[name].made(tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("{", '{"twice": 1, "twice": 2, ', 1), encoding="utf-8")
    with pytest.raises(InputFileError, match="the key 'twice' occurs twice in one table; keep one"):
        KINDS[name].read(path)


@pytest.mark.parametrize(
    ("separator", "message"),
    [("\t", r"line 2: '1,250' may be 1.250 or 1250"), (";", None)],
)
def test_commas_in_a_table_with_tabs_must_say_what_they_are(tmp_path, separator, message):
    path = tmp_path / "r.csv"
    rows = [["subject", "repeat", "count"], ["a", "1", "1,250"], ["a", "2", "1,300"]]
    path.write_text(written(rows, separator), encoding="utf-8")
    if message is None:
        np.testing.assert_array_equal(KINDS["repeats"].read(path)["count"], [[1.25, 1.3]])
        return
    with pytest.raises(InputFileError, match=message):
        KINDS["repeats"].read(path)
