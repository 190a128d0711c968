"""Does the fast kernel give the light of the reference kernel? chi2/N over (r, z) blocks.

The two share the formulas of refraction and scattering and nothing else: the fast one works in
float32 on regions, the reference in float64 on points. Layers, a filled and an open pore, each in a
beam and in a cell. Blocks whose standard error is above 5 % are left out.

Standard errors come from the scatter of 256 batches of each kernel, so an honest kernel has a
chi2/N of nu / (nu - 2), nu the degrees of freedom of the error of the difference; the printed one
is divided by that (1.004 to 1.008). How far from 1 it may stray is printed beside it: blocks that
the same packets cross move together, so its standard deviation is not sqrt(2 / N) but
sqrt(2 sum of all squared correlations) / N, with correlations between blocks from the same batches
(what chance alone gives to their squares is taken off). With several seeds the last table has
the mean over them and how many of its standard deviations that lies from 1.

Run: python benchmarks/light_agreement.py [--photons 10_000_000] [--reference 500_000]
         [--seeds 1 2 3] [--case "open pore"]
Ten minutes of two idle cores for the default: two seeds of all six cases.
"""

import argparse
import math
import time
from typing import NamedTuple

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._batches import Batch
from porelight.light._kernel import Tally
from porelight.light._runs import Kernel, Scene, kernel_for, tracer
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug
from porelight.light.transport import scene_of
from porelight.quantities import Floats
from porelight.threads import available_threads, in_order
from porelight.validation.code.light import FIVE_LAYER_SKIN

MM = 1e-3
SEBUM = Medium(5.0, 1e4, 0.9, 1.45)
SHEATH = Medium(1e3, 1.6e4, 0.9, 1.50)
GLAND = Gland(1.0 * MM, 0.25 * MM, 0.4 * MM, Medium(5.0, 1e4, 0.9, 1.44))
FILLED = Follicle(0.15 * MM, 0.5 * MM, 0.06 * MM, 2.5 * MM, SEBUM, SHEATH, gland=GLAND)
OPEN = Follicle(
    0.15 * MM,
    0.5 * MM,
    0.06 * MM,
    2.5 * MM,
    AIR,
    SHEATH,
    Plug(0.3 * MM, SEBUM),
    GLAND,
    Hair(0.03 * MM, 2.2 * MM, Medium(5e3, 2e4, 0.8, 1.55)),
)
PORES = {"layers": None, "filled pore": FILLED, "open pore, hair": OPEN}
WORLDS = {"beam 0.6 mm": (0.6 * MM, math.inf, 1.0 * MM), "cell 0.5 mm": (1.0 * MM, 5e-4, 0.5 * MM)}
WORST_BLOCK = 0.05
N_BATCHES = 256
# the reference draws from seeds of its own
REFERENCE_SEED = 1000


class Batches(NamedTuple):
    """What each batch of a run found, per photon."""

    blocks: Floats  # (N_BATCHES, n_blocks)
    regions: Floats  # (N_BATCHES, n_regions)
    reflectance: Floats  # (N_BATCHES, 1)
    balance: float


class Agreement(NamedTuple):
    """How well two runs agree."""

    n_blocks: int
    chi2: float  # per block, over what it is expected to be
    deviation: float  # expected standard deviation of that
    worst: float  # largest |z|
    relative: float  # median standard error of the difference, relative
    of_reflectance: float  # z
    of_regions: float  # largest |z|


def scene(world: str, pore: str) -> Scene:
    """Return a case on blocks of 50 by 125 um or less."""
    diameter, cell_radius, width = WORLDS[world]
    grid = Grid(np.linspace(0.0, width, 11), np.linspace(0.0, 3.0 * MM, 25))
    beam, follicle = Beam("flat-top", diameter), PORES[pore]
    return scene_of(FIVE_LAYER_SKIN, beam, grid, cell_radius=cell_radius, follicle=follicle)


def balance(tally: Tally) -> float:
    """Return all the weight that a tally accounts for."""
    out = tally.reflected.sum() + tally.transmitted.sum() + tally.specular.sum()
    return float(tally.by_region.sum() + tally.roulette.sum() + out)


def traced(case: Scene, kernel: Kernel, n_photons: int, seed: int) -> Batches:
    """Return the batches of a run."""
    if kernel_for(case, kernel) != kernel:
        raise SystemExit(f"the {kernel} kernel does not run here.")
    n = n_photons // N_BATCHES
    work = (Batch.numbered(i, n, seed) for i in range(N_BATCHES))
    tallies = [tally for _, tally in in_order(tracer(case, kernel), work, available_threads())]
    return Batches(
        np.array([tally.absorbed[:-1, :-1].ravel() for tally in tallies]) / n,
        np.array([tally.by_region for tally in tallies]) / n,
        np.array([[tally.reflected.sum()] for tally in tallies]) / n,
        sum(map(balance, tallies)) / (n * N_BATCHES),
    )


def scores(fast: Floats, reference: Floats) -> tuple[Floats, Floats, Floats]:
    """Return z, the error of the difference and its degrees of freedom (Welch), per column."""
    variances = [found.var(axis=0, ddof=1) / N_BATCHES for found in (fast, reference)]
    error = np.sqrt(sum(variances))
    off = fast.mean(axis=0) - reference.mean(axis=0)
    freedom = (N_BATCHES - 1) * error**4 / sum(variance**2 for variance in variances)
    return off / error, error, freedom


def agreement(fast: Batches, reference: Batches) -> Agreement:
    """Return how well two runs agree."""
    mean = reference.blocks.mean(axis=0)
    known = (mean > 0.0) & (fast.blocks.mean(axis=0) > 0.0)
    fast_blocks, reference_blocks = fast.blocks[:, known], reference.blocks[:, known]
    z, error, freedom = scores(fast_blocks, reference_blocks)
    used = error < WORST_BLOCK * mean[known]
    z, error, freedom = z[used], error[used], freedom[used]
    covariance = sum(
        np.cov(found[:, used], rowvar=False) / N_BATCHES
        for found in (fast_blocks, reference_blocks)
    )
    correlation = covariance / np.outer(error, error)
    n = z.size
    by_chance = n * (n - 1) / freedom.mean()
    spread = max((correlation**2).sum() - by_chance, float(n))
    lit = reference.regions.mean(axis=0) > 0.0
    return Agreement(
        n_blocks=n,
        chi2=float((z**2).mean() / (freedom / (freedom - 2.0)).mean()),
        deviation=math.sqrt(2.0 * spread) / n,
        worst=float(np.abs(z).max()),
        relative=float(np.median(error / mean[known][used])),
        of_reflectance=float(scores(fast.reflectance, reference.reflectance)[0][0]),
        of_regions=float(np.abs(scores(fast.regions[:, lit], reference.regions[:, lit])[0]).max()),
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=10_000_000, help="of the fast kernel")
    parser.add_argument("--reference", type=int, default=500_000, help="of the reference")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--case", default="", help="part of the name of the cases to run")
    options = parser.parse_args()
    cases = [(world, pore) for world in WORLDS for pore in PORES]
    cases = [case for case in cases if options.case in ", ".join(case)]
    found: dict[tuple[str, str], list[Agreement]] = {case: [] for case in cases}
    print(
        f"{'':30s}{'seed':>5s}{'blocks':>7s}{'chi2/N':>8s}{'expected':>13s}{'max |z|':>9s}", end=""
    )
    print(f"{'error':>8s}{'z of R':>8s}{'regions':>9s}{'balance':>9s}{'time':>7s}")
    for seed in options.seeds:
        for world, pore in cases:
            start = time.perf_counter()
            case = scene(world, pore)
            fast = traced(case, "fast", options.photons, seed)
            reference = traced(case, "reference", options.reference, seed + REFERENCE_SEED)
            one = agreement(fast, reference)
            found[world, pore].append(one)
            print(
                f"{world + ', ' + pore:30s}{seed:5d}{one.n_blocks:7d}{one.chi2:8.2f}"
                f"{f'1 +- {one.deviation:.2f}':>13s}{one.worst:9.2f}{one.relative:8.4f}"
                f"{one.of_reflectance:8.2f}{one.of_regions:9.2f}{fast.balance - 1.0:9.0e}"
                f"{time.perf_counter() - start:5.0f} s",
                flush=True,
            )
    print(f"\n{f'mean of {len(options.seeds)} seeds':30s}{'chi2/N':>8s}{'expected':>13s}{'z':>7s}")
    rows = [(", ".join(case), ones) for case, ones in found.items()]
    rows.append(("all", [one for _, ones in rows for one in ones]))
    for name, ones in rows:
        mean = np.mean([one.chi2 for one in ones])
        deviation = math.hypot(*(one.deviation for one in ones)) / len(ones)
        expected = f"1 +- {deviation:.2f}"
        print(f"{name:30s}{mean:8.2f}{expected:>13s}{(mean - 1.0) / deviation:7.2f}")


if __name__ == "__main__":
    main()
