"""Error of the fast pore model against finite strain, over the whole range of all its parameters.

``python benchmarks/mechanics_ring_error.py [samples] [seed]`` draws every parameter from its
range (Sobol points of another seed than the fit's) together with a change as sessions make it:
hoop, radial and axial strain near the pore and far from it, a patch that contracts, tissue that
stiffens, a plug that empties. Each is solved by finite elements at once, as one finite change, so
that what adds up in the fit and does not in the tissue counts too. Printed: the error of the bare
ring and of the ring with its orifice, of the movement itself and of the sum of its parts'
magnitudes.
"""

import sys

import numpy as np
from mechanics_orifice_fit import pore, sampled
from scipy.stats import qmc

from porelight.errors import ConvergenceError
from porelight.mechanics.mixture import RingEquilibrium
from porelight.mechanics.orifice import DermisDepth, OrificeResponse
from porelight.mechanics.reference import TissueChange
from porelight.mechanics.ring import RestingRing, RingMechanics, ring_mesh

DEPTHS = ("dermis_thickness", "upper_dermis_thickness")
# largest of each; strains beyond these are met in one of twenty draws of a five-session course
LARGEST = {"hoop": 0.06, "contraction": 0.03, "modulus": 0.15, "pressure": 0.5}


def amplitudes(n, seed):
    """Return what changes in each sample, by name (n,)."""
    points = qmc.Sobol(7, seed=seed + 1).random(n).T
    hoop = -LARGEST["hoop"] * points[0]
    # every third sample is a wound that contracts, the others are warmed
    contraction = LARGEST["contraction"] * np.where(np.arange(n) % 3 == 0, points[1], 0.0)
    far = 1.0 / (1.0 + 4.0 * points[2])  # 1 / pore_dose_ratio
    return {
        "hoop": hoop,
        "isotropy": points[3],
        "far": far,
        "thickening": points[4],
        "contraction": contraction,
        "modulus": LARGEST["modulus"] * points[5],
        "pressure": 1.0 - LARGEST["pressure"] * points[6],
    }


def compared(n, seed):
    """Return ln diameter's change: reference, ring, orifice, sum of the parts; and the inputs."""
    values, change, mesh = sampled(n, seed), amplitudes(n, seed), ring_mesh()
    rows, held = [], []
    for i in range(n):
        one = {name: float(array[i]) for name, array in change.items()}
        reach = float(values["pore_dose_reach"][i])

        def dose(r, reach=reach, far=one["far"]):
            return far + (1.0 - far) * np.exp(-(r - 1.0) / reach)

        def hoop(r, one=one, dose=dose):
            return one["hoop"] * dose(r) - one["contraction"]

        def radial(r, one=one, dose=dose):
            return one["isotropy"] * one["hoop"] * dose(r) - one["contraction"]

        def axial(r, one=one, hoop=hoop, radial=radial):
            return -one["thickening"] * (hoop(r) + radial(r))

        def modulus(r, one=one, dose=dose):
            return 1.0 + one["modulus"] * dose(r)

        try:
            mechanics, body = pore(values, i)
            reference = body.changed(TissueChange(modulus, radial, hoop, axial, one["pressure"]))
        except ConvergenceError:
            continue
        centre = mesh.centre[:, None]
        strain, stiffer = (radial(centre), hoop(centre)), modulus(centre)
        pressure = np.array([one["pressure"]])
        ratio, *moved = RestingRing.of(mesh, mechanics).changed(stiffer, strain, pressure)
        balance = RingEquilibrium(ratio, (moved[0], moved[1]), strain, stiffer, pressure)
        given = {name: float(column[i]) for name, column in values.items()}
        given["thickening_share"] = one["thickening"]
        depth = DermisDepth(*(given[name] for name in DEPTHS))
        answer = {}
        for error in (0.0, 1.0):
            drawn = RingMechanics.from_values({**given, "orifice_model_error": error})
            response = OrificeResponse.of(mesh, drawn, depth)
            answer[error] = float(np.log(response.ratio(balance)[0]))
        parts = answer[1.0] - answer[0.0]
        rows.append((reference, float(np.log(ratio[0])), answer[0.0], parts))
        held.append(i)
    inputs = {**values, **change}
    return np.array(rows).T, {name: array[held] for name, array in inputs.items()}


def line(name, error):
    """Print bias, interval and worst of an error [%]."""
    low, median, high = 100.0 * np.quantile(error, [0.05, 0.5, 0.95])
    inside = 100.0 * np.mean(np.abs(error) <= 0.1)
    print(
        f"{name:44} {median:7.1f} {low:8.1f} {high:8.1f} {100 * np.abs(error).max():8.1f}"
        f" {100 * np.median(np.abs(error)):10.1f} {inside:12.0f}"
    )


def main():
    """Compare and print the table, and where the worst errors lie."""
    n, seed = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((1, 256), (2, 77)))
    (reference, ring, orifice, parts), inputs = compared(n, seed)
    moved = np.abs(reference) > 0.01
    print(f"{reference.size} pores; {moved.sum()} of them move by more than 1 %")
    print(
        f"{'error [%]':44} {'bias':>7} {'5 %':>8} {'95 %':>8} {'worst':>8} {'|median|':>10}"
        f" {'within 10 %':>12}"
    )
    for name, found in (("ring", ring), ("ring with orifice", orifice)):
        error = found - reference
        line(f"{name}, of movements beyond 1 %", (error / reference)[moved])
        line(f"{name}, of the sum of the parts", error / parts)
    wrong = np.sign(orifice) != np.sign(reference)
    print(
        f"wrong direction: ring {100 * np.mean(np.sign(ring) != np.sign(reference)):.0f} %, "
        f"with orifice {100 * np.mean(wrong):.0f} % of all"
    )
    relative = np.abs(orifice - reference) / parts
    worst = np.argsort(relative)[-relative.size // 10 :]
    q = 100.0 * np.quantile(relative, [0.5, 0.9, 0.95])
    print(
        f"left over, of the sum of the parts: half within {q[0]:.1f} %, 90 % within {q[1]:.1f} %, "
        f"95 % within {q[2]:.1f} %"
    )
    second = np.median((reference - orifice) / parts**2)
    print(f"left over, over the square of the sum of the parts: median {second:+.3f}")
    print("the worst tenth, against all (mean rank, 0.5 is no difference):")
    ranks = {k: float(np.argsort(np.argsort(v))[worst].mean() / v.size) for k, v in inputs.items()}
    for name, rank in sorted(ranks.items(), key=lambda entry: -abs(entry[1] - 0.5))[:5]:
        print(f"  {name}: {rank:.2f}")


if __name__ == "__main__":
    main()
