"""The times at which an exposure is simulated, and how often each step between them happens.

Of a long train of equal pulses a few are simulated, the first and the last ones and ever fewer
between: from pulse to pulse the temperature changes smoothly, by ever less. What a pulse that was
left out does lies between its simulated neighbours, so a step of a simulated pulse counts for those
around it, too.
"""

import math

import numpy as np
from numpy.typing import NDArray

from porelight.heat.cooling import SurfaceSchedule
from porelight.heat.temporal_profile import TemporalProfile
from porelight.quantities import Floats

FOLLOWED = 10.0  # s simulated after the exposure; what is still warm then is far below injury
_COOLING_TIMES = 32  # times simulated in each interval of cooling
_MANY = 40  # pulses in a train from which on fewer times are simulated for each
_ALL_OF = 8  # pulses after a change of which each is simulated
_APART = 1.06  # number of the next simulated pulse over that of the one before


def exposure_times(profile: TemporalProfile, surface: SurfaceSchedule) -> tuple[Floats, Floats]:
    """Return the times to simulate: dense while the light is on, even in ln t after it.

    Parameters
    ----------
    profile : TemporalProfile
        Power over time.
    surface : SurfaceSchedule
        What cools the surface.

    Returns
    -------
    time : ndarray of float64, shape (n_time,)
        Times, rising from 0 [s].
    repeats : ndarray of float64, shape (n_time - 1,)
        How often the step that follows each time happens [-]: 1 where every pulse is simulated, 0
        across pulses that were left out, more beside them.
    """
    starts, ends = _bursts(profile)
    last = float(ends[-1]) + FOLLOWED
    changes = surface.pieces(last)[:-1]
    n = starts.size
    inside, per_decade = (24, 10) if n <= _MANY else (6, 3)
    chosen, counts = np.arange(n), np.ones(n)
    if n > _MANY and _is_regular(profile, starts, ends):
        inside, per_decade = 12, 5
        chosen, counts = _chosen(starts, [until for _, until, _ in changes])
    following = np.append(starts[1:], last)
    times = [np.zeros(1)]
    for since, until, _ in changes:
        times.append(since + (until - since) * np.linspace(0.0, 1.0, _COOLING_TIMES + 1) ** 2)
    for i in chosen:
        start, stop = starts[i], ends[i]
        # quadratic: the rise of a thin layer is steepest at the start
        times.append(start + (stop - start) * np.linspace(0.0, 1.0, inside + 1) ** 2)
        gap = float(following[i] - stop)
        if gap > 0.0:
            earliest = min(0.02 * (stop - start), 0.02 * gap)
            n_gap = math.ceil(per_decade * math.log10(gap / earliest)) + 1
            times.append(stop + np.geomspace(earliest, gap, n_gap))
    time = np.unique(np.concatenate(times))
    return time, _repeats(time, starts, following, chosen, counts)


def _bursts(profile: TemporalProfile) -> tuple[Floats, Floats]:
    """Return start and end of every interval of unbroken light."""
    begin, end = profile.begin, profile.end
    joined = begin[1:] <= end[:-1] * (1.0 + 1e-12)
    return begin[np.concatenate([[True], ~joined])], end[np.concatenate([~joined, [True]])]


def _is_regular(profile: TemporalProfile, starts: Floats, ends: Floats) -> bool:
    """Return whether a train repeats one pulse of one interval at one rate."""
    period = np.diff(starts)
    return bool(
        profile.n_intervals == starts.size
        and np.ptp(period) <= 1e-6 * period[0]
        and np.ptp(ends - starts) <= 1e-6 * period[0]
        and np.ptp(profile.share) <= 1e-9 * profile.share[0]
    )


def _chosen(starts: Floats, changes: list[float]) -> tuple[NDArray[np.intp], Floats]:
    """Return the pulses to simulate, and for how many each stands.

    The last pulse is followed for longer than the others, and one during which the surface changes
    is like no other: these stand for themselves.
    """
    n = starts.size
    alone = {int(np.searchsorted(starts, at, side="right")) - 1 for at in changes}
    alone = {i for i in alone if 0 <= i < n - 1} | {n - 1}
    chosen = set(alone)
    begin = 0
    for end in sorted(alone):
        room = end - 1 - begin
        if room >= 0:
            far = math.ceil(math.log(max(room, 1)) / math.log(_APART))
            apart = np.floor(_APART ** np.arange(far + 1)).astype(int)
            near = begin + np.concatenate([np.arange(_ALL_OF), apart, [room]])
            chosen |= {int(i) for i in near if i < end}
        begin = end + 1
    order = np.array(sorted(chosen))
    # a pulse left out counts as much for either neighbour as it is near to it
    left_out = 0.5 * (np.diff(order) - 1.0)
    counts = np.ones(order.size)
    counts[:-1] += left_out
    counts[1:] += left_out
    return order, counts


def _repeats(
    time: Floats,
    starts: Floats,
    following: Floats,
    chosen: NDArray[np.intp],
    counts: Floats,
) -> Floats:
    """Return how often each step happens: what its pulse stands for, or 0 outside of all."""
    middle = 0.5 * (time[:-1] + time[1:])
    at = np.searchsorted(starts[chosen], middle, side="right") - 1
    within = (at >= 0) & (middle < following[chosen][at])
    # before the first pulse there is cooling alone, which happens once
    return np.where(at < 0, 1.0, np.where(within, counts[at], 0.0))
