"""How fast is conduction, at what error, and against what peer.

One problem: 200 x 400 cells (10 mm x 5 mm), a pulse of 0.3 ms (flat-top beam and a hot spot of
0.1 mm) and one second of cooling, perfused, surface exchange. Errors are the largest over all cells
and over 0.3 ms, 10 ms, 0.1 s and 1 s, relative to the largest rise at that time, against the same
cells advanced with a tolerance of 1e-9: they are errors of time, the only ones in which the two
programs differ, since both use second-order finite volumes. Compilation is not counted.

Run: python benchmarks/heat_conduction.py [--peer]
The peer is py-pde (pip install py-pde): explicit Runge-Kutta 4(5) with adaptive steps, compiled.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from porelight.grid import Grid
from porelight.heat.ablation import AblationMaterial, ablate
from porelight.heat.conduction import Surface, temperature_rise
from porelight.heat.scan import pulse_response, session_rise, treatment_grid
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
) -> str:
    """Return the time at the loosest tolerance (in steps of 10) that reaches the error wanted."""
    tolerance = loosest
    while tolerance > 1e-9:
        rise, taken = run(tolerance)
        error = error_of(rise, exact)
        if error <= wanted:
            return f"{1e3 * taken:9.1f} ms (error {error:.1e}, tolerance {tolerance:.0e})"
        tolerance /= 10.0
    return "not reached"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="store_true", help="run py-pde as well")
    with_peer = parser.parse_args().peer
    exact = temperature_rise(GRID, SKIN, AIR, heat_source(), PULSE, TIMES, tolerance=1e-9)
    for wanted in (1e-4, 1e-5):
        label = f"conduction, error {wanted:.0e}"
        print(f"{label}  porelight {cheapest(porelight_run, exact, wanted, 1e-2)}", flush=True)
        if with_peer:
            print(f"{label}  py-pde    {cheapest(peer_run, exact, wanted, wanted / 10.0)}")

    grid = treatment_grid(5e-3)
    depths = np.concatenate([[0.0], np.geomspace(1e-5, 5e-3, 19)])
    absorbed = np.exp(-grid.z[:, None] / 2e-3) * (grid.r < 2.5e-3)
    absorbed *= 0.42 / (absorbed * grid.volume).sum()

    def respond() -> object:
        return pulse_response(grid, SKIN, AIR, absorbed, PULSE, depths, 400.0)

    print(f"pulse response, {grid.shape} cells to 400 s   {1e3 * seconds(respond):9.1f} ms")
    response = pulse_response(grid, SKIN, AIR, absorbed, PULSE, depths, 400.0)
    rng = np.random.default_rng(1)
    start, path = np.arange(2000) / 7.0, rng.uniform(-0.05, 0.05, (2000, 2))
    places, times = rng.uniform(-0.05, 0.05, (10, 2)), np.sort(rng.uniform(0.0, 380.0, 3000))

    def treat() -> object:
        return session_rise(response, start, path, 2.75, places, times)

    print(f"session, 2000 pulses 10 places 20 depths 3000 times {seconds(treat, 3):6.2f} s")

    def pearl() -> object:
        return ablate(AblationMaterial.typical(), 3.5e4, 4e-4, Surface.typical(), 306.0, 10.0)

    print(f"ablation, one pulse and 10 s               {1e3 * seconds(pearl):9.1f} ms")


if __name__ == "__main__":
    main()
