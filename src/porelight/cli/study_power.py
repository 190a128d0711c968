"""``porelight study power``: how many subjects a study needs, and what a given number would see."""

import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, say
from porelight.cli.numbers import typed
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.statistics.sample_size import ForecastEffect, SampleSize, StudyAssumptions

Design = Literal["before-after", "two-arms", "split-face"]
Measured = Literal["area_fraction", "density_per_cm2", "count", "diameter_mm_p50"]


def power(  # noqa: PLR0913  each is an option of the command line
    *,
    design: Design = "two-arms",
    change_percent: Annotated[
        float | None, typed("statistics.sample_size.CHANGE", "percent", "%")
    ] = None,
    response_sd_percent: Annotated[
        float | None, typed("statistics.sample_size.SPREAD", "percent", "%")
    ] = None,
    forecast: Path | None = None,
    day: Annotated[float | None, typed("TIME", "day", "d")] = None,
    quantity: Measured = "area_fraction",
    error_percent: Annotated[
        float | None, typed("statistics.sample_size.SPREAD", "percent", "%")
    ] = None,
    zones: Annotated[int, typed("statistics.sample_size.ZONES")] = 1,
    takes: Annotated[int, typed("statistics.sample_size.TAKES")] = 1,
    subjects: Annotated[int | None, typed("statistics.sample_size.SUBJECTS")] = None,
    power_percent: Annotated[float, typed("statistics.sample_size.POWER", "percent", "%")] = 80.0,
    alpha_percent: Annotated[float, typed("statistics.sample_size.ALPHA", "percent", "%")] = 5.0,
    dropout_percent: Annotated[
        float, typed("statistics.sample_size.DROPOUT", "percent", "%")
    ] = 0.0,
    json: AsJson = False,
) -> int:
    """Tell how many subjects a study needs to find a change, or what a given number would find.

    Parameters
    ----------
    design
        One group against its own baseline, two groups of equal size, or both sides of each face.
    change_percent
        Change that is to be found: from baseline, or more than the control's. Taken from --forecast
        when left out.
    response_sd_percent
        How much people's true changes differ (standard deviation). Taken from --forecast when left
        out.
    forecast
        Outcome that 'porelight simulate' wrote; the change of its pore area is taken.
    day
        Day of the forecast; when left out, the observed one nearest to twelve weeks after the last
        session.
    quantity
        What is measured.
    error_percent
        Standard deviation of one take, as 'porelight study analyse' tells it; porelight's own on
        virtual skin when left out.
    zones, takes
        Zones of an arm that are averaged, and takes of each at each visit.
    subjects
        Tell the power of this many subjects in all, instead of how many are needed.
    power_percent
        Chance to find the change.
    alpha_percent
        Two-sided level of the test; divide it by the number of tests if there are several.
    dropout_percent
        Share of subjects that will be lost before the last visit.
    """
    from porelight.data.library import parameter  # noqa: PLC0415
    from porelight.statistics.sample_size import (  # noqa: PLC0415
        StudyAssumptions,
        sample_size,
        study_power,
    )

    expected = None if forecast is None else _forecast(forecast, day, quantity)
    change = math.log1p(change_percent / 100.0) if change_percent is not None else None
    spread = None if response_sd_percent is None else response_sd_percent / 100.0
    if expected is not None:
        change = expected.middle if change is None else change
        spread = expected.response_sd if spread is None else spread
    if change is None or spread is None:
        raise InputFileError(
            "say what is to be found: --change-percent and --response-sd-percent, or --forecast "
            "RUN.nc, which tells both."
        )
    known = parameter("photo", "repeatability", quantity)
    error = known.value if error_percent is None else error_percent / 100.0
    assumptions = StudyAssumptions(
        "two arms" if design == "two-arms" else "split face" if design == "split-face" else design,
        change,
        spread,
        error,
        zones,
        takes,
        alpha_percent / 100.0,
        dropout_percent / 100.0,
    )
    found = (
        sample_size(assumptions, power_percent / 100.0)
        if subjects is None
        else study_power(assumptions, subjects)
    )
    source = "as given" if error_percent is not None else f"of porelight: {known.source}"
    others = {} if expected is None or change_percent is not None else _others(found, expected)
    if json:
        print_json(_document(found, source, others))
        return 0
    print_rows("assumed", _rows(assumptions, source))
    say(_answer(found))
    for what, power_then in others.items():
        say(f"{what}: power {100 * power_then:.0f} %")
    return 0


def _forecast(path: Path, day: float | None, quantity: str) -> "ForecastEffect":
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.statistics.sample_size import forecast_effect  # noqa: PLC0415

    if quantity != "area_fraction":
        raise InputFileError(
            f"a forecast tells the change of the pore area, not of {quantity}; leave --quantity "
            "out, or give --change-percent and --response-sd-percent."
        )
    outcome = load_outcome(path)
    return forecast_effect(outcome.changes(quantity, day), outcome.people)


def _others(found: "SampleSize", expected: "ForecastEffect") -> dict[str, float]:
    """Return the power if the mean change is at either end of what the forecast allows."""
    from porelight.statistics.sample_size import power_of  # noqa: PLC0415

    told = {}
    for end in (expected.low, expected.high):
        what = f"if people change by {100 * math.expm1(end):+.1f} % on average"
        told[what] = (
            power_of(replace(found.assumptions, effect=end), found.per_arm)
            if end != 0.0
            else found.assumptions.alpha
        )
    return told


def _rows(one: "StudyAssumptions", source: str) -> list[dict[str, str]]:
    told = {
        "design": one.design,
        "change to be found": f"{100 * math.expm1(one.effect):+.1f} %",
        "people's changes differ by (SD)": f"{100 * one.response_sd:.1f} %",
        "one take, error (SD)": f"{100 * one.error:.1f} % ({source})",
        "averaged at each visit": f"{one.zones} zones, {one.takes} takes of each",
        "what is tested scatters by (SD)": f"{100 * one.change_sd:.1f} %",
        "level, two-sided": f"{100 * one.alpha:g} %",
        "lost before the end": f"{100 * one.dropout:g} %",
    }
    return [{"assumed": what, "value": value} for what, value in told.items()]


def _answer(found: "SampleSize") -> str:
    of_each = " in each arm" if found.assumptions.design == "two arms" else ""
    return (
        f"{found.recruited} subjects to begin with, {found.per_arm} with both visits{of_each}: "
        f"power {100 * found.power:.0f} %"
    )


def _document(found: "SampleSize", source: str, others: dict[str, float]) -> dict[str, object]:
    one = found.assumptions
    return {
        "subjects": found.recruited,
        "per_arm": found.per_arm,
        "power": found.power,
        "assumed": {
            "design": one.design,
            "change_percent": 100.0 * math.expm1(one.effect),
            "response_sd_percent": 100.0 * one.response_sd,
            "error_percent": 100.0 * one.error,
            "error_source": source,
            "zones": one.zones,
            "takes": one.takes,
            "tested_sd_percent": 100.0 * one.change_sd,
            "alpha_percent": 100.0 * one.alpha,
            "dropout_percent": 100.0 * one.dropout,
        },
        "power_if": others,
    }
