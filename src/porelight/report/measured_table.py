"""The table of what was measured in a photograph.

Apart from the tables of an outcome, so that measuring loads nothing that only simulating needs.
"""

from collections.abc import Callable, Mapping
from typing import Any

from porelight.report.formatting import people, share, significant, span

NOTHING = "-"


def measurement_rows(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what was measured in a photograph.

    Parameters
    ----------
    summary : mapping
        Content of ``summary.json``, see `porelight.record.measurements.summary`.
    """
    heading = f"{100 * float(summary['interval_coverage']):.0f} % interval"
    shown: list[tuple[str, Mapping[str, Any], Callable[[float], str]]] = [
        ("pores found", summary["count"], lambda value: f"{value:.0f}"),
        ("pores per area", summary["density_per_cm2"], lambda value: f"{significant(value)} /cm2"),
        ("share of skin covered", summary["area_fraction"], share),
    ]
    for name, entry in summary["diameter_mm"].items():
        shown.append((_quantile(name), entry, lambda value: f"{significant(value)} mm"))
    rows = [
        {
            "measured": label,
            "value": text(float(entry["value"])),
            heading: span(text(float(entry["low"])), text(float(entry["high"]))),
        }
        for label, entry, text in shown
    ]
    for label, value in (
        ("skin looked at", f"{significant(float(summary['zone_area_cm2']))} cm2"),
        ("finds that are no pores, about", people(float(summary["estimated_false_share"]))),
    ):
        rows.append({"measured": label, "value": value, heading: NOTHING})
    return rows


def _quantile(name: str) -> str:
    """Return in words what share of the pores is smaller: 'p10' is a tenth."""
    percent = name.removeprefix("p")
    return "median diameter" if percent == "50" else f"diameter that {percent} % stay below"
