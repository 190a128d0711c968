"""Crops drawn once and used many times: turned and mirrored, every one is eight.

Drawing a crop costs as much as learning from it, so each network learns from the same ones, which
all processes share.
"""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from augment import crop_of
from examples import Example
from numpy.typing import NDArray

_AT_ONCE = 50


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Crops of one source.

    Attributes
    ----------
    stack : ndarray of float16, shape (n, 10, CROP, CROP)
        Inputs, targets, and weights of the targets.
    size : int
        Labelled pixels of the source.
    """

    stack: NDArray[np.float16]
    size: int

    def one(self, draw: np.random.Generator) -> NDArray[np.float32]:
        """Return one of them, turned and mirrored by chance, shape (10, CROP, CROP)."""
        crop = np.rot90(self.stack[draw.integers(len(self.stack))], draw.integers(4), axes=(1, 2))
        return (crop[:, :, ::-1] if draw.random() < 0.5 else crop).astype(np.float32)


def drawn(examples: list[Example], n: int, seed: int, cores: int) -> Crops:
    """Draw n crops from examples that share one source."""
    stack = np.empty((0,), np.float16)
    # the examples reach the processes by forking
    with ProcessPoolExecutor(
        cores, get_context("fork"), initializer=_keep, initargs=(examples,)
    ) as pool:
        for k, some in enumerate(
            pool.map(_some, np.random.SeedSequence(seed).spawn(n // _AT_ONCE))
        ):
            if not k:
                stack = np.empty((n // _AT_ONCE, *some.shape), np.float16)
            stack[k] = some
    size = int(sum(example.zone.sum() for example in examples))
    return Crops(stack.reshape(-1, *stack.shape[2:]), size)


_examples: list[Example] = []


def _keep(examples: list[Example]) -> None:
    _examples[:] = examples


def _some(seed: np.random.SeedSequence) -> NDArray[np.float16]:
    draw = np.random.default_rng(seed)
    crops = [crop_of(_examples[draw.integers(len(_examples))], draw) for _ in range(_AT_ONCE)]
    return np.stack(
        [np.concatenate([crop.image, crop.target, crop.weight]) for crop in crops]
    ).astype(np.float16)
