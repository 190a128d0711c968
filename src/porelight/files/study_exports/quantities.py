"""The numbers of a study that are exported: name, meaning, unit and range, each said once.

Units are those of UCUM [1]_, which FHIR and DICOM ask for; `cf_unit` gives them as NetCDF writes
them.

References
----------
.. [1] G. Schadow, C. J. McDonald, "The Unified Code for Units of Measure," version 2.1,
   Regenstrief Institute (2017), https://ucum.org.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from porelight.photo.estimate import SHARES

_CF_UNITS: Final = {"/cm2": "cm-2", "deg": "degree", "/mm": "mm-1", "%": "percent"}


@dataclass(frozen=True, slots=True)
class ExportedQuantity:
    """One number that is measured on a photograph, or on two.

    Attributes
    ----------
    name : str
        As columns call it; the unit is in it unless it is 1.
    label, meaning : str
        In a few words, and in a sentence.
    unit : str
        Unit as UCUM writes it.
    low, high : float
        What it can be at all.
    keys : tuple of str
        Where it is in summary.json.
    has_interval : bool
        Whether it has bounds.
    kind : {"number", "integer", "boolean"}
        What its values are.
    short : str
        Its name where names must be short; `name` if empty.
    """

    name: str
    label: str
    meaning: str
    unit: str
    low: float
    high: float
    keys: tuple[str, ...]
    has_interval: bool = False
    kind: Literal["number", "integer", "boolean"] = "number"
    short: str = ""

    @property
    def cf_unit(self) -> str:
        """Unit as UDUNITS and the CF conventions write it."""
        return _CF_UNITS.get(self.unit, self.unit)

    def columns(self) -> tuple[str, ...]:
        """Return the names of its columns: itself, and its bounds."""
        ends = ("", "_low", "_high") if self.has_interval else ("",)
        return tuple(f"{self.name}{end}" for end in ends)

    def values(self, summary: Mapping[str, Any] | None) -> "tuple[ExportedNumber, ...]":
        """Return its value and its bounds in a summary, one for each of `columns`; None if not."""
        found: Any = summary
        for key in self.keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if not self.has_interval:
            return (_number(found),)
        if not isinstance(found, Mapping):
            return (None, None, None)
        return tuple(_number(found.get(key)) for key in ("value", "low", "high"))


ExportedNumber = float | int | bool | None


def _number(value: Any) -> ExportedNumber:
    if isinstance(value, bool | int):
        return value
    return float(value) if isinstance(value, float) and math.isfinite(value) else None


def _estimate(
    name: str, label: str, meaning: str, unit: str, high: float, *keys: str, low: float = 0.0
) -> ExportedQuantity:
    where = keys or (name,)
    return ExportedQuantity(name, label, meaning, unit, low, high, where, has_interval=True)


def _diameter(share: float) -> ExportedQuantity:
    key = f"p{100.0 * share:.0f}"
    return _estimate(
        f"diameter_mm_{key}",
        f"diameter of pores, {100.0 * share:.0f} % quantile",
        f"{100.0 * share:.0f} % of the pores are narrower: diameter of the circle of equal area",
        "mm",
        5.0,
        "diameter_mm",
        key,
    )


_TONE = "tone"
_UNBOUNDED = 1e6

MEASURED: Final[tuple[ExportedQuantity, ...]] = (
    _estimate("count", "pores", "pores of counted_from_mm and more in the zone", "1", 1e7),
    _estimate("density_per_cm2", "density of pores", "count over area of the zone", "/cm2", 1e7),
    _estimate("area_fraction", "area fraction of pores", "share of zone that is pores", "1", 1.0),
    *map(_diameter, SHARES),
    _estimate(
        "typology_angle_deg",
        "individual typology angle",
        "ITA, atan((L* - 50) / b*); known only with the printed sheet in view",
        "deg",
        90.0,
        _TONE,
        "typology_angle_deg",
        low=-90.0,
    ),
    _estimate(
        "melanosome_fraction",
        "melanosomes of the epidermis",
        "share of the epidermis that is melanosomes, from the colour beside the sheet",
        "1",
        1.0,
        "pigment",
        "melanosome_fraction",
    ),
    _estimate(
        "blood_multiplier",
        "blood of the skin",
        "blood of the skin over that of the usual person, from the colour beside the sheet",
        "1",
        1000.0,
        "pigment",
        "blood_multiplier",
    ),
    ExportedQuantity(
        "found", "pores found", "pores that were outlined in the photograph", "1", 0, 1e7,
        ("found",), kind="integer",
    ),
    ExportedQuantity(
        "zone_area_cm2", "area of the zone", "skin in which pores were looked for", "cm2", 0.0, 2e4,
        ("zone_area_cm2",),
    ),
    ExportedQuantity(
        "counted_from_mm", "least diameter counted", "pores are counted from here on", "mm",
        0.0, 5.0, ("counted_from_mm",),
    ),
    ExportedQuantity(
        "false_share", "estimated false share", "estimated share of the found that are no pores",
        "1", 0.0, 1.0, ("estimated_false_share",),
    ),
    ExportedQuantity(
        "erythema_index", "erythema index", "100 lg(R / G); comparable under one lamp and camera",
        "1", -_UNBOUNDED, _UNBOUNDED, (_TONE, "erythema_index"),
    ),
    ExportedQuantity(
        "lightness", "lightness L*", "CIELAB; comparable with one lamp and camera", "1", 0.0,
        200.0, (_TONE, "lightness"),
    ),
    ExportedQuantity(
        "red_green", "red-green a*", "CIELAB; comparable with one lamp and camera", "1", -200.0,
        200.0, (_TONE, "red_green"),
    ),
    ExportedQuantity(
        "blue_yellow", "blue-yellow b*", "CIELAB; comparable with one lamp and camera", "1",
        -200.0, 200.0, (_TONE, "blue_yellow"),
    ),
    ExportedQuantity(
        "shiny_share", "shiny share", "share of the zone that mirrors the lamp", "1", 0.0, 1.0,
        (_TONE, "shiny_share"),
    ),
    ExportedQuantity(
        "shine", "shine", "by how much the shiny skin is lighter, in absorbance", "1", -_UNBOUNDED,
        _UNBOUNDED, (_TONE, "shine"),
    ),
    ExportedQuantity(
        "texture", "texture", "standard deviation of the darkness between 0.1 and 1 mm", "1", 0.0,
        _UNBOUNDED, (_TONE, "texture"),
    ),
    ExportedQuantity(
        "scale_px_per_mm", "scale of the photograph", "pixels in a millimetre of skin", "/mm", 0.1,
        1000.0, ("scale", "px_per_mm"),
    ),
    ExportedQuantity(
        "scale_error_percent", "error of the scale", "standard deviation of the scale", "%", 0.0,
        100.0, ("scale", "error_percent"), short="scale_error_pct",
    ),
)  # fmt: skip
"""What is measured on one photograph."""

COMPARED: Final[tuple[ExportedQuantity, ...]] = (
    ExportedQuantity(
        "diameter_change_percent", "change of the pores' diameter",
        "change of the diameter of the same pores, later against earlier", "%", -100.0, 1e4,
        ("diameter_change_percent",), has_interval=True, short="diameter_change_pct",
    ),
    ExportedQuantity(
        "area_change_percent", "change of the pores' area",
        "change of the area of the same pores, later against earlier", "%", -100.0, 1e6,
        ("area_change_percent",), has_interval=True, short="area_change_pct",
    ),
    ExportedQuantity(
        "change_is_real", "change is real", "whether the change exceeds the smallest detectable",
        "1", 0, 1, ("change_is_real",), kind="boolean",
    ),
    ExportedQuantity(
        "smallest_detectable_change_percent", "smallest detectable change",
        "what two photographs of unchanged skin differ by in 5 of 100", "%", 0.0, 1e4,
        ("smallest_detectable_change_percent",), short="smallest_change_pct",
    ),
    ExportedQuantity(
        "error_of_pores_percent", "error of the pores", "standard deviation by the pores", "%", 0.0,
        1e4, ("error_of_pores_percent",), short="error_of_pores_pct",
    ),
    ExportedQuantity(
        "error_of_light_and_focus_percent", "error of light and focus",
        "standard deviation by light and focus", "%", 0.0, 1e4,
        ("error_of_light_and_focus_percent",), short="error_of_light_pct",
    ),
    ExportedQuantity(
        "pores_in_both", "pores in both", "pores that both photographs show", "1", 0, 1e7,
        ("pores_in_both",), kind="integer",
    ),
    ExportedQuantity(
        "shared_skin_cm2", "shared skin", "skin that both photographs show", "cm2", 0.0, 2e4,
        ("shared_skin_cm2",),
    ),
)  # fmt: skip
"""What is measured on two photographs of the same skin."""


def numbers_of(
    quantities: Sequence[ExportedQuantity], summary: Mapping[str, Any] | None
) -> Iterator[ExportedNumber]:
    """Yield the values of all columns of quantities."""
    for one in quantities:
        yield from one.values(summary)
