"""Images of many channels that pass through a network from the top, a few rows at a time.

Each convolution computes the rows whose window is there, and rows that no one looks at any more are
forgotten. So a picture of any height passes once, no pixel is computed twice, and what is held are
some rows of each image, which stay in the cache.
"""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from porelight.photo.convolution import Convolution, Kernels

Planes = NDArray[np.float32]
# first and last column of each part of some rows that is looked at: at a level, of which a pixel is
# so many of the picture, from one row to another
Spans = Callable[[int, int, int], Sequence[tuple[int, int]]]

_LEFT = 16  # columns before the first; a whole line of the cache
_BEYOND = 2  # rows and columns outside of the picture that a window may reach


@dataclass(slots=True)
class RowReader:
    """Someone who reads a stream.

    Attributes
    ----------
    first : int
        First row that is still wanted.
    """

    first: int


def _odd_lines(n: int) -> int:
    """Return n floats or a little more: an odd number of lines of the cache.

    So the same place of all channels and rows is never in the same set of the cache.
    """
    return _LEFT * (-(-n // _LEFT) | 1)


class RowStream:
    """Rows of an image of several channels, from the top; around it lie zeros.

    Parameters
    ----------
    channels : int
        Number of planes.
    shape : tuple of int
        Rows and columns of the whole image.
    block : int
        Columns that are written at once.
    room : int
        Rows that there is room for at first.
    """

    def __init__(self, channels: int, shape: tuple[int, int], block: int, room: int) -> None:
        self.rows, self.cols = shape
        # the last block may begin at the last column, and every second pixel is read of two
        self._width = _odd_lines(_LEFT + self.cols + 2 * block + _LEFT)
        self._first, self.done = -_BEYOND, 0
        self._data = np.zeros((channels, (room + 2 * _BEYOND) | 1, self._width), np.float32)
        self._readers: list[RowReader] = []

    def reader(self, first: int) -> "RowReader":
        """Return a new reader, who wants the rows from one on."""
        self._readers.append(RowReader(first))
        return self._readers[-1]

    @property
    def is_complete(self) -> bool:
        """Whether the last row is there."""
        return self.done == self.rows

    @property
    def channel_size(self) -> int:
        """Floats from one channel to the next."""
        return self._data.shape[1] * self._width

    @property
    def row_size(self) -> int:
        """Floats from one row to the next."""
        return self._width

    def address(self, row: int, col: int) -> int:
        """Return the address of a pixel of the first channel."""
        place = (row - self._first) * self._width + _LEFT + col
        return self._data.ctypes.data + 4 * place

    @property
    def channels(self) -> int:
        """Number of planes."""
        return len(self._data)

    def view(self, rows: slice, cols: slice) -> Planes:
        """Return some rows and columns, shape (channels, n, m); they are not copied."""
        shown = slice(rows.start - self._first, rows.stop - self._first)
        return self._data[:, shown, _LEFT + cols.start : _LEFT + cols.stop]

    def make_room(self, last: int) -> None:
        """Make room for the rows up to one, and forget those that no one wants."""
        until = last + _BEYOND
        if until - self._first <= self._data.shape[1]:
            return
        kept = min((reader.first for reader in self._readers), default=self.done)
        kept = min(max(kept, self._first), self.done)
        n = self.done - kept
        held = self._data[:, kept - self._first : self.done - self._first]
        if until - kept > self._data.shape[1]:
            n_rows = (until - kept) | 1  # odd as the width is
            larger = np.zeros((len(held), n_rows, self._width), np.float32)
            larger[:, :n] = held
            self._data = larger
        else:
            for plane, kept_rows in zip(self._data, held, strict=True):
                # to lower addresses, row after row; the two may overlap
                ctypes.memmove(plane.ctypes.data, kept_rows.ctypes.data, kept_rows.nbytes)
        self._first = kept

    def written(self, last: int, *, is_extended: bool = False) -> None:
        """Tell that the rows up to one are there.

        With `is_extended` the rim is repeated outside, else it is 0 there.
        """
        first, self.done = self.done, last
        self.clear_right(first, last)
        new = self._data[:, first - self._first : last - self._first]
        if is_extended:
            new[:, :, _LEFT - 1] = new[:, :, _LEFT]
            new[:, :, _LEFT + self.cols] = new[:, :, _LEFT + self.cols - 1]
            if first == 0:
                self._data[:, -1 - self._first] = new[:, 0]
        if self.is_complete:
            below = last - self._first
            self._data[:, below : below + _BEYOND] = 0.0
            if is_extended:
                self._data[:, below] = new[:, -1]

    def clear_right(self, first: int, last: int) -> None:
        """Write zeros to the right of some rows, where a block went beyond the last column."""
        right = _LEFT + self.cols
        self._data[:, first - self._first : last - self._first, right : right + _BEYOND] = 0.0


@dataclass(slots=True, eq=False)
class RowConvolution:
    """A convolution from one stream to another.

    Attributes
    ----------
    source, target : RowStream
        What it reads and writes.
    kind : Convolution
        Size, stride and the rest.
    weights : ndarray of float32
        As `porelight.photo.convolution.packed` lays them.
    kernels : Kernels
        What computes it.
    ready : callable, optional
        How many rows of the source are ready, where not all that are there are.
    is_extended : bool
        Whether the rim is repeated outside of the target.
    """

    source: RowStream
    target: RowStream
    kind: Convolution
    weights: Planes
    kernels: Kernels
    ready: Callable[[], int]
    is_extended: bool = False
    _reader: RowReader = field(init=False)

    def __post_init__(self) -> None:
        """Tell the source which rows are wanted."""
        self._reader = self.source.reader(-self.reach)

    @property
    def reach(self) -> int:
        """Rows and columns that a window reaches beyond its middle."""
        return self.kind.size // 2

    def run(self, level: int, spans: Spans) -> None:
        """Compute the rows that can be, in a target of which a pixel is so many of the picture."""
        ready, target = self.ready(), self.target
        last = target.rows
        if ready < self.source.rows:
            last = min(last, max(0, (ready - 1 - self.reach) // self.kind.stride + 1))
        first = target.done
        if last <= first:
            return
        target.make_room(last)
        block = self.kernels.processor.block
        for left, right in spans(level, first, last):
            self.kernels.convolutions[self.kind](
                target.address(first, left),
                target.channel_size,
                target.row_size,
                self.source.address(
                    first * self.kind.stride - self.reach, left * self.kind.stride - self.reach
                ),
                self.source.channel_size,
                self.source.row_size,
                self.weights.ctypes.data,
                last - first,
                -(-(right - left) // block),
                self.source.channels,
                target.channels // self.kind.together,
            )
        target.written(last, is_extended=self.is_extended)
        self._reader.first = last * self.kind.stride - self.reach


class Enlargement:
    """Adds a stream, drawn twice as large, to another in its place.

    Parameters
    ----------
    source, target : RowStream
        The smaller one, whose rim is repeated outside, and the one that it is added to.
    kernels : Kernels
        What computes it.
    """

    def __init__(self, source: RowStream, target: RowStream, kernels: Kernels) -> None:
        self._source, self._target, self._kernels = source, target, kernels
        self._done = 0  # rows of the source
        self._of_source, self._of_target = source.reader(-1), target.reader(0)

    def ready(self) -> int:
        """Return how many rows of the target have got what is added to them."""
        return 2 * self._done

    def run(self, level: int, spans: Spans) -> None:
        """Add the rows that can be, of a source of which a pixel is so many of the picture."""
        source, target, first = self._source, self._target, self._done
        last = source.rows if source.is_complete else source.done - 1
        last = min(last, target.done // 2)
        if last <= first:
            return
        for left, right in spans(level, first, last):
            self._kernels.enlarge(
                target.address(2 * first, 2 * left),
                target.channel_size,
                target.row_size,
                source.address(first - 1, left),
                source.channel_size,
                source.row_size,
                last - first,
                -(-(right - left) // self._kernels.processor.lanes),
                source.channels,
            )
        target.clear_right(2 * first, 2 * last)
        self._done = last
        self._of_source.first, self._of_target.first = last - 1, 2 * last
