"""PNG files written from strips of rows, so that a large picture is never held a second time.

Pillow and OpenCV encode whole arrays only. A PNG is a signature and chunks; the rows, each after
the byte of its filter, are one stream of deflate that may be cut into chunks at any place [1]_.

References
----------
.. [1] ISO/IEC 15948:2004, Portable Network Graphics (PNG): Functional specification.
"""

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_SUB = 1  # filter: differences from the pixel on the left
_COLOUR_TYPE = {1: 0, 3: 2}  # by the number of bands: grey, RGB


def write_png(path: Path, shape: tuple[int, int], strips: Iterable[NDArray[np.uint8]]) -> None:
    """Write a grey or an sRGB picture of 8 bits.

    Parameters
    ----------
    path : Path
        File to write.
    shape : tuple of int
        Rows and columns of the picture.
    strips : iterable of ndarray of uint8, shape (n, cols) or (n, cols, 3)
        Its rows from the top.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    rows, cols = shape
    # runs of equal differences alone: four times as fast, and no larger on grain
    packer = zlib.compressobj(1, strategy=zlib.Z_RLE)
    begun = False
    with path.open("wb") as file:
        file.write(_SIGNATURE)
        for strip in strips:
            lines = strip.reshape(len(strip), -1)
            n_bands = lines.shape[1] // cols
            if not begun:
                _chunk(
                    file,
                    b"IHDR",
                    struct.pack(">IIBBBBB", cols, rows, 8, _COLOUR_TYPE[n_bands], 0, 0, 0),
                )
                begun = True
            stream = np.empty((len(lines), 1 + lines.shape[1]), np.uint8)
            stream[:, 0] = _SUB
            stream[:, 1 : 1 + n_bands] = lines[:, :n_bands]
            np.subtract(lines[:, n_bands:], lines[:, :-n_bands], out=stream[:, 1 + n_bands :])
            _chunk(file, b"IDAT", packer.compress(stream.data))
        _chunk(file, b"IDAT", packer.flush())
        _chunk(file, b"IEND", b"")


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind)
    file.write(data)
    file.write(struct.pack(">I", zlib.crc32(data, zlib.crc32(kind))))
