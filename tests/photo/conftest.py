"""Synthetic skin with dark discs of known place and size."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from porelight.photo.estimate import Estimates
from porelight.photo.photograph import Photograph

TONE = np.array([190.0, 150.0, 130.0])
FINE = 8  # drawn so much finer than the picture, so that edges are blended


def drawn(
    places: Sequence[tuple[float, float]],
    diameter: float,
    *,
    depth: float = 20.0,
    side: float = 0.012,
    px_per_metre: float = 12.5e3,
    noise: float = 1.0,
    seed: int = 1,
) -> Photograph:
    """Skin of one tone with discs darker by `depth` grey levels, in red by half of it."""
    n = round(side * px_per_metre)
    centre = (np.arange(n * FINE) + 0.5) / (px_per_metre * FINE)
    inside = np.zeros((n * FINE, n * FINE), np.float32)
    for row, col in places:
        y, x = np.abs(centre - row) < diameter, np.abs(centre - col) < diameter
        near = np.ix_(y, x)
        square = (centre[y, None] - row) ** 2 + (centre[None, x] - col) ** 2
        inside[near] = np.maximum(inside[near], square < 0.25 * diameter**2)
    share = cv2.resize(inside, (n, n), interpolation=cv2.INTER_AREA)
    share = cv2.GaussianBlur(share, (0, 0), 0.7)[..., None]
    grain = noise * np.random.default_rng(seed).standard_normal((n, n, 3))
    pixels = TONE - depth * np.array([0.5, 1.0, 1.0]) * share + grain
    return Photograph(np.clip(pixels + 0.5, 0, 255).astype(np.uint8), px_per_metre, name="discs")


def grid(n_side: int, side: float = 0.012) -> list[tuple[float, float]]:
    """Places on a square lattice."""
    step = side / n_side
    return [((i + 0.5) * step, (j + 0.5) * step) for i in range(n_side) for j in range(n_side)]


@pytest.fixture(scope="session")
def discs() -> Callable[..., Photograph]:
    return drawn


@pytest.fixture(scope="session")
def lattice() -> Callable[..., list[tuple[float, float]]]:
    return grid


@pytest.fixture(scope="session")
def same_estimates() -> Callable[[Estimates, Estimates], bool]:
    """Whether every number and every draw of two estimates has the same bits."""

    def same(one: Estimates, other: Estimates) -> bool:
        draws = (
            np.array_equal(getattr(one.possible, name), getattr(other.possible, name))
            for name in ("diameter_factor", "density_factor")
        )
        return all(draws) and replace(one, possible=other.possible) == other

    return same


@pytest.fixture(scope="session")
def noise_picture() -> Callable[..., NDArray[np.uint8]]:
    def make(sd: float, grain: float, seed: int, n: int = 220) -> NDArray[np.uint8]:
        field = np.random.default_rng(seed).standard_normal((n, n, 3))
        if grain:
            field = cv2.GaussianBlur(field, (0, 0), grain)
        return np.clip(TONE + sd * field / field.std(), 0, 255).astype(np.uint8)

    return make
