"""Compiled sums over thousands of pulses, at a fixed place and along a moving one.

The response to one pulse is steep while it is young and ever smoother as it ages. So time is halved
again and again; on each interval the pulses that were old before it began (by `_AGE` of its length)
are summed at a few Chebyshev nodes only, and a polynomial carries them to the times inside. What
is left on the shortest intervals, the young pulses, is summed one by one. The work grows as pulses
times the logarithm of the session, not as pulses times times.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight._jit import jit
from porelight.quantities import Floats

Ints: TypeAlias = NDArray[np.int64]

NODES = 5  # Chebyshev nodes of an interval
_AGE = 1.5  # a pulse is old on an interval if it began this many lengths before it
_LEVELS = 40  # halvings at most: a millionth of a millionth of the session


@jit
def tabulated(rise: Floats, unfelt: float) -> tuple[Floats, Ints]:
    """Return a response with depth last, and the outermost ring that heat has reached by each time.

    rise (n_time, n_depth, n_ring); a ring is reached where the rise at any depth is more than
    `unfelt` of the largest at that time.
    """
    n_time, n_depth, n_ring = rise.shape
    table = np.empty((n_time, n_ring, n_depth))
    last_ring = np.empty(n_time, dtype=np.int64)
    size = np.empty(n_ring)
    for time in range(n_time):
        size[:] = 0.0
        for depth in range(n_depth):
            for ring in range(n_ring):
                value = rise[time, depth, ring]
                table[time, ring, depth] = value
                size[ring] = max(size[ring], abs(value))
        least = unfelt * size.max()
        ring = n_ring - 1
        while ring > 0 and not size[ring] > least:
            ring -= 1
        # without any heat there is no ring to leave out
        last_ring[time] = ring if size[ring] > least else n_ring - 1
    return table, last_ring


@jit
def add_pulses(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    table: Floats,
    log_first: float,
    nodes_per_log: float,
    first_node: float,
    last_ring: Ints,
    young: float,
    pulse_time: Floats,
    pulse_energy: Floats,
    ring: Ints,
    ring_share: Floats,
    times: Floats,
    out: Floats,
) -> None:
    """Add the rise at one place to out (n_time, n_depth); times must rise.

    table (n_node, n_ring, n_depth) is the response per joule; ring and ring_share (n_pulse) tell
    between which two rings the place lies as seen from each pulse (ring -1: beyond all of them);
    beyond last_ring (n_node) a response has not come yet. Pulses younger than `young` [s] are
    always summed one by one.
    """
    n_depth = out.shape[1]
    order = np.arange(NODES)
    node = np.cos((2.0 * order + 1.0) * np.pi / (2.0 * NODES))
    barycentric = (-1.0) ** order * np.sin((2.0 * order + 1.0) * np.pi / (2.0 * NODES))
    # values[level]: the old pulses at the nodes of the interval of that level being worked on
    values = np.zeros((_LEVELS + 1, NODES, n_depth))
    # intervals still to be worked on: start, length; level, first pulse not yet old, first and
    # last time
    span = np.empty((_LEVELS + 2, 2))
    todo = np.empty((_LEVELS + 2, 4), dtype=np.int64)
    parent = np.empty((_LEVELS + 1, 2))
    # number by number: of a tuple that becomes a row, Numba compiles the message of its error, too
    _put_interval(span, todo, 0, times[0], max(times[-1] - times[0], 1e-300), 0, 0, 0, times.size)
    waiting = 1
    while waiting > 0:
        waiting -= 1
        start, length = span[waiting, 0], span[waiting, 1]
        level, first = todo[waiting, 0], todo[waiting, 1]
        low, high = todo[waiting, 2], todo[waiting, 3]
        if high == low:
            continue
        if high - low <= NODES or level == _LEVELS:
            for i in range(low, high):
                if level > 0:
                    above = level - 1
                    _carry(values[above], node, barycentric, parent[above], times[i], out[i])
                _add(
                    table, log_first, nodes_per_log, first_node, last_ring, pulse_time,
                    pulse_energy, ring, ring_share, first, pulse_time.size, times[i], out[i],
                )  # fmt: skip
            continue
        old = np.searchsorted(pulse_time, start - max(_AGE * length, young), side="right")
        old = max(old, first)
        parent[level, 0], parent[level, 1] = start, length
        for m in range(NODES):
            at = start + 0.5 * length * (1.0 + node[m])
            values[level, m] = 0.0
            if level > 0:
                above = level - 1
                _carry(values[above], node, barycentric, parent[above], at, values[level, m])
            _add(
                table, log_first, nodes_per_log, first_node, last_ring, pulse_time, pulse_energy,
                ring, ring_share, first, old, at, values[level, m],
            )  # fmt: skip
        half = 0.5 * length
        middle = low + np.searchsorted(times[low:high], start + half, side="left")
        _put_interval(span, todo, waiting, start + half, half, level + 1, old, middle, high)
        _put_interval(span, todo, waiting + 1, start, half, level + 1, old, low, middle)
        waiting += 2


@jit
def _put_interval(  # noqa: PLR0913, PLR0917
    span: Floats,
    todo: Ints,
    place: int,
    start: float,
    length: float,
    level: int,
    first: int,
    low: int,
    high: int,
) -> None:
    """Note an interval that waits; see `add_pulses`."""
    span[place, 0], span[place, 1] = start, length
    todo[place, 0], todo[place, 1], todo[place, 2], todo[place, 3] = level, first, low, high


@jit
def add_pulses_along(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    table: Floats,
    log_first: float,
    nodes_per_log: float,
    first_node: float,
    last_ring: Ints,
    radius: Floats,
    pulse_time: Floats,
    pulse_position: Floats,
    pulse_energy: Floats,
    times: Floats,
    places: Floats,
    begin: Ints,
    end: Ints,
    out: Floats,
) -> None:
    """Add the rise at a place of its own for each time to out (n_time, n_depth).

    Of the pulses only begin to end (n_time) are added.
    """
    n_depth = out.shape[1]
    last = table.shape[0] - 2
    for i in range(times.size):
        for p in range(begin[i], end[i]):
            age = times[i] - pulse_time[p]
            if age <= 0.0:
                break
            x = places[i, 0] - pulse_position[p, 0]
            y = places[i, 1] - pulse_position[p, 1]
            distance = np.sqrt(x * x + y * y)
            if distance >= radius[-1]:
                continue
            k, late = _node_of(age, log_first, nodes_per_log, first_node, last)
            if distance > radius[last_ring[k + 1]]:
                continue
            j = np.searchsorted(radius, distance, side="right") - 1
            outer = (distance - radius[j]) / (radius[j + 1] - radius[j])
            early = (1.0 - late) * pulse_energy[p]
            if age < first_node:
                early = pulse_energy[p] * age / first_node
            late *= pulse_energy[p]
            for z in range(n_depth):
                inner_value = early * table[k, j, z] + late * table[k + 1, j, z]
                outer_value = early * table[k, j + 1, z] + late * table[k + 1, j + 1, z]
                out[i, z] += (1.0 - outer) * inner_value + outer * outer_value


@jit
def _node_of(
    age: float, log_first: float, nodes_per_log: float, first_node: float, last: int
) -> tuple[int, float]:
    """Return the node before an age and the share of the next: linear in log time."""
    if age < first_node:
        return 0, 0.0
    position = (np.log(age) - log_first) * nodes_per_log
    k = min(int(position), last)
    return k, position - k


@jit
def _add(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    table: Floats,
    log_first: float,
    nodes_per_log: float,
    first_node: float,
    last_ring: Ints,
    pulse_time: Floats,
    pulse_energy: Floats,
    ring: Ints,
    ring_share: Floats,
    begin: int,
    end: int,
    time: float,
    row: Floats,
) -> None:
    """Add pulses begin to end at one time to a row (n_depth); linear in time before first_node."""
    last = table.shape[0] - 2
    for p in range(begin, end):
        age = time - pulse_time[p]
        if age <= 0.0:
            break
        j = ring[p]
        if j < 0:
            continue
        k, late = _node_of(age, log_first, nodes_per_log, first_node, last)
        if j > last_ring[k + 1]:
            continue
        energy = pulse_energy[p]
        early = energy * (1.0 - late)
        late *= energy
        if age < first_node:
            early = energy * age / first_node
        outer = ring_share[p]
        a = early * (1.0 - outer)
        b = early * outer
        c = late * (1.0 - outer)
        d = late * outer
        for z in range(row.size):
            row[z] += (
                a * table[k, j, z]
                + b * table[k, j + 1, z]
                + c * table[k + 1, j, z]
                + d * table[k + 1, j + 1, z]
            )


@jit
def _carry(
    values: Floats, node: Floats, barycentric: Floats, interval: Floats, at: float, row: Floats
) -> None:
    """Add to a row (n_depth) the polynomial through values (n_node, n_depth) at a time."""
    gap = 2.0 * (at - interval[0]) / interval[1] - 1.0 - node
    nearest = np.argmin(np.abs(gap))
    if abs(gap[nearest]) < 1e-14:
        row += values[nearest]
        return
    weight = barycentric / gap
    weight /= weight.sum()
    for m in range(node.size):
        for z in range(row.size):
            row[z] += weight[m] * values[m, z]
