"""The small U-Net of `training/network.py`, run on rows as they come.

Half the resolution is gathered from windows of 5 x 5 pixels, then a quarter and an eighth. What
each says is drawn twice as large and added to the one before. The last convolution writes four
pixels at a time. A network that sees pictures transposed has windows that are transposed instead.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from porelight.errors import DataFileError
from porelight.photo.convolution import Convolution, Processor, kernels, packed
from porelight.photo.row_stream import Enlargement, RowConvolution, RowStream, Spans

Weights = Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]

N_INPUTS, N_OUTPUTS = 4, 3
STRIDE = 8  # px; the resolution is halved three times
# size and stride of the windows, and whether outputs are rectified, in the order of the weights
_WINDOWS = (
    *((5, 2, True), (3, 1, True)),  # half
    *((3, 2, True), (3, 1, True)),  # quarter
    *((3, 2, True), (3, 1, True)),  # eighth
    *((1, 1, False), (3, 1, True)),  # to the quarter, and joined with it
    *((1, 1, False), (3, 1, True)),  # to the half, and joined with it
    (3, 1, False),  # four pixels of each image
)
N_LAYERS = len(_WINDOWS)
_KEPT = 40  # rows of the picture that a layer still wants of the ones before
_PIXELS = 4  # that are written at a time


class RowNetwork:
    """One network at work on one picture.

    Parameters
    ----------
    weights : sequence of tuple of ndarray of float32
        Weights and biases of each layer, as `porelight.photo.onnx_weights` reads them.
    image : RowStream
        The inputs; rows and columns are multiples of `STRIDE`.
    on : Processor
        What the kernels are compiled for.
    at_once : int
        Rows of the picture that come in at a time, at most.
    is_transposed : bool
        Whether it was trained to see pictures transposed.
    """

    def __init__(
        self,
        weights: Weights,
        image: RowStream,
        on: Processor,
        *,
        at_once: int,
        is_transposed: bool,
    ) -> None:
        if is_transposed:
            weights = _transposed(weights)
        kinds = _kinds(weights, on)
        self._kernels = kernels(frozenset(kinds), on)
        self._steps: list[tuple[int, RowConvolution | Enlargement]] = []
        layers = iter(zip(kinds, weights, strict=True))

        def convolved(
            source: RowStream, level: int, joined: Enlargement | None = None
        ) -> RowStream:
            kind, (window, bias) = next(layers)
            shape = (image.rows // level, image.cols // level)
            room = min(at_once + _KEPT, image.rows) // level
            target = RowStream(len(bias), shape, on.block, room)
            ready = joined.ready if joined else lambda: source.done
            layer = RowConvolution(
                *(source, target, kind, packed(window, bias, kind.together), self._kernels, ready),
                is_extended=kind.size == 1,
            )
            self._steps.append((level, layer))
            return target

        def enlarged(source: RowStream, target: RowStream, level: int) -> Enlargement:
            step = Enlargement(source, target, self._kernels)
            self._steps.append((level, step))
            return step

        half = convolved(convolved(image, 2), 2)
        quarter = convolved(convolved(half, 4), 4)
        eighth = convolved(convolved(quarter, 8), 8)
        joined = enlarged(convolved(eighth, 8), quarter, 8)
        quarter = convolved(quarter, 4, joined)
        joined = enlarged(convolved(quarter, 4), half, 4)
        self.output = convolved(convolved(half, 2, joined), 2)

    def run(self, spans: Spans) -> None:
        """Compute what can be of the rows that are there, in the columns that are looked at."""
        for level, step in self._steps:
            step.run(level, spans)


def _kinds(weights: Weights, on: Processor) -> list[Convolution]:
    pairs = zip(_WINDOWS, weights, strict=True)
    return [Convolution(*window, on.together(len(bias))) for window, (_, bias) in pairs]


def prepare(weights: Weights, on: Processor) -> None:
    """Compile what a network with these weights needs."""
    kernels(frozenset(_kinds(weights, on)), on)


def require_layers(weights: Weights) -> None:
    """Refuse weights that are not those of this network.

    Raises
    ------
    DataFileError
        If the number or the shapes of the layers are others.
    """
    inputs = N_INPUTS
    sizes = [window.shape[2:] for window, _ in weights]
    wanted = [(size, size) for size, _, _ in _WINDOWS]
    joins = len(weights) == N_LAYERS and all(
        window.shape[1] == (inputs if k == 0 else len(weights[k - 1][1]))
        for k, (window, _) in enumerate(weights)
    )
    if sizes != wanted or not joins or len(weights[-1][1]) != _PIXELS * N_OUTPUTS:
        raise DataFileError(
            f"the pore network has {len(weights)} layers with windows {sizes}; expected those of "
            f"training/network.py, {wanted}."
        )


def _transposed(weights: Weights) -> Weights:
    turned = [(window.transpose(0, 1, 3, 2), bias) for window, bias in weights]
    # of the four pixels the upper right and the lower left change places
    order = np.arange(_PIXELS * N_OUTPUTS).reshape(N_OUTPUTS, 2, 2).transpose(0, 2, 1).ravel()
    window, bias = turned[-1]
    return [*turned[:-1], (window[order], bias[order])]
