"""Claims about thin cells: each says why it has no answer, and costs no other its own."""

import pytest

from porelight.errors import ParameterError
from porelight.statistics.analysis import study_analysis

BOTH = ("v0", "v1")


def study(value, who):
    """Return numbers of subjects (arm, visits), none of which repeats."""
    return [
        value(f"S{s}", visit, value=10.0 + s**1.5 + (0.3 + 0.1 * s**2) * (visit == "v1"), arm=arm)
        for s, (arm, visits) in enumerate(who)
        for visit in visits
    ]


def test_an_arm_of_one_says_so_and_the_other_has_its_change(value, plan):
    who = [*(("sham", BOTH),) * 5, ("laser", BOTH)]
    found = study_analysis(study(value, who), plan(control="sham"))
    assert "1 subject of arm laser with both v0 and v1" in found.effects[0].why_not
    assert [one.contrast is not None for one in found.changes] == [True, False]
    assert len(found.subjects) == 6


@pytest.mark.parametrize(
    ("who", "message"),
    [
        ([("sham", BOTH), ("laser", BOTH)], "at most 1 of arm sham, 1 of arm laser"),
        ([("sham", ("v0",))] * 3 + [("laser", ("v1",))] * 3, "0 of arm sham, 0 of arm laser"),
        ([("", ("v0",))] * 3 + [("", ("v1",))] * 3, "there are at most 0"),
    ],
)
def test_where_nothing_can_be_told_the_reason_is_the_true_one(value, plan, who, message):
    control = "sham" if who[0][0] else ""
    with pytest.raises(ParameterError, match=message) as told:
        study_analysis(study(value, who), plan(control=control))
    assert "both v0 and a later visit" in str(told.value)
    assert "copies" not in str(told.value)


def test_copies_in_one_arm_cost_the_other_nothing(value, plan):
    values = study(value, [("sham", BOTH)] * 5)
    values += [value(one, visit, value=7.0, arm="laser") for one in ("A", "B") for visit in BOTH]
    found = study_analysis(values, plan(control="sham"))
    assert found.effects[0].contrast is not None
    sham, laser = found.changes
    assert sham.contrast is not None
    assert "4 values repeat exactly: are there copies" in laser.why_not
