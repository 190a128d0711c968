"""Published thresholds of injury beside what the model says of the same exposures.

Run: python benchmarks/heat_thresholds.py [--photons 200000]
Prints the table of docs/theory/burn.md, and geometric mean and spread of all and of each end point.
"""

import argparse
import time
from collections import defaultdict

import numpy as np

from porelight.session.published import published_thresholds
from porelight.units import J_per_cm2, mm, nm, to_celsius


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photons", type=int, default=200_000)
    photons = parser.parse_args().photons
    ratios: dict[str, list[float]] = defaultdict(list)
    print("nm    spot mm   s        end point     published  model  ratio  surface degC  role")
    for case in published_thresholds().values():
        start = time.perf_counter()
        found = case.predicted(n_photons=photons)
        ratio = found.peak_radiant_exposure / case.radiant_exposure
        ratios[f"all, {case.role}"].append(ratio)
        ratios[f"{case.end_point} of {case.skin}, {case.role}"].append(ratio)
        print(
            f"{case.wavelength / nm:.0f}  {case.spot_diameter / mm:5.1f}  {case.duration:8.2g}  "
            f"{case.end_point:12s}  {case.radiant_exposure / J_per_cm2:8.1f}  "
            f"{found.peak_radiant_exposure / J_per_cm2:6.1f}  {ratio:5.2f}  "
            f"{to_celsius(found.outcome.surface_peak):10.1f}    {case.role} "
            f"({time.perf_counter() - start:.1f} s)",
            flush=True,
        )
    for which, found_ratios in ratios.items():
        logs = np.log(found_ratios)
        print(
            f"{which}: {logs.size} thresholds, geometric mean {np.exp(logs.mean()):.2f}, spread by "
            f"a factor of {np.exp(logs.std(ddof=1)):.2f}, worst {np.exp(np.abs(logs).max()):.2f}"
        )


if __name__ == "__main__":
    main()
