"""Claims about what a file leaves out: no lost line changes the meaning without a word."""

import fuzz_kinds
import pytest

from porelight.errors import InputFileError
from porelight.files.courses import read_course
from porelight.files.light_case import read_light_case
from porelight.files.usual_values import usual_of_model


def course(path):
    content = read_course(path)
    return content.as_usual, (repr(content.course), content.settings, content.last_day)


def light(path):
    case = read_light_case(path)
    return tuple(usual_of_model(case)), case.model_dump_json()


FILES = {
    "course": (fuzz_kinds.COURSE, course),
    "light": (fuzz_kinds.LIGHT, light),
    "pore": (fuzz_kinds.PORE, light),
}
LINES = [
    (name, number)
    for name, (text, _) in FILES.items()
    for number, line in enumerate(text.splitlines())
    if line.strip() and line[0] != "#"
]


@pytest.mark.parametrize(("name", "number"), LINES)
def test_a_line_that_is_lost_is_refused_or_told_or_changes_nothing(tmp_path, name, number):
    text, read = FILES[name]
    (tmp_path / "path.csv").write_text(fuzz_kinds.PATH, encoding="utf-8")
    path = tmp_path / "file.toml"
    path.write_text(text, encoding="utf-8")
    told, meaning = read(path)
    lines = text.splitlines()
    lost = lines.pop(number)
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        now_told, now_meaning = read(path)
    except InputFileError:
        return
    key = lost.split("=")[0].strip()
    news = [line for line in now_told if line not in told and f"{key} " in line]
    assert now_meaning == meaning or news or key in NAMES, (lost, now_told)


# a label changes no number; without a recorded path the usual one is told
NAMES = ("name", "path_file")


def test_what_is_stated_is_not_told_and_where_nothing_is_left_out_nothing_is(tmp_path):
    path = tmp_path / "c.toml"
    path.write_text(fuzz_kinds.SKIN + "[simulation]\nseed = 3\n", encoding="utf-8")
    told = read_course(path).as_usual
    assert not any("seed" in line for line in told)
    assert told[-2].startswith("simulation: left out, so as usual: draws 500, members 25")
    assert told[-1] == "simulation: left out, so as usual: last_day 182"
