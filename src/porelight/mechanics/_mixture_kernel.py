"""Compiled loops of the mixture's laws; see `mixture`. Rows are rings, draws lie side by side.

Arrays of collagen have the shape (n_element, n_draw). `numbers` (N_NUMBERS, n_draw) holds the
parameters of each draw in the order named here.
"""

import math

from porelight._jit import jit
from porelight.quantities import Floats

(
    YOUNG_STIFFNESS,
    STIFFNESS_EXPONENT,
    THICKENING,
    SHRINKAGE,
    SHRINKAGE_ISOTROPY,
    PULL,
    PULL_ISOTROPY,
) = range(7)


@jit
def free_strains(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    immature: Floats,
    mature: Floats,
    denatured: Floats,
    contraction: Floats,
    pools: Floats,
    resting: Floats,
    numbers: Floats,
    acts: tuple[bool, bool, bool],
    modulus: Floats,
    free: Floats,
) -> None:
    """Fill the modulus over its resting value, and the strains at which the mixture is free.

    Parameters
    ----------
    immature, mature, denatured : ndarray of float64, shape (n_element, n_draw)
        Collagen [-].
    contraction : ndarray of float64, shape (n_draw,)
        Contraction of a healing wound [-].
    pools : ndarray of float64, shape (4, n_element, n_draw)
        Strains at which immature and mature collagen are free: radial and hoop of each [-].
    resting : ndarray of float64, shape (3, n_element, n_draw)
        Immature and mature collagen [-] and production [1/s] at rest.
    numbers : ndarray of float64, shape (7, n_draw)
        Parameters.
    acts : tuple of bool
        Whether stiffness, shrinkage and contraction act.
    modulus : ndarray of float64, shape (n_element, n_draw)
        To be filled.
    free : ndarray of float64, shape (2, n_element, n_draw)
        To be filled: radial and hoop.
    """
    stiffens, shrinks, contracts = acts
    for k in range(modulus.shape[0]):
        for i in range(modulus.shape[1]):
            weight = numbers[YOUNG_STIFFNESS, i]
            young = weight * immature[k, i]
            bearing = mature[k, i] + young
            modulus[k, i] = 1.0
            if stiffens:
                gain = bearing / (resting[1, k, i] + weight * resting[0, k, i])
                thicker = mature[k, i] + immature[k, i] - resting[1, k, i] - resting[0, k, i]
                thickness = 1.0 + numbers[THICKENING, i] * thicker
                modulus[k, i] = gain ** numbers[STIFFNESS_EXPONENT, i] * thickness
            for axis in range(2):
                held = mature[k, i] * pools[2 + axis, k, i] + young * pools[axis, k, i]
                strain = held / bearing
                if shrinks:
                    share = numbers[SHRINKAGE_ISOTROPY, i] if axis == 0 else 1.0
                    strain -= numbers[SHRINKAGE, i] * share * denatured[k, i]
                if contracts:
                    strain -= contraction[i]
                free[axis, k, i] = strain


@jit
def turn_over(  # noqa: PLR0913, PLR0917
    left: tuple[Floats, Floats, Floats, Floats],
    right: tuple[Floats, Floats, Floats, Floats],
    resting: Floats,
    numbers: Floats,
    radial: Floats,
    hoop: Floats,
    step: float,
    pools: Floats,
) -> None:
    """Move the strains at which the pools are free by one step of turnover.

    Parameters
    ----------
    left, right : tuple of ndarray of float64, shape (n_element, n_draw)
        Immature and mature collagen [-], production and maturation [1/s], before and after.
    resting, numbers
        As for `free_strains`.
    radial, hoop : ndarray of float64, shape (n_element, n_draw)
        Strain of the ring in the middle of the step [-].
    step : float
        Length of the step [s].
    pools : ndarray of float64, shape (4, n_element, n_draw)
        As for `free_strains`; changed in place.
    """
    for k in range(radial.shape[0]):
        for i in range(radial.shape[1]):
            made_before, made_after = left[2][k, i], right[2][k, i]
            at_rest = resting[2, k, i]
            activity = 0.5 * (
                max(made_before - at_rest, 0.0) / made_before
                + max(made_after - at_rest, 0.0) / made_after
            )
            renewal = made_before / left[0][k, i] + made_after / right[0][k, i]
            renewed = -math.expm1(-0.5 * step * renewal)
            mature = left[1][k, i] + right[1][k, i]
            # a ring without mature collagen takes on whatever matures first
            matured = 1.0
            if mature > 0.0:
                matured = -math.expm1(-step * (left[3][k, i] + right[3][k, i]) / mature)
            for axis in range(2):
                share = numbers[PULL_ISOTROPY, i] if axis == 0 else 1.0
                middle = radial[k, i] if axis == 0 else hoop[k, i]
                was, aged = pools[axis, k, i], pools[2 + axis, k, i]
                target = middle - numbers[PULL, i] * share * activity
                becomes = was + renewed * (target - was)
                pools[axis, k, i] = becomes
                pools[2 + axis, k, i] = aged + matured * (0.5 * (was + becomes) - aged)
