"""The picture of agreement: difference of two repeats over their mean (Bland and Altman)."""

from pathlib import Path

import numpy as np

from porelight.files.kinds import ResultKind
from porelight.files.writing import replacing
from porelight.photo.agreement import LimitsOfAgreement
from porelight.report import palette
from porelight.report.drawing import FIGURE, about_figure, drawing, new_figure

FIGURES = ResultKind("pictures of agreement", (), FIGURE.is_own)
_HEIGHT, _WIDTH = 4.0, 6.4  # inches


def write_agreement_figure(path: Path, limits: LimitsOfAgreement, quantity: str) -> Path:
    """Draw the limits of agreement as PNG.

    Parameters
    ----------
    path : Path
        PNG file to write.
    limits : LimitsOfAgreement
        Limits of agreement of two repeats.
    quantity : str
        Name of the measured quantity, with its unit.
    """
    with drawing():
        figure = new_figure(_HEIGHT, _WIDTH)
        axes = figure.add_subplot()
        left, right = float(limits.mean.min()), float(limits.mean.max())
        pad = 0.06 * (right - left or 1.0)
        across = np.array([left - pad, right + 4.0 * pad])
        for estimate, colour, dash, label in (
            (limits.bias, palette.BLUE, "-", "bias"),
            (limits.lower, palette.VERMILION, "--", "lower limit"),
            (limits.upper, palette.VERMILION, "--", "upper limit"),
        ):
            axes.fill_between(across, estimate.low, estimate.high, color=colour, alpha=0.14, lw=0)
            axes.plot(across, [estimate.value] * 2, color=colour, linestyle=dash, linewidth=1.2)
            axes.annotate(
                f"{label} {estimate.value:.3g}",
                (across[1], estimate.value),
                xytext=(-2, 3),
                textcoords="offset points",
                ha="right",
                fontsize=7.5,
                color=palette.INK,
            )
        axes.axhline(0.0, color=palette.GREY, linewidth=0.6)
        axes.plot(limits.mean, limits.difference, "o", color=palette.INK, markersize=3.5, alpha=0.8)
        axes.set_xlim(*across)
        axes.set_xlabel(f"mean of two repeats: {quantity}")
        axes.set_ylabel("second less first")
        axes.set_title(f"{limits.mean.size} subjects; bands: 95 % intervals")
        with replacing(path, FIGURE) as temporary:
            figure.savefig(temporary, format="png", dpi=140, metadata=about_figure("png"))
    return path
