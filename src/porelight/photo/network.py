"""The pore network: for each pixel, whether a pore has its middle there, its cover, its width.

Two small U-Nets in ONNX, one of which sees the picture transposed; their mean is what counts.
OpenCV runs them, no framework of deep learning is needed. They were trained by the recipe in the
folder ``training`` of the repository, on labelled and on rendered skin. Large pictures are read in
tiles that overlap by more than the networks see around a pixel.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from porelight.data.library import data_bytes
from porelight.errors import DataFileError
from porelight.photo.flatten import FlatSkin
from porelight.photo.picture import Image, Mask

_DARKNESS_GAIN = np.float32(8.0)  # of absorbance, so that it spreads as the other inputs do
_BOUND = np.float32(6.0)
_NO_PORE = np.float32(-20.0)  # log-odds
_STRIDE = 8  # px; the network halves its picture three times
_TILE = 1536  # px, at most
_OVERLAP = 40  # px; a multiple of the stride, and more than it sees to each side

Network = Any  # OpenCV has no types


@dataclass(frozen=True, slots=True, eq=False)
class NetworkOutput:
    """Output of the network for each pixel at the working scale; float32, shape (rows, cols).

    Attributes
    ----------
    middle : ndarray of float32
        Log-odds that it is the middle of a pore.
    cover : ndarray of float32
        Share of it that lies in a pore, 0 to 1.
    log_diameter : ndarray of float32
        ln(diameter / 1 mm) of the pore whose middle it is, if it is one.
    """

    middle: Image
    cover: Image
    log_diameter: Image


def network_output(flat: FlatSkin, network: Network) -> NetworkOutput:
    """Return the output of a network for a flattened photograph."""

    def tile(rows: slice, cols: slice) -> Image:
        return _inputs(
            flat.darkness[rows, cols],
            flat.redness[rows, cols],
            flat.yellowness[rows, cols],
            flat.contrast[rows, cols],
        )

    middle, cover, log_diameter = _read(tile, flat.skin, network)
    np.multiply(cover, np.float32(0.5), out=cover)
    np.tanh(cover, out=cover)
    cover += np.float32(1.0)
    cover *= np.float32(0.5)
    return NetworkOutput(middle, cover, log_diameter)


def inputs(flat: FlatSkin) -> Image:
    """Return the input images of the network, shape (4, rows, cols).

    Darkness, redness and yellowness in units of the local contrast, and darkness as absorbance.
    """
    return _inputs(flat.darkness, flat.redness, flat.yellowness, flat.contrast)


def _inputs(darkness: Image, redness: Image, yellowness: Image, contrast: Image) -> Image:
    absorbance = darkness * contrast
    layers = np.stack((darkness, redness, yellowness, absorbance * _DARKNESS_GAIN))
    return np.clip(layers, -_BOUND, _BOUND, out=layers)


def outputs(image: Image, skin: Mask, network: Network) -> Image:
    """Return the three images of the network for its inputs, shape (3, rows, cols).

    Tiles without skin are not read; there, no pixel is a pore.
    """
    return _read(lambda rows, cols: image[:, rows, cols], skin, network)


def _read(inputs_of: Callable[[slice, slice], Image], skin: Mask, network: Network) -> Image:
    """Return the outputs of a network whose inputs are made tile by tile."""
    rows, cols = skin.shape
    out = np.empty((3, rows, cols), np.float32)
    out[:2], out[2] = _NO_PORE, 0.0
    for r0, r1, top in _spans(rows + -rows % _STRIDE):
        for c0, c1, left in _spans(cols + -cols % _STRIDE):
            if not skin[r0:r1, c0:c1].any():
                continue
            tile = inputs_of(slice(r0, min(r1, rows)), slice(c0, min(c1, cols)))
            beyond = ((0, 0), (0, max(r1 - rows, 0)), (0, max(c1 - cols, 0)))
            network.setInput(np.ascontiguousarray(np.pad(tile, beyond, mode="symmetric")[None]))
            read = network.forward()[0, :, top : rows - r0, left : cols - c0]
            out[:, r0 + top : r1, c0 + left : c1] = read
    return out


def _spans(length: int) -> list[tuple[int, int, int]]:
    """First, last, and how much of the beginning an earlier tile has read better."""
    shared = 2 * _OVERLAP
    n = max(1, math.ceil((length - shared) / (_TILE - shared)))
    # as long as one another, so that no sliver is read with twice its length in overlap
    step = _STRIDE * math.ceil((length - shared) / n / _STRIDE)
    return [
        (i * step, min(i * step + step + shared, length), _OVERLAP if i else 0) for i in range(n)
    ]


def pore_network() -> Network:
    """Return the network of ``data/photo/pores.onnx``, ready to run.

    Made in milliseconds, and not kept: with what it computed for a tile it holds 250 MB.
    """
    return network_of(data_bytes("photo", "pores.onnx"))


def network_of(content: bytes) -> Network:
    """Return the network that an ONNX file holds.

    Raises
    ------
    DataFileError
        If this OpenCV cannot read it.
    """
    try:
        return cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8))
    except cv2.error:
        raise DataFileError(
            f"OpenCV {cv2.__version__} cannot read the pore network; expected 5.0 or later."
        ) from None
