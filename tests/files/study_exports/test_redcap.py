"""Claims about the files for REDCap, read back by rules written here from REDCap's own."""

import csv
import re
from dataclasses import replace
from datetime import datetime

import pytest

from porelight.errors import InputFileError
from porelight.files.study_exports.quantities import COMPARED, MEASURED
from porelight.files.study_exports.redcap_project import write_redcap
from porelight.files.study_exports.redcap_rules import (
    RedcapField,
    RedcapProject,
    event_names,
    require_dictionary,
)

# the headings of REDCap's own data dictionary, in its order
HEADINGS = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    'Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,'
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)  # fmt: skip
# as the table redcap_validation_types of an installation has them
VALIDATIONS = {
    "integer": r"[-+]?\b\d+\b",
    "number": r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?",
    "date_ymd": r"\d{4}-(0[1-9]|1[012])-(0[1-9]|[12]\d|3[01])",
}


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Redcap:
    """As much of REDCap as takes a dictionary and records, and refuses what it would refuse."""

    def __init__(self, folder) -> None:
        lines = (folder / "dictionary.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == HEADINGS
        self.fields = table(folder / "dictionary.csv")
        self.forms = list(dict.fromkeys(one["Form Name"] for one in self.fields))
        self.events = {
            one["unique_event_name"]: one["event_name"] for one in table(folder / "events.csv")
        }
        self.used = {
            (one["unique_event_name"], one["form"])
            for one in table(folder / "instruments_of_events.csv")
        }
        self.repeats = {
            (one["event_name"], one["form_name"])
            for one in table(folder / "repeating_instruments.csv")
        }
        self.check_dictionary()

    def check_dictionary(self) -> None:
        """Refuse what the upload of a dictionary would refuse."""
        names = [one["Variable / Field Name"] for one in self.fields]
        assert len(set(names)) == len(names)
        assert self.fields[0]["Field Type"] == "text"
        for one, name in zip(self.fields, names, strict=True):
            assert re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name), name
            assert "__" not in name
            assert len(name) <= 26, name
            assert re.fullmatch(r"[a-z][a-z0-9_]*", one["Form Name"])
            assert one["Field Type"] in {"text", "notes", "radio", "yesno"}
            kind = one["Text Validation Type OR Show Slider Number"]
            assert kind in {"", *VALIDATIONS}
            assert (one["Field Type"] == "radio") == bool(
                one["Choices, Calculations, OR Slider Labels"]
            )
            for end in ("Text Validation Min", "Text Validation Max"):
                assert not one[end] or re.fullmatch(r"-?\d+(\.\d+)?", one[end])
        # instruments stay together
        order = [one["Form Name"] for one in self.fields]
        assert order == sorted(order, key=self.forms.index)

    def accepts(self, row) -> None:
        """Refuse what the import of a row would refuse."""
        event, form = row["redcap_event_name"], row["redcap_repeat_instrument"]
        assert event in self.events
        assert bool(form) == bool(row["redcap_repeat_instance"])
        assert not form or (event, form) in self.repeats
        assert re.fullmatch(r"[1-9]\d*|", row["redcap_repeat_instance"])
        for one in self.fields[1:]:
            text = row[one["Variable / Field Name"]]
            if not text:
                continue
            home = one["Form Name"]
            assert (event, home) in self.used
            assert form == (home if (event, home) in self.repeats else "")
            choices = one["Choices, Calculations, OR Slider Labels"]
            if choices:
                assert text in {part.partition(",")[0].strip() for part in choices.split("|")}
            if one["Field Type"] == "yesno":
                assert text in {"0", "1"}
            kind = one["Text Validation Type OR Show Slider Number"]
            if kind:
                assert re.fullmatch(VALIDATIONS[kind], text)
            if kind in ("integer", "number"):
                low, high = one["Text Validation Min"], one["Text Validation Max"]
                assert float(low or "-inf") <= float(text) <= float(high or "inf")


@pytest.fixture
def project(content, tmp_path):
    folder = write_redcap(content, tmp_path / "redcap")
    return Redcap(folder), table(folder / "records.csv")


def test_every_row_is_taken(project):
    redcap, rows = project
    assert list(redcap.events) == ["baseline_arm_1", "week_6_arm_1"]
    fields = [one["Variable / Field Name"] for one in redcap.fields]
    states = {f"{form}_complete" for form in redcap.forms}
    own = {"redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"}
    assert set(rows[0]) == {*fields, *states, *own}
    places = [
        tuple(row[key] for key in ("record_id", *sorted(own))) for row in rows
    ]  # fmt: skip
    assert len(set(places)) == len(places)
    for row in rows:
        redcap.accepts(row)


def test_every_number_is_in_its_record_event_and_repeat(content, project):
    _, rows = project
    found = {row["photo_sha256"]: row for row in rows if row["photo_sha256"]}
    assert len(found) == 6
    for one in content.photographs:
        row = found[one.sha256]
        event = {"baseline": "baseline_arm_1", "Week 6": "week_6_arm_1"}[one.visit.name]
        assert (row["record_id"], row["redcap_event_name"]) == (one.subject, event)
        assert row["photo_state"] == one.state
        assert row["photograph_complete"] == ("0" if one.state == "waiting" else "2")
        for quantity in MEASURED:
            short = quantity.short or quantity.name
            for name, value in zip(quantity.columns(), quantity.values(one.summary), strict=True):
                text = row[short + name.removeprefix(quantity.name)]
                assert text == "" if value is None else float(text) == value
    (done, refused) = [row for row in rows if row["redcap_repeat_instrument"] == "comparison"]
    for quantity in COMPARED:
        value = quantity.values(content.comparisons[0].summary)[0]
        assert float(done[quantity.short or quantity.name]) == value
    assert (refused["comparison_state"], refused["comparison_reason"]) == (
        "refused",
        "no shared skin",
    )
    (treated,) = [row for row in rows if row["treatment_device"]]
    assert treated["treatment_settings"].splitlines()[1] == "radiant_exposure_j_cm2: 14.0"


def test_visits_and_subjects_stand_once(project):
    _, rows = project
    plain = [row for row in rows if not row["redcap_repeat_instrument"]]
    shown = [(row["record_id"], row["redcap_event_name"], row["visit_date"]) for row in plain]
    assert shown == [
        ("S01", "baseline_arm_1", "2027-03-01"),
        ("S01", "week_6_arm_1", "2027-04-12"),
        ("S02", "baseline_arm_1", ""),
    ]
    assert [row["site"] for row in plain] == ["Berlin", "", "Wien"]
    assert datetime.fromisoformat(plain[1]["visit_date"]).month == 4


def test_repeats_keep_their_numbers_when_photographs_are_added(content, tmp_path):
    def repeats(of, name):
        rows = table(write_redcap(of, tmp_path / name) / "records.csv")
        return {row["photo_sha256"]: row["redcap_repeat_instance"] for row in rows}

    last = content.photographs[0]
    added = replace(last, number=99, zone="forehead", sha256="f" * 64)
    more = replace(content, photographs=[added, *content.photographs])
    before = repeats(content, "before")
    assert repeats(more, "after") == {**before, "f" * 64: "4"}


@pytest.mark.parametrize(
    ("visits", "message"),
    [
        (["week 6", "Week_6"], "'week 6' and 'Week_6' would be one event of REDCap, week_6_arm_1"),
        (
            ["three months after the first", "three months after the second"],
            "would be one event of REDCap, three_months_after_arm_1 .it keeps 18 characters",
        ),
        (["..."], r"visit '\.\.\.' cannot be an event of REDCap"),
    ],
)
def test_a_visit_that_can_be_no_event_is_named(visits, message):
    with pytest.raises(InputFileError, match=message):
        event_names(visits)


def test_an_event_has_the_name_that_redcap_makes_of_its_label():
    assert event_names(["Deadline to opt out of study", "Week 6"]) == {
        "Deadline to opt out of study": "deadline_to_opt_ou_arm_1",
        "Week 6": "week_6_arm_1",
    }


def changed(content, **more):
    first = content.photographs[0]
    told = {**first.measurement.summary, **more}
    one = replace(first, measurement=replace(first.measurement, summary=told))
    return replace(content, photographs=[one, *content.photographs[1:]])


def test_a_cell_that_redcap_would_refuse_is_named_and_nothing_is_written(content, tmp_path):
    wrong = changed(content, zone_area_cm2=3e4)
    expected = (
        "S01 baseline_arm_1 photograph 1: zone_area_cm2 is 30000.0; expected 0 to 20000; REDCap"
    )
    with pytest.raises(InputFileError, match=expected):
        write_redcap(wrong, tmp_path / "out")
    with pytest.raises(InputFileError, match=r"found is '2\.5'; expected a number .integer"):
        write_redcap(changed(content, found=2.5), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_records_that_differ_in_capitals_alone_are_refused(content, tmp_path):
    def small(visit):
        return replace(visit, subject="s01") if visit.subject == "S02" else visit

    two = replace(
        content,
        subjects=[content.subjects[0], replace(content.subjects[1], pseudonym="s01")],
        visits=[small(one) for one in content.visits],
        photographs=[replace(one, visit=small(one.visit)) for one in content.photographs],
    )
    with pytest.raises(InputFileError, match="REDCap does not tell it from S01"):
        write_redcap(two, tmp_path / "out")


def test_arms_that_would_be_one_choice_are_refused(content, tmp_path):
    arms = {1: "laser a", 5: "laser_a"}
    two = [replace(one, arm=arms.get(one.number, "")) for one in content.photographs]
    with pytest.raises(InputFileError, match="would be one choice of REDCap, 'laser_a'"):
        write_redcap(replace(content, photographs=two), tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("a" * 27, "has 27 characters; expected at most 26"),
        ("Zone", "expected names of a to z"),
        ("two__two", "expected names of a to z"),
        ("record_id", "is there already"),
        ("subject_complete", "is there already"),
    ],
)
def test_a_field_that_redcap_would_refuse_is_named(name, fault):
    fields = [RedcapField(one, "subject", "text", "") for one in ("record_id", name)]
    with pytest.raises(InputFileError, match=fault):
        require_dictionary(RedcapProject(fields, [], []))
