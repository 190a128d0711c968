"""The page of a light case's keys has every key of the schema, with its range and its meaning."""

import json
from pathlib import Path

import pytest

from porelight.cli.app import main
from porelight.files.light_case import light_case_schema

PAGE = Path(__file__).parents[2] / "docs" / "light-cases.md"


def rows(table):
    """Yield a line of the page for each key of a table of the schema."""
    for key, told in table["properties"].items():
        number = next((form for form in told.get("anyOf", []) if "minimum" in form), told)
        said = told.get("description") or number.get("description")
        if said is None:
            continue  # a table, described by itself
        span = f"{number['minimum']:g} to {number['maximum']:g}" if "minimum" in number else ""
        span = span or ", ".join(told.get("enum", []))
        usual = "needed" if key in table.get("required", []) else told.get("default")
        usual = "" if usual in (None, "") else f"{usual:g}" if isinstance(usual, float) else usual
        yield f"| `{key}` | {said} | {span} | {usual} |"


def test_the_page_has_every_key_as_the_schema_does():
    page = PAGE.read_text(encoding="utf-8")
    schema = json.loads(light_case_schema())
    tables = [schema, *schema["$defs"].values()]
    missing = [row for table in tables for row in rows(table) if row not in page]

    assert len([row for table in tables for row in rows(table)]) > 60
    assert not missing, "\n".join(missing)


def test_the_schema_is_printed(capsys):
    with pytest.raises(SystemExit) as left:
        main(["light", "schema"])

    assert not left.value.code
    told = json.loads(capsys.readouterr().out)
    assert told["$defs"]["MieTable"]["properties"]["diameter_um"]["unit"] == "um"
    assert (
        "at even steps"
        in told["$defs"]["PhaseTable"]["properties"]["cosine_quantiles"]["description"]
    )
