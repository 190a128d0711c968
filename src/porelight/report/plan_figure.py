"""A plan as a front: what its courses bring against whom they harm."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from porelight.report import palette
from porelight.report.drawing import drawing, new_figure

_MARKS = ((0.5, "o"), (4.5, "s"), (float("inf"), "D"))  # days with a dressing, up to


def plan_figure(document: Mapping[str, Any]) -> Figure:
    """Return each course by the people it harms and the change it brings.

    Parameters
    ----------
    document : mapping
        JSON form of a plan, see `porelight.files.plans.plan_document`.
    """
    plans: Sequence[Mapping[str, Any]] = document["plans"]
    with drawing():
        figure = new_figure(3.6, width=7.1)
        axes = figure.subplots()
        axes.axhline(0.0, color=palette.GREY, lw=0.7)
        for rank, one in enumerate(plans, start=1):
            harmed, benefit = 100.0 * harmed_share(one), one["change"]
            low, middle, high = (100.0 * float(benefit[end]) for end in ("low", "median", "high"))
            colour = palette.BLUE if one["on_front"] else palette.GREY
            axes.plot([harmed, harmed], [low, high], color=palette.PALE, lw=2.0, zorder=1)
            axes.plot(
                *(harmed, middle),
                _mark(float(one["downtime_days"])),
                color=colour,
                ms=6.0,
                mfc=colour if one["on_front"] else "white",
                zorder=2,
            )
            if one["on_front"]:
                axes.annotate(
                    str(rank), (harmed, middle), xytext=(6, -3), textcoords="offset points"
                )
        axes.set_xlabel("people hurt or darkened [%]")
        axes.set_ylabel("change of the goal [%]")
        axes.margins(x=0.06)
    return figure


def harmed_share(candidate: Mapping[str, Any]) -> float:
    """Return the people whom a course hurts or darkens, as a share of all [-]."""
    return float(candidate["painful_share"]) + float(candidate["darkening_share"])


def _mark(days: float) -> str:
    return next(mark for most, mark in _MARKS if days <= most)
