"""Pictures of one session: temperature over time and depth, and the injury it leaves."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator
from scipy.ndimage import median_filter

from porelight.course.codec import skin_of
from porelight.course.documents import json_document
from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.value_text import significant
from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import depth_axis, drawing, new_figure, nice_levels, spread
from porelight.units import ZERO_CELSIUS, minute, ms

_ISOTHERM_STEPS = (1.0, 2.0, 5.0)  # K, while the skin is only warm
_HOT = (45.0, 60.0, 80.0, 100.0, 150.0, 200.0, 300.0)  # degC, where more happens than warming
_WARM = 25.0  # K of difference up to which a picture shows only warming
_BLOOD = "coagulated"
# an injury that reaches no more than this share anywhere is named, not drawn
_VISIBLE = 1e-3
_SLOW = 7  # samples of the clock over which isotherms are smoothed


def session_figure(outcome: Outcome, index: int) -> Figure:
    """Return what one session did, with one depth axis for three panels.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    index : int
        Number of the session, from 0.

    Returns
    -------
    Figure
        Left the temperature over time and depth in the typical member; in the middle the highest
        and the final temperature, median and span of the members; right the injury.
    """
    one = outcome.dataset.isel(session=index)
    with drawing():
        figure = new_figure(4.5)
        picture, profile, injury = figure.subplots(
            1, 3, sharey=True, gridspec_kw={"width_ratios": (5.0, 3.2, 3.2)}
        )
        _temperature_picture(figure, picture, one)
        _temperature_profile(profile, one)
        _injury_profile(injury, one, outcome.of_group("injury"), _epidermis(outcome))
        depth_axis(picture)
        picture.set_ylabel("depth below the surface")
    return figure


def _temperature_picture(figure: Figure, axes: Axes, one: xr.Dataset) -> None:
    clock, unit, is_log = _clock(one["clock_time"].to_numpy())
    celsius = one["session_temperature"].transpose("depth", "clock").to_numpy() - ZERO_CELSIUS
    if is_log:
        # a logarithmic clock has no place for the moment of the pulse itself
        clock, celsius = clock[clock > 0.0], celsius[:, one["clock_time"].to_numpy() > 0.0]
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    depth = one["depth"].to_numpy()
    low, high = float(celsius.min()), float(celsius.max())
    is_warm = high - low <= _WARM
    mesh = axes.pcolormesh(
        *(clock, depth, celsius),
        shading="gouraud",
        cmap="inferno",
        # heat that spreads far below its source is still to be seen beside the source
        norm=PowerNorm(1.0 if is_warm else 0.5, vmin=low, vmax=max(high, low + 1.0)),
        rasterized=True,
    )
    # isotherms follow the slow warming; single pulses stay visible as streaks of colour
    slow = celsius if is_log else median_filter(celsius, size=(1, _SLOW), mode="nearest")
    coldest, hottest = float(slow.min()), float(slow.max())
    levels = [level for level in _HOT if coldest < level < hottest - 0.5]
    if is_warm:
        levels = nice_levels(coldest, hottest, _ISOTHERM_STEPS)
    if levels:
        lines = axes.contour(clock, depth, slow, levels=levels, colors="white", linewidths=0.8)
        axes.clabel(lines, fmt="%g", fontsize=7.5)
    axes.set_xlim(float(clock[0]), float(clock[-1]))
    axes.set_xlabel(f"time since the session began [{unit}]")
    removed = float(one["ablated_depth"].isel(member=0))
    if removed > 0.0:
        axes.axhline(removed, color="white", linestyle="--", linewidth=1.0)
    scale = axes.inset_axes((0.0, 1.04, 1.0, 0.035))
    bar = figure.colorbar(mesh, cax=scale, orientation="horizontal", ticklocation="top")
    bar.set_label("temperature [\u00b0C]")
    bar.outline.set_visible(False)


def _temperature_profile(axes: Axes, one: xr.Dataset) -> None:
    depth = one["depth"].to_numpy()
    if "resting_temperature" in one:
        rest = one["resting_temperature"].to_numpy() - ZERO_CELSIUS
        axes.plot(rest, depth, color=palette.GREY, linestyle=":", label="before")
    for name, colour, label, dash in (
        ("final_temperature", palette.BLUE, "after the last pulse", "--"),
        ("peak_temperature", palette.VERMILION, "highest", "-"),
    ):
        members = one[name].transpose("member", "depth").to_numpy() - ZERO_CELSIUS
        spread(axes, members, depth, colour, label, dash)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("temperature [\u00b0C]")
    _legend_above(axes, axes.get_legend_handles_labels()[0])
    axes.grid(visible=True, axis="x")


def _epidermis(outcome: Outcome) -> float:
    """Return how thick the epidermis is, in which there is no blood [m]."""
    return skin_of(json_document(outcome.attrs["skin"])).layers[0].thickness


def _injury_profile(
    axes: Axes, one: xr.Dataset, injuries: Sequence[OutcomeVariable], epidermis: float
) -> None:
    depth = one["depth"].to_numpy()
    gone = one["ablated"].transpose("member", "depth").to_numpy() >= 0.5
    absent, highest = [], 0.0
    handles = []
    removed = float(one["ablated_depth"].median("member"))
    if removed > 0.0:
        # it covers the curves: what is gone has no injury
        axes.axhspan(
            *(0.0, removed),
            facecolor=palette.PALE,
            edgecolor=palette.GREY,
            hatch="////",
            linewidth=0.0,
            zorder=3.0,
        )
        axes.axhline(removed, color=palette.INK, linewidth=0.8, zorder=3.1)
        handles.append(
            Patch(
                facecolor=palette.PALE, edgecolor=palette.GREY, hatch="////", label="tissue removed"
            )
        )
    else:
        absent.append("tissue removed")
    for about in injuries:
        name, label = about.name, about.label
        # what a member has lost, and blood where there is none, has no injury to show
        absent_here = gone | (depth < epidermis) if name == _BLOOD else gone
        members = np.where(absent_here, np.nan, one[name].transpose("member", "depth").to_numpy())
        most = float(np.nanmax(members)) if not absent_here.all() else 0.0
        if most < _VISIBLE:
            absent.append(label)
            continue
        highest = max(highest, most)
        text = label if most > 0.5 else f"{label}, \u2264 {significant(100.0 * most, 2)} %"
        colour = palette.COLOURS[about.drawing.colour]
        spread(axes, 100.0 * members, depth, colour, text, about.drawing.dash)
    # a small injury gets an axis of its own size, a large one the whole
    axes.set_xlim(0.0, 100.0 if not 0.0 < highest < 0.5 else 110.0 * highest)
    axes.set_xlabel("share [%]")
    axes.grid(visible=True, axis="x")
    # what did not happen is said, so that nobody looks for its line
    nothing = [Line2D([], [], linestyle="", label=f"no {label}") for label in absent]
    drawn = axes.get_legend_handles_labels()[0]
    _legend_above(axes, [*handles, *drawn, *nothing])


def _legend_above(axes: Axes, handles: Sequence[Artist]) -> None:
    """Put the legend where no curve can run."""
    axes.legend(handles=handles, loc="lower left", bbox_to_anchor=(-0.06, 1.01), borderpad=0.0)


def _clock(seconds: Floats) -> tuple[Floats, str, bool]:
    """Return the times in the unit that suits them, its name, and whether they span decades."""
    steps = np.diff(seconds)
    is_log = bool(steps.max() > 20.0 * steps[steps > 0.0].min())
    end = float(seconds[-1])
    if end >= 3.0 * minute:
        return seconds / minute, "min", is_log
    if is_log or end < 1.0:
        return seconds / ms, "ms", is_log
    return seconds, "s", is_log
