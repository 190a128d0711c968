"""``porelight preview``: the photograph with its pores at the predicted size, measured again."""

from pathlib import Path
from typing import Annotated

from porelight.cli.choices import (
    NO_SCALE,
    WHOLE_PHOTOGRAPH,
    AsJson,
    Output,
    ScaleOptions,
    Zone,
    ZoneOptions,
)
from porelight.cli.console import print_json, progress_bar, say
from porelight.cli.numbers import Day, typed
from porelight.cli.photographed import read_scaled
from porelight.errors import InputFileError


def preview(  # noqa: PLR0913  each is an option of the command line
    photo: Path,
    /,
    *,
    output: Output,
    zone: Zone,
    scale: ScaleOptions = NO_SCALE,
    part: ZoneOptions = WHOLE_PHOTOGRAPH,
    change_percent: Annotated[float | None, typed("render.preview.CHANGE", "percent", "%")] = None,
    forecast: Path | None = None,
    day: Day | None = None,
    json: AsJson = False,
) -> int:
    """Draw a photograph with its pores at the predicted size, and measure the drawing as a check.

    Parameters
    ----------
    photo
        Photograph before treatment.
    output
        PNG file.
    change_percent
        Change of diameter to draw, such as -10.
    forecast
        Or a NetCDF file of 'porelight simulate': its median is drawn.
    day
        Day in that forecast.
    """
    from porelight.files.comparisons import preview_summary  # noqa: PLC0415
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.files.photographs import PICTURE, write_photograph  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.verdicts import preview_verdict  # noqa: PLC0415
    from porelight.workflows.preview import preview as preview_photograph  # noqa: PLC0415

    if (change_percent is None) == (forecast is None) or (forecast is None) != (day is None):
        raise InputFileError("say what to draw: --change-percent, or --forecast with --day.")
    require_output(output, PICTURE)
    outcome = None if forecast is None else load_outcome(forecast)
    seen = read_scaled(photo, scale)
    with progress_bar("drawing", quiet=json) as progress:
        shown = preview_photograph(
            seen,
            zone=zone,
            zone_mask=part.mask_of(seen.photograph),
            ratio=None if change_percent is None else 1.0 + change_percent / 100.0,
            forecast=outcome,
            day=day,
            progress=progress,
        )
    write_photograph(shown.pixels, output)
    if json:
        print_json({"preview": str(output), **preview_summary(shown)})
        return 0
    say(preview_verdict(shown))
    for warning in shown.warnings:
        say(f"warning: {warning}")
    say(f"written: {output}")
    return 0
