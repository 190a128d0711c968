"""The page about an outcome of one's own holds: its code runs, prints what it says, draws it."""

import re
import tomllib
from pathlib import Path

import pytest

from porelight.course.outcome_registry import registry_of
from porelight.course.outcome_variables import OutcomeVariable
from porelight.data.library import data_bytes

PAGE = Path(__file__).parents[2] / "docs" / "extending" / "outcome.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)


def declared() -> OutcomeVariable:
    names: dict[str, object] = {}
    exec(blocks("python")[0], names)  # noqa: S102
    variable = names["variable"]
    assert isinstance(variable, OutcomeVariable)
    return variable


@pytest.mark.slow
def test_the_page_runs_from_outside_the_package_and_prints_what_it_says(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks("python"):
        exec(block, names)  # noqa: S102
    assert capsys.readouterr().out == "".join(blocks("text"))
    page = (tmp_path / "report.html").read_text("utf-8")
    variable = declared()
    for words in (variable.label, variable.evidence.note, variable.evidence.anchor[0].result):
        assert words in page
    assert names["plan"].aim == variable
    assert names["elsewhere"].variable("water-loss") == variable


def test_the_entry_of_the_data_file_says_the_same_as_the_declaration_in_python():
    (entry,) = blocks("toml")
    own = tomllib.loads(data_bytes("course", "outcomes.toml").decode())
    registry = registry_of({**own, **tomllib.loads(entry)}, "outcomes.toml")
    assert registry["water_loss"] == declared()
