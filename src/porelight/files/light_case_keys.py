"""Keys of a light case that its other keys leave without effect: refused, never passed over.

They are checked in the file as the user wrote it, where a value that was left out and one that
equals the usual are still different.
"""

from collections.abc import Mapping
from typing import Any

from porelight.files.foreign import ForeignTable

_MEASURED = ("table", "image")


def require_effect(content: Mapping[str, Any]) -> None:
    """Refuse keys of a light case that would change nothing.

    Parameters
    ----------
    content : mapping
        Tables of the file; what has the wrong type is left to the table's own check.

    Raises
    ------
    ParameterError
        In one line: the key, why it has no effect, and what to do.
    """
    whole = ForeignTable(content, "", "porelight")
    if "skin" in whole and "layer" not in whole:
        for key in ("index_above", "index_below"):
            whole.refuse(
                key,
                "is of [[layer]] tables; [skin] lies in air and goes on below its last layer. Take "
                "it out, or write the layers.",
            )
    if isinstance(content.get("beam"), Mapping):
        _require_beam(whole.table("beam"))
    if isinstance(content.get("grid"), Mapping):
        _require_grid(whole.table("grid"))


def _require_beam(beam: ForeignTable) -> None:
    is_file = isinstance(beam.get("file"), str)
    profile = beam.get("profile", "flat-top")
    if is_file:
        beam.refuse("profile", "is told by beam.file; take one of the two out.")
        for key in ("radius_mm", "irradiance"):
            beam.refuse(key, "is told by beam.file; take one of the two out.")
    else:
        if profile != "table":
            beam.refuse("radius_mm", "is of a measured beam; expected profile 'table' with it.")
        if profile not in _MEASURED:
            beam.refuse(
                "irradiance", "is of a measured beam; expected profile 'table' or 'image' with it."
            )
        if profile == "pencil" and beam.get("diameter_mm", 0.0) != 0.0:
            beam.refuse("diameter_mm", "is of a beam with a width; a pencil has none. Take it out.")
        if profile != "image":
            beam.refuse("pixel_um", "is of a picture; expected profile 'image', or beam.file.")
    if beam.get("half_angle_deg", 0.0) == 0.0 and "focus_mm" not in beam:
        straight = beam.get("spreading", "beam") in {"beam", "fibre"}
        if beam.get("spreading", "beam") == "fibre":
            beam.refuse("spreading", "is 'fibre', which spreads by half_angle_deg; give that too.")
        if straight and beam.get("stand_off_mm", 0.0) != 0.0:
            beam.refuse(
                "stand_off_mm",
                "changes nothing for a beam that does not spread; take it out, or give "
                "half_angle_deg.",
            )


def _require_grid(grid: ForeignTable) -> None:
    if grid.get("growth", 1.0) == 1.0:
        grid.refuse(
            "largest_um", "bounds cells that grow, and growth is 1; take it out, or give growth."
        )
    largest, first = grid.get("largest_um"), grid.get("first_um", 50.0)
    both = (isinstance(value, int | float) for value in (largest, first))
    if all(both) and largest < first:
        grid.refuse(
            "largest_um", f"is {largest:g} um, less than first_um, {first:g} um; expected more."
        )
