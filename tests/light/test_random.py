import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from porelight.light._random import stream, uniform

MASK = 2**64 - 1


def xoshiro256plusplus(words: list[int], n: int) -> list[int]:
    """Draw words by the published algorithm (Blackman and Vigna 2021) in plain integers."""

    def rotated(x: int, k: int) -> int:
        return ((x << k) | (x >> (64 - k))) & MASK

    s, drawn = list(words), []
    for _ in range(n):
        drawn.append((rotated((s[0] + s[3]) & MASK, 23) + s[0]) & MASK)
        t = (s[1] << 17) & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotated(s[3], 45)
    return drawn


def test_numbers_are_those_of_the_published_generator():
    words = stream(np.random.SeedSequence(7))
    expected = xoshiro256plusplus([int(word) for word in words], 200)

    with np.errstate(over="ignore"):
        found = [uniform(words) for _ in range(200)]

    assert found == [((word >> 12) + 0.5) * 2.0**-52 for word in expected]


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=MASK))
def test_neither_zero_nor_one_is_ever_drawn(word):
    # the word drawn is rotl(s0 + s3, 23) + s0: with s0 = 0 it is s3 rotated, any word at all
    with np.errstate(over="ignore"):
        u = uniform(np.array([0, 1, 1, word], dtype=np.uint64))

    assert 0.0 < u < 1.0


def test_numbers_are_uniform():
    words = stream(np.random.SeedSequence(11))
    with np.errstate(over="ignore"):
        drawn = np.array([uniform(words) for _ in range(20_000)])

    counts = np.histogram(drawn, bins=50, range=(0.0, 1.0))[0]

    assert stats.chisquare(counts).pvalue > 1e-3


def test_children_of_a_seed_start_in_different_places():
    children = np.random.SeedSequence(1).spawn(2)

    assert (stream(children[0]) != stream(children[1])).all()
