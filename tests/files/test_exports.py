"""An outcome leaves for other programs: every number of its draws, and only known endings."""

import csv

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.errors import InputFileError
from porelight.files.exports import FORMATS, export_outcome, export_writer
from porelight.files.outcomes import save_outcome

DAYS = [0.0, 30.0, 84.5]


@pytest.fixture(scope="module")
def outcome(skin) -> Outcome:
    sun = Course(skin, care=[Care("unprotected-sun")])
    return sun.follow((), EnsembleSettings(8, 2, seed=1), days=DAYS)


@pytest.fixture
def rows(outcome, tmp_path):
    path = export_outcome(outcome, tmp_path / "run.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_number_of_the_draws_is_in_the_table_with_its_unit(outcome, rows):
    of_draws = [about for about in outcome.variables.values() if about.is_of_draws]
    assert len(rows) == sum(outcome[about.name].size for about in of_draws)
    for about in of_draws:
        for draw in range(8):
            own = [
                one for one in rows if (one["outcome"], one["draw"]) == (about.name, f"{draw + 1}")
            ]
            assert {one["unit"] for one in own} == {about.unit}
            found = np.array([float(one["value"]) for one in own])
            expected = np.atleast_1d(outcome[about.name].to_numpy()[draw])
            np.testing.assert_allclose(found, expected, rtol=1e-6)
            when = [f"{day:g}" for day in DAYS] if about.is_history else [""]
            assert [one["day"] for one in own] == when


def test_what_is_not_drawn_is_not_in_the_table(rows):
    assert not {"killed", "peak_temperature", "pore_diameter"} & {one["outcome"] for one in rows}
    assert "pigment_risk" in {one["outcome"] for one in rows}


def test_a_row_per_number_has_no_empty_lines(outcome, tmp_path):
    text = export_outcome(outcome, tmp_path / "run.CSV").read_bytes()
    assert text.startswith(b"outcome,unit,draw,day,value\n")
    assert b"\n\n" not in text
    assert b"\r" not in text


def test_an_unknown_ending_is_refused_with_those_that_are_known(outcome, tmp_path):
    with pytest.raises(InputFileError, match=r"an outcome is not written as '.xls'; expected .csv"):
        export_outcome(outcome, tmp_path / "run.xls")
    with pytest.raises(InputFileError, match=r"not written as '.vtr', a light run is; expected"):
        export_outcome(outcome, tmp_path / "run.vtr")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("one", FORMATS, ids=lambda one: f"{one.of} {one.ending}")
def test_every_format_of_the_registry_has_its_writer_and_its_own_ending(one, tmp_path):
    assert export_writer(one.of, tmp_path / f"x{one.ending}") is one.load()
    assert callable(one.load())
    assert [(two.of, two.ending) for two in FORMATS].count((one.of, one.ending)) == 1


def test_the_command_writes_the_table_and_says_where(outcome, tmp_path, capsys):
    from porelight.cli.app import main  # noqa: PLC0415

    run, target = save_outcome(outcome, tmp_path / "run.nc"), tmp_path / "run.csv"
    with pytest.raises(SystemExit) as left:
        main(["export", str(run), "-o", str(target)])
    assert left.value.code == 0
    assert f"written: {target}" in capsys.readouterr().out
    assert target.read_text("utf-8").count("\n") == export_outcome(
        outcome, tmp_path / "direct.csv"
    ).read_text("utf-8").count("\n")

    with pytest.raises(SystemExit) as left:
        main(["export", str(run), "-o", str(run)])
    assert left.value.code == 2
    assert "is what is read" in capsys.readouterr().err
