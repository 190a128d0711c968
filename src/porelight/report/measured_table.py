"""The table of what was measured in a photograph.

Apart from the tables of an outcome, so that measuring loads nothing that only simulating needs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from porelight.course.value_text import share, significant
from porelight.report.formatting import people, span

NOTHING = "-"
_RELATIVE = " (to compare under the same light only)"


def measurement_rows(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what was measured in a photograph.

    Parameters
    ----------
    summary : mapping
        Content of ``summary.json``, see `porelight.files.measurements.summary`.
    """
    heading = f"{100 * float(summary['interval_coverage']):.0f} % interval"
    least = f"{float(summary['counted_from_mm']):g}"
    shown: list[tuple[str, Mapping[str, Any], Callable[[float], str]]] = [
        (f"pores of {least} mm and more", summary["count"], lambda value: f"{value:.0f}"),
        ("of them per cm2", summary["density_per_cm2"], significant),
        ("share of skin that they cover", summary["area_fraction"], share),
    ]
    for name, entry in summary["diameter_mm"].items():
        shown.append((_quantile(name), entry, lambda value: f"{significant(value)} mm"))
    pigment = summary.get("pigment")
    if pigment is not None:
        shown += [
            ("melanosomes of the epidermis", pigment["melanosome_fraction"], share),
            ("blood, over the usual there", pigment["blood_multiplier"], significant),
        ]
    rows = [
        {
            "measured": label,
            "value": text(float(entry["value"])),
            heading: span(text(float(entry["low"])), text(float(entry["high"]))),
        }
        for label, entry, text in shown
    ]
    for label, value in (
        ("spots outlined, narrower ones too", str(summary["found"])),
        ("skin measured", f"{significant(float(summary['zone_area_cm2']))} cm2"),
        ("of these no pores (expected)", people(float(summary["estimated_false_share"]))),
        (
            "of these that human graders would not mark (expected)",
            people(float(summary["unlabelled_share"])),
        ),
        *_rejected(summary),
        *_circumstances(summary),
    ):
        rows.append({"measured": label, "value": value, heading: NOTHING})
    return rows


def _rejected(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    counts = summary.get("rejected", {})
    said = [
        f"{number} {kind.removesuffix('s') if number == 1 else kind}"
        for kind, number in counts.items()
        if number
    ]
    return [("seen and taken for no pores", ", ".join(said))] if said else []


def _circumstances(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = []
    scale, tone = summary.get("scale"), summary.get("tone")
    if scale is not None:
        per_mm, error = float(scale["px_per_mm"]), float(scale["error_percent"])
        rows.append(("scale", f"{per_mm:.3g} px/mm, {error:.1f} % ({scale['source']})"))
    if summary.get("pigment") is None:
        rows.append(("melanin and blood", "not told: those of the skin type hold"))
    if tone is not None:
        angle = tone["typology_angle_deg"]
        rows.append(
            (
                "tone of the skin (ITA)",
                tone["typology"]
                if angle is None
                else f"{angle['value']:.0f} deg, {tone['typology']}",
            )
        )
        relative = "" if tone["is_absolute"] else _RELATIVE
        rows.append(("redness (erythema index)", f"{tone['erythema_index']:.1f}{relative}"))
        rows.append(("skin that shines", share(float(tone["shiny_share"]))))
        contrast = f"{100.0 * float(tone['texture']):.1f} %{_RELATIVE}"
        rows.append(("contrast of skin between pores", contrast))
    return rows


def _quantile(name: str) -> str:
    """Return in words what share of the pores is smaller: 'p10' is a tenth."""
    percent = name.removeprefix("p")
    return "median diameter" if percent == "50" else f"diameter that {percent} % of them stay below"
