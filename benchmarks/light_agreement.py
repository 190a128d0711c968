"""Does the fast kernel give the light of the reference kernel? chi2/N over (r, z) blocks.

The two share the formulas of refraction and scattering and nothing else: the fast one works in
float32 on regions, the reference in float64 on points. Layers, a filled and an open pore, each in a
beam and in a cell. Blocks whose standard error is above 5 % are left out.

Run: python benchmarks/light_agreement.py [--photons 10_000_000] [--reference 500_000]
"""

import argparse
import math
import time

import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.field import LightField
from porelight.light.follicle import AIR, Follicle, Gland, Hair, Medium, Plug
from porelight.light.transport import transport
from porelight.verify.light import FIVE_LAYER_SKIN

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


def light(world: str, pore: str, kernel: str, n_photons: int, seed: int) -> LightField:
    """Return the light of a case on blocks of 50 by 125 um or less."""
    diameter, cell_radius, width = WORLDS[world]
    grid = Grid(np.linspace(0.0, width, 11), np.linspace(0.0, 3.0 * MM, 25))
    return transport(
        FIVE_LAYER_SKIN,
        Beam("flat-top", diameter),
        grid,
        n_photons=n_photons,
        seed=seed,
        cell_radius=cell_radius,
        kernel=kernel,
        follicle=PORES[pore],
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=10_000_000, help="of the fast kernel")
    parser.add_argument("--reference", type=int, default=500_000, help="of the reference")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", default="", help="part of the name of the cases to run")
    options = parser.parse_args()
    print(f"{'':32s}{'blocks':>7s}{'chi2/N':>8s}{'max |z|':>9s}{'error':>8s}{'z of R':>8s}", end="")
    print(f"{'regions':>9s}{'balance':>10s}")
    for world in WORLDS:
        for pore in PORES:
            if options.case not in f"{world}, {pore}":
                continue
            start = time.perf_counter()
            fast = light(world, pore, "fast", options.photons, options.seed)
            reference = light(world, pore, "reference", options.reference, options.seed + 1000)
            error = np.hypot(fast.absorbed_error, reference.absorbed_error)
            used = (error < WORST_BLOCK * reference.absorbed) & (reference.absorbed > 0.0)
            z = (fast.absorbed - reference.absorbed)[used] / error[used]
            relative = np.median(error[used] / reference.absorbed[used])
            of_r = (fast.reflectance - reference.reflectance) / math.hypot(
                fast.reflectance_error, reference.reflectance_error
            )
            spread = np.hypot(fast.by_region_error, reference.by_region_error)
            filled = spread > 0.0
            of_regions = np.abs(fast.by_region - reference.by_region)[filled] / spread[filled]
            print(
                f"{world + ', ' + pore:32s}{z.size:7d}{(z**2).mean():8.2f}{np.abs(z).max():9.2f}"
                f"{relative:8.4f}{of_r:8.2f}{of_regions.max():9.2f}{fast.balance - 1.0:10.0e}"
                f"   {time.perf_counter() - start:.0f} s",
                flush=True,
            )


if __name__ == "__main__":
    main()
