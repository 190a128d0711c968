"""Claims about the folder of a measurement."""

import csv
import json
import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files import measurements
from porelight.files.courses import read_course
from porelight.files.measurements import (
    FILES,
    load_measured,
    save_measurement,
    summary,
)
from porelight.files.own_optics import save_optics
from porelight.photo import overlay as overlay_module
from porelight.photo.measure import measure as measure_pores
from porelight.photo.overlay import overlay
from porelight.photo.photograph import Photograph
from porelight.photo.quality import findings
from porelight.photo.scale import Scale
from porelight.photo.strips import strips
from porelight.photo.tone import tone
from porelight.report.measured_table import measurement_rows
from porelight.tissue.own_optics import OwnOptics, prior_of_person
from porelight.workflows.measure import MeasuredPhotograph

SIDE = 150  # px, 12 mm


@pytest.fixture(scope="module")
def photograph():
    share = np.zeros((SIDE, SIDE), np.float32)
    for row in range(15, SIDE, 24):
        for col in range(15, SIDE, 24):
            cv2.circle(share, (col, row), 2, 1.0, -1, cv2.LINE_AA)
    share = cv2.GaussianBlur(share, (0, 0), 0.8)[..., None]
    grain = np.random.default_rng(1).standard_normal((SIDE, SIDE, 3))
    pixels = np.array([190.0, 150.0, 130.0]) - 25.0 * share * np.array([0.5, 1.0, 1.0]) + grain
    return Photograph(pixels.astype(np.uint8), 12.5e3, 0.05, "discs.png")


@pytest.fixture(scope="module")
def measured(photograph):
    zone = np.zeros((SIDE, SIDE), dtype=bool)
    zone[:, :100] = True
    found = measure_pores(photograph, zone="nose", zone_mask=zone)
    # discs on even ground have too little texture for skin: put together without the gate
    return MeasuredPhotograph(
        photograph,
        Scale(12.5e3, 0.05, "known", "given by the user"),
        found,
        findings(photograph, zone),
        tone(photograph, zone, found.mask),
        ("The lamp is low.",),
    )


@pytest.fixture(scope="module")
def measurement(measured):
    return measured.measurement


@pytest.fixture
def folder(tmp_path, measured):
    return save_measurement(measured, tmp_path / "out")


@pytest.fixture(scope="module")
def empty(photograph):
    bare = Photograph(np.full_like(photograph.pixels, 150), 12.5e3, name="bare.png")
    # no texture at all is refused as a photograph; here it stands for skin without pores
    return MeasuredPhotograph(
        bare, Scale(12.5e3, 0.0, "known"), measure_pores(bare, zone="nose"), (), None
    )


def test_folder_holds_the_four_files_and_nothing_else(folder):
    assert sorted(p.name for p in folder.iterdir()) == sorted(FILES)
    assert [p.name for p in folder.parent.iterdir()] == ["out"]


def test_a_photograph_with_the_sheet_brings_the_persons_optics(tmp_path, measured):
    values = prior_of_person("nose").values(
        np.array([0.5, *np.zeros(10)]) + 0.1 * np.random.default_rng(1).normal(size=(20, 11))
    )
    own = OwnOptics(source="the colour of discs.png", site="nose", **values)
    with_sheet = replace(measured, optics=own)

    folder = save_measurement(with_sheet, tmp_path / "out")

    assert {p.name for p in folder.iterdir()} == {*FILES, "optics.toml"}
    told = json.loads((folder / "summary.json").read_text())["pigment"]["melanosome_fraction"]
    assert told["value"] == pytest.approx(np.median(own.melanosome_fraction))
    assert told["low"] < told["value"] < told["high"]
    found = load_measured(folder).optics
    np.testing.assert_allclose(found.blood_multiplier, own.blood_multiplier)
    # a course takes them up, unless it names a spectrum
    course = tmp_path / "course.toml"
    table = '[skin]\nzone = "nose"\nfitzpatrick = 3\nage_years = 40\n'
    course.write_text(table)
    assert read_course(course).course.skin.optics is None
    skin = read_course(course, measured=folder).course.skin
    assert skin.optics.source == "the colour of discs.png"
    assert skin.layer("epidermis").melanosome_fraction == pytest.approx(told["value"])
    save_optics(replace(own, source="a spectrum"), tmp_path / "person.toml")
    course.write_text(f'{table}optics = "person.toml"\n')
    assert read_course(course, measured=folder).course.skin.optics.source == "a spectrum"
    # measured again without the sheet, nothing of it stays
    save_measurement(measured, folder)
    assert load_measured(folder).optics is None
    assert json.loads((folder / "summary.json").read_text())["pigment"] is None
    rows = {row["measured"]: row["value"] for row in measurement_rows(summary(measured))}
    assert rows["melanin and blood"] == "not told: those of the skin type hold"
    rows = {row["measured"]: row["value"] for row in measurement_rows(summary(with_sheet))}
    assert rows["melanosomes of the epidermis"].endswith("%")


def test_table_is_in_clinic_units(folder, measurement):
    with (folder / "pores.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == measurement.n > 10
    assert [int(row["pore"]) for row in rows] == list(range(1, measurement.n + 1))
    for name, values in (
        ("diameter_mm", 1e3 * measurement.diameters),
        ("area_mm2", 1e6 * measurement.area),
        ("row_mm", 1e3 * measurement.row),
        ("col_mm", 1e3 * measurement.col),
        ("angle_deg", np.degrees(measurement.angle)),
        ("elongation", measurement.elongation),
        ("contrast", measurement.contrast),
        ("score", measurement.score),
    ):
        np.testing.assert_allclose([float(r[name]) for r in rows], values, rtol=1e-5, atol=1e-9)


def test_mask_is_white_on_the_pores(folder, measurement):
    mask = cv2.imread(str(folder / "mask.png"), cv2.IMREAD_UNCHANGED)
    assert mask.shape == (SIDE, SIDE)
    np.testing.assert_array_equal(mask, np.where(measurement.mask, 255, 0))


def test_overlay_shows_photograph_outlines_and_zone(folder, measured, measurement):
    picture = cv2.imread(str(folder / "overlay.png"))[..., ::-1]
    np.testing.assert_array_equal(picture, overlay(measured.photograph, measurement))
    times = picture.shape[0] // SIDE
    assert picture.shape == (times * SIDE, times * SIDE, 3)
    cyan = (picture == (0, 255, 255)).all(axis=2)
    inside = cv2.resize(
        measurement.mask.astype(np.uint8), None, fx=times, fy=times, interpolation=0
    )
    # outlines lie on the pores, and every pore has one
    assert inside[cyan].all()
    number = cv2.resize(measurement.labels, None, fx=times, fy=times, interpolation=0)
    assert np.unique(number[cyan]).size == measurement.n
    assert (picture == 255).all(axis=2)[:, 99 * times : 101 * times].any()


def test_overlay_in_strips_is_that_of_the_whole(measured, measurement, monkeypatch):
    monkeypatch.setattr(overlay_module, "_LEAST_SIDE", 1)  # not enlarged
    whole = overlay(measured.photograph, measurement)
    monkeypatch.setattr(overlay_module, "strips", lambda shape: strips(shape, most=7 * SIDE))
    np.testing.assert_array_equal(overlay(measured.photograph, measurement), whole)


def test_summary_is_in_clinic_units(folder, measured, measurement):
    content = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert content == summary(measured)
    density = content["density_per_cm2"]
    assert density["value"] == pytest.approx(1e-4 * measurement.density.value)
    assert density["low"] <= density["value"] <= density["high"]
    assert content["diameter_mm"]["p50"]["value"] == pytest.approx(1e3 * measurement.diameter.value)
    assert content["zone_area_cm2"] == pytest.approx(1.2 * 0.8)
    assert content["photograph"] == {
        "name": "discs.png",
        "cols_px": SIDE,
        "rows_px": SIDE,
        "px_per_mm": 12.5,
        "scale_error_percent": 5.0,
        "camera": None,
        "taken": None,
    }
    assert content["settings"] == {"zone": "nose", "false_discovery": measurement.q}
    assert content["warnings"] == [*measurement.warnings, "The lamp is low."]


def test_population_comes_back(folder, measurement):
    population, expected = load_measured(folder).population, measurement.population()
    np.testing.assert_allclose(population.diameter, expected.diameter, rtol=1e-5)
    assert population.area == pytest.approx(expected.area)
    assert population.is_measured
    assert load_measured(folder).overlay.is_file()


def test_no_pores_are_saved_and_say_so_when_loaded(tmp_path, empty):
    folder = save_measurement(empty, tmp_path / "none")
    content = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert content["found"] == content["count"]["value"] == 0
    assert content["diameter_mm"] == {}
    with pytest.raises(InputFileError, match="no pores were found"):
        load_measured(folder)


def test_earlier_measurement_is_replaced(folder, empty):
    save_measurement(empty, folder)
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["found"] == 0
    assert [p.name for p in folder.parent.iterdir()] == ["out"]


def test_folders_are_made(tmp_path, measured):
    assert (save_measurement(measured, tmp_path / "a/b/c") / "mask.png").is_file()


def test_foreign_content_is_not_overwritten(folder, measured):
    (folder / "thesis.tex").write_text("years of work", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"holds 'thesis\.tex'"):
        save_measurement(measured, folder)
    assert (folder / "thesis.tex").read_text(encoding="utf-8") == "years of work"


def test_file_in_the_place_of_the_folder_is_kept(tmp_path, measured):
    place = tmp_path / "out"
    place.write_text("mine", encoding="utf-8")
    with pytest.raises(InputFileError, match="is no folder"):
        save_measurement(measured, place)
    assert place.read_text(encoding="utf-8") == "mine"


def test_failure_half_way_leaves_the_earlier_measurement(folder, measured, monkeypatch):
    before = {name: (folder / name).read_bytes() for name in FILES}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(measurements, "write_png", full)
    with pytest.raises(InputFileError, match="No space left"):
        save_measurement(measured, folder)
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    assert [p.name for p in folder.parent.iterdir()] == ["out"]


def test_folder_follows_the_mask_of_the_user(folder):
    mask = os.umask(0)
    os.umask(mask)
    assert folder.stat().st_mode & 0o777 == 0o777 & ~mask


def test_summary_says_how_the_photograph_was_taken(folder, measured):
    content = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert content["scale"] == {
        "px_per_mm": 12.5,
        "error_percent": 5.0,
        "source": "known",
        "note": "given by the user",
    }
    assert [one["name"] for one in content["quality"]] == [one.name for one in measured.quality]
    assert [one["verdict"] for one in content["quality"]] == [
        one.verdict for one in measured.quality
    ]
    assert content["tone"]["erythema_index"] == measured.tone.erythema_index
    assert content["tone"]["typology_angle_deg"] is None


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("summary.json", "{", "not valid JSON"),
        ("summary.json", "[]", 'expected "format"'),
        ("summary.json", '{"format": "porelight measurement 3"}', "porelight_version is missing"),
        ("pores.csv", "pore,size\n1,0.3\n", "without a column diameter_mm"),
        ("pores.csv", "pore,diameter_mm\n1,wide\n", "line 2: diameter_mm is 'wide'"),
        ("pores.csv", "pore,diameter_mm\n1,350\n", "line 2: diameter_mm is 350; expected"),
        ("pores.csv", "pore,diameter_mm\n1\n", "line 2: diameter_mm is ''"),
        ("pores.csv", "pore,diameter_mm\n1,0.35\n", "has 1 pores but summary.json tells of"),
        ("pores.csv", "", "without a column diameter_mm"),
    ],
)
def test_damaged_folder_is_refused_in_one_line(folder, name, content, problem):
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputFileError, match=problem) as caught:
        load_measured(folder)
    # each mistake has a line of its own, which begins with the file
    assert all(line.startswith(str(folder)) for line in str(caught.value).splitlines())


def test_missing_folder_and_file_are_named(tmp_path, folder):
    with pytest.raises(InputFileError, match="no such folder"):
        load_measured(tmp_path / "nowhere")
    (folder / "pores.csv").unlink()
    with pytest.raises(InputFileError, match=r"pores\.csv is missing"):
        load_measured(folder)


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("zone_area_cm2",), lambda old: 1000.0 * old, "expected at most .* all of the photograph"),
        (("zone_area_cm2",), lambda old: 0.5 * old, "density_per_cm2 times zone_area_cm2 is"),
        (("count", "low"), lambda _: 1e6, "count is .*low 1e[+]06 is above high"),
        (("area_fraction", "value"), lambda _: 5.0, "area_fraction.value is 5; expected 0 to 1"),
        (("diameter_mm", "p50", "high"), lambda _: 80.0, "is 80 mm; expected 0 to 5 mm"),
        (("found",), lambda _: True, "found is True; expected a whole number"),
        (("photograph", "px_per_mm"), lambda _: -20.0, "px_per_mm is -20 px/mm; expected 0.1"),
    ],
)
def test_a_summary_of_no_skin_is_refused(folder, keys, value, message):
    path = folder / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    table = content
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = value(table[keys[-1]])
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InputFileError, match=message) as problem:
        load_measured(folder)
    assert "\n" not in str(problem.value)
