"""Compiled sum over pulses: the rise at a few places from thousands of pulses."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit
from porelight.quantities import Floats

Ints: TypeAlias = NDArray[np.int64]


@jit
def add_pulses(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    table: Floats,
    log_first: float,
    nodes_per_log: float,
    first_node: float,
    pulse_time: Floats,
    pulse_energy: Floats,
    ring: Ints,
    ring_share: Floats,
    times: Floats,
    out: Floats,
) -> None:
    """Add the rise at one place to out (n_time, n_depth).

    table (n_node, n_ring, n_depth) is the response per joule; ring and ring_share (n_pulse) tell
    between which two rings the place lies as seen from each pulse (ring -1: beyond all of them).
    The response is linear in log time between nodes, and linear in time before the first.
    """
    n_depth = out.shape[1]
    last = table.shape[0] - 2
    for i in range(times.shape[0]):
        for p in range(pulse_time.shape[0]):
            age = times[i] - pulse_time[p]
            if age <= 0.0:
                break
            j = ring[p]
            if j < 0:
                continue
            outer = ring_share[p]
            energy = pulse_energy[p]
            if age < first_node:
                k = 0
                early = energy * age / first_node
                late = 0.0
            else:
                position = (np.log(age) - log_first) * nodes_per_log
                k = min(int(position), last)
                late = energy * (position - k)
                early = energy - late
            a = early * (1.0 - outer)
            b = early * outer
            c = late * (1.0 - outer)
            d = late * outer
            for z in range(n_depth):
                out[i, z] += (
                    a * table[k, j, z]
                    + b * table[k, j + 1, z]
                    + c * table[k + 1, j, z]
                    + d * table[k + 1, j + 1, z]
                )
