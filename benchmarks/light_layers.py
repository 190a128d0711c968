"""How fast light is, on five layers of skin, and against what peer.

One problem for all: case L6 of docs/theory/light.md (1064 nm, 5 mm flat-top beam, about 525
scatterings a photon), tallied on 400 x 238 cells of 50 um. Runs are interleaved, so that a slow
spell of a shared machine hits all of them; the best of each is printed. Compilation is timed apart,
in a process of its own with an empty cache.

Run: python benchmarks/light_layers.py [--mcml PROGRAM] [--photons N] [--figure FILE]
The peer is MCML 1.2.2 by Wang and Jacques, built from its published C source with
`gcc -O3 -march=native -std=gnu89 *.c -lm`; PROGRAM is the path of what that makes. It runs a pencil
beam, as it always does (its beams are convolved afterwards), which costs the same.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light._runs import Kernel
from porelight.light.transport import transport
from porelight.validation.code.light import FIVE_LAYER_SKIN

GRID = Grid(np.linspace(0.0, 20e-3, 401), np.linspace(0.0, 11.9e-3, 239))
BEAM = Beam("flat-top", 5e-3)
ROUNDS = 5
FIRST_CALL = """
import time
import porelight.validation.code.light as light
start = time.perf_counter()
light.five_layer_skin(32, 1)
print(time.perf_counter() - start)
"""


def seconds_of_porelight(n_photons: int, kernel: Kernel, n_threads: int) -> float:
    """Return the wall time of a run."""
    start = time.perf_counter()
    transport(
        FIVE_LAYER_SKIN,
        BEAM,
        GRID,
        n_photons=n_photons,
        seed=1,
        n_threads=n_threads,
        kernel=kernel,
    )
    return time.perf_counter() - start


def mcml_input(n_photons: int) -> str:
    """Return the case in MCML's format, in cm and 1/cm."""
    optics = FIVE_LAYER_SKIN
    columns = (
        optics.refractive_index,
        optics.mu_a / 100.0,
        optics.mu_s / 100.0,
        optics.anisotropy,
        optics.thickness * 100.0,
    )
    rows = [" ".join(f"{x:.9g}" for x in row) for row in zip(*columns, strict=True)]
    head = ["1.0", "1", "out.mco A", str(n_photons), "50E-4 50E-4", "238 400 1", str(len(rows))]
    return "\n".join([*head, f"{optics.index_above}", *rows, f"{optics.index_below}"]) + "\n"


def seconds_of_mcml(program: Path, n_photons: int) -> float:
    """Return the wall time of a run, with what it takes to start and to write the result."""
    with tempfile.TemporaryDirectory() as folder:
        case = Path(folder) / "case.mci"
        case.write_text(mcml_input(n_photons), encoding="ascii")
        start = time.perf_counter()
        subprocess.run([program.resolve(), case.name], cwd=folder, check=True, capture_output=True)
        return time.perf_counter() - start


def seconds_of_first_call(cache: str) -> float:
    """Return the time of the first call in a new process."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
    answer = subprocess.run(
        [sys.executable, "-c", FIRST_CALL],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(answer.stdout)


def draw(rates: dict[str, list[float]], path: Path) -> None:
    """Draw the best rate of each program as a bar."""
    names = list(rates)[::-1]
    best = np.array([max(rates[name]) for name in names])
    figure, axes = plt.subplots(figsize=(7.0, 2.4), layout="constrained")
    colours = ["#0b6e99" if name.startswith("fast") else "#9aa5ad" for name in names]
    bars = axes.barh(names, 1e-3 * best, color=colours)
    axes.bar_label(bars, [f"{1e-3 * rate:.0f}" for rate in best], padding=3)
    axes.set_xlabel("thousand photons per second, five-layer skin at 1064 nm, 400 x 238 cells")
    axes.set_xlim(0.0, 1.12e-3 * best.max())
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photons", type=int, default=20_000, help="for the slowest run")
    parser.add_argument("--mcml", type=Path, help="path of the compiled peer")
    parser.add_argument("--figure", type=Path, help="where to draw the rates")
    options = parser.parse_args()
    n = options.photons

    def ours(kernel: Kernel, n_threads: int, many: int) -> Callable[[], float]:
        return lambda: many * n / seconds_of_porelight(many * n, kernel, n_threads)

    runs = {
        "reference kernel, 1 thread": ours("reference", 1, 1),
        "reference kernel, 2 threads": ours("reference", 2, 2),
        "fast kernel, 1 thread": ours("fast", 1, 40),
        "fast kernel, 2 threads": ours("fast", 2, 80),
    }
    if options.mcml:
        peer = {"MCML 1.2.2 in C, 1 thread": lambda: n / seconds_of_mcml(options.mcml, n)}
        runs = {**peer, **runs}

    with tempfile.TemporaryDirectory() as cache:
        print(f"first call, nothing compiled: {seconds_of_first_call(cache):5.1f} s")
        print(f"first call, from the cache:   {seconds_of_first_call(cache):5.1f} s")
    for run in runs.values():
        run()
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            rates[name].append(run())
    baseline = max(next(iter(rates.values())))
    print(f"{'':30s}{'photons/s':>12s}{'median':>12s}{'ratio':>8s}")
    for name, found in rates.items():
        best = max(found)
        print(f"{name:30s}{best:12,.0f}{np.median(found):12,.0f}{best / baseline:8.1f}")
    if options.figure:
        draw(rates, options.figure)


if __name__ == "__main__":
    main()
