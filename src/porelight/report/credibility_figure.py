"""Figures of a credibility page: deviations of the code, and of predictions from measurements."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from scipy.stats import norm

from porelight.report import palette
from porelight.report.drawing import drawing, new_figure
from porelight.validation.case import CaseResult

_WIDEST = 4.0  # standard deviations that the axis shows; what lies beyond stands at its edge
_ROW = 0.27  # inches
_LONGEST = 62  # letters of an experiment's name


def measured_figure(cases: Sequence[CaseResult]) -> Figure:
    """Return the deviation of each prediction from its measurement, experiment by experiment.

    Parameters
    ----------
    cases : sequence of CaseResult
        Validation; those without errors are left out.
    """
    rows: dict[str, list[CaseResult]] = defaultdict(list)
    for one in cases:
        if one.is_stochastic:
            rows[one.title].append(one)
    with drawing():
        figure = new_figure(0.9 + _ROW * max(len(rows), 1))
        axes = figure.add_subplot()
        axes.axvspan(-2.0, 2.0, color=palette.PALE, lw=0)
        axes.axvline(0.0, color=palette.GREY, lw=0.7)
        for place, each in enumerate(rows.values()):
            z = np.clip([one.z for one in each], -_WIDEST, _WIDEST)
            agrees = [one.passed for one in each]
            for met, marker, colour in ((True, "o", palette.BLUE), (False, "D", palette.VERMILION)):
                some = z[np.array(agrees) == met]
                axes.plot(some, np.full(some.size, place), marker, ms=4.5, mfc="none", mec=colour)
        axes.set_yticks(range(len(rows)), [_named(title, each) for title, each in rows.items()])
        axes.set_xlim(-_WIDEST - 0.2, _WIDEST + 0.2)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlabel("predicted less measured, over the uncertainty of both")
    return figure


def code_figure(cases: Sequence[CaseResult]) -> Figure:
    """Return how the deviations of the code from exact values are spread, beside pure chance.

    Parameters
    ----------
    cases : sequence of CaseResult
        Code verification; those without chance are left out.
    """
    z = np.sort([one.z for one in cases if one.is_stochastic])
    with drawing():
        figure = new_figure(2.6, 5.2)
        axes = figure.add_subplot()
        line = np.linspace(-_WIDEST, _WIDEST, 200)
        axes.plot(line, 100.0 * norm.cdf(line), color=palette.GREY, ls="--", label="pure chance")
        share = 100.0 * (np.arange(z.size) + 0.5) / max(z.size, 1)
        axes.plot(
            z, share, "o", ms=3.0, mfc="none", mec=palette.BLUE, label=f"{z.size} comparisons"
        )
        axes.set_xlabel("found less exact, in standard errors")
        axes.set_ylabel("comparisons below [%]")
        axes.legend(loc="upper left")
    return figure


def _named(title: str, each: Sequence[CaseResult]) -> str:
    cut = title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
    return cut if len(each) == 1 else f"{cut} ({len(each)})"
