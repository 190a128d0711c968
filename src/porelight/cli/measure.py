"""``porelight measure``: the pores of close-ups in millimetres."""

from pathlib import Path

from porelight.cli.choices import AsJson, Output, Zone
from porelight.cli.console import complain, print_json, print_rows, say
from porelight.errors import InputFileError, PorelightError


def measure(  # noqa: PLR0913  each is an option of the command line
    photos: list[Path],
    /,
    *,
    output: Output,
    px_per_mm: float,
    zone: Zone,
    zone_mask: Path | None = None,
    scale_error_percent: float = 1.0,
    false_discovery: float = 0.4,
    json: AsJson = False,
) -> int:
    """Measure the pores of close-ups in millimetres.

    Parameters
    ----------
    photos
        Close-ups of skin (PNG, JPEG, TIFF, WebP). Several go to OUTPUT/NAME each.
    output
        Folder for pores.csv, mask.png, overlay.png and summary.json.
    px_per_mm
        Scale of the photograph. Below 5 is refused, below 12 is warned about.
    zone
        Which part of the face it shows.
    zone_mask
        Image of the same size; only its white part is measured.
    scale_error_percent
        Standard deviation of the scale; it is carried into every millimetre.
    false_discovery
        Largest accepted share of finds that are no pores. A stricter one throws faint pores away.
    json
        Print the summary as JSON.
    """
    from porelight.photo.measure import measure as measure_photograph  # noqa: PLC0415
    from porelight.record import measurements, photographs  # noqa: PLC0415

    if zone_mask is not None and len(photos) > 1:
        raise InputFileError("--zone-mask fits one photograph; measure several one at a time.")
    summaries, failed = {}, []
    for path in photos:
        folder = output / path.stem if len(photos) > 1 else output
        try:
            photograph = photographs.read_photograph(
                path, px_per_mm=px_per_mm, scale_error=scale_error_percent / 100.0
            )
            mask = None
            if zone_mask is not None:
                mask = photographs.read_zone_mask(zone_mask, photograph.pixels.shape[:2])
            measurement = measure_photograph(
                photograph, zone=zone, zone_mask=mask, q=false_discovery
            )
            measurements.save_measurement(measurement, photograph, folder)
        except PorelightError as problem:
            # one bad photograph must not cost the others
            failed.append(str(problem))
            continue
        summaries[str(path)] = measurements.summary(measurement, photograph)
        if not json:
            _print_measurement(path.name, summaries[str(path)], folder)
    if json:
        only = next(iter(summaries.values())) if len(photos) == 1 and summaries else summaries
        print_json(only)
    for message in failed:
        complain(message)
    return 2 if failed else 0


def _print_measurement(name: str, summary: dict[str, object], folder: Path) -> None:
    from porelight.report.measured_table import measurement_rows  # noqa: PLC0415

    print_rows(name, measurement_rows(summary))
    warnings = summary.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        say(f"warning: {warning}")
    say(f"written: {folder}")
