"""How well the optics of one person follow from a spectrum, and of people from the others.

    uv run python benchmarks/optics_of_one_person.py SPECTRA.csv [--people 200] [--errors]

SPECTRA.csv is that of fit_optics_of_people.py. A polynomial in the numbers of optics, fitted to
layered reflectances of people drawn from the prior, stands for the layers (it tells its own error),
so that thousands of spectra cost seconds. It prints

* simulation-based calibration: how often the 90 % interval holds the truth, number by number, for
  people drawn from the prior with the errors that the model states;
* the fit of each measured person, and the prediction of 1000 to 1800 nm from 450 to 1000 nm;
* leave one out: mean and 90 % band of the population without a person against that person;
* with ``--errors``: what separates a person's spectrum from its fit, as people.toml has it.
"""

import argparse
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
from fit_optics_of_people import MOST_SPREAD, NM, PEOPLE_AT, at, left_open, read_spectra
from scipy.special import ndtri
from scipy.stats import qmc

from porelight.inference.measured_reflectance import one_person, skin_at
from porelight.inference.own_optics import posterior
from porelight.inference.reflectance import INSIDE, reflectance_of
from porelight.tissue.own_optics import FOREARM, prior_of_person, skin_values
from porelight.tissue.people import Spread, person, spread_of_people, standard_people

GRID = one_person().wavelength
N_TRAINED = 320
POWER = 0.6  # of melanin and blood, in which ln R is nearly straight
WHITE, NOISE = 0.005, 0.002  # of a national laboratory's integrating sphere
PRIOR = prior_of_person(FOREARM)


def main() -> None:
    """Run the checks from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spectra", type=Path)
    parser.add_argument("--people", type=int, default=200, help="drawn for the calibration")
    parser.add_argument("--errors", action="store_true", help="fit the errors of one person too")
    arguments = parser.parse_args()
    layers = Polynomial(PRIOR)
    print(f"polynomial: error of ln R {layers.error.min():.4f} to {layers.error.max():.4f}")
    wavelength, measured = read_spectra(arguments.spectra)
    people = at(wavelength, measured, GRID)
    calibration(layers, arguments.people)
    measured_people(layers, people)
    leave_one_out(layers, people)
    if arguments.errors:
        for length in (15, 30, 50, 80):
            errors_of_one_person(layers, people, length)


class Polynomial:
    """ln R (n_people, n_wavelengths) as a polynomial in the numbers of optics."""

    def __init__(self, prior: Spread) -> None:
        self._prior = prior
        cube = qmc.Sobol(len(prior.names), seed=3).random(N_TRAINED)
        values = prior.values(1.05 * ndtri(cube).clip(-3.0, 3.0))
        skin_of = skin_at(FOREARM)
        log = np.log(
            [
                reflectance_of(skin_of, skin_values(person(values, k)), GRID)
                for k in range(N_TRAINED)
            ]
        )
        terms, kept = self._terms(values), np.arange(N_TRAINED) % 8 > 0
        held_out = terms[~kept] @ self._solved(terms[kept], log[kept]) - log[~kept]
        self.error = np.sqrt((held_out**2).mean(axis=0))
        self._coefficients = self._solved(terms, log)

    def of(self, values: dict[str, np.ndarray]) -> np.ndarray:
        """Return ln R of people of these values."""
        return self._terms(values) @ self._coefficients

    @staticmethod
    def _solved(terms: np.ndarray, log: np.ndarray) -> np.ndarray:
        ridge = 1e-3 * np.eye(terms.shape[1])
        return np.linalg.solve(terms.T @ terms + ridge, terms.T @ log)

    def _terms(self, values: dict[str, np.ndarray]) -> np.ndarray:
        prior, columns = self._prior, []
        for k, name in enumerate(prior.names):
            ratio = values[name] / prior.median[k]
            if k <= 1:  # melanin and blood
                columns.append((ratio**POWER - 1.0) / POWER / prior.spread[k])
            elif prior.is_factor[k]:
                columns.append(np.log(ratio) / prior.spread[k])
            else:
                columns.append((values[name] - prior.median[k]) / prior.spread[k])
        x = np.array(columns).T
        melanin, blood, others = x[:, 0], x[:, 1], x[:, 2:].T
        terms = [np.ones(len(x)), *x.T]
        terms += [x[:, i] * x[:, j] for i, j in combinations_with_replacement(range(x.shape[1]), 2)]
        terms += [melanin**3, blood**3, melanin**2 * blood, melanin * blood**2]
        terms += [melanin**2 * one for one in others] + [blood**2 * one for one in others]
        return np.array(terms).T


def covariance(layers: Polynomial, used: np.ndarray) -> np.ndarray:
    """Covariance of ln R of one and the same person, the polynomial's own error among it."""
    own = one_person().covariance(GRID)[np.ix_(used, used)] + WHITE**2
    return own + np.diag(NOISE**2 + layers.error[used] ** 2)


def calibration(layers: Polynomial, n_people: int) -> None:
    """Print how often the intervals hold the truth, for whole spectra and for visible ones."""
    generator = np.random.default_rng(7)
    for name, used in (("450 to 2200 nm", GRID > 0.0), ("450 to 725 nm", GRID < 730 * NM)):
        error = covariance(layers, used)
        root = np.linalg.cholesky(error)
        truth = generator.standard_normal((n_people, len(PRIOR.names)))
        inside, tails = [], []
        for x in truth:

            def model(z: np.ndarray, used: np.ndarray = used) -> np.ndarray:
                return layers.of(PRIOR.values(z[None]))[0, used]

            seen = model(x) + root @ generator.standard_normal(used.sum())
            found = posterior(model, seen, error, x.size, n_draws=200)
            values, own = PRIOR.values(found.draws), PRIOR.values(x[None])
            ends = {key: np.quantile(column, [0.05, 0.95]) for key, column in values.items()}
            inside.append([ends[key][0] <= own[key][0] <= ends[key][1] for key in PRIOR.names])
            tails.append(found.tail)
        share = np.mean(inside, axis=0)
        print(f"calibration, {n_people} people, {name}: 90 % intervals hold the truth of")
        print("  " + ", ".join(f"{k} {s:.3f}" for k, s in zip(PRIOR.names, share, strict=True)))
        print(f"  told as no person's: {np.mean(np.array(tails) < 1e-3):.3f}")


def measured_people(layers: Polynomial, people: np.ndarray) -> None:
    """Print how each measured person is fitted, and predicted beyond what was measured."""
    bias, spread = one_person().bias, one_person().spread
    low, beyond = GRID <= 1000 * NM, (GRID > 1000 * NM) & (GRID <= 1800 * NM)
    residual, misfit, error, crude, held = [], [], [], [], []
    mean = np.exp(layers.of(PRIOR.values(standard_people(2000, 1))) + bias).mean(axis=0)
    for spectrum in people:
        for used in (GRID > 0.0, low):

            def model(z: np.ndarray, used: np.ndarray = used) -> np.ndarray:
                return (layers.of(PRIOR.values(z[None]))[0] + bias)[used]

            found = posterior(
                model, np.log(spectrum[used]), covariance(layers, used), len(PRIOR.names)
            )
            if used.all():
                residual.append(np.exp(found.fitted) - spectrum)
                misfit.append(found.tail)
                continue
            seen = np.exp(layers.of(PRIOR.values(found.draws)) + bias)[:, beyond]
            error.append(np.median(seen, axis=0) - spectrum[beyond])
            crude.append(mean[beyond] - spectrum[beyond])
            noise = np.random.default_rng(5).standard_normal(seen.shape) * spread[beyond]
            ends = np.quantile(seen * np.exp(noise), [0.05, 0.95], axis=0)
            held.append((ends[0] <= spectrum[beyond]) & (spectrum[beyond] <= ends[1]))
    off = np.array(residual)
    rms = np.sqrt((off**2).mean(axis=1))
    share = np.mean(np.abs(off / people) < ndtri(0.95) * np.hypot(spread, WHITE))
    print(
        f"{len(people)} measured people: RMS residual {np.median(rms):.4f}, at most {rms.max():.4f}"
    )
    print(f"  residuals within 90 % of the unexplained spread: {share:.3f}")
    print(f"  least share of people as far off: {min(misfit):.3g}")
    own, other = (np.sqrt((np.array(one) ** 2).mean()) for one in (error, crude))
    centred = np.array(crude) - np.mean(crude, axis=0)
    print(
        f"1000 to 1800 nm from 450 to 1000 nm: RMS {own:.4f}; population's prior mean {other:.4f}"
    )
    print(
        f"  measured mean of all {np.sqrt((centred**2).mean()):.4f}; band holds {np.mean(held):.3f}"
    )


def leave_one_out(layers: Polynomial, people: np.ndarray) -> None:
    """Print mean and band of the population without a person against that person."""
    used = np.array([np.abs(PEOPLE_AT - one).min() < 0.1 * NM for one in GRID])
    spectra, nm = people[:, used], GRID[used] / NM
    start = spread_of_people()
    inside, apart, ratio = [], [], []
    for left in range(len(spectra)):
        others = np.delete(spectra, left, axis=0)
        middle, root = _population(layers, others, used, start)
        z = standard_people(2000, 1, spare=1)
        seen = np.exp(layers.of(_values(start, middle + z[:, :-1] @ root.T)))[:, used]
        seen *= 1.0 + z[:, -1:] * left_open(seen, others)
        low, high = np.quantile(seen, [0.5 * (1.0 - INSIDE), 0.5 * (1.0 + INSIDE)], axis=0)
        inside.append((low <= spectra[left]) & (spectra[left] <= high))
        apart.append((seen.mean(axis=0) - others.mean(axis=0)) / others.std(axis=0, ddof=1))
        ratio.append(seen.std(axis=0) / others.std(axis=0, ddof=1))
    share, worst = np.mean(inside, axis=0), np.abs(apart).max(axis=0)
    print(
        f"leave one out: mean off by at most {worst.max():.2f} SD, at {nm[worst.argmax()]:.0f} nm"
    )
    print("  " + ", ".join(f"{a:.0f}: {w:.2f}" for a, w in zip(nm, worst, strict=True)))
    print(f"  90 % band holds {share.min():.2f} to {share.max():.2f}, {share.mean():.3f} of all")
    print("  " + ", ".join(f"{a:.0f}: {s:.2f}" for a, s in zip(nm, share, strict=True)))


def _values(start: Spread, offset: np.ndarray) -> dict[str, np.ndarray]:
    """Values of people so far from the shipped median, under the names of the prior."""
    values = np.where(start.is_factor, start.median * np.exp(offset), start.median + offset)
    values = np.clip(values, start.low, start.high)
    columns = dict(zip(PRIOR.names, values.T, strict=True))
    forearm = skin_at(FOREARM)({}).layers[0].melanosome_fraction
    return columns | {PRIOR.names[0]: columns[PRIOR.names[0]] * forearm}


def _population(
    layers: Polynomial, spectra: np.ndarray, used: np.ndarray, start: Spread
) -> tuple[np.ndarray, np.ndarray]:
    """Return the population of some people, as fit_optics_of_people.py finds it."""
    n = len(start.names)
    most = np.array([MOST_SPREAD.get(name, np.inf) for name in start.names])
    covariance_of = np.diag(start.spread) @ start.correlation @ np.diag(start.spread)
    middle, offset = np.zeros(n), np.zeros((len(spectra), n))
    step = 0.02 * np.maximum(start.spread / 0.4, 0.1)
    noise = 0.004 * spectra.mean(axis=0) + 0.0007
    for _ in range(6):
        inverse = np.linalg.inv(covariance_of)
        around = offset[:, None, :] + np.concatenate([np.zeros((1, n)), np.diag(step)])
        shown = np.exp(layers.of(_values(start, around.reshape(-1, n))))[:, used]
        shown = shown.reshape(len(spectra), n + 1, -1)
        slope = (shown[:, 1:] - shown[:, :1]).transpose(0, 2, 1) / step
        weighed = slope / noise[:, None] ** 2
        precision = slope.transpose(0, 2, 1) @ weighed + inverse
        gap = spectra - shown[:, 0]
        pull = np.einsum("pwn,pw->pn", weighed, gap) - (offset - middle) @ inverse
        move = np.linalg.solve(precision, pull[..., None])[..., 0]
        far = np.sqrt(np.einsum("pn,nm,pm->p", move, inverse, move) / n)
        move *= np.minimum(1.0, 1.5 / far)[:, None]
        offset += move
        unsure = np.linalg.inv(precision).sum(axis=0)
        residual = gap - np.einsum("pwn,pn->pw", slope, move)
        middle = offset.mean(axis=0)
        apart = offset - middle
        covariance_of = (apart.T @ apart + unsure) / len(spectra)
        narrow = np.minimum(1.0, most / np.sqrt(np.diag(covariance_of)))
        covariance_of *= np.outer(narrow, narrow)
        noise = np.maximum(np.sqrt(0.5 * noise**2 + 0.5 * residual.var(axis=0)), 8e-4)
    return middle, np.linalg.cholesky(covariance_of)


def errors_of_one_person(layers: Polynomial, people: np.ndarray, length_nm: float) -> None:
    """Print bias and spread of ln R about each person's own fit, and how likely they are."""
    n = len(PRIOR.names)
    bias, spread, x = np.zeros(GRID.size), np.full(GRID.size, 0.015), np.zeros((len(people), n))
    apart = np.exp(-np.abs(GRID[:, None] - GRID) / (length_nm * NM))
    for number in range(14):
        error = np.outer(spread, spread) * apart + WHITE**2 + NOISE**2 * np.eye(GRID.size)
        inverse, log_size = np.linalg.inv(error), np.linalg.slogdet(error)[1]
        evidence, unsure, off = 0.0, np.zeros(GRID.size), []
        for k, spectrum in enumerate(np.log(people)):
            for _ in range(3 if number < 3 else 2):
                steps = x[k] + 0.05 * np.concatenate([np.zeros((1, n)), np.eye(n), -np.eye(n)])
                shown = layers.of(PRIOR.values(steps))
                slope = ((shown[1 : n + 1] - shown[n + 1 :]) / 0.1).T
                precision = np.eye(n) + slope.T @ inverse @ slope
                pull = slope.T @ inverse @ (spectrum - bias - shown[0]) - x[k]
                move = np.linalg.solve(precision, pull)
                x[k] += move * min(1.0, 1.5 / np.abs(move).max())
            off.append(spectrum - layers.of(PRIOR.values(x[k][None]))[0])
            unsure += np.einsum("ij,jk,ik->i", slope, np.linalg.inv(precision), slope)
            left = off[-1] - bias
            evidence -= 0.5 * (left @ inverse @ left + x[k] @ x[k] + log_size)
            evidence -= 0.5 * np.linalg.slogdet(precision)[1]
        bias = np.mean(off, axis=0)
        own = np.var(off, axis=0) + unsure / len(people) - NOISE**2 - WHITE**2
        spread = np.sqrt(np.maximum(own, 0.002**2))
    print(f"errors of one person, length {length_nm:g} nm: ln evidence {evidence:.0f}")
    for row in zip(GRID / NM, bias, spread, strict=True):
        print("  {:5.0f} {:7.4f} {:7.4f}".format(*row))


if __name__ == "__main__":
    main()
