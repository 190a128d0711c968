"""Time of the pore's mechanics for an ensemble: 1,000 draws, 24 rings, 52 weeks of output."""

import time

import numpy as np

from porelight.mechanics.mixture import RingCollagen
from porelight.mechanics.opening import RingHistory, pore_opening
from porelight.mechanics.ring import RingMechanics, dose_profile, ring_mesh

DAY = 86_400.0


def ensemble(n_draw: int = 1000, n_element: int = 24, n_week: int = 52) -> float:
    """Return the seconds that one ensemble takes."""
    rng = np.random.default_rng(0)
    parameters = RingMechanics.from_values(
        {
            "skin_tension": rng.uniform(0.05, 0.2, n_draw),
            "patch_constraint": rng.uniform(0.1, 3.0, n_draw),
        }
    )
    mesh = ring_mesh(n_element)
    times = np.arange(n_week) * 7.0 * DAY
    # collagen that rises over a month and comes back over half a year, most at the wall
    rise = times / (30.0 * DAY) * np.exp(-times / (60.0 * DAY))
    gain = 0.05 * rise[:, np.newaxis, np.newaxis] * dose_profile(mesh, parameters)
    flux = 0.1 * np.log(2.0) / (60.0 * DAY)
    collagen = RingCollagen(
        mesh,
        0.1 + gain,
        0.9 + 0.0 * gain,
        0.0 * gain,
        flux * (1.0 + 10.0 * gain),
        0.1 * flux + gain * 0.0,
    )
    still = np.ones((n_week, n_draw))
    start = time.perf_counter()
    pore_opening(RingHistory(times, collagen, still, 0.0 * still), parameters)
    return time.perf_counter() - start


if __name__ == "__main__":
    print(f"{min(ensemble() for _ in range(3)):.2f} s; the target is 2 s on two cores")
