"""The years under each habit, drawn: the median, and the middle half of the draws."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from porelight.inference.what_if import YEAR
from porelight.report import palette
from porelight.report.drawing import drawing, new_figure

_STYLES = (
    (palette.VERMILION, "-"),
    (palette.ORANGE, "--"),
    (palette.BLUE, "-."),
    (palette.GREEN, ":"),
)


def what_if_figure(outcomes: Mapping[str, xr.Dataset]) -> Figure:
    """Return area of visible pores and collagen over the years.

    Parameters
    ----------
    outcomes : mapping of str to Dataset
        By habit, see `porelight.inference.what_if.what_if`.
    """
    with drawing():
        figure = new_figure(3.6)
        panels = figure.subplots(1, 2)
        for axes, name, label in (
            (panels[0], "area_fraction", "skin covered by visible pores [%]"),
            (panels[1], "collagen", "collagen at the wall [% of now]"),
        ):
            for i, (habit, outcome) in enumerate(outcomes.items()):
                colour, dash = _STYLES[i % len(_STYLES)]
                years = outcome["day"].to_numpy() / YEAR
                draws = 100.0 * outcome[name].transpose("draw", "day").to_numpy()
                low, middle, high = np.quantile(draws, [0.25, 0.5, 0.75], axis=0)
                axes.fill_between(years, low, high, color=colour, alpha=0.12, linewidth=0.0)
                axes.plot(years, middle, color=colour, linestyle=dash, label=habit)
            axes.set_xlim(0.0, float(years[-1]))
            axes.set_xlabel("years from now")
            axes.set_ylabel(label)
            axes.grid(visible=True, axis="y")
        panels[1].text(0.02, 0.03, "bands: the middle half of the draws",
                       transform=panels[1].transAxes, fontsize=7.5, color=palette.GREY)  # fmt: skip
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    return figure
