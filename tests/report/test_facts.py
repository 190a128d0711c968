import pytest

from porelight.course.outcome import Outcome
from porelight.errors import InputFileError
from porelight.report.facts import care_facts, is_ablative, judged, session_facts, skin_facts


def test_outcome_is_judged_twelve_weeks_after_the_last_session(outcome):
    when = judged(outcome)
    assert when.day == 42.0 + 84.0
    assert when.is_follow_up
    assert when.words == "12 weeks after the last session"


def test_a_short_simulation_is_judged_at_its_end_and_says_so(make_outcome):
    when = judged(make_outcome(last_day=63.0))
    assert when.day == 63.0
    assert not when.is_follow_up
    assert when.words == "3 weeks after the last session"


def test_without_sessions_the_weeks_count_from_the_start(untreated):
    assert judged(untreated).words == "12 weeks from the start"


def test_sessions_keep_their_settings_and_drop_those_not_given(outcome):
    first, _, last = session_facts(outcome)
    assert first.name == "Laser Genesis"
    assert first.settings["stop_at_surface_c"] == 43.0
    assert last.day == 42.0
    assert "stop_at_surface_c" not in last.settings


def test_an_unknown_device_keeps_its_own_name(outcome):
    other = Outcome(
        outcome.dataset.assign_attrs(sessions=outcome.attrs["sessions"].replace("pearl", "opal"))
    )
    assert session_facts(other)[2].name == "opal"


def test_only_the_session_that_removed_tissue_is_ablative(outcome):
    assert [is_ablative(outcome, index) for index in range(3)] == [False, False, True]


def test_skin_is_told_in_words(outcome):
    assert skin_facts(outcome).sentence == (
        "cheek, Fitzpatrick type III, 35 years, female, oily skin, typical pores"
    )


def test_care_names_its_days_and_its_level(make_outcome):
    cleansing = {"kind": "cleansing", "from_day": 0.0, "level": 1.0}
    sun = {"kind": "unprotected-sun", "from_day": 7.0, "to_day": 21.0, "level": 0.5}
    assert care_facts(make_outcome(care=(cleansing, sun))) == (
        "cleansing from day 0",
        "unprotected sun from day 7 to day 21, 50 % of the full effect",
    )


@pytest.mark.parametrize(
    ("read", "name", "text"),
    [
        (skin_facts, "skin", "{"),
        (skin_facts, "skin", "{}"),
        (skin_facts, "skin", "[]"),
        (session_facts, "sessions", '{"a": 1}'),
        (session_facts, "sessions", "[1, 2, 3]"),
        (session_facts, "sessions", '[{"day": "soon", "device": "pearl"}]'),
    ],
)
def test_a_damaged_attribute_is_named(outcome, read, name, text):
    with pytest.raises(InputFileError, match=name):
        read(Outcome(outcome.dataset.assign_attrs({name: text})))


def test_attributes_and_data_must_tell_of_the_same_sessions(outcome):
    with pytest.raises(InputFileError, match="name 3 sessions but its data hold 2"):
        session_facts(Outcome(outcome.dataset.isel(session=slice(2))))
