import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import PulsePath
from porelight.light.transport import transport
from porelight.session.result import DEPTH, layer_above
from porelight.session.vessels import plexus_response
from porelight.tissue.optics import mu_a_blood, packaging, skin_optics
from porelight.tissue.skin import Layer, Skin

EXPOSURE = laser_genesis()
FLUENCE = 5e4  # 1/m2 per joule


@pytest.fixture
def even_light(skin):
    """Return a light field with the same fluence everywhere."""
    grid = Grid(np.linspace(0.0, 0.02, 41), np.linspace(0.0, 5e-3, 101))
    optics = skin_optics(skin, EXPOSURE.wavelength)
    layer = np.searchsorted(np.cumsum(optics.thickness)[:-1], grid.z, side="right")
    absorbed = np.repeat(FLUENCE * optics.mu_a[layer][:, None], grid.shape[1], axis=1)
    some = transport(optics, EXPOSURE.beam, grid, n_photons=32, seed=0)
    return replace(some, absorbed=absorbed)


def coagulated(made, pulse_energy, *, distance=0.0, n_pulses=3):
    path = PulsePath(np.arange(n_pulses) / 7.0, np.zeros((n_pulses, 2)))
    hits = path.time[:, None] + np.concatenate([[0.0], np.geomspace(1e-5, 0.1, 60)])
    times = np.unique(np.append(hits.ravel(), 5.0))
    rest = np.full(DEPTH.size, 308.15)
    return made.coagulated(
        times,
        np.tile(rest + 5.0, (times.size, 1)),
        path,
        np.array([distance, 0.0]),
        pulse_energy,
        rest,
        {},
    )


def test_even_light_heats_blood_by_its_own_absorption(skin, even_light):
    made = plexus_response(skin, EXPOSURE, {}, even_light)
    index, top = layer_above(skin, "upper plexus")
    layer = skin.layers[index]
    assert made.depth == pytest.approx(top + 0.5 * layer.thickness)
    np.testing.assert_allclose(made.fluence, FLUENCE, rtol=0.05)  # cells cut by the layer's faces
    excess = (
        mu_a_blood(EXPOSURE.wavelength, layer.oxygen_saturation)
        - skin_optics(skin, EXPOSURE.wavelength).mu_a[index]
    )
    # density and heat capacity of blood: 1050 kg/m3, 3617 J/(kg K)
    widest = excess * packaging(excess, 5e-5) / (1050.0 * 3617.0)
    assert made.rise[-1] == pytest.approx(widest, rel=0.02)
    assert (np.diff(made.rise) < 0.0).all()


def test_more_light_coagulates_more(skin, even_light):
    made = plexus_response(skin, EXPOSURE, {}, even_light)
    joules = 60e4 / FLUENCE
    shares = [coagulated(made, energy) for energy in (0.0, joules, 1.5 * joules)]
    assert shares[0] < 1e-7  # only the tissue is warm
    assert shares[0] < shares[1] < shares[2] <= 1.0
    assert shares[2] > 0.2


def test_pulses_that_fall_elsewhere_do_nothing(skin, even_light):
    made = plexus_response(skin, EXPOSURE, {}, even_light)
    far = coagulated(made, 100e4 / FLUENCE, distance=EXPOSURE.beam.diameter)
    assert far == coagulated(made, 0.0)


def test_genesis_hardly_coagulates_the_plexus_and_zero_dose_not_at_all(treated):
    none = treated(laser_genesis(radiant_exposure=0.0))
    assert all(one.vessel_coagulated == 0.0 for one in none)
    usual = treated(laser_genesis())
    assert all(0.0 < one.vessel_coagulated < 0.05 for one in usual)


def test_skin_without_a_plexus_is_refused(skin, even_light):
    bare = Skin(
        skin.zone,
        skin.fitzpatrick,
        skin.age,
        skin.sex,
        skin.oiliness,
        (Layer("fat", math.inf, 0.0, 0.0, 0.7, 1e-5, 0.2, 0.6),),
        skin.pores,
    )
    with pytest.raises(ParameterError, match="no layer called 'upper plexus'"):
        plexus_response(bare, EXPOSURE, {}, even_light)


def test_a_plexus_thinner_than_the_cells_is_that_of_the_nearest_cell(skin, even_light):
    # cells of 0.35 mm: none has its middle inside the plexus
    coarse = Grid(np.linspace(0.0, 0.02, 41), np.linspace(0.0, 5.25e-3, 16))
    index, top = layer_above(skin, "upper plexus")
    middle = top + 0.5 * skin.layers[index].thickness
    nearest = int(np.argmin(np.abs(coarse.z - middle)))
    assert abs(coarse.z[nearest] - middle) > 0.5 * skin.layers[index].thickness
    absorbed = np.zeros(coarse.shape)
    absorbed[nearest] = FLUENCE
    lit = plexus_response(skin, EXPOSURE, {}, replace(even_light, grid=coarse, absorbed=absorbed))
    assert (lit.fluence > 0.0).all()
    dark = replace(even_light, grid=coarse, absorbed=FLUENCE - absorbed)
    np.testing.assert_array_equal(plexus_response(skin, EXPOSURE, {}, dark).fluence, 0.0)
