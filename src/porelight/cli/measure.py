"""``porelight measure``: the pores of photographs in millimetres."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from porelight.cli.choices import AsJson, Output, Zone
from porelight.cli.console import complain, print_json, print_rows, say
from porelight.cli.photographed import DrawnZone, Scaled, ScaleSource, ScaleWish, scaled
from porelight.errors import InputFileError, PorelightError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from porelight.photo.photograph import Photograph


def measure(  # noqa: PLR0913  each is an option of the command line
    photos: list[Path],
    /,
    *,
    output: Output,
    px_per_mm: float | None = None,
    scale_from: ScaleSource | None = None,
    zone: Zone | None = None,
    zone_mask: Path | None = None,
    zone_polygon: Path | None = None,
    landmarks: bool = False,
    scale_error_percent: float = 1.0,
    ruler_tick_mm: float = 1.0,
    distance_cm: float | None = None,
    false_discovery: float | None = None,
    json: AsJson = False,
) -> int:
    """Measure the pores of photographs in millimetres.

    Parameters
    ----------
    photos
        Photographs of skin (PNG, JPEG, TIFF, WebP). Several go to OUTPUT/NAME each.
    output
        Folder for pores.csv, mask.png, overlay.png and summary.json.
    px_per_mm
        Scale of the photograph. Below 5 is refused, below 12 is warned about.
    scale_from
        Or take the scale from the sheet of 'porelight marker', from the dots per inch that a
        scanner wrote, from the irises of a face (5 to 8 % uncertain), or from a ruler in view.
    zone
        Which part of the face a close-up shows.
    zone_mask
        Image of the same size; only its white part is measured.
    zone_polygon
        JSON or CSV file with the corners of the zone; only what is inside is measured.
    landmarks
        The photograph shows a whole face: find its zones and measure each into a folder of its own.
        Needs 'porelight models fetch' once.
    scale_error_percent
        Standard deviation of --px-per-mm; it is carried into every millimetre.
    ruler_tick_mm
        Distance between two ticks of the ruler.
    distance_cm
        From the lens to a whole face; an arm's length when left out.
    false_discovery
        Share of finds that may be no pores, such as 0.1. Left out: the best balance of false and
        missed ones.
    json
        Print the summary as JSON.
    """
    wish = ScaleWish(px_per_mm, scale_from, scale_error_percent, ruler_tick_mm)
    where = _Where(zone, DrawnZone(zone_mask, zone_polygon), landmarks, distance_cm)
    if where.drawn.is_drawn and len(photos) > 1:
        raise InputFileError("a zone that was drawn fits one photograph; measure one at a time.")
    summaries, failed = {}, []
    for path in photos:
        folder = output / path.stem if len(photos) > 1 else output
        try:
            seen = scaled(path, wish, landmarks=landmarks)
        except PorelightError as problem:
            # one bad photograph must not cost the others
            failed.append(str(problem) if path.name in str(problem) else f"{path}: {problem}")
            continue
        for view in where.views(seen, folder):
            try:
                summary = _measured(seen, view, false_discovery)
            except PorelightError as problem:
                failed.append(str(problem))
                continue
            summaries[view.key(path)] = summary
            if not json:
                _print_measurement(view.photograph.name, summary, view.folder)
    if json:
        only = next(iter(summaries.values())) if len(photos) == 1 and len(summaries) == 1 else None
        print_json(summaries if only is None else only)
    for message in failed:
        complain(message)
    return 2 if failed else 0


@dataclass(frozen=True, slots=True)
class _View:
    """One zone of one photograph, ready to be measured."""

    photograph: "Photograph"
    mask: "NDArray[np.bool_] | None"
    zone: str
    folder: Path
    face_zone: str = ""
    warnings: tuple[str, ...] = ()
    problem: PorelightError | None = None

    def key(self, path: Path) -> str:
        return f"{path} {self.face_zone}".strip()


@dataclass(frozen=True, slots=True)
class _Where:
    """Which part of a photograph the user wants measured."""

    zone: Zone | None
    drawn: DrawnZone
    landmarks: bool
    distance_cm: float | None

    def __post_init__(self) -> None:
        if self.landmarks and (self.drawn.is_drawn or self.zone):
            raise InputFileError(
                "--landmarks finds the zones itself; leave --zone, --zone-mask and --zone-polygon "
                "out, or name the zone of a close-up without --landmarks."
            )
        if not self.landmarks and self.zone is None:
            raise InputFileError(
                "say what is shown: --zone forehead, glabella, nose, cheek or chin for a close-up, "
                "or --landmarks for a whole face."
            )

    def views(self, seen: Scaled, folder: Path) -> "Iterator[_View]":
        """Return each zone to be measured; a zone that cannot be seen carries its problem."""
        from porelight.photo.perspective import zone_view  # noqa: PLC0415
        from porelight.photo.zones import NAMES, tissue_zone  # noqa: PLC0415
        from porelight.units import cm  # noqa: PLC0415

        photograph = seen.photograph
        if seen.face is None or not self.landmarks:
            yield _View(photograph, self.drawn.of(photograph), self.zone or "cheek", folder)
            return
        distance = None if self.distance_cm is None else self.distance_cm * cm
        for name in NAMES:
            place = folder / name.replace(" ", "-")
            zone = tissue_zone(name)
            try:
                view = zone_view(photograph, seen.face, name, seen.scale, distance)
            except PorelightError as problem:
                yield _View(photograph, None, zone, place, name, (), problem)
                continue
            yield _View(view.photograph, view.mask, zone, place, name, view.warnings)


def _measured(seen: Scaled, view: _View, false_discovery: float | None) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415

    from porelight.errors import PhotographError  # noqa: PLC0415
    from porelight.files import measurements  # noqa: PLC0415
    from porelight.files.acquisition import Circumstances  # noqa: PLC0415
    from porelight.photo.marker import patch_levels  # noqa: PLC0415
    from porelight.photo.measure import measure as measure_photograph  # noqa: PLC0415
    from porelight.photo.quality import findings, require_quality  # noqa: PLC0415
    from porelight.photo.tone import tone  # noqa: PLC0415

    if view.problem is not None:
        raise view.problem
    photograph = view.photograph
    mask = np.ones(photograph.shape, np.bool_) if view.mask is None else view.mask
    quality = findings(photograph, mask)
    limits = require_quality(photograph, quality)
    measurement = measure_photograph(
        photograph, zone=view.zone, zone_mask=view.mask, q=false_discovery
    )
    levels = None if seen.marker is None else patch_levels(seen.photograph.pixels, seen.marker)
    said = (*view.warnings, *limits)
    try:
        look = tone(photograph, mask, measurement.mask, levels)
    except PhotographError as problem:
        look, said = None, (*said, f"Tone is not told: {problem}")
    around = Circumstances(seen.scale, quality, look, said)
    measurements.save_measurement(measurement, photograph, view.folder, around)
    return measurements.summary(measurement, photograph, around)


def _print_measurement(name: str, summary: dict[str, object], folder: Path) -> None:
    from porelight.report.measured_table import measurement_rows  # noqa: PLC0415

    print_rows(name, measurement_rows(summary))
    warnings = summary.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        say(f"warning: {warning}")
    say(f"written: {folder}")
