"""Claims about the sentences that say what a comparison and a preview came to."""

import dataclasses

import numpy as np
import pytest

from porelight.photo.change import ZoneChange
from porelight.photo.estimate import Estimate
from porelight.report.verdicts import forecast_verdict, preview_verdict
from porelight.workflows.forecast_check import ForecastCheck
from porelight.workflows.preview import PreviewedPhotograph

CHECK = ForecastCheck(day=84.0, low=0.85, median=0.9, high=0.95, measured=0.9, share_below=0.5)


def test_a_change_within_the_forecast_is_said_to_be():
    assert forecast_verdict(CHECK) == (
        "The measured change of -10.0 % lies within the forecast of -15.0 to -5.0 %."
    )


@pytest.mark.parametrize(
    ("measured", "seen", "word"), [(1.02, "+2.0", "less"), (0.75, "-25.0", "more")]
)
def test_a_change_outside_of_the_forecast_is_said_with_its_side(measured, seen, word):
    text = forecast_verdict(dataclasses.replace(CHECK, measured=measured))
    assert text == (
        f"The measured change of {seen} % lies outside of the forecast of -15.0 to -5.0 %: the "
        f"pores shrank {word} than predicted."
    )


@pytest.mark.parametrize(("predicted", "verdict"), [(0.9, "holds"), (0.8, "does not hold")])
def test_a_preview_says_whether_it_shows_what_was_drawn(predicted, verdict):
    change = ZoneChange(Estimate(0.91, 0.86, 0.96), 0.03, 0.01, 0.027)
    # the sentence asks nothing of the photograph itself
    shown = PreviewedPhotograph(None, np.zeros((1, 1, 3), np.uint8), predicted, change)
    drawn = f"{100 * (predicted - 1):+.1f}"
    assert preview_verdict(shown) == (
        f"Drawn with {drawn} %, measured again -9.0 %; the interval -14.0 % to -4.0 % {verdict} "
        "what was drawn."
    )
