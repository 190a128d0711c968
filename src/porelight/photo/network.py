"""The pore network: for each pixel, whether a pore has its middle there, its cover, its width.

Two small U-Nets in ONNX, one of which sees the picture transposed; their mean is what counts.
OpenCV runs them, no framework of deep learning is needed. They were trained by the recipe in the
folder ``training`` of the repository, on labelled and on rendered skin. Large pictures are read in
tiles that overlap by more than the networks see around a pixel, and told a band of tiles at a time.
"""

import math
from collections.abc import Callable, Iterator
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
_TILE = 768  # px, at most; the network holds 190 bytes for each pixel of it
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
    shape = flat.skin.shape
    whole = NetworkOutput(*(np.empty(shape, np.float32) for _ in range(3)))
    for part, seen in network_bands(flat, network):
        whole.middle[part], whole.cover[part] = seen.middle, seen.cover
        whole.log_diameter[part] = seen.log_diameter
    return whole


def network_bands(flat: FlatSkin, network: Network) -> Iterator[tuple[slice, NetworkOutput]]:
    """Return the output of a network for a flattened photograph, a band of rows at a time.

    Yields
    ------
    tuple of slice and NetworkOutput
        The rows of a band, from the top, and what the network says of them.
    """
    for part, (middle, cover, log_diameter) in _bands(
        lambda rows, cols: _inputs(flat, rows, cols), flat.skin, network
    ):
        share = np.tanh(np.float32(0.5) * cover)
        share += np.float32(1.0)
        share *= np.float32(0.5)
        yield part, NetworkOutput(middle, share, log_diameter)


def inputs(flat: FlatSkin) -> Image:
    """Return the input images of the network, shape (4, rows, cols).

    Darkness, redness and yellowness in units of the local contrast, and darkness as absorbance.
    """
    return _inputs(flat, slice(None), slice(None))


def _inputs(flat: FlatSkin, rows: slice, cols: slice) -> Image:
    darkness, redness, yellowness = flat.colours_at(rows, cols)
    absorbance = darkness * flat.contrast_at(rows, cols)
    layers = np.stack((darkness, redness, yellowness, absorbance * _DARKNESS_GAIN))
    return np.clip(layers, -_BOUND, _BOUND, out=layers)


def outputs(image: Image, skin: Mask, network: Network) -> Image:
    """Return the three images of the network for its inputs, shape (3, rows, cols).

    Tiles without skin are not read; there, no pixel is a pore.
    """
    bands = _bands(lambda rows, cols: image[:, rows, cols], skin, network)
    return np.concatenate([band for _, band in bands], axis=1)


def _bands(
    inputs_of: Callable[[slice, slice], Image], skin: Mask, network: Network
) -> Iterator[tuple[slice, Image]]:
    """Return the outputs of a network whose inputs are made tile by tile, a row of tiles each."""
    rows, cols = skin.shape
    spans = _spans(rows + -rows % _STRIDE)
    # a band ends where the next tile has read better
    ends = [first + skipped for first, _, skipped in spans[1:]] + [rows]
    for (r0, r1, top), end in zip(spans, ends, strict=True):
        out = np.empty((3, end - r0 - top, cols), np.float32)
        out[:2], out[2] = _NO_PORE, 0.0
        for c0, c1, left in _spans(cols + -cols % _STRIDE):
            if not skin[r0:r1, c0:c1].any():
                continue
            tile = inputs_of(slice(r0, min(r1, rows)), slice(c0, min(c1, cols)))
            beyond = ((0, 0), (0, max(r1 - rows, 0)), (0, max(c1 - cols, 0)))
            network.setInput(np.ascontiguousarray(np.pad(tile, beyond, mode="symmetric")[None]))
            read = network.forward()[0, :, top : end - r0, left : cols - c0]
            out[:, :, c0 + left : c1] = read
        yield slice(r0 + top, end), out


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

    Made in milliseconds, and not kept: with what it computed for a tile it holds 110 MB.
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
