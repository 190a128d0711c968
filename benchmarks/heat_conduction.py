"""How fast is conduction, at what error, and against what peer.

One problem: 200 x 400 cells (10 mm x 5 mm), a pulse of 0.3 ms (flat-top beam and a hot spot of
0.1 mm) and one second of cooling, perfused, surface exchange. Errors are the largest over all cells
and over 0.3 ms, 10 ms, 0.1 s and 1 s, relative to the largest rise at that time, against the same
cells advanced with a tolerance of 1e-9: they are errors of time, the only ones in which the two
programs differ, since both use second-order finite volumes. Compilation is not counted.

Each row is the loosest tolerance, in steps of ten, that reaches the error asked for. The last row
is a map of materials (`heat.mapped`), for which no peer is run.

Run: python benchmarks/heat_conduction.py [--peer]
The peer is py-pde (pip install py-pde): explicit Runge-Kutta 4(5) with adaptive steps, compiled.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np

from porelight.grid import Grid
from porelight.heat.conduction import Surface, temperature_rise
from porelight.heat.heterogeneous import heterogeneous_rise
from porelight.heat.materials import MaterialMap
from porelight.heat.temporal_profile import TemporalProfile
from porelight.tissue.thermal import LayeredThermal

CONDUCTIVITY, DENSITY, SPECIFIC_HEAT = 0.45, 1070.0, 3500.0
EXCHANGE, BLOOD, PERFUSION = 50.0, 4.03e6, 1.5e-3
PULSE = 3e-4
TIMES = np.array([PULSE, 1e-2, 0.1, 1.0])
GRID = Grid(np.linspace(0.0, 10e-3, 201), np.linspace(0.0, 5e-3, 401))
AIR = Surface(EXCHANGE, 295.0, 0.0)
SKIN = LayeredThermal(
    thickness=np.array([np.inf]),
    density=np.array([DENSITY]),
    specific_heat=np.array([SPECIFIC_HEAT]),
    thermal_conductivity=np.array([CONDUCTIVITY]),
    perfusion_rate=np.array([PERFUSION]),
    arterial_temperature=310.15,
    blood_heat_capacity=BLOOD,
)


def heat_source() -> np.ndarray:
    """Return a flat-top beam and a hot spot on the axis, 1 mm deep [W/m3]."""
    z, r = GRID.z[:, None], GRID.r
    beam = np.exp(-z / 0.6e-3) * (r < 2.5e-3)
    spot = 3.0 * np.exp(-((z - 1e-3) ** 2 + r**2) / 0.1e-3**2)
    return 1e9 * (beam + spot)


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """Return the median wall time of a call that has been made once before."""
    run()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def error_of(rise: np.ndarray, exact: np.ndarray) -> float:
    """Return the largest error at any time, relative to the largest rise at that time."""
    return float((np.abs(rise - exact).max(axis=(1, 2)) / exact.max(axis=(1, 2))).max())


def porelight_run(tolerance: float) -> tuple[np.ndarray, float]:
    """Return the rise and the seconds taken."""

    def run() -> np.ndarray:
        return temperature_rise(GRID, SKIN, AIR, heat_source(), PULSE, TIMES, tolerance=tolerance)

    return run(), seconds(run)


def peer_run(tolerance: float) -> tuple[np.ndarray, float]:
    """Return the rise and the seconds that the peer itself counts for its steps."""
    import pde  # noqa: PLC0415  a peer, not a dependency

    grid = pde.CylindricalSymGrid(10e-3, (0.0, 5e-3), (200, 400))
    stored = DENSITY * SPECIFIC_HEAT
    calm = f"{CONDUCTIVITY / stored} * laplace(c) - {PERFUSION * BLOOD / stored} * c"
    sides = {
        "r-": {"derivative": 0.0},
        "r+": {"derivative": 0.0},
        "z-": {"type": "mixed", "value": EXCHANGE / CONDUCTIVITY, "const": 0.0},
        "z+": {"value": 0.0},
    }
    heating = pde.ScalarField(grid, heat_source().T / stored)
    warm = pde.PDE({"c": calm + " + s"}, bc=sides, consts={"s": heating})
    cool = pde.PDE({"c": calm}, bc=sides)
    field, rises, now, taken = pde.ScalarField(grid, 0.0), [], 0.0, 0.0
    for end in TIMES:
        equation = warm if end <= PULSE else cool
        solver = pde.RungeKuttaSolver(equation, adaptive=True, tolerance=tolerance)
        controller = pde.Controller(solver, t_range=(now, float(end)), tracker=None)
        field = controller.run(field, dt=1e-5)
        taken += controller.diagnostics["controller"]["profiler"]["solver"]
        now = float(end)
        rises.append(field.data.T.copy())
    return np.array(rises), taken


def cheapest(
    run: Callable[[float], tuple[np.ndarray, float]],
    exact: np.ndarray,
    wanted: float,
    loosest: float,
) -> tuple[float, float, float]:
    """Return seconds, error and tolerance of the loosest tolerance that reaches the error."""
    tolerance = loosest
    while tolerance > 1e-9:
        rise, taken = run(tolerance)
        error = error_of(rise, exact)
        if error <= wanted:
            return taken, error, tolerance
        tolerance /= 10.0
    return float("nan"), float("nan"), tolerance


def mapped_run() -> tuple[float, int]:
    """Return the seconds and steps of a follicle in a map of 60 x 90 cells, to 1 s."""
    grid = Grid(np.linspace(0.0, 2e-3, 61), np.linspace(0.0, 3e-3, 91))
    follicle = (grid.r < 1e-4) & (grid.z[:, None] < 1.5e-3)
    materials = MaterialMap.layered(grid, SKIN).replaced(
        follicle, conductivity=0.2, heat_capacity=2.2e6
    )
    absorbed = np.where(follicle, 1e8, 1e7)
    pulse, times = TemporalProfile.rectangle(PULSE), np.array([1e-2, 1.0])

    def run() -> int:
        return heterogeneous_rise(
            grid, materials, AIR, absorbed, pulse, times, tolerance=1e-3
        ).n_steps

    return seconds(run, 3), run()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="store_true", help="run py-pde as well")
    with_peer = parser.parse_args().peer
    exact = temperature_rise(GRID, SKIN, AIR, heat_source(), PULSE, TIMES, tolerance=1e-9)
    for wanted in (9e-5, 1e-5):
        ours, error, tolerance = cheapest(porelight_run, exact, wanted, 1e-2)
        print(
            f"error {wanted:.0e}  porelight {1e3 * ours:9.1f} ms (error {error:.1e}, tolerance "
            f"{tolerance:.0e})",
            flush=True,
        )
        if with_peer:
            theirs, error, tolerance = cheapest(peer_run, exact, wanted, wanted / 10.0)
            print(
                f"error {wanted:.0e}  py-pde    {1e3 * theirs:9.1f} ms (error {error:.1e}, "
                f"tolerance {tolerance:.0e}): {theirs / ours:.0f} times as long",
                flush=True,
            )
    taken, steps = mapped_run()
    print(f"map of materials, 60 x 90 cells, 0.3 ms and 1 s   {1e3 * taken:9.1f} ms, {steps} steps")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"memory at its peak                               {peak:9.0f} MB")


if __name__ == "__main__":
    main()
