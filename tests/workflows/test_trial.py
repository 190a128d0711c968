"""A virtual trial from its file to its page."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.course.course import Course
from porelight.errors import InputFileError
from porelight.files.course_file import EXAMPLE
from porelight.files.trials import read_trial
from porelight.laser.devices import laser_genesis
from porelight.workflows.trial import TrialPeople, trial_population

TRIAL = """\
[trial]
endpoint = "area_fraction"
visits_days = [28, 84]
subjects_per_arm = 40
drop_out_percent = 10
attendance_percent = 90
takes = 2
worth_while_percent = -10
knowledge_draws = 8
people_draws = 2
members = 3
photons = 1000

[people]
zone = "cheek"
fitzpatrick_shares = [0, 0, 1, 0, 0, 0]
age_years = [40, 40]
female_share = 1.0
oiliness_shares = [0, 1, 0]

[[arm]]
name = "laser"
course = "course.toml"

[[arm]]
name = "sham"
course = "course.toml"
sham = true
"""


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("course.toml").write_text(EXAMPLE, encoding="utf-8")
    return tmp_path


def read(text: str):
    Path("trial.toml").write_text(text, encoding="utf-8")
    return read_trial(Path("trial.toml"))


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("takes = 2", "takes = 2\nendpiont = 1", "trial.endpiont is not a key; did you mean"),
        ('endpoint = "area_fraction"\n', "", "trial.endpoint is missing"),
        ("visits_days = [28, 84]", "visits_days = []", "trial.visits_days"),
        ("visits_days = [28, 84]", "visits_days = [84, 28]", "expected days after 0 that increase"),
        ("[0, 0, 1, 0, 0, 0]", "[0, 0, 0.9, 0, 0, 0]", "6 numbers that sum to 0.9; expected 6"),
        ("[0, 1, 0]", "[1, 0]", "oiliness_shares has 2 numbers"),
        ("subjects_per_arm = 40", "subjects_per_arm = 1", "trial.subjects_per_arm is 1"),
        ("sham = true", "sham = false", "are one and the same"),
        ('name = "sham"', 'name = "laser"', "both arms are called 'laser'"),
        ("age_years = [40, 40]", "age_years = [50, 40]", "expected the younger first"),
        ('"area_fraction"', '"mean_diameter"', "trial.take_error_percent is missing"),
        ('course = "course.toml"', 'course = "none.toml"', "none.toml: no such file"),
    ],
)
def test_a_mistake_is_told_in_one_line(old, new, message):
    with pytest.raises(InputFileError) as problem:
        read(TRIAL.replace(old, new, 1))
    assert message in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_wrong_file_leaves_no_folder(place, capsys):
    Path("trial.toml").write_text(TRIAL.replace("sham = true", ""), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["trial", "trial.toml", "-o", "out"])
    assert left.value.code == 2
    assert "one and the same" in capsys.readouterr().err
    assert not (place / "out").exists()


def test_strata_hold_everybody_once():
    people = TrialPeople("cheek", (0.5, 0.0, 0.5, 0, 0, 0), (20.0, 50.0), 0.8, (0.2, 0.4, 0.4))
    strata = people.strata()
    assert len(strata) == 2 * 3 * 2 * 3
    assert sum(one[-1] for one in strata) == pytest.approx(1.0)
    assert {one[1] for one in strata} == {25.0, 35.0, 45.0}


@pytest.mark.usefixtures("place")
def test_a_sham_changes_as_little_as_care_does_and_people_are_others_in_each_stratum():
    design = read(TRIAL.replace("female_share = 1.0", "female_share = 0.5"))
    sham = replace(design.arms[1], course=Course(design.arms[1].course.skin))
    treated = Course(sham.course.skin, (laser_genesis().on_day(0),))
    laser = replace(design.arms[0], course=treated)
    people = trial_population(replace(design, arms=(laser, sham)))
    assert people.changes.shape == (2, 2, 8, 2, 2)
    assert np.abs(people.changes[1]).max() < 0.01
    assert not np.array_equal(people.changes[0, :, :, 0], people.changes[0, :, :, 1])


@pytest.mark.slow
@pytest.mark.usefixtures("place")
def test_the_command_writes_a_page_and_the_same_numbers_again():
    Path("trial.toml").write_text(TRIAL, encoding="utf-8")
    documents = []
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            main(["trial", "trial.toml", "-o", "out"])
        assert left.value.code == 0
        documents.append(json.loads(Path("out/trial.json").read_text(encoding="utf-8")))
    assert documents[0] == documents[1]
    assert [one["day"] for one in documents[0]["visits"]] == [28.0, 84.0]
    page = Path("out/trial.html").read_text(encoding="utf-8")
    assert "assurance of" in page
    assert "derived: within" in page
