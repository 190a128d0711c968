"""The path of the spot over the skin: time and place of each pulse.

A scanner, or a hand, moves the spot back and forth in rows over a rectangle, or in turns of a
spiral, several times. Rows run along the rectangle in the first sweep and across it in the next;
spirals run out and in again. Each sweep starts where the last one ended, so that the motion is
continuous and the pulses evenly spread. A hand follows the same pattern, but wanders off it
smoothly and changes its pace.
"""

import math
from typing import TYPE_CHECKING

import numpy as np

from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.laser._count import require_count
from porelight.laser.exposure import Exposure
from porelight.laser.motion import Motion, PulsePath
from porelight.quantities import AREA, RATE, SPOT_DIAMETER, Floats

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Motion", "PulsePath", "exposure_path", "pulse_path", "raster", "technique_text"]

_GOLDEN = 0.6180339887498949  # shifts by its multiples never repeat and never cluster


def pulse_path(
    area: float,
    n_pulses: int,
    rate: float,
    spot_diameter: float,
    *,
    motion: Motion | None = None,
    passes: int = 1,
    aspect: float = 1.0,
) -> PulsePath:
    """Return the path of a spot that covers an area evenly.

    Parameters
    ----------
    area : float
        Area of the rectangle [m2].
    n_pulses : int
        Number of pulses in all sweeps together.
    rate : float
        Pulses per second [Hz].
    spot_diameter : float
        Diameter of the spot [m]; the area must hold at least one.
    motion : Motion, optional
        Pattern, stacking and steadiness; rows of a scanner when left out.
    passes : int
        Number of sweeps over the whole area.
    aspect : float
        Width of the rectangle over its height.

    Returns
    -------
    PulsePath
        Pulse i starts at i / rate; all spots have their centres inside the rectangle.

    Raises
    ------
    ParameterError
        If the area is smaller than a spot, there is no pulse, or a value is impossible.

    Notes
    -----
    A sweep of n spots over a rectangle w x h has sqrt(n h / w) rows, rounded, so that rows are as
    far apart as the spots in them. A spiral's turns lie as far apart as its spots: spot i of n lies
    at the share sqrt(i / n) of the radius and at the angle sqrt(4 pi i) of a disc, which is mapped
    to the rectangle area for area. A hand's wander is Gaussian noise, smoothed over its correlation
    time, and folded back at the edges.

    Examples
    --------
    >>> path = pulse_path(1e-2, 2000, 7.0, 5e-3, motion=Motion("spiral"), passes=4)
    >>> path.n_pulses, round(float(path.time[-1]), 1)
    (2000, 285.6)
    """
    how = motion or Motion()
    _check(area, n_pulses, rate, spot_diameter, passes, aspect)
    size = np.array([math.sqrt(area * aspect), math.sqrt(area / aspect)])
    # a stack is one place; the last one may be incomplete
    n_places = math.ceil(n_pulses / how.stacked)
    if passes > n_places:
        raise ParameterError(
            f"passes is {passes} but there are {n_places} places of {how.stacked} pulses; each "
            "pass needs at least one."
        )
    per_pass = [n_places // passes + (i < n_places % passes) for i in range(passes)]
    generator = np.random.default_rng(how.seed)
    smoothing = parameter("laser", "hand", "correlation_time").value * rate / how.stacked
    pace = [_pace(count, how.pace_variation, smoothing, generator) for count in per_pass]
    sweeps = _sweeps if how.pattern == "raster" else _turns
    position = np.concatenate(sweeps(pace, aspect)) * size
    if how.wander > 0.0:
        drift = np.column_stack([_smooth_noise(n_places, smoothing, generator) for _ in range(2)])
        position = _folded(position + how.wander * drift, 0.5 * size)
    every = np.repeat(position, how.stacked, axis=0)[:n_pulses]
    return PulsePath(np.arange(n_pulses) / rate, np.ascontiguousarray(every))


def raster(
    area: float,
    n_pulses: int,
    rate: float,
    spot_diameter: float,
    *,
    passes: int = 1,
    aspect: float = 1.0,
) -> PulsePath:
    """Return the path of a scanner in rows back and forth; see `pulse_path`.

    Examples
    --------
    >>> path = raster(1e-2, 2000, 7.0, 5e-3, passes=4)
    >>> path.n_pulses, round(float(path.time[-1]), 1)
    (2000, 285.6)
    """
    return pulse_path(area, n_pulses, rate, spot_diameter, passes=passes, aspect=aspect)


def exposure_path(exposure: Exposure) -> PulsePath:
    """Return the path of an exposure's pulses: as recorded, or as its motion makes it."""
    if isinstance(exposure.motion, PulsePath):
        return exposure.motion
    return pulse_path(
        exposure.area,
        exposure.n_pulses,
        exposure.rate,
        exposure.beam.diameter,
        motion=exposure.motion,
        passes=exposure.passes,
        aspect=exposure.aspect,
    )


def technique_text(exposure: Exposure) -> str:
    """Return a line that describes the spot's travel, the cooling and the end of a session.

    Examples
    --------
    >>> from porelight.laser.devices import laser_genesis
    >>> technique_text(laser_genesis(motion=Motion.by_hand(seed=2)))
    'rows by hand (seed 2)'
    """
    motion = exposure.motion
    if isinstance(motion, PulsePath):
        words = "a recorded path"
    else:
        words = "rows" if motion.pattern == "raster" else "turns"
        if motion.wander > 0.0 or motion.pace_variation > 0.0:
            words += f" by hand (seed {motion.seed})"
        if motion.stacked > 1:
            words += f", {motion.stacked} pulses on each spot"
    if exposure.cooling != "none":
        words += f", cooled by {exposure.cooling}"
    if exposure.stop_reads == "thermometer" and math.isfinite(exposure.stop_at_surface):
        words += ", ended by the thermometer at the spot"
    return words


def _check(
    area: float, n_pulses: int, rate: float, spot_diameter: float, passes: int, aspect: float
) -> None:
    AREA.require(area)
    RATE.require(rate)
    SPOT_DIAMETER.require(spot_diameter)
    require_count("n_pulses", n_pulses)
    require_count("passes", passes)
    if passes > n_pulses:
        raise ParameterError(
            f"passes is {passes} but n_pulses is {n_pulses}; each pass needs at least one pulse."
        )
    if not 0.01 <= aspect <= 100.0:
        raise ParameterError(f"aspect is {aspect:g}; expected width over height of 0.01 to 100.")
    spot = 0.25 * math.pi * spot_diameter**2
    if area < spot * (1.0 - 1e-9):
        raise ParameterError(
            f"area is {area:g} m2, smaller than one spot of {spot:g} m2; square centimetres need "
            "'* units.cm2', spot millimetres '* units.mm'."
        )


def _pace(
    count: int, variation: float, smoothing: float, generator: np.random.Generator
) -> "Callable[[float], Floats]":
    """Return the share of a sweep that is done at each of its places, from that of the first.

    The first place lies a share `start` of the mean spacing along the sweep; a hand goes on at a
    pace that varies, a scanner at an even one.
    """
    pace = np.ones(count)
    if variation > 0.0:
        pace = np.exp(variation * _smooth_noise(count, smoothing, generator))
    pace /= pace.sum()

    def done(start: float) -> Floats:
        return np.asarray(np.cumsum(pace) - (1.0 - start) * pace)

    return done


def _smooth_noise(count: int, smoothing: float, generator: np.random.Generator) -> Floats:
    """Return Gaussian noise of standard deviation 1, correlated over `smoothing` places."""
    width = max(smoothing, 1e-6)
    reach = math.ceil(4.0 * width)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    kernel /= math.sqrt(float(kernel @ kernel))
    white = generator.normal(size=count + 2 * reach)
    return np.convolve(white, kernel, mode="valid")


def _folded(position: Floats, half: Floats) -> Floats:
    """Return places mirrored at the edges of the area where they lie beyond them."""
    turn = np.mod(position + half, 4.0 * half)
    return np.asarray(np.minimum(turn, 4.0 * half - turn) - half)


def _turns(pace: "list[Callable[[float], Floats]]", _aspect: float) -> list[Floats]:
    """Return the places of each spiral about 0, in shares of the sides; they run out and in."""
    turns = []
    bearing = 0.0
    for i, done in enumerate(pace):
        share = done(0.5)
        radius = np.sqrt(share if i % 2 == 0 else 1.0 - share)
        all_round = math.sqrt(4.0 * math.pi * share.size)
        angle = bearing + all_round * (radius if i % 2 == 0 else 1.0 - radius)
        turns.append(_square_of_disc(radius, angle))
        bearing += all_round
    return turns


def _square_of_disc(radius: Floats, angle: Floats) -> Floats:
    """Return where points of the unit disc lie in the square of side 1, area for area.

    Circles become squares (P. Shirley, K. Chiu, "A low distortion map between disk and square," J.
    Graphics Tools 2(3), 45-52 (1997)).
    """
    side = np.round(angle / (0.5 * math.pi))
    along = radius * (angle - 0.5 * math.pi * side) / (0.5 * math.pi)
    cosine, sine = np.cos(0.5 * math.pi * side), np.sin(0.5 * math.pi * side)
    return 0.5 * np.column_stack(
        [radius * cosine - 2.0 * along * sine, radius * sine + 2.0 * along * cosine]
    )


def _sweeps(pace: "list[Callable[[float], Floats]]", aspect: float) -> list[Floats]:
    """Return the places of each sweep about 0, in shares of the sides."""
    sweeps = []
    corner = np.zeros(2)
    n_sweeps = len(pace)
    for i, done in enumerate(pace):
        across = i % 2 == 1
        # sweeps in the same direction share the gap between rows, so that none retraces another
        shift = (i // 2 + 0.5) / ((n_sweeps + (not across)) // 2)
        mirrored = corner[0 if across else 1] == 1.0
        rows = 1.0 - shift if mirrored else shift
        share = done((0.5 + i * _GOLDEN) % 1.0)
        places, end = _serpentine(share, 1.0 / aspect if across else aspect, rows)
        if across:
            places, end = places[:, ::-1], end[::-1]
        # mirrored so that it starts in the corner where the last sweep ended
        sweeps.append(np.where(corner == 0.0, places, 1.0 - places) - 0.5)
        corner = np.where(corner == 0.0, end, 1.0 - end)
    return sweeps


def _serpentine(share: Floats, aspect: float, shift: float) -> tuple[Floats, Floats]:
    """Return where a sweep is when these shares of it are done, and the corner at its end.

    The rows lie along the first axis of the unit square, which stands for a rectangle of this
    width over height, at a share `shift` of their spacing; there are as many as make the spacing
    along and between them alike.
    """
    n_rows = max(1, round(math.sqrt(share.size / aspect)))
    along = share * n_rows
    row = np.minimum(along.astype(np.int64), n_rows - 1)
    forward = along - row
    x = np.where(row % 2 == 0, forward, 1.0 - forward)
    y = (row + shift) / n_rows
    return np.column_stack([x, y]), np.array([float(n_rows % 2), 1.0])
