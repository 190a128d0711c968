"""The random numbers of the photon kernels: xoshiro256++, one independent stream for each batch.

A stream is four 64-bit words taken from a child of ``numpy.random.SeedSequence``. Nothing is
global: the same words give the same numbers, whichever thread draws them.

References
----------
.. [1] D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators," ACM Trans. Math.
   Softw. 47, 36 (2021). doi:10.1145/3460772
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit_inlined

Words: TypeAlias = NDArray[np.uint64]

_HALF_STEP = 0.5
_TO_UNIT = 2.0**-52
_DROP_LOW_BITS = np.uint64(12)
_SHIFT = np.uint64(17)
_ROTATE_STATE = np.uint64(45)
_ROTATE_SUM = np.uint64(23)
_WORD = np.uint64(64)


def stream(seed: np.random.SeedSequence) -> Words:
    """Return the starting words of one stream, shape (4,)."""
    return np.asarray(seed.generate_state(4, np.uint64), dtype=np.uint64)


@jit_inlined
def _rotated_left(word: np.uint64, count: np.uint64) -> np.uint64:
    return (word << count) | (word >> (_WORD - count))


@jit_inlined
def uniform(words: Words) -> float:
    """Return the next number of the stream, strictly between 0 and 1.

    52 random bits and a half step, so that neither end is ever returned and the numbers are
    symmetric about one half: ``log(u)`` and ``log(1 - u)`` are always finite and below zero.
    """
    drawn = _rotated_left(words[0] + words[3], _ROTATE_SUM) + words[0]
    shifted = words[1] << _SHIFT
    words[2] ^= words[0]
    words[3] ^= words[1]
    words[1] ^= words[2]
    words[0] ^= words[3]
    words[2] ^= shifted
    words[3] = _rotated_left(words[3], _ROTATE_STATE)
    return (np.float64(drawn >> _DROP_LOW_BITS) + _HALF_STEP) * _TO_UNIT
