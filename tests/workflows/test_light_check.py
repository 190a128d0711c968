"""A run beside adding-doubling: what agrees, what differs, and what it is not for."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.angles import GaussianSpread
from porelight.laser.beam import Beam
from porelight.light.boundary import Boundary
from porelight.light.detectors import Detector
from porelight.light.time_gate import TimeGate
from porelight.light.vessels import Vessel
from porelight.tissue.follicle_optics import Medium
from porelight.tissue.optics import LayeredOptics
from porelight.workflows.light import LightResult, light_run
from porelight.workflows.light_check import adding_doubling_check
from porelight.workflows.light_setup import LightSetup

MM = 1e-3
compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)
LAYERS = LayeredOptics(
    thickness=np.array([0.5, 1.0]) * MM,
    mu_a=np.array([0.1, 0.05]) / MM,
    mu_s=np.array([6.0, 3.0]) / MM,
    anisotropy=np.array([0.8, 0.3]),
    refractive_index=np.array([1.33, 1.45]),
    index_above=1.0,
    index_below=1.0,
)
SETUP = LightSetup(
    LAYERS,
    Beam("flat-top", MM),
    Grid(np.linspace(0.0, 5.0, 6) * MM, np.linspace(0.0, 1.5, 4) * MM),
    ("upper", "lower"),
)


@compiled
@pytest.mark.parametrize(
    "setup",
    [
        SETUP,
        replace(SETUP, beam=Beam("gaussian", MM, tilt=0.9)),
        replace(SETUP, beam=Beam("flat-top", MM, spreading="lambertian")),
        replace(SETUP, beam=Beam("flat-top", MM, stand_off=MM, spreading="isotropic")),
        replace(SETUP, boundary=Boundary(top="absorbing", bottom="absorbing")),
        replace(SETUP, beam=Beam("pencil", 0.0, spreading="isotropic"), source_depth=0.2 * MM),
        replace(SETUP, detectors=(Detector("eye", MM, MM),)),
    ],
)
def test_runs_that_adding_doubling_knows_agree_with_it(setup):
    check = adding_doubling_check(light_run(setup, photons=131_072))

    assert [pair.name for pair in check.pairs[1:]] == [
        "reflectance",
        "transmittance",
        "layer 1",
        "layer 2",
    ]
    assert abs(check.worst.z_score) < 4.0
    assert not check.note
    assert abs(sum(pair.theirs.mean for pair in check.pairs) - 1.0) < 1e-6


@compiled
def test_two_batches_are_told_to_be_few():
    check = adding_doubling_check(light_run(SETUP, photons=16_000))

    assert "2 batches of photons and are known to 71 % only" in check.note
    assert check.note in repr(check)


@compiled
def test_other_layers_than_those_of_the_run_show():
    run = light_run(SETUP, photons=131_072).run
    darker = replace(LAYERS, mu_a=2.0 * LAYERS.mu_a)
    wrong = replace(run, scene=run.scene._replace(optics=darker))

    assert abs(adding_doubling_check(LightResult(SETUP, wrong)).worst.z_score) > 10.0


@pytest.mark.parametrize(
    ("setup", "told"),
    [
        (
            replace(SETUP, vessels=(Vessel(MM, 0.1 * MM, Medium(100.0, 1e4, 0.9, 1.4)),)),
            "the run has vessels",
        ),
        (
            replace(SETUP, boundary=Boundary(bottom="mirror"), time_gate=TimeGate(1e-10, 2)),
            "a mirror for a face and a time gate",
        ),
        (replace(SETUP, beam=Beam("flat-top", MM, half_angle=0.1)), "the beam has many angles"),
        (
            replace(
                SETUP,
                beam=Beam("pencil", 0.0, spreading=GaussianSpread(0.1, 0.1)),
                source_depth=0.2 * MM,
            ),
            "the beam has many angles",
        ),
    ],
)
def test_what_adding_doubling_does_not_know_is_refused(setup, told):
    with pytest.raises(ParameterError, match=told):
        adding_doubling_check(LightResult(setup, setup.begun(1)))
