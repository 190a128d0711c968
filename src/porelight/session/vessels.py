"""Coagulation of the blood in the upper vascular plexus under a moving beam.

Joins the light of one skin to `injury.vessels`: photons give the fluence at the plexus around the
beam's axis, the absorption of blood turns it into heat, and the path of the spot gives the times.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.injury.field import InjuryParameters
from porelight.injury.vessels import PulseExcess, VesselParameters, pulse_excess, vessel_coagulation
from porelight.laser.exposure import Exposure
from porelight.laser.handpiece import PulsePath
from porelight.light.field import LightField
from porelight.quantities import Floats
from porelight.session.result import DEPTH, layer_above
from porelight.tissue.optics import mu_a_blood, packaging, skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

# edges of the rings over which absorbed light is averaged, in radii of the beam: single cells of
# the grid are too noisy
_RINGS = np.array([0.0, 0.5, 0.8, 1.0, 1.2, 1.6])


@dataclass(frozen=True, slots=True, eq=False)
class PlexusResponse:
    """Heating of the blood of the upper plexus by a pulse of one joule.

    Attributes
    ----------
    depth : float
        Depth of the middle of the plexus [m].
    ring_edges : ndarray of float64, shape (n_ring + 1,)
        Edges of rings around the beam's axis [m].
    fluence : ndarray of float64, shape (n_ring,)
        Fluence, mean over each ring, per joule [1/m2].
    rise : ndarray of float64, shape (n_diameter,)
        Rise of blood above its surroundings without conduction, per fluence [K m2/J].
    excess : PulseExcess
        How that rise decays by conduction, for the same diameters.
    """

    depth: float
    ring_edges: Floats
    fluence: Floats
    rise: Floats
    excess: PulseExcess

    def coagulated(
        self,
        times: Floats,
        temperature: Floats,
        path: PulsePath,
        place: Floats,
        pulse_energy: float,
        resting: Floats,
        values: Mapping[str, float],
    ) -> float:
        """Return the share of the blood that a session coagulates at one place.

        Parameters
        ----------
        times : ndarray of float64, shape (n_time,)
            Times, dense after each pulse that hits the place [s].
        temperature : ndarray of float64, shape (n_time, n_depth)
            Temperature of the tissue at `DEPTH` [K].
        path : PulsePath
            When and where the pulses fell.
        place : ndarray of float64, shape (2,)
            The place, from the middle of the area [m].
        pulse_energy : float
            Energy of each pulse [J].
        resting : ndarray of float64, shape (n_depth,)
            Temperature before the session [K].
        values : mapping of str to float
            Values of library parameters that differ from their medians.
        """
        distance = np.hypot(*(path.position - place).T)
        hits = distance < self.ring_edges[-1]
        ring = np.searchsorted(self.ring_edges, distance[hits], side="right") - 1
        fluence = pulse_energy * self.fluence[ring]
        parameters = InjuryParameters.from_values(values)
        rest = float(np.interp(self.depth, DEPTH, resting))
        tolerated = float(parameters.tolerated_temperature)
        upper = min(int(np.searchsorted(DEPTH, self.depth, side="right")), DEPTH.size - 1) - 1
        share = (self.depth - DEPTH[upper]) / (DEPTH[upper + 1] - DEPTH[upper])
        tissue = (1.0 - share) * temperature[:, upper] + share * temperature[:, upper + 1]
        by_diameter = vessel_coagulation(
            times,
            tissue,
            path.time[hits],
            fluence[:, None] * self.rise,
            self.excess,
            parameters.coagulation(),
            resting=max(rest, tolerated),
        )
        return float(by_diameter.mean())


def plexus_response(
    skin: Skin, exposure: Exposure, values: Mapping[str, float], light: LightField
) -> PlexusResponse:
    """Return the heating of the blood of the upper plexus by one joule of this beam.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    exposure : Exposure
        Its wavelength, beam and pulse duration matter.
    values : mapping of str to float
        Values of library parameters that differ from their medians.
    light : LightField
        Light in the same skin under the same beam.

    Raises
    ------
    ParameterError
        If the skin has no layer called "upper plexus".
    """
    index, top = layer_above(skin, "upper plexus")
    layer = skin.layers[index]
    optics = skin_optics(skin, exposure.wavelength, values)
    grid = light.grid
    middle = top + 0.5 * layer.thickness
    inside = np.flatnonzero((grid.z > top) & (grid.z < top + layer.thickness))
    rows = inside if inside.size else np.array([int(np.argmin(np.abs(grid.z - middle)))])
    energy = (light.absorbed * grid.volume)[rows].sum(axis=0)
    volume = grid.volume[rows].sum(axis=0)
    edges = 0.5 * exposure.beam.diameter * _RINGS
    if grid.r_edges[-1] < edges[-1]:
        raise ParameterError(
            f"the light was counted out to {grid.r_edges[-1]:g} m from the axis; the plexus needs "
            f"{edges[-1]:g} m. Use a wider grid."
        )
    # energy below a radius is a running sum, so that rings may end inside a cell
    areas = grid.r_edges**2
    below = np.interp(edges**2, areas, np.concatenate([[0.0], np.cumsum(energy)]))
    room = np.interp(edges**2, areas, np.concatenate([[0.0], np.cumsum(volume)]))
    fluence = np.diff(below) / np.diff(room) / optics.mu_a[index]

    diameters = VesselParameters.from_values(values).diameters()
    blood = mu_a_blood(exposure.wavelength, layer.oxygen_saturation, values) - optics.mu_a[index]
    thermal = skin_thermal(skin, values)
    lit = np.array([packaging(blood, 0.5 * diameter) for diameter in diameters])
    cell = thermal.on(np.array([middle]))
    return PlexusResponse(
        depth=middle,
        ring_edges=edges,
        fluence=fluence,
        rise=max(blood, 0.0) * lit / thermal.blood_heat_capacity,
        excess=pulse_excess(diameters, exposure.pulse_duration, float(cell.diffusivity[0])),
    )
