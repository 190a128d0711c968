"""How much more heat does the wall of a pore get than the skin between pores? The hair's part.

One session of Laser Genesis on a cheek, at the depth of the upper plexus, with a hair on the axis
of the pore. Prints the heat-shocked fraction at some distances over that far away: the ratio that
`pore_dose_ratio` in mechanics.toml stands for.
"""

import numpy as np

from porelight.healing.stimulus import dermal_mean
from porelight.injury.field import InjuryParameters, injury_field
from porelight.injury.follicle import IrradiatedHair, injury_around_hair
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import exposure_path
from porelight.session.ensemble import PLACES
from porelight.session.result import DEPTH
from porelight.session.scattered import rise_per_joule, skin_response
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

DISTANCE = np.array([60e-6, 100e-6, 150e-6, 250e-6, 400e-6])  # a wall lies at 60 to 150 um
# diameter [m], absorption above the dermis [1/m]: twice an epidermis of 130 1/m for a fair vellus
# hair, ten times that for a dark one
HAIRS = {
    "fair vellus": (30e-6, 230.0),
    "dark vellus": (40e-6, 2300.0),
    "dark terminal": (80e-6, 2300.0),
}


def ratios(n_photons=50_000):
    """Return, for each hair, heat shock at `DISTANCE` over that of the same skin without a hair."""
    skin, exposure = Skin.typical("cheek", 3, 40.0), laser_genesis()
    response = skin_response(skin, exposure, {}, n_photons=n_photons, seed=1)
    route, place = exposure_path(exposure), np.sqrt(exposure.area) * PLACES[:1]
    session = rise_per_joule(response, route, exposure, place)
    times, plexus = session.times[0], response.plexus
    parameters = InjuryParameters.typical()
    tissue = response.resting + exposure.pulse_energy * session.rise[0]
    bare = injury_field(times, tissue, parameters, resting=response.resting)
    print(f"heat-shocked without hair {float(dermal_mean(DEPTH, bare.heat_shocked)):.4f}")
    index = int(np.argmin(np.abs(DEPTH - plexus.depth)))
    away = np.hypot(*(route.position - place[0]).T)
    hits = away < plexus.ring_edges[-1]
    ring = np.searchsorted(plexus.ring_edges, away[hits], side="right") - 1
    fluence = exposure.pulse_energy * plexus.fluence[ring]
    cell = skin_thermal(skin).on(np.array([plexus.depth]))
    capacity = float(cell.heat_capacity[0])
    found = {}
    for name, (diameter, absorption) in HAIRS.items():
        hair = IrradiatedHair(
            diameter,
            float(cell.diffusivity[0]),
            exposure.pulse_duration,
            route.time[hits],
            fluence * absorption / capacity,
        )
        around = injury_around_hair(
            times, tissue[:, index], DISTANCE, hair, parameters, resting=response.resting[index]
        )
        found[name] = around.heat_shocked / bare.heat_shocked[index]
        print(name, f"hair rises by up to {hair.pulse_rise.max():.0f} K", found[name].round(2))
    return found


if __name__ == "__main__":
    print("distance, um:", (DISTANCE * 1e6).round())
    ratios()
