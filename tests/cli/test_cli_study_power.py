"""Claims about the size of a study from the command line."""

import json

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.errors import ParameterError
from porelight.statistics.sample_size import forecast_effect


@pytest.fixture
def power(capfd):
    def call(line: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(["study", "power", *line.split()])
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_subjects_and_assumptions_are_told(power):
    words = "--change-percent -10 --response-sd-percent 8 --dropout-percent 15"
    code, out, _ = power(words)
    assert code == 0
    for text in ("-10.0 %", "8.0 %", "2.8 %", "30 virtual persons", "15 %", "two arms"):
        assert text in out
    told = json.loads(power(f"{words} --json")[1])
    # 26 of 31 stay, 13 in each arm; arms begin equal
    assert (told["subjects"], told["per_arm"]) == (32, 13)
    assert told["power"] >= 0.8


def test_what_a_number_of_subjects_would_find(power):
    words = "--change-percent -10 --response-sd-percent 8 --subjects 26 --json"
    found = json.loads(power(words)[1])
    assert (found["subjects"], found["per_arm"]) == (26, 13)
    more = json.loads(power(f"{words} --zones 3 --takes 2 --error-percent 10")[1])
    assert more["assumed"]["error_percent"] == pytest.approx(10.0)
    assert more["assumed"]["tested_sd_percent"] == pytest.approx(
        100.0 * np.sqrt(0.08**2 + 2.0 * 0.10**2 / 6.0)
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "say what is to be found: --change-percent and --response-sd-percent, or --forecast"),
        ("--change-percent -10", "say what is to be found"),
        ("--change-percent -99", "--change-percent is -99 %; expected -95 to 1000 %"),
        ("--change-percent 0 --response-sd-percent 8", "no study is large enough"),
        ("--change-percent 5 --response-sd-percent 8 --subjects 3", "3 subjects leave 1 in each"),
        ("--change-percent 5 --response-sd-percent 8 --zones 1.5", "--zones is 1.5; expected a w"),
        ("--forecast no.nc", "no.nc: no such file"),
        ("--forecast no.nc --quantity count", "a forecast tells the change of the pore area"),
    ],
)
def test_what_cannot_be_asked_gets_one_clear_line(power, words, message):
    code, out, err = power(words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message in err


def test_people_and_knowledge_of_a_forecast_are_kept_apart():
    # three draws of knowledge that agree about everything but the mean, five people in each
    people = np.array([-0.2, -0.1, 0.0, 0.1, 0.2])
    means = np.array([-0.3, -0.1, 0.1])
    found = forecast_effect(np.expm1((means[:, None] + people).ravel()), 5)
    assert found.middle == pytest.approx(-0.1)
    assert found.response_sd == pytest.approx(people.std(ddof=1))
    assert (found.low, found.high) == (pytest.approx(-0.28), pytest.approx(0.08))


def test_a_forecast_of_one_person_tells_no_differences_between_people():
    with pytest.raises(ParameterError, match="1 person under each draw of knowledge"):
        forecast_effect(np.full(20, -0.1), 1)
