import math

import numba
import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.grid import Grid
from porelight.laser.beam import Beam
from porelight.light.run import begun, growing, merged
from porelight.light.stopping import Precision, Stop, shortfall, until
from porelight.light.tally_regions import Box
from porelight.light.transport import scene_of
from porelight.tissue.optics import LayeredOptics

compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
)

GRID = Grid(r_edges=np.linspace(0.0, 4e-3, 9), z_edges=np.linspace(0.0, 2e-3, 5))
BEAM = Beam("flat-top", 2e-3)
BOX = Box("wall", (0.0, 0.5e-3), (0.0, 1e-3))


def skin(mu_a=200.0):
    return LayeredOptics(
        np.array([2e-3]), np.array([mu_a]), np.array([5e3]), np.array([0.8]), np.array([1.4])
    )


def run_of(seed=1, *, optics=None, tally_regions=(BOX,), beam=BEAM):
    scene = scene_of(skin() if optics is None else optics, beam, GRID)
    return begun(scene, seed=seed, tally_regions=tally_regions, photons_per_batch=50)


def after(run, n_batches, n_threads=0):
    for longer in growing(run, n_threads):
        if longer.averages.n_batches == n_batches:
            return longer
    raise AssertionError


def assert_same_bits(one, other):
    assert one.averages.parts.keys() == other.averages.parts.keys()
    for name, part in one.averages.parts.items():
        np.testing.assert_array_equal(part.mean, other.averages.parts[name].mean)
        np.testing.assert_array_equal(part.spread, other.averages.parts[name].spread)


def test_stopping_and_going_on_gives_the_same_bits_as_one_long_run():
    assert_same_bits(after(after(run_of(), 3), 7), after(run_of(), 7))


def test_number_of_threads_does_not_change_the_bits():
    assert_same_bits(after(run_of(), 5, n_threads=1), after(run_of(), 5, n_threads=3))


def test_leaving_the_loop_keeps_what_was_finished():
    kept = run_of()
    for kept in growing(run_of()):
        if kept.averages.n_batches == 3:
            break

    assert_same_bits(kept, after(run_of(), 3))


@pytest.mark.verification
def test_merged_runs_are_the_average_of_both():
    one, other = after(run_of(1), 4), after(run_of(2), 12)

    whole = merged([other, one])

    assert whole.seeds == (1, 2)
    assert whole.n_photons == 16 * 50
    for name in ("reflectance", "layer 1", "wall"):
        expected = 0.25 * one.share(name).mean + 0.75 * other.share(name).mean
        np.testing.assert_allclose(whole.share(name).mean, expected, rtol=1e-13)


def test_order_of_merging_does_not_change_the_bits():
    runs = [after(run_of(seed), 2) for seed in (3, 1, 2)]

    assert_same_bits(merged(runs), merged(runs[::-1]))


def test_box_holds_what_its_cells_hold():
    run = after(run_of(), 4)

    # 0.5 mm deep is one cell, 1 mm wide are two
    expected = (run.field.absorbed * GRID.volume)[0, :2].sum()
    np.testing.assert_allclose(run.share("wall").mean, expected, rtol=1e-12)


def test_box_that_cuts_cells_counts_their_share_of_volume():
    halves = Box("half", (0.0, 0.25e-3), (0.0, 0.5e-3 / math.sqrt(2.0)))
    run = after(run_of(tally_regions=(halves,)), 4)

    expected = 0.25 * (run.field.absorbed * GRID.volume)[0, 0]
    np.testing.assert_allclose(run.share("half").mean, expected, rtol=1e-12)


def test_standard_error_of_a_share_is_that_of_the_field():
    run = after(run_of(), 6)

    assert run.share("layer 1").mean == run.field.by_layer[0]
    assert run.share("layer 1").standard_error == run.field.by_layer_error[0]
    assert run.share("reflectance").standard_error == run.field.reflectance_error


@compiled
def test_run_stops_once_its_precision_is_reached():
    stop = Stop(photons=1e6, precision=Precision("wall", 0.05))

    runs = [run for run, _ in until(run_of(), stop)]

    errors = [run.share("wall").relative_error for run in runs]
    assert errors[-1] <= 0.05
    # and not before: no earlier run of 32 batches or more was good enough
    assert all(error > 0.05 for error in errors[31:-1])
    assert shortfall(runs[-1], stop) == ""


@compiled
def test_precision_is_not_believed_before_32_batches():
    runs = [run for run, _ in until(run_of(), Stop(precision=Precision("reflectance", 0.9)))]

    assert runs[-1].averages.n_batches == 32


def test_run_stops_after_the_batch_in_which_time_is_up():
    ticks = iter(range(100))

    runs = list(until(run_of(), Stop(seconds=4.5), clock=lambda: float(next(ticks))))

    assert len(runs) == 5
    assert [done for _, done in runs] == [1 / 4.5, 2 / 4.5, 3 / 4.5, 4 / 4.5, 1.0]


def test_photons_are_rounded_up_to_whole_batches():
    runs = list(until(run_of(), Stop(photons=120)))

    assert runs[-1][0].n_photons == 150


def test_a_run_that_has_enough_does_no_more():
    enough = after(run_of(), 3)

    runs = list(until(enough, Stop(photons=150)))

    assert [run.n_photons for run, _ in runs] == [150]


def test_shortfall_says_what_was_reached_and_what_it_takes():
    run = after(run_of(), 8)
    reached = run.share("wall").relative_error

    text = shortfall(run, Stop(precision=Precision("wall", 0.001)))

    needed = 400 * (reached / 0.001) ** 2
    assert text == (
        f"0.1 % asked of 'wall', {100 * reached:.2g} % reached with 400 photons; about "
        f"{needed:.2g} would do.".replace("e+0", "e")
    )


@pytest.mark.parametrize(
    ("fail", "message"),
    [
        (lambda: run_of(-1), "seed is -1; expected a whole number"),
        # no file holds a larger one as a number
        (lambda: run_of(2**63), r"seed is 9223372036854775808; expected .* to 9223372036854775807"),
        (lambda: begun(run_of().scene, seed=1, photons_per_batch=0), "photons_per_batch is 0"),
        (lambda: begun(run_of().scene, seed=1, kernel="slow"), "no kernel named 'slow'"),
        (lambda: run_of(tally_regions=(BOX, BOX)), "have the same name"),
        (
            lambda: run_of(tally_regions=(Box("deep", (0.0, 3e-3), (0.0, 1e-3)),)),
            "box 'deep' reaches 0.003 m deep and 0.001 m wide; the grid ends at 0.002 and 0.004 m",
        ),
        (lambda: Box("thin", (1e-3, 1e-3), (0.0, 1e-3)), "z of box 'thin' goes from 0.001 to"),
        (lambda: run_of().share("wal"), "no share named 'wal'; did you mean 'wall'"),
        (lambda: run_of().field, "0 batches are done; expected at least 2"),
        (lambda: next(growing(run_of(), -1)), "n_threads is -1"),
        (lambda: merged([]), "no runs to merge"),
        (lambda: merged([after(run_of(1), 2), after(run_of(1), 3)]), "have seed 1; they hold the"),
        (
            lambda: merged([after(run_of(1), 2), after(run_of(2, optics=skin(300.0)), 2)]),
            "the runs of seeds 1 and 2 are of different scenes",
        ),
        (
            lambda: merged([after(run_of(1), 2), after(run_of(2, tally_regions=()), 2)]),
            r"different scenes \(tally regions\)",
        ),
        (lambda: merged([after(run_of(1), 2), run_of(2)]), "one of the runs to be merged is empty"),
        (
            lambda: next(growing(merged([after(run_of(1), 2), after(run_of(2), 2)]))),
            "a merged run of seeds 1, 2 cannot go on",
        ),
        (Stop, "nothing says when to stop"),
        (lambda: Stop(seconds=0.0), "seconds is 0; expected more than 0"),
        (lambda: Stop(photons=-5), "photons is -5; expected a whole number from 1"),
        (lambda: Precision("wall", 1.5), "relative error of 'wall' is 1.5; expected above 0"),
        (
            lambda: next(until(run_of(), Stop(precision=Precision("roof", 0.1)))),
            "no share named 'roof'",
        ),
    ],
)
def test_what_makes_no_run_is_refused(fail, message):
    with pytest.raises(ParameterError, match=message):
        fail()
