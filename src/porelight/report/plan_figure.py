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


def trade_off_figure(document: Mapping[str, Any]) -> Figure:
    """Return the change of the goal against each cost: pain, darkening, downtime, time.

    Parameters
    ----------
    document : mapping
        JSON form of a plan, see `porelight.files.plans.plan_document`.
    """
    plans: Sequence[Mapping[str, Any]] = document["plans"]
    front: Sequence[Mapping[str, Any]] = (document.get("search") or {}).get("front", ())
    with drawing():
        figure = new_figure(5.2)
        grid = figure.subplots(2, 2, sharey=True)
        for axes, (key, scale, label) in zip(grid.ravel(), _COSTS, strict=True):
            axes.axhline(0.0, color=palette.GREY, lw=0.7)
            if front:
                axes.plot(
                    [scale * float(one[key]) for one in front],
                    [100.0 * float(one["change"]) for one in front],
                    *("."),
                    color=palette.SKY,
                    ms=5,
                    label="front of the search, by tables",
                )
            for one in reversed(plans):
                chosen = one is plans[0]
                axes.plot(
                    scale * float(one.get(key, 0.0)),
                    100.0 * float(one["change"]["median"]),
                    "*" if chosen else "s",
                    color=palette.VERMILION if chosen else palette.BLUE,
                    mfc=None if chosen or one["on_front"] else "white",
                    ms=13 if chosen else 4.5,
                    zorder=4 if chosen else 3,
                    label="chosen" if chosen else "in full",
                )
            allowed = _allowed(plans, key)
            if allowed is not None:
                axes.axvline(scale * allowed, color=palette.INK, lw=0.9, ls="--", label="allowed")
            axes.set_xlabel(label)
            axes.margins(x=0.08)
            low, high = axes.get_xlim()
            axes.set_xlim(min(low, -0.05 * high), max(high, 1.0))
        for axes in grid[:, 0]:
            axes.set_ylabel("change of the goal [%]")
        handles = dict(zip(*reversed(grid[0, 0].get_legend_handles_labels()), strict=True))
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower center", ncols=4, frameon=False
        )
    return figure


_COSTS = (
    ("painful_share", 100.0, "people hurt [%]"),
    ("darkening_share", 100.0, "people darkened [%]"),
    ("downtime_days", 1.0, "days with a dressing"),
    ("chair_minutes", 1.0, "minutes under the beam, all sessions"),
)
_LIMIT_OF = {"painful_share": "people hurt", "darkening_share": "darkening that shows"}


def _allowed(plans: Sequence[Mapping[str, Any]], key: str) -> float | None:
    """Return the share of people that a limit allows, if any course was held against it."""
    return next(
        (
            float(check["allowed"])
            for one in plans
            for check in one["checks"]
            if check["limit"] == _LIMIT_OF.get(key)
        ),
        None,
    )
