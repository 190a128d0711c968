"""Claims about drawing a prediction into a photograph and measuring the drawing."""

import numpy as np
import pytest
import xarray as xr

import porelight as pl
from porelight.course.outcome import Outcome
from porelight.errors import ParameterError, PhotographError
from porelight.workflows import preview as workflow
from porelight.workflows.preview import preview


def outcome(ratio: float) -> Outcome:
    history = np.array([[1.0, ratio - 0.1], [1.0, ratio], [1.0, ratio + 0.1]])
    data = {"diameter_ratio": (("draw", "day"), history)}
    return Outcome(xr.Dataset(data, coords={"day": [0.0, 84.0]}))


@pytest.fixture(scope="module")
def shown(visits):
    return pl.preview(visits[0], zone="cheek", ratio=0.9)


def test_a_preview_measures_as_it_was_drawn(shown):
    assert shown.agrees
    assert shown.measured.ratio.value == pytest.approx(0.9, abs=0.03)
    assert shown.predicted == 0.9


def test_a_preview_that_measures_otherwise_does_not_agree(monkeypatch, visits):
    # drawn with nothing changed, though 0.8 was asked for
    monkeypatch.setattr(workflow, "draw_preview", lambda pixels, *_: pixels.copy())
    assert not preview(visits[0], zone="cheek", ratio=0.8).agrees


def test_pores_too_small_to_be_seen_again_are_told_of(visits):
    with pytest.raises(PhotographError, match=r"-90 % \d+ of \d+ pores can be seen again"):
        preview(visits[0], zone="cheek", ratio=0.1)


def test_no_change_draws_the_photograph_itself(visits):
    same = preview(visits[0], zone="cheek", ratio=1.0)
    np.testing.assert_array_equal(same.pixels, visits[0].pixels)
    assert same.agrees


def test_a_forecast_is_drawn_by_its_median(visits, shown):
    by_forecast = preview(visits[0], zone="cheek", forecast=outcome(0.9), day=84.0)
    assert by_forecast.predicted == 0.9
    np.testing.assert_array_equal(by_forecast.pixels, shown.pixels)


def test_only_pores_of_the_zone_are_drawn(visits):
    zone = np.zeros(visits[0].shape, np.bool_)
    zone[:, :150] = True
    part = preview(visits[0], zone="cheek", zone_mask=zone, ratio=0.8)
    changed = (part.pixels != visits[0].pixels).any(axis=2)
    # no farther than the margin of a pore on the edge of the zone
    assert changed[:, :150].any()
    assert not changed[:, 165:].any()


def test_a_preview_prints_in_a_line(shown):
    text = repr(shown)
    assert text.startswith("visit0.png: diameter drawn with -10.0 %, measured again ")
    assert "\n" not in text


def test_in_a_notebook_the_photograph_and_the_drawing_stand_side_by_side(shown):
    html = shown._repr_html_()
    assert html.count("data:image/png;base64,") == 2
    assert "as predicted</figcaption>" in html
    assert "diameter drawn with -10.0 %" in html


def test_a_blurred_photograph_is_not_drawn_into(blurred_patch):
    with pytest.raises(PhotographError, match="blur is"):
        preview(blurred_patch, zone="cheek", ratio=0.9)


def test_limits_of_the_photograph_are_said(soft_patch):
    shown = preview(soft_patch, zone="cheek", ratio=0.95)
    assert [text for text in shown.warnings if "Blur is" in text]


def test_progress_rises_to_one(visits):
    told: list[float] = []
    preview(visits[0], zone="cheek", ratio=0.95, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, "say what to draw"),
        ({"forecast": outcome(0.9)}, "say what to draw"),
        ({"day": 84.0}, "say what to draw"),
        ({"ratio": 0.9, "forecast": outcome(0.9), "day": 84.0}, "say what to draw"),
        ({"ratio": 0.9, "day": 84.0}, "say what to draw"),
        ({"ratio": -10.0}, "ratio is -10; expected 0.05 to 3. A change of -10 % is 0.9"),
        ({"forecast": outcome(0.9), "day": 99.0}, "day 99 is not in it"),
    ],
)
def test_what_cannot_be_drawn_is_refused_before_the_work(monkeypatch, patch, options, text):
    monkeypatch.setattr(workflow, "measure", lambda *_, **__: pytest.fail("measured"))
    with pytest.raises(ParameterError, match=text):
        preview(patch, zone="cheek", **options)
