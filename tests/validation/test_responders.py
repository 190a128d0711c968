import pytest

from porelight.course.outcome import Outcome
from porelight.course.statistics import ShareOfPeople
from porelight.validation.measured import responders


def test_a_published_share_of_people_stands_beside_the_forecast_with_both_errors(monkeypatch):
    asked = {}

    def share(self, name, change, day):
        asked.update(name=name, change=change, day=day)
        return ShareOfPeople(0.2, 0.0, 0.658)

    monkeypatch.setattr(responders.Course, "simulate", lambda *_, **__: Outcome(None))
    monkeypatch.setattr(Outcome, "share_below", share)
    light, either = responders.cases()
    assert asked == {"name": "area_fraction", "change": -0.25, "day": 140.0}
    # 10 of 24 people, and what nobody knows: 0.658 is two times 1.645 standard deviations wide
    assert light.expected == pytest.approx(10 / 24, abs=1e-3)
    assert light.expected_error == pytest.approx((10 / 24 * 14 / 24 / 24) ** 0.5, rel=1e-3)
    assert light.found == 0.2
    assert light.standard_error == pytest.approx((0.2**2 + 0.2 * 0.8 / 400) ** 0.5)
    # 3 of 15 sides without light were called better
    assert either.found == pytest.approx(1.0 - 0.8 * 0.8)
    assert light.passed


def test_where_nobody_gets_better_the_row_is_still_judged_by_its_errors(monkeypatch):
    nobody = ShareOfPeople(0.0, 0.0, 0.0)
    monkeypatch.setattr(responders.Course, "simulate", lambda *_, **__: Outcome(None))
    monkeypatch.setattr(Outcome, "share_below", lambda *_: nobody)
    light, either = responders.cases()
    assert light.is_stochastic
    assert not light.passed
    assert abs(either.z) < abs(light.z)
