"""The registry says how much is known of every outcome."""

import numpy as np
import pytest

from porelight.data.library import document, table
from porelight.effects import outcomes as registry
from porelight.effects.outcomes import outcome, outcomes
from porelight.effects.redness import RednessParameters
from porelight.errors import DataFileError, ParameterError

ROWS = {"pores", "redness", "vessels", "melanin", "pigment", "texture", "fine_lines", "acne_scars"}


def test_every_effect_of_the_source_text_has_an_entry():
    assert set(outcomes()) == ROWS


def test_every_outcome_grades_its_evidence_and_has_no_anchor_without_a_trial():
    for entry in outcomes().values():
        assert "trial" in entry.evidence or "no data" in entry.evidence
        assert bool(entry.anchors) == (entry.evidence != "no data")
        assert all(anchor.flag == "seen" for anchor in entry.anchors)


def test_scar_trial_is_quoted_with_its_interval():
    anchor = outcome("acne_scars").anchors[0]
    assert "-29.4 %" in anchor.result
    assert "n=9" in anchor.trial


def test_unknown_outcome_is_named_with_its_nearest():
    with pytest.raises(ParameterError, match="did you mean 'texture'"):
        outcome("textur")


def test_entry_without_evidence_does_not_load(monkeypatch):
    raw = dict(document("tissue", "outcomes"))
    raw["redness"] = {key: raw["redness"][key] for key in ("meaning", "unit", "note")}
    monkeypatch.setattr(registry, "document", lambda *_: raw)
    with pytest.raises(DataFileError, match="redness: has meaning, note, unit"):
        outcomes.__wrapped__()


def test_every_effect_number_is_uncertain_and_says_so():
    for entry in table("tissue", "effects").values():
        assert entry.prior != "fixed"
        assert entry.high > entry.low


def test_values_replace_library_values_and_other_rooms_names_are_ignored():
    drawn = np.array([0.3, 0.6])
    found = RednessParameters.from_values({"vessel_clearance": drawn, "skin_tension": 0.1})
    np.testing.assert_array_equal(found.vessel_clearance, drawn)
    assert found.vessel_return_time == RednessParameters.typical().vessel_return_time
