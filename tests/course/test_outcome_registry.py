"""Every outcome is declared once, completely, and one name means one outcome."""

import copy
import json
import tomllib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from porelight.course.effects import EFFECTS
from porelight.course.outcome_registry import (
    from_text,
    goal_variable,
    goals,
    outcome_variables,
    registry_of,
    to_text,
    variables_with,
)
from porelight.course.outcome_variables import (
    Anchor,
    Drawing,
    Evidence,
    Headline,
    Healed,
    OutcomeVariable,
    Trial,
)
from porelight.data.library import data_bytes, parameter
from porelight.errors import DataFileError, InputFileError, ParameterError

HYDRATION = OutcomeVariable(
    "hydration",
    "1",
    "water of the horny layer over its start",
    label="water of the horny layer",
    group="effects",
    written="share",
    goal="dryness",
    evidence=Evidence(
        about="water", grade="trial, n=12", anchor=(Anchor("A", "B", "C", "assumed"),)
    ),
    drawing=Drawing("hydration [% of {start}]", "sky", ":"),
    headline=Headline("Water", "never measured"),
    healed=Healed(0.9, rises=True, heading="moist again"),
    trial=(Trial("H1", "by corneometer", "pearl", 2, 0.12, 0.05, 0.2, "A trial", "seen", "n"),),
)


def file() -> dict:
    return tomllib.loads(data_bytes("course", "outcomes.toml").decode())


def test_every_effect_that_is_computed_is_declared_as_one_and_the_other_way_round():
    declared = {name for name, one in outcome_variables().items() if one.group == "effects"}
    assert declared == set(EFFECTS)


def test_every_goal_has_words_for_the_sentence_of_a_plan():
    assert goals() == (
        *("pore-area", "pore-diameter", "redness", "texture", "fine-lines", "acne-scars"),
    )
    assert goal_variable("pore-diameter").goal_text == "pore diameter"
    assert goal_variable("pore-area").goal_text == "area of visible pores"


def test_an_unknown_goal_is_named_with_its_nearest():
    with pytest.raises(ParameterError, match=r"no goal is called 'redness-'; did you mean 'redn"):
        goal_variable("redness-")


def test_a_goal_of_an_extra_outcome_is_a_goal():
    assert goal_variable("dryness", [HYDRATION]) is HYDRATION
    assert goals([HYDRATION])[-1] == "dryness"
    with pytest.raises(ParameterError, match="no goal is called 'dryness'"):
        goal_variable("dryness")


def test_every_outcome_beside_the_pore_grades_its_evidence_and_anchors_only_trials():
    for one in outcome_variables().values():
        if one.group not in ("pores", "effects"):
            continue
        assert "trial" in one.evidence.grade or "no data" in one.evidence.grade
        assert bool(one.evidence.anchor) == (one.evidence.grade != "no data")
        assert all(anchor.flag == "seen" for anchor in one.evidence.anchor)


def test_scar_trial_is_quoted_with_its_interval():
    anchor = outcome_variables()["acne_scars"].evidence.anchor[0]
    assert "-29.4 %" in anchor.result
    assert "n=9" in anchor.trial


def test_a_trial_holds_the_number_of_the_file_of_published_results():
    (trial,) = outcome_variables()["acne_scars"].trial
    entry = parameter("tissue", "published", "genesis_acne_scars")
    assert (trial.low, trial.value, trial.high) == (entry.low, entry.value, entry.high)
    assert (trial.source, trial.flag, trial.note) == (entry.source, entry.flag, entry.note)
    assert trial.sessions == 8


def test_pores_share_one_evidence():
    one, other = (outcome_variables()[name] for name in ("area_fraction", "mean_diameter"))
    assert one.evidence == other.evidence
    assert one.evidence.anchor


def test_states_of_the_model_say_that_nobody_observes_them():
    grade = outcome_variables()["collagen"].evidence.grade
    assert grade == "state of the model, not observed"


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("redness", {"unit": None}, "redness: lacks .*'unit'"),
        ("redness", {"colour": "red"}, "redness: unknown field 'colour'"),
        ("redness", {"is_change": "yes"}, "redness, is_change is 'yes'; expected a bool"),
        ("redness", {"group": "effect"}, "group is 'effect'; did you mean 'effects'"),
        ("redness", {"written": "shares"}, "written is 'shares'; did you mean 'share'"),
        ("redness", {"group": None}, "redness has a label alone"),
        ("redness", {"unit": "K"}, "redness is in 'K', but a value written as a change is in '1'"),
        ("redness", {"written": "length", "unit": "m"}, "written as a change is in '1'"),
        ("redness", {"dims": ["day"]}, "of the group 'effects' is over day; expected draw, day"),
        ("redness", {"dims": "day"}, "dims is 'day'; expected a list"),
        ("redness", {"goal": "texture"}, "'texture' means the outcome .* already"),
        ("redness", {"label": "roughness"}, "'roughness' means the outcome 'redness' already"),
        ("redness", {"evidence": "plugs"}, "evidence of 'plugs' is not declared before"),
        ("redness", {"evidence": {"grade": "n=3", "n": 3}}, "evidence: unknown field 'n'"),
        ("redness", {"trial": [{"published": "genesis_redness"}]}, "trial: lacks .*'target'"),
        ("redness", {"trial": [{"published": "redness"}]}, "no parameter named 'redness'"),
        ("redness", {"trial": [{"published": "pearl_dressing_off"}]}, "is in d; expected a change"),
        ("pigment_risk", {"goal": "risk"}, "a headline; these need a label, a group and one value"),
        ("killed", {"years": "drawn"}, "a headline; these need a label, a group and one value"),
        ("mean_diameter", {"unit": "mm"}, "is in 'mm', but a value written as a length is in 'm'"),
        ("plug", {"drawing": {"colour": "pink"}}, "plug, drawing: colour is 'pink'"),
        ("plug", {"drawing": {"dash": "~"}}, "plug, drawing: dash is '~'"),
    ],
)
def test_a_mistake_in_the_file_is_one_line_that_names_the_entry(name, change, message):
    entries = file()
    entries[name] |= change
    entries[name] = {key: value for key, value in entries[name].items() if value is not None}
    with pytest.raises(DataFileError, match=message) as raised:
        registry_of(entries, "outcomes.toml")
    assert str(raised.value).startswith(("outcomes.toml, ", "no parameter"))


def test_an_entry_that_is_no_table_is_refused():
    with pytest.raises(DataFileError, match="shine is 3; expected a table"):
        registry_of({**file(), "shine": 3}, "outcomes.toml")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "pore width"}, "expected letters, digits and underscores"),
        ({"name": "_hidden"}, "beginning with a letter"),
        ({"meaning": ""}, "lacks its unit, its meaning or its axes"),
        ({"trial": (HYDRATION.trial[0],), "group": "shine"}, "group is 'shine'"),
    ],
)
def test_a_declaration_in_python_is_checked_when_made(change, message):
    with pytest.raises(ParameterError, match=message):
        replace(HYDRATION, **change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"low": 0.15}, "H1: 0.12 lies outside of its range, 0.15 to 0.2"),
        ({"source": ""}, "H1 has no source"),
    ],
)
def test_a_trial_needs_a_source_and_a_range_around_its_value(change, message):
    with pytest.raises(ParameterError, match=message):
        replace(HYDRATION.trial[0], **change)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "redness"},
        {"name": "pore_floor"},
        {"label": "Diffuse redness"},
        {"goal": "pore-area"},
        {"goal_label": "fine lines"},
    ],
)
def test_an_extra_outcome_may_not_be_called_like_another(change):
    with pytest.raises(ParameterError, match=r"means the outcome .* already"):
        variables_with([replace(HYDRATION, **change)])


def test_two_extra_outcomes_may_not_be_called_alike():
    other = replace(HYDRATION, name="water", label="hydration", goal="")
    with pytest.raises(ParameterError, match="'hydration' means the outcome 'hydration' already"):
        variables_with([HYDRATION, other])


def test_every_declaration_survives_its_text():
    for one in (*outcome_variables().values(), HYDRATION):
        assert from_text(to_text(one), one.name) == one


@given(
    meaning=st.text(min_size=1),
    value=st.floats(-1.0, 1.0),
    counted=st.booleans(),
    drawn=st.sampled_from(["", "shine [% of {start}]"]),
)
def test_any_words_and_numbers_survive_the_text(meaning, value, counted, drawn):
    one = replace(
        HYDRATION,
        meaning=meaning,
        evidence=Evidence(note=meaning, counts_subjects=counted),
        drawing=Drawing(drawn),
        trial=(replace(HYDRATION.trial[0], value=value, low=value, high=value),),
    )
    assert from_text(to_text(one), one.name) == one


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[1]", "cannot be read"),
        ("{}", "cannot be read"),
        (to_text(HYDRATION), "is of another one"),
        (json.dumps({"name": "shine", "unit": "1", "meaning": "m", "hue": 1}), "field 'hue'"),
        (json.dumps({"name": "shine", "unit": 1, "meaning": "m"}), "unit is 1; expected a str"),
        (json.dumps({"name": "shine", "unit": "1", "meaning": "m", "dims": [1]}), "dims is 1"),
    ],
)
def test_a_damaged_declaration_is_an_error_of_the_file(text, message):
    with pytest.raises(InputFileError, match=message) as raised:
        from_text(text, "shine")
    assert "edited" in str(raised.value)


def test_the_file_is_read_without_being_changed():
    entries = file()
    before = copy.deepcopy(entries)
    registry_of(entries, "outcomes.toml")
    assert entries == before
