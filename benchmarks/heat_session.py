"""How fast a session is, with how much memory, and how right: beside brute force.

1. Speed: 2,000 and 10,000 pulses of a moving hand at ten places and twenty depths, every direct hit
   resolved, beside the same sum made pulse by pulse in numpy (a sample of times, scaled up).
2. H3: 50 pulses along a line, superposed, against a three-dimensional solution of the heat equation
   by explicit finite volumes (numpy, and py-pde with --peer) and against closed forms.
3. Thermoregulated perfusion: a small session, superposed and corrected by the mean over the
   area, against the same three-dimensional solution with a perfusion that follows the surface.
4. The table of warmth by skin type and pulses per cm2.

Run: python benchmarks/heat_session.py [--peer] [--table]
The peer is py-pde (pip install py-pde). Compilation is not counted.
"""

import argparse
import resource
import time
from collections.abc import Callable

import numpy as np
from scipy.special import erf

from porelight.grid import Grid, graded_edges
from porelight.heat.closed_form import HalfSpace, gaussian_pulse_rise, pulsed
from porelight.heat.conduction import Surface, resting_temperature
from porelight.heat.perfusion_response import Vasodilation, perfusion_response
from porelight.heat.scan import pulse_response, session_rise, session_times, treatment_grid
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import Motion, PulsePath, pulse_path
from porelight.report.warmth_table import warmth_rows
from porelight.session.thermography import warmth_by_skin_type
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import LayeredThermal

CONDUCTIVITY, CAPACITY = 0.37, 1109.0 * 3391.0
EXCHANGE, PERFUSION, BLOOD = 10.0, 2e-3, 1050.0 * 3617.0
RADIUS, MU_A, PULSE, ENERGY = 2.5e-3, 1e3, 3e-4, 2.75
AIR = Surface(EXCHANGE, 295.65, 0.0)
SKIN = LayeredThermal(
    thickness=np.array([np.inf]),
    density=np.array([1109.0]),
    specific_heat=np.array([3391.0]),
    thermal_conductivity=np.array([CONDUCTIVITY]),
    perfusion_rate=np.array([PERFUSION]),
    arterial_temperature=310.15,
    blood_heat_capacity=BLOOD,
)


def seconds(run: Callable[[], object], repeats: int = 3) -> float:
    """Return the median wall time of a call that has been made once before."""
    run()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def gaussian_response(depths: np.ndarray, until: float):
    """Return the response to one joule absorbed from a Gaussian beam under Beer-Lambert's law."""
    grid = treatment_grid(2.0 * RADIUS)
    depth = -np.diff(np.exp(-MU_A * grid.z_edges)) / np.diff(grid.z_edges)
    across = -np.diff(np.exp(-((grid.r_edges / RADIUS) ** 2))) / grid.ring_area
    return pulse_response(grid, SKIN, AIR, np.outer(depth, across), PULSE, depths, until)


def numpy_sum(response, path: PulsePath, place: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Add every pulse at every time at one place: the direct way, vectorised over pulses."""
    distance = np.hypot(*(path.position - place).T)
    j = np.clip(np.searchsorted(response.r, distance, side="right") - 1, 0, response.r.size - 2)
    outer = ((distance - response.r[j]) / np.diff(response.r)[j])[:, None]
    far = distance >= response.r[-1]
    rise = np.zeros((times.size, response.depth.size))
    for i, now in enumerate(times):
        age = now - path.time
        use = (age > response.time[0]) & ~far
        k = np.clip(np.searchsorted(response.time, age[use]) - 1, 0, response.time.size - 2)
        late = np.log(age[use] / response.time[k]) / np.log(response.time[1] / response.time[0])
        for node, share in ((k, 1.0 - late), (k + 1, late)):
            inner = response.rise[node, :, j[use]] * (1.0 - outer[use])
            rise[i] += share @ (inner + response.rise[node, :, j[use] + 1] * outer[use])
    return ENERGY * rise


def speed() -> None:
    """Time sessions of 2,000 and 10,000 pulses."""
    depths = np.concatenate([[0.0], np.geomspace(1e-5, 5e-3, 19)])
    for n, area in ((2000, 1e-2), (10_000, 5e-2)):
        path = pulse_path(area, n, 7.0, 5e-3, motion=Motion.by_hand(seed=1), passes=4)
        end = float(path.time[-1]) + 60.0
        response = gaussian_response(depths, end)
        places = np.random.default_rng(1).uniform(-0.4, 0.4, (10, 2)) * np.sqrt(area)
        every = np.unique(
            np.concatenate(
                [
                    session_times(path.time, path.position, p, 5e-3, end, pulse_duration=PULSE)
                    for p in places
                ]
            )
        )

        def session(path=path, response=response, places=places, every=every) -> np.ndarray:
            return session_rise(response, path.time, path.position, ENERGY, places, every)

        taken = seconds(session)
        sample = np.linspace(0, every.size - 1, 60).astype(int)
        start = time.perf_counter()
        direct = numpy_sum(response, path, places[0], every[sample])
        scaled = (time.perf_counter() - start) * every.size / sample.size * len(places)
        found = session()[sample, 0]
        error = np.abs(found - direct).max() / direct.max()
        print(
            f"session of {n} pulses, 10 places, 20 depths, {every.size} times: {taken:.2f} s; "
            f"numpy pulse by pulse {scaled:.0f} s (scaled from {sample.size} times); they differ "
            f"by {error:.1e} of the largest rise; memory {peak_memory():.0f} MB",
            flush=True,
        )


def peak_memory() -> float:
    """Return the largest memory of this process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


class Block:
    """A block of skin in three dimensions, advanced by explicit finite volumes."""

    def __init__(self, half: tuple[float, float], cell: float, deepest: float) -> None:
        self.x, self.y = (np.arange(-h, h + 0.5 * cell, cell) for h in half)
        self.z_edges = graded_edges(1.5e-4, 1.15, 1.5e-3, deepest)
        self.size = np.diff(self.z_edges)
        self.z = 0.5 * (self.z_edges[1:] + self.z_edges[:-1])
        self.cell = cell
        gap = np.diff(self.z)
        self.down = CONDUCTIVITY / gap
        self.out = EXCHANGE / (1.0 + EXCHANGE * 0.5 * self.size[0] / CONDUCTIVITY)
        self.deep = CONDUCTIVITY / (0.5 * self.size[-1])
        self.rise = np.zeros((self.size.size, self.y.size, self.x.size))
        self.surface_share = 1.0 / (1.0 + EXCHANGE * 0.5 * self.size[0] / CONDUCTIVITY)

    def pulse(self, centre: np.ndarray, energy: float) -> None:
        """Add the heat of one pulse [J]."""

        def share(axis: np.ndarray, at: float) -> np.ndarray:
            edges = np.append(axis - 0.5 * self.cell, axis[-1] + 0.5 * self.cell)
            return np.diff(0.5 * erf((edges - at) / RADIUS)) / self.cell

        depth = -np.diff(np.exp(-MU_A * self.z_edges)) / self.size
        across = share(self.y, centre[1])[:, None] * share(self.x, centre[0])
        self.rise += energy / CAPACITY * depth[:, None, None] * across

    def advance(self, step: float, perfusion: float, source: np.ndarray) -> None:
        """Advance by one step; source is heat per volume over the depth [W/m3]."""
        u = self.rise
        flow = np.zeros((u.shape[0] + 1, *u.shape[1:]))
        flow[1:-1] = self.down[:, None, None] * (u[1:] - u[:-1])
        flow[0], flow[-1] = self.out * u[0], -self.deep * u[-1]
        rate = (flow[1:] - flow[:-1]) / self.size[:, None, None]
        for axis in (1, 2):
            across = np.diff(u, axis=axis) * (CONDUCTIVITY / self.cell**2)
            head = [slice(None)] * 3
            tail = [slice(None)] * 3
            head[axis], tail[axis] = slice(None, -1), slice(1, None)
            rate[tuple(head)] += across
            rate[tuple(tail)] -= across
        rate += source[:, None, None] - perfusion * BLOOD * u
        self.rise = u + step / CAPACITY * rate

    def at(self, place: np.ndarray, depth: float) -> float:
        """Return the rise at a place and depth, linear between cells."""
        layer = np.array(
            [
                np.interp(place[1], self.y, [np.interp(place[0], self.x, row) for row in plane])
                for plane in self.rise
            ]
        )
        nodes = np.concatenate([[0.0], self.z])
        return float(
            np.interp(depth, nodes, np.concatenate([[self.surface_share * layer[0]], layer]))
        )


def line() -> tuple[PulsePath, np.ndarray, np.ndarray, np.ndarray]:
    """Return the problem of H3: path, places, depths, and the time looked at."""
    n = 50
    path = PulsePath(
        np.arange(n) / 7.0, np.stack([np.linspace(-20e-3, 20e-3, n), np.zeros(n)], axis=1)
    )
    places = np.array([[0.0, 0.0], [5e-3, 1e-3], [18e-3, 4e-3]])
    return path, places, np.array([2e-4, 1e-3, 3e-3]), np.array([10.0])


def h3(*, with_peer: bool) -> None:
    """Compare 50 pulses along a line with brute force and with closed forms."""
    path, places, depths, when = line()
    response = gaussian_response(depths, 20.0)

    def superposed() -> np.ndarray:
        return session_rise(response, path.time, path.position, ENERGY, places, when)[0]

    found = superposed()
    medium = HalfSpace(CONDUCTIVITY, CAPACITY, EXCHANGE, PERFUSION * BLOOD)
    exact = np.zeros_like(found)
    for begin, centre in zip(path.time, path.position, strict=True):
        r = np.hypot(*(places - centre).T)[:, None]
        exact += ENERGY * pulsed(
            lambda t, r=r: gaussian_pulse_rise(medium, RADIUS, MU_A, r, depths, t),
            float(when[0] - begin),
            PULSE,
        )
    start = time.perf_counter()
    block = Block((32e-3, 14e-3), 0.5e-3, 14e-3)
    run_block(block, path, float(when[0]), lambda _: (PERFUSION, np.zeros(block.z.size)))
    brute = np.array([[block.at(place, depth) for depth in depths] for place in places])
    taken = time.perf_counter() - start
    largest = exact.max()
    print(
        f"H3, 50 pulses on a line at 10 s, rises up to {largest:.2f} K: superposed against closed "
        f"form {np.abs(found - exact).max() / largest:.2%}, against {block.rise.size} cells in 3-D "
        f"{np.abs(found - brute).max() / largest:.2%} (that one against closed form "
        f"{np.abs(brute - exact).max() / largest:.2%}); {1e3 * seconds(superposed):.1f} ms against "
        f"{taken:.1f} s (numpy)",
        flush=True,
    )
    if with_peer:
        peer(path, places, depths, float(when[0]), exact)


def run_block(
    block: Block,
    path: PulsePath,
    until: float,
    medium: Callable[[Block], tuple[float, np.ndarray]],
    energy: float = ENERGY,
) -> None:
    """Give the pulses of a path to a block and follow it; medium says perfusion and source."""
    steps = 7
    given = 0
    now = 0.0
    gap = 1.0 / 7.0
    while now < until - 1e-9:
        if given < path.n_pulses and path.time[given] <= now + 1e-9:
            block.pulse(path.position[given], energy)
            given += 1
        for _ in range(steps):
            perfusion, source = medium(block)
            block.advance(min(gap, until - now) / steps, perfusion, source)
        now += gap


def peer(
    path: PulsePath, places: np.ndarray, depths: np.ndarray, until: float, exact: np.ndarray
) -> None:
    """Solve H3 with py-pde: explicit, compiled, uniform cells in three dimensions."""
    import pde  # noqa: PLC0415  a peer, not a dependency

    cells = (128, 56, 56)
    grid = pde.CartesianGrid([(-32e-3, 32e-3), (-14e-3, 14e-3), (0.0, 14e-3)], cells)
    sides = {
        "x": {"derivative": 0.0},
        "y": {"derivative": 0.0},
        "z-": {"type": "mixed", "value": EXCHANGE / CONDUCTIVITY, "const": 0.0},
        "z+": {"value": 0.0},
    }
    calm = f"{CONDUCTIVITY / CAPACITY} * laplace(c) - {PERFUSION * BLOOD / CAPACITY} * c"
    equation = pde.PDE({"c": calm}, bc=sides)
    x, y, z = (grid.axes_coords[i] for i in range(3))
    thick = float(z[1] - z[0])
    depth = (np.exp(-MU_A * (z - 0.5 * thick)) - np.exp(-MU_A * (z + 0.5 * thick))) / thick
    field = pde.ScalarField(grid, 0.0)
    stepper = pde.EulerSolver(equation).make_stepper(field, dt=0.02)
    stepper(field.copy(), 0.0, 0.04)  # compiles
    start = time.perf_counter()
    for i, centre in enumerate(path.position):
        across = np.exp(-(((x - centre[0]) / RADIUS) ** 2))[:, None] * np.exp(
            -(((y - centre[1]) / RADIUS) ** 2)
        )
        field.data += ENERGY / CAPACITY / (np.pi * RADIUS**2) * across[:, :, None] * depth
        stepper(field, path.time[i], path.time[i + 1] if i + 1 < path.n_pulses else until)
    taken = time.perf_counter() - start
    found = np.array([[field.interpolate([*p, d]) for d in depths] for p in places])
    print(
        f"H3, py-pde, {np.prod(cells)} cells: {np.abs(found - exact).max() / exact.max():.2%} off "
        f"the closed form in {taken:.1f} s (compilation left out)",
        flush=True,
    )


def thermoregulated() -> None:
    """Compare perfusion that answers the mean surface, superposed and corrected, with 3-D."""
    side, n, energy = 40e-3, 560, 1.05  # J absorbed: 38 % of 2.75
    path = pulse_path(side**2, n, 7.0, 5e-3, passes=4)
    until = float(path.time[-1]) + 1.0 / 7.0
    vessels = Vasodilation(gain=5.5, onset=307.15, full=315.15, delay=20.0)
    depths = np.array([2e-4, 1e-3, 3e-3])
    places = side * np.array([[0.01, 0.02], [-0.31, -0.27], [0.36, 0.29], [0.04, 0.37]])
    block = Block((35e-3, 35e-3), 1e-3, 20e-3)
    column = Grid(np.array([0.0, 1.0]), block.z_edges)
    rest = resting_temperature(column, SKIN, AIR)
    inside = np.ix_(np.abs(block.y) < 0.5 * side, np.abs(block.x) < 0.5 * side)
    state = {"open": 0.0}
    step = 1.0 / 49.0

    def medium(now: Block) -> tuple[float, np.ndarray]:
        surface = rest[0] + now.surface_share * float(now.rise[0][inside].mean())
        wanted = vessels.opening(surface, float(rest[0]))
        state["open"] += (wanted - state["open"]) * step / vessels.delay
        more = PERFUSION * (vessels.gain - 1.0) * state["open"]
        return PERFUSION + more, more * BLOOD * (SKIN.arterial_temperature - rest)

    def values() -> np.ndarray:
        return np.array([[block.at(place, depth) for depth in depths] for place in places])

    run_block(block, path, until, medium, energy)
    brute = values()
    opened = state["open"]
    block.rise[:] = 0.0
    still = np.zeros(block.z.size)
    run_block(block, path, until, lambda _: (PERFUSION, still), energy)
    constant = values()
    # the same steps as porelight takes: sum of pulses, its mean surface, the column, the change
    response = gaussian_response(np.concatenate([[0.0], depths]), until + 1.0)
    lattice = side * (np.stack(np.meshgrid(*[np.linspace(-0.45, 0.45, 10)] * 2), -1).reshape(-1, 2))
    when = np.array([until])
    summed = session_rise(response, path.time, path.position, energy, places, when)[0, :, 1:]
    mean = session_rise(response, path.time, path.position, energy, lattice, when)[0, :, 0].mean()
    heating = -np.diff(np.exp(-MU_A * block.z_edges)) / block.size
    kept = 1.0
    for _ in range(2):
        answer = perfusion_response(
            column,
            SKIN,
            AIR,
            heating,
            path.time,
            kept * energy / side**2,
            vessels,
            thermoregulated=(True,),
            depths=np.concatenate([[0.0], depths]),
            until=until,
        )
        kept *= mean / answer.steady[-1, 0]
    change = answer.change[-1, 1:]
    print(
        f"perfusion that answers, {n} pulses on 16 cm2 in {until:.0f} s, vessels {opened:.0%} open "
        f"(column {answer.openness[-1]:.0%}): 3-D changes by "
        f"{(brute - constant).mean(axis=0).round(2)} K at {1e3 * depths} mm, the column says "
        f"{change.round(2)} K; corrected sum against 3-D, largest difference "
        f"{np.abs(summed + change - brute).max():.2f} K of {brute.max():.1f} K (constant "
        f"perfusion: {np.abs(summed - constant).max():.2f} K)",
        flush=True,
    )


def table() -> None:
    """Print the warmth of every skin type."""
    skin = Skin.typical("cheek", 3, 35.0)
    rows = warmth_rows(warmth_by_skin_type(skin, laser_genesis()))
    print(" | ".join(rows[0]))
    for row in rows:
        print(" | ".join(row.values()))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peer", action="store_true", help="run py-pde as well")
    parser.add_argument("--table", action="store_true", help="print warmth by skin type as well")
    asked = parser.parse_args()
    speed()
    h3(with_peer=asked.peer)
    thermoregulated()
    if asked.table:
        table()


if __name__ == "__main__":
    main()
