"""Photons followed by one call: until enough is known, taken up again, merged, swept."""

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest

import porelight
from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.follicle import Medium, follicle_of
from porelight.light.path_lengths import path_lengths
from porelight.light.run import begun
from porelight.light.stopping import Precision
from porelight.light.sweep import sweep
from porelight.light.tally_regions import Box, Share
from porelight.light.vessels import Vessel
from porelight.light.weight_window import WeightWindow
from porelight.tissue.follicle_optics import follicle_optics
from porelight.tissue.optics import LayeredOptics
from porelight.tissue.pore import Pore
from porelight.tissue.skin import Skin
from porelight.workflows.light import (
    LightResult,
    LightRunInterrupted,
    light_merge,
    light_run,
)
from porelight.workflows.light_paths import light_paths
from porelight.workflows.light_setup import LightSetup
from porelight.workflows.light_shares import concise
from porelight.workflows.light_sweep import light_sweep

BATCH = 8192
SKIN = Skin.typical("nose", 2, 60.0, sex="male", oiliness="oily")
GRID = Grid(np.linspace(0.0, 4e-3, 9), np.linspace(0.0, 2e-3, 5))
BEAM = Beam("flat-top", 2e-3)


@pytest.fixture(scope="module")
def slab():
    optics = LayeredOptics(
        np.array([1e-3, 1e-3]),
        np.array([200.0, 400.0]),
        np.array([5e3, 5e3]),
        np.array([0.8, 0.8]),
        np.array([1.4, 1.4]),
        1.0,
        1.0,
    )
    box = Box("top", (0.0, 5e-4), (0.0, 1e-3))
    return LightSetup(optics, BEAM, GRID, ("lid", "base"), tally_regions=(box,))


@pytest.fixture(scope="module")
def skin():
    return LightSetup.of_skin(SKIN, 1064e-9, BEAM, grid=GRID)


@pytest.fixture(scope="module")
def result(slab):
    return light_run(slab, photons=3 * BATCH - 5)


def test_whole_batches_are_followed(result):
    assert result.n_photons == 3 * BATCH
    assert result.photons_per_second > 0.0


def test_a_layer_goes_by_its_own_name(result):
    assert result.share("base") == result.share("layer 2") == result.run.share("layer 2")
    assert result.shares["layer 2: base"] == result.share("base")
    assert set(result.shares) == {
        "specular", "reflectance", "transmittance", "layer 1: lid", "layer 2: base", "top"
    }  # fmt: skip


def test_shares_of_the_light_add_to_one(result):
    parts = dict(result.shares)
    del parts["top"]  # a part of the layers, counted with them
    total = sum(share.mean for share in parts.values())

    # what the roulette took and gave is left, 0 in the mean
    assert total + result.field.lost == pytest.approx(1.0, abs=1e-12)
    assert abs(result.field.lost) < 1e-4
    # air on a medium of index 1.4
    assert result.share("specular").mean == pytest.approx((0.4 / 2.4) ** 2, rel=1e-6)


def test_a_result_prints_its_shares(result):
    assert f"  layer 1: lid: {concise(result.share('lid'))}" in repr(result).splitlines()
    assert len(repr(result).splitlines()) == 7


def test_a_run_that_goes_on_has_the_bits_of_one_that_never_stopped(slab, result):
    first = light_run(slab, photons=2 * BATCH)
    longer = light_run(slab, photons=3 * BATCH, start=first.run)
    on = light_run(slab, photons=3 * BATCH, start=first)
    np.testing.assert_array_equal(on.field.absorbed, longer.field.absorbed)
    assert longer.shares == result.shares


def test_one_batch_has_no_error_so_two_are_followed(slab):
    found = light_run(slab, photons=10)

    assert found.n_photons == 2 * BATCH
    assert found.note == "16,384 photons were followed, two batches: fewer show no standard error."


def test_nothing_is_followed_where_enough_is_known_already(slab, result):
    assert light_run(slab, photons=BATCH, start=result.run).n_photons == 3 * BATCH


def test_a_precision_that_is_not_reached_is_said(slab):
    found = light_run(slab, photons=2 * BATCH, precision=Precision("lid", 1e-4))
    assert "0.01 % asked of 'layer 1'" in found.note
    assert repr(found).splitlines()[-1] == found.note


def test_a_precision_that_is_reached_ends_the_run(slab):
    found = light_run(slab, precision=Precision("lid", 0.05))
    assert found.share("lid").relative_error <= 0.05
    assert found.note == ""


def test_progress_rises_to_the_end(slab):
    heard = []
    light_run(slab, photons=3 * BATCH, progress=heard.append)
    assert heard == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_an_interrupt_carries_what_was_done(slab, result):
    def stop_at_the_end(share):
        if share == 1.0:
            raise KeyboardInterrupt

    with pytest.raises(LightRunInterrupted, match="24,576 photons were done") as stopped:
        light_run(slab, photons=3 * BATCH, progress=stop_at_the_end)
    assert stopped.value.result.shares == result.shares


def test_an_interrupt_before_there_is_a_result_stays_one(slab):
    def stop(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as stopped:
        light_run(slab, photons=3 * BATCH, progress=stop)
    assert type(stopped.value) is KeyboardInterrupt


def test_merged_runs_count_as_one(slab):
    parts = [light_run(slab, photons=2 * BATCH, seed=seed) for seed in (1, 2)]
    whole = light_merge(parts)
    assert whole.n_photons == 4 * BATCH
    assert whole.setup is slab
    means = [part.share("reflectance").mean for part in parts]
    assert whole.share("reflectance").mean == pytest.approx(np.mean(means), rel=1e-12)


def test_a_window_that_the_kernel_did_not_heed_is_said(slab):
    windowed = replace(slab, weight_window=WeightWindow())
    run = begun(windowed.scene, seed=1, kernel="reference")
    assert "takes no notice of [weight_window]" in LightResult(windowed, run).note
    assert LightResult(slab, begun(slab.scene, seed=1, kernel="reference")).note == ""
    assert LightResult(windowed, begun(windowed.scene, seed=1)).note == ""  # the fast kernel did


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        ({"photons": -5.0}, "photons is -5"),
        ({"seconds": 0.0}, "seconds is 0"),
        ({"precision": Precision("led", 0.01)}, "did you mean 'lid'"),
        ({"precision": Precision("pore wall", 0.01)}, "expected a follicle"),
        ({"seed": -1}, "seed is -1"),
        ({"threads": -1}, "n_threads is -1"),
    ],
)
def test_impossible_runs_are_refused(slab, ask, message):
    with pytest.raises(ParameterError, match=message):
        light_run(slab, **ask)


def test_a_run_of_another_setup_or_seed_is_not_gone_on_with(slab, result):
    wider = replace(slab, beam=Beam("flat-top", 3e-3))
    with pytest.raises(ParameterError, match=r"run of another case \(beam differ\)"):
        light_run(wider, photons=4 * BATCH, start=result.run)
    with pytest.raises(ParameterError, match="a run of seed 1 and goes on with it; leave out"):
        light_run(slab, photons=4 * BATCH, start=result.run, seed=2)


def test_a_setup_of_skin_names_its_layers_and_tallies_its_dermis(skin):
    assert skin.layer_names[0] == "epidermis"
    (dermis,) = skin.tally_regions
    named = [skin.layer_names[i] for i in dermis.layers]
    assert named == ["papillary dermis", "upper plexus", "reticular dermis"]


def test_another_skin_type_keeps_everything_else(skin):
    dark = skin.of_type(6)
    expected = Skin.typical("nose", 6, 60.0, sex="male", oiliness="oily", pores=SKIN.pores)
    assert dark.skin == expected
    assert dark.optics.mu_a[0] > 2.0 * skin.optics.mu_a[0]
    assert dark.beam is skin.beam
    assert (
        repr(dark) == "light of 1064 nm, a 2 mm flat-top beam on nose skin of type 6, 4 x 8 cells"
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"layer_names": ("lid",)}, "1 names for 2 layers"),
        ({"layer_names": ("top", "base")}, "'top' names a tally region and a layer"),
    ],
)
def test_names_that_do_not_fit_are_refused(slab, changes, message):
    with pytest.raises(ParameterError, match=message):
        replace(slab, **changes)


def test_a_sweep_tells_every_skin_type(skin):
    heard = []
    found = light_sweep(skin, photons=640, progress=heard.append)
    absorbed = [found.shares(fitzpatrick)["epidermis"].mean for fitzpatrick in range(1, 7)]
    assert absorbed == sorted(absorbed)
    assert (found.n_photons, heard[-1]) == (640, 1.0)
    told = f"type 6: reflectance {concise(found.shares(6)['reflectance'])}, epidermis"
    assert told in repr(found)
    with pytest.raises(ParameterError, match="fitzpatrick is 7"):
        found.shares(7)


FOLLICLE = follicle_of(Pore.typical(300e-6), follicle_optics(1064e-9))
VESSEL = Vessel(0.6e-3, 40e-6, Medium(500.0, 2e4, 0.95, 1.38), 0.4e-3)


@pytest.fixture(params=["pore and vessel", "pores side by side"])
def full(request):
    """Return skin with what light may meet in it; a vessel cannot lie between mirrors."""
    inside = {"vessels": [VESSEL]} if request.param == "pore and vessel" else {"cell_radius": 3e-3}
    top = Box("top", (0.0, 5e-4), (0.0, 1e-3))
    beam = Beam("flat-top", 6e-3)
    return LightSetup.of_skin(
        SKIN, 1064e-9, beam, grid=GRID, follicle=FOLLICLE, tally_regions=[top], **inside
    )


def inside_of(setup):
    return {
        "cell_radius": setup.cell_radius,
        "follicle": setup.follicle,
        "vessels": setup.vessels,
    }


def test_a_sweep_meets_all_that_lies_in_the_skin(full):
    found = light_sweep(full, photons=640).fields[5]
    optics = [full.of_type(fitzpatrick).optics for fitzpatrick in range(1, 7)]
    expected = sweep(
        optics,
        full.beam,
        GRID,
        n_photons=640,
        seed=1,
        tally_regions=full.tally_regions,
        **inside_of(full),
    )[4]
    np.testing.assert_array_equal(found.by_region, expected.by_region)
    assert found.region_names == expected.region_names
    assert found.tally_shares == expected.tally_shares
    assert set(found.tally_shares) == {"pore wall", "dermis", "top"}


def test_paths_meet_all_that_lies_in_the_skin(full):
    found = light_paths(full, photons=640, seed=3).lengths
    expected = path_lengths(full.optics, full.beam, GRID, n_photons=640, seed=3, **inside_of(full))
    np.testing.assert_array_equal(found.reflected, expected.reflected)


def test_light_that_leaves_through_the_bottom_has_gone_through_every_layer(slab):
    found = light_paths(slab, photons=6400)
    assert (found.lengths.transmitted > 1e-3).all()
    path, error = (1e3 * one[0] for one in (found.lengths.reflected, found.lengths.reflected_error))
    assert f"  lid: {path:.5g} ± {error:.2g} mm" in repr(found).splitlines()


@pytest.mark.parametrize("follow", [light_sweep, light_paths])
def test_what_cannot_be_followed_for_types_or_paths_is_refused(skin, follow):
    with pytest.raises(ParameterError, match="follows its photons without a weight window"):
        follow(replace(skin, weight_window=WeightWindow()), photons=640)
    with pytest.raises(ParameterError, match="photons is inf"):
        follow(skin, photons=math.inf)


def test_layers_of_your_own_have_no_skin_type(slab):
    with pytest.raises(ParameterError, match="have no Fitzpatrick type; expected those of a skin"):
        light_sweep(slab)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        ((0.45738, 0.00081), "0.4574(8)"),
        ((4.039e-5, 2.6e-6), "4.0(3)e-05"),
        ((0.5, 0.0097), "0.50(1)"),
        ((0.0, 0.0), "0"),
    ],
)
def test_error_stands_in_brackets_after_the_last_digit(share, shown):
    assert concise(Share(*share)) == shown


def test_the_calls_stand_beside_the_package_of_the_physics():
    # `porelight.light` is a package: a call of that name would hide it, or be hidden by it
    assert import_module("porelight.light") is porelight.light
    assert porelight.light_run is light_run
    assert porelight.light_sweep is light_sweep
    assert porelight.light_merge is light_merge
    assert porelight.light_paths is light_paths


def test_the_fluence_is_what_is_absorbed_over_the_absorption(slab):
    result = light_run(slab, photons=2 * BATCH)
    # the planes of the grid are those of the layers: two rows of cells in each
    mu_a = np.array([200.0, 200.0, 400.0, 400.0])[:, None]
    np.testing.assert_allclose(result.fluence, result.field.absorbed / mu_a, rtol=1e-12)
    blood = Medium(mu_a=500.0, mu_s=5e3, anisotropy=0.9, refractive_index=1.4)
    vessels = (Vessel(depth=5e-4, radius=5e-5, medium=blood),)
    within = replace(result, setup=replace(slab, vessels=vessels))
    with pytest.raises(ParameterError, match="take the pore and the vessels out of the setup"):
        _ = within.fluence


def test_fields_and_runs_print_in_a_line(slab, result):
    assert repr(result.run) == f"LightRun({3 * BATCH:,} photons, seed 1, fast kernel)"
    for shown in (result.field, light_paths(slab, photons=BATCH).lengths):
        assert len(repr(shown)) < 900
        assert "\n" not in repr(shown)
        assert " numbers, " in repr(shown)
