"""The result of one session on one skin, the same for every device: injury over depth."""

from dataclasses import dataclass

import numpy as np

from porelight.brief import brief
from porelight.errors import ParameterError
from porelight.injury.field import InjuryField
from porelight.quantities import Floats
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.skin import LayerName, Skin

# depths below the surface before the session, from 2 um to 5 mm [m]
DEPTH: Floats = np.concatenate([np.geomspace(2e-6, 1e-4, 18), np.geomspace(1.2e-4, 5e-3, 22)])
N_CLOCK = 160  # times at which the temperature history is kept for pictures


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SessionResult:
    """The result of one session on one skin, over the depths `DEPTH` below the old surface.

    Attributes
    ----------
    resting, peak_temperature, final_temperature : ndarray of float64, shape (n_depth,)
        Temperature before the session, the highest, and that after the last pulse [K]; the last
        two are means over the places that were simulated.
    field : InjuryField
        Injury, mean over places.
    ablated : ndarray of float64, shape (n_depth,)
        Share of the area on which the tissue at this depth is removed [-].
    worst_killed : ndarray of float64, shape (n_depth,)
        Share of cells killed at the place where most are killed [-].
    surface_reading : float
        Highest surface temperature between pulses, mean over the area, as a thermometer held away
        from the skin shows it [K].
    vessel_coagulated : float
        Share of the blood of the upper plexus that is coagulated [-]: mean over vessel diameters,
        each with the heat of its own absorption, and over places.
    surface_felt : float
        Highest surface temperature at any place, smoothed over the response time of the nerves
        that feel heat [K].
    ablated_depth, wound_depth : float
        Tissue removed; depth below the old surface down to which tissue is removed or at least
        half of its cells are dead [m].
    pulses_delivered : int
        Pulses until the end or until the stop rule.
    clock : ndarray of float64, shape (N_CLOCK,)
        Time since the session began [s].
    history : ndarray of float64, shape (N_CLOCK, n_depth)
        Temperature at the middle of the area [K].
    unmet : tuple of str
        A line for each assumption of the model that the session does not meet, if it was asked.
    """

    resting: Floats
    peak_temperature: Floats
    final_temperature: Floats
    field: InjuryField
    ablated: Floats
    worst_killed: Floats
    vessel_coagulated: float
    surface_reading: float
    surface_felt: float
    ablated_depth: float
    wound_depth: float
    pulses_delivered: int
    clock: Floats
    history: Floats
    unmet: tuple[str, ...] = ()

    __repr__ = brief


def at_plexus(skin: Skin, profile: Floats) -> float:
    """Return the value of a profile over `DEPTH` in the middle of the upper vascular plexus.

    Raises
    ------
    ParameterError
        If the skin has no such layer.
    """
    index, top = layer_above(skin, "upper plexus")
    return float(np.interp(top + 0.5 * skin.layers[index].thickness, DEPTH, profile))


def layer_above(skin: LayeredTissue, name: LayerName) -> tuple[int, float]:
    """Return the index of a layer and the depth of its upper face [m].

    Raises
    ------
    ParameterError
        If the skin has no such layer.
    """
    top = 0.0
    for index, layer in enumerate(skin.layers):
        if layer.name == name:
            return index, top
        top += layer.thickness
    raise ParameterError(f"this skin has no layer called {name!r}; redness needs one.")
