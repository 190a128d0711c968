"""Ablation at 2790 nm: seconds, depth and heat of a pulse, a train, an overlapping session.

Run: python benchmarks/heat_ablation.py
Asked of one Pearl pulse with ten seconds of cooling: at most 1 s. Compilation is not counted.
"""

import resource
import time
from collections.abc import Callable

import numpy as np

from porelight.heat.ablation import AblationMaterial, AblationResult, ablate
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.devices import pearl
from porelight.session.ablative import ablative_session, coverage
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, ms, um

AIR, REST = Surface.typical(), 306.0
PULSE = TemporalProfile.rectangle(0.4 * ms)


def seconds(run: Callable[[], object], repeats: int = 5) -> float:
    """Return the median wall time of a call that has been made once before."""
    run()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def pulses(n: int, values: dict[str, float], *, period: float = 1.0 / 3.0) -> AblationResult:
    """Return n pulses of 3.5 J/cm2 on one place, and ten seconds."""
    material = AblationMaterial.from_values(values)
    train = PULSE.repeated(period, n)
    return ablate(material, n * 3.5 * J_per_cm2, train, AIR, REST, train.duration + 10.0)


def main() -> None:
    """Print the tables."""
    print(f"one pulse and 10 s        {1e3 * seconds(lambda: pulses(1, {})):7.0f} ms")
    print(f"four pulses and 10 s      {1e3 * seconds(lambda: pulses(4, {}), 3):7.0f} ms")
    skin = Skin.typical("cheek", 2, 45.0)
    session = pearl()
    print(f"session, {coverage(session)}")
    taken = seconds(lambda: ablative_session(skin, session, {}), 3)
    print(f"                          {1e3 * taken:7.0f} ms")
    options = {
        "as it is": {},
        "half of the steam escapes": {"steam_escape": 0.5},
        "all of it": {"steam_escape": 1.0},
        "plume 2e4 1/m": {"plume_attenuation": 2e4},
        "absorption halves up to boiling": {"hot_absorption_2790": 0.5},
    }
    print(
        "\nfour pulses at 3 Hz: ablated by each [um]; heat in the skin at the end of each [J/cm2]"
    )
    for name, values in options.items():
        result = pulses(4, values)
        ablated = " ".join(f"{depth / um:5.1f}" for depth in result.pulse_ablated)
        residual = " ".join(f"{heat / J_per_cm2:5.2f}" for heat in result.pulse_residual)
        driest = result.water_left[~result.ablated].min()
        print(f"{name:36s} {ablated}   {residual}   water left {100.0 * driest:3.0f} %")
    print("\nperiod [s]: ablated by the second pulse over that by the first")
    for period in (0.01, 0.1, 0.3, 1.0, 3.0, 10.0):
        two = pulses(2, {}, period=period)
        print(f"{period:5.2f}  {two.pulse_ablated[1] / two.pulse_ablated[0]:.3f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
    print(f"\nmemory at its peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
