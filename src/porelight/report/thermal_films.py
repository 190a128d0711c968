"""Films of heat: the cross-section of the skin after one pulse, and a session from above."""

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import depth_axis, drawing, new_figure
from porelight.report.films import Frame
from porelight.session.result import DEPTH
from porelight.session.scattered import ScatteredSession
from porelight.session.thermography import SurfaceFilm
from porelight.units import ZERO_CELSIUS, mm, ms

_DPI = 90
_AFTER = 3.0  # s of a pulse that are shown
_SEEN = 1.6  # spot radii that are shown on each side


def pulse_frames(delivered: ScatteredSession, *, n_frames: int = 60) -> Iterator[Frame]:
    """Draw the cross-section of resting skin under one pulse, on a clock of equal ratios.

    Parameters
    ----------
    delivered : ScatteredSession
        A session; its answer to one pulse is shown.
    n_frames : int
        Frames, from a tenth of the pulse to three seconds.
    """
    exposure, pulse = delivered.exposure, delivered.response.pulse
    reach = _SEEN * 0.5 * exposure.beam.diameter
    r = np.linspace(-reach, reach, 121)
    clock = np.geomspace(0.1 * exposure.pulse_duration, _AFTER, n_frames)
    rest = delivered.response.resting[:, None] - ZERO_CELSIUS
    frames = [
        rest + exposure.pulse_energy * _across(pulse.time, pulse.r, pulse.rise, time, np.abs(r))
        for time in clock
    ]
    high = max(float(np.max(frames)), float(rest.max()) + 1.0)
    with drawing():
        figure = new_figure(3.6, 6.4)
        axes = figure.subplots()
        mesh = axes.pcolormesh(
            *(r / mm, DEPTH, frames[0]),
            cmap="inferno",
            norm=PowerNorm(0.6, vmin=float(rest.min()), vmax=high),
            shading="gouraud",
        )
        depth_axis(axes)
        axes.set_xlabel("distance from the middle of the spot [mm]")
        axes.set_ylabel("depth below the surface")
        bar = figure.colorbar(mesh, ax=axes)
        bar.set_label("temperature [\u00b0C]")
        bar.outline.set_visible(False)
        # the room above the picture is kept free for what is written there
        title = axes.set_title(" ", color=palette.INK)
        reel = _Reel(figure, (mesh, title))
        for time, values in zip(clock, frames, strict=True):
            mesh.set_array(values)
            during = " (pulse on)" if time < exposure.pulse_duration else ""
            title.set_text(
                f"{_clock(time)} after the pulse began{during}: up to {values.max():.1f} \u00b0C"
            )
            yield reel.frame()


def session_frames(film: SurfaceFilm, delivered: ScatteredSession) -> Iterator[Frame]:
    """Draw the area from above with the moving spot, and what is read at the surface beside it."""
    celsius = film.temperature - ZERO_CELSIUS
    with drawing():
        figure = new_figure(3.8, 8.2)
        above, reading = figure.subplots(1, 2, gridspec_kw={"width_ratios": (1.0, 1.1)})
        mesh = above.pcolormesh(
            *(film.x / mm, film.y / mm, celsius[0]),
            cmap="inferno",
            # the flash under the spot is brighter than the scale: the warmth behind it shows
            vmin=float(celsius.min()),
            vmax=float(np.quantile(celsius, 0.998)),
            shading="gouraud",
        )
        (spot,) = above.plot([], [], color="white", linewidth=1.2)
        above.set_aspect("equal")
        above.set_xlabel("x [mm]")
        above.set_ylabel("y [mm]")
        bar = figure.colorbar(mesh, ax=above, orientation="horizontal", shrink=0.9, extend="max")
        bar.set_label("surface [\u00b0C]")
        bar.outline.set_visible(False)
        reading.plot(
            film.trace.time, film.trace.reading - ZERO_CELSIUS, color=palette.SKY, linewidth=0.8,
            label="thermometer at the spot",
        )  # fmt: skip
        reading.plot(
            delivered.per_joule.reading_times, delivered.area_reading - ZERO_CELSIUS,
            color=palette.BLUE, label="mean over the area",
        )  # fmt: skip
        now = reading.axvline(0.0, color=palette.GREY, linewidth=1.0)
        reading.set_xlabel("time [s]")
        reading.set_ylabel("reading [\u00b0C]")
        reading.grid(visible=True, axis="y")
        reading.legend(loc="lower right")
        title = above.set_title(" ", color=palette.INK)
        reel = _Reel(figure, (mesh, spot, title, now))
        angle = np.linspace(0.0, 2.0 * np.pi, 41)
        radius = 0.5 * delivered.exposure.beam.diameter
        for time, values, centre in zip(film.time, celsius, film.spot, strict=True):
            mesh.set_array(values)
            x, y = centre[:, None] + radius * np.array([np.cos(angle), np.sin(angle)])
            spot.set_data(x / mm, y / mm)
            now.set_xdata([time, time])
            title.set_text(f"{time:.1f} s")
            yield reel.frame()


def _across(time: Floats, r: Floats, rise: Floats, now: float, distance: Floats) -> Floats:
    """Return the rise per joule at a time over (n_depth, distance), linear in log time and in r."""
    position = (np.log(now) - np.log(time[0])) / np.log(time[1] / time[0])
    k = int(np.clip(np.floor(position), 0, time.size - 2))
    share = float(np.clip(position - k, 0.0, 1.0))
    at = (1.0 - share) * rise[k] + share * rise[k + 1]
    return np.array([np.interp(distance, r, row) for row in at])


def _clock(seconds: float) -> str:
    return f"{seconds / ms:.3g} ms" if seconds < 1.0 else f"{seconds:.2f} s"


class _Reel:
    """A figure of which only some artists move: the rest is drawn once."""

    def __init__(self, figure: Figure, moving: Sequence[Artist]) -> None:
        self.figure, self.moving = figure, moving
        figure.set_dpi(_DPI)
        self.canvas = FigureCanvasAgg(figure)
        for artist in moving:
            artist.set_animated(True)
        self.canvas.draw()  # type: ignore[no-untyped-call]
        # laid out once: panels must not move between frames
        figure.set_layout_engine("none")
        self.still = self.canvas.copy_from_bbox(figure.bbox)  # type: ignore[no-untyped-call]

    def frame(self) -> Frame:
        """Draw the moving artists as they are now over what stands still."""
        self.canvas.restore_region(self.still)  # type: ignore[no-untyped-call]
        for artist in self.moving:
            self.figure.draw_artist(artist)
        pixels = self.canvas.buffer_rgba()  # type: ignore[no-untyped-call]
        return np.asarray(pixels, dtype=np.uint8)[:, :, :3].copy()
