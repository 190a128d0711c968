import json
from pathlib import Path

import pytest

from porelight.errors import InputFileError
from porelight.files.course_file import (
    EXAMPLE,
    course_schema,
    read_course_tables,
    read_skin_tables,
)

SKIN = '[skin]\nzone = "nose"\nfitzpatrick = 3\nage_years = 35\n'
SESSION = '[[session]]\nday = 0\ndevice = "laser-genesis"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_example_is_a_course(tmp_path):
    content = read_course_tables(written(tmp_path, EXAMPLE))
    first, second = content["session"]
    assert [first["device"], second["device"]] == ["laser-genesis", "pearl"]
    assert first["radiant_exposure_j_cm2"] == 14
    assert "spot_mm" not in second


def test_skin_is_read_from_a_course_as_well_as_alone(tmp_path):
    alone = read_skin_tables(written(tmp_path, SKIN))[0]
    assert alone == read_skin_tables(written(tmp_path, SKIN + SESSION))[0]
    assert alone["zone"] == "nose"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            SKIN + SESSION + "spot = 5\n",
            "session[1].spot is not a key; did you mean 'spot_mm'?",
        ),
        (
            SKIN + SESSION + "radiant_exposure_j_cm2 = 1400\n",
            "session[1].radiant_exposure_j_cm2 is 1400 J/cm2; expected 0 to 1000 J/cm2.",
        ),
        (
            SKIN + SESSION + "spot_mm = 0.005\n",
            "session[1].spot_mm is 0.005 mm; expected 0.1 to 100 mm. Metres need",
        ),
        (SKIN.replace("35", "-3"), "skin.age_years is -3 years; expected 12 to 110 years."),
        (SKIN.replace("3\n", "7\n", 1), "skin.fitzpatrick is 7; expected 1 to 6."),
        (SKIN.replace("nose", "noze"), "skin.zone is 'noze'; expected 'forehead',"),
        (SKIN + SESSION.replace("0", '"Monday"'), "session[1].day is 'Monday'; expected a number"),
        (SKIN + "[[session]]\nday = 0\n", "session[1].device is missing"),
        (SKIN + SESSION + SESSION + "pulses = 1.5\n", "session[2].pulses is 1.5; expected a"),
        ("zone = ", "not valid TOML"),
        (SESSION, "skin is missing"),
        (
            SKIN + "[simulation]\nseed = 1000.0\n",
            "simulation.seed is 1000.0; expected a whole number. Write 1000.",
        ),
        (SKIN + SESSION + 'stop_at_surface_c = "43"\n', "is '43'; expected a number in degC."),
        (
            SKIN + "[simulation]\nseed = " + "9" * 30,
            "seed is a whole number of 30 digits; expected",
        ),
        (SKIN + "[simulation]\nseed = " + "9" * 5000, "it holds a number that cannot be read"),
        (SKIN + "[simulation]\nlast_day = inf\n", "last_day is Infinity; expected a finite number"),
        (
            SKIN + "[simulation]\nlast_day = true\n",
            "simulation.last_day is True; expected a number",
        ),
        (
            SKIN + "[[simulation]]\nseed = 1\n",
            "simulation is a list; expected one table [simulation]",
        ),
        (
            SKIN + '[care]\nkind = "picking"\n',
            "expected a list, or tables [[care]] in double brack",
        ),
        (SKIN + f"sex = {'[' * 60}{']' * 60}\n", "within each other more than 40 deep"),
        (SKIN + f"sex = {'[' * 9000}{']' * 9000}\n", "within each other more than 40 deep"),
    ],
)
def test_every_mistake_gets_one_line_that_tells_what_would_be_right(tmp_path, text, message):
    path = written(tmp_path, text)
    with pytest.raises(InputFileError) as caught:
        read_course_tables(path)
    line = str(caught.value)
    assert line.startswith(f"{path}: ")
    assert message in line
    assert "\n" not in line


def test_missing_folder_and_binary_files_are_named(tmp_path):
    with pytest.raises(InputFileError, match="no such file"):
        read_course_tables(tmp_path / "none.toml")
    with pytest.raises(InputFileError, match="is a folder"):
        read_course_tables(tmp_path)
    binary = tmp_path / "course.toml"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n\0\xff")
    with pytest.raises(InputFileError, match="not a text file"):
        read_course_tables(binary)


def refuse_constant(text):
    raise AssertionError(f"{text} is no JSON")


def test_schema_names_units_and_refuses_unknown_keys():
    # Python's reader would take -Infinity, which is no JSON and which others refuse
    schema = json.loads(course_schema(), parse_constant=refuse_constant)
    session = schema["$defs"]["SessionTable"]
    assert session["additionalProperties"] is False
    spot = session["properties"]["spot_mm"]["anyOf"][0]
    assert (spot["unit"], spot["minimum"], spot["maximum"]) == ("mm", 0.1, 100)
