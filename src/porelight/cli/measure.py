"""``porelight measure``: the pores of photographs in millimetres."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from porelight.cli.choices import (
    NO_SCALE,
    WHOLE_PHOTOGRAPH,
    AsJson,
    Output,
    ScaleOptions,
    Zone,
    ZoneOptions,
)
from porelight.cli.console import complain, print_json, print_rows, progress_bar, say
from porelight.cli.numbers import typed
from porelight.cli.photographed import read_scaled
from porelight.errors import InputFileError, PorelightError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from porelight.progress import Progress
    from porelight.workflows.measure import MeasuredPhotograph
    from porelight.workflows.scaled_photograph import ScaledPhotograph


def measure(  # noqa: PLR0913  each is an option of the command line
    photos: list[Path],
    /,
    *,
    output: Output,
    scale: ScaleOptions = NO_SCALE,
    zone: Zone | None = None,
    part: ZoneOptions = WHOLE_PHOTOGRAPH,
    landmarks: bool = False,
    distance_cm: Annotated[float | None, typed("photo.perspective.DISTANCE", "cm")] = None,
    false_discovery: Annotated[float | None, typed("FRACTION")] = None,
    json: AsJson = False,
) -> int:
    """Measure the pores of photographs in millimetres.

    Parameters
    ----------
    photos
        Photographs of skin (PNG, JPEG, TIFF, WebP, AVIF; HEIC and raw files with their extras).
        Several go to OUTPUT/NAME each.
    output
        Folder for pores.csv, mask.png, overlay.png and summary.json.
    landmarks
        The photograph shows a whole face: find its zones and measure each into a folder of its own.
        Needs 'porelight models fetch' once.
    distance_cm
        From the lens to a whole face; an arm's length when left out.
    false_discovery
        Share of finds that may be no pores, such as 0.1. Left out: the best balance of false and
        missed ones.
    """
    from porelight.files.measurements import (  # noqa: PLC0415
        MEASUREMENT,
        save_measurement,
        summary,
    )
    from porelight.files.writing import require_output_folder  # noqa: PLC0415

    shown = _Shown(zone, part, landmarks=landmarks, distance_cm=distance_cm)
    _require_own_places(photos, shown)
    scale.chosen()
    summaries: dict[str, dict[str, object]] = {}
    failed: list[str] = []
    for path in photos:
        folder = output / path.stem if len(photos) > 1 else output
        try:
            if not landmarks:
                require_output_folder(folder, MEASUREMENT)
            seen = read_scaled(path, scale, find_landmarks=landmarks)
        except PorelightError as problem:
            # one bad photograph must not cost the others
            failed.append(str(problem) if path.name in str(problem) else f"{path}: {problem}")
            continue
        try:
            with progress_bar(f"measuring {path.name}", quiet=json) as progress:
                found, refused = shown.measured(seen, false_discovery, progress)
        except PorelightError as problem:
            failed.append(str(problem))
            continue
        failed += refused
        for name, measured in found.items():
            place = folder / name.replace(" ", "-")
            try:
                save_measurement(measured, place)
            except PorelightError as problem:
                failed.append(str(problem))
                continue
            summaries[f"{path} {name}".strip()] = numbers = summary(measured)
            if not json:
                _print_measurement(measured, numbers, place)
    if json:
        one = len(photos) == 1 and not landmarks and bool(summaries)
        print_json(next(iter(summaries.values())) if one else summaries)
    for message in failed:
        complain(message)
    return 2 if failed else 0


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the user says that the photographs show: a zone close up, or a whole face."""

    zone: Zone | None
    part: ZoneOptions
    landmarks: bool
    distance_cm: float | None

    def __post_init__(self) -> None:
        if self.landmarks and (self.part.is_drawn or self.zone):
            raise InputFileError(
                "--landmarks finds the zones itself; leave --zone, --zone-mask and --zone-polygon "
                "out, or name the zone of a close-up without --landmarks."
            )
        if not self.landmarks and self.zone is None:
            raise InputFileError(
                "say what is shown: --zone forehead, glabella, nose, cheek or chin for a close-up, "
                "or --landmarks for a whole face."
            )

    def measured(
        self,
        seen: "ScaledPhotograph",
        false_discovery: float | None,
        progress: "Progress",
    ) -> "tuple[Mapping[str, MeasuredPhotograph], Iterable[str]]":
        """Return what was measured, by zone of the face, and why other zones were not.

        A close-up stands under an empty name.
        """
        from porelight.units import cm  # noqa: PLC0415
        from porelight.workflows.measure import measure, measure_face  # noqa: PLC0415

        if self.zone is None:
            distance = None if self.distance_cm is None else self.distance_cm * cm
            face = measure_face(seen, distance=distance, q=false_discovery, progress=progress)
            return {str(name): one for name, one in face.measured.items()}, face.refused.values()
        mask = self.part.mask_of(seen.photograph)
        close_up = measure(
            seen, zone=self.zone, zone_mask=mask, q=false_discovery, progress=progress
        )
        return {"": close_up}, ()


def _require_own_places(photos: list[Path], shown: _Shown) -> None:
    """Refuse what would measure two photographs in one zone, or into one folder."""
    if shown.part.is_drawn and len(photos) > 1:
        raise InputFileError("a zone that was drawn fits one photograph; measure one at a time.")
    names = [path.stem for path in photos]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputFileError(
            f"two photographs are named {twice!r} and would go to one folder; measure them one at "
            "a time, or rename one."
        )


def _print_measurement(
    measured: "MeasuredPhotograph", numbers: "Mapping[str, object]", folder: Path
) -> None:
    from porelight.report.measured_table import measurement_rows  # noqa: PLC0415

    print_rows(measured.photograph.name, measurement_rows(numbers))
    for warning in measured.warnings:
        say(f"warning: {warning}")
    say(f"written: {folder}")
