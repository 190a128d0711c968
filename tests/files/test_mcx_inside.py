"""What an MCX case starts inside the tissue, scatters by a table or detects, as a light case."""

import json
import math

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.mcx_reader import read_mcx_case
from porelight.light._launch import launch_inside
from porelight.tissue.mie import Sphere, mie_scattering

MEDIA = [
    {"mua": 0, "mus": 0, "g": 1, "n": 1},
    {"mua": 0.02, "mus": 8, "g": 0.85, "n": 1.38},
    {"mua": 0.06, "mus": 12, "g": 0.9, "n": 1.4},
]
SHAPES = [{"Grid": {"Tag": 1, "Size": [80, 80, 20]}}, {"ZLayers": [[5, 20, 2]]}]
INSIDE = "the source lies inside the tissue, or touches it"


@pytest.fixture
def read(tmp_path):
    """Read a case of two layers with another source, and keys of Domain, Forward and Optode."""

    def of(source, **changes):
        document = {
            "Session": {"ID": "t", "Photons": 1e6, "DoMismatch": True},
            "Forward": {"T0": 0, "T1": 5e-9, "Dt": 5e-9, **changes.pop("forward", {})},
            "Domain": {"LengthUnit": 0.5, "OriginType": 1, "Dim": [80, 80, 20], "Media": MEDIA},
            "Optode": {
                "Source": {"Pos": [40, 40, 0], "Dir": [0, 0, 1], **source},
                **changes.pop("optode", {}),
            },
            "Shapes": SHAPES,
        }
        document["Domain"] |= changes
        path = tmp_path / "case.json"
        path.write_text(json.dumps(document))
        (found,) = read_mcx_case(path)
        found.case.setup().begun(seed=1)
        return found

    return of


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ({"Type": "isotropic"}, {"spreading": "isotropic"}),
        ({"Type": "isotropic", "Pos": [40, 40, 6]}, {"spreading": "isotropic", "depth_mm": 3.0}),
        ({"Type": "isotropic", "Dir": [0.6, 0, 0.8]}, {"spreading": "isotropic", "tilt_deg": 0.0}),
        ({"Type": "arcsine"}, {"spreading": "table", "angle_quantiles_deg": [0.0, 180.0]}),
        ({"Type": "cone", "Param1": [0.5]}, {"half_angle_deg": pytest.approx(math.degrees(0.5))}),
        ({"Type": "pencil", "Pos": [40, 40, 4]}, {"depth_mm": 2.0}),
        ({"Type": "disk", "Param1": [4], "Dir": [0, 0, 1, "_NaN_"]}, {"spreading": "isotropic"}),
        ({"Type": "disk", "Param1": [4], "Dir": [0, 0, 1, 40]}, {"focus_mm": 20.0}),
        (
            {"Type": "slit", "Param1": [0, 20, 0], "Param2": [0.1, 0.2], "Dir": [0.6, 0, 0.8]},
            {"spreading": "gaussian", "lean": [0.1, 0.2]},
        ),
    ],
)
def test_a_source_that_touches_the_tissue_starts_inside_it(read, source, keys):
    found = read(source)
    beam = found.case.beam

    assert beam.depth_mm == keys.pop("depth_mm", 0.0)
    assert {name: getattr(beam, name) for name in keys} == keys
    assert any(INSIDE in note for note in found.notes)


def test_rays_from_above_that_mcx_does_not_refract_start_at_the_surface(read):
    beam = read({"Type": "cone", "Param1": [0.5], "Pos": [40, 40, -4]}).case.beam

    assert (beam.depth_mm, beam.stand_off_mm) == (0.0, 2.0)


@pytest.mark.parametrize(("focus", "height"), [(20.0, 0.0), (0.0, 0.0), (20.0, 2.0), (-30.0, 0.0)])
def test_a_slanted_area_starts_its_rays_where_mcx_does(read, focus, height):
    tilt, azimuth = math.radians(30.0), math.radians(200.0)
    flat = math.sin(tilt) * math.cos(azimuth), math.sin(tilt) * math.sin(azimuth)
    direction = np.array([*flat, math.cos(tilt)])
    first, second = np.array([-8.0, 3.0]), np.array([2.0, 5.0])
    given = {
        "Type": "planar",
        "Param1": [*first, 0, 0],
        "Param2": [*second, 0, 0],
        "Pos": [40, 40, -height],
        "Dir": [*direction, focus],
    }
    setup = read(given).case.setup()
    n = 200_000
    found = launch_inside(setup.beam, n, np.random.SeedSequence(1), 0.0)

    # MCX: a point of the area, even; then straight to (or from) the focus over its middle
    u, v = np.random.default_rng(2).random((2, n, 1))
    points = np.hstack([u * first + v * second, np.full((n, 1), -height)])
    middle = np.array([*(0.5 * (first + second)), -height])
    rays = np.tile(direction, (n, 1))
    if focus != 0.0:
        rays = (middle + focus * direction - points) * math.copysign(1.0, focus)
    rays /= np.sqrt((rays**2).sum(axis=1, keepdims=True))
    points += rays * (height / rays[:, 2:])
    # porelight's x is along the slant of its own axis, which goes through the centre of power
    axis = np.array([rays[:, 0].mean(), rays[:, 1].mean()])
    turn = math.atan2(axis[1], axis[0])

    def turned(vectors):
        x, y = vectors[:, 0], vectors[:, 1]
        return np.column_stack(
            [math.cos(turn) * x + math.sin(turn) * y, math.cos(turn) * y - math.sin(turn) * x]
        )

    place = turned(points[:, :2]) * 0.5e-3
    mine = np.column_stack([found.x, found.y])
    sides = turned(rays[:, :2])
    mine_sides = np.column_stack([found.to_x, found.to_y])
    np.testing.assert_allclose(np.cov(mine.T), np.cov(place.T), rtol=0.02, atol=3e-9)
    np.testing.assert_allclose(mine_sides.mean(axis=0), sides.mean(axis=0), atol=3e-3)
    np.testing.assert_allclose(np.cov(mine_sides.T), np.cov(sides.T), rtol=0.03, atol=3e-5)
    # where a ray starts decides its direction
    together, expected = (np.cov(a.T, b.T)[:2, 2:] for a, b in ((mine, mine_sides), (place, sides)))
    np.testing.assert_allclose(together, expected, rtol=0.03, atol=2e-7)


def test_scattering_by_a_table_takes_the_ends_that_mcx_puts_to_it(read):
    layers = read({"Type": "pencil"}, InverseCDF=[-0.5, 0.2, 0.9]).case.layer

    assert [one.phase.cosine_quantiles for one in layers] == [[-1.0, -0.5, 0.2, 0.9, 1.0]] * 2
    assert [one.anisotropy for one in layers] == [None, None]


def test_mie_spheres_have_the_coefficient_that_mcx_gives_them(read):
    spheres = [
        {"mua": 0.01, "radius": 1.015, "rho": 1.152e-4, "nsph": 1.59, "nmed": 1.33},
        [0.0, 0.5, 0.0, 1.5, 1.33],
    ]
    media = [MEDIA[0], {**MEDIA[1], "mus": 0}, {**MEDIA[2], "mus": 12, "g": 0.9}]
    found = read(
        {"Type": "pencil", "WaveLength": 632.8, "IQUV": [1, 1, 0, 0]},
        MieScatter=spheres,
        Media=media,
    )
    upper, lower = found.case.layer

    # efficiency by miepython 3.3, times the area, times the spheres in a volume
    assert upper.mu_s_per_mm == pytest.approx(1.174253, rel=1e-6)
    assert upper.mie.model_dump() == {
        "diameter_um": 2.03,
        "sphere_index": 1.59,
        "wavelength_nm": 632.8,
    }
    assert (upper.mu_a_per_mm, upper.refractive_index, upper.anisotropy) == (0.01, 1.33, None)
    # where a medium has mus and g, MCX takes as many spheres as give mus (1 - g)
    own = mie_scattering(Sphere(1e-6, 1.5, 1.33, 632.8e-9)).anisotropy
    assert lower.mu_s_per_mm == pytest.approx(12 * 0.1 / (1 - own))
    assert any("polarised" in note for note in found.notes)


def test_spheres_need_a_wavelength(read):
    row = [0.0, 0.5, 1e-4, 1.5, 1.33]
    with pytest.raises(InputFileError, match=r"Source\.WaveLength is None; expected"):
        read({"Type": "pencil"}, MieScatter=[row, row])


def test_detectors_are_the_discs_in_which_the_balls_cut_the_faces(read):
    balls = [
        {"Pos": [46, 40, 0], "R": 2},
        {"Pos": [40, 48, 20.5], "R": 1.3},
        {"Pos": [40, 40, 9], "R": 2},
    ]
    found = read({"Type": "pencil"}, optode={"Detector": balls})
    top, bottom = found.case.detector

    assert (top.name, top.x_mm, top.y_mm, top.diameter_mm) == ("detector 1", 3.0, 0.0, 2.0)
    assert (bottom.side, bottom.x_mm, bottom.y_mm) == ("bottom", 0.0, 4.0)
    assert bottom.diameter_mm == pytest.approx(2 * 1.2 * 0.5)
    assert any("Detector[3] lies 4.5 mm from both faces" in note for note in found.notes)


def test_detectors_turn_with_a_beam_that_leans(read):
    # 60 degrees about z, 5 voxels above: the axis meets the tissue 3.75 voxels on
    lean = [0.6 * math.cos(math.pi / 3), 0.6 * math.sin(math.pi / 3), 0.8]
    ball = {"Pos": [40, 40, 0], "R": 2}
    found = read({"Type": "pencil", "Dir": lean, "Pos": [40, 40, -5]}, optode={"Detector": [ball]})
    (one,) = found.case.detector

    assert one.x_mm == pytest.approx(-5 * 0.75 * 0.5)
    assert one.y_mm == pytest.approx(0.0, abs=1e-12)


def test_a_gate_that_opens_late_is_one_here(read):
    gate = read({"Type": "pencil"}, forward={"T0": 1e-10, "T1": 5e-10, "Dt": 1e-10}).case.time_gate

    assert (gate.start_ps, gate.end_ps, gate.bins) == (pytest.approx(100), pytest.approx(500), 4)
