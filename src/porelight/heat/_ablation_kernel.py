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
    share: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    gain: Floats,
) -> float:
    """Fill what conduction brings each cell in a stretch of time [J/m3]; return the loss [W/m2].

    share is the length of that stretch over the size of each cell [s/m].
    """
    n = enthalpy.shape[0]
    here = rise_of(enthalpy[0], capacity, boiling, latent[0])
    loss = float(conductance[0] * here)
    above = -loss
    for i in range(n - 1):
        under = rise_of(enthalpy[i + 1], capacity, boiling, latent[i + 1])
        below = conductance[i + 1] * (under - here)
        gain[i] = (above + below) * share[i]
        above = -below
        here = under
    gain[n - 1] = above * share[n - 1]
    return loss


@jit
def piece_of(enthalpy: float, boiling: float, latent: float) -> int:
    """Return which straight piece of the temperature over enthalpy this is: wet, plateau, dry."""
    if enthalpy <= boiling:
        return 0
    return 1 if enthalpy <= boiling + latent else 2


@jit
def factorise(
    guess: Floats,
    share: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    factors: Floats,
) -> None:
    """Fill the factors of the tridiagonal Jacobian: lower, 1 over diagonal, upper; shape (3, n).

    The slope of temperature against enthalpy is 1 over the capacity, or 0 on the plateau. Each row
    is divided by its diagonal, so that `substitute` has one product and one sum to wait for.
    """
    n = guess.shape[0]
    lower, inverse, upper = factors[0], factors[1], factors[2]
    slope = 1.0 / capacity
    above = over = 0.0  # slope, and upper entry, of the row above
    diagonal = 1.0
    for i in range(n):
        here = 0.0 if piece_of(guess[i], boiling, latent[i]) == 1 else slope
        under = conductance[i + 1] if i < n - 1 else 0.0
        low = -share[i] * conductance[i] * above
        own = 1.0 + share[i] * (conductance[i] + under) * here
        diagonal = own - low * over * here / diagonal
        inverse[i] = 1.0 / diagonal
        lower[i] = low * inverse[i]
        if i > 0:
            upper[i - 1] = over * here * inverse[i - 1]
        over = -share[i] * under
        above = here
    upper[n - 1] = 0.0


@jit
def substitute(
    residual: Floats,
    guess: Floats,
    boiling: float,
    latent: Floats,
    factors: Floats,
) -> float:
    """Improve the guess by one solve of the Jacobian that was factorised at it, or on its pieces.

    Returned is the largest change, or 0 where no cell went over to another straight piece: the
    guess is then the exact solution, and the factors fit it.
    """
    n = guess.shape[0]
    lower, inverse, upper = factors[0], factors[1], factors[2]
    change = 0.0
    for i in range(n):
        change = residual[i] * inverse[i] - lower[i] * change
        residual[i] = change
    largest = change = 0.0
    crossed = False
    for i in range(n - 1, -1, -1):
        change = residual[i] - upper[i] * change
        piece = piece_of(guess[i], boiling, latent[i])
        guess[i] += change
        crossed = crossed or piece_of(guess[i], boiling, latent[i]) != piece
        largest = max(largest, abs(change))
    return largest if crossed else 0.0


@jit
def smooth(values: Floats, factors: Floats) -> None:
    """Replace values by the solve of the Jacobian that was factorised: what is stiff shrinks."""
    n = values.shape[0]
    lower, inverse, upper = factors[0], factors[1], factors[2]
    change = 0.0
    for i in range(n):
        change = values[i] * inverse[i] - lower[i] * change
        values[i] = change
    change = 0.0
    for i in range(n - 1, -1, -1):
        change = values[i] - upper[i] * change
        values[i] = change


@jit
def implicit_stage(  # noqa: PLR0913, PLR0917
    known: Floats,
    guess: Floats,
    share: Floats,
    conductance: Floats,
    capacity: float,
    boiling: float,
    latent: Floats,
    gain: Floats,
    work: Floats,
    fit: bool,  # noqa: FBT001  a kernel takes no keywords
) -> tuple[float, bool]:
    """Solve E = known + gain of E by conduction over the stage.

    The relation of temperature and enthalpy is made of straight pieces, so Newton ends after a few
    steps at the exact solution. `guess` holds the start and then the solution, `gain` its
    conduction. work has shape (4, n): a residual, and factors, which `fit` the start or not.
    Returned are the surface loss [W/m2], -1 if it failed, and whether the factors fit the solution.
    """
    residual, factors = work[0], work[1:]
    for _ in range(_NEWTON_LIMIT):
        conduct(guess, share, conductance, capacity, boiling, latent, gain)
        for i in range(share.shape[0]):
            residual[i] = known[i] + gain[i] - guess[i]
        if not fit:
            factorise(guess, share, conductance, capacity, boiling, latent, factors)
        change = substitute(residual, guess, boiling, latent, factors)
        fit = change == 0.0
        if change < 1e-9 * boiling:
            return conduct(guess, share, conductance, capacity, boiling, latent, gain), fit
    return -1.0, False
