"""What an exact pore costs the photon engine, and how soon the wall of the pore is known to 1 %.

Photons per second and thread of five-layer skin with and without a pore (funnel, duct, gland), in a
5 mm beam and in a mirror cell of 0.5 mm radius, by processor time. Runs are interleaved, so that a
slow spell of a shared machine hits all of them; the best of each is printed. Then the time to a
standard error of 1 % in the 50 um around the funnel, with stratified launch, with and without the
weight window. There is no peer: no other layered engine has a pore.

Run: python benchmarks/light_pore.py [--photons N] [--rounds N]
"""

import argparse
import math
import time

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._batches import batches
from porelight.light._runs import Scene, tracer
from porelight.light.follicle import Follicle, Gland, Medium
from porelight.light.tally_regions import wall_shares
from porelight.light.weight_window import WeightWindow
from porelight.validation.code.light import FIVE_LAYER_SKIN

MM = 1e-3
PORE = Follicle(
    opening_radius=0.15 * MM,
    funnel_depth=0.5 * MM,
    duct_radius=0.06 * MM,
    duct_depth=2.5 * MM,
    lumen=Medium(5.0, 1e4, 0.9, 1.45),
    duct=Medium(1e3, 1.6e4, 0.9, 1.50),
    gland=Gland(1.0 * MM, 0.25 * MM, 0.4 * MM, Medium(5.0, 1e4, 0.9, 1.44)),
)
GRID = Grid(np.linspace(0.0, 1.0, 101) * MM, np.linspace(0.0, 3.0, 121) * MM)
WALL = 50e-6
BEAM, CELL = (Beam("flat-top", 5.0 * MM), math.inf), (Beam("flat-top", 1.0 * MM), 0.5 * MM)
WIDE_WINDOW, CELL_WINDOW = WeightWindow(2.5 * MM, 0.02), WeightWindow(2.0 * MM, 0.05)
SCENES = {
    "5 mm beam, layers": Scene(FIVE_LAYER_SKIN, BEAM[0], GRID, BEAM[1]),
    "5 mm beam, pore": Scene(FIVE_LAYER_SKIN, BEAM[0], GRID, BEAM[1], PORE),
    "0.5 mm cell, layers": Scene(FIVE_LAYER_SKIN, CELL[0], GRID, CELL[1]),
    "0.5 mm cell, pore": Scene(FIVE_LAYER_SKIN, CELL[0], GRID, CELL[1], PORE),
}
WINDOWED = {
    "5 mm beam, window": SCENES["5 mm beam, pore"]._replace(weight_window=WIDE_WINDOW),
    "0.5 mm cell, window": SCENES["0.5 mm cell, pore"]._replace(weight_window=CELL_WINDOW),
}


def seconds(scene: Scene, n_photons: int, seed: int) -> float:
    """Return the processor time of one batch."""
    trace, batch = tracer(scene, "fast"), batches(32 * n_photons, seed)[0]
    start = time.thread_time()
    trace(batch)
    return time.thread_time() - start


def seconds_to_one_per_cent(scene: Scene, n_photons: int) -> tuple[float, float]:
    """Return the time to 1 % in the wall, and photons per second, from 32 batches."""
    trace, share = tracer(scene, "fast"), wall_shares(scene, PORE, WALL)
    work = batches(32 * n_photons, 7)
    trace(work[0])
    found, spent = [], []
    for batch in batches(32 * n_photons, 8):
        start = time.thread_time()
        tally = trace(batch)
        spent.append(time.thread_time() - start)
        found.append((tally.absorbed[:-1, :-1] * share).sum())
    relative = np.std(found, ddof=1) / np.mean(found)
    # the least time of a batch, since others use the machine too
    return min(spent) * (relative / 0.01) ** 2, n_photons / min(spent)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {name: [] for name in SCENES}
    for scene in SCENES.values():
        seconds(scene, 100, 1)
    for number in range(options.rounds):
        for name, scene in SCENES.items():
            rates[name].append(options.photons / seconds(scene, options.photons, number))
    base = max(rates["5 mm beam, layers"])
    print(f"{'one thread':24s}{'photons/s':>12s}{'median':>12s}{'share':>8s}")
    for name, found in rates.items():
        print(f"{name:24s}{max(found):12,.0f}{np.median(found):12,.0f}{max(found) / base:8.2f}")
    print(f"{'':24s}{'photons/s':>12s}{'s to 1 %':>12s}")
    for name, scene in {**SCENES, **WINDOWED}.items():
        if scene.follicle is not None:
            wait, rate = seconds_to_one_per_cent(scene, options.photons // 10)
            print(f"{name:24s}{rate:12,.0f}{wait:12.3f}")


if __name__ == "__main__":
    main()
