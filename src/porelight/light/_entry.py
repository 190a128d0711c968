"""Entry of packets into skin with a follicle or vessels: the region under each landing point.

Layers alone have one surface, and the launch has passed it already. Around a pore the light meets
air, sebum, hair or skin, each with its own index, depending on where it lands. And where vessels
run, it matters on which side of the axis it does.
"""

import math

import numpy as np

from porelight.laser.beam import Beam
from porelight.light._lanes import WIDTH, Whole
from porelight.light._launch import Launch
from porelight.light._regions import Regions
from porelight.light.closed_form import fresnel_reflectance
from porelight.light.weight_window import WeightWindow
from porelight.quantities import Floats

# shares of a beam's power that start with one weight each, and the last number below 1
_N_SHARES = 4096
_LAST_SHARE = float(np.nextafter(1.0, 0.0))
_GOLDEN = 0.5 * (math.sqrt(5.0) - 1.0)


def entry_regions(x: Floats, y: Floats, regions: Regions) -> Whole:
    """Return the region under each landing point, shape (n,)."""
    radius_squared = x * x + y * y
    place = (radius_squared[:, None] >= regions.discs[1, 0]).sum(axis=1)
    return np.asarray(regions.at[1, place], dtype=np.int64)


def entered(fallen: Launch, entry: Whole, index: Floats, index_above: float) -> Launch:
    """Return the packets after refraction into each region, by Fresnel's and Snell's equations.

    `fallen` is in the medium above, unrefracted; `index` is that of the regions.
    """
    bend = index_above / index[entry]
    passed, cosine = np.empty_like(bend), np.empty_like(bend)
    for below in np.unique(index[entry]):
        here = index[entry] == below
        reflectance, cosine[here] = fresnel_reflectance(fallen.to_z[here], index_above, below)
        passed[here] = 1.0 - reflectance
    carried = fallen.weight * passed
    weight = (carried / carried.mean()).astype(np.float32).astype(np.float64)
    return fallen._replace(
        to_x=fallen.to_x * bend,
        to_y=fallen.to_y * bend,
        to_z=cosine,
        weight=weight,
        # by the weights as rounded, so that energy closes
        entering=float(carried.sum() / weight.sum()) * fallen.entering,
    )


def spread_around(launch: Launch, seed: np.random.SeedSequence) -> Launch:
    """Return the packets of a straight beam, which land on y = 0, all around the axis.

    Along a lattice of golden-ratio steps, shifted as a whole, so that neighbours are far apart and
    every packet by itself is as if drawn at random.
    """
    steps = _GOLDEN * np.arange(launch.x.size) + np.random.default_rng(seed).random()
    azimuth = 2.0 * math.pi * np.mod(steps, 1.0)
    return launch._replace(x=launch.x * np.cos(azimuth), y=launch.x * np.sin(azimuth))


def aimed(launch: Launch, beam: Beam, asked: WeightWindow, seed: np.random.SeedSequence) -> Launch:
    """Return packets of a straight beam that start with the weight that a window wants of them.

    Radii are drawn where packets should be light, as much more often as they are lighter: within
    small shares of the beam's power, each with a constant weight. The weights are scaled to a mean
    of 1, from which they are off by rounding only, since the packets are stratified.
    """
    edges = np.linspace(0.0, 1.0, _N_SHARES + 1)
    radius = beam.radius_of(0.5 * (edges[1:] + edges[:-1]))
    weight = np.clip((radius / asked.reach) ** 2, asked.floor, 1.0)
    reached = np.concatenate([[0.0], np.cumsum(1.0 / weight)])
    n = launch.x.size
    drawn = reached[-1] * (np.arange(n) + np.random.default_rng(seed).random(n)) / n
    share = np.searchsorted(reached, drawn, side="right") - 1
    carried = weight[np.minimum(share, _N_SHARES - 1)]
    return launch._replace(
        x=beam.radius_of(np.minimum(np.interp(drawn, reached, edges), _LAST_SHARE)),
        weight=(carried / carried.mean()).astype(np.float32).astype(np.float64),
    )


def apart(launch: Launch, entry: Whole) -> tuple[Launch, Whole]:
    """Return packets and their regions in an order that takes neighbours of a launch far apart.

    They start side by side. Followed together they would add to the same cell of the tally again
    and again, each addition waiting for the one before it.
    """
    n = launch.x.size
    stride = n // WIDTH + 1
    while math.gcd(stride, n) > 1:
        stride += 1
    order = np.arange(n) * stride % n
    ordered = launch._replace(
        x=launch.x[order],
        y=launch.y[order],
        to_x=launch.to_x[order],
        to_y=launch.to_y[order],
        to_z=launch.to_z[order],
        weight=launch.weight[order],
    )
    return ordered, entry[order]
