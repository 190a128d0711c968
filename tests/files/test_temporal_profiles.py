"""Claims about the power of a pulse as a table."""

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.temporal_profiles import read_temporal_profile


@pytest.mark.parametrize(("clock", "size"), [("time_us", 1e-6), ("time_ms", 1e-3), ("time_s", 1.0)])
def test_a_file_of_an_oscilloscope_is_read_in_its_unit(tmp_path, clock, size):
    file = tmp_path / "pulse.csv"
    file.write_text(f"{clock}, power\n0, 0\n100, 5\n300, 5\n400, 0\n", encoding="utf-8")
    curve = read_temporal_profile(file)
    assert curve.duration == pytest.approx(400 * size)
    np.testing.assert_allclose(curve.share, [250.0 / 1500.0, 1000.0 / 1500.0, 250.0 / 1500.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time,power\n0,1\n1,1\n", "the columns power and one of time_s, .*; found time, power"),
        ("time_s,time_ms,power\n0,0,1\n", "one of time_s, time_ms, time_us; found time_s, time_ms"),
        ("time_s,power\n0,1\n1,high\n", "line 3: power is 'high'; expected a number"),
        ("time_s,power,note\n0,1,a\n", "nothing is known of a column 'note'"),
        ("time_s,power\n1,1\n0,1\n", "pulse.csv: time of a temporal profile must rise"),
        ("", "found no rows"),
    ],
)
def test_a_wrong_file_gets_one_line(tmp_path, text, message):
    file = tmp_path / "pulse.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=message):
        read_temporal_profile(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputFileError, match=r"none\.csv: no such file"):
        read_temporal_profile(tmp_path / "none.csv")
