import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.courses import read_course
from porelight.files.pulse_paths import read_pulse_path
from porelight.laser.motion import Motion, PulsePath

SKIN = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35
"""
SESSION = """
[[session]]
day = 0
device = "laser-genesis"
"""


def written(folder, text):
    target = folder / "path.csv"
    target.write_text(text, encoding="utf-8")
    return target


def exposure_of(folder, lines, simulation=""):
    target = folder / "course.toml"
    target.write_text(f"{SKIN}{SESSION}{lines}\n{simulation}", encoding="utf-8")
    content = read_course(target)
    return content.course.sessions[0].exposure, content.settings


def test_a_path_is_read_in_seconds_and_millimetres(tmp_path):
    found = read_pulse_path(written(tmp_path, "time_s,x_mm,y_mm\n3.0,-5,0\n3.2,5,1.5\n\n"))
    np.testing.assert_allclose(found.time, [0.0, 0.2])
    np.testing.assert_allclose(found.position, [[-5e-3, 0.0], [5e-3, 1.5e-3]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "t,x,y\n0,0,0\n",
            "its first line is 't,x,y', without a column time_s; expected a CSV file",
        ),
        ("", "its first line is ''"),
        ("time_s,x_mm,y_mm\n", "it has 0 pulses"),
        ("time_s,x_mm,y_mm\n0,0,0\n1,a,0\n", "line 3: x_mm is 'a'; expected a number"),
        ("time_s,x_mm,y_mm\n0,0\n", "line 2: y_mm is ''; expected a number"),
        ("time_s,x_mm,y_mm\n0,0,nan\n", "line 2: y_mm is 'nan'; expected a number"),
        ("time_s,x_mm,y_mm\n0,0,0\n0,1,1\n", "line 3 has time 0 s, not later than the line before"),
    ],
)
def test_a_damaged_path_is_refused_with_its_line(tmp_path, text, message):
    with pytest.raises(InputFileError, match=message):
        read_pulse_path(written(tmp_path, text))


def test_a_missing_path_is_refused(tmp_path):
    with pytest.raises(InputFileError, match="time_s,x_mm,y_mm"):
        read_pulse_path(tmp_path / "absent.csv")


def test_bytes_are_no_path(tmp_path):
    target = tmp_path / "path.csv"
    target.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputFileError, match="not a text file"):
        read_pulse_path(target)


def test_a_course_file_chooses_path_thermometer_stop_and_perfusion(tmp_path):
    exposure, simulation = exposure_of(
        tmp_path,
        """
path = "hand"
hand_seed = 7
stacked_pulses = 2
width_over_height = 4
stop_at_surface_c = 40
stop_reads = "thermometer"
thermometer_field_mm = 8
thermometer_lag_s = 0.2
thermometer_emissivity = 0.95
""",
        "[simulation]\nperfusion = 'answers-warmth'",
    )
    assert exposure.motion == Motion.by_hand(stacked=2, seed=7)
    assert exposure.sides == pytest.approx((0.2, 0.05))
    assert exposure.stop_reads == "thermometer"
    assert exposure.thermometer.field_of_view == pytest.approx(8e-3)
    assert exposure.thermometer.lag == 0.2
    assert exposure.thermometer.emissivity_setting == 0.95
    assert simulation.perfusion == "thermoregulated"


def test_what_is_left_out_stays_as_it_was(tmp_path):
    exposure, simulation = exposure_of(tmp_path, "")
    assert exposure.motion == Motion()
    assert exposure.stop_reads == "area mean"
    assert simulation.perfusion == "constant"


def test_a_course_file_names_a_recorded_path_beside_it(tmp_path):
    written(tmp_path, "time_s,x_mm,y_mm\n0,0,0\n0.15,5,0\n0.3,9,0\n")
    exposure, _ = exposure_of(tmp_path, 'path_file = "path.csv"')
    assert isinstance(exposure.motion, PulsePath)
    assert exposure.n_pulses == 3


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('path_file = "path.csv"\npath = "spiral"', "path_file and path exclude each other"),
        ('path_file = "path.csv"\nhand_seed = 2', "path_file and hand_seed exclude each other"),
        ('path_file = "path.csv"\npulses = 9', "n_pulses comes from the recorded path"),
        ('path_file = "path.csv"\narea_cm2 = 1', r"pulse 3 .* lies at \(9, 0\) mm, outside"),
        ("hand_seed = 2", "hand_seed changes nothing without hand_wander_mm or hand_pace"),
        ('path = "zigzag"', "path is 'zigzag'; expected 'raster', 'spiral' or 'hand'"),
        ("thermometer_lag_s = -1", "thermometer_lag_s is -1 s; expected 0 to 60 s"),
        ('stop_reads = "finger"', "stop_reads is 'finger'; expected 'area-mean' or 'thermometer'"),
    ],
)
def test_choices_that_do_not_fit_get_one_line(tmp_path, lines, message):
    written(tmp_path, "time_s,x_mm,y_mm\n0,0,0\n0.15,5,0\n0.3,9,0\n")
    with pytest.raises(InputFileError, match=message):
        exposure_of(tmp_path, lines)


def test_as_many_pulses_as_are_allowed_are_read_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr("porelight.files.pulse_paths._MOST_PULSES", 2)
    lines = "time_s,x_mm,y_mm\n0,0,0\n1,0,0\n"
    assert read_pulse_path(written(tmp_path, lines)).n_pulses == 2
    with pytest.raises(InputFileError, match="it has 3 pulses; expected 1 to 2 lines"):
        read_pulse_path(written(tmp_path, lines + "2,0,0\n"))
