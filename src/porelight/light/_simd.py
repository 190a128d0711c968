"""The fast kernel: sixteen (or eight, or four) photon packets in one instruction.

The trick
---------
A processor core adds sixteen float32 numbers as fast as one, if a compiler can prove that sixteen
turns of a loop do not disturb one another. Packets do not, but arrays might overlap for all that the
compiler knows, and with the two dozen arrays that a packet's state needs it gives up. So the whole
state is **one** array, cut into columns of `WIDTH` lanes: X starts at 0, Y at WIDTH, and so on.
Lane i of column c is element ``c * WIDTH + i``, every distance between two columns is a constant,
and the loop of `advance` becomes straight SIMD code on whatever the machine has (AVX-512, AVX2,
NEON).

Straight code has no branches, so `advance` moves every packet as if nothing stood in its way: draw
a path, fly, absorb, turn. A packet whose flight would have met a plane or the wall keeps its old
state instead and is listed, as is one light enough for the roulette. Because the exponential law has
no memory, the path that was drawn may be forgotten: the listed packet is put on the surface by
`mended`, in scalar code with the functions of the reference kernel, and draws a new path in the next
round. That is exact as long as "meets a surface" is decided by the end point alone, which holds
because a layer within its cell is convex.

Precision
---------
Positions, directions and weights are float32, sums are float64. Every weight starts as 1, is split
without rounding (see `split`) and is multiplied by 8 in the roulette, so energy closes to float64
rounding here too.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit, jit_fused
from porelight.light._bins import Axis
from porelight.light._kernel import (
    ROULETTE_WEIGHT,
    Stack,
    Tally,
    after_roulette,
    crossed,
    distance_to_plane,
    distance_to_wall,
    mirrored,
    moved,
    ring_of,
)
from porelight.light._random import Words, uniform
from porelight.light._vector_math import (
    Float32,
    Word,
    drawn_word,
    minus_log,
    next_words,
    random_sine_cosine,
    signed_one,
    unit_interval,
)
from porelight.light._words import (
    bits_of,
    exact_difference,
    exact_product,
    float_of,
    load,
    store,
    truncated,
)
from porelight.quantities import Floats

Singles: TypeAlias = NDArray[np.float32]
Bits: TypeAlias = NDArray[np.uint32]

WIDTH = 128
