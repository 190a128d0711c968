r"""MCX's sources over an area (planar, pattern, Fourier) as pictures of their irradiance.

The area is a parallelogram; its points are :math:`u\,a + v\,b` with sides a and b and u, v from 0
to 1, and what the source sends there is a function of u and v. A rectangle of even cells is exact
in square pixels; all else is averaged over the pixels of a raster.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import numpy as np

from porelight.errors import ParameterError
from porelight.files.foreign import ForeignTable
from porelight.files.jnii import array_of
from porelight.files.mcx_shapes import number
from porelight.quantities import Floats

Sides: TypeAlias = tuple[Floats, Floats]
PLANES = ("slit", "planar", "pattern", "fourier", "fourierx", "fourierx2d")
_NEAR = 1e-6
# width of a slit over its length; it has none
_SLIT = 1e-3
# pixels along the longer side of a raster, and points in each of them along each side
_FINE, _POINTS = 200, 4
_MOST_PIXELS = 2000
_MOST_CELLS = 1000


def sides_of(kind: str, param1: list[float], param2: list[float]) -> Sides:
    """Return both sides of a source [voxels].

    Raises
    ------
    ParameterError
        If they span no area at right angles to z.
    """
    first, second = np.array(param1[:3]), np.array(param2[:3])
    if kind == "slit":
        second = np.array([-first[1], first[0], 0.0]) * _SLIT
    if kind in {"fourierx", "fourierx2d"}:
        # at right angles to the first, as long as the fourth number says
        length = max(float(np.hypot(*first[:2])), _NEAR)
        second = np.array([-first[1], first[0], 0.0]) * (param1[3] / length)
    area = abs(float(first[0] * second[1] - first[1] * second[0]))
    if area < _NEAR or first[2] != 0.0 or second[2] != 0.0:
        raise ParameterError(
            "Optode.Source.Param1 and Param2 span no area at right angles to z; expected the two "
            f"sides of the {kind} source."
        )
    return first[:2], second[:2]


def picture(
    kind: str, param1: list[float], param2: list[float], cells: Floats
) -> tuple[Floats, float, str]:
    """Return a source as a picture, rows along y and columns along x.

    Parameters
    ----------
    kind : str
        One of `PLANES`.
    param1, param2 : list of float
        MCX's parameters of the source.
    cells : ndarray of float64, shape (n_first, n_second)
        Irradiance of even cells along both sides; one cell where a formula says it.

    Returns
    -------
    irradiance : ndarray of float64, shape (n_rows, n_cols)
    pixel : float
        Side of a pixel [voxels].
    note : str
        How near the picture is to the source; empty if it is exact.

    Raises
    ------
    ParameterError
        If square pixels cannot show it.
    """
    first, second = sides_of(kind, param1, param2)
    lengths = [float(np.hypot(*side)) for side in (first, second)]
    is_rectangle = abs(float(first @ second)) < _NEAR * lengths[0] * lengths[1]
    if kind == "slit":
        note = f"the slit is {lengths[0]:g} voxels long, and {_SLIT:g} of that wide here"
        pixels = round(1.0 / _SLIT)
        along_x = abs(first[1]) < _NEAR * lengths[0]
        if not along_x and abs(first[0]) >= _NEAR * lengths[0]:
            raise ParameterError(
                "Optode.Source.Param1 is a slit between x and y of the beam; expected one along "
                "the tilt of the beam, or at right angles to it."
            )
        return np.ones((1, pixels) if along_x else (pixels, 1)), _SLIT * lengths[0], note
    if kind in {"planar", "pattern"} and is_rectangle:
        exact, pixel = _in_squares(cells, lengths)
        return exact.T, pixel, ""
    value, n_waves = irradiance_of(kind, (first, second), (param1, param2), cells)
    corners = np.array([np.zeros(2), first, second, first + second])
    low, high = corners.min(axis=0), corners.max(axis=0)
    n_pixels = max(_FINE, math.ceil(10.0 * n_waves))
    if n_pixels > _MOST_PIXELS:
        raise ParameterError(
            f"the {kind} source has {n_waves:g} waves across; expected at most "
            f"{_MOST_PIXELS // 10}, which a picture can show."
        )
    pixel = float((high - low).max()) / n_pixels
    n_x, n_y = (max(1, math.ceil(extent / pixel - _NEAR)) for extent in high - low)
    start = 0.5 * (low + high) - 0.5 * pixel * np.array([n_x, n_y])
    offsets = (np.arange(_POINTS) + 0.5) / _POINTS
    x = start[0] + pixel * (np.arange(n_x)[:, None] + offsets).reshape(-1)
    y = start[1] + pixel * (np.arange(n_y)[:, None] + offsets).reshape(-1)
    values = value(np.tile(x, y.size), np.repeat(y, x.size))
    shown = values.reshape(n_y, _POINTS, n_x, _POINTS).mean(axis=(1, 3))
    note = f"the {kind} source is read as a picture of {n_x} x {n_y} pixels"
    return np.round(shown, 4), pixel, note


def irradiance_of(
    kind: str, sides: Sides, params: tuple[list[float], list[float]], cells: Floats
) -> tuple[Callable[[Floats, Floats], Floats], float]:
    """Return the irradiance of a source at points from its corner, and its waves along a side.

    Parameters
    ----------
    kind : str
        One of `PLANES`.
    sides : tuple of ndarray
        Both sides [voxels].
    params : tuple of list of float
        MCX's parameters of the source.
    cells : ndarray of float64, shape (n_first, n_second)
        Irradiance of even cells along both sides.
    """
    wave, n_waves = _formula(kind, *params, cells)
    # u and v of each point: the sides are the columns of the matrix that is undone
    undo = np.linalg.inv(np.column_stack(sides))

    def value(x: Floats, y: Floats) -> Floats:
        u, v = undo[0, 0] * x + undo[0, 1] * y, undo[1, 0] * x + undo[1, 1] * y
        lit = (u >= 0.0) & (u < 1.0) & (v >= 0.0) & (v < 1.0)
        inside = np.clip(u, 0.0, 1.0 - 1e-12), np.clip(v, 0.0, 1.0 - 1e-12)
        return np.where(lit, wave(*inside), 0.0)

    return value, n_waves


def patterns(table: ForeignTable, size: tuple[int, int], count: int, folder: Path) -> list[Floats]:
    """Return the patterns of a source, each (n_first, n_second).

    Parameters
    ----------
    table : ForeignTable
        Optode.Source.Pattern.
    size : tuple of int
        Cells along the first and the second side.
    count : int
        Number of patterns.
    folder : Path
        Where a file of numbers may lie.

    Raises
    ------
    ParameterError
        If the numbers are missing, or not as many as cells.
    """
    wanted = count * size[0] * size[1]
    where = table.path("Data")
    if "_ArraySize_" in table:
        keys = [key for key in table.leftover() if key.startswith("_")]
        try:
            found = array_of({key: table.get(key) for key in keys})
        except (ValueError, KeyError, TypeError) as problem:
            raise ParameterError(f"{table.name} holds no readable array ({problem}).") from None
        if found.size != wanted:
            raise ParameterError(f"{table.name} holds {found.size} numbers; expected {wanted}.")
        return list(found.reshape(count, *size))
    table.without_effect("the cells are those of Param1 and Param2", "Nx", "Ny", "Nz")
    data = table.get("Data")
    if isinstance(data, str):
        path = folder / data
        if Path(data).name != data or not path.is_file():
            raise ParameterError(f"{where} is {data[:80]!r}; expected a file beside the case.")
        raw = path.read_bytes()
        values = np.frombuffer(raw[: len(raw) // 4 * 4], dtype="<f4").astype(np.float64)
    elif isinstance(data, list):
        values = np.array([number(x, where, 0.0, 1e30) for x in data], dtype=np.float64)
    else:
        raise ParameterError(f"{where} is missing; expected the numbers of the pattern.")
    if values.size != wanted or not np.isfinite(values).all() or (values < 0.0).any():
        raise ParameterError(
            f"{where} holds {values.size} numbers; expected {wanted} of 0 or larger, for {count} "
            f"of {size[0]} x {size[1]} cells (fourth numbers of Param1 and Param2)."
        )
    # MCX counts the patterns fastest, then the first side
    return list(values.reshape(size[1], size[0], count).transpose(2, 1, 0))


def _formula(
    kind: str, param1: list[float], param2: list[float], cells: Floats
) -> tuple[Callable[[Floats, Floats], Floats], float]:
    """Return what the source sends to u and v, and the number of waves along a side."""
    turn = 2.0 * math.pi
    if kind in {"slit", "planar", "pattern"}:
        n_u, n_v = cells.shape
        steps = 0.1 * max(cells.shape)
        return (lambda u, v: cells[(u * n_u).astype(int), (v * n_v).astype(int)]), steps
    k_u: float
    k_v: float
    if kind == "fourier":
        k_u, k_v = math.floor(param1[3]), math.floor(param2[3])
        phase, depth = param1[3] - k_u, 1.0 - (param2[3] - k_v)
    elif kind == "fourierx":
        k_u, k_v, phase = param2[0], param2[1], param2[2]
        depth = 1.0 - param2[3]
    else:
        k_u, k_v, p_u, p_v = param2
        return (
            lambda u, v: (
                0.5 * (np.sin(turn * (k_u * u + p_u)) * np.sin(turn * (k_v * v + p_v)) + 1.0)
            )
        ), max(abs(k_u), abs(k_v))
    return (lambda u, v: 0.5 * (np.cos(turn * (k_u * u + k_v * v + phase)) * depth + 1.0)), max(
        abs(k_u), abs(k_v)
    )


def _in_squares(cells: Floats, lengths: list[float]) -> tuple[Floats, float]:
    """Return even cells of a rectangle in square pixels, and their side."""
    steps = [length / n for length, n in zip(lengths, cells.shape, strict=True)]
    ratio = Fraction(steps[0] / steps[1]).limit_denominator(_MOST_CELLS)
    repeats = (ratio.numerator, ratio.denominator)
    shape = [n * times for n, times in zip(cells.shape, repeats, strict=True)]
    if abs(float(ratio) * steps[1] / steps[0] - 1.0) > _NEAR or max(shape) > _MOST_PIXELS:
        raise ParameterError(
            f"the source is {lengths[0]:g} x {lengths[1]:g} voxels in {cells.shape[0]} x "
            f"{cells.shape[1]} cells; expected cells that square pixels can make up."
        )
    shown = np.asarray(np.kron(cells, np.ones(repeats)), dtype=np.float64)
    return shown, steps[0] / repeats[0]
