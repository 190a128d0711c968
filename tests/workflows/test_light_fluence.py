"""W/cm2 in the tissue from an irradiance at the skin."""

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.errors import ParameterError
from porelight.files.light_case import read_light_case
from porelight.files.light_examples import EXAMPLE_LAYERS
from porelight.files.light_exchange import write_fluence_table
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.vessels import Vessel
from porelight.tissue.follicle_optics import Medium
from porelight.tissue.optics import LayeredOptics
from porelight.workflows.light import light_run
from porelight.workflows.light_fluence import light_fluence
from porelight.workflows.light_setup import LightSetup

# absorbs, does not scatter, and has the index of air: the fluence rate is E exp(-mu_a z)
CLEAR = LayeredOptics(*(np.array([x]) for x in (4e-3, 500.0, 0.0, 0.0, 1.0)), 1.0, 1.0)
GRID = Grid(np.array([0.0, 0.9e-3, 1.2e-3]), np.linspace(0.0, 4e-3, 41))


def result_of(profile="flat-top", diameter=2e-3):
    setup = LightSetup(CLEAR, Beam(profile, diameter), GRID, ("clear",))
    return light_run(setup, photons=160_000)


@pytest.fixture(scope="module")
def result():
    return result_of()


def test_irradiance_falls_off_as_beer_and_lambert_say(result):
    # 100 mW/cm2 on a spot of 2 mm (fangq/mcx issue 247, ankrh/MCmatlab issue 37)
    found = light_fluence(result, irradiance=1e3)

    assert found.amount == pytest.approx(1e3 * math.pi * 1e-6, rel=1e-12)
    depth, near = np.array([(row.depth, row.near_axis) for row in found.rows]).T
    # the mean over a cell of height h is that at its middle times sinh(x) / x, x = mu_a h / 2
    x = 0.5 * 500.0 * 1e-4
    expected = 1e3 * np.exp(-500.0 * depth) * math.sinh(x) / x
    error = found.standard_error[np.searchsorted(GRID.z_edges, depth) - 1, 0]
    assert (error < 0.3 * expected).all()
    assert (np.abs(near - expected) < 4.0 * error).all()
    assert found.rows[0].layer == "clear"
    assert "onto the skin; fluence near the axis" in repr(found)


def test_power_and_energy_are_the_same_light(result):
    rate = light_fluence(result, irradiance=1e3)

    by_power = light_fluence(result, power=rate.amount)
    energy = light_fluence(result, radiant_exposure=1e3)

    np.testing.assert_array_equal(by_power.fluence, rate.fluence)
    np.testing.assert_array_equal(energy.fluence, rate.fluence)
    assert (rate.unit_per_cm2[0], energy.unit_per_cm2[0]) == ("W/cm2", "J/cm2")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "0 of irradiance, power and radiant_exposure are given; expected one"),
        ({"irradiance": 1.0, "power": 1.0}, "2 of irradiance, power and radiant_exposure"),
        ({"power": -1.0}, r"power is -1 W; expected 1e-15 to 1e\+16 W"),
        ({"power": math.nan}, "power is nan W; expected 1e-15"),
    ],
)
def test_anything_but_one_amount_is_refused(result, given, message):
    with pytest.raises(ParameterError, match=message):
        light_fluence(result, **given)


def test_a_pencil_beam_has_a_power_alone():
    pencil = result_of("pencil", 0.0)

    assert not light_fluence(pencil, power=1.0).has_area
    with pytest.raises(ParameterError, match="a pencil beam has no area for its irradiance"):
        light_fluence(pencil, irradiance=1.0)


def test_depths_of_a_vessel_are_left_out(tmp_path):
    # as in the skin with a vessel of fangq/mcx issue 247
    vessel = Vessel(1e-3, 0.2e-3, Medium(2e3, 1e4, 0.9, 1.0))
    setup = replace(result_of().setup, vessels=(vessel,))
    found = light_fluence(light_run(setup, photons=16_000), irradiance=1e3)

    known = np.isfinite(found.fluence).all(axis=1)

    z = GRID.z
    np.testing.assert_array_equal(known, np.abs(z - 1e-3) > 0.2e-3 + 0.4e-4)
    assert all(abs(row.depth - 1e-3) > 0.2e-3 for row in found.rows)
    text = write_fluence_table(found, tmp_path / "f.csv").read_text()
    assert "0.95,0.45,,\n" in text


def test_every_cell_is_written(result, tmp_path):
    found = light_fluence(result, irradiance=1e3)

    path = write_fluence_table(found, tmp_path / "f.csv")

    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert len(rows) == 40 * 2
    value = float(rows[0]["fluence_rate_w_cm2"])
    assert value == pytest.approx(found.fluence[0, 0] * 1e-4, rel=1e-5)
    assert float(rows[-1]["radius_mm"]) == pytest.approx(1.05)


def test_the_command_speaks_clinic_units(tmp_path, capsys):
    case, run, table = (tmp_path / name for name in ("c.toml", "r.nc", "f.csv"))
    case.write_text(EXAMPLE_LAYERS)

    def porelight(*words):
        with pytest.raises(SystemExit) as left:
            main([str(word) for word in words])
        return left.value.code, capsys.readouterr()

    assert porelight("light", "run", case, "-o", run, "--photons", 16_000)[0] == 0
    asked = ("light", "fluence", run, "--irradiance-w-cm2", 0.1)
    code, shown = porelight(*asked, "-o", table, "--json")

    document = json.loads(shown.out)
    assert code == 0
    assert document["over_the_spot"] == pytest.approx(0.1)
    area = read_light_case(case).setup().beam.area
    assert document["onto_the_skin"]["total"] == pytest.approx(0.1 * area * 1e4)
    assert table.exists()
    text = porelight(*asked)[1].out
    assert "0.1 W/cm2 over the spot" in text
    assert "slab" in text
    code, shown = porelight("light", "fluence", run)
    assert (code, len(shown.err.splitlines())) == (2, 1)
