"""``porelight preview``: the photograph with its pores at the predicted size, measured again."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output, Zone
from porelight.cli.console import print_json, require_output, say
from porelight.cli.photographed import DrawnZone, ScaleSource, ScaleWish, scaled
from porelight.errors import InputFileError


def preview(  # noqa: PLR0913  each is an option of the command line
    photo: Path,
    /,
    *,
    output: Output,
    zone: Zone,
    px_per_mm: float | None = None,
    scale_from: ScaleSource | None = None,
    zone_mask: Path | None = None,
    change_percent: float | None = None,
    forecast: Path | None = None,
    day: float | None = None,
    json: AsJson = False,
) -> int:
    """Draw a photograph with its pores at the predicted size, and measure the drawing as a check.

    Parameters
    ----------
    photo
        Photograph before treatment.
    output
        PNG file.
    zone
        Which part of the face it shows.
    px_per_mm
        Scale of the photograph.
    scale_from
        Or take the scale from marker, dpi, iris or ruler.
    zone_mask
        Image of the same size; only the pores in its white part are drawn.
    change_percent
        Change of diameter to draw, such as -10.
    forecast
        Or a NetCDF file of 'porelight simulate': its median is drawn.
    day
        Day in that forecast.
    json
        Print the check as JSON.
    """
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.files.photographs import write_photograph  # noqa: PLC0415
    from porelight.photo.measure import measure  # noqa: PLC0415
    from porelight.report.forecast_check import forecast_ratio  # noqa: PLC0415
    from porelight.report.preview_check import previewed  # noqa: PLC0415

    if (change_percent is None) == (forecast is None) or (forecast is None) != (day is None):
        raise InputFileError("say what to draw: --change-percent, or --forecast with --day.")
    require_output(output, photo, forecast)
    if forecast is not None and day is not None:
        ratio = forecast_ratio(load_outcome(forecast), day)
    else:
        ratio = 1.0 + (change_percent or 0.0) / 100.0
    photograph = scaled(photo, ScaleWish(px_per_mm, scale_from)).photograph
    found = measure(photograph, zone=zone, zone_mask=DrawnZone(zone_mask).of(photograph))
    check = previewed(photograph, found, ratio)
    write_photograph(check.pixels, output)
    if json:
        change = check.measured.ratio
        print_json(
            {
                "preview": str(output),
                "drawn_percent": 100.0 * (ratio - 1.0),
                "measured_percent": {
                    key: 100.0 * (getattr(change, key) - 1.0) for key in ("value", "low", "high")
                },
                "agrees": check.agrees,
            }
        )
    else:
        say(check.sentence)
        say(f"written: {output}")
    return 0
