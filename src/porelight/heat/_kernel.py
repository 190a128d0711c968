"""Compiled inner loops of conduction: one implicit step for all radial modes at once.

Arrays have shape (n_z, n_modes); the solves run along z, side by side for all modes, so that the
innermost loop is contiguous. Only the first `n` modes take part; the others have died out.
"""

import numpy as np

from porelight._jit import jit
from porelight.quantities import Floats


@jit
def eliminate(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    capacity: Floats,
    conductance: Floats,
    perfusion: Floats,
    lateral: Floats,
    decay: Floats,
    pole_step: float,
    n: int,
    pivot: Floats,
) -> None:
    """Fill the inverse pivots of C - pole_step L for each mode, shape (n_z, n_modes).

    The matrix is tridiagonal, symmetric and diagonally dominant, so no rows are swapped.
    """
    for j in range(capacity.shape[0]):
        drain = conductance[j] + conductance[j + 1] + perfusion[j]
        base = capacity[j] + pole_step * drain
        spread = pole_step * lateral[j]
        above = (pole_step * conductance[j]) ** 2
        for m in range(n):
            value = base + spread * decay[m]
            if j > 0:
                value -= above * pivot[j - 1, m]
            pivot[j, m] = 1.0 / value


@jit
def rate_of_change(  # noqa: PLR0913, PLR0917
    state: Floats,
    source: Floats,
    conductance: Floats,
    perfusion: Floats,
    lateral: Floats,
    decay: Floats,
    n: int,
    out: Floats,
) -> None:
    """Fill out with L state + source: the heat that each cell gains per second."""
    n_z = state.shape[0]
    for j in range(n_z):
        drain = conductance[j] + conductance[j + 1] + perfusion[j]
        for m in range(n):
            out[j, m] = source[j, m] - (drain + lateral[j] * decay[m]) * state[j, m]
        if j > 0:
            for m in range(n):
                out[j, m] += conductance[j] * state[j - 1, m]
        if j < n_z - 1:
            for m in range(n):
                out[j, m] += conductance[j + 1] * state[j + 1, m]


@jit
def solve(conductance: Floats, pole_step: float, n: int, pivot: Floats, right: Floats) -> None:
    """Replace the right side by the solution, down the cells and back up."""
    n_z = right.shape[0]
    for j in range(1, n_z):
        carry = pole_step * conductance[j]
        for m in range(n):
            right[j, m] += carry * pivot[j - 1, m] * right[j - 1, m]
    for m in range(n):
        right[n_z - 1, m] *= pivot[n_z - 1, m]
    for j in range(n_z - 2, -1, -1):
        carry = pole_step * conductance[j + 1]
        for m in range(n):
            right[j, m] = (right[j, m] + carry * right[j + 1, m]) * pivot[j, m]


@jit
def solve_again(
    capacity: Floats,
    conductance: Floats,
    pole_step: float,
    n: int,
    pivot: Floats,
    stage: Floats,
) -> None:
    """Fill stage[1:], each the solution with C times the stage before on the right side."""
    for i in range(1, stage.shape[0]):
        for j in range(capacity.shape[0]):
            for m in range(n):
                stage[i, j, m] = capacity[j] * stage[i - 1, j, m]
        solve(conductance, pole_step, n, pivot, stage[i])


@jit
def combine(
    state: Floats,
    stage: Floats,
    weights: Floats,
    error_weights: Floats,
    n: int,
    out: Floats,
) -> tuple[float, float]:
    """Fill out with state + sum of weights[i] stage[i]; return the sizes of the error and of out.

    Size: the largest over depth of the root of the sum of squares of the modes, which is the mean
    square over the area. A maximum over cells would need the transform back to r in every step.
    """
    largest_error = 0.0
    largest = 0.0
    for j in range(state.shape[0]):
        error_sum = 0.0
        total = 0.0
        for m in range(n):
            value = state[j, m]
            error = 0.0
            for i in range(stage.shape[0]):
                value += weights[i] * stage[i, j, m]
                error += error_weights[i] * stage[i, j, m]
            out[j, m] = value
            error_sum += error * error
            total += value * value
        largest_error = max(largest_error, error_sum)
        largest = max(largest, total)
    return np.sqrt(largest_error), np.sqrt(largest)


@jit
def add_stages(state: Floats, stage: Floats, weights: Floats, n: int, out: Floats) -> None:
    """Fill out (n_z, n) with state + sum of weights[i] stage[i]."""
    for j in range(state.shape[0]):
        for m in range(n):
            value = state[j, m]
            for i in range(stage.shape[0]):
                value += weights[i] * stage[i, j, m]
            out[j, m] = value
