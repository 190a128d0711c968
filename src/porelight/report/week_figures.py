"""Pictures of the weeks: pores, what lies below, healing, effects, and the sizes of the pores."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from porelight.course.healing_weeks import POPULATION_DRAWS
from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import OutcomeVariable, Trial
from porelight.course.value_text import significant
from porelight.laser.device_use import SessionMark
from porelight.laser.devices import devices
from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.certainty import names_of_devices, smallest_detectable_change
from porelight.report.drawing import band, drawing, drawn_history, new_figure
from porelight.report.facts import SessionFacts, is_ablative, judged, session_facts
from porelight.report.plausibility import trials_of
from porelight.tissue.population import DETECTION_THRESHOLD
from porelight.units import mm, per_cm2

_WEEK = 7.0  # d
_SEEN = "area_fraction"  # what a camera measures, so that the fall it can tell is drawn
_ACROSS = 3  # panels beside each other
_FORTNIGHT = 14.0  # d
_FLOOR = "genetic size: no treatment goes below"
_LEAST_RANGE = 0.06  # of an axis, as a share of the value
# draws that the picture of sizes is made from, evenly spaced among all
_SAMPLE = 400


def weeks_figure(outcome: Outcome) -> Figure:
    """Return the pores over the weeks: area, number and diameter, with 50 % and 90 % bands.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    """
    with drawing():
        shown = _over_days(outcome.of_group("pores"))
        figure = _panels(outcome, shown, 2.9)
        for axes, about in zip(figure.axes, shown, strict=False):
            if about.name == _SEEN:
                start = float(np.median(drawn_history(outcome, about)[:, 0]))
                axes.axhline(
                    start * (1.0 - smallest_detectable_change()),
                    color=palette.GREY,
                    linestyle=":",
                    linewidth=1.0,
                )
            _finish_weeks(axes, outcome)
        _legend_of_sessions(figure, outcome)
    return figure


def collagen_figure(outcome: Outcome) -> Figure:
    """Return what moves the pore over the weeks: collagen at its wall, young collagen, plug."""
    with drawing():
        shown = _over_days(outcome.of_group("below"))
        figure = _panels(outcome, shown, 2.6)
        for axes, _ in zip(figure.axes, shown, strict=False):
            _finish_weeks(axes, outcome)
    return figure


def _over_days(outcomes: Sequence[OutcomeVariable]) -> list[OutcomeVariable]:
    return [one for one in outcomes if one.drawing.axis]


def _panels(outcome: Outcome, shown: Sequence[OutcomeVariable], height: float) -> Figure:
    """Return a figure with one panel for each outcome, three beside each other."""
    rows = -(-len(shown) // _ACROSS)
    figure = new_figure(height * rows)
    panels = figure.subplots(rows, _ACROSS, squeeze=False).ravel()
    for axes, about in zip(panels, shown, strict=False):
        colour = palette.COLOURS[about.drawing.colour]
        draws = drawn_history(outcome, about)
        band(axes, _weeks(outcome), draws, colour, "", about.drawing.dash)
        axes.set_ylabel(about.drawing.axis_label("start"))
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    return figure


def healing_figure(outcome: Outcome, index: int) -> Figure:
    """Return the first two weeks after a session that removed tissue.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    index : int
        Number of the session, from 0.
    """
    start = session_facts(outcome)[index].day
    days = outcome.days
    # on the day itself the skin is shown as it was before the session
    window = (days > start) & (days <= start + _FORTNIGHT)
    with drawing():
        figure = new_figure(2.7, width=7.1)
        axes = figure.subplots()
        for sign in outcome.of_group("surface"):
            draws = drawn_history(outcome, sign)[:, window]
            if draws.size:
                colour, dash = palette.COLOURS[sign.drawing.colour], sign.drawing.dash
                band(axes, days[window] - start, draws, colour, sign.label, dash)
        axes.set_xlim(0.0, _FORTNIGHT)
        axes.set_ylim(-2.0, 102.0)
        axes.set_xlabel("days after the session")
        axes.set_ylabel("share of the area, or of the worst [%]")
        axes.grid(visible=True, axis="both")
        figure.legend(*axes.get_legend_handles_labels(), loc="outside right center")
    return figure


def effects_figure(outcome: Outcome) -> Figure:
    """Return each effect beside the pore as an interval, and what a trial found beside it."""
    when = judged(outcome)
    shown = outcome.of_group("effects")
    sessions = session_facts(outcome)
    trials = trials_of(outcome, sessions, "effects")
    with drawing():
        figure = new_figure(0.36 * len(shown) + 0.9, width=7.1)
        axes = figure.subplots()
        axes.axvline(0.0, color=palette.GREY, linewidth=0.8)
        for row, one in enumerate(shown):
            draws = 100.0 * outcome.changes(one.name, when.day)
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
            for trial in (trial for about, trial in trials if about.name == one.name):
                _trial(axes, row + 0.27, trial)
        axes.plot(
            [],
            [],
            "o-",
            color=palette.BLUE,
            markeredgecolor="white",
            label="predicted: median, 50 % and 90 %",
        )
        if trials:
            tried = {trial.device for _, trial in trials}
            names = names_of_devices(tuple(one for one in sessions if one.device in tried))
            axes.plot(
                [],
                [],
                "D",
                color=palette.VERMILION,
                markerfacecolor="white",
                markersize=5.0,
                label=f"trial of {' and '.join(names)}",
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


def sizes_figure(outcome: Outcome) -> Figure:
    """Return how many pores are larger than which diameter, now and as predicted.

    The prediction scales every pore and stops it at its genetic size, as the course does. A count
    of all that are larger needs no bins, and at the threshold of the eye it is the number of
    visible pores. Measured pores are, in each draw, as large and as many as the photograph allows;
    "now" is the median of the draws, as in the tables.
    """
    when = judged(outcome)
    now = outcome["pore_diameter"].to_numpy()
    floor = outcome["pore_floor"].to_numpy()
    ratio = outcome["diameter_ratio"].sel(day=when.day, method="nearest").to_numpy()
    some = np.linspace(0, ratio.size - 1, min(_SAMPLE, ratio.size)).astype(int)
    possible = np.array(
        [
            outcome[name].to_numpy()[some] if name in outcome else np.ones(some.size)
            for name in POPULATION_DRAWS
        ]
    ).T
    area = float(outcome.attrs["pore_area_m2"])
    first = min(float(now.min()), 0.9 * DETECTION_THRESHOLD)
    last = max(1.02 * float(now.max()), 1.2 * DETECTION_THRESHOLD)
    x = np.linspace(first, last, 240)

    def larger(diameter: Floats, size: float, number: float) -> Floats:
        """Return the pores per cm2 that are at least as large as each x, of one possibility."""
        above = diameter.size - np.searchsorted(np.sort(size * diameter), x)
        return np.asarray(number * above / (area * per_cm2), dtype=np.float64)

    def median_larger(diameter: Floats) -> Floats:
        return np.median([larger(diameter, *one) for one in possible], axis=0)

    draws = np.array(
        [
            larger(np.maximum(now * one, floor), *factors)
            for one, factors in zip(ratio[some], possible, strict=True)
        ]
    )
    larger_now = median_larger(now)
    with drawing():
        figure = new_figure(2.9, width=7.1)
        axes = figure.subplots()
        axes.plot(
            x / mm,
            median_larger(floor),
            color=palette.GREY,
            linestyle=":",
            linewidth=1.2,
            label=_FLOOR,
        )
        band(axes, x / mm, draws, palette.BLUE, when.words)
        axes.plot(x / mm, larger_now, color=palette.INK, linestyle="--", linewidth=1.3, label="now")
        seen = f"{_visible(outcome, 0.0)} now, {_visible(outcome, when.day)} then"
        axes.axvline(
            DETECTION_THRESHOLD / mm,
            color=palette.VERMILION,
            linewidth=1.1,
            label=f"visible from {DETECTION_THRESHOLD / mm:g} mm: {seen}",
        )
        most = float(larger_now.max())
        axes.set_yscale("log")
        axes.set_ylim(most / 200.0, 1.4 * most)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        shown = x[larger_now >= most / 200.0]
        axes.set_xlim(x[0] / mm, shown[-1] / mm)
        axes.set_xlabel("diameter [mm]")
        axes.set_ylabel("pores per cm\u00b2 larger than that")
        axes.grid(visible=True)
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2)
    return figure


def _visible(outcome: Outcome, day: float) -> str:
    """Return the median number of visible pores per cm2 on a day."""
    density = outcome["visible_density"].sel(day=day, method="nearest").median("draw")
    return significant(float(density) / per_cm2)


def _weeks(outcome: Outcome) -> Floats:
    return outcome.days / _WEEK


def _finish_weeks(axes: Axes, outcome: Outcome) -> None:
    """Mark the sessions and the day of judgement, and name the axis."""
    when = judged(outcome)
    low, high = axes.get_ylim()
    # on an axis of its own size a change of nothing would look like mountains
    middle = 0.5 * (low + high)
    if high - low < _LEAST_RANGE * abs(middle):
        low, high = middle - 0.5 * _LEAST_RANGE * middle, middle + 0.5 * _LEAST_RANGE * middle
    axes.set_ylim(low, high)
    axes.set_xlim(0.0, float(outcome.days.max()) / _WEEK)
    axes.axvline(when.day / _WEEK, color=palette.GREY, linewidth=0.9, linestyle="--")
    for session in session_facts(outcome):
        marker, colour = _mark(session.device)
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


def _legend_of_sessions(figure: Figure, outcome: Outcome) -> None:
    axes = figure.axes[0]
    when = judged(outcome)
    handles, labels = [], []
    for session in _first_of_each(session_facts(outcome)):
        marker, colour = _mark(session.device)
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


def _mark(device: str) -> tuple[str, str]:
    """Return marker and colour of a session; a device that is not registered has the usual one."""
    mark = devices()[device].mark if device in devices() else SessionMark()
    return mark.marker, palette.COLOURS[mark.colour]


def _trial(axes: Axes, height: float, trial: Trial) -> None:
    low, middle, high = (100.0 * x for x in (trial.low, trial.value, trial.high))
    axes.plot([low, high], [height, height], color=palette.VERMILION, linewidth=1.0)
    axes.plot(middle, height, "D", color=palette.VERMILION, markerfacecolor="white", markersize=4.5)


def ablative_sessions(outcome: Outcome) -> list[int]:
    """Return the sessions, from 0, that removed tissue."""
    return [i for i in range(len(session_facts(outcome))) if is_ablative(outcome, i)]
