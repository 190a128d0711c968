"""Phase functions, a source inside and a late gate of a light case as a file states them."""

import math

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.light_case import read_light_case, write_light_case
from porelight.files.mcx import mcx_case
from porelight.files.mcx_reader import mcx_cases
from porelight.laser.angles import GaussianSpread
from porelight.light.time_gate import TimeGate

CASE = """
[beam]
profile = "pencil"
diameter_mm = 0.0
{beam}
[[layer]]
mu_a_per_mm = 0.1
mu_s_per_mm = 5.0
{scattering}
refractive_index = 1.33
thickness_mm = 2.0
{more}
"""
HENYEY = "anisotropy = 0.8"
QUANTILES = "phase = {cosine_quantiles = [-1.0, 0.5, 1.0]}"
DENSITY = "phase = {cosine = [-1.0, 0.0, 1.0], density = [0.0, 1.0, 0.0]}"
SPHERES = "mie = {diameter_um = 2.03, sphere_index = 1.59, wavelength_nm = 632.8}"


def read(folder, scattering=HENYEY, beam="", more=""):
    path = folder / "case.toml"
    path.write_text(CASE.format(scattering=scattering, beam=beam, more=more))
    return read_light_case(path)


@pytest.mark.parametrize(
    ("scattering", "anisotropy"), [(QUANTILES, 0.25), (DENSITY, 0.0), (SPHERES, 0.908092)]
)
def test_a_layer_scatters_as_it_says_and_keeps_it(tmp_path, scattering, anisotropy):
    case = read(tmp_path, scattering)
    again = read_light_case(write_light_case(case, tmp_path / "again.toml"))

    for one in (case, again):
        np.testing.assert_allclose(one.optics().anisotropy, [anisotropy], atol=1e-6)
    assert case.setup().begun(1).fingerprint == again.setup().begun(1).fingerprint


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scattering": ""}, r"layer\[1\] has no anisotropy; expected one of anisotropy"),
        (
            {"scattering": f"{HENYEY}\n{SPHERES}"},
            r"layer\[1\] has anisotropy and mie; expected one",
        ),
        ({"scattering": "phase = {cosine = [-1.0, 1.0]}"}, "2 cosines and 0 densities"),
        (
            {"scattering": "phase = {cosine_quantiles = [0.5, 0.0]}"},
            r"layer\[1\]: the cosines of a phase function must rise",
        ),
        (
            {"scattering": SPHERES.replace("1.59", "1.33")},
            r"layer\[1\]: the index of the spheres and that around them are 1.33",
        ),
        ({"scattering": SPHERES.replace("2.03", "0")}, r"mie.diameter_um is 0.* expected 0.001 to"),
        ({"beam": "depth_mm = 2.0"}, "less than the depth of the layers, 0.002 m"),
        ({"beam": "spreading = 'gaussian'\nlean = [1.0]"}, "beam.lean is the two standard dev"),
        ({"beam": "spreading = 'gaussian'\nlean = [1.0, 2.0]"}, "expected a source inside the"),
        (
            {"more": "[time_gate]\nend_ps = 5.0\nstart_ps = 5.0"},
            "expected 0 s to less than its end",
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, changes, told):
    with pytest.raises(InputFileError, match=told) as raised:
        read(tmp_path, **changes)
    assert "\n" not in str(raised.value)


def test_a_source_inside_and_a_late_gate_are_read(tmp_path):
    beam = "depth_mm = 0.5\nspreading = 'gaussian'\nlean = [0.1, 0.2]\ntilt_deg = 30"
    setup = read(tmp_path, beam=beam, more="[time_gate]\nend_ps = 9.0\nstart_ps = 3.0").setup()

    assert setup.scene.source_depth == 0.5e-3
    assert setup.beam.spreading == GaussianSpread(0.1, 0.2)
    assert setup.scene.time_gate == TimeGate(9e-12, 1, 3e-12)
    assert setup.begun(1).kernel == "reference"
    assert "before the time gate" in setup.begun(1).names


@pytest.mark.parametrize(
    "beam",
    [
        "depth_mm = 0.5",
        "depth_mm = 0.0\nspreading = 'isotropic'",
        "depth_mm = 0.5\nspreading = 'table'\nangle_quantiles_deg = [0.0, 180.0]",
    ],
)
def test_a_case_for_mcx_is_read_back(tmp_path, beam):
    gate = "[time_gate]\nend_ps = 900.0\nstart_ps = 300.0\nbins = 3"
    case = read(tmp_path, QUANTILES, beam, gate)
    (back,) = mcx_cases(mcx_case(case, voxel=1e-4, width=4e-3, n_photons=9), tmp_path / "x.json")

    assert back.case.beam.depth_mm == pytest.approx(case.beam.depth_mm)
    assert back.case.layer[0].phase == case.layer[0].phase
    assert back.case.time_gate.start_ps == pytest.approx(300.0)
    expected, found = (one.beam.beam().spreading for one in (case, back.case))
    if isinstance(expected, str):
        assert found == expected
    else:
        np.testing.assert_allclose(found.widest, math.pi)


def test_a_table_that_mcx_has_not_is_not_written_as_another(tmp_path):
    for scattering in (DENSITY, SPHERES):
        with pytest.raises(ValueError, match="one table of scattering angles for all media"):
            mcx_case(read(tmp_path, scattering), voxel=1e-4, width=4e-3, n_photons=9)
