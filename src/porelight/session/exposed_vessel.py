r"""The wall of a vessel of the upper plexus: how much hotter than the tissue around it.

Blood takes up more light than the tissue around it. What a vessel gains by the power p(t) is the
answer of a cylinder (`injury.vessels.cylinder_share`) to every interval of constant power,

.. math:: \Delta T(r, t) = R \sum_k p_k\,[S(r, t - b_k) - S(r, t - e_k)], \qquad
          S(r, t) = \int_0^t f(r, s)\,ds,

with R the rise of blood without conduction. The vessel has the median diameter of the plexus.
Looked at is its wall, r = a, about half as much warmer as the blood: purpura is blood that left,
and it leaves through a dead wall.
"""

import numpy as np
from scipy.integrate import cumulative_trapezoid

from porelight.errors import ParameterError
from porelight.injury.vessels import VesselParameters, cylinder_share
from porelight.quantities import Floats
from porelight.session.result import layer_above
from porelight.session.single_exposure import Heating
from porelight.tissue.optics import mu_a_blood, packaging, skin_optics
from porelight.tissue.thermal import skin_thermal

_FOURIER = np.concatenate([[0.0], np.geomspace(1e-6, 1e7, 1301)])
_AT_ONCE = 256  # intervals of light held at once


def vessel_excess(heated: Heating) -> tuple[float, Floats]:
    """Return where the plexus is, and the rise of a vessel's wall above the tissue around it.

    Parameters
    ----------
    heated : Heating
        The skin, the exposure, and the light in it.

    Returns
    -------
    depth : float
        Depth of the middle of the upper plexus [m].
    excess : ndarray of float64, shape (n_time,)
        Rise of the wall above the tissue per energy over the area of the spot, at the times of
        `heated` [K m2/J].

    Raises
    ------
    ParameterError
        If the skin has no layer called "upper plexus", or no light was followed into it.
    """
    skin, values, grid = heated.target.skin, heated.target.values, heated.light.grid
    if heated.exposure.blackened:
        raise ParameterError(
            "a blackened surface lets no light into the skin, so its vessels are no warmer than "
            "what lies around them; choose another end point than 'vessel'."
        )
    index, top = layer_above(skin, "upper plexus")
    layer = skin.layers[index]
    middle = top + 0.5 * layer.thickness
    optics = skin_optics(skin, heated.exposure.wavelength, values)
    inside = np.flatnonzero((grid.z > top) & (grid.z < top + layer.thickness))
    rows = inside if inside.size else np.array([int(np.argmin(np.abs(grid.z - middle)))])
    thickness = np.diff(grid.z_edges)[rows]
    absorbed = thickness @ (heated.light.absorbed[rows] @ heated.weight) / thickness.sum()
    # fluence over the radiant exposure: scattered light passes more than once
    fluence = absorbed * heated.exposure.beam.area / optics.mu_a[index]

    diameter = VesselParameters.from_values(values).vessel_diameter
    blood = mu_a_blood(heated.exposure.wavelength, layer.oxygen_saturation, values)
    more = max(blood - float(optics.mu_a[index]), 0.0)
    thermal = skin_thermal(skin, values)
    lit = float(np.asarray(packaging(more, 0.5 * diameter)))
    rise = fluence * more * lit / thermal.blood_heat_capacity
    scale = (0.5 * diameter) ** 2 / float(thermal.on(np.array([middle])).diffusivity[0])
    return middle, rise * _responses(heated, scale)


def _responses(heated: Heating, scale: float) -> Floats:
    """Return the rise of the wall where blood would rise by 1 without conduction."""
    lasting = cumulative_trapezoid(cylinder_share(np.array(1.0), _FOURIER), _FOURIER, initial=0.0)

    def since(time: Floats) -> Floats:  # S
        return np.asarray(scale * np.interp(np.maximum(time, 0.0) / scale, _FOURIER, lasting))

    profile = heated.exposure.temporal_profile
    power = profile.share / (profile.end - profile.begin)
    excess = np.zeros(heated.time.size)
    for first in range(0, power.size, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        on = since(heated.time[:, None] - profile.begin[some])
        off = since(heated.time[:, None] - profile.end[some])
        excess += (on - off) @ power[some]
    return excess
