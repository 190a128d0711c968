"""Pictures of one session: temperature over time and depth, and the injury it leaves."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from porelight.quantities import Floats
from porelight.report.drawing import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    depth_axis,
    drawing,
    new_figure,
    nice_levels,
    spread,
)
from porelight.report.formatting import share
from porelight.units import ZERO_CELSIUS, minute, ms

_ISOTHERM_STEPS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)  # K
_INJURIES = (
    ("ablated", "tissue removed", INK, "-"),
    ("killed", "cells killed", VERMILION, "-"),
    ("denatured", "collagen denatured", PURPLE, "--"),
    ("coagulated", "blood coagulated", SKY, ":"),
    ("heat_shocked", "cells heat-shocked, alive", ORANGE, "-."),
)
# an injury that reaches no more than this share anywhere is named, not drawn
_VISIBLE = 1e-3


def session_figure(outcome: xr.Dataset, index: int) -> Figure:
    """Return what one session did, with one depth axis for three panels.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    index : int
        Of the session, from 0.

    Returns
    -------
    Figure
        Left the temperature over time and depth in the typical member; in the middle the highest
        and the final temperature, median and span of the members; right the injury.
    """
    one = outcome.isel(session=index)
    with drawing():
        figure = new_figure(4.0)
        picture, profile, injury = figure.subplots(
            1, 3, sharey=True, gridspec_kw={"width_ratios": (5.0, 3.2, 3.2)}
        )
        _temperature_picture(figure, picture, one)
        _temperature_profile(profile, one)
        _injury_profile(injury, one)
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
    depth = one["depth"].to_numpy()
    low, high = float(celsius.min()), float(celsius.max())
    mesh = axes.pcolormesh(
        *(clock, depth, celsius),
        shading="gouraud",
        cmap="inferno",
        vmin=low,
        vmax=max(high, low + 1.0),
        rasterized=True,
    )
    levels = nice_levels(low, high, _ISOTHERM_STEPS)
    if levels:
        lines = axes.contour(clock, depth, celsius, levels=levels, colors="white", linewidths=0.7)
        axes.clabel(lines, fmt="%g", fontsize=7.0)
    axes.set_xlim(float(clock[0]), float(clock[-1]))
    axes.set_xlabel(f"time since the session began [{unit}]")
    bar = figure.colorbar(mesh, ax=axes, pad=0.02, aspect=35)
    bar.set_label("temperature [\u00b0C]")
    bar.outline.set_visible(False)  # type: ignore[operator]


def _temperature_profile(axes: Axes, one: xr.Dataset) -> None:
    depth = one["depth"].to_numpy()
    if "resting_temperature" in one:
        rest = one["resting_temperature"].to_numpy() - ZERO_CELSIUS
        axes.plot(rest, depth, color=GREY, linestyle=":", label="before")
    for name, colour, label, dash in (
        ("final_temperature", BLUE, "after the last pulse", "--"),
        ("peak_temperature", VERMILION, "highest", "-"),
    ):
        members = one[name].transpose("member", "depth").to_numpy() - ZERO_CELSIUS
        spread(axes, members, depth, colour, label, dash)
    axes.set_xlabel("temperature [\u00b0C]")
    axes.legend(loc="lower right")
    axes.grid(visible=True, axis="x")


def _injury_profile(axes: Axes, one: xr.Dataset) -> None:
    depth = one["depth"].to_numpy()
    absent = []
    for name, label, colour, dash in _INJURIES:
        members = one[name].transpose("member", "depth").to_numpy()
        most = float(np.median(members, axis=0).max())
        if most < _VISIBLE:
            absent.append(label)
            continue
        text = label if most > 0.05 else f"{label} (at most {share(most)})"
        spread(axes, 100.0 * members, depth, colour, text, dash)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("share [%]")
    axes.grid(visible=True, axis="x")
    if len(absent) < len(_INJURIES):
        axes.legend(loc="lower right")
    if absent:
        text = "none:\n" + "\n".join(absent)
        axes.text(0.97, 0.97, text, transform=axes.transAxes, ha="right", va="top", color=GREY)


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
