"""How every figure of a report looks, and how it gets into a page.

Figures are drawn on their own canvas, without pyplot; matplotlib's settings are global, so they are
changed under a lock, for the time of one drawing, and put back. Every colour (`palette`) is doubled
by a label, a shape or a dash, so that a grey print says the same.
"""

import base64
import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from porelight import __version__
from porelight.course.outcome import Outcome
from porelight.course.outcome_variables import HISTORY, OutcomeVariable
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import replacing
from porelight.quantities import Floats
from porelight.report import palette
from porelight.units import mm, per_cm2, um

WIDTH = 9.6  # inches, the width of the page's column
_MARK = "figure by porelight"
FIGURE = ResultKind("a figure", (".png", ".svg"), names_porelight(_MARK))
_LOCK = threading.RLock()
_STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.labelsize": 8.5,
    "axes.labelcolor": palette.INK,
    "axes.edgecolor": palette.GREY,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "axes.grid": False,
    "grid.color": palette.PALE,
    "grid.linewidth": 0.5,
    "xtick.color": palette.GREY,
    "ytick.color": palette.GREY,
    "xtick.labelcolor": palette.INK,
    "ytick.labelcolor": palette.INK,
    "xtick.labelsize": 8.0,
    "ytick.labelsize": 8.0,
    "legend.frameon": False,
    "legend.fontsize": 8.0,
    "text.color": palette.INK,
    "text.parse_math": False,  # a label is words, whatever a file says
    "lines.linewidth": 1.6,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "hatch.linewidth": 0.4,
    "svg.fonttype": "path",
    # the names inside an SVG follow from its content, so equal outcomes give equal pages
    "svg.hashsalt": "porelight",
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw in the report's style, whatever the user's own matplotlib settings are."""
    with _LOCK, mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """Return an empty figure of this size [inches] that lays itself out."""
    return Figure(figsize=(width, height), layout="constrained")


def data_uri(figure: Figure) -> str:
    """Return a figure as an SVG that stands inside a page."""
    with drawing():
        buffer = io.BytesIO()
        _lay_out(figure)
        figure.savefig(buffer, format="svg", dpi=140, metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def save_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG or SVG, by the end of the file's name.

    Raises
    ------
    InputFileError
        If the name ends otherwise, or the file cannot be written.
    """
    with drawing(), replacing(path, FIGURE) as temporary:
        ending = path.suffix.lower().lstrip(".")
        _lay_out(figure)
        figure.savefig(temporary, format=ending, dpi=150, metadata=about_figure(ending))
    return path


def _lay_out(figure: Figure) -> None:
    """Lay a figure out once: matplotlib would draw it once more to do so while it saves it."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def about_figure(ending: str) -> dict[str, str | None]:
    """Return what a file with this ending, "png" or "svg", tells of itself."""
    author = f"{_MARK} {__version__}"
    return {"Software": author} if ending == "png" else {"Date": None, "Creator": author}


def depth_axis(axes: Axes) -> None:
    """Make the y axis a depth below the surface: logarithmic, growing downwards [m]."""
    axes.set_yscale("log")
    axes.set_ylim(5e-3, 2e-6)
    axes.yaxis.set_major_locator(FixedLocator([2e-6, 1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(_depth_text))


def band(axes: Axes, x: Floats, draws: Floats, colour: str, label: str, dash: str = "-") -> None:
    """Draw the median over draws with its 50 % and 90 % intervals.

    Parameters
    ----------
    axes : Axes
        Axes to draw on.
    x : ndarray of float64, shape (n,)
        Places along the horizontal axis, in its unit.
    draws : ndarray of float64, shape (n_draw, n)
        One curve per draw, in the unit of the axis.
    colour, label, dash : str
        Colour, name in the legend and line style of the median.
    """
    low, quarter, middle, three, high = np.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
    axes.fill_between(x, low, high, color=colour, alpha=0.16, linewidth=0.0)
    axes.fill_between(x, quarter, three, color=colour, alpha=0.26, linewidth=0.0)
    axes.plot(x, middle, color=colour, linestyle=dash, label=label)


def drawn_history(outcome: Outcome, about: OutcomeVariable) -> Floats:
    """Return an outcome over the days in the unit that it is drawn in, shape (n_draw, n_day)."""
    values = np.asarray(outcome[about.name].transpose(*HISTORY).to_numpy(), dtype=np.float64)
    if about.written == "per_cm2":
        return values / per_cm2
    if about.written == "length":
        return values / mm
    return 100.0 * values if about.written in ("share", "chance", "change") else values


def spread(axes: Axes, x: Floats, depth: Floats, colour: str, label: str, dash: str = "-") -> None:
    """Draw the median over members against depth, and between what values they lie.

    Parameters
    ----------
    axes : Axes
        Axes to draw on; the vertical one is a depth, see `depth_axis`.
    x : ndarray of float64, shape (n_member, n_depth)
        One curve per member, in the unit of the axis; not a number where it has nothing to show.
    depth : ndarray of float64, shape (n_depth,)
        Below the surface [m].
    colour, label, dash : str
        Colour, name in the legend and line style of the median.
    """
    shown = np.ma.masked_invalid(x)
    low, high = shown.min(axis=0).filled(np.nan), shown.max(axis=0).filled(np.nan)
    middle = np.ma.median(shown, axis=0)  # type: ignore[no-untyped-call]
    axes.fill_betweenx(depth, low, high, color=colour, alpha=0.2, linewidth=0.0)
    axes.plot(np.ma.filled(middle, np.nan), depth, color=colour, linestyle=dash, label=label)


def nice_levels(low: float, high: float, steps: Sequence[float]) -> list[float]:
    """Return levels inside an interval at the first of these steps that gives five or fewer."""
    for step in steps:
        levels = np.arange(np.ceil(low / step + 1e-9), np.floor(high / step - 1e-9) + 1) * step
        if levels.size <= 5:
            return [float(level) for level in levels]
    return []


def _depth_text(metres: float, _position: int | None) -> str:
    return f"{metres / um:g} \u00b5m" if metres < 0.9e-4 else f"{metres / mm:g} mm"
