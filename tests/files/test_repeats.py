"""Claims about reading repeated measurements."""

import json

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.repeats import read_repeats


def test_a_table_becomes_one_array_for_each_quantity(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("subject,repeat,count\na,1,10\na,2,12\nb,2,21\nb,1,20\n", encoding="utf-8")
    np.testing.assert_array_equal(read_repeats(path)["count"], [[10, 12], [20, 21]])


def measured(folder, count):
    folder.mkdir(parents=True)
    summary = {
        "count": {"value": count},
        "density_per_cm2": {"value": 2.0 * count},
        "area_fraction": {"value": 0.01},
        "diameter_mm": {"p50": {"value": 0.3}} if count else {},
    }
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def test_folders_of_measure_are_read_by_subject_and_repeat(tmp_path):
    for subject in ("a", "b"):
        for repeat in (1, 2):
            measured(tmp_path / subject / f"{repeat}", 10 * repeat + (subject == "b"))
    found = read_repeats(tmp_path)
    np.testing.assert_array_equal(found["count"], [[10, 20], [11, 21]])
    np.testing.assert_array_equal(found["median_diameter_mm"], 0.3)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("subject,count\na,1\n", "expected a CSV file with the columns"),
        ("subject,repeat,count\na,1,x\n", "line 2: count is 'x'"),
        ("subject,repeat,count\na,1,nan\n", "line 2: count is 'nan'"),
        ("subject,repeat,count\na,1,1\na,1,2\n", "occurs twice"),
        ("subject,repeat,count\na,1,1\na,2,2\nb,1,3\n", "has 1 repeats and others 2"),
    ],
)
def test_tables_with_gaps_are_refused(tmp_path, text, what):
    path = tmp_path / "r.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=what):
        read_repeats(path)


def test_folders_without_pores_and_empty_ones_are_refused(tmp_path):
    with pytest.raises(InputFileError, match="no such file or folder"):
        read_repeats(tmp_path / "none")
    with pytest.raises(InputFileError, match="no SUBJECT/REPEAT"):
        read_repeats(tmp_path)
    measured(tmp_path / "a" / "1", 0)
    with pytest.raises(InputFileError, match="no median_diameter_mm"):
        read_repeats(tmp_path)
