"""The figures of the analysis of a study."""

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from porelight.photo.agreement import LimitsOfAgreement
from porelight.report import palette
from porelight.report.drawing import drawing, new_figure
from porelight.report.formatting import typeset
from porelight.report.study_tables import change_text, contrast_span, quantity_name
from porelight.statistics.analysis import StudyAnalysis
from porelight.statistics.analysis_plan import AnalysisScale
from porelight.statistics.effects import StudyEffect
from porelight.statistics.subject_changes import SubjectChange

_COLOURS = (palette.BLUE, palette.VERMILION, palette.GREEN, palette.PURPLE, palette.ORANGE)
_MARKERS = ("o", "s", "^", "D", "v")
_ROW = 0.34  # inches of a row of a forest
_WIDEST = 1.6  # logarithm beyond which a change is drawn at the edge


def subjects_figure(found: StudyAnalysis) -> Figure:
    """Return the change of every subject over the visits, and the mean with its band, by arm."""
    arms, scale = found.table.arms, found.plan.scale
    visits = found.table.visits
    with drawing():
        figure = new_figure(3.9)
        panels = figure.subplots(1, len(arms), sharey=True, squeeze=False)[0]
        for axes, arm, colour in zip(panels, arms, _COLOURS, strict=False):
            lines: dict[str, list[tuple[int, float]]] = {}
            for one in found.subjects:
                if one.arm == arm:
                    start = lines.setdefault(one.subject, [(0, 0.0)])
                    start.append((visits.index(one.visit), _drawn(one.change, scale)))
            for line in lines.values():
                axes.plot(
                    [x for x, _ in line], [y for _, y in line], "-o",
                    color=palette.GREY, alpha=0.45, linewidth=0.7, markersize=2.0,
                )  # fmt: skip
            x, middle, low, high = _path(found, arm)
            axes.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0.0)
            axes.plot(x, middle, "-", color=colour, linewidth=2.4)
            axes.axhline(0.0, color=palette.INK, linewidth=0.6)
            axes.set_title(f"{arm}: {len(lines)} subjects" if len(arms) > 1 else "")
            _visits(axes, visits)
        panels[0].set_ylabel(f"change from {visits[0]}{_unit(scale)}")
    return figure


def means_figure(found: StudyAnalysis) -> Figure:
    """Return the mean of each arm at each visit with its interval."""
    visits = found.table.visits
    back = math.exp if found.plan.scale == "log" else float
    with drawing():
        figure = new_figure(3.4, 6.4)
        axes = figure.add_subplot()
        arms = found.table.arms
        for i, arm in enumerate(arms):
            means = [one for one in found.means if one.arm == arm]
            # side by side, so that no interval hides another
            x = np.array([visits.index(one.visit) for one in means]) + 0.06 * (
                i - 0.5 * (len(arms) - 1)
            )
            middle = np.array([back(one.mean.value) for one in means])
            low = np.array([back(one.mean.low) for one in means])
            high = np.array([back(one.mean.high) for one in means])
            axes.errorbar(
                x, middle, (middle - low, high - middle), color=_COLOURS[i % len(_COLOURS)],
                marker=_MARKERS[i % len(_MARKERS)], markersize=5.0, capsize=3.0, linewidth=1.3,
                label=arm,
            )  # fmt: skip
        _visits(axes, visits)
        axes.set_ylabel(typeset(quantity_name(found.plan.endpoint)))
        if found.plan.endpoint == "area_fraction":
            axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{100 * y:g} %"))
        axes.grid(visible=True, axis="y")
        if len(arms) > 1:
            figure.legend(loc="outside upper left", ncols=len(arms))
    return figure


def forest_figure(found: StudyAnalysis) -> Figure:
    """Return the effect at the last visit by zone, and of all zones below."""
    zones = [(one.zone, one.effect) for one in found.zones]
    rows: list[tuple[str, StudyEffect, bool]] = [
        (_row_name(zone, one, found), one, False) for zone, one in zones if one.contrast is not None
    ]
    rows += [
        (_row_name("all zones", one, found), one, True)
        for one in found.effects
        if one.visit == found.plan.last and one.contrast is not None
    ]
    scale = found.plan.scale
    with drawing():
        figure = new_figure(0.9 + _ROW * len(rows), 7.6)
        axes = figure.add_subplot()
        for y, (_, one, is_whole) in enumerate(rows):
            if one.contrast is None:
                continue
            value, low, high = (
                _drawn(part, scale)
                for part in (one.contrast.value, one.contrast.low, one.contrast.high)
            )
            colour = palette.VERMILION if is_whole else palette.BLUE
            if is_whole:
                axes.fill(
                    [low, value, high, value], [y, y + 0.24, y, y - 0.24], color=colour, linewidth=0
                )
            else:
                axes.plot([low, high], [y, y], color=colour, linewidth=1.4)
                axes.plot([value], [y], "s", color=colour, markersize=5.0)
            text = typeset(
                f"{change_text(one.contrast.value, scale)} ({contrast_span(one.contrast, scale)})"
            )
            axes.annotate(
                text, (1.02, y), xycoords=("axes fraction", "data"), va="center", fontsize=8.0
            )
        axes.axvline(0.0, color=palette.INK, linewidth=0.7)
        axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        against = found.effects[0].against
        what = f"change at {found.plan.last}"
        what += f", less that of {against}" if against else f" from {found.plan.baseline}"
        axes.set_xlabel(f"{what}{_unit(scale)}")
        axes.grid(visible=True, axis="x")
    return figure


def waterfall_figure(found: StudyAnalysis) -> Figure:
    """Return the change of every subject at the last visit, the largest fall first."""
    scale = found.plan.scale
    changes = sorted(
        (one for one in found.subjects if one.visit == found.plan.last),
        key=lambda one: one.change,
    )
    arms = found.table.arms
    with drawing():
        figure = new_figure(3.6)
        axes = figure.add_subplot()
        for x, one in enumerate(changes):
            colour = _COLOURS[arms.index(one.arm) % len(_COLOURS)]
            height = _drawn(one.change, scale)
            axes.bar(
                x, height, width=0.8, facecolor=colour if one.is_real else "white",
                edgecolor=colour, linewidth=0.9, hatch="" if one.is_real else "////",
            )  # fmt: skip
            axes.plot(
                [x, x], [_drawn(one.low, scale), _drawn(one.high, scale)],
                color=palette.INK, linewidth=0.6,
            )  # fmt: skip
        axes.axhline(0.0, color=palette.INK, linewidth=0.8)
        if len(changes) <= 80:
            names = [one.subject for one in changes]
            axes.set_xticks(range(len(names)), names, rotation=90, fontsize=_small(len(names)))
        else:
            axes.set_xticks([])
            axes.set_xlabel(f"{len(changes)} subjects")
        axes.tick_params(axis="x", length=0)
        axes.set_xlim(-0.8, len(changes) - 0.2)
        axes.set_ylabel(f"change at {found.plan.last}{_unit(scale)}")
        _name_bars(axes, arms, changes)
    return figure


def takes_figure(limits: LimitsOfAgreement, scale: AnalysisScale) -> Figure:
    """Return the difference of two takes over their mean (Bland and Altman)."""
    with drawing():
        figure = new_figure(3.6, 6.4)
        axes = figure.add_subplot()
        x = np.exp(limits.mean) if scale == "log" else limits.mean
        y = np.array([_drawn(float(one), scale) for one in limits.difference])
        across = np.array([float(x.min()), float(x.max())])
        pad = 0.05 * (float(np.ptp(across)) or 1.0)
        across += np.array([-pad, 5.0 * pad])
        for estimate, colour, dash, label in (
            (limits.bias, palette.BLUE, "-", "mean"),
            (limits.lower, palette.VERMILION, "--", "lower limit"),
            (limits.upper, palette.VERMILION, "--", "upper limit"),
        ):
            low, value, high = (
                _drawn(part, scale) for part in (estimate.low, estimate.value, estimate.high)
            )
            axes.fill_between(across, low, high, color=colour, alpha=0.14, linewidth=0)
            axes.plot(across, [value] * 2, color=colour, linestyle=dash, linewidth=1.2)
            axes.annotate(
                typeset(f"{label} {change_text(estimate.value, scale)}"), (across[1], value),
                xytext=(-2, 3), textcoords="offset points", ha="right", fontsize=7.5,
            )  # fmt: skip
        axes.axhline(0.0, color=palette.GREY, linewidth=0.6)
        axes.plot(x, y, "o", color=palette.INK, markersize=3.0, alpha=0.7)
        axes.set_xlim(*across)
        axes.set_xlabel("mean of two takes" + (" (geometric)" if scale == "log" else ""))
        axes.set_ylabel(f"second take less first{_unit(scale)}")
    return figure


def _path(
    found: StudyAnalysis, arm: str
) -> tuple[list[int], list[float], list[float], list[float]]:
    """Return the mean change of an arm over the visits at which it can be told."""
    points = [(0, 0.0, 0.0, 0.0)]
    for one in found.changes:
        if one.arm == arm and one.contrast is not None:
            ends = (one.contrast.value, one.contrast.low, one.contrast.high)
            value, low, high = (_drawn(part, found.plan.scale) for part in ends)
            points.append((found.table.visits.index(one.visit), value, low, high))
    x, middle, low_end, high_end = map(list, zip(*sorted(points), strict=True))
    return x, middle, low_end, high_end


def _drawn(change: float, scale: AnalysisScale) -> float:
    """Return a change as it is drawn: in per cent on a logarithm."""
    if scale == "plain":
        return change
    return 100.0 * math.expm1(min(max(change, -_WIDEST), _WIDEST))


def _unit(scale: AnalysisScale) -> str:
    return " [%]" if scale == "log" else ""


def _visits(axes: Axes, visits: tuple[str, ...]) -> None:
    axes.set_xticks(range(len(visits)), visits)
    axes.set_xlim(-0.25, len(visits) - 0.75)


def _row_name(zone: str, one: StudyEffect, found: StudyAnalysis) -> str:
    name = f"{zone}, {one.arm}" if len(found.table.arms) > 2 or not one.against else zone
    return zone if one.arm == "all" else name


def _small(n: int) -> float:
    return 8.0 if n <= 30 else 6.0 if n <= 50 else 5.0


def _name_bars(axes: Axes, arms: tuple[str, ...], changes: list[SubjectChange]) -> None:
    """Tell what full and hatched bars are, and which colour is of which arm."""
    there = [arm for arm in arms if any(one.arm == arm for one in changes)]
    for arm in there if len(arms) > 1 else ():
        axes.bar(
            [0], [0], facecolor=_COLOURS[arms.index(arm) % len(_COLOURS)], label=arm
        )  # fmt: skip
    axes.bar([0], [0], facecolor=palette.GREY, label="beyond the error of measuring")
    axes.bar(
        [0], [0], facecolor="white", edgecolor=palette.GREY, hatch="////", linewidth=0.9,
        label="within it",
    )  # fmt: skip
    axes.plot([], [], color=palette.INK, linewidth=0.6, label="interval of measuring")
    axes.figure.legend(loc="outside upper left", ncols=len(there) + 3)
