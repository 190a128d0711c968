"""Claims about reading repeated measurements."""

import json

import numpy as np
import pytest
from fuzz_kinds import estimate, summary

from porelight.errors import InputFileError
from porelight.files.repeats import read_repeats


def test_a_table_becomes_one_array_for_each_quantity(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("subject,repeat,count\na,1,10\na,2,12\nb,2,21\nb,1,20\n", encoding="utf-8")
    np.testing.assert_array_equal(read_repeats(path)["count"], [[10, 12], [20, 21]])


def measured(folder, count):
    """Write a summary.json with so many pores."""
    folder.mkdir(parents=True)
    content = {
        **summary(),
        "zone_area_cm2": 0.5,
        "found": count,
        "count": estimate(count),
        "density_per_cm2": estimate(2.0 * count),
        "area_fraction": estimate(0.01),
        "diameter_mm": {"p50": estimate(0.3)} if count else {},
    }
    (folder / "summary.json").write_text(json.dumps(content), encoding="utf-8")


def test_folders_of_measure_are_read_by_subject_and_repeat(tmp_path):
    for subject in ("a", "b"):
        for repeat in (1, 2):
            measured(tmp_path / subject / f"{repeat}", 10 * repeat + (subject == "b"))
    found = read_repeats(tmp_path)
    np.testing.assert_array_equal(found["count"], [[10, 20], [11, 21]])
    np.testing.assert_array_equal(found["median_diameter_mm"], 0.3)


def table_of(folder, text):
    path = folder / "r.csv"
    path.write_text(text, encoding="utf-8")
    return read_repeats(path)


def test_repeats_are_in_the_order_of_their_numbers(tmp_path):
    lines = [f"{who},{n},{100 * i + n}" for i, who in enumerate("abc") for n in range(1, 13)]
    found = table_of(tmp_path, "subject,repeat,count\n" + "\n".join(lines))
    assert found.order == tuple(str(n) for n in range(1, 13))
    np.testing.assert_array_equal(found["count"][0], np.arange(1, 13))


def test_folders_are_in_the_order_of_their_numbers(tmp_path):
    for name, count in (("visit 10", 110), ("visit 2", 102), ("visit 1", 101)):
        measured(tmp_path / "a" / name, count)
    found = read_repeats(tmp_path)
    assert found.order == ("visit 1", "visit 2", "visit 10")
    np.testing.assert_array_equal(found["count"], [[101, 102, 110]])


def test_repeats_without_numbers_are_in_the_order_of_the_file(tmp_path):
    text = "subject,repeat,count\na,before,1\na,after,2\nb,after,4\nb,before,3\n"
    found = table_of(tmp_path, text)
    assert found.order == ("before", "after")
    np.testing.assert_array_equal(found["count"], [[1, 2], [3, 4]])


def test_repeats_may_be_named_by_the_dates_of_each_subject(tmp_path):
    text = "subject,repeat,count\na,2026-10-02,2\na,2026-9-30,1\nb,2026-11-5,4\nb,2026-11-1,3\n"
    found = table_of(tmp_path, text)
    assert found.order == ()
    np.testing.assert_array_equal(found["count"], [[1, 2], [3, 4]])


REDCAP = """\
record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,count,pores_complete
1,baseline_arm_1,,,,
1,baseline_arm_1,pores,1,201,2
1,baseline_arm_1,pores,2,205,2
2,baseline_arm_1,,,,
2,baseline_arm_1,pores,1,240,2
2,baseline_arm_1,pores,2,238,0
"""


def test_an_export_of_redcap_is_read_and_what_is_left_out_is_told(tmp_path):
    found = table_of(tmp_path, REDCAP)
    assert list(found) == ["count"]
    np.testing.assert_array_equal(found["count"], [[201, 205], [240, 238]])
    assert found.left_out == (
        "left out as no quantities of the repeats: redcap_event_name, redcap_repeat_instrument, "
        "pores_complete",
        "2 rows hold no repeat and were left out",
    )


def test_events_of_redcap_are_repeats_where_nothing_is_repeated_within(tmp_path):
    text = "record_id;redcap_event_name;count\n1;enrolment_arm_1;201,5\n1;visit_arm_1;205\n"
    found = table_of(tmp_path, text)
    assert found.order == ("enrolment_arm_1", "visit_arm_1")
    np.testing.assert_array_equal(found["count"], [[201.5, 205]])


# as a study of today exports it: an identifier of its own, a form that is asked once, texts and
# boxes, one field with a decimal comma beside one with a point
WHOLE_STUDY = """\
study_id,redcap_repeat_instrument,redcap_repeat_instance,dob,age,skin___1,skin___2,demographics_complete,date_pores,photographer,count,area,pores_timestamp
7,,,1990-01-31,36,1,0,2,,,,,
7,pores,1,,,,,,2026-03-01,Ada,201,"1,25",2026-03-01 10:00
7,pores,2,,,,,,2026-03-02,Bo,205.5,"1,31",2026-03-02 10:00
9,,,1980-12-31,45,0,1,2,,,,,
9,pores,1,,,,,,2026-03-01,Ada,240,"0,95",2026-03-01 11:00
9,pores,2,,,,,,2026-03-02,,238,"0,97",2026-03-02 11:00
"""


def test_of_a_whole_study_in_redcap_the_numbers_of_the_repeats_are_taken(tmp_path):
    found = table_of(tmp_path, WHOLE_STUDY)
    assert list(found) == ["count", "area"]
    np.testing.assert_array_equal(found["count"], [[201, 205.5], [240, 238]])
    np.testing.assert_array_equal(found["area"], [[1.25, 1.31], [0.95, 0.97]])
    fields, rows = found.left_out
    for name in ("dob", "age", "skin___1", "date_pores", "photographer", "pores_timestamp"):
        assert name in fields
    assert rows == "2 rows hold no repeat and were left out"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            WHOLE_STUDY.replace("9,pores,2", "9,lesions,2"),
            "the forms 'pores' and 'lesions' repeat in it; expected one",
        ),
        (
            WHOLE_STUDY.replace("7,,,1990-01-31,36,1,0,2,,,,,", "7,,,1990-01-31,36,1,0,2,,,199,,"),
            "line 2: redcap_repeat_instance is '', but count is '199'",
        ),
        ("record_id,name,weight\n1,Ada,60\n2,Bo,70\n", "an export of REDCap without repeats"),
        ("Record ID,Event Name,Count\n1,Visit 1,3\n1,Visit 2,4\n", "expected its raw data"),
        ("id,redcap_event_name,note\n1,a,x\n1,b,y\n", "no column holds a number at the repeats"),
    ],
)
def test_exports_of_redcap_that_do_not_tell_the_repeats_are_refused(tmp_path, text, what):
    with pytest.raises(InputFileError, match=what):
        table_of(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("subject,count\na,1\n", "expected a CSV file with the columns"),
        ("subject,repeat,count\na,1,x\n", "line 2: count is 'x'"),
        ("subject,repeat,count\na,1,nan\n", "line 2: count is 'nan'"),
        ("subject,repeat,count\na,1,1\na,1,2\n", "occurs twice"),
        ("subject,repeat,count\na,1,1\na,2,2\nb,1,3\n", "has 1 repeats and others 2"),
        ("subject,repeat,count\na,x,1\na,y,2\nb,x,3\nb,z,3\n", "'x' is not there for every|'y' is"),
        ("subject,repeat,count,count\na,1,1,2\n", "two columns are named 'count', columns 3 and 4"),
        ("subject,repeat,count\na,1,-99\n", "count is -99; expected 0 or more. If it is a code"),
        (REDCAP.replace("205", "NA"), "line 4: count is 'NA'; expected a number. A value that is"),
        ("subject,repeat,count\na,,1\na,2,2\n", "line 2: repeat is ''; expected the name or"),
    ],
)
def test_tables_with_gaps_are_refused(tmp_path, text, what):
    with pytest.raises(InputFileError, match=what):
        table_of(tmp_path, text)


def test_folders_without_pores_and_empty_ones_are_refused(tmp_path):
    with pytest.raises(InputFileError, match="no such file or folder"):
        read_repeats(tmp_path / "none")
    with pytest.raises(InputFileError, match="no SUBJECT/REPEAT"):
        read_repeats(tmp_path)
    measured(tmp_path / "a" / "1", 0)
    with pytest.raises(InputFileError, match="no median_diameter_mm"):
        read_repeats(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "most"), [("median_diameter_mm", 9999, 10), ("area_fraction", 99, 1)]
)
def test_codes_for_missing_values_are_no_sizes_of_pores(tmp_path, name, value, most):
    text = f"subject,repeat,{name}\na,1,0.2\na,2,{value}\nb,1,0.2\nb,2,0.3\n"
    with pytest.raises(InputFileError, match=f"line 3: {name} is {value}; expected at most {most}"):
        table_of(tmp_path, text)


def test_an_export_of_redcap_without_rows_is_told_as_such(tmp_path):
    with pytest.raises(InputFileError, match="an export of REDCap without rows"):
        table_of(tmp_path, "record_id,redcap_repeat_instance,count\n")
