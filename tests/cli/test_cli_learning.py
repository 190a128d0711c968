"""The commands about uncertainty: what matters most, and what a follow-up tells."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fuzz_kinds import estimate, summary
from PIL import Image

from porelight.cli.app import main
from porelight.errors import InputFileError
from porelight.files.courses import read_course
from porelight.files.follow_ups import follow_up_folders, visit_of, visits_of
from porelight.files.outcomes import load_outcome
from porelight.tissue.population import DETECTION_THRESHOLD, observed_pores

COURSE = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
[simulation]
draws = 64
members = 2
photons = 1000
last_day = 98
[[session]]
day = 0
device = "laser-genesis"
[[session]]
day = 14
device = "laser-genesis"
"""


@pytest.fixture(scope="module")
def course_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("course") / "course.toml"
    path.write_text(COURSE, encoding="utf-8")
    return path


@pytest.fixture
def porelight(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as leaving:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return int(leaving.value.code or 0), printed.out, printed.err

    return call


def measured_folder(
    place: Path, diameter: np.ndarray, interval: float = 0.05, zone: str = "cheek"
) -> Path:
    """Write what `porelight measure` would, of pores 4 cm2 of skin hold."""
    place.mkdir()
    for name in ("mask.png", "overlay.png"):
        (place / name).write_bytes(b"")
    lines = ["diameter_mm", *(f"{1e3 * one:.6f}" for one in diameter)]
    (place / "pores.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    possible = "diameter_factor,density_factor\n1.0,1.0\n"
    (place / "possible.csv").write_text(possible, encoding="utf-8")
    seen = float(observed_pores(diameter, 4e-4).area_fraction)
    content = {
        **summary(),
        "photograph": {**summary()["photograph"], "cols_px": 500, "rows_px": 500},
        "settings": {"zone": zone, "false_discovery": None},
        "zone": zone,
        "zone_area_cm2": 4.0,
        "interval_coverage": 0.95,
        "found": diameter.size,
        "count": estimate(diameter.size),
        "density_per_cm2": estimate(diameter.size / 4.0),
        "area_fraction": {
            "value": seen,
            "low": seen * (1.0 - interval),
            "high": seen * (1.0 + interval),
        },
    }
    (place / "summary.json").write_text(json.dumps(content), encoding="utf-8")
    return place


@pytest.fixture
def photographs(tmp_path) -> tuple[Path, Path]:
    before = np.random.default_rng(1).lognormal(np.log(2.2e-4), 0.3, 300)
    return (
        measured_folder(tmp_path / "before", before),
        measured_folder(tmp_path / "week4", 0.97 * before),
    )


def test_a_follow_up_moves_the_forecast_towards_what_was_measured(
    porelight, tmp_path, course_file, photographs
):
    before, later = photographs
    person = tmp_path / "person.nc"
    code, printed, _ = porelight(
        *("follow-up", course_file, "--measured", before, "--visit", f"28={later}"),
        *("--output", person, "--draws", 1600, "--json"),
    )
    assert code == 0
    told = json.loads(printed)
    assert 30.0 < told["effective_draws"] < 1600.0
    measured = told["visits"][1]["area_fraction"] / told["visits"][0]["area_fraction"] - 1.0
    outcome = load_outcome(person)
    area = outcome["area_fraction"].sel(day=28.0) / outcome["area_fraction"].sel(day=0.0) - 1.0
    deviation = np.hypot(*(one["deviation"] for one in told["visits"]))
    assert float(area.median()) == pytest.approx(measured, abs=2.0 * deviation)
    assert "resemble this person" in json.loads(outcome.attrs["notes"])[-1]


def test_the_error_of_a_visit_joins_measurement_and_repetition(photographs):
    visit = visit_of(0.0, photographs[0])
    # an interval of +- 5 % is 1.96 deviations; smallest detectable change 8 % is 1.96 sqrt(2)
    expected = np.hypot(0.05, 0.08 / np.sqrt(2.0)) / 1.96
    assert visit.deviation == pytest.approx(expected, rel=1e-3)


def test_photographs_that_cannot_teach_are_refused_in_one_line(tmp_path, photographs):
    small = measured_folder(tmp_path / "small", np.full(20, 0.9 * DETECTION_THRESHOLD))
    with pytest.raises(InputFileError, match="no pore above the threshold"):
        visit_of(0.0, small)
    bare = shutil.copytree(photographs[0], tmp_path / "bare")
    content = json.loads((bare / "summary.json").read_text(encoding="utf-8"))
    interval = content["area_fraction"]
    for damaged in (
        {"value": interval["value"]},
        {**interval, "low": None},
        {**interval, "low": "x"},
    ):
        content["area_fraction"] = damaged
        (bare / "summary.json").write_text(json.dumps(content), encoding="utf-8")
        with pytest.raises(InputFileError, match=r"summary\.json: area_fraction"):
            visit_of(0.0, bare)


def test_pores_of_another_zone_are_not_taken_for_those_of_this_skin(
    tmp_path, course_file, photographs
):
    nose = measured_folder(tmp_path / "nose", np.full(60, 4e-4), zone="nose")
    with pytest.raises(
        InputFileError, match=r"nose holds the pores of a nose, .* a cheek; set zone"
    ):
        read_course(course_file, measured=nose)
    with pytest.raises(
        InputFileError, match=r"nose holds the pores of a nose, .* those of a cheek"
    ):
        visits_of([f"42={nose}"], photographs[0])


@pytest.mark.parametrize("entry", ["week6", "0=week6", "six=week6", "42=", "nan=week6"])
def test_a_follow_up_without_day_and_folder_is_refused(entry):
    with pytest.raises(InputFileError, match="expected DAY=FOLDER"):
        follow_up_folders([entry], Path("before"))


def test_two_follow_ups_of_one_day_are_refused():
    with pytest.raises(InputFileError, match="day 42 has two follow-ups"):
        follow_up_folders(["42=week6", "42.0=again"], Path("before"))


def test_one_measurement_for_two_visits_is_refused():
    with pytest.raises(InputFileError, match="before is given for two visits"):
        follow_up_folders(["42=week6", "84=week6/../before"], Path("before"))


@pytest.fixture(scope="module")
def posterior_run(tmp_path_factory, course_file) -> Path:
    """Return the outcome of the course with healing drawn from the posterior."""
    run = tmp_path_factory.mktemp("run") / "run.nc"
    with pytest.raises(SystemExit) as leaving:
        main(["simulate", str(course_file), "--output", str(run), "--posterior"])
    assert leaving.value.code == 0
    return run


@pytest.mark.slow
def test_sensitivity_writes_what_the_report_draws(porelight, tmp_path, course_file, posterior_run):
    file = tmp_path / "what.json"
    code, printed, _ = porelight(
        *("sensitivity", course_file, "--output", file, "--base", 4, "--json")
    )
    assert code == 0
    document = json.loads(printed)
    assert document == json.loads(file.read_text(encoding="utf-8"))
    assert document["day"] == 98.0  # twelve weeks after the session of day 14
    totals = [one["total_order"] for one in document["factors"]]
    assert totals == sorted(totals, reverse=True)
    flags = {one["name"]: one["evidence"] for one in document["factors"]}
    assert flags["heat_shock_weight"] == "assumed"
    page = tmp_path / "page.html"
    code, *_ = porelight("report", posterior_run, "--output", page, "--sensitivity", file)
    assert code == 0
    assert "Which unknown number matters most" in page.read_text(encoding="utf-8")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", encoding="utf-8")
    code, _, problem = porelight("report", posterior_run, "--output", page, "--sensitivity", wrong)
    assert code == 2
    assert "not a table of sensitivities" in problem


def test_simulating_with_the_posterior_says_so(posterior_run):
    assert "not drawn from the priors" in json.loads(load_outcome(posterior_run).attrs["notes"])[0]


def test_what_if_draws_the_years_and_ranks_the_habits(porelight, tmp_path, course_file):
    picture = tmp_path / "years.png"
    code, printed, _ = porelight(
        *("what-if", course_file, "--output", picture, "--years", 2, "--draws", 24, "--json")
    )
    assert code == 0
    with Image.open(picture) as drawn:
        assert min(drawn.size) > 300
    rows = {row["habit"]: row for row in json.loads(printed)["habits"]}
    collagen = {
        habit: float(row["collagen at the pore wall"].split()[0]) for habit, row in rows.items()
    }
    assert collagen["sun alone"] < collagen["sunscreen"] < 0.0
    code, _, problem = porelight("what-if", course_file, "--output", tmp_path / "years.txt")
    assert code == 2
    assert "expected a name that ends in .png or .svg" in problem
    code, _, problem = porelight("what-if", course_file, "--output", picture, "--years", 0)
    assert code == 2
    assert "years is 0" in problem
