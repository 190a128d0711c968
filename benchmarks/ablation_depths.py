"""Published depths of ablation and damage beside the model's, and the joint fit to three of them.

Run: python benchmarks/ablation_depths.py [--fit] [--draws 24]
Without --fit: every row at the library's values, and 90 % of draws from their priors. With --fit:
the values that the calibration rows ask for, their standard deviations and correlations.
"""

import argparse
from collections.abc import Mapping

import numpy as np
from scipy.optimize import least_squares

from porelight.data.library import parameter
from porelight.data.priors import draws
from porelight.heat.ablation import AblationMaterial
from porelight.session.ablation_depths import PublishedDepth, published_depths
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, nm, um

CELL = 0.2 * um
# what is fitted, all in logarithms but the temperature, and what was thought before: value, spread
BEFORE = {
    "hot_absorption_2940": (0.4, 0.6),
    "hot_absorption_2790": (1.0, 0.3),
    "dry_absorption": (0.1, 1.0),
    "heat_of_ablation": (2.0e9, 0.3),
}
BOILING = ("boil_off_temperature", 423.15, 29.0)
# effective absorption at 2790 over that at 2940 nm during ablation: Cummings and Walsh 1993
RATIO, RATIO_SPREAD = 1.2, 0.2
FITTED = (*BEFORE, BOILING[0])


def main() -> None:
    """Print the table, or the fit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--draws", type=int, default=24)
    asked = parser.parse_args()
    if asked.fit:
        fit()
    else:
        compare(asked.draws)


def shown(row: PublishedDepth, value: float) -> str:
    """Return a depth in um, or in um per J/cm2."""
    return f"{value / um * (J_per_cm2 if 'per' in row.quantity else 1.0):.1f}"


def compare(n_draws: int) -> None:
    """Print every row with its prediction and the spread of the priors."""
    drawn = draws([parameter("tissue", "ablation", name) for name in FITTED], n_draws, 1)
    for row in published_depths().values():
        spread = np.quantile(
            [
                row.predicted({name: float(drawn[name][i]) for name in FITTED}, cell=CELL)
                for i in range(n_draws)
            ],
            [0.05, 0.95],
        )
        predicted = row.predicted(cell=CELL)
        print(
            f"{row.name:20s} {row.role:12s} {row.quantity:26s} {shown(row, row.low):>5s} to "
            f"{shown(row, row.high):>5s}   model {shown(row, predicted):>5s} "
            f"({shown(row, spread[0])} to {shown(row, spread[1])})  "
            f"{'in' if row.holds(predicted) else 'OUT'}",
            flush=True,
        )


def fit() -> None:
    """Print what the calibration rows ask for."""
    rows = [row for row in published_depths().values() if row.role == "calibration"]
    skin = Skin.typical("cheek", 2, 40.0)
    cold = [float(skin_optics(skin, at * nm).mu_a[0]) for at in (2790.0, 2940.0)]

    def values(x: np.ndarray) -> Mapping[str, float]:
        return {
            **dict(zip(BEFORE, map(float, np.exp(x[:-1])), strict=True)),
            BOILING[0]: float(x[-1]),
        }

    def misfit(x: np.ndarray) -> np.ndarray:
        now = values(x)
        missed = []
        for row in rows:
            middle = np.log(row.low * row.high) / 2.0
            spread = np.log(row.high / row.low) / (2.0 * 1.645)
            missed.append((np.log(row.predicted(now, cell=CELL)) - middle) / spread)
        hot = [
            mu_a * AblationMaterial.from_values(now, at * nm).hot_absorption
            for mu_a, at in zip(cold, (2790.0, 2940.0), strict=True)
        ]
        missed.append(np.log(hot[0] / hot[1] / RATIO) / RATIO_SPREAD)
        missed += [
            (x[i] - np.log(value)) / spread for i, (value, spread) in enumerate(BEFORE.values())
        ]
        missed.append((x[-1] - BOILING[1]) / BOILING[2])
        return np.array(missed)

    start = np.array([*(np.log(value) for value, _ in BEFORE.values()), BOILING[1]])
    found = least_squares(
        misfit,
        start,
        x_scale=[0.3, 0.2, 0.3, 0.1, 20.0],
        diff_step=[0.05, 0.05, 0.03, 0.003, 0.02],
        max_nfev=12,
    )
    covariance = np.linalg.inv(found.jac.T @ found.jac)
    deviation = np.sqrt(np.diag(covariance))
    for name, x, spread in zip(BEFORE, found.x, deviation, strict=False):
        low, high = np.exp(x - 1.645 * spread), np.exp(x + 1.645 * spread)
        print(f"{name:22s} {np.exp(x):.4g}, 90 % from {low:.3g} to {high:.3g}")
    print(f"{BOILING[0]:22s} {found.x[-1] - 273.15:.0f} +- {deviation[-1]:.0f} degC")
    print("correlations\n", (covariance / np.outer(deviation, deviation)).round(2))
    print("misfits in standard deviations", found.fun.round(2))


if __name__ == "__main__":
    main()
