r"""The scale from a ruler in view, by the period of its ticks.

Ticks are the most regular thing in a photograph. In overlapping square windows the spectrum is
searched for the peak that rises most above the spectrum around its own frequency; its direction is
that of the ruler and its frequency that of the ticks. Along that direction the mean profile of a
band is taken and the period refined by the peak of its spectrum, padded and interpolated. It must
be the least one after which the profile repeats itself, as the peak may be an overtone. The two
halves of the profile must give the same period: otherwise the ruler is tilted or something else is
regular.

The distance between two ticks cannot be seen in a picture. Millimetres are assumed unless told;
ticks of 1/16 inch (1.59 mm) or a comb, knitwear, a keyboard are as regular. It fails on rulers with
fewer than `LEAST_TICKS` ticks in view and where ticks are finer than 3 px.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from porelight.errors import ParameterError, PhotographError
from porelight.photo.darkness import blur_reach
from porelight.photo.scale import Scale
from porelight.photo.strips import widened
from porelight.quantities import Floats
from porelight.units import mm

LEAST_TICKS = 10

_WINDOW = 256  # px
_LONGEST, _SHORTEST = 30.0, 3.0  # px of a period
_LEAST_SHARE = 0.06  # of the window's power that lies in the peak and its neighbours
_LIGHT_SD = 12.0  # px; what changes more slowly is light and no tick
_AT_ONCE = 512  # px along the ruler looked at at once
_BAND = 6  # px on either side of the middle of the ruler
_PAD = 16
_LOCAL = 2.0  # ticks over which their strength is judged
_STRONG = 0.5  # of the greatest strength, down to which the ruler reaches
_CANDIDATES = 8  # windows that are looked at closely
_MULTIPLES = (1, 2, 3)  # the peak may be an overtone of the ticks
_ALIKE = 0.55  # correlation of a profile with itself, one tick on
_HALVES = 0.03  # by which the two halves may differ
_PRINT_ERROR = 0.003  # of a bought ruler
_PLANE_ERROR = 0.007  # as for the marker


@dataclass(frozen=True, slots=True, eq=False)
class _Ticks:
    """A regular pattern in a window of the picture, perhaps the ticks of a ruler."""

    row: float
    col: float
    frequency: Floats  # (row, col) [1/px]
    rise: float


def ruler_scale(pixels: NDArray[np.uint8], tick: float = 1.0 * mm) -> Scale:
    """Return the scale by the ticks of a ruler.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.
    tick : float
        Distance between two ticks [m].

    Raises
    ------
    PhotographError
        If nothing in view is regular enough, or it is tilted.
    """
    if not 1e-4 <= tick <= 1e-2:
        raise ParameterError(f"tick is {tick:g} m; expected 1e-04 to 0.01 m between two ticks.")
    flat = _Flat(pixels)
    candidates = sorted(_windows(flat), key=lambda ticks: -ticks.rise)[:_CANDIDATES]
    for ticks in candidates:
        profile = _profile(flat, ticks)
        period = _fundamental(profile, _period(profile, 1.0 / float(np.hypot(*ticks.frequency))))
        if period is not None and profile.size >= LEAST_TICKS * period:
            break
    else:
        raise PhotographError(
            f"no ruler was found: nothing in the photograph has {LEAST_TICKS} regular ticks. Lay "
            "one along the skin, flat and in focus; or use the sheet of 'porelight marker'."
        )
    n_ticks = profile.size / period
    half = profile.size // 2
    halves = [_period(part, period) for part in (profile[:half], profile[half:])]
    apart = abs(halves[0] - halves[1]) / period
    if apart > _HALVES:
        raise PhotographError(
            f"the ticks of the ruler are {100.0 * apart:.0f} % farther apart at one end; expected "
            f"at most {100.0 * _HALVES:.0f} %. Hold the camera straight above it."
        )
    error = float(np.sqrt(_PRINT_ERROR**2 + _PLANE_ERROR**2 + (0.5 * apart) ** 2))
    return Scale(
        period / tick,
        error,
        "ruler",
        f"{n_ticks:.0f} ticks of a ruler, {period:.2f} px apart, taken for {tick / mm:g} mm",
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Flat:
    """A picture in grey without its slow light, made where it is looked at."""

    pixels: NDArray[np.uint8]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.pixels.shape[0], self.pixels.shape[1]

    def box(self, rows: slice, cols: slice) -> NDArray[np.float32]:
        """Return some rows and columns of it."""
        (wide, own), (tall, mine) = (
            widened(part, blur_reach(_LIGHT_SD), n)
            for part, n in zip((rows, cols), self.shape, strict=True)
        )
        grey = cv2.cvtColor(self.pixels[wide, tall], cv2.COLOR_RGB2GRAY).astype(np.float32)
        return np.asarray((grey - cv2.GaussianBlur(grey, (0, 0), _LIGHT_SD))[own, mine])

    def at(self, rows: Floats, cols: Floats) -> NDArray[np.float32]:
        """Return it at places between the pixels, 0 outside of it."""
        (first, last), (left, right) = (
            (max(int(at.min()) - 2, 0), min(int(at.max()) + 3, n))
            for at, n in zip((rows, cols), self.shape, strict=True)
        )
        if first >= last or left >= right:
            return np.zeros(rows.shape, np.float32)
        found = cv2.remap(
            self.box(slice(first, last), slice(left, right)),
            (cols - left).astype(np.float32),
            (rows - first).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        return np.asarray(found, np.float32)


def _windows(flat: _Flat) -> list[_Ticks]:
    side = min(_WINDOW, *flat.shape)
    taper = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    starts = [
        np.unique(np.linspace(0, n - side, max(1, 2 * n // side)).astype(np.intp))
        for n in flat.shape
    ]
    found = []
    for row in starts[0]:
        strip = flat.box(slice(int(row), int(row) + side), slice(0, flat.shape[1]))
        for col in starts[1]:
            window = strip[:, col : col + side] * taper
            ticks = _peak(window, float(row) + 0.5 * side, float(col) + 0.5 * side)
            if ticks is not None:
                found.append(ticks)
    return found


def _peak(window: NDArray[np.float32], row: float, col: float) -> _Ticks | None:
    side = window.shape[0]
    power = np.abs(np.fft.rfft2(window)) ** 2
    by_row, by_col = np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :]
    radius = np.hypot(by_row, by_col)
    allowed = (radius >= 1.0 / _LONGEST) & (radius <= 1.0 / _SHORTEST)
    ring = np.minimum((radius * side / 4.0).astype(np.intp), side)
    total = float(power[allowed].sum())
    if not allowed.any() or total <= 0.0:
        return None
    level = np.ones(side + 1)
    for k in np.unique(ring[allowed]):
        level[k] = max(float(np.median(power[allowed & (ring == k)])), 1e-12)
    rise = np.where(allowed, power / level[ring], 0.0)
    share = cv2.blur(power, (3, 3)) * 9.0 / total
    rise = np.where(share > _LEAST_SHARE, rise, 0.0)
    i, j = np.unravel_index(int(np.argmax(rise)), rise.shape)
    frequency = np.array([by_row[i, 0], by_col[0, j]])
    return _Ticks(row, col, frequency, float(rise[i, j])) if rise[i, j] > 0.0 else None


def _profile(flat: _Flat, ticks: _Ticks) -> Floats:
    """Return the mean of a band along the ruler, as far as it is as regular as in the window."""
    pitch = float(np.hypot(*ticks.frequency))
    along = ticks.frequency / pitch
    across = np.array([-along[1], along[0]])
    middle = np.array([ticks.row, ticks.col])
    reach = float(np.hypot(*flat.shape))
    t = np.arange(-reach, reach)
    wave = np.exp(-2j * np.pi * pitch * t)
    offsets = np.arange(-0.5 * _WINDOW, 0.5 * _WINDOW, float(_BAND))
    s = offsets[:, None] + np.arange(-_BAND, _BAND + 1)
    lines = np.empty((len(offsets), len(t)))
    for first in range(0, len(t), _AT_ONCE):
        some = t[first : first + _AT_ONCE, None, None]
        places = [middle[k] + some * along[k] + s * across[k] for k in (0, 1)]
        rows, cols = (at.reshape(len(some), -1) for at in places)
        band = flat.at(rows, cols).reshape(len(some), *s.shape)
        lines[:, first : first + _AT_ONCE] = band.mean(axis=2).T
    best, strongest = np.zeros(0), -1.0
    for line in lines:
        local = np.abs(gaussian_filter1d(wave * line, _LOCAL / pitch))
        if float(local.max()) > strongest:
            strongest = float(local.max())
            best = line[_stretch(local, int(np.argmax(local)))]
    return best


def _stretch(strength: Floats, at: int) -> slice:
    """Return the unbroken stretch around a place in which the ticks stay strong."""
    weak = np.flatnonzero(strength < _STRONG * strength[at])
    before, after = weak[weak < at], weak[weak > at]
    first = int(before[-1]) + 1 if before.size else 0
    return slice(first, int(after[0]) if after.size else strength.size)


def _fundamental(profile: Floats, period: float) -> float | None:
    """Return the least multiple of a period after which the profile repeats itself."""
    centred = profile - profile.mean()
    for times in _MULTIPLES:
        lag = round(times * period)
        if lag < 2 or profile.size < 3 * lag:
            return None
        near = [
            float(np.corrcoef(centred[: centred.size - k], centred[k:])[0, 1])
            for k in (lag - 1, lag, lag + 1)
        ]
        if max(near) > _ALIKE:
            return _period(profile, times * period)
    return None


def _period(profile: Floats, guess: float) -> float:
    n = profile.size
    if n < 3.0 * guess:
        return guess
    spectrum = np.abs(np.fft.rfft((profile - profile.mean()) * np.hanning(n), _PAD * n))
    frequency = np.fft.rfftfreq(_PAD * n)
    near = np.flatnonzero(np.abs(frequency * guess - 1.0) < 1.6 * guess / n)
    k = int(near[np.argmax(spectrum[near])])
    if not 0 < k < spectrum.size - 1:
        return guess
    low, middle, high = np.log(spectrum[k - 1 : k + 2] + 1e-12)
    bend = low - 2.0 * middle + high
    step = 0.5 * (low - high) / bend if bend < 0.0 else 0.0
    return float(1.0 / (frequency[k] + step * (frequency[1] - frequency[0])))
