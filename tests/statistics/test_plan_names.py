"""Claims about names of a plan that a study does not have."""

import pytest

from porelight.errors import ParameterError
from porelight.statistics.flow import StudyPhotograph, study_flow
from porelight.statistics.plan_names import absent_names, require_names

WHY = "S1/{0}/cheek 1: blur is {1} mm; expected at most 0.2 mm. Go nearer."


def photographs(*visits, state="measured"):
    return [
        StudyPhotograph("S1", visit, "cheek", "1", "sham", state, WHY.format(visit, 0.3 + k))
        for k, visit in enumerate(visits)
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visits": ("weak6",)}, "visit 'weak6', which the plan names; did you mean 'week6'"),
        ({"zones": ("cheeck",)}, "zone 'cheeck', which the plan names; did you mean 'cheek'"),
        ({"control": "shame"}, "arm 'shame', which the plan names; did you mean 'sham'"),
    ],
)
def test_a_name_like_one_that_was_left_out_is_refused(plan, change, message):
    given = {"visits": ("week6",)} | change
    with pytest.raises(ParameterError, match=message):
        require_names(photographs("v0", "week6"), plan(**given))


def test_a_visit_that_is_still_to_come_is_noted_and_not_refused(plan):
    own, there = plan(("week6", "week12")), photographs("v0", "week6")
    require_names(there, own)
    assert absent_names(there, own) == (
        "NO PHOTOGRAPH is of visit 'week12', which the plan names.",
    )
    assert absent_names([], own) == ()


def test_reasons_are_told_by_one_that_was_given(plan):
    there = photographs("v0", "v1", state="refused")
    flow = study_flow(there, plan(), n_subjects=1, n_erased=0)
    assert flow.refusals == {"blur is 0.3 mm; expected at most 0.2 mm": 2}
