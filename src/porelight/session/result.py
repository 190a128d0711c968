"""What one session did to one skin, whatever the device: injury over depth, and a few numbers."""

from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.injury.field import InjuryField
from porelight.quantities import Floats
from porelight.tissue.skin import LayerName, Skin

# below the old surface, from two microns to half a centimetre [m]
DEPTH: Floats = np.concatenate([np.geomspace(2e-6, 1e-4, 18), np.geomspace(1.2e-4, 5e-3, 22)])
N_CLOCK = 160  # times in the picture of a session


@dataclass(frozen=True, slots=True, eq=False)
class SessionResult:
    """What one session did to one skin, over the depths `DEPTH` below the old surface.

    Attributes
    ----------
    resting, peak_temperature, final_temperature : ndarray of float64, shape (n_depth,)
        Temperatures [K]; the peak is the mean over places of each place's highest.
    field : InjuryField
        Injury, mean over places.
    worst_killed : ndarray of float64, shape (n_depth,)
        Share of cells killed at the worst place.
    surface_reading : float
        Highest surface temperature between pulses, mean over the area, as a thermometer held away
        from the skin shows it [K].
    vessel_coagulated : float
        Share of the blood of the upper plexus that is coagulated, in vessels of all widths with
        their own heating, mean over places.
    surface_felt : float
        Highest surface temperature at any place, smoothed as the skin's nerves do [K].
    ablated_depth, wound_depth : float
        Tissue removed; depth below the old surface down to which tissue is removed or at least
        half of its cells are dead [m].
    pulses_delivered : int
        Pulses until the end or until the stop rule.
    clock : ndarray of float64, shape (N_CLOCK,)
        Time since the session began [s].
    history : ndarray of float64, shape (N_CLOCK, n_depth)
        Temperature at the middle of the area [K].
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


def at_plexus(skin: Skin, profile: Floats) -> float:
    """Return the value of a profile over `DEPTH` in the middle of the upper vascular plexus.

    Raises
    ------
    ParameterError
        If the skin has no such layer.
    """
    index, top = layer_above(skin, "upper plexus")
    return float(np.interp(top + 0.5 * skin.layers[index].thickness, DEPTH, profile))


def layer_above(skin: Skin, name: LayerName) -> tuple[int, float]:
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
