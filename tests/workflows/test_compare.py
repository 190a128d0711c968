"""Claims about comparing two visits in one call, and about holding a forecast against them."""

import math

import numpy as np
import pytest
import xarray as xr

import porelight as pl
from porelight.course.outcome import Outcome
from porelight.errors import ParameterError, PhotographError
from porelight.photo.change import ZoneChange
from porelight.photo.compare import compare as compare_pores
from porelight.photo.estimate import Estimate
from porelight.workflows import compare as workflow
from porelight.workflows.compare import compare
from porelight.workflows.forecast_check import check_forecast, forecast_ratio

RATIO = 0.85  # of the treated pores, as tests/workflows/conftest.py has them


def outcome(ratio: float, spread: float = 0.02) -> Outcome:
    """Return a forecast that reaches a ratio on day 84, half of it on day 42."""
    rng = np.random.default_rng(1)
    end = ratio * np.exp(spread * rng.standard_normal(200))
    history = 1.0 + (end[:, None] - 1.0) * np.array([0.0, 0.5, 1.0])
    data = {"diameter_ratio": (("draw", "day"), history)}
    return Outcome(xr.Dataset(data, coords={"day": [0.0, 42.0, 84.0]}))


def measured_change(value: float, error: float = 0.02) -> ZoneChange:
    low, high = (value * math.exp(k * 1.96 * error) for k in (-1, 1))
    return ZoneChange(Estimate(value, low, high), error, 0.0, error)


@pytest.fixture(scope="module")
def compared(measured_visits):
    return compare(*measured_visits, forecast=outcome(RATIO), day=84.0)


@pytest.mark.slow
def test_photographs_are_compared_in_one_call(visits, compared):
    change = pl.compare(*visits, zone="cheek").diameter
    assert change.ratio == compared.diameter.ratio
    assert change.ratio.low < RATIO < change.ratio.high


def test_numbers_are_those_of_the_comparison_of_pores(measured_visits, compared):
    pairs = [(visit.photograph, visit.measurement) for visit in measured_visits]
    assert compared.diameter.ratio == compare_pores(*pairs).diameter.ratio
    assert compared.is_real


def test_what_was_measured_is_not_measured_again(monkeypatch, measured_visits):
    def measure(*_: object, **__: object) -> None:
        pytest.fail("measured again")

    monkeypatch.setattr(workflow, "measure", measure)
    assert compare(*measured_visits).before is measured_visits[0]


def test_only_the_zone_of_the_first_is_compared(visits):
    zone = np.zeros(visits[0].shape, np.bool_)
    zone[:, :150] = True
    part = compare(*visits, zone="cheek", zone_mask=zone)
    assert not part.before.mask[:, 150:].any()
    assert part.after.measurement.zone_mask.all()


def test_a_blurred_photograph_of_either_visit_is_refused(measured_visits, blurred_patch):
    with pytest.raises(PhotographError, match="blur is"):
        compare(blurred_patch, measured_visits[1], zone="cheek")
    with pytest.raises(PhotographError, match="blur is"):
        compare(measured_visits[0], blurred_patch, zone="cheek")


def test_limits_of_each_photograph_are_said_with_its_name(soft_patch):
    found = compare(soft_patch, soft_patch, zone="cheek")
    assert found.warnings[0].startswith("Both photographs are the same picture")
    assert [text[:18] for text in found.warnings[1:]] == ["patch.png: Blur is"] * 2


def test_a_comparison_prints_short(compared):
    text = repr(compared)
    ratio = compared.diameter.ratio
    assert text.startswith("visit0.png to visit2.png: diameter ")
    assert f"({100 * (ratio.low - 1):+.1f} to {100 * (ratio.high - 1):+.1f})" in text
    assert ", told from no change" in text
    assert "within the forecast for day 84" in text
    assert len(text.splitlines()) == 3


def test_in_a_notebook_both_pictures_stand_side_by_side(compared):
    html = compared._repr_html_()
    assert html.count("data:image/png;base64,") == 2
    assert "visit0.png</figcaption>" in html
    assert "told from no change" in html


def test_progress_rises_to_one(measured_visits):
    told: list[float] = []
    compare(*measured_visits, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"forecast": outcome(0.9)}, "forecast and day belong together"),
        ({"day": 84.0}, "forecast and day belong together"),
        ({"forecast": outcome(0.9), "day": 200.0}, "from day 0 to 84; day 200 is not in it"),
        ({}, "say which zone both photographs show"),
        ({"zone": "elbow"}, "no zone named 'elbow'"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused_before_the_work(monkeypatch, patch, options, text):
    monkeypatch.setattr(workflow, "compare_pores", lambda *_: pytest.fail("compared"))
    with pytest.raises(ParameterError, match=text):
        compare(patch, patch, **options)


def test_a_zone_that_is_not_that_of_the_measurement_is_refused(measured_visits):
    with pytest.raises(ParameterError, match=r"visit0\.png was measured already, as cheek"):
        compare(*measured_visits, zone="nose")
    mask = np.ones(measured_visits[0].photograph.shape, np.bool_)
    with pytest.raises(ParameterError, match="leave zone and zone_mask out"):
        compare(*measured_visits, zone_mask=mask)


@pytest.mark.verification
def test_forecast_interval_holds_draws_and_measurement_error():
    check = check_forecast(outcome(0.9), 84.0, measured_change(0.9))
    # two independent lognormal errors of 2 % each: 1.96 sqrt 2 0.02
    half = 1.96 * math.sqrt(2.0) * 0.02
    assert math.log(check.high / check.low) == pytest.approx(2.0 * half, rel=0.1)
    assert check.is_within
    assert check.median == pytest.approx(0.9, abs=0.005)
    assert check.share_below == pytest.approx(0.5, abs=0.1)
    assert check.measured == 0.9


def test_between_observed_days_the_forecast_is_interpolated():
    assert forecast_ratio(outcome(0.9), 42.0) == pytest.approx(0.95, abs=0.005)
    assert forecast_ratio(outcome(0.9), 21.0) == pytest.approx(0.975, abs=0.0025)


@pytest.mark.parametrize(("value", "below"), [(1.02, 1.0), (0.75, 0.0)])
def test_a_change_outside_of_the_forecast_is_not_within(value, below):
    check = check_forecast(outcome(0.9), 84.0, measured_change(value))
    assert not check.is_within
    assert check.share_below == pytest.approx(below, abs=0.01)


def test_a_day_beyond_the_forecast_is_refused():
    for day in (-1.0, 200.0, math.nan):
        with pytest.raises(ParameterError, match="is not in it"):
            check_forecast(outcome(0.9), day, measured_change(0.9))
