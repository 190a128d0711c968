"""Pictures of the weeks: pores, what lies below, healing, effects, and the sizes of the pores."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import band, drawing, new_figure
from porelight.report.facts import SessionFacts, is_ablative, judged, session_facts
from porelight.report.formatting import significant
from porelight.report.plausibility import GENESIS, PEARL, published
from porelight.report.shown import changes, of_group, smallest_detectable
from porelight.tissue.population import DETECTION_THRESHOLD
from porelight.units import mm, per_cm2

_WEEK = 7.0  # d
_MARKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {GENESIS: ("v", palette.VERMILION), PEARL: ("D", palette.GREEN)}
)
_OTHER_MARK = ("s", palette.INK)
_FORTNIGHT = 14.0  # d
_FLOOR = "genetic size: no treatment goes below"
_LEAST_RANGE = 0.06  # of an axis, as a share of the value
# draws that the picture of sizes is made from, evenly spaced among all
_SAMPLE = 400


def weeks_figure(outcome: xr.Dataset) -> Figure:
    """Return pore area, number and diameter over the weeks, with 50 % and 90 % bands.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    """
    with drawing():
        figure = new_figure(2.9)
        area, count, diameter = figure.subplots(1, 3)
        share = 100.0 * _history(outcome, "area_fraction")
        band(area, _weeks(outcome), share, palette.BLUE, "")
        start = float(np.median(share[:, 0]))
        area.axhline(
            start * (1.0 - smallest_detectable()), color=palette.GREY, linestyle=":", linewidth=1.0
        )
        area.set_ylabel("skin covered by visible pores [%]")
        band(
            count, _weeks(outcome), _history(outcome, "visible_density") / per_cm2, palette.BLUE, ""
        )
        count.set_ylabel("visible pores per cm\u00b2")
        band(
            diameter, _weeks(outcome), 100.0 * _history(outcome, "diameter_ratio"), palette.BLUE, ""
        )
        diameter.set_ylabel("diameter of a pore [% of its start]")
        for axes in (area, count, diameter):
            _finish_weeks(axes, outcome)
        _legend_of_sessions(figure, outcome)
    return figure


def collagen_figure(outcome: xr.Dataset) -> Figure:
    """Return what moves the pore over the weeks: collagen at its wall, young collagen, plug."""
    with drawing():
        figure = new_figure(2.6)
        for axes, name, label, colour in zip(
            figure.subplots(1, 3),
            ("collagen", "immature_collagen", "plug"),
            (
                "collagen at the wall [% of start]",
                "young collagen [% of all at start]",
                "pressure of the plug [% of start]",
            ),
            (palette.GREEN, palette.ORANGE, palette.SKY),
            strict=True,
        ):
            band(axes, _weeks(outcome), 100.0 * _history(outcome, name), colour, "")
            axes.set_ylabel(label)
            _finish_weeks(axes, outcome)
    return figure


def healing_figure(outcome: xr.Dataset, index: int) -> Figure:
    """Return the first two weeks after a session that removed tissue.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    index : int
        Of the session, from 0.
    """
    start = session_facts(outcome)[index].day
    days = outcome["day"].to_numpy()
    # on the day itself the skin is shown as it was before the session
    window = (days > start) & (days <= start + _FORTNIGHT)
    with drawing():
        figure = new_figure(2.7, width=7.1)
        axes = figure.subplots()
        for name, label, colour, dash in (
            ("epidermis", "epidermis closed", palette.BLUE, "-"),
            ("dressing", "dressing still on", palette.ORANGE, "--"),
            ("erythema", "redness of the treatment", palette.VERMILION, "-."),
        ):
            draws = 100.0 * _history(outcome, name)[:, window]
            if draws.size:
                band(axes, days[window] - start, draws, colour, label, dash)
        axes.set_xlim(0.0, _FORTNIGHT)
        axes.set_ylim(-2.0, 102.0)
        axes.set_xlabel("days after the session")
        axes.set_ylabel("share of the area, or of the worst [%]")
        axes.grid(visible=True, axis="both")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return figure


def effects_figure(outcome: xr.Dataset) -> Figure:
    """Return each effect beside the pore as an interval, and what a trial found beside it."""
    when = judged(outcome)
    shown = of_group("effects")
    trials = {}
    if any(session.device == GENESIS for session in session_facts(outcome)):
        trials = {"redness": "genesis_redness", "acne_scars": "genesis_acne_scars"}
    with drawing():
        figure = new_figure(0.36 * len(shown) + 0.9, width=7.1)
        axes = figure.subplots()
        axes.axvline(0.0, color=palette.GREY, linewidth=0.8)
        for row, one in enumerate(shown):
            draws = 100.0 * changes(outcome, one.name, when.day)
            low, quarter, middle, three, high = np.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95])
            axes.plot(
                [low, high], [row, row], color=palette.BLUE, linewidth=1.4, solid_capstyle="butt"
            )
            axes.plot(
                [quarter, three],
                [row, row],
                color=palette.BLUE,
                linewidth=5.5,
                alpha=0.55,
                solid_capstyle="butt",
            )
            axes.plot(middle, row, "o", color=palette.BLUE, markersize=5.5, markeredgecolor="white")
            if one.name in trials:
                _trial(axes, row + 0.27, trials[one.name])
        axes.plot(
            [],
            [],
            "o-",
            color=palette.BLUE,
            markeredgecolor="white",
            label="predicted: median, 50 % and 90 %",
        )
        if trials:
            axes.plot(
                [],
                [],
                "D",
                color=palette.VERMILION,
                markerfacecolor="white",
                markersize=5.0,
                label="trial of Laser Genesis",
            )
        axes.set_yticks(range(len(shown)), [one.label for one in shown])
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        left, right = axes.get_xlim()
        axes.set_xlim(min(left, -5.0), max(right, 5.0))
        axes.set_xlabel(f"change {when.words} [%]; left is less")
        axes.grid(visible=True, axis="x")
        axes.set_axisbelow(True)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside upper right", ncols=2)
    return figure


def sizes_figure(outcome: xr.Dataset) -> Figure:
    """Return how many pores are larger than which diameter, now and as predicted.

    The prediction scales every pore and stops it at its genetic size, as the course does. A count
    of all that are larger needs no bins, and at the threshold of the eye it is the number of
    visible pores.
    """
    when = judged(outcome)
    now = outcome["pore_diameter"].to_numpy()
    floor = outcome["pore_floor"].to_numpy()
    ratio = outcome["diameter_ratio"].sel(day=when.day, method="nearest").to_numpy()
    ratio = ratio[np.linspace(0, ratio.size - 1, min(_SAMPLE, ratio.size)).astype(int)]
    area = float(outcome.attrs["pore_area_m2"])
    first = min(float(now.min()), 0.9 * DETECTION_THRESHOLD)
    last = max(1.02 * float(now.max()), 1.2 * DETECTION_THRESHOLD)
    x = np.linspace(first, last, 240)

    def larger(diameter: Floats) -> Floats:
        """Return the pores per cm2 that are at least as large as each x."""
        above = diameter.size - np.searchsorted(np.sort(diameter), x)
        return np.asarray(above / (area * per_cm2), dtype=np.float64)

    draws = np.array([larger(np.maximum(now * one, floor)) for one in ratio])
    with drawing():
        figure = new_figure(2.9, width=7.1)
        axes = figure.subplots()
        axes.plot(
            x / mm, larger(floor), color=palette.GREY, linestyle=":", linewidth=1.2, label=_FLOOR
        )
        band(axes, x / mm, draws, palette.BLUE, when.words)
        axes.plot(
            x / mm, larger(now), color=palette.INK, linestyle="--", linewidth=1.3, label="now"
        )
        seen = f"{_visible(outcome, 0.0)} now, {_visible(outcome, when.day)} then"
        axes.axvline(
            DETECTION_THRESHOLD / mm,
            color=palette.VERMILION,
            linewidth=1.1,
            label=f"visible from {DETECTION_THRESHOLD / mm:g} mm: {seen}",
        )
        most = float(larger(now).max())
        axes.set_yscale("log")
        axes.set_ylim(most / 200.0, 1.4 * most)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        shown = x[larger(now) >= most / 200.0]
        axes.set_xlim(x[0] / mm, shown[-1] / mm)
        axes.set_xlabel("diameter [mm]")
        axes.set_ylabel("pores per cm\u00b2 larger than that")
        axes.grid(visible=True)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure


def _history(outcome: xr.Dataset, name: str) -> Floats:
    return np.asarray(outcome[name].transpose("draw", "day").to_numpy(), dtype=np.float64)


def _visible(outcome: xr.Dataset, day: float) -> str:
    """Return the median number of visible pores per cm2 on a day."""
    density = outcome["visible_density"].sel(day=day, method="nearest").median("draw")
    return significant(float(density) / per_cm2)


def _weeks(outcome: xr.Dataset) -> Floats:
    return np.asarray(outcome["day"].to_numpy() / _WEEK, dtype=np.float64)


def _finish_weeks(axes: Axes, outcome: xr.Dataset) -> None:
    """Mark the sessions and the day of judgement, and name the axis."""
    when = judged(outcome)
    low, high = axes.get_ylim()
    # on an axis of its own size a change of nothing would look like mountains
    middle = 0.5 * (low + high)
    if high - low < _LEAST_RANGE * abs(middle):
        low, high = middle - 0.5 * _LEAST_RANGE * middle, middle + 0.5 * _LEAST_RANGE * middle
    axes.set_ylim(low, high)
    axes.set_xlim(0.0, float(outcome["day"].max()) / _WEEK)
    axes.axvline(when.day / _WEEK, color=palette.GREY, linewidth=0.9, linestyle="--")
    for session in session_facts(outcome):
        marker, colour = _MARKS.get(session.device, _OTHER_MARK)
        axes.plot(
            session.day / _WEEK,
            1.05,
            marker,
            transform=axes.get_xaxis_transform(),
            color=colour,
            markersize=5.0,
            clip_on=False,
        )
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 4, 5, 10]))
    axes.set_xlabel("weeks since the course began")
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)


def _legend_of_sessions(figure: Figure, outcome: xr.Dataset) -> None:
    axes = figure.axes[0]
    when = judged(outcome)
    handles, labels = [], []
    for session in _first_of_each(session_facts(outcome)):
        marker, colour = _MARKS.get(session.device, _OTHER_MARK)
        handles += axes.plot([], [], marker, color=colour, markersize=5.0)
        labels.append(session.name)
    handles += axes.plot([], [], color=palette.BLUE)
    labels.append("median, 50 % and 90 % bands")
    handles += axes.plot([], [], color=palette.GREY, linestyle="--", linewidth=0.9)
    labels.append(when.words)
    handles += axes.plot([], [], color=palette.GREY, linestyle=":", linewidth=1.0)
    labels.append("below: a camera can tell")
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))


def _first_of_each(sessions: tuple[SessionFacts, ...]) -> list[SessionFacts]:
    return list({session.device: session for session in sessions}.values())


def _trial(axes: Axes, height: float, name: str) -> None:
    entry = published(name)
    low, middle, high = (100.0 * x for x in (entry.low, entry.value, entry.high))
    axes.plot([low, high], [height, height], color=palette.VERMILION, linewidth=1.0)
    axes.plot(middle, height, "D", color=palette.VERMILION, markerfacecolor="white", markersize=4.5)


def ablative_sessions(outcome: xr.Dataset) -> list[int]:
    """Return the sessions, from 0, that removed tissue."""
    return [i for i in range(len(session_facts(outcome))) if is_ablative(outcome, i)]
