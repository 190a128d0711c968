"""The map of a sweep: what the treatment changes, with the lines beyond which a limit is passed."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION, SKIN
from porelight.planning.sweep_points import LIMITS
from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import drawing, new_figure

_SHOWN = "area_fraction_median"
_COLOURS = {"pain": palette.VERMILION, "injury": palette.INK, "darkening": palette.PURPLE}
_DASHES = {"pain": "--", "injury": "-", "darkening": ":"}
_MOST_PANELS = 6
_LEAST = 1e-6  # share of a limit below which nobody looks
_PANEL = (2.6, 3.6)  # inches


def sweep_map(dataset: xr.Dataset) -> Figure:
    """Return the change of the pores over the first two varied numbers, with lines of limits.

    A third key (the skin type, if it is varied) has a panel for each value; of others the value in
    the middle is shown. Over one number alone there are curves.

    Parameters
    ----------
    dataset : Dataset
        From `porelight.files.sweeps.sweep`.
    """
    with drawing():
        if "point" in dataset.dims:
            return _scattered(dataset)
        numbers = [
            str(name)
            for name in dataset[_SHOWN].dims
            if "flag_meanings" not in dataset[name].attrs and dataset.sizes[name] > 1
        ]
        settings = [name for name in numbers if name != "skin.fitzpatrick"] or numbers
        across = settings[:2]
        panels, fixed = _panels(dataset, across)
        height, width = _PANEL
        rows = -(-len(panels) // 3)
        columns = min(3, len(panels))
        figure = new_figure(height * rows + 0.7, max(5.0, width * columns))
        # one label of each axis for all panels, which are narrower than most labels
        grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
        for axes in grid.ravel()[len(panels) :]:
            axes.set_axis_off()
        filled: Any = None
        ends = _ends(100.0 * dataset[_SHOWN].to_numpy())
        for axes, (title, part) in zip(grid.ravel(), panels, strict=False):
            axes.set_title(title, fontsize=9)
            if len(across) == 2:
                filled = _filled(axes, part, across, ends)
            elif across:
                _curves(axes, part, across[0])
        labels = [axis_label(one, dataset) for one in across]
        labels += ["chance over the one allowed"] if len(across) == 1 else []
        if labels:
            grid[-1, columns // 2].set_xlabel(labels[0])
            grid[rows // 2, 0].set_ylabel(labels[1])
        if filled is not None:
            figure.colorbar(filled, ax=grid, label="change of the pore area, median [%]")
        handles = _legend(len(across) == 2)
        figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
        if fixed:
            figure.suptitle(fixed, fontsize=8, color=palette.GREY)
        return figure


def _panels(dataset: xr.Dataset, across: Sequence[str]) -> tuple[list[tuple[str, xr.Dataset]], str]:
    """Return the parts to draw with their titles, and what is fixed in words."""
    others = [str(name) for name in dataset[_SHOWN].dims if name not in across]
    others.sort(key=lambda name: name != "skin.fitzpatrick")
    fixed = []
    for name in others[1:]:
        middle = dataset.sizes[name] // 2
        fixed.append(f"{name} = {_said(dataset, name, middle)}")
        dataset = dataset.isel({name: middle})
    if not others:
        return [("", dataset)], ""
    n = dataset.sizes[others[0]]
    shown = np.unique(np.linspace(0, n - 1, min(n, _MOST_PANELS)).astype(int))
    panels = [
        (f"{others[0]} = {_said(dataset, others[0], int(i))}", dataset.isel({others[0]: int(i)}))
        for i in shown
    ]
    return panels, ", ".join(fixed)


def _said(dataset: xr.Dataset, name: str, index: int) -> str:
    words = str(dataset[name].attrs.get("flag_meanings", "")).split()
    return words[index] if words else f"{float(dataset[name][index]):g}"


def _filled(axes: Axes, part: xr.Dataset, across: Sequence[str], ends: tuple[float, float]) -> Any:
    """Draw the change as colours and each limit as a line, hatched where one is passed."""
    x, y = across
    at_x, at_y = part[x].to_numpy(), part[y].to_numpy()
    change = 100.0 * part[_SHOWN].transpose(y, x).to_numpy()
    filled = axes.pcolormesh(
        at_x, at_y, change, cmap="viridis_r", vmin=ends[0], vmax=ends[1], shading="nearest"
    )
    worst = np.max([_over(part, name, (y, x)) for name in LIMITS], axis=0)
    if worst.max() > 0.0:
        axes.contourf(at_x, at_y, worst, levels=[0.0, 100.0], colors="none", hatches=["////"])
    for name in LIMITS:
        over = _over(part, name, (y, x))
        if over.min() < 0.0 < over.max():
            axes.contour(
                *(at_x, at_y, over),
                levels=[0.0],
                colors=[_COLOURS[name]],
                linestyles=[_DASHES[name]],
                linewidths=2.0,
            )
    # the outer halves of the outermost cells are beyond what was swept
    axes.set_xlim(at_x.min(), at_x.max())
    axes.set_ylim(at_y.min(), at_y.max())
    return filled


def _curves(axes: Axes, part: xr.Dataset, x: str) -> None:
    """Draw the share of each limit that is used, and the limit."""
    for name in LIMITS:
        used = np.maximum(part[f"{name}_used"].to_numpy(), _LEAST)
        axes.semilogy(part[x].to_numpy(), used, color=_COLOURS[name], ls=_DASHES[name], marker=".")
    axes.axhline(1.0, color=palette.GREY, lw=0.8)
    axes.set_ylim(bottom=1e-3)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _scattered(dataset: xr.Dataset) -> Figure:
    """Draw the points of a Sobol design over two keys; a cross where a limit is passed."""
    names = [str(name) for name in dataset.coords if name != "point"]
    x, y = names[0], names[min(1, len(names) - 1)]
    figure = new_figure(3.8, 5.4)
    axes = figure.subplots()
    change = 100.0 * dataset[_SHOWN].to_numpy()
    worst = np.max([_over(dataset, name, ("point",)) for name in LIMITS], axis=0)
    drawn: Any = None
    for mark, chosen in (("o", worst <= 0.0), ("x", worst > 0.0)):
        if not chosen.any():
            continue
        drawn = axes.scatter(
            *(dataset[x].to_numpy()[chosen], dataset[y].to_numpy()[chosen]),
            c=change[chosen],
            cmap="viridis_r",
            vmin=_ends(change)[0],
            vmax=_ends(change)[1],
            marker=mark,
            label="a limit is passed" if mark == "x" else "within all limits",
        )
    figure.colorbar(drawn, ax=axes, label="change of the pore area, median [%]")
    axes.set_xlabel(axis_label(x, dataset))
    axes.set_ylabel(axis_label(y, dataset))
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _over(part: xr.Dataset, name: str, dims: Sequence[str]) -> Floats:
    """Return how far a limit is passed, as a decimal logarithm: chances span many decades."""
    used = part[f"{name}_used"].transpose(*dims).to_numpy()
    logarithm: Floats = np.log10(np.maximum(used, _LEAST))
    return logarithm


def _ends(values: Floats) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _legend(is_map: bool) -> list[Any]:  # noqa: FBT001  of this module alone
    from matplotlib.lines import Line2D  # noqa: PLC0415
    from matplotlib.patches import Patch  # noqa: PLC0415

    said = {name: f"limit: {text}" if is_map else text for name, text in LIMITS.items()}
    lines: list[Any] = [
        Line2D([], [], color=_COLOURS[name], ls=_DASHES[name], lw=2.0, label=said[name])
        for name in LIMITS
    ]
    if is_map:
        hatched = Patch(facecolor="none", edgecolor=palette.INK, hatch="////")
        hatched.set_label("a limit is passed")
        lines.append(hatched)
    return lines


def axis_label(key: str, dataset: xr.Dataset) -> str:
    """Return a varied key in words with its unit.

    Examples
    --------
    >>> axis_label("session.1.pulses", xr.Dataset(coords={"session.1.pulses": [1.0, 2.0]}))
    'session 1: pulses'
    """
    table, *number, name = key.split(".")
    known: Any = {"session": SESSION, "care": CARE, "skin": SKIN, "simulation": ENSEMBLE}[table]
    keys = {one.key for one in known.fields}
    unit = str(dataset[key].attrs.get("units", "1"))
    unit = "1" if unit == name else unit  # pulses are counted in pulses
    stem = name
    if unit != "1" and name in keys and "_" in name:
        head, tail = name.split("_", 1)
        units = unit.lower().replace("/", "_").replace("\u00b2", "2").replace("deg", "")
        stem = name.removesuffix(f"_{units}") if name.endswith(f"_{units}") else f"{head}_{tail}"
    whose = f"{table} {number[0]}: " if number and number[0] != "*" else ""
    return f"{whose}{stem.replace('_', ' ')}" + (f" [{unit}]" if unit != "1" else "")
