"""What a comparison and a preview came to, in a sentence."""

from porelight.workflows.forecast_check import ForecastCheck
from porelight.workflows.preview import PreviewedPhotograph


def forecast_verdict(check: ForecastCheck) -> str:
    """Return whether the measured change lies within the forecast."""
    span = f"{_percent(check.low)} to {_percent(check.high)} %"
    seen = f"{_percent(check.measured)} %"
    if check.is_within:
        return f"The measured change of {seen} lies within the forecast of {span}."
    side = "less" if check.measured > check.high else "more"
    return (
        f"The measured change of {seen} lies outside of the forecast of {span}: the pores "
        f"shrank {side} than predicted."
    )


def preview_verdict(shown: PreviewedPhotograph) -> str:
    """Return whether the drawing shows the change that it was drawn to show."""
    ratio = shown.measured.ratio
    verdict = "holds" if shown.agrees else "does not hold"
    return (
        f"Drawn with {_percent(shown.predicted)} %, measured again {_percent(ratio.value)} %; the "
        f"interval {_percent(ratio.low)} % to {_percent(ratio.high)} % {verdict} what was drawn."
    )


def _percent(ratio: float) -> str:
    return f"{100.0 * (ratio - 1.0):+.1f}"
