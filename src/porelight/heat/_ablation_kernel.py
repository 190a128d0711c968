"""Compiled inner loops of ablation: light, conduction and one implicit stage on a column of cells.

Enthalpy is per volume and counted from rest. The temperature above rest that goes with it rises
with sensible heat up to boiling, rests on a plateau while water boils, and rises again in a dry
cell; `latent` is the plateau's length of each cell, shorter where water has left. The first cell
given is the surface; conductance[0] leads to the air, conductance[i] to the cell above.
"""

import numpy as np

from porelight._jit import jit
from porelight.quantities import Floats

_NEWTON_LIMIT = 60
_LEAST_ABSORPTION = 0.05  # of the cold one, however hot


@jit
def rise_of(enthalpy: float, capacity: float, boiling: float, latent: float) -> float:
    """Return the temperature above rest [K]; `boiling` is the enthalpy where boiling starts."""
    if enthalpy <= boiling:
        return enthalpy / capacity
    if enthalpy <= boiling + latent:
        return boiling / capacity
    return (enthalpy - latent) / capacity


@jit
def beer_lambert(  # noqa: PLR0913, PLR0917  a kernel takes arrays
    enthalpy: Floats,
    size: Floats,
    irradiance: float,
    absorption: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    whole_latent: float,
    power: Floats,
) -> float:
    """Fill the power absorbed in each cell [W/m3]; return what all absorb [W/m2].

    absorption: coefficient [1/m], relative fall per kelvin, and share that a cell keeps whose water
    has boiled, be the steam still there or not.
    """
    mu_a, slope, dry = absorption[0], absorption[1], absorption[2]
    arriving = irradiance
    for i in range(enthalpy.shape[0]):
        boiled = 0.0
        if latent[i] > 0.0:
            boiled = min(max((enthalpy[i] - boiling) / latent[i], 0.0), 1.0)
        wet = (1.0 - boiled) * latent[i] / whole_latent
        warm = max(1.0 - slope * min(enthalpy[i], boiling) / capacity, _LEAST_ABSORPTION)
        coefficient = mu_a * (dry + (1.0 - dry) * wet) * warm
        absorbed = -arriving * np.expm1(-coefficient * size[i])
        power[i] = absorbed / size[i]
        arriving -= absorbed
    return irradiance - arriving


@jit
def conduct(
    enthalpy: Floats,
    size: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    rate: Floats,
) -> float:
    """Fill the rate [W/m3] at which conduction warms each cell; return the surface loss [W/m2]."""
    n = enthalpy.shape[0]
    here = rise_of(enthalpy[0], capacity, boiling, latent[0])
    loss = float(conductance[0] * here)
    above = -loss
    for i in range(n - 1):
        under = rise_of(enthalpy[i + 1], capacity, boiling, latent[i + 1])
        below = conductance[i + 1] * (under - here)
        rate[i] = (above + below) / size[i]
        above = -below
        here = under
    rate[n - 1] = above / size[n - 1]
    return loss


@jit
def newton_step(  # noqa: PLR0913, PLR0917
    residual: Floats,
    guess: Floats,
    share: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    work: Floats,
) -> float:
    """Improve the guess by one solve of the tridiagonal Jacobian; return the largest change.

    share is the length of the stage over the size of each cell. The slope of temperature against
    enthalpy is 1 over the capacity, or 0 on the plateau.
    """
    n = guess.shape[0]
    above = 0.0
    for i in range(n):
        plateau = boiling < guess[i] <= boiling + latent[i]
        here = 0.0 if plateau else 1.0 / capacity
        drain = conductance[i] + (conductance[i + 1] if i < n - 1 else 0.0)
        diagonal = 1.0 + share[i] * drain * here
        right = residual[i]
        if i > 0:
            # what the row above leads to, once eliminated; work holds its upper entry
            lower = -share[i] * conductance[i] * above
            diagonal -= lower * work[i - 1] * here
            right -= lower * residual[i - 1]
        work[i] = -share[i] * conductance[i + 1] / diagonal if i < n - 1 else 0.0
        residual[i] = right / diagonal
        above = here
    largest = 0.0
    below = 0.0
    for i in range(n - 1, -1, -1):
        change = residual[i] - work[i] * below
        plateau = boiling < guess[i] <= boiling + latent[i]
        # the entry of the row above that this cell multiplies
        below = 0.0 if plateau else change / capacity
        guess[i] += change
        largest = max(largest, abs(change))
    return largest


@jit
def implicit_stage(  # noqa: PLR0913, PLR0917
    known: Floats,
    guess: Floats,
    span: float,
    size: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    rate: Floats,
    work: Floats,
) -> float:
    """Solve E = known + span * conduction(E); return the surface loss [W/m2], -1 if it failed.

    The relation of temperature and enthalpy is made of straight pieces, so Newton ends after a few
    steps at the exact solution. `guess` holds the start and then the solution, `rate` its
    conduction. work has shape (3, n).
    """
    share = work[0]
    residual = work[1]
    for i in range(size.shape[0]):
        share[i] = span / size[i]
    for _ in range(_NEWTON_LIMIT):
        conduct(guess, size, conductance, capacity, boiling, latent, rate)
        for i in range(size.shape[0]):
            residual[i] = known[i] + span * rate[i] - guess[i]
        change = newton_step(
            residual, guess, share, conductance, capacity, boiling, latent, work[2]
        )
        if change < 1e-9 * boiling:
            return conduct(guess, size, conductance, capacity, boiling, latent, rate)
    return -1.0
