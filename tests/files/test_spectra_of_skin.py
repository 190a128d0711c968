"""Spectra as spectrometers and spreadsheets write them, and a person's optics on disk."""

import json

import numpy as np
import pytest

import porelight as pl
from porelight.cli.app import main
from porelight.errors import InputFileError
from porelight.tissue.own_optics import NAMES, OwnOptics, prior_of_person

ROWS = [(450.0, 0.25), (560.0, 0.32), (800.0, 0.61)]


def write(path, heading, rows=ROWS, *, size=1.0, unit=1.0, separator=","):
    lines = [separator.join(f"{n:.10g}" for n in (a * unit, b * size, *c)) for a, b, *c in rows]
    text = "\n".join([heading, *lines]) + "\n"
    path.write_text(text.replace(".", ",") if separator == ";" else text, encoding="utf-8-sig")
    return path


@pytest.mark.parametrize(
    ("heading", "how"),
    [
        ("wavelength_nm,reflectance", {}),
        ("Wavelength (nm);%R", {"size": 100.0, "separator": ";"}),
        ("lambda [um],R", {"unit": 1e-3}),
        ("wavelength,R percent", {"size": 100.0, "unit": 1e-9}),
    ],
)
def test_units_are_told_by_the_numbers(tmp_path, heading, how):
    found = pl.read_spectrum(write(tmp_path / "s.csv", heading, **how))

    np.testing.assert_allclose(found.wavelength, [450e-9, 560e-9, 800e-9])
    np.testing.assert_allclose(found.reflectance, [0.25, 0.32, 0.61])
    assert found.standard_error is None


def test_errors_and_the_column_of_a_person_are_read(tmp_path):
    path = write(
        tmp_path / "s.csv", "nm,reflectance,standard_error", [(*row, 0.01) for row in ROWS[::-1]]
    )
    found = pl.read_spectrum(path)
    np.testing.assert_allclose(found.standard_error, 0.01)
    assert found.wavelength[0] == pytest.approx(450e-9)  # rows from red to blue are put in order

    two = write(tmp_path / "two.csv", "nm,anna,ben", [(*row, 0.5) for row in ROWS])
    np.testing.assert_allclose(pl.read_spectrum(two, column="ben").reflectance, 0.5)
    with pytest.raises(InputFileError, match="expected one person"):
        pl.read_spectrum(two)
    with pytest.raises(InputFileError, match="no column named 'bem'"):
        pl.read_spectrum(two, column="bem")


@pytest.mark.parametrize(
    ("heading", "how", "text"),
    [
        ("nm,R", {"size": 2.0}, "may be a fraction or per cent"),
        ("nm,R %", {}, "may be a fraction or per cent"),
        ("nm,R", {"size": 1000.0}, "is 610; expected a reflectance of at most 1"),
        ("wavelength_um,R", {}, "says um, but its numbers, 450 to 800"),
        ("wavenumber,R", {"unit": 30.0}, "expected wavelengths from 200 to 4000 nm"),
        ("450,0.2", {}, "which are numbers; expected a heading"),
        ("nm,R", {"rows": []}, "no line after the heading"),
        ("nm,R", {"rows": ROWS[:2]}, "expected 3 or more"),
        ("nm,R", {"rows": [*ROWS, ROWS[0]]}, "each once"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(tmp_path, heading, how, text):
    with pytest.raises(InputFileError, match=text):
        pl.read_spectrum(write(tmp_path / "s.csv", heading, **how))


@pytest.fixture
def optics():
    values = prior_of_person("forearm").values(np.random.default_rng(1).normal(size=(30, 11)) * 0.1)
    return OwnOptics(source="arm.csv", site="forearm", **values)


def test_optics_come_back_from_their_file_and_join_a_course(tmp_path, optics):
    path = pl.save_optics(optics, tmp_path / "person.toml")
    again = pl.read_optics(path)
    for name in NAMES:
        np.testing.assert_array_equal(getattr(again, name), getattr(optics, name))
    course = tmp_path / "course.toml"
    text = '[skin]\nzone = "cheek"\nfitzpatrick = 3\nage_years = 40\noptics = "person.toml"\n'
    course.write_text(text)

    skin = pl.read_course(course).course.skin

    assert skin.optics.site == "cheek"
    np.testing.assert_allclose(skin.optics.values["melanosome_fraction"].size, 30)
    course.write_text(text + '[[skin.layer]]\nname = "epidermis"\nthickness_um = 80\n')
    with pytest.raises(InputFileError, match=r"skin\.optics and skin\.layer exclude each other"):
        pl.read_course(course)
    path.write_text(path.read_text().replace("[own_optics]", "[optics]"))
    with pytest.raises(InputFileError, match="own_optics"):
        pl.read_course(course)


def _run(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["reflectance", *map(str, arguments)])
    return ended.value.code


def test_the_command_fits_prints_and_saves(tmp_path, capsys):
    rows = [(450, 0.25), (500, 0.326), (540, 0.315), (650, 0.556), (750, 0.6), (940, 0.529)]
    path = write(tmp_path / "arm.csv", "nm,R", [(float(a), b) for a, b in rows])
    person = tmp_path / "person.toml"

    assert _run("--fit", path, "--json", "-o", person) == 0

    told = json.loads(capsys.readouterr().out)
    melanin = told["numbers"]["melanosome_fraction"]
    assert melanin["people_low"] < melanin["low"] < melanin["value"] < melanin["high"] < 0.05
    assert told["wavelengths_nm"] == [float(a) for a, _ in rows]
    assert told["is_plausible"]
    assert pl.read_optics(person).source == "arm.csv (forearm)"


def test_a_spectrum_of_no_skin_is_told_and_nothing_is_written(tmp_path, capsys):
    path = write(tmp_path / "wall.csv", "nm,R", [(float(a), 0.5) for a in (450, 540, 575, 650)])
    person = tmp_path / "person.toml"

    assert _run("--fit", path, "-o", person) == 2

    told = capsys.readouterr()
    assert "No person of the population reflects like this" in " ".join(told.err.split())
    assert "largest residual" in told.out
    assert not person.exists()


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("--site", "cheek"), "--site is about a measured spectrum; give --fit FILE"),
        (("-o", "x.toml"), "--output is about a measured spectrum"),
        (("--fit", "s.csv", "--zone", "cheek"), "--zone of people of a description"),
        (("--fit", "none.csv"), "none.csv"),
    ],
)
def test_what_does_not_go_together_gets_one_line(given, text, capsys):
    assert _run(*given) == 2
    assert text in " ".join(capsys.readouterr().err.split())


def test_wavelengths_of_no_skin_in_a_file_are_not_said_to_be_in_metres(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("wavelength_nm,reflectance\n3100,0.2\n3200,0.2\n3300,0.2\n", encoding="utf-8")
    with pytest.raises(InputFileError, match=r"0 of 3 wavelengths .*expected 3 or more\.$"):
        pl.read_spectrum(path)
