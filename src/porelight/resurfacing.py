"""A session of strongly absorbed light (2790 nm): the surface boils off, and heat stays behind."""

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from porelight.heat.ablation import AblationMaterial, ablate
from porelight.heat.conduction import resting_temperature
from porelight.heat.pulse import treatment_grid
from porelight.heat.surface import Surface
from porelight.injuries import DEPTH, N_CLOCK, SessionInjury, at_plexus
from porelight.injury.field import InjuryField, InjuryParameters, injured_depth, injury_field
from porelight.laser.exposure import Exposure
from porelight.quantities import Floats
from porelight.tissue.optics import skin_optics
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

RESIDUAL = 10.0  # s over which the heat left by a pulse is followed


def resurfacing(skin: Skin, exposure: Exposure, values: Mapping[str, float]) -> SessionInjury:
    """Return what one session of a strongly absorbed beam did: ablation and the heat left behind.

    Parameters
    ----------
    skin : Skin
        Whose.
    exposure : Exposure
        Wavelength, radiant exposure, pulse duration and passes matter.
    values : mapping of str to float
        Values of library parameters that differ from their medians.

    Notes
    -----
    One dimension is enough where light ends within microns of a surface millimetres wide. Each
    pass falls on skin that has cooled; its zones begin below what the passes before removed. Where
    neighbouring spots overlap the depths are those of one pulse: a share of the area has had two,
    which this understates.
    """
    optics = skin_optics(skin, exposure.wavelength, values)
    index = optics.refractive_index[0]
    entering = exposure.radiant_exposure * (1.0 - ((index - 1.0) / (index + 1.0)) ** 2)
    material = AblationMaterial.from_values({**values, "mu_a_skin_2790": float(optics.mu_a[0])})
    surface = Surface.from_values(values, "air" if exposure.cooling == "none" else exposure.cooling)
    grid = treatment_grid(exposure.beam.diameter)
    resting = np.interp(
        DEPTH, grid.z, resting_temperature(grid, skin_thermal(skin, values), surface)
    )
    skin_temperature = float(resting[0])
    pulse = ablate(material, entering, exposure.pulse_duration, surface, skin_temperature, RESIDUAL)
    stays = ~pulse.ablated
    depth = pulse.depth[stays] - pulse.ablated_depth
    temperature = pulse.temperature[:, stays]
    one = injury_field(
        pulse.time, temperature, InjuryParameters.from_values(values), resting=skin_temperature
    )
    field, removed = _after_passes(one, depth, pulse.ablated_depth, exposure.passes)
    # seen from the old surface, after the last pass
    shift = exposure.passes * pulse.ablated_depth

    def below(profile: Floats, at_infinity: float) -> Floats:
        inside = np.interp(DEPTH - shift, depth, profile, left=profile[0], right=at_infinity)
        return np.asarray(inside, dtype=np.float64)

    rise = temperature - skin_temperature
    clock = np.geomspace(pulse.time[1], RESIDUAL, N_CLOCK)
    felt = np.interp(1.0, pulse.time, rise[:, 0])
    history = np.array([np.interp(clock, pulse.time, column) for column in rise.T]).T
    return SessionInjury(
        resting=resting,
        peak_temperature=resting + below(rise.max(axis=0), 0.0),
        final_temperature=resting + below(rise[-1], 0.0),
        field=field,
        ablated=removed,
        worst_killed=field.killed,
        vessel_coagulated=at_plexus(skin, field.coagulated),
        surface_reading=skin_temperature + max(0.0, float(felt)),
        surface_felt=skin_temperature + max(0.0, float(felt)),
        ablated_depth=shift,
        wound_depth=float(injured_depth(DEPTH, np.maximum(field.killed, removed))),
        pulses_delivered=exposure.n_pulses,
        clock=clock,
        history=resting + np.array([below(row, 0.0) for row in history]),
    )


def _after_passes(
    one: InjuryField, depth: Floats, ablated_depth: float, passes: int
) -> tuple[InjuryField, Floats]:
    """Return injury and removed share at `DEPTH` after equal passes, each below the last.

    A share injured by any pass is injured; what a later pass removes takes its injury along.
    """
    removed = (passes * ablated_depth > DEPTH).astype(np.float64)
    result = {}
    for entry in fields(InjuryField):
        profile = getattr(one, entry.name)
        healthy = np.ones_like(DEPTH)
        total = np.zeros_like(DEPTH)
        for number in range(1, passes + 1):
            here = np.interp(DEPTH - number * ablated_depth, depth, profile, right=0.0)
            healthy = healthy * (1.0 - np.minimum(here, 1.0))
            total = total + here
        # CEM43 is a time and adds up; the others are shares
        whole = total if entry.name == "cem43" else 1.0 - healthy
        result[entry.name] = np.where(removed > 0.0, 0.0, whole)
    for gone in ("killed", "denatured"):
        result[gone] = np.where(removed > 0.0, 1.0, result[gone])
    return InjuryField(**result), removed
