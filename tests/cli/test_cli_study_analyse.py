"""Claims about the analysis of a study from the command line: plans, answers, refusals."""

import json
import shutil
from pathlib import Path

import pytest

from porelight.cli.app import main
from porelight.statistics.virtual_study import VirtualStudy
from porelight.store.address import store_address
from porelight.store.photograph_records import PhotographPlace, ScaleGiven, add_photograph
from porelight.store.results import StoredResult, save_measurement_of
from porelight.store.store import create_store

SCALE = ScaleGiven("known", 12.5, 0.01)


@pytest.fixture
def porelight(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORELIGHT_STORE", "study.db")

    def call(line: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(line.split())
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def summary(number):
    one = {"value": number.value, "low": number.low, "high": number.high}
    small = {key: value / 1000.0 for key, value in one.items()}
    return {
        "count": one,
        "density_per_cm2": one,
        "area_fraction": small,
        "diameter_mm": {"p50": small},
    }


def keep(study: VirtualStudy, file: Path) -> None:
    """Put a virtual study into a store, as measured; its photographs are a few bytes."""
    with (
        create_store(store_address(str(file)), "acne-scar-2027") as store,
        store.writing() as transaction,
    ):
        for number, one in enumerate(study.values(seed=1)):
            place = PhotographPlace(one.subject, one.visit, one.zone, one.take, arm=one.arm)
            photograph = add_photograph(transaction, place, SCALE, f"{number}".encode())
            result = StoredResult({"zone": one.zone}, "done", summary=summary(one))
            save_measurement_of(transaction, photograph, result)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    keep(VirtualStudy(6, arms="two arms", effect=-0.4, missing=0.2), folder / "study.db")
    return folder


@pytest.fixture
def study(kept, tmp_path):
    """Put a store of six subjects in two arms where commands run."""
    shutil.copytree(kept, tmp_path, dirs_exist_ok=True)


@pytest.mark.slow
def test_a_plan_is_written_declared_and_followed(porelight, study):
    assert porelight("study analyse --write-plan study.toml")[0] == 0
    text = Path("study.toml").read_text(encoding="utf-8")
    assert 'control = "control"' in text
    text = text.replace('endpoint = "area_fraction"', 'endpoint = "density_per_cm2"')
    text = text.replace('secondary = [\n    "density_per_cm2",', "secondary = [")
    Path("study.toml").write_text(text.replace('"diameter_mm_p90",\n', ""), encoding="utf-8")
    told = json.loads(porelight("study declare study.toml --json")[1])
    assert told["results_read_before"] == []
    code, out, _ = porelight("study analyse --plan study.toml -o page.html --json")
    found = json.loads(out)
    assert code == 0
    assert found["standing"]["is_confirmatory"]
    assert found["standing"]["sha256"] == told["sha256"]
    assert [one["visit"] for one in found["effects"]] == ["week6", "week12"]
    assert [one["against"] for one in found["effects"]] == ["control", "control"]
    median, same_pores = found["secondary"]
    assert (median["quantity"], median["why_not"]) == ("diameter_mm_p50", "")
    assert "study compare --baseline baseline" in same_pores["why_not"]
    page = Path("page.html").read_text(encoding="utf-8")
    assert "Confirmatory analysis" in page
    assert found["methods"].replace("'", "&#39;") in page
    for word in ("CR2", "Satterthwaite", "Holm", "statsmodels", told["sha256"], "geometric mean"):
        assert word in page
    assert page.count("<figure") == 4  # no takes were repeated
    assert "http" not in page.replace("http-equiv", "")
    # declared again nothing changes; another plan after results were read is exploratory
    assert json.loads(porelight("study declare study.toml --json")[1])["at"] == told["at"]
    Path("late.toml").write_text(text.replace('"holm"', '"bonferroni"'), encoding="utf-8")
    assert "results had been read before (analysis)" in porelight("study declare late.toml")[2]
    late = json.loads(porelight("study analyse --plan late.toml --json")[1])["standing"]
    assert not late["is_confirmatory"]
    assert "after results had been read for: analysis" in late["words"]


@pytest.mark.slow
def test_every_plan_that_was_declared_blind_is_named(porelight, study):
    porelight("study analyse --write-plan study.toml")
    text = Path("study.toml").read_text(encoding="utf-8")
    Path("other.toml").write_text(text.replace('"holm"', '"bonferroni"'), encoding="utf-8")
    for plan in ("study.toml", "other.toml"):
        porelight(f"study declare {plan}")
    for plan, how in (("study.toml", "Holm"), ("other.toml", "Bonferroni")):
        told = json.loads(porelight(f"study analyse --plan {plan} --json")[1])["standing"]
        assert told["is_confirmatory"]
        assert "1 other plan was declared before results were read: sha256" in told["words"]
        assert f"{how} counts the tests of this plan alone" in told["words"]
    assert "2 other plans were declared" in porelight("study analyse")[2]


@pytest.mark.slow
def test_without_a_plan_everything_is_exploratory(porelight, study):
    code, out, err = porelight("study analyse")
    assert code == 0
    assert "Share of skin that pores cover, week12, treated against control: change from" in out
    assert "No plan was given, so everything is exploratory" in err
    assert "The baseline was taken to be baseline, then week6, week12, by their names" in err
    assert "four fifths of it on rendered skin" in err


@pytest.mark.slow
def test_a_plan_that_was_not_declared_says_so(porelight, study):
    porelight("study analyse --write-plan study.toml")
    assert "This plan was never declared" in porelight("study analyse --plan study.toml")[2]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('scale = "log"', 'scale = "logs"', "scale is 'logs'; expected 'log' or 'plain'"),
        ('baseline = "baseline"', 'baseline = "start"', "at the baseline, visit 'start'; measured"),
        ('control = "control"', 'control = "contrl"', "did you mean 'control'?"),
        ("confidence_percent = 95.0", "confidence_percent = 0.95", "expected 50 to 99.9 %"),
        ("zones = [", "zone = [", "zone is not a key; did you mean 'zones'?"),
        ('name = "week6"', 'name = "week6"\nearliest_day = 40', "one end of a window of days"),
        (
            'name = "week6"',
            'name = "week6"\nearliest_day = 1\nlatest_day = 9',
            "has no date; import it",
        ),
        ('endpoint = "area_fraction"', 'endpoint = "area"', "no quantity 'area' is measured"),
        ("\n[[visit]]", "\n[[visits]]", "visit is missing"),
    ],
)
def test_a_mistake_in_a_plan_gets_one_clear_line(porelight, study, old, new, message):
    porelight("study analyse --write-plan study.toml")
    text = Path("study.toml").read_text(encoding="utf-8")
    assert old in text
    Path("study.toml").write_text(text.replace(old, new), encoding="utf-8")
    code, out, err = porelight("study analyse --plan study.toml")
    assert (code, out) == (2, "")
    assert message in err


def test_a_study_without_an_answer_gets_one_clear_line(porelight):
    porelight("study init empty")
    code, _, err = porelight("study analyse")
    assert (code, err.count("\n")) == (2, 1)
    assert "there are no photographs in this study" in err


def test_one_subject_gets_one_clear_line(porelight):
    keep(VirtualStudy(2, missing=0.0), Path("study.db"))
    porelight("store erase S002 --why test")
    code, _, err = porelight("study analyse")
    assert (code, err.count("\n")) == (2, 1)
    assert "1 subject has values" in err


@pytest.mark.slow
def test_who_withdrew_is_in_the_flow(porelight, study):
    porelight("store erase S005 --why withdrew")
    flow = json.loads(porelight("study analyse --json")[1])["flow"]
    assert (flow["subjects"], flow["erased"]) == (6, 1)
    assert {one["expected"] for one in flow["visits"] if one["arm"] == "control"} == {2}


def test_writing_a_plan_stands_alone(porelight, study):
    err = porelight("study analyse --write-plan study.toml -o page.html")[2]
    assert "--write-plan stands alone" in err
