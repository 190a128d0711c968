"""The tables of a comparison of two visits and of agreement between repeats."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from porelight.course.value_text import significant
from porelight.photo.agreement import Agreement
from porelight.report.formatting import span

_UNITS = {"density_per_cm2": " /cm2", "median_diameter_mm": " mm"}
_NOTHING = "-"


def comparison_rows(summary: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what changed between two photographs.

    Parameters
    ----------
    summary : mapping
        Summary of a comparison.
    """
    heading = f"{100 * float(summary['interval_coverage']):.0f} % interval"
    rows = []
    for label, key in (
        ("diameter of the pores", "diameter_change_percent"),
        ("area of the pores", "area_change_percent"),
    ):
        entry = summary[key]
        value, low, high = (f"{float(entry[k]):+z.1f} %" for k in ("value", "low", "high"))
        rows.append({"changed": label, "value": value, heading: span(low, high)})
    for label, text in (
        ("larger than the error of measuring", "yes" if summary["change_is_real"] else "no"),
        (
            "smallest detectable change",
            f"{float(summary['smallest_detectable_change_percent']):.1f} %",
        ),
        ("pores seen in both", f"{summary['pores_in_both']}"),
        ("in the first only", f"{summary['pores_in_first_only']}"),
        ("in the second only", f"{summary['pores_in_second_only']}"),
        ("skin that both show", f"{significant(float(summary['shared_skin_cm2']))} cm2"),
    ):
        rows.append({"changed": label, "value": text, heading: _NOTHING})
    return rows


def agreement_rows(name: str, found: Agreement) -> list[dict[str, str]]:
    """Return how well repeats of one quantity agree."""
    unit = _UNITS.get(name, "")

    def plain(value: float) -> str:
        return f"{significant(value)}{unit}"

    def percent(value: float) -> str:
        return f"{100.0 * value:.2g} %"

    def share(value: float) -> str:
        return f"{value:.3f}"

    shown: tuple[tuple[str, Any, Callable[[float], str]], ...] = (
        ("standard error of measurement", found.within_sd, plain),
        ("within-subject variation (wCV)", found.wcv, percent),
        ("smallest real change (repeatability, MDC95)", found.repeatability, plain),
        ("agreement, ICC(2,1)", found.icc_agreement, share),
        ("consistency, ICC(3,1)", found.icc_consistency, share),
    )
    rows = [{"agreement": "mean", "value": plain(found.mean), "95 % interval": _NOTHING}]
    rows += [
        {
            "agreement": label,
            "value": text(entry.value),
            # a few subjects may leave the upper end open
            "95 % interval": span(text(entry.low), text(entry.high))
            if math.isfinite(entry.high)
            else f"{text(entry.low)} and more",
        }
        for label, entry, text in shown
    ]
    return rows
