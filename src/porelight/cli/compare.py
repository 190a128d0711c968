"""``porelight compare``: what changed between two visits, and whether it was forecast."""

from pathlib import Path
from typing import TYPE_CHECKING

from porelight.cli.choices import AsJson, Output, Zone
from porelight.cli.console import print_json, print_rows, say
from porelight.cli.photographed import DrawnZone, ScaleSource, ScaleWish, scaled
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.photo.measure import Measurement
    from porelight.photo.photograph import Photograph


def compare(  # noqa: PLR0913  each is an option of the command line
    before: Path,
    after: Path,
    /,
    *,
    output: Output,
    zone: Zone,
    px_per_mm: float | None = None,
    px_per_mm_after: float | None = None,
    scale_from: ScaleSource | None = None,
    zone_mask: Path | None = None,
    zone_polygon: Path | None = None,
    forecast: Path | None = None,
    day: float | None = None,
    json: AsJson = False,
) -> int:
    """Compare two photographs of the same skin, pore by pore.

    Parameters
    ----------
    before
        Photograph of the first visit.
    after
        Photograph of the later visit: same place, side, lamp and distance.
    output
        Folder for pores.csv, change.png and summary.json.
    zone
        Which part of the face both show.
    px_per_mm
        Scale of both, or of the first.
    px_per_mm_after
        Scale of the second when it is another.
    scale_from
        Or take the scales from marker, dpi, iris or ruler, as 'porelight measure' does.
    zone_mask
        Image of the size of the first photograph; only its white part is compared.
    zone_polygon
        JSON or CSV file with the corners of the zone in the first photograph.
    forecast
        NetCDF file of 'porelight simulate': was the change predicted?
    day
        Day of the later photograph in that forecast.
    json
        Print the summary as JSON.
    """
    from porelight.files.comparisons import comparison_summary, save_comparison  # noqa: PLC0415
    from porelight.files.outcomes import load_outcome  # noqa: PLC0415
    from porelight.photo.compare import compare as compare_visits  # noqa: PLC0415
    from porelight.photo.measure import measure  # noqa: PLC0415
    from porelight.photo.quality import findings, require_quality  # noqa: PLC0415
    from porelight.report.comparison_table import comparison_rows  # noqa: PLC0415
    from porelight.report.forecast_check import checked  # noqa: PLC0415

    if (forecast is None) != (day is None):
        raise InputFileError("--forecast and --day belong together; give both or neither.")
    zones = (DrawnZone(zone_mask, zone_polygon), DrawnZone(None))
    outcome = load_outcome(forecast) if forecast is not None else None
    wishes = (
        ScaleWish(px_per_mm, scale_from),
        ScaleWish(px_per_mm_after or px_per_mm, scale_from),
    )
    visits: list[tuple[Photograph, Measurement]] = []
    for path, wish, drawn in zip((before, after), wishes, zones, strict=True):
        photograph = scaled(path, wish).photograph
        measured = measure(photograph, zone=zone, zone_mask=drawn.of(photograph))
        require_quality(photograph, findings(photograph, measured.zone_mask))
        visits.append((photograph, measured))
    comparison = compare_visits(visits[0], visits[1])
    check = None
    if outcome is not None and day is not None:
        check = checked(outcome, day, comparison.diameter)
    names = (before.name, after.name)
    summary = comparison_summary(comparison, names, None if check is None else check.document())
    save_comparison(comparison, visits[0][0], summary, output)
    if json:
        print_json(summary)
        return 0
    print_rows(f"{names[0]} to {names[1]}", comparison_rows(summary))
    if check is not None:
        say(check.sentence)
    for warning in comparison.warnings:
        say(f"warning: {warning}")
    say(f"written: {output}")
    return 0
