"""The command line as its users meet it: files, tables, JSON, one line per mistake, exit codes."""

import inspect
import json
import re
import warnings
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from porelight.cli import app as app_module
from porelight.cli.app import main
from porelight.cli.measure import measure
from porelight.course.settings import EnsembleSettings
from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.files.course_file import EXAMPLE
from porelight.laser.devices import devices
from porelight.photo.detect import FALSE_DISCOVERY
from porelight.render.look import SkinLook
from porelight.render.skin import render_skin

COURSE = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
oiliness = "oily"
[[session]]
day = 0
device = "laser-genesis"
pulses = 200
[[session]]
day = 28
device = "pearl"
[[care]]
kind = "cleansing"
[simulation]
draws = 16
members = 2
photons = 1000
last_day = 56
"""


@pytest.fixture(scope="module")
def close_up(tmp_path_factory) -> Path:
    """Return a photograph of virtual skin, 12 mm wide, with 60 conspicuous pores."""
    generator = np.random.default_rng(1)
    rendered = render_skin(
        generator.uniform(0.35e-3, 0.6e-3, 60),
        look=SkinLook(fitzpatrick=3),
        size=(0.012, 0.012),
        seed=1,
    )
    path = tmp_path_factory.mktemp("photo") / "cheek.png"
    Image.fromarray(rendered.pixels).save(path)
    return path


@pytest.fixture
def porelight(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call


def course_file(folder: Path, text: str = COURSE) -> Path:
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
def test_measure_simulate_and_report_go_from_photograph_to_page(porelight, tmp_path, close_up):
    measured, run_file, page = (tmp_path / name for name in ("measured", "run.nc", "page.html"))
    code, out, _ = porelight(
        "measure", close_up, "--zone", "cheek", "--px-per-mm", "12.5", "-o", measured, "--json"
    )
    assert code == 0
    summary = json.loads(out)
    assert summary["count"]["value"] > 20
    assert {path.name for path in measured.iterdir()} == {
        "pores.csv",
        "possible.csv",
        "mask.png",
        "overlay.png",
        "summary.json",
    }

    code, out, _ = porelight(
        "simulate", course_file(tmp_path), "-o", run_file, "--measured", measured, "--json"
    )
    assert code == 0
    assert json.loads(out)["outcome"] == str(run_file)

    code, _, _ = porelight("report", run_file, "-o", page, "--measured", measured)
    assert code == 0
    text = page.read_text(encoding="utf-8")
    assert f"{summary['count']['value']:.0f}" in text
    assert "The photograph and its pores" in text
    assert "no medical device" in text.lower()


def test_the_command_measures_as_the_function_does():
    default = inspect.signature(measure).parameters["false_discovery"].default
    assert default == FALSE_DISCOVERY


def test_several_photographs_go_to_a_folder_each_and_a_bad_one_costs_no_other(
    porelight, tmp_path, close_up
):
    broken = tmp_path / "broken.png"
    broken.write_text("no picture")
    code, _, err = porelight(
        "measure", broken, close_up, "--zone", "cheek", "--px-per-mm", "12.5", "-o", tmp_path / "o"
    )
    assert code == 2
    assert err.startswith("porelight: ")
    assert err.count("\n") == 1
    assert str(broken) in err
    assert (tmp_path / "o" / "cheek" / "summary.json").is_file()
    assert not (tmp_path / "o" / "broken").exists()


@pytest.mark.slow
def test_plan_writes_a_course_that_simulate_takes(porelight, tmp_path, monkeypatch):
    from porelight.workflows import plan as plan_workflow  # noqa: PLC0415

    coarse = replace(plan_workflow.PLANNED_WITH, members=1, photons=1000)
    monkeypatch.setattr(plan_workflow, "PLANNED_WITH", coarse)
    # devices of the user's own: those that ship, planned with in fewer ways
    chosen = []
    for key, lists in (("laser-genesis", ("10.0", "500", "2")), ("pearl", ("2.5", "1"))):
        text = files("porelight.data").joinpath(f"devices/{key}.toml").read_text("utf-8")
        for values in lists:
            text = re.sub(r"values = \[.*,.*\]", f"values = [{values}]", text, count=1)
        own = tmp_path / f"own-{key}.toml"
        own.write_text(text, "utf-8")
        chosen += ["--device", own]
    target = tmp_path / "plan.toml"
    # fair skin, which resurfacing hardly darkens, and the typical one alone
    fair = COURSE.replace("fitzpatrick = 3", "fitzpatrick = 1").replace(
        "members = 2", "members = 1"
    )
    skin = course_file(tmp_path, fair)
    code, out, _ = porelight(
        "plan", skin, "-o", target, "--draws", "16", "--tries", "0", "--json", *chosen
    )
    assert code == 0
    document = json.loads(out)
    assert {one["label"] for one in document["plans"]} == {
        "no treatment",
        "2 x own-laser-genesis 10 J/cm2, 500 pulses",
        "1 x own-pearl 2.5 J/cm2",
        "1 x own-pearl 2.5 J/cm2, then 2 x own-laser-genesis 10 J/cm2, 500 pulses",
    }
    assert json.loads((tmp_path / "plan.json").read_text()) == document
    text = target.read_text() + "[simulation]\ndraws = 8\nmembers = 1\nphotons = 1000\n"
    code, _, _ = porelight("simulate", course_file(tmp_path, text), "-o", tmp_path / "run.nc")
    assert code == 0


def test_a_plan_takes_the_ensemble_of_its_file_unless_told_otherwise(
    porelight, tmp_path, monkeypatch
):
    seen = []

    def planned(_, *, settings, **__):
        seen.append(settings)
        raise ParameterError("enough")

    monkeypatch.setattr("porelight.workflows.plan.plan", planned)
    text = COURSE.replace("draws = 16", 'seed = 5\nperfusion = "thermoregulated"')
    given = ("plan", course_file(tmp_path, text), "-o", tmp_path / "plan.toml")
    assert porelight(*given)[0] == 2
    assert porelight(*given, "--draws", "16", "--seed", "2")[0] == 2
    of_file = EnsembleSettings(100, 2, 1000, 5, "thermoregulated")
    assert seen == [of_file, replace(of_file, draws=16, seed=2)]


def test_the_day_of_a_state_needs_its_file(porelight, tmp_path):
    run = ("simulate", course_file(tmp_path), "-o", tmp_path / "run.nc", "--state-day", 10)
    code, _, err = porelight(*run)
    assert (code, err.count("\n")) == (2, 1)
    assert "--state-day is the day of --state FILE" in err


def test_the_help_of_plan_names_the_devices_that_ship(porelight):
    _, out, _ = porelight("plan", "--help")
    words = " ".join(out.replace("│", " ").split())
    assert f"A device at hand: {', '.join(devices())}, or the TOML file of your own" in words


def test_a_device_that_is_unknown_is_told_in_one_line(porelight, tmp_path):
    given = ("plan", course_file(tmp_path), "-o", tmp_path / "plan.toml", "--device")
    code, _, err = porelight(*given, "perl")
    assert (code, err) == (2, "porelight: no device named 'perl'; did you mean 'pearl'?\n")
    code, _, err = porelight(*given, tmp_path / "none.toml")
    assert code == 2
    assert "none.toml: no such file; expected the TOML file of a device, such as" in err


def test_config_prints_a_schema_and_an_example(porelight):
    code, out, _ = porelight("config", "schema")
    assert code == 0
    assert json.loads(out)["title"] == "CourseFile"
    code, out, _ = porelight("config", "example")
    assert (code, out) == (0, EXAMPLE)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (COURSE.replace("pulses = 200", "pulse = 200"), "session[1].pulse is not a key; did you"),
        (
            COURSE.replace("pulses = 200", "radiant_exposure_j_cm2 = 1400"),
            "radiant_exposure_j_cm2 is 1400 J/cm2; expected 0 to 1000 J/cm2",
        ),
        (
            COURSE.replace("pulses = 200", "radiant_exposure_j_cm2 = 40"),
            "session[1]: radiant_exposure is 40 J/cm2; Laser Genesis takes 5 to 16 J/cm2.",
        ),
        (COURSE.replace("35", "-35"), "skin.age_years is -35 years; expected 12 to 110 years."),
        (
            COURSE.replace('"oily"', '"oily"\nphoto = "none.png"\npx_per_mm = 12'),
            "none.png",
        ),
        (COURSE.replace('"oily"', '"oily"\nphoto = "none.png"'), "skin.photo needs skin.px_per_mm"),
        (COURSE.replace("pulses = 200", "spot_mm = 0.005"), "Metres need multiplying by 1000."),
        (COURSE.replace("pulses = 200", "overlap = 0.2"), "has no setting 'overlap'"),
        (COURSE.replace("from_day", "x").replace('"cleansing"', '"washing"'), "care[1].kind is"),
    ],
)
def test_a_wrong_course_file_gets_one_line_and_exit_2(porelight, tmp_path, text, message):
    code, out, err = porelight("simulate", course_file(tmp_path, text), "-o", tmp_path / "run.nc")
    assert code == 2
    assert out == ""
    assert err.startswith("porelight: ")
    assert err.count("\n") == 1
    assert message in err
    assert not (tmp_path / "run.nc").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("simulate", "none.toml", "-o", "run.nc"), "none.toml: no such file"),
        (("simulate", "course.toml", "-o", "no/run.nc"), "its folder does not exist"),
        (("simulate", "course.toml", "-o", "course.toml"), "course.toml is what is read; give the"),
        (
            (
                *("preview", "course.toml", "--zone", "cheek", "--px-per-mm", "12"),
                *("--change-percent", "-9", "-o", "./course.toml"),
            ),
            "course.toml is what is read",
        ),
        (("report", "none.nc", "-o", "page.html"), "none.nc: no such file"),
        (("plan", "none.toml", "-o", "plan.toml"), "none.toml: no such file"),
        (("plan", "course.toml", "-o", "plan.json"), "the plan is a TOML file; its JSON goes"),
        (("simulte",), "simulte"),
        (("measure", "x.png", "--zone", "elbow", "--px-per-mm", "12", "-o", "o"), "elbow"),
        (("verify", "--photons", "-1"), "photons is -1"),
        (("verify", "lights"), "'lights' is not understood here"),
    ],
)
def test_wrong_commands_get_one_line_and_exit_2(
    porelight, tmp_path, monkeypatch, arguments, message
):
    course_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, _, err = porelight(*arguments)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1


def test_verify_fails_loudly_when_a_case_fails(porelight, monkeypatch):
    from porelight.validation import suite  # noqa: PLC0415
    from porelight.validation.case import CaseResult  # noqa: PLC0415

    good = CaseResult("T1", "good", "one", "1", 1.0, 1.0, 0.0, 1e-12, "here")
    bad = CaseResult("T2", "bad", "one", "1", 1.0, 1.1, 0.01, 0.0, "here")
    monkeypatch.setattr(suite, "run", lambda *_: iter([(1, 1, None, [good, bad])]))
    code, out, _ = porelight("verify", "--json")
    assert code == 1
    assert json.loads(out)["passed"] is False
    monkeypatch.setattr(suite, "run", lambda *_: iter([(1, 1, None, [good])]))
    code, out, _ = porelight("verify")
    assert code == 0
    assert "1 of 1 cases passed" in out


def test_ctrl_c_shows_the_cases_that_are_finished_and_leaves_with_130(porelight, monkeypatch):
    from porelight.validation import suite  # noqa: PLC0415
    from porelight.validation.case import CaseResult  # noqa: PLC0415

    def interrupted(*_: object):
        yield 1, 2, None, [CaseResult("T1", "finished", "one", "1", 1.0, 1.0, 0.0, 1e-12, "here")]
        raise KeyboardInterrupt

    monkeypatch.setattr(suite, "run", interrupted)
    code, out, err = porelight("verify")
    assert code == 130
    assert "T1 finished" in out
    assert err.startswith("porelight: interrupted;")
    assert err.count("\n") == 1
    code, out, _ = porelight("verify", "--json")
    assert code == 130
    assert json.loads(out)["passed"] is False


def test_a_warning_is_one_line_without_a_place_in_the_code(porelight, monkeypatch):
    def leave_the_range(**_: object) -> int:
        warnings.warn("the rate was measured to 360 K.", ExtrapolationWarning, stacklevel=2)
        return 0

    found = leave_the_range, inspect.signature(leave_the_range).bind(), {}
    monkeypatch.setattr(type(app_module.app), "parse_args", lambda *_, **__: found)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        code, _, err = porelight("simulate")
    assert code == 0
    assert err == "porelight: warning: the rate was measured to 360 K.\n"
