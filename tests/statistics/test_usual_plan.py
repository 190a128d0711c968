"""Claims about the plan of a study that has none: which visit comes first, and what tells so."""

import pytest

from porelight.statistics.flow import StudyPhotograph
from porelight.statistics.usual_plan import usual_plan, visit_order, visits_in_order


def photographs(visits, days=None):
    """Return photographs of one subject, in the order in which they were imported."""
    return [
        StudyPhotograph("S1", one, "nose", "1", "", "measured", day=(days or {}).get(one))
        for one in visits
    ]


@pytest.mark.parametrize(
    ("imported", "right"),
    [
        ("week12 week6 baseline", "baseline week6 week12"),
        ("v10 v2 v1", "v1 v2 v10"),
        ("month3 week6 day0", "day0 week6 month3"),
        ("follow-up before", "before follow-up"),
        ("T2 T0 T1", "T0 T1 T2"),
        ("visit_2 visit_0 visit_1", "visit_0 visit_1 visit_2"),
        ("12weeks 6weeks pre", "pre 6weeks 12weeks"),
        ("week6 baseline screening", "baseline week6"),
    ],
)
def test_names_tell_the_order_whatever_was_imported_first(imported, right):
    found = visit_order(photographs(imported.split()))
    assert list(found.visits) == right.split()
    assert found.rests_on == "names"
    assert f"taken to be {found.visits[0]}, then" in found.words


def test_a_screening_is_left_out_of_the_usual_plan_and_named():
    given = photographs(["week6", "baseline", "screening"])
    assert usual_plan(given).all_visits == ("baseline", "week6")
    assert "screening came before it and is left out" in visit_order(given).words


def test_dates_decide_where_every_visit_has_one():
    given = photographs(["late", "early", "v0"], {"early": 0, "v0": 7, "late": 30})
    assert visits_in_order(given) == ["early", "v0", "late"]
    assert visit_order(given).rests_on == "dates"


@pytest.mark.parametrize("visits", ["home clinic beach", "baseline spring autumn", "week6 visit3"])
def test_an_order_that_nothing_tells_is_said_to_be_one(visits):
    found = visit_order(photographs(visits.split(), {"home": 0}))
    assert not found.rests_on
    assert "Neither dates nor names tell this order" in found.words
