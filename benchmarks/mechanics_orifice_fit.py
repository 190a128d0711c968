"""Fit of the orifice's movement to finite elements: makes ``tissue/data/mechanics_orifice.csv``.

``python benchmarks/mechanics_orifice_fit.py folder [seed ...]`` solves 1024 resting pores a seed
(two seeds unless told; Sobol points over the ranges of twelve parameters) and nine unit changes of
each, fits the difference from the ring by polynomials of third degree on most of them, prints the
error on the rest, and writes the coefficients of a fit to all. A third of a second a sample;
solutions are kept in the folder and taken from there if they exist.
"""

import sys
import time
from pathlib import Path

import numpy as np
from scipy.stats import qmc

from porelight.data.library import table
from porelight.errors import ConvergenceError
from porelight.mechanics.orifice import DATA, UNIT_CHANGES, FittedInput, basis, ring_responses
from porelight.mechanics.reference import DermisShape, ReferencePore, TissueChange
from porelight.mechanics.ring import RingMechanics, ring_mesh

FROM_LIBRARY = {
    # name: is its scale logarithmic
    "poisson_ratio": False,
    "skin_tension": True,
    "soft_ring_modulus": True,
    "soft_ring_radius": True,
    "patch_constraint": True,
    "pore_dose_reach": True,
    "upper_dermis_modulus": True,
    "funnel_depth_ratio": False,
    "duct_ratio": True,
}
# pore radii: 0.3 to 1.6 mm of dermis, 0.1 to 0.25 mm of it upper, pores 0.2 to 0.4 mm wide; the
# pressure of an oily skin's plug is up to twice that of the library
OTHERS = {
    "plug_pressure_at_rest": (False, 1e-4, 0.1),
    "dermis_thickness": (True, 3.0, 16.0),
    "upper_dermis_thickness": (True, 0.8, 2.5),
}
EDGE = 0.002  # of a prior at either side: beyond it the fit is held
SAMPLES = 1024
RIDGE = 0.3
SHARE = 0.85  # of the samples fitted when the error is measured
DATA_FILE = Path(__file__).parents[1] / "src" / "porelight" / "tissue" / "data" / DATA


def inputs():
    """Return the twelve inputs with the ranges that the samples fill."""
    library = table("tissue", "mechanics")
    edges = np.array([EDGE, 1.0 - EDGE])
    known = [
        FittedInput(name, is_log, *(float(v) for v in library[name].quantile(edges)))
        for name, is_log in FROM_LIBRARY.items()
    ]
    return (*known, *(FittedInput(name, *rest) for name, rest in OTHERS.items()))


def sampled(n, seed):
    """Return a dict of input name to (n,) values: Sobol points of the priors."""
    library = table("tissue", "mechanics")
    points = qmc.Sobol(len(FROM_LIBRARY) + len(OTHERS), seed=seed).random(n)
    values = {}
    for name, column in zip(FROM_LIBRARY, points.T, strict=False):
        values[name] = library[name].quantile(EDGE + (1.0 - 2.0 * EDGE) * column)
    for (name, (is_log, low, high)), column in zip(OTHERS.items(), points.T[::-1], strict=False):
        between = low * (high / low) ** column if is_log else low + (high - low) * column
        values[name] = between
    return values


def pore(values, i):
    """Return ring and reference of sample i."""
    one = {name: float(column[i]) for name, column in values.items()}
    mechanics = RingMechanics.from_values(one)
    shape = DermisShape(
        one["dermis_thickness"],
        one["upper_dermis_thickness"],
        one["funnel_depth_ratio"],
        one["duct_ratio"],
    )
    return mechanics, ReferencePore.of(mechanics, shape, one["upper_dermis_modulus"])


def unit_change(name, amplitude, reach):
    """Return the change of the tissue that a unit of the fit stands for."""
    what, _, where = name.partition(" ")

    def profile(r):
        return amplitude * (np.exp(-(r - 1.0) / reach) if where == "near" else np.ones_like(r))

    if what == "pressure":
        return TissueChange(relative_pressure=1.0 + amplitude)
    if what == "modulus":
        return TissueChange(relative_modulus=lambda r: np.exp(profile(r)))
    return TissueChange(**{f"{what}_eigenstrain": profile})


def solved(n, seed):
    """Return values, responses of reference and ring (n, 9), and the reference's openings (n,).

    Pores that burst under their plug are left out; they come from plugs at twice the pressure in
    tissue at a twentieth of the modulus.
    """
    values, mesh = sampled(n, seed), ring_mesh()
    reference, ring, rest = [], [], []
    held = []
    for i in range(n):
        reach = float(values["pore_dose_reach"][i])
        try:
            mechanics, body = pore(values, i)
            moved = [body.changed(unit_change(k, a, reach)) / a for k, a in UNIT_CHANGES.items()]
        except ConvergenceError:
            continue
        held.append(i)
        reference.append(moved)
        near = np.exp(-(mesh.centre[:, None] - 1.0) / reach)
        ring.append(ring_responses(mesh, mechanics, near)[:, 0])
        rest.append(body.opening)
    print(f"{n - len(held)} of {n} pores burst")
    values = {name: column[held] for name, column in values.items()}
    return values, np.array(reference), np.array(ring), np.array(rest)


def difference(values, reference, ring):
    """Return what is fitted: reference less ring, that of the pressure over its resting value."""
    gap = reference - ring
    gap[:, tuple(UNIT_CHANGES).index("pressure")] /= values["plug_pressure_at_rest"]
    return gap


def fitted(terms, gap):
    """Return coefficients (n_term, n_change) by least squares with a little damping."""
    return np.linalg.solve(terms @ terms.T + RIDGE * np.eye(len(terms)), terms @ gap)


def kept(folder, seed):
    """Return the solutions of one seed, from the folder if they are there."""
    path = folder / f"orifice_{seed}.npz"
    if not path.exists():
        begin = time.perf_counter()
        values, reference, ring, rest = solved(SAMPLES, seed)
        print(f"seed {seed}: {SAMPLES} samples in {time.perf_counter() - begin:.0f} s")
        np.savez(path, reference=reference, ring=ring, rest=rest, **values)
    with np.load(path) as stored:
        return dict(stored)


def main():
    """Sample, fit, print the error on samples left out, write the data file."""
    folder = Path(sys.argv[1])
    seeds = [int(one) for one in sys.argv[2:]] or [1, 2]
    parts = [kept(folder, seed) for seed in seeds]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    # shuffled, so that the samples left out come from all seeds
    order = np.random.default_rng(0).permutation(len(joined["reference"]))
    joined = {name: array[order] for name, array in joined.items()}
    values = {name: joined[name] for name in (*FROM_LIBRARY, *OTHERS)}
    reference, ring = joined["reference"], joined["ring"]
    known = inputs()
    terms = basis(np.array([one.scaled(values[one.name]) for one in known]))
    gap = difference(values, reference, ring)
    split = int(SHARE * len(gap))
    left = terms[:, split:].T @ fitted(terms[:, :split], gap[:split]) - gap[split:]
    print("change         median response   ring's error (rms)   error left (rms, held-out)")
    for i, name in enumerate(UNIT_CHANGES):
        before = np.sqrt((gap[split:, i] ** 2).mean())
        after = np.sqrt((left[:, i] ** 2).mean())
        print(f"{name:14} {np.median(reference[:, i]):10.3f} {before:18.3f} {after:20.4f}")
    lines = [
        "# Orifice of a pore against the ring, fitted to finite elements (porelight.mechanics.",
        f"# orifice); made by benchmarks/mechanics_orifice_fit.py from {len(gap)} samples, "
        f"seeds {seeds}.",
        "# Columns: " + ", ".join(UNIT_CHANGES),
        *(
            f"input,{one.name},{'log' if one.is_log else 'linear'},{one.low:.6g},{one.high:.6g}"
            for one in known
        ),
        *("term," + ",".join(f"{c:.5g}" for c in row) for row in fitted(terms, gap)),
    ]
    DATA_FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"written: {DATA_FILE}")


if __name__ == "__main__":
    main()
