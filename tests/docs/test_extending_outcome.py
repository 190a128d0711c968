"""The page about an outcome of one's own holds: its code runs, prints what it says, draws it."""

import tomllib

import pytest

from porelight.course.outcome_registry import registry_of
from porelight.course.outcome_variables import OutcomeVariable
from porelight.data.library import data_bytes

PAGE = "docs/extending/outcome.md"


def declared(page) -> OutcomeVariable:
    names: dict[str, object] = {}
    exec(page(PAGE).blocks("python")[0], names)  # noqa: S102
    variable = names["variable"]
    assert isinstance(variable, OutcomeVariable)
    return variable


@pytest.mark.slow
def test_the_page_runs_from_outside_the_package_and_prints_what_it_says(page, tmp_path):
    names = page(PAGE).run(tmp_path)
    report = (tmp_path / "report.html").read_text("utf-8")
    variable = declared(page)
    for words in (variable.label, variable.evidence.note, variable.evidence.anchor[0].result):
        assert words in report
    assert names["plan"].aim == variable
    assert names["elsewhere"].variable("water-loss") == variable


def test_the_entry_of_the_data_file_says_the_same_as_the_declaration_in_python(page):
    (entry,) = page(PAGE).blocks("toml")
    own = tomllib.loads(data_bytes("course", "outcomes.toml").decode())
    registry = registry_of({**own, **tomllib.loads(entry)}, "outcomes.toml")
    assert registry["water_loss"] == declared(page)
