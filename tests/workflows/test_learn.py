"""A clinic's study, from its table to everybody's narrower forecast, and the same bits again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.course.course import Course
from porelight.course.draws import PHYSICS_KNOWLEDGE, member_of
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.errors import InputFileError, ParameterError
from porelight.files.followed_studies import read_followed_study
from porelight.files.outcomes import load_outcome
from porelight.files.populations import load_population
from porelight.inference.reweighting import Visit
from porelight.laser.devices import pearl
from porelight.workflows.follow_up import follow_up
from porelight.workflows.forecast import forecast
from porelight.workflows.learn import FollowedPerson, learn
from porelight.workflows.rerun import rerun

WORLDS = EnsembleSettings(draws=1600, members=3, photons=1000, seed=3, people=2)
FEW = EnsembleSettings(draws=40, members=2, photons=1000, seed=9)
SHRUNK = (0.92, 0.88, 0.95)
COURSE = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
[[session]]
day = 0
device = "pearl"
[simulation]
draws = 40
members = 2
photons = 1000
last_day = 60
"""
TABLE = "subject,course,day,area_percent,error_percent\n" + "".join(
    f"{name},c.toml,0,1.00,3\n{name},c.toml,60,{ratio},3\n"
    for name, ratio in zip("abc", SHRUNK, strict=True)
)


@pytest.fixture(scope="module")
def people(skin):
    course = Course(skin, [pearl().on_day(0.0)], [Care("cleansing")])
    return [
        FollowedPerson(name, course, (Visit(0.0, 0.01, 0.03), Visit(60.0, 0.01 * ratio, 0.03)))
        for name, ratio in zip("abc", SHRUNK, strict=True)
    ]


@pytest.fixture(scope="module")
def study(people):
    return learn(people, WORLDS)


@pytest.mark.slow
def test_a_study_narrows_the_forecast_of_people_treated_alike(study):
    (one,) = study.forecasts()
    assert one.treatment == "pearl"
    assert one.narrower > 0.2
    # three people tell each number little, and together much
    assert study.unknowns()[0].narrower > 0.05
    share, n = study.worlds.inside(study.known)
    assert (share, n) == (1.0, 3)


@pytest.mark.slow
def test_the_order_of_people_changes_no_bit(people, study):
    other = learn(people[::-1], WORLDS)
    np.testing.assert_array_equal(other.known.weights, study.known.weights)


@pytest.mark.slow
def test_a_study_of_nobody_leaves_the_priors(study):
    nobody = learn([], WORLDS)
    for name, values in nobody.knowledge.items():
        assert set(nobody.population.values[name]) == set(values)
    assert nobody.forecasts() == ()


@pytest.mark.slow
def test_a_subject_is_a_person_under_the_knowledge_of_all(study):
    """Were knowledge drawn anew for each subject, two of them would not move together."""
    one, two = (study.predicted[name][:, 0].reshape(-1, 2).mean(axis=1) for name in "ab")
    assert np.corrcoef(one, two)[0, 1] > 0.5
    assert not np.array_equal(one, two)


def test_people_must_be_two_under_each_draw(people):
    with pytest.raises(ParameterError, match="people is 5; expected 2"):
        learn(people, replace(WORLDS, people=5))


@pytest.mark.slow
def test_a_forecast_begins_with_what_was_learned_and_its_physics(people, study):
    taught = study.population
    done = forecast(people[0].course, FEW, last_day=60.0, population=taught).outcome
    assert (done.attrs["members"], done.attrs["seed"]) == ("3", "3")
    assert "narrowed by a study of many" in done.attrs["notes"]
    again = rerun(done, population=taught)
    assert again.has_same_bits
    with pytest.raises(ParameterError, match="not at hand; give the population"):
        rerun(done)
    with pytest.raises(ParameterError, match="choose one"):
        forecast(people[0].course, FEW, posterior=True, population=taught)


def test_draws_go_with_the_physics_that_they_were_learned_with():
    pair = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0])
    settings = EnsembleSettings(draws=8, members=3, people=2)
    np.testing.assert_array_equal(member_of(settings, pair), [0, 2, 1, 0, 1, 0, 1, 2])
    with pytest.raises(ParameterError, match="go with up to 3 draws of knowledge of the physics"):
        member_of(settings, pair + 1.0)


@pytest.mark.slow
def test_a_person_is_followed_up_from_what_others_taught(people, study):
    many = replace(FEW, draws=400)
    alone = follow_up(people[0].course, people[0].visits, many, last_day=60.0)
    after = follow_up(
        people[0].course, people[0].visits, many, last_day=60.0, population=study.population
    )
    before, taught = (one.everyone.change("area_fraction", 60.0) for one in (alone, after))
    assert taught.high - taught.low < 0.9 * (before.high - before.low)
    assert after.effective_draws > alone.effective_draws
    # one person under each draw, not the person in the middle
    values = study.population.draws(study.population.settings(replace(many, people=1)))
    assert values["readiness"].size == 400
    assert np.ptp(values["readiness"]) > 0.9
    assert set(values[PHYSICS_KNOWLEDGE]) == {0.0, 1.0}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("c.toml").write_text(COURSE, encoding="utf-8")
    Path("visits.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_a_clinic_learns_and_forecasts_from_the_command_line(place, capsys):
    def call(*words: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as leaving:
            main(list(words))
        told = capsys.readouterr()
        return int(leaving.value.code or 0), told.out + told.err

    Path("visits.csv").write_text(TABLE + "d,c.toml,0,1.2,3\n", encoding="utf-8")
    code, told = call("learn", "visits.csv", "-o", "taught", "--draws", "400", "--members", "2")
    assert code == 0, told
    assert "Learned from 3 subjects. The next person treated with pearl" in told
    assert "left out: d, no follow-up: the baseline alone" in told
    page = Path("taught/learned.html").read_text(encoding="utf-8")
    assert "What 3 subjects have taught" in page
    assert "no follow-up: the baseline alone" in page
    document = json.loads(Path("taught/population.json").read_text(encoding="utf-8"))
    assert document["subjects"] == ["a", "b", "c"]
    assert document["seed"] == 1
    assert call("simulate", "c.toml", "--population", "taught", "-o", "x.nc")[0] == 0
    assert load_outcome("x.nc").attrs["members"] == "2"
    code, told = call("rerun", "x.nc", "--population", "taught")
    assert (code, "the same bits" in told) == (0, True)
    document["data_fingerprint"] = "another"
    Path("taught/population.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputFileError, match="learned with the data files another"):
        load_population(Path("taught"))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("subject,course,day\na,c.toml,0\n", "neither a column measured nor area_percent"),
        (TABLE.replace("a,c.toml,60", "a,c.toml,0"), "subject a has two rows of day 0"),
        (TABLE.replace("a,c.toml,0,", "a,c.toml,-3,"), "subject a has a visit on day -3"),
        (TABLE.replace("a,c.toml,60", "a,d.toml,60"), "name the course files c.toml, d.toml"),
        (TABLE.replace("a,c.toml,60", ",c.toml,60"), "line 3 names no subject"),
        (TABLE.replace("0.92", "0"), "subject a: area_percent of day 60 is 0 %"),
        (TABLE.replace("c.toml", "none.toml"), "subject a: .*none.toml"),
        ("subject,course,day,area_percent\na,c.toml,0,1\n", "no subject has a baseline on day 0"),
        (
            "subject,course,day,measured\na,c.toml,0,before\na,c.toml,60,\n",
            "subject a: day 60 has no folder in measured",
        ),
        ("subject,course,day,measured\na,c.toml,0,m\na,c.toml,60,n\n", "subject a: .*m"),
        (
            "subject,course,day,measured\na,c.toml,0,\na,c.toml,60,\n",
            "it has no folder in measured",
        ),
    ],
)
def test_mistakes_of_a_table_are_one_line(place, table, message):
    Path("visits.csv").write_text(table, encoding="utf-8")
    with pytest.raises(InputFileError, match=message) as refusal:
        read_followed_study(Path("visits.csv"))
    assert "\n" not in str(refusal.value)


def test_a_subject_whose_first_visit_is_late_is_left_out_and_told(place):
    text = TABLE.replace("a,c.toml,0,1.00,3\n", "")
    Path("visits.csv").write_text(text, encoding="utf-8")
    found = read_followed_study(Path("visits.csv"))
    assert [one.name for one in found.people] == ["b", "c"]
    assert found.left_out == {"a": "no baseline: the first visit is on day 60"}


def test_an_area_without_an_error_has_that_of_our_camera(place):
    Path("visits.csv").write_text(
        "\n".join(line.rpartition(",")[0] for line in TABLE.splitlines()), encoding="utf-8"
    )
    assert read_followed_study(Path("visits.csv")).people[0].visits[1] == Visit(60.0, 0.0092, 0.028)
