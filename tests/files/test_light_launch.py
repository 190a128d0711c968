"""Directions, focus and faces of a light case as a file states them."""

import math

import numpy as np
import pytest
import xarray as xr

from porelight.errors import InputFileError, ParameterError
from porelight.files.light_case import read_light_case, write_light_case
from porelight.files.light_runs import load_light_run, save_light_run
from porelight.laser.angles import AngularProfile
from porelight.light.boundary import Boundary
from porelight.light.detectors import Detector
from porelight.light.run import growing
from porelight.light.time_gate import TimeGate
from porelight.workflows.light_paths import light_paths

CASE = """
[beam]
diameter_mm = 2.0
{beam}
[[layer]]
mu_a_per_mm = 0.1
mu_s_per_mm = 5.0
anisotropy = 1.0
refractive_index = 1.4
thickness_mm = 2.0
{more}
"""


def read(folder, beam="", more=""):
    path = folder / "case.toml"
    path.write_text(CASE.format(beam=beam, more=more))
    return read_light_case(path)


def test_case_has_the_directions_it_states(tmp_path):
    degrees = math.pi / 180.0
    table = "spreading = 'table'\nangle_deg = [0, 30.0]\nintensity = [1.0, 0.0]"
    quantiles = "spreading = 'table'\nangle_quantiles_deg = [0.0, 10.0, 60.0]"

    assert read(tmp_path, "spreading = 'lambertian'").beam.beam().spreading == "lambertian"
    assert read(tmp_path, "focus_mm = 20").beam.beam().half_angle == -math.atan(1.0 / 20.0)
    assert read(tmp_path, "focus_mm = -20").beam.beam().half_angle == math.atan(1.0 / 20.0)
    found = read(tmp_path, quantiles).beam.beam().spreading
    assert found == AngularProfile.of_quantiles(np.array([0.0, 10.0, 60.0]) * degrees)
    found = read(tmp_path, table).beam.beam().spreading
    np.testing.assert_allclose(found.widest, 30.0 * degrees, rtol=1e-12)


def test_case_has_the_faces_it_states_and_keeps_them(tmp_path):
    case = read(tmp_path, more="[boundary]\nbottom = 'mirror'")

    again = read_light_case(write_light_case(case, tmp_path / "again.toml"))

    assert again.setup().boundary == Boundary(bottom="mirror")
    assert again.setup().scene.boundary == Boundary(bottom="mirror")


def test_faces_make_another_run_and_usual_ones_none(tmp_path):
    plain, stated, mirror = (
        read(tmp_path, more=more).setup().begun(seed=1).fingerprint
        for more in ("", "[boundary]\ntop = 'refracting'", "[boundary]\nbottom = 'mirror'")
    )

    assert plain == stated != mirror


@pytest.mark.parametrize(
    ("beam", "more", "message"),
    [
        ("focus_mm = 5\nhalf_angle_deg = 3", "", "both say how the beam spreads"),
        ("focus_mm = 5\nspreading = 'fibre'", "", "have no focus"),
        ("focus_mm = 5\nstand_off_mm = 6", "", "expected a focus below the surface"),
        ("spreading = 'table'", "", "expected angle_deg and intensity, or"),
        ("angle_deg = [0, 1.0]", "", 'expected spreading = "table"'),
        ("spreading = 'isotropic'\ntilt_deg = 5", "", "from every side of the skin"),
        ("", "[boundary]\nsides = 'mirror'", "boundary.sides is not a key"),
    ],
)
def test_impossible_directions_and_faces_are_told_in_a_line(tmp_path, beam, more, message):
    with pytest.raises(InputFileError, match=message):
        read(tmp_path, beam, more)


def test_time_gate_of_a_case_is_run_and_kept(tmp_path):
    case = read(tmp_path, more="[time_gate]\nend_ps = 20\nbins = 4")
    setup = case.setup()
    run = next(longer for longer in growing(setup.begun(seed=1)) if longer.averages.n_batches == 2)

    kept = save_light_run(run, case, tmp_path / "run.nc")

    assert setup.time_gate == TimeGate(20e-12, 4)
    again, _ = load_light_run(kept)
    np.testing.assert_array_equal(again.field.time.reflectance, run.field.time.reflectance)
    with xr.open_dataset(kept, engine="h5netcdf") as stored:
        np.testing.assert_array_equal(stored.timed_transmittance, run.field.time.transmittance)
        np.testing.assert_allclose(stored.time_edges, np.linspace(0.0, 20e-12, 5))


def test_paths_of_a_gated_case_are_refused(tmp_path):
    setup = read(tmp_path, more="[time_gate]\nend_ps = 20").setup()

    with pytest.raises(ParameterError, match="take the time gate out of the setup"):
        light_paths(setup, photons=64)


def test_detectors_of_a_case_are_run_and_kept(tmp_path):
    place = "[[detector]]\nname = 'eye'\nx_mm = 1.0\ndiameter_mm = 0.5\nhalf_angle_deg = 30"
    case = read(tmp_path, more=place + "\nside = 'bottom'\n[time_gate]\nend_ps = 20\nbins = 4")
    setup = case.setup()
    run = next(longer for longer in growing(setup.begun(seed=1)) if longer.averages.n_batches == 2)

    kept = save_light_run(run, case, tmp_path / "run.nc")

    (detector,) = setup.detectors
    expected = Detector("eye", 1e-3, 0.5e-3, half_angle=math.radians(30.0), side="bottom")
    assert detector.half_angle == pytest.approx(expected.half_angle)
    assert (detector.name, detector.x, detector.diameter, detector.side) == (
        expected.name,
        expected.x,
        expected.diameter,
        expected.side,
    )
    again, _ = load_light_run(kept)
    assert again.share("eye") == run.share("eye")
    with xr.open_dataset(kept, engine="h5netcdf") as stored:
        assert stored.timed_detected.shape == (1, 4)
        assert stored.detector.values.tolist() == ["eye"]
