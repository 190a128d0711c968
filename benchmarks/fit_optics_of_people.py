"""Fit the optics of people to measured reflectance spectra of their forearms.

    uv run python benchmarks/fit_optics_of_people.py SPECTRA.csv [--rounds 6] [--shapes]

SPECTRA.csv has the wavelength in nm in its first column and a person in each other one, as the
reference data set of Cooksey, Allen and Tsai (2017). Two steps, each by Gauss and Newton with
derivatives from differences:

* with ``--shapes``, what all people share: the spectrum of the baseline and the height, place and
  width of the lipid's bands beyond 1098 nm, so that the median person has the mean spectrum;
* people: expectation and maximisation over the numbers in data/tissue/people.toml. Each person's
  numbers have the population as their prior; median, spread and correlation follow from all of
  them and from how sure each is.

It prints what stands in the data files, and how much of each wavelength's spread is left.
"""

import argparse
from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.optimize import least_squares
from scipy.stats import norm, t

from porelight.files.tables import read_table
from porelight.inference.reflectance import reflectance_of
from porelight.light.layered_reflectance import reflectances
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.optics import LayeredOptics, skin_optics
from porelight.tissue.people import spread_of_people, standard_people
from porelight.tissue.spectra import spectrum

NM = 1e-9
PEOPLE_AT = np.array([*range(450, 2001, 50), 575, 2100, 2200]) * NM
SHAPES_AT = np.array([*range(450, 1150, 25), *range(1150, 1420, 15), *range(1420, 2201, 30)]) * NM
# spectra alone let these trade against scattering: no wider than anatomy allows
MOST_SPREAD = {
    "oxygen_saturation": 0.10,
    "water_fraction_dermis": 0.035,
    "water_fraction_epidermis": 0.07,
    "dermis_thickness_multiplier": 0.20,
    "lipid_fraction_dermis": 0.60,
    "refractive_index_epidermis": 0.04,
}
# centre [nm], height [1/m] and width [nm] of the lipid's bands, as recalled from Anderson 2006 and
# Sakamoto 2012; the fit moves them by factors near 1
BANDS = (
    *((1210, 165, 22), (1180, 50, 25), (1395, 90, 30), (1415, 60, 25), (1726, 1000, 16)),
    *((1762, 700, 18), (2140, 400, 40), (2308, 4000, 20), (2347, 3000, 18)),
)
LIPID_BETWEEN = 5.0  # between the bands [1/m]


def main() -> None:
    """Run the fit from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spectra", type=Path)
    parser.add_argument("--rounds", type=int, default=6, help="of expectation and maximisation")
    parser.add_argument("--shapes", action="store_true", help="fit what all people share as well")
    arguments = parser.parse_args()
    wavelength, measured = read_spectra(arguments.spectra)
    if arguments.shapes:
        fit_shapes(SHAPES_AT, at(wavelength, measured, SHAPES_AT))
    fit_people(at(wavelength, measured, PEOPLE_AT), arguments.rounds)


def read_spectra(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return wavelengths [m] and reflectance (n_people, n_wavelengths)."""
    table = read_table(path, "spectra of people")
    columns = table.matrix().T
    return columns[0] * NM, columns[1:]


def at(wavelength: np.ndarray, measured: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the spectra at other wavelengths."""
    return np.array([np.interp(wanted, wavelength, one) for one in measured])


def fit_shapes(wavelength: np.ndarray, measured: np.ndarray) -> None:
    """Print the baseline and the lipid with which the median person has the mean spectrum."""
    nm = wavelength / NM
    mean, sd = measured.mean(axis=0), measured.std(axis=0, ddof=1)
    skin = ForearmSkin.typical()
    optics = [skin_optics(skin, float(one)) for one in wavelength]
    baseline = np.array([spectrum("baseline").at(float(one)) for one in wavelength])
    lipid = np.array([spectrum("lipid").at(float(one)) for one in wavelength])
    shares = np.array([layer.lipid_fraction for layer in skin.layers])
    sizes = np.array(
        [
            skin_optics(skin, 1064e-9).mu_a[number]
            - skin_optics(skin, 1064e-9, {"baseline_multiplier": 0.0}).mu_a[number]
            for number in range(len(skin.layers))
        ]
    )
    knots = np.array([*range(450, 1150, 50), *range(1150, 1300, 25), *range(1300, 2201, 60)])

    def shapes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        new = baseline * np.exp(PchipInterpolator(knots, x[: knots.size])(nm))
        height, place, width = x[knots.size :].reshape(-1, 3).T
        bands = sum(
            high
            * np.exp(0.4 * h)
            * np.exp(-0.5 * ((nm - middle - 6 * p) / (wide * np.exp(0.2 * w))) ** 2)
            for (middle, high, wide), h, p, w in zip(BANDS, height, place, width, strict=True)
        )
        return new, np.where(nm <= 1098, lipid, LIPID_BETWEEN + bands)

    def residuals(x: np.ndarray) -> np.ndarray:
        new_baseline, new_lipid = shapes(x)
        added = np.outer(new_baseline - baseline, sizes) + np.outer(new_lipid - lipid, shares)
        media = [with_absorption(one, more) for one, more in zip(optics, added, strict=True)]
        found = reflectances(media)
        return np.concatenate([(found - mean) / (0.15 * sd), np.diff(x[: knots.size], 2) / 0.6, x])

    found = least_squares(
        residuals, np.zeros(knots.size + 3 * len(BANDS)), diff_step=1e-3, max_nfev=8
    )
    print("wavelength [nm], baseline over that at 1064 nm, lipid [1/m], residual over SD")
    for row in zip(nm, *shapes(found.x), 0.15 * found.fun[: nm.size], strict=True):
        print("{:6.0f} {:9.3f} {:9.2f} {:6.2f}".format(*row))


def with_absorption(medium: LayeredOptics, more: np.ndarray) -> LayeredOptics:
    """Return a medium whose layers absorb more by so much [1/m]."""
    return LayeredOptics(
        medium.thickness,
        np.maximum(medium.mu_a + more, 0.0),
        medium.mu_s,
        medium.anisotropy,
        medium.refractive_index,
        medium.index_above,
        medium.index_below,
    )


def fit_people(measured: np.ndarray, rounds: int) -> None:
    """Print median, spread and correlation of the numbers of people."""
    start = spread_of_people()
    names, n = start.names, len(start.names)
    most = np.array([MOST_SPREAD.get(name, np.inf) for name in names])
    step = 0.02 * np.maximum(start.spread / 0.4, 0.1)

    def reflectance(offset: np.ndarray) -> np.ndarray:
        """Reflectance of a person so far from the shipped median, in units of `spread`."""
        values = np.where(start.is_factor, start.median * np.exp(offset), start.median + offset)
        values = np.clip(values, start.low, start.high)
        person = dict(zip(names, values.tolist(), strict=True))
        return reflectance_of(ForearmSkin.typical, person, PEOPLE_AT)

    people = np.zeros((len(measured), n))
    middle = np.zeros(n)
    covariance = np.diag(start.spread) @ start.correlation @ np.diag(start.spread)
    noise = 0.004 * measured.mean(axis=0) + 0.0007
    for number in range(rounds):
        inverse = np.linalg.inv(covariance)
        unsure, left = np.zeros((n, n)), []
        for index, spectrum_of_one in enumerate(measured):
            base = reflectance(people[index])
            shifted = [reflectance(people[index] + step[k] * np.eye(n)[k]) for k in range(n)]
            slope = ((np.array(shifted) - base) / step[:, None]).T
            precision = slope.T @ (slope / noise[:, None] ** 2) + inverse
            pull = slope.T @ ((spectrum_of_one - base) / noise**2)
            move = np.linalg.solve(precision, pull - inverse @ (people[index] - middle))
            move *= min(1.0, 1.5 / np.sqrt(move @ inverse @ move / n))  # no further than is linear
            people[index] += move
            unsure += np.linalg.inv(precision)
            left.append(spectrum_of_one - base - slope @ move)
        middle = people.mean(axis=0)
        apart = people - middle
        covariance = (apart.T @ apart + unsure) / len(measured)
        narrow = np.minimum(1.0, most / np.sqrt(np.diag(covariance)))
        covariance *= np.outer(narrow, narrow)
        residual = np.array(left)
        noise = np.maximum(np.sqrt(0.5 * noise**2 + 0.5 * residual.var(axis=0)), 8e-4)
        print(f"round {number + 1}: residual {np.sqrt((residual**2).mean()):.5f}", flush=True)
    spread = np.sqrt(np.diag(covariance))
    shown = np.array(
        [reflectance(middle + np.linalg.cholesky(covariance) @ z) for z in standard_people(256, 1)]
    )
    median = np.where(start.is_factor, start.median * np.exp(middle), start.median + middle)
    for name, value, wide in zip(names, median, spread, strict=True):
        print(f"{name:30s} median {value:9.4g}  spread {wide:.3f}")
    with np.printoptions(precision=2, suppress=True, linewidth=120):
        print(covariance / np.outer(spread, spread))
    print("wavelength [nm], what the numbers leave open of the spread, over the mean")
    for one, share in zip(PEOPLE_AT, left_open(shown, measured), strict=True):
        print(f"{one / NM:6.0f} {share:.4f}")


def left_open(shown: np.ndarray, measured: np.ndarray) -> np.ndarray:
    """Return the spread that makes people of the model differ as measured ones do, over the mean.

    A band that holds 90 % of *other* people is wider than one of those measured: Student's t and
    the error of the mean take the place of the normal.

    Parameters
    ----------
    shown : ndarray of float64, shape (n_draws, n_wavelengths)
        Reflectance of people who differ in the numbers of the model alone.
    measured : ndarray of float64, shape (n_people, n_wavelengths)
        Reflectance of those measured.
    """
    n = len(measured)
    wider = t.ppf(0.95, n - 1) / norm.ppf(0.95) * np.sqrt(1.0 + 1.0 / n)
    wanted = (wider * measured.std(axis=0, ddof=1)) ** 2 - shown.var(axis=0, ddof=1)
    return np.sqrt(np.maximum(wanted, 0.0)) / shown.mean(axis=0)


if __name__ == "__main__":
    main()
