"""A device of one's own is one TOML file, and every mistake in it is told in one line."""

import re
from dataclasses import replace
from typing import get_args

import pytest
from matplotlib.lines import Line2D

from porelight.course.vocabulary import SESSION
from porelight.errors import DataFileError, InputFileError, ParameterError
from porelight.files.courses import read_course
from porelight.files.device_files import read_device
from porelight.laser.device import Device
from porelight.laser.device_file import device_content
from porelight.laser.device_use import Colour, Marker, SessionMark
from porelight.laser.devices import device, devices
from porelight.report import palette
from porelight.units import J_per_cm2, celsius, mm, ms, nm

# numbers of no real device
SCANNER = """
title = "Glass 1540"
technique = "Scanned pattern, one pass, a cold window held to the skin."
endpoint = "The whole area covered once; mild swelling."
contraindications = ["pregnancy"]
source = "Written for this test"
flag = "assumed"

[settings]
wavelength = { value = 1540, unit = "nm", range = [1540, 1540], source = "t", flag = "seen" }
radiant_exposure = { value = 10, unit = "J/cm2", range = [2, 20], source = "t", flag = "seen" }
pulse_duration = { value = 3, unit = "ms", range = [1, 10], source = "t", flag = "seen" }
spot_diameter = { value = 4, unit = "mm", range = [4, 4], source = "t", flag = "seen" }
rate = { value = 2, unit = "Hz", range = [1, 5], source = "t", flag = "seen" }
area = { value = 20, unit = "cm2", range = [0.2, 50], source = "t", flag = "seen" }
passes = { value = 1, unit = "1", range = [1, 3], source = "t", flag = "seen" }
overlap = { value = 10, unit = "%", range = [0, 30], source = "t", flag = "seen" }
fitzpatrick_darkest = { value = 4, unit = "1", range = [4, 4], source = "t", flag = "seen" }
session_interval = { value = 21, unit = "d", range = [21, 42], source = "t", flag = "seen" }

[plan]
in_combination = "after"
radiant_exposure = { values = [6, 12], unit = "J/cm2", source = "t", flag = "seen" }
sessions = { values = [2, 4], unit = "1", source = "t", flag = "seen" }
"""
HAND = 'n_pulses = { value = 9.5, unit = "1", range = [1, 9.5], source = "t", flag = "seen" }'
PULSES = 'n_pulses = { values = [5], unit = "1", source = "t", flag = "seen" }'


@pytest.fixture
def own(tmp_path):
    def read(text: str = SCANNER, name: str = "glass-1540.toml") -> Device:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return read_device(path)

    return read


def changed(old: str, new: str) -> str:
    text = re.sub(old, new, SCANNER, count=1, flags=re.MULTILINE)
    assert text != SCANNER
    return text


def test_a_device_of_ones_own_gives_sessions(own):
    scanner = own()
    usual = scanner.exposure()
    assert (usual.device, scanner.title) == ("glass-1540", "Glass 1540")
    assert usual.wavelength == pytest.approx(1540 * nm)
    assert usual.radiant_exposure == pytest.approx(10 * J_per_cm2)
    assert usual.pulse_duration == pytest.approx(3 * ms)
    assert usual.beam.diameter == pytest.approx(4 * mm)
    # spots of 4 mm with 10 % overlap lie 3.6 mm apart: 20 cm2 / (0.36 cm)2 = 154.3
    assert (usual.n_pulses, usual.overlap) == (155, 0.1)


def test_a_device_of_ones_own_is_held_to_its_range(own):
    scanner = own()
    with pytest.raises(ParameterError, match="radiant_exposure is 25 J/cm2; Glass 1540 takes 2 to"):
        scanner.exposure(radiant_exposure=25 * J_per_cm2)
    with pytest.raises(ParameterError, match="n_pulses cannot be set for Glass 1540"):
        scanner.exposure(n_pulses=100)
    (line,) = scanner.breaches(scanner.exposure(), 5)
    assert line == "Glass 1540 is offered for skin types I to IV; this skin is type V."


def test_a_plan_takes_area_interval_and_stop_from_the_numbers(own):
    grid = own().plan
    assert (grid.interval, grid.area, grid.stop_at_surface) == (21.0, 20e-4, float("inf"))
    assert grid.sessions == (2, 4)
    warm = own(
        changed(
            r"^\[plan\]",
            "surface_temperature_target = { value = 40, unit = 'degC', range = [38, 41], "
            "source = 't', flag = 'seen' }\n[plan]",
        )
    )
    assert warm.plan.stop_at_surface == celsius(41.0)


def test_a_plan_walks_through_every_combination():
    genesis = device("laser-genesis").with_plan(radiant_exposure=(8e4, 9e4), n_pulses=(500, 600))
    walked = [(one.radiant_exposure, one.n_pulses) for one in genesis.plan_exposures()]
    assert walked == [(8e4, 500), (8e4, 600), (9e4, 500), (9e4, 600)]
    assert {one.stop_at_surface for one in genesis.plan_exposures()} == {celsius(42.0)}


def test_a_device_without_a_mark_has_the_usual_one(own):
    assert own().mark == SessionMark()
    drawn = own(SCANNER + '\n[mark]\nmarker = "P"\ncolour = "sky"\n')
    assert drawn.mark == SessionMark("P", "sky")


def test_marks_are_drawn_in_known_shapes_and_colours():
    assert set(get_args(Marker)) <= set(Line2D.markers)
    assert all(getattr(palette, name.upper()).startswith("#") for name in get_args(Colour))
    marks = [one.mark for one in devices().values()]
    assert len(set(marks)) == len(marks)


def test_what_ships_and_what_is_read_is_the_same_device(own):
    # the same file under another name differs in its key alone
    from importlib.resources import files  # noqa: PLC0415

    text = files("porelight.data").joinpath("devices/pearl.toml").read_text(encoding="utf-8")
    copy = own(text, "pearl-copy.toml")
    shipped = device("pearl")
    assert copy.key == "pearl-copy"
    assert (copy.settings, copy.plan, copy.mark) == (shipped.settings, shipped.plan, shipped.mark)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed(r'source = "t", ', ""), "settings, wavelength: missing source."),
        (changed(r'(value = 3,.*), flag = "seen"', r"\1"), "pulse_duration: missing flag."),
        (changed(r'"seen" }', '"sen" }'), "wavelength: flag 'sen' is unknown; did you mean"),
        (changed("^rate", "rte"), "settings: 'rte' is not known; did you mean 'rate'?"),
        (changed("^rate.*$", ""), "settings lack rate; give each with its source."),
        (changed("^endpoint", "end_point"), "'end_point' is not a key; did you mean 'endpoint'?"),
        (changed("^endpoint.*$", ""), "missing endpoint."),
        (changed('^title = ".*"', "title = 1540"), "title is 1540; expected words in quotes."),
        (changed(r"^contra.*$", 'contraindications = "none"'), "expected a list of words"),
        (changed("value = 10, unit = .J", 'value = 40, unit = "J'), "value is 40 J/cm2, outside"),
        (changed("value = 10, unit = .J/cm2", 'value = 10, unit = "W'), "unit 'W' is unknown"),
        (changed('value = 3, unit = "ms"', 'value = 3, unit = "mm"'), "expected ms or s."),
        (changed("value = 3,", 'value = "long",'), "pulse_duration: 'long' is no number."),
        (changed(r"range = \[1, 10\]", "range = 10"), "range is 10; expected [lowest, highest]."),
        (changed(r"\{ value = 2, .*$", "2"), "settings, rate: expected a table with value"),
        (changed("^overlap.*$", ""), "settings have neither n_pulses nor overlap"),
        (
            changed("^overlap", 'n_pulses = { value = 9, unit = "1", range = [1, 9], source = "t", '
                    'flag = "seen" }\noverlap'),
            "settings have both n_pulses and overlap",
        ),
        (changed(r"(?s)\[settings\].*\[plan\]", "[plan]"), "missing settings."),
        (changed(r"(?s)\[settings\].*\[plan\]", "[settings]\n[plan]"), "lack wavelength, "),
        (changed(r"(?s)\[plan\].*", ""), "missing plan."),
        (changed(r"(?s)title(.*)\[settings\].*", r"settings = 1\nplan = 1\ntitle\1"),
         "settings is 1; expected a table [settings]."),
        (changed('"after"', '"later"'), "in_combination is 'later'; "),
        (changed("^in_comb.*$", ""), "plan: missing in_combination."),
        (changed("^sessions", "session"), "'session' is not a key; did you mean 'sessions'?"),
        (changed(r"\[6, 12\]", "[6, 30]"), "radiant_exposure is 30 J/cm2; Glass 1540 takes 2"),
        (changed(r"\[6, 12\]", "6"), "radiant_exposure: values is 6; expected a list of numbers."),
        (changed(r"\[6, 12\]", "[6, 6]"), "name each value once"),
        (changed(r"\[6, 12\], unit = .J/cm2.", '[6, 12], unit = "J"'), "expected J/cm2 or J/m2"),
        (changed(r"\[2, 4\]", "[2.5]"), "plan, sessions: 2.5 is not a whole number."),
        (changed(r"\[2, 4\]", "[0]"), "sessions is 0; expected a whole number of 1 or more."),
        (
            changed("^sessions", 'n_pulses = { values = [9], unit = "1", source = "t", '
                    'flag = "seen" }\nsessions'),
            "the pulses of Glass 1540 follow from its pattern",
        ),
        (changed("value = 4, unit = .1", 'value = 4.5, unit = "1'), "value is 4.5, outside its"),
        (SCANNER + '[mark]\nmarker = "q"', "marker is 'q'; "),
        (changed('^flag = "assumed"', 'flag = "sure"'), "toml: flag 'sure' is unknown"),
        (changed(r'(\[2, 4\].*)"seen"', r'\1"sure"'), "plan, sessions: flag 'sure' is unknown"),
        (changed("^(fitz.*) value = 4(.*)4, 4", r"\1 value = 7\g<2>7, 7"), "darkest reaches 7"),
        (changed("^overlap.*$", HAND.replace("9.5", "9")), "a plan's n_pulses is empty"),
        (changed("^overlap.*$", HAND).replace("sessions", PULSES + "\nsessions", 1),
         "n_pulses is 9.5; expected a whole number"),
        (SCANNER + '[mark]\ncolour = "red"', "colour is 'red'; "),
        (SCANNER + '[mark]\nshape = "o"', "mark: 'shape' is not a key"),
        # a usual session that cannot be: a pulse longer than the time between two
        (changed(r"3, unit = .ms., range = \[1, 10\]", '3, unit = "s", range = [1, 3]'),
         "pulse_duration is 3 s, longer than"),
        ("title = ", "Invalid value (at end of document)."),
    ],
)  # fmt: skip
def test_a_mistake_in_a_file_is_told_in_one_line(own, text, message):
    with pytest.raises(InputFileError, match=re.escape(message)) as caught:
        own(text)
    assert "\n" not in str(caught.value)
    assert "glass-1540.toml" in str(caught.value)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputFileError, match="no such file; expected the TOML file of a device"):
        read_device(tmp_path / "none.toml")


def test_a_name_that_ships_or_is_no_key_is_refused(own):
    with pytest.raises(InputFileError, match="a device named 'pearl' ships with porelight"):
        own(name="pearl.toml")
    with pytest.raises(InputFileError, match="a device's key is 'My Laser'; expected small"):
        own(name="My Laser.toml")


def test_a_shipped_file_with_a_mistake_is_a_fault_of_the_package():
    with pytest.raises(DataFileError, match=r"^data/devices/x\.toml: missing title"):
        device_content({}, "data/devices/x.toml")


def test_another_plan_is_held_to_the_device():
    with pytest.raises(ParameterError, match=r"Pearl takes 1 to 3\.5 J/cm2"):
        device("pearl").with_plan(radiant_exposure=(3e4, 4e4))
    with pytest.raises(ParameterError, match="a plan has no 'sesions'; did you mean 'sessions'"):
        device("pearl").with_plan(sesions=(1,))
    with pytest.raises(ParameterError, match="a plan's sessions is 1; expected a tuple"):
        device("pearl").with_plan(sessions=1)
    with pytest.raises(ParameterError, match="a plan's radiant_exposure is empty"):
        device("pearl").with_plan(radiant_exposure=())
    with pytest.raises(ParameterError, match="a plan's n_pulses is empty"):
        device("laser-genesis").with_plan(n_pulses=())
    with pytest.raises(ParameterError, match="interval is 0 d; expected days"):
        device("pearl").with_plan(interval=0.0)


def test_another_plan_reaches_its_sessions():
    (one,) = device("pearl").with_plan(radiant_exposure=(2e4,), area=5e-4).plan_exposures()
    # 5 cm2 / (0.48 cm)2 = 21.7
    assert (one.radiant_exposure, one.area, one.n_pulses) == (2e4, 5e-4, 22)


def test_a_device_made_in_python_is_checked_too():
    with pytest.raises(ParameterError, match="technique is ' '; say it in words, in one line"):
        replace(device("pearl"), technique=" ")
    few = {k: v for k, v in device("pearl").settings.items() if k != "rate"}
    with pytest.raises(ParameterError, match="settings lack rate"):
        replace(device("pearl"), settings=few)
    with pytest.raises(ParameterError, match="a device has no 'colour'; "):
        replace(device("pearl"), settings={**device("pearl").settings, "colour": few["area"]})


def test_a_device_prints_in_one_short_line():
    assert len(repr(device("laser-genesis"))) < 400


def test_a_usual_setting_that_is_stated_is_the_same_session(own, tmp_path):
    # in binary 2940 * 1e-9, 3 * 1e-4 and 9 * 1e-3 are not the doubles nearest to 2940 nm, ...
    text = SCANNER
    for old, new in (
        ("1540, unit", "2940, unit"),
        ("[1540, 1540]", "[2940, 2940]"),
        ('value = 20, unit = "cm2"', 'value = 3, unit = "cm2"'),
        ('value = 4, unit = "mm", range = [4, 4]', 'value = 9, unit = "mm", range = [9, 9]'),
    ):
        text = text.replace(old, new)
    own(text, "own-2940.toml")
    skin = '[skin]\nzone = "cheek"\nfitzpatrick = 3\nage_years = 35\n'
    table = '[[session]]\nday = 0\ndevice = "own-2940.toml"\n'

    def session(stated):
        course = tmp_path / "course.toml"
        course.write_text(skin + table + stated, encoding="utf-8")
        return read_course(course).course.sessions[0]

    usual = session("")
    for stated in ("wavelength_nm = 2940", "area_cm2 = 3", "spot_mm = 9", "overlap = 0.1"):
        assert SESSION.identity(session(stated)) == SESSION.identity(usual)
    assert SESSION.document(usual)["area_cm2"] == 3
    with pytest.raises(InputFileError, match="wavelength_nm is 2790 nm; Glass 1540 has 2940 nm"):
        session("wavelength_nm = 2790")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (r"range = \[2, 20\]", "range = [5.0, 9e9]", "radiant_exposure reaches 9e[+]09 J/cm2"),
        (r"range = \[1, 5\]", "range = [-5, 10]", "range of rate reaches -5 Hz; expected 0.01 to"),
        (
            r"value = 1540(.*)\[1540, 1540\]",
            r"value = 300\1[300, 300]",
            "wavelength reaches 300 nm; expected 400 to 3000 nm",
        ),
        (r"\[1540, 1540\]", "[1500, 1600]", "wavelength is 1500 to 1600 nm, but no user sets it"),
        (
            r"range = \[1, 3\]",
            'range = [1, 3], prior = "lognormal"',
            "passes: a device's number",
        ),
        ("Glass 1540", r"Glass\\u0000 1540", "title is .*; expected one line of plain text"),
        ("Glass 1540", r"Glass\\n1540", "title is .*; expected one line of plain text"),
        ('"pregnancy"', r'"preg\\nnancy"', "contraindications is .*; expected a list of words"),
        ('unit = "d", range = \\[21', 'unit = "d", range = [0', "session_interval reaches 0 d"),
    ],
)
def test_a_file_with_numbers_that_no_device_has_is_refused(own, old, new, message):
    with pytest.raises(InputFileError, match=message) as refusal:
        own(changed(old, new))
    assert "\n" not in str(refusal.value)


def test_a_whole_session_has_the_pulses_of_its_device():
    genesis, scanner = device("laser-genesis"), device("pearl")
    (line,) = genesis.breaches(replace(genesis.exposure(), overlap=0.7))
    assert line.startswith("overlap is 0.7; Laser Genesis has none to set")
    (line,) = scanner.breaches(replace(scanner.exposure(), n_pulses=9))
    assert line.startswith("n_pulses is 9; the pattern of Pearl makes 435 of this area")


def test_a_name_is_one_line(own):
    with pytest.raises(ParameterError, match=r"device is .*; expected a name of one line"):
        replace(own().exposure(), device="bench\0")
    document = SESSION.document(own().exposure().on_day(0.0))
    with pytest.raises(ParameterError, match=r"device is .*; expected a text of one line"):
        SESSION.object({**document, "device": "bench\nnot"})
