"""Logarithm, sine and cosine in float32, and a random generator, that fill a SIMD register.

Library functions are calls, and a call ends vectorisation. These are short polynomials without a
branch, right to a few units of the last place on the range where the kernel uses them.

References
----------
.. [1] S. L. Moshier, Cephes Mathematical Library, single precision (1992): coefficients.
.. [2] D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators," ACM Trans. Math.
   Softw. 47, 36 (2021). doi:10.1145/3460772
"""

import math

from porelight._jit import jit_fused
from porelight.light._simd_intrinsics import (
    Float32,
    Uint32,
    add,
    bits_of,
    both,
    differ,
    either,
    float_of,
    shift_left,
    shift_right,
    shift_right_signed,
    subtract,
    value_of,
)

Uint32x4 = tuple[Uint32, Uint32, Uint32, Uint32]

_HALF, _ONE = Float32(0.5), Float32(1.0)
_SIGN = Uint32(0x80000000)
_BITS_OF_ONE = Uint32(0x3F800000)
_ONE_BIT, _TWO_BITS = Uint32(1), Uint32(2)

# a little less than 2^-31, so that the last words give the largest number below 1
_TO_UNIT = Float32((1.0 - 2.0**-24) * 2.0**-31)

_MANTISSA_BITS = Uint32(23)
_BITS_OF_ROOT_HALF = Uint32(0x3F3504F3)  # the mantissa is taken from sqrt(1/2) to sqrt(2)
_LN_2 = Float32(math.log(2.0))
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8 = (
    Float32(c)
    for c in (
        7.0376836292e-2,
        -1.1514610310e-1,
        1.1676998740e-1,
        -1.2420140846e-1,
        1.4249322787e-1,
        -1.6668057665e-1,
        2.0000714765e-1,
        -2.4999993993e-1,
        3.3333331174e-1,
    )
)

_QUARTER_TURN = Float32(0.5 * math.pi / 2.0**24)
_EIGHTH_TURN = Float32(0.25 * math.pi)
_DROP_QUADRANT, _TO_24_BITS = Uint32(2), Uint32(8)
_S0, _S1, _S2 = (Float32(c) for c in (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1))
_C0, _C1, _C2 = (
    Float32(c) for c in (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
)

_SHIFT, _ROTATE, _ROTATE_BACK = Uint32(9), Uint32(11), Uint32(21)


@jit_fused
def next_words(words: Uint32x4) -> Uint32x4:
    """Return the state of xoshiro128+ after one step; its output is the sum of first and last."""
    s0, s1, s2, s3 = words
    shifted = shift_left(s1, _SHIFT)
    s2, s3 = differ(s2, s0), differ(s3, s1)
    s1, s0 = differ(s1, s2), differ(s0, s3)
    s2 = differ(s2, shifted)
    return s0, s1, s2, either(shift_left(s3, _ROTATE), shift_right(s3, _ROTATE_BACK))


@jit_fused
def drawn_word(words: Uint32x4) -> Uint32:
    """Return the random word of this state."""
    return add(words[0], words[3])


@jit_fused
def unit_interval(word: Uint32) -> Float32:
    """Return a number from 0 to below 1 from the 31 high bits of a random word.

    Near 0 it steps by 2^-31, near 1 by 2^-24, as float32 numbers do.
    """
    return value_of(shift_right(word, _ONE_BIT)) * _TO_UNIT


@jit_fused
def free_path(share: Float32) -> Float32:
    """Return -ln(1 - share) for a share from 0 to below 1: a flight, in mean free paths.

    Flights are spaced by 2^-24 where they are short, and none is longer than 16.6: as float32 has
    it. To see either takes more than 1e9 photons.
    """
    return minus_log(_ONE - share)


@jit_fused
def minus_log(u: Float32) -> Float32:
    """Return -ln(u) for 0 < u < 1."""
    bits = bits_of(u)
    exponent = shift_right_signed(subtract(bits, _BITS_OF_ROOT_HALF), _MANTISSA_BITS)
    t = float_of(subtract(bits, shift_left(exponent, _MANTISSA_BITS))) - _ONE
    # by Estrin's scheme: pairs of terms wait for no other, and a flight begins with this number
    square = t * t
    fourth = square * square
    low = (_L5 * t + _L6) * square + (_L7 * t + _L8)
    p = (_L0 * fourth + ((_L1 * t + _L2) * square + (_L3 * t + _L4))) * fourth + low
    whole = value_of(exponent) * _LN_2 + t
    return -(whole + square * (t * p - _HALF))


@jit_fused
def random_sine_cosine(word: Uint32) -> tuple[Float32, Float32]:
    """Return sine and cosine of a uniform azimuth.

    The two highest bits choose the quadrant, the next 24 the angle within 45 degrees of its middle,
    where the polynomials are short.
    """
    within = shift_right(shift_left(word, _DROP_QUADRANT), _TO_24_BITS)
    angle = value_of(within) * _QUARTER_TURN - _EIGHTH_TURN
    square = angle * angle
    sine = ((_S0 * square + _S1) * square + _S2) * square * angle + angle
    cosine = ((_C0 * square + _C1) * square + _C2) * square * square - _HALF * square + _ONE
    sign = float_of(shift_left(word, _ONE_BIT))
    swapped = both(word, _SIGN) != Uint32(0)
    turned_sine = cosine if swapped else sine
    turned_cosine = -sine if swapped else cosine
    return with_sign_of(turned_sine, sign), with_sign_of(turned_cosine, sign)


@jit_fused
def with_sign_of(x: Float32, other: Float32) -> Float32:
    """Return x, turned around if the other number is negative."""
    return float_of(differ(bits_of(x), both(bits_of(other), _SIGN)))
