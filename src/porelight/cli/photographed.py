"""Reading the photographs that a command was given, with the scale that was asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from porelight.cli.choices import ScaleOptions
    from porelight.workflows.scaled_photograph import ScaledPhotograph


def read_scaled(
    path: Path, options: "ScaleOptions", *, find_landmarks: bool = False
) -> "ScaledPhotograph":
    """Read a photograph and find its scale; find the landmarks of its face too if asked.

    Raises
    ------
    PorelightError
        If the scale is not said, the file cannot be read, or no scale or face is found in it.
    """
    from porelight.files.models import installed  # noqa: PLC0415
    from porelight.files.photographs import read_picture  # noqa: PLC0415
    from porelight.photo.photograph import require_measurable  # noqa: PLC0415
    from porelight.photo.scale import Scale  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415
    from porelight.workflows.scaled_photograph import scaled_photograph  # noqa: PLC0415

    scale = options.chosen()

    def require_size(rows: int, cols: int) -> None:
        # each zone of a whole face is judged by itself
        if isinstance(scale, Scale) and not find_landmarks:
            require_measurable((rows, cols), scale.px_per_metre, path.name)

    return scaled_photograph(
        read_picture(path, accept=require_size),
        scale,
        tick=options.ruler_tick_mm * mm,
        networks=installed() if find_landmarks or options.needs_face else None,
        find_landmarks=find_landmarks,
    )
