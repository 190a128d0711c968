"""``porelight compare``: what changed between two visits, and whether it was forecast."""

from dataclasses import replace
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
from porelight.cli.console import print_json, print_rows, progress_bar, say
from porelight.cli.numbers import Day, typed
from porelight.cli.photographed import read_scaled
from porelight.errors import InputFileError


def compare(  # noqa: PLR0913  each is an option of the command line
    before: Path,
    after: Path,
    /,
    *,
    output: Output,
    zone: Zone,
    scale: ScaleOptions = NO_SCALE,
    px_per_mm_after: Annotated[float | None, typed("PIXELS_PER_METRE", "per_mm", "px/mm")] = None,
    part: ZoneOptions = WHOLE_PHOTOGRAPH,
    forecast: Path | None = None,
    day: Day | None = None,
    json: AsJson = False,
) -> int:
    """Compare two photographs of the same skin, pore by pore.

    Parameters
    ----------
    before
        Photograph of the first visit; a zone that is drawn is drawn on it.
    after
        Photograph of the later visit: same place, side, lamp and distance.
    output
        Folder for pores.csv, change.png and summary.json.
    px_per_mm_after
        Scale of the second when it is another; else that of the first holds for both.
    forecast
        NetCDF file of 'porelight simulate': was the change predicted?
    day
        Day of the later photograph in that forecast.
    """
    from porelight.files.comparisons import (  # noqa: PLC0415
        COMPARISON,
        comparison_summary,
        save_comparison,
    )
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.files.writing import require_output_folder  # noqa: PLC0415
    from porelight.report.comparison_table import comparison_rows  # noqa: PLC0415
    from porelight.report.verdicts import forecast_verdict  # noqa: PLC0415
    from porelight.workflows.compare import compare as compare_photographs  # noqa: PLC0415

    if (forecast is None) != (day is None):
        raise InputFileError("--forecast and --day belong together; give both or neither.")
    require_output_folder(output, COMPARISON)
    outcome = None if forecast is None else load_outcome(forecast)
    later = scale
    if px_per_mm_after is not None:
        later = replace(scale, px_per_mm=px_per_mm_after, scale_from=None)
    scaled = [read_scaled(path, how) for path, how in ((before, scale), (after, later))]
    with progress_bar("comparing", quiet=json) as progress:
        compared = compare_photographs(
            scaled[0],
            scaled[1],
            zone=zone,
            zone_mask=part.mask_of(scaled[0].photograph),
            forecast=outcome,
            day=day,
            progress=progress,
        )
    save_comparison(compared, output)
    summary = comparison_summary(compared)
    if json:
        print_json(summary)
        return 0
    print_rows(f"{summary['before']} to {summary['after']}", comparison_rows(summary))
    if compared.forecast is not None:
        say(forecast_verdict(compared.forecast))
    for warning in compared.warnings:
        say(f"warning: {warning}")
    say(f"written: {output}")
    return 0
