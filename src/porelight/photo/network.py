"""The pore network: for each pixel, whether a pore has its middle there, its cover, its width.

Two small U-Nets in ONNX, one of which sees the picture transposed; their mean is what counts.
Kernels of our own run them (`convolution`), no framework of deep learning is needed. The recipe
by which they were trained, on labelled and on rendered skin, is the folder ``training``.

A picture passes from the top, some rows at a time (`row_stream`), each network on a core of its
own; no pixel is looked at twice, and none that is farther from the skin than the networks see.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import cv2
import numpy as np

from porelight.data.library import data_bytes
from porelight.photo.convolution import this_processor
from porelight.photo.flatten import FlatSkin
from porelight.photo.onnx_weights import convolution_weights
from porelight.photo.picture import Image, Mask
from porelight.photo.row_stream import RowStream, Spans
from porelight.photo.unet import (
    N_INPUTS,
    N_LAYERS,
    N_OUTPUTS,
    STRIDE,
    RowNetwork,
    Weights,
    prepare,
    require_layers,
)
from porelight.threads import available_threads

_DARKNESS_GAIN = np.float32(8.0)  # of absorbance, so that it spreads as the other inputs do
_BOUND = np.float32(6.0)
_NO_PORE = np.float32(-20.0)  # log-odds
_AT_ONCE = 100_000  # px that are read at a time
_SEEN = 40  # px; more than the networks see to each side
_APART = 128  # px between two spans; a block at a quarter of the resolution goes beyond its end


@dataclass(frozen=True, slots=True, eq=False)
class PoreNetwork:
    """Weights of the two networks.

    Attributes
    ----------
    weights : tuple of sequence of tuple of ndarray of float32
        Layers of the plain one and of the one that sees pictures transposed (`RowNetwork`).
    """

    weights: tuple[Weights, Weights]


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


def network_output(flat: FlatSkin, network: PoreNetwork) -> NetworkOutput:
    """Return the output of a network for a flattened photograph."""
    shape = flat.skin.shape
    whole = NetworkOutput(*(np.empty(shape, np.float32) for _ in range(3)))
    for part, seen in network_bands(flat, network):
        whole.middle[part], whole.cover[part] = seen.middle, seen.cover
        whole.log_diameter[part] = seen.log_diameter
    return whole


def network_bands(flat: FlatSkin, network: PoreNetwork) -> Iterator[tuple[slice, NetworkOutput]]:
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
    absorbance = flat.absorbance[rows, cols]
    layers = np.empty((N_INPUTS, *absorbance.shape), np.float32)
    for layer, colour in zip(layers, flat.colours_at(rows, cols), strict=False):
        np.clip(colour, -_BOUND, _BOUND, out=layer)
    np.clip(
        np.multiply(absorbance, _DARKNESS_GAIN, out=layers[-1]), -_BOUND, _BOUND, out=layers[-1]
    )
    return layers


def outputs(image: Image, skin: Mask, network: PoreNetwork) -> Image:
    """Return the three images of the network for its inputs, shape (3, rows, cols).

    Where no skin is near the network does not look; there, no pixel is a pore.
    """
    bands = _bands(lambda rows, cols: image[:, rows, cols], skin, network)
    return np.concatenate([band for _, band in bands], axis=1)


def _bands(
    inputs_of: Callable[[slice, slice], Image], skin: Mask, network: PoreNetwork
) -> Iterator[tuple[slice, Image]]:
    """Yield the outputs of a network, whose inputs are made some rows at a time."""
    rows, cols = skin.shape
    shape = (rows + -rows % STRIDE, cols + -cols % STRIDE)
    on = this_processor()
    steps = _steps(shape, rows)
    at_once = max(part.stop - part.start for part in steps)
    image = RowStream(N_INPUTS, shape, on.block, min(at_once + STRIDE, shape[0]))
    nets = [
        RowNetwork(weights, image, on, at_once=at_once, is_transposed=k == 1)
        for k, weights in enumerate(network.weights)
    ]
    n_threads, done, spans = min(available_threads(), len(nets)), 0, _spans_near(skin)
    with ThreadPoolExecutor(n_threads) as pool:
        running: list[Future[None]] = []
        for part in steps:
            is_seen = bool(spans(1, part.start, part.stop))
            tile = _reaching(inputs_of, part, (rows, cols), shape) if is_seen else None
            # while the networks look at one part, the next is made and the one before is judged
            ready = _finished(running, nets, spans, done, (rows, cols))
            image.make_room(part.stop)
            if tile is not None:
                image.view(part, slice(0, shape[1]))[:] = tile
            image.written(part.stop)
            running = [pool.submit(net.run, spans) for net in nets]
            if ready is not None:
                yield ready
                done = ready[0].stop
        ready = _finished(running, nets, spans, done, (rows, cols))
        if ready is not None:
            yield ready


def _finished(
    running: Sequence["Future[None]"],
    nets: Sequence[RowNetwork],
    spans: Spans,
    done: int,
    shape: tuple[int, int],
) -> tuple[slice, Image] | None:
    """Wait for the networks and return the mean of the rows that are new, if there are any."""
    for one in running:
        one.result()
    last = min(2 * nets[0].output.done, shape[0])
    if last <= done:
        return None
    part = slice(done, last)
    half = slice(done // 2, -(-last // 2))
    n = half.stop - half.start
    seen = np.empty((N_OUTPUTS, 2 * n, shape[1] + shape[1] % 2), np.float32)
    seen[:2], seen[2] = _NO_PORE, 0.0
    for left, right in spans(2, half.start, half.stop):
        cols = slice(left, min(right, seen.shape[2] // 2))
        plain, turned = (
            net.output.view(half, cols).reshape(N_OUTPUTS, 2, 2, n, -1) for net in nets
        )
        for down in (0, 1):
            for along in (0, 1):
                mean = seen[:, down::2, 2 * cols.start + along : 2 * cols.stop : 2]
                np.add(plain[:, down, along], turned[:, down, along], out=mean)
                mean *= np.float32(0.5)
    return part, seen[:, : last - done, : shape[1]]


def _reaching(
    inputs_of: Callable[[slice, slice], Image],
    part: slice,
    shape: tuple[int, int],
    full: tuple[int, int],
) -> Image:
    """Return the inputs on some rows, mirrored beyond the picture as far as the network reads."""
    tile = inputs_of(slice(part.start, min(part.stop, shape[0])), slice(0, shape[1]))
    beyond = ((0, 0), (0, max(part.stop - shape[0], 0)), (0, full[1] - shape[1]))
    return np.pad(tile, beyond, mode="symmetric") if any(map(any, beyond)) else tile


def _steps(shape: tuple[int, int], rows: int) -> list[slice]:
    """Return the rows that are read at a time, of a picture of so many rows and those beyond."""
    step = max(4 * STRIDE, _AT_ONCE // shape[1] // STRIDE * STRIDE)
    starts = list(range(0, shape[0], step))
    if len(starts) > 1 and rows - starts[-1] < STRIDE:
        del starts[-1]  # what is mirrored beyond the last rows must lie in them
    return [slice(*pair) for pair in pairwise([*starts, shape[0]])]


def _spans_near(skin: Mask) -> Spans:
    """Return where the networks look: at the skin, and as far around it as they see."""
    beyond = ((0, -skin.shape[0] % STRIDE), (0, -skin.shape[1] % STRIDE))
    padded = np.pad(skin, beyond).view(np.uint8) if any(map(any, beyond)) else skin.view(np.uint8)
    size = (padded.shape[1] // STRIDE, padded.shape[0] // STRIDE)
    # a mean of 64 pixels of which one is 255 is 4
    blocks = cv2.resize(padded * np.uint8(255), size, interpolation=cv2.INTER_AREA) > 0
    around = _SEEN // STRIDE

    def spans(level: int, first: int, last: int) -> list[tuple[int, int]]:
        rows = slice(max(first * level // STRIDE - around, 0), last * level // STRIDE + around + 1)
        seen = np.flatnonzero(blocks[rows].any(axis=0))
        if seen.size == 0:
            return []
        breaks = np.flatnonzero(np.diff(seen) > 2 * around + _APART // STRIDE)
        left = np.maximum(seen[np.r_[0, breaks + 1]] - around, 0)
        right = np.minimum(seen[np.r_[breaks, seen.size - 1]] + 1 + around, size[0])
        scale = STRIDE // level
        return [
            (scale * int(one), scale * int(other)) for one, other in zip(left, right, strict=True)
        ]

    return spans


@cache
def pore_network() -> PoreNetwork:
    """Return the network of ``data/photo/pores.onnx``, its kernels compiled."""
    network = network_of(data_bytes("photo", "pores.onnx"))
    prepare(network.weights[0], this_processor())
    return network


def network_of(content: bytes) -> PoreNetwork:
    """Return the network that an ONNX file holds.

    Raises
    ------
    DataFileError
        If it holds another one, or none.
    """
    layers = convolution_weights(content)
    pair = (layers[:N_LAYERS], layers[N_LAYERS:])
    for weights in pair:
        require_layers(weights)
    return PoreNetwork(pair)
