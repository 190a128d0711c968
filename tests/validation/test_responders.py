import pytest

from porelight.course.outcome import Outcome
from porelight.course.statistics import ShareOfPeople
from porelight.validation import responders


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
    assert (light.found, light.standard_error) == (0.2, pytest.approx(0.2))
    # 3 of 15 sides without light were called better
    assert either.found == pytest.approx(1.0 - 0.8 * 0.8)
    assert light.passed
