"""A virtual trial from its file to its page."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.course.documents import json_text
from porelight.course.regimen import Care
from porelight.errors import InputFileError
from porelight.execution.chunk_store import ChunkStore
from porelight.execution.chunks import Chunk, ExecutionError, SameProcess
from porelight.execution.dask_cluster import DaskCluster
from porelight.execution.processes import Processes
from porelight.files.course_file import EXAMPLE
from porelight.files.documents import save_document
from porelight.files.trial_documents import (
    DesignDocument,
    design_document,
    design_of,
    rerun_trial,
    trial_document,
    trial_numbers,
)
from porelight.files.trials import read_trial
from porelight.laser.devices import laser_genesis, pearl
from porelight.report.trial_page import trial_page, visit_rows
from porelight.statistics.virtual_trial import TrialPopulation
from porelight.workflows.trial import analysed_trial, trial
from porelight.workflows.trial_design import TrialArm, TrialPeople
from porelight.workflows.trial_subjects import (
    simulated_rows,
    trial_manifest,
    trial_population,
    trial_subjects,
)

CARE = (Care("picking", 0.0),)

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
simulated_people = 40
members = 3
photons = 1000

[people]
zones = ["cheek"]
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
        ('name = "sham"', 'name = "laser"', "two arms are called 'laser'"),
        ("takes = 2", 'takes = 2\ncontrol = "shan"', "no arm is called; did you mean 'sham'?"),
        ('zones = ["cheek"]', 'zones = ["cheek", "cheek"]', "each of them once"),
        ('zones = ["cheek"]', "zones = []", "people.zones"),
        ("takes = 2", 'takes = 2\ntake_error_from = "none.csv"', "none.csv: no such file"),
        (
            "takes = 2",
            'takes = 2\ntake_error_percent = 3\ntake_error_from = "repeats.csv"',
            "exclude each other",
        ),
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


@pytest.mark.usefixtures("place")
def test_subjects_are_of_the_shares_in_the_order_of_types_and_others_in_each_arm():
    people = TrialPeople(("cheek",), (0.5, 0.0, 0.5, 0, 0, 0), (20.0, 50.0), 0.8, (0.2, 0.4, 0.4))
    design = replace(read(TRIAL), people=people, per_arm=1000)
    found = trial_subjects(design)
    assert len(found) == 2000
    assert set(found.fitzpatrick) == {1, 3}
    assert (np.diff(found.fitzpatrick) >= 0).all()
    for shares, got in (
        (0.5, found.fitzpatrick == 1),
        (0.8, found.sex == 0),
        (0.2, found.oiliness == 0),
        (0.4, found.oiliness == 2),
    ):
        assert abs(np.mean(got) - shares) < 3.0 * np.sqrt(shares * (1.0 - shares) / 2000)
    assert abs(found.age.mean() - 35.0) < 3.0 * 30.0 / np.sqrt(12 * 2000)
    assert len(set(found.seed)) == 2000
    places = {(one.arm, one.number) for one in (found[row] for row in range(2000))}
    assert places == {(arm, number) for arm in (0, 1) for number in range(1000)}


@pytest.mark.usefixtures("place")
def test_a_sham_changes_as_little_as_care_does_and_people_differ(tmp_path):
    design = read(TRIAL)
    genesis = (laser_genesis().on_day(0),)
    arms = (TrialArm("laser", genesis), TrialArm("sham"))
    design = replace(design, arms=arms, per_arm=8, simulated=8)
    people = trial_population(design, tmp_path / "people", SameProcess())
    assert people.changes.shape == (2, 2, 8, 8)
    assert np.abs(people.changes[1]).max() < 0.02
    assert np.abs(people.changes[0]).max() > 0.02
    assert people.changes[0, -1].std(axis=1).min() > 0.0


@pytest.mark.usefixtures("place")
def test_a_subject_has_the_same_numbers_in_any_chunk_and_in_a_larger_trial():
    design = replace(read(TRIAL), arms=(TrialArm("care", (), CARE), TrialArm("sham")))
    whole = simulated_rows(design, Chunk(0, 0, 4))["change"]
    part = simulated_rows(design, Chunk(7, 2, 4))["change"]
    assert np.array_equal(whole[2:], part)
    assert np.abs(whole).max() > 0.0


@pytest.mark.usefixtures("place")
def test_the_mean_over_zones_is_the_change_of_a_subject():
    design = replace(read(TRIAL), arms=(TrialArm("care", (), CARE), TrialArm("sham")))
    zones = [
        simulated_rows(replace(design, people=replace(design.people, zones=one)), Chunk(0, 0, 2))
        for one in (("cheek",), ("nose",), ("cheek", "nose"))
    ]
    cheek, nose, both = (one["change"] for one in zones)
    assert both == pytest.approx(0.5 * (cheek + nose))
    assert not np.array_equal(cheek, nose)


@pytest.mark.usefixtures("place")
def test_the_error_of_a_take_comes_from_the_file_from_repeats_or_from_porelight():
    assert read(TRIAL).noise.source.startswith("derived: within-subject")
    given = read(TRIAL.replace("takes = 2", "takes = 2\ntake_error_percent = 4.1"))
    assert (given.noise.take_sd, given.noise.source) == (0.041, "given")
    rows = [f"s{s},{k},{0.02 + 0.01 * s + 0.001 * k * s}" for s in range(4) for k in range(2)]
    Path("repeats.csv").write_text(
        "subject,repeat,area_fraction\n" + "\n".join(rows), encoding="utf-8"
    )
    found = read(TRIAL.replace("takes = 2", 'takes = 2\ntake_error_from = "repeats.csv"'))
    assert 0.01 < found.noise.take_sd < 0.04
    assert found.noise.source.startswith("measured: 4 subjects, 2 repeats each, repeats.csv")


@pytest.mark.usefixtures("place")
def test_several_arms_are_compared_with_the_control_at_a_level_that_all_of_them_keep():
    third = '\n[[arm]]\nname = "more"\ncourse = "other.toml"\n'
    Path("other.toml").write_text(EXAMPLE.replace("= 14", "= 15"), encoding="utf-8")
    design = read(TRIAL.replace("takes = 2", 'takes = 2\ncontrol = "sham"') + third)
    assert design.compared == ((0, 1), (2, 1))
    assert design.alpha_of_each == 0.025
    rng = np.random.default_rng(4)
    changes = 0.05 * rng.standard_normal((3, 2, 8, 60))
    changes[0] -= 0.1
    found = analysed_trial(design, TrialPopulation(changes, np.full((3, 60), 3)))
    assert [one.pair for one in found.comparisons] == [(0, 1), (2, 1)]
    assert found.comparisons[0].measured[-1].p < 0.025 < found.comparisons[1].measured[-1].p
    assert [row["arm"] for row in visit_rows(found)] == ["laser"] * 2 + ["more"] * 2
    page = trial_page(found, {"trial.toml": "0" * 64})
    assert "laser and more against sham" in page
    assert "Bonferroni" in page


@pytest.mark.usefixtures("place")
def test_a_design_is_read_back_from_its_document():
    design = read(TRIAL.replace("drop_out_percent = 10", "drop_out_percent = 14.3"))
    text = json_text(design_document(design))
    again = design_of(DesignDocument.model_validate(json.loads(text)))
    assert again == design


@pytest.mark.slow
@pytest.mark.usefixtures("place")
def test_the_command_writes_a_page_goes_on_and_is_registered(capsys):
    Path("trial.toml").write_text(TRIAL, encoding="utf-8")
    documents = []
    for _ in range(2):
        with pytest.raises(SystemExit) as left:
            main(["trial", "trial.toml", "-o", "out", "--workers", "1"])
        assert left.value.code == 0
        documents.append(json.loads(Path("out/trial.json").read_text(encoding="utf-8")))
    assert documents[0] == documents[1]
    assert "80 subjects in 3 chunks, 3 runs of photons; about " in capsys.readouterr().out
    (one,) = documents[0]["comparisons"]
    assert [visit["day"] for visit in one["visits"]] == [28.0, 84.0]
    digest = hashlib.sha256(TRIAL.encode()).hexdigest()
    assert documents[0]["registered_sha256"]["trial.toml"] == digest
    assert set(documents[0]["registered_sha256"]) == {"trial.toml", "course.toml"}
    page = Path("out/trial.html").read_text(encoding="utf-8")
    assert "assurance of" in page
    assert digest[:16] in page
    assert "derived: within" in page
    Path("trial.toml").write_text(TRIAL.replace("[28, 84]", "[28, 85]"), encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        main(["trial", "trial.toml", "-o", "out", "--workers", "1"])
    assert left.value.code == 2
    assert "differs in content.visits_days" in capsys.readouterr().err
    assert json.loads(Path("out/trial.json").read_text(encoding="utf-8")) == documents[0]


@pytest.mark.usefixtures("place")
def test_arms_in_another_order_are_another_trial():
    # rows are by number of the arm: a laser that finds the rows of a sham would turn the answer
    design = read(TRIAL)
    ChunkStore(Path("chunks"), trial_manifest(design))
    ChunkStore(Path("chunks"), trial_manifest(read(TRIAL)))
    turned = replace(design, arms=design.arms[::-1], control=design.control)
    with pytest.raises(ExecutionError, match=r"differs in content\.arms"):
        ChunkStore(Path("chunks"), trial_manifest(turned))


@pytest.mark.slow
@pytest.mark.usefixtures("place")
def test_a_trial_is_run_again_from_its_document():
    arms = (TrialArm("laser", (pearl().on_day(0),)), TrialArm("sham"))
    design = replace(read(TRIAL), arms=arms, per_arm=8, simulated=8)
    document = trial_document(trial(design), {})
    save_document(document, Path("trial.json"))
    found = rerun_trial(Path("trial.json"))
    assert found.has_same_bits
    assert "laser, visits 2, effect_percent" in trial_numbers(document)
    edited = Path("trial.json").read_text(encoding="utf-8").replace('"seed": 1', '"seed": 2')
    Path("other.json").write_text(edited, encoding="utf-8")
    assert "people" in rerun_trial(Path("other.json")).changed
    Path("none.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputFileError, match="not a virtual trial"):
        rerun_trial(Path("none.json"))
    with pytest.raises(SystemExit) as left:
        main(["rerun", "trial.json", "-o", "x.nc"])
    assert left.value.code == 2


@pytest.mark.slow
@pytest.mark.usefixtures("place")
def test_workers_of_any_kind_find_the_same_bits(tmp_path):
    genesis = (laser_genesis().on_day(0),)
    arms = (TrialArm("laser", genesis), TrialArm("sham"))
    design = replace(read(TRIAL), arms=arms, per_arm=20, simulated=20)
    found = [
        trial_population(design, tmp_path / str(i), executor).changes
        for i, executor in enumerate([SameProcess(), Processes(2), DaskCluster("local:2")])
    ]
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])
