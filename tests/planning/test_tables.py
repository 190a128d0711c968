"""Claims about tables of sessions: how near to the engine they are, and which device gets which."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.healing_weeks import session_doses
from porelight.course.laws import OWN_LAWS
from porelight.course.settings import EnsembleSettings
from porelight.course.treatment import physics_ensemble
from porelight.laser.devices import device
from porelight.planning import table as any_table
from porelight.planning.hand_table import HandTable
from porelight.planning.limits import SessionQuantities
from porelight.planning.scan_table import ScanTable, even
from porelight.planning.space import STOP, SettingSpace
from porelight.planning.table import SessionTable
from porelight.planning.tables import compared_points, session_table, table_error
from porelight.session.ablative import coverage
from porelight.session.injury_law import library_injury
from porelight.tissue.skin import Skin
from porelight.units import celsius

# corners of the ranges are compared, of which a user would be warned
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::porelight.errors.ExtrapolationWarning"),
]

SKIN = Skin.typical("cheek", 2, 35.0, oiliness="oily")
COARSE = EnsembleSettings(draws=20, members=2, photons=1000)
J_PER_CM2 = 1e4


def made(key: str, laws=OWN_LAWS):
    physics = physics_ensemble(SKIN, COARSE, laws)
    return session_table(SettingSpace.of(device(key), SKIN.zone), physics, laws), physics


@pytest.fixture(scope="module")
def by_hand():
    return made("laser-genesis")


@pytest.fixture(scope="module")
def scanned():
    return made("pearl")


def both(table_and_physics, point):
    """Return quantities and doses of a setting by the table and in full."""
    table, physics = table_and_physics
    (found,) = table.sessions([point])
    results = physics.treat(table.space.exposure(point))
    doses = session_doses(SKIN, [results], np.arange(len(results)))
    full = {name: getattr(doses, name)[0] for name in found.doses}
    return found, SessionQuantities.of(SKIN, results), full


def genesis(energy: float, passes: float, rate: float, stop: float | None = None):
    point = {"radiant_exposure": energy * J_PER_CM2, "passes": passes, "rate": rate}
    return point if stop is None else {**point, STOP: celsius(stop)}


@pytest.mark.parametrize(
    "point",
    [
        genesis(16.0, 8.0, 10.0),
        genesis(13.3, 6.0, 8.5),
        genesis(9.4, 3.0, 9.5),
        genesis(10.7, 3.0, 5.5),
        genesis(15.1, 8.0, 6.0, 39.0),
        genesis(12.8, 4.0, 9.0, 41.5),
        genesis(10.2, 7.0, 7.0, 41.0),
    ],
)
def test_a_session_by_hand_is_that_of_the_engine(by_hand, point):
    found, full, doses = both(by_hand, point)
    # the table of free density that this one replaced was off by up to 3.3 K
    np.testing.assert_allclose(found.quantities.felt, full.felt, atol=0.15)
    np.testing.assert_allclose(found.quantities.reading, full.reading, atol=0.2)
    np.testing.assert_allclose(found.quantities.peak, full.peak, atol=1.0)
    # what is gained while a place cools that was passed over just before a stop is the worst
    stopped = STOP in point
    for name in ("heat_shocked", "denatured", "plexus_shocked"):
        np.testing.assert_allclose(
            found.doses[name], doses[name], rtol=0.3 if stopped else 0.05, atol=2e-4
        )
    np.testing.assert_allclose(
        found.quantities.killed, full.killed, rtol=0.5 if stopped else 0.1, atol=1e-5
    )
    np.testing.assert_allclose(found.doses["coagulated"], doses["coagulated"], rtol=0.5, atol=1e-4)
    np.testing.assert_allclose(found.quantities.wound, full.wound, atol=3e-6)


def test_the_longest_session_by_hand_is_exact_at_its_own_energies(by_hand):
    found, full, doses = both(by_hand, genesis(16.0, 8.0, 10.0))
    np.testing.assert_allclose(found.quantities.felt, full.felt, atol=1e-3)
    np.testing.assert_allclose(found.quantities.reading, full.reading, atol=1e-3)
    np.testing.assert_allclose(found.doses["heat_shocked"], doses["heat_shocked"], rtol=1e-3)


def test_a_stop_ends_a_session_that_would_grow_warmer(by_hand):
    point = genesis(14.0, 8.0, 10.0)
    cool, warm, free = by_hand[0].sessions(
        [{**point, STOP: 313.15}, {**point, STOP: 315.15}, point]
    )
    assert (cool.quantities.reading < warm.quantities.reading).all()
    assert (warm.quantities.reading < free.quantities.reading).all()
    np.testing.assert_allclose(warm.quantities.reading, 315.15, atol=0.4)
    assert (warm.doses["heat_shocked"] < free.doses["heat_shocked"]).all()


@pytest.mark.parametrize(
    ("energy", "overlap", "passes"),
    [(1.3, 0.1, 1.0), (2.2, 0.3, 1.0), (3.1, 0.0, 1.0), (2.6, 0.2, 2.0), (3.3, 0.35, 1.0)],
)
def test_a_scanned_session_is_the_mean_of_its_columns(scanned, energy, overlap, passes):
    point = {"radiant_exposure": energy * J_PER_CM2, "overlap": overlap, "passes": passes}
    found, full, doses = both(scanned, point)
    np.testing.assert_allclose(found.quantities.wound, full.wound, atol=5e-6)
    np.testing.assert_allclose(found.doses["ablated"], doses["ablated"], atol=1e-6)
    # the table that this one replaced was off by half
    np.testing.assert_allclose(
        found.doses["heat_shocked"], doses["heat_shocked"], rtol=0.15, atol=1e-3
    )
    np.testing.assert_allclose(found.doses["dead"], doses["dead"], atol=6e-6)


@pytest.mark.parametrize("n_spots", [1, 2])
@pytest.mark.parametrize("passes", [1, 2])
def test_an_even_session_leaves_one_column(n_spots, passes):
    one = even(device("pearl").exposure(passes=passes), n_spots)
    assert coverage(one).n_spots == (n_spots,)
    assert one.area == pytest.approx(device("pearl").exposure().area, rel=0.01)


def test_the_kind_of_a_table_follows_from_the_physics(by_hand, scanned, monkeypatch):
    assert isinstance(by_hand[0], HandTable)
    assert isinstance(scanned[0], ScanTable)

    def own(time, temperature, values, *, resting):
        return library_injury(time, temperature, values, resting=resting)

    levels = {"radiant_exposure": 2, "passes": 2, "rate": 2, "overlap": 2}
    monkeypatch.setattr(any_table, "_LEVELS", levels)
    found, physics = made("laser-genesis", replace(OWN_LAWS, injury=own))
    # nothing is known of a foreign law but what it does to a whole session
    assert isinstance(found, SessionTable)
    corner = genesis(16.0, 1.0, 10.0)
    (read,) = found.sessions([corner])
    full = SessionQuantities.of(SKIN, physics.treat(found.space.exposure(corner)))
    np.testing.assert_allclose(read.quantities.felt, full.felt, atol=1e-6)


def test_a_table_tells_how_far_it_is_off(by_hand):
    table, physics = by_hand
    off = table_error(table, physics)
    assert off.n_compared == 12
    assert 0.0 < off.felt < 0.5
    assert 0.0 < off.heat_shocked < 0.02


@pytest.mark.parametrize("key", ["laser-genesis", "pearl"])
def test_what_a_table_is_compared_at_lies_on_the_dials(key):
    space = SettingSpace.of(device(key), "cheek")
    points = compared_points(space, 6)
    assert len({tuple(one.items()) for one in points}) == 6
    for one in points:
        exposure = space.exposure(one)
        assert space.device.breaches(exposure) == ()
        again = space.point(exposure)
        assert {name: again[name] for name in space.names} == pytest.approx(
            {name: one[name] for name in space.names}
        )
