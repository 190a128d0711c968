"""Compiled inner loops of conduction: one implicit step for all radial modes at once.

Arrays have shape (n_z, n_modes); the solves run along z, side by side for all modes, so that the
innermost loop is contiguous. Only the first `n` modes take part; the others have died out.
"""

import numpy as np

from porelight._jit import jit
from porelight.quantities import Floats


@jit
def stages(
    state: Floats,
    source: Floats,
    capacity: Floats,
    conductance: Floats,
    perfusion: Floats,
    lateral: Floats,
    decay: Floats,
    pole_step: float,
    n: int,
    out: Floats,
    pivot: Floats,
) -> None:
    """Fill out[i] with (I - pole_step A)^-(i+1) (A state + b), A = C^-1 L; shape (5, n_z, n_modes).

    The matrix C - pole_step L of each mode is tridiagonal and diagonally dominant, so it is
    eliminated once, without pivoting, and used for all five.
    """
    n_z = state.shape[0]
    for j in range(n_z):
        drain = conductance[j] + conductance[j + 1] + perfusion[j]
        base = capacity[j] + pole_step * drain
        above = (pole_step * conductance[j]) ** 2
        spread = pole_step * lateral[j]
        for m in range(n):
            value = base + spread * decay[m]
            if j > 0:
                value -= above * pivot[j - 1, m]
            pivot[j, m] = 1.0 / value
        for m in range(n):
            out[0, j, m] = source[j, m] - (drain + lateral[j] * decay[m]) * state[j, m]
        if j > 0:
            for m in range(n):
                out[0, j, m] += conductance[j] * state[j - 1, m]
        if j < n_z - 1:
            for m in range(n):
                out[0, j, m] += conductance[j + 1] * state[j + 1, m]
    for i in range(out.shape[0]):
        solution = out[i]
        if i > 0:
            before = out[i - 1]
            for j in range(n_z):
                for m in range(n):
                    solution[j, m] = capacity[j] * before[j, m]
        for j in range(1, n_z):
            carry = pole_step * conductance[j]
            for m in range(n):
                solution[j, m] += carry * pivot[j - 1, m] * solution[j - 1, m]
        for m in range(n):
            solution[n_z - 1, m] *= pivot[n_z - 1, m]
        for j in range(n_z - 2, -1, -1):
            carry = pole_step * conductance[j + 1]
            for m in range(n):
                solution[j, m] = (solution[j, m] + carry * solution[j + 1, m]) * pivot[j, m]


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

    Size: the largest over depth of the root mean square over the area. A plain maximum over cells
    would need the transform back to r in every step.
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
