"""What six skin tones cost in one run, against one run and against six.

The same photons of the five-layer skin (case L6 of docs/theory/light.md, epidermis of six
absorptions) with the full (r, z) field of each tone. Rounds are interleaved, times are of the
processor on one thread; the best round of each is printed, and how far each tone is from a run
of its own.

Run: python benchmarks/light_sweep.py [--photons N]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from porelight.grid import Grid, graded_edges
from porelight.laser.beam import Beam
from porelight.light.field import LightField
from porelight.light.sweep import sweep
from porelight.light.transport import transport
from porelight.validation.code.light_tones import toned

EPIDERMIS = (50.0, 100.0, 200.0, 350.0, 600.0, 1000.0)
TONES = [toned(mu_a) for mu_a in EPIDERMIS]
BEAM = Beam("flat-top", 5e-3)
GRID = Grid(graded_edges(10e-6, 1.05, 200e-6, 10e-3), graded_edges(10e-6, 1.05, 200e-6, 8e-3))
ROUNDS = 5


def seconds(run: Callable[[], object]) -> float:
    """Return the processor time of a call."""
    start = time.process_time()
    run()
    return time.process_time() - start


def deviation(swept: LightField, alone: LightField) -> tuple[float, float]:
    """Return z of the reflectance, and chi-square per cell over the well-known cells."""
    z = (swept.reflectance - alone.reflectance) / np.hypot(
        swept.reflectance_error, alone.reflectance_error
    )
    known = alone.absorbed_error < 0.2 * alone.absorbed
    apart = (swept.absorbed - alone.absorbed)[known]
    squared = apart**2 / (swept.absorbed_error**2 + alone.absorbed_error**2)[known]
    return float(z), float(squared.mean())


def main() -> None:
    """Print the ratios and the deviations."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=100_000)
    n = parser.parse_args().photons

    def swept() -> list[LightField]:
        return sweep(TONES, BEAM, GRID, n_photons=n, seed=1, n_threads=1)

    def one() -> LightField:
        return transport(TONES[0], BEAM, GRID, n_photons=n, seed=2, n_threads=1)

    def six() -> list[LightField]:
        return [
            transport(optics, BEAM, GRID, n_photons=n, seed=10 + i, n_threads=1)
            for i, optics in enumerate(TONES)
        ]

    runs = {"one tone": one, "six tones, one sweep": swept, "six tones, six runs": six}
    for run in runs.values():
        run()
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            found[name].append(seconds(run))
    baseline = min(found["one tone"])
    for name, times in found.items():
        print(f"{name:24s}{min(times):8.2f} s{min(times) / baseline:8.2f}")
    print(f"{'mu_a of epidermis':24s}{'z of R':>8s}{'chi2/N':>8s}")
    for mu_a, mine, its in zip(EPIDERMIS, swept(), six(), strict=True):
        z, chi_square = deviation(mine, its)
        print(f"{mu_a / 1e3:18.2f} /mm  {z:8.2f}{chi_square:8.2f}")


if __name__ == "__main__":
    main()
