"""The weight window as the fast kernel uses it."""

from typing import NamedTuple

import numpy as np

from porelight.light.weight_window import WeightWindow

# a packet below the first share of its target plays roulette, above the second it is split
LOW, HIGH = np.float32(0.4), np.float32(2.5)


class Window(NamedTuple):
    """Target weights as a function of the squared distance from the pore's mouth."""

    steepness: np.float32  # 1 / reach^2 [1/m2]
    floor: np.float32


def window_of(asked: WeightWindow) -> Window:
    """Return the numbers of a weight window."""
    return Window(np.float32(asked.reach**-2), np.float32(asked.floor))
