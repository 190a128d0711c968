"""Pictures of one session's heat: over time and depth, from above, and by skin type."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from porelight.heat.scan import session_rise, session_times
from porelight.laser.exposure import Exposure
from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import depth_axis, drawing, new_figure
from porelight.session.monitoring import ThermometerTrace
from porelight.session.result import DEPTH
from porelight.session.scattered import COOL_DOWN, ScatteredSession
from porelight.session.thermography import SurfaceMap, Warmth
from porelight.tissue.person import roman
from porelight.units import ZERO_CELSIUS, J_per_cm2, mm, ms

_HIT_TIMES = np.geomspace(2e-5, 3.0, 160)  # s after the beginning of a pulse
_COLOURS = (
    palette.SKY,
    palette.BLUE,
    palette.GREEN,
    palette.ORANGE,
    palette.VERMILION,
    palette.PURPLE,
)
_SHAPES = ("o", "s", "^", "D", "v", "P")
_END_POINT = (38.0, 44.0)  # degC; what clinics call uniform warmth


def depth_figure(delivered: ScatteredSession, trace: ThermometerTrace, *, place: int = 0) -> Figure:
    """Return temperature against depth and time, with what was read at the surface below it.

    Parameters
    ----------
    delivered : ScatteredSession
        The session.
    trace : ThermometerTrace
        Readings of the thermometer at the spot.
    place : int
        Number of the place of the session that is shown.
    """
    where = delivered.per_joule.places[place]
    exposure, path = delivered.exposure, delivered.per_joule.path
    end = float(path.time[-1]) + COOL_DOWN
    times = session_times(
        path.time,
        path.position,
        where,
        exposure.beam.diameter,
        end,
        pulse_duration=exposure.pulse_duration,
    )
    # what a screen can show: a few hundred columns, each the hottest of its span
    hot, columns = _columns(times, _at(delivered, where, times))
    nearest = int(np.hypot(*(path.position - where).T).argmin())
    hit = path.time[nearest] + _HIT_TIMES
    flash = _at(delivered, where, hit[hit <= end])
    with drawing():
        figure = new_figure(6.4)
        (whole, pulse), (reading, blank) = figure.subplots(
            2, 2, gridspec_kw={"width_ratios": (2.2, 1.0), "height_ratios": (2.0, 1.0)}
        )
        low, high = float(hot.min()), max(float(hot.max()), float(flash.max()))
        norm = PowerNorm(0.7, vmin=low, vmax=max(high, low + 1.0))
        mesh = whole.pcolormesh(columns, DEPTH, hot.T, cmap="inferno", norm=norm, rasterized=True)
        whole.set_title("one place, over the session", color=palette.INK)
        whole.set_ylabel("depth below the surface")
        after = _HIT_TIMES[: flash.shape[0]] / ms
        pulse.pcolormesh(after, DEPTH, flash.T, cmap="inferno", norm=norm, rasterized=True)
        pulse.set_xscale("log")
        pulse.xaxis.set_major_locator(FixedLocator([0.1, 1.0, 10.0, 100.0, 1000.0]))
        pulse.xaxis.set_minor_locator(NullLocator())
        pulse.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        pulse.axvline(exposure.pulse_duration / ms, color="white", linestyle=":", linewidth=1.0)
        pulse.set_title("and after its nearest pulse", color=palette.INK)
        pulse.set_xlabel("time since the pulse began [ms]")
        for axes in (whole, pulse):
            depth_axis(axes)
        bar = figure.colorbar(mesh, ax=pulse, pad=0.02)
        bar.set_label("temperature [\u00b0C]")
        bar.outline.set_visible(False)
        _readings(reading, delivered, trace)
        reading.set_xlim(whole.get_xlim())
        blank.axis("off")
        blank.legend(*reading.get_legend_handles_labels(), loc="upper left", borderpad=0.0)
    return figure


def area_figure(seen: SurfaceMap, exposure: Exposure) -> Figure:
    """Return the scanned area from above: peak, end and dose."""
    with drawing():
        figure = new_figure(3.6)
        panels = figure.subplots(1, 3)
        for axes, values, title, unit, colours in (
            (panels[0], seen.peak - ZERO_CELSIUS, "highest", "\u00b0C", "inferno"),
            (panels[1], seen.final - ZERO_CELSIUS, "at the end", "\u00b0C", "inferno"),
            (panels[2], seen.dose / J_per_cm2, "energy of all pulses", "J/cm\u00b2", "viridis"),
        ):
            mesh = axes.pcolormesh(
                seen.x / mm, seen.y / mm, values, cmap=colours, shading="nearest", rasterized=True
            )
            _outline(axes, exposure)
            axes.set_title(title, color=palette.INK)
            axes.set_xlabel("x [mm]")
            bar = figure.colorbar(mesh, ax=axes, orientation="horizontal", pad=0.02, shrink=0.9)
            bar.set_label(unit)
            bar.outline.set_visible(False)
        panels[0].set_ylabel("y [mm]")
    return figure


def warmth_figure(rows: Sequence[Warmth]) -> Figure:
    """Return the warmth of each skin type against pulses per area."""
    with drawing():
        figure = new_figure(3.9)
        panels = figure.subplots(1, 3, sharey=True)
        for axes, value, perfusion, title in (
            (panels[0], "surface", "constant", "surface at the end"),
            (panels[1], "surface", "thermoregulated", "surface, thermoregulated"),
            (panels[2], "thermometer", "constant", "thermometer at the spot, highest"),
        ):
            axes.axhspan(*_END_POINT, color=palette.PALE, alpha=0.6, linewidth=0.0)
            for which, kind in enumerate(sorted({row.fitzpatrick for row in rows})):
                of_kind = [r for r in rows if r.fitzpatrick == kind and r.perfusion == perfusion]
                axes.plot(
                    [row.pulses_per_cm2 for row in of_kind],
                    [getattr(row, value) - ZERO_CELSIUS for row in of_kind],
                    color=_COLOURS[which % len(_COLOURS)],
                    marker=_SHAPES[which % len(_SHAPES)],
                    markersize=4.5,
                    linewidth=1.1,
                    label=f"type {roman(kind)}",
                )
            axes.set_xscale("log")
            ticks = sorted({row.pulses_per_cm2 for row in rows})
            axes.xaxis.set_major_locator(FixedLocator(ticks))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}"))
            axes.set_xlabel("pulses per cm\u00b2")
            axes.set_title(title, color=palette.INK)
            axes.grid(visible=True, axis="y")
        panels[0].set_ylabel("temperature [\u00b0C]")
        panels[0].legend(loc="upper left")
        panels[1].text(0.98, 0.03, "grey: the clinics' end point", transform=panels[1].transAxes,
                       ha="right", fontsize=7.5, color=palette.GREY)  # fmt: skip
    return figure


def _readings(axes: Axes, delivered: ScatteredSession, trace: ThermometerTrace) -> None:
    exposure, times = delivered.exposure, delivered.per_joule.reading_times
    mean = delivered.area_reading - ZERO_CELSIUS
    axes.plot(
        trace.time, trace.reading - ZERO_CELSIUS, color=palette.SKY, linewidth=0.9,
        label="thermometer at the spot",
    )  # fmt: skip
    axes.plot(times, mean, color=palette.BLUE, label="mean over the area")
    if np.isfinite(exposure.stop_at_surface):
        axes.axhline(
            exposure.stop_at_surface - ZERO_CELSIUS, color=palette.VERMILION, linestyle="--",
            label=f"stop, by the {exposure.stop_reads}",
        )  # fmt: skip
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.grid(visible=True, axis="y")
    axes.set_xlabel("time since the session began [s]")
    axes.set_ylabel("surface [\u00b0C]")


def _outline(axes: Axes, exposure: Exposure) -> None:
    width, height = (side / mm for side in exposure.sides)
    x = 0.5 * width * np.array([-1, 1, 1, -1, -1])
    y = 0.5 * height * np.array([-1, -1, 1, 1, -1])
    axes.plot(x, y, color="white", linewidth=0.8, linestyle="--")
    axes.set_aspect("equal")


def _at(delivered: ScatteredSession, where: Floats, times: Floats) -> Floats:
    """Return the temperature of one place at `DEPTH` in degrees Celsius, (n_time, n_depth)."""
    path = delivered.per_joule.path
    rise = session_rise(
        delivered.response.pulse,
        *(path.time, path.position, delivered.exposure.pulse_energy, where[None, :], times),
    )[:, 0]
    return delivered.response.resting + rise + delivered.correction(times) - ZERO_CELSIUS


def _columns(times: Floats, values: Floats, n: int = 480) -> tuple[Floats, Floats]:
    """Return values on even times, each the largest of its span: flashes stay to be seen."""
    edges = np.linspace(times[0], times[-1], n + 1)
    which = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, n - 1)
    middle = 0.5 * (edges[1:] + edges[:-1])
    shown = np.column_stack([np.interp(middle, times, column) for column in values.T])
    np.maximum.at(shown, which, values)
    return shown, middle
