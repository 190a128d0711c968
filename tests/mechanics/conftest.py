"""Collagen histories for the tests: two-pool kinetics in a dozen lines, independent of healing."""

from collections.abc import Callable

import numpy as np
import pytest

from porelight.mechanics.mixture import RingCollagen
from porelight.mechanics.ring import RingMesh

DAY = 86_400.0


def histories(
    mesh: RingMesh,
    times: np.ndarray,
    sessions: np.ndarray,
    stimulus: np.ndarray,
    denatured: np.ndarray,
    substep: float = 0.25 * DAY,
) -> RingCollagen:
    """Euler steps of both pools; `stimulus` and `denatured` are (n_draw, n_element)."""
    immature_rate, mature_rate = np.log(2.0) / (60.0 * DAY), np.log(2.0) / (15.0 * 365.0 * DAY)
    n0 = 0.1
    m0 = 1.0 - n0
    maturing = mature_rate * m0 / n0
    base = (immature_rate + maturing) * n0
    tau = 12.0 * DAY
    n, m = np.full_like(stimulus, n0), np.full_like(stimulus, m0)
    z, signal, response = (np.zeros_like(stimulus) for _ in range(3))
    grid = np.arange(0, round(times[-1] / substep) + 1) * substep
    session_steps = {round(s / substep) for s in sessions}
    kept: dict[str, list[np.ndarray]] = {k: [] for k in ("n", "m", "z", "P", "M")}
    wanted = {round(t / substep) for t in times}
    for i_step, _ in enumerate(grid):
        if i_step in session_steps:
            signal = signal + stimulus
            lost = denatured * m
            m, z = m - lost, z + lost
        production = base * (1.0 + 0.884 * response)
        repair = np.maximum(m0 - m, 0.0) / (60.0 * DAY) * n / n0
        maturation = maturing * n + repair
        if i_step in wanted:
            for key, value in zip("nmzPM", (n, m, z, production, maturation), strict=True):
                kept[key].append(value)
        n = n + substep * (production - immature_rate * n - maturation)
        m = m + substep * (maturation - mature_rate * (1.0 + 2.0 * signal) * m)
        z = z - substep * z / (30.0 * DAY)
        response = response + substep * (np.e * signal - response) / tau
        signal = signal - substep * signal / tau
    stack = {key: np.array(value) for key, value in kept.items()}
    return RingCollagen(mesh, stack["n"], stack["m"], stack["z"], stack["P"], stack["M"])


@pytest.fixture
def two_pools() -> Callable[..., RingCollagen]:
    """Return the maker of collagen histories."""
    return histories
