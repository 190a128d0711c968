"""The years under each habit, drawn: the median, and the middle half of the draws."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import Group
from porelight.inference.what_if import YEAR
from porelight.report import palette
from porelight.report.drawing import drawing, drawn_history, new_figure

_GROUPS: tuple[Group, ...] = ("pores", "below", "effects")
_STYLES = (
    (palette.VERMILION, "-"),
    (palette.ORANGE, "--"),
    (palette.BLUE, "-."),
    (palette.GREEN, ":"),
)


def what_if_figure(outcomes: Mapping[str, Outcome]) -> Figure:
    """Return the outcomes that are drawn over years: area of visible pores and collagen.

    Parameters
    ----------
    outcomes : mapping of str to Outcome
        By habit, see `porelight.inference.what_if.what_if`.
    """
    first = next(iter(outcomes.values()))
    shown = [one for one in first.of_group(*_GROUPS) if one.years == "drawn"]
    with drawing():
        figure = new_figure(3.6)
        panels = figure.subplots(1, len(shown), squeeze=False)[0]
        for axes, about in zip(panels, shown, strict=True):
            for i, (habit, outcome) in enumerate(outcomes.items()):
                colour, dash = _STYLES[i % len(_STYLES)]
                years = outcome.days / YEAR
                draws = drawn_history(outcome, about)
                low, middle, high = np.quantile(draws, [0.25, 0.5, 0.75], axis=0)
                axes.fill_between(years, low, high, color=colour, alpha=0.12, linewidth=0.0)
                axes.plot(years, middle, color=colour, linestyle=dash, label=habit)
            axes.set_xlim(0.0, float(years[-1]))
            axes.set_xlabel("years from now")
            axes.set_ylabel(about.drawing.axis_label("now"))
            axes.grid(visible=True, axis="y")
        panels[-1].text(
            *(0.02, 0.03, "bands: the middle half of the draws"),
            transform=panels[-1].transAxes,
            fontsize=7.5,
            color=palette.GREY,
        )
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    return figure
