"""What comes out on top has kept the limits with draws of the physics that chose nothing."""

from dataclasses import replace

import pytest

from porelight.course.laws import OWN_LAWS
from porelight.course.outcome_registry import goal_variable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.course.treatment import physics_ensemble
from porelight.laser.devices import device
from porelight.planning import fresh_draws
from porelight.planning.beyond_grid import proposed
from porelight.planning.fresh_draws import FreshDraws
from porelight.planning.judged import JudgedSession, candidate, untreated
from porelight.planning.limits import HURT, hurt, session_checks
from porelight.planning.plan import Refusal, least_net
from porelight.tissue.skin import Skin

SKIN = Skin.typical("cheek", 2, 40.0)
FEW = EnsembleSettings(draws=60, members=3, photons=1000)
PHYSICS = physics_ensemble(SKIN, FEW, OWN_LAWS)
AIM = goal_variable("pore-area", ())


class _Hotter:
    """Members of a skin that feel a session some kelvin hotter."""

    def __init__(self, lift):
        self.lift = lift

    def treat(self, exposure):
        return tuple(
            replace(one, surface_felt=one.surface_felt + self.lift)
            for one in PHYSICS.treat(exposure)
        )


@pytest.fixture(scope="module")
def courses():
    genesis, start = device("laser-genesis"), begin(SKIN, FEW)
    found = []
    for sessions in (2, 4):
        exposure = genesis.plan_exposures()[0]
        results = PHYSICS.treat(exposure)
        one = JudgedSession(
            genesis, exposure, session_checks(SKIN, exposure, results, FEW), results
        )
        steps = tuple((14.0 * i, one) for i in range(sessions))
        found.append(candidate(SKIN, f"{sessions} x", steps, AIM, start, OWN_LAWS))
    return (untreated(SKIN, AIM, start, OWN_LAWS), *found)


def fresh(monkeypatch, lift):
    monkeypatch.setattr(fresh_draws, "physics_ensemble", lambda *_: _Hotter(lift))
    return FreshDraws(SKIN, PHYSICS, FEW, OWN_LAWS)


def test_chances_are_over_the_members_of_both(monkeypatch, courses):
    both = fresh(monkeypatch, 3.0).asked(courses[1])
    exposure = courses[1].sessions[0].exposure
    results = (*PHYSICS.treat(exposure), *_Hotter(3.0).treat(exposure)[1:])
    expected = hurt(SKIN, results, replace(FEW, members=5))
    assert both.hurt == expected
    assert [one.limit for one in both.checks] == [one.limit for one in courses[1].checks]


def test_pain_is_that_of_all_members(monkeypatch, courses):
    mean = fresh(monkeypatch, 2.0).asked(courses[1])
    alone = fresh(monkeypatch, 0.0).asked(courses[1])
    assert mean.hurt.chance > alone.hurt.chance


def test_a_course_that_other_draws_do_not_bear_is_refused_with_its_limit(monkeypatch, courses):
    refusal = fresh(monkeypatch, 12.0).asked(courses[1])
    assert isinstance(refusal, Refusal)
    assert refusal.setting == courses[1].label
    assert HURT in refusal.reason


class _Everyone:
    def asked(self, course):
        return course


class _Refuses:
    def __init__(self, label):
        self.label = label

    def asked(self, course):
        return Refusal(course.label, "no") if course.label == self.label else course


def test_what_is_refused_late_gives_way_to_the_next(courses):
    none, short, long = courses
    good = least_net() + 0.3
    better = replace(short.better, chance=1.0), replace(short.better, chance=0.9)
    harmless = {"worse": none.worse, "hurt": none.hurt, "darkened": none.darkened}
    candidates = [
        none,
        replace(short, better=better[0], **harmless),
        replace(long, better=better[1], **harmless),
    ]
    assert all(one.net > good for one in candidates[1:])
    ranked, refused = proposed(candidates, _Refuses(short.label), _Everyone())
    assert ranked[0].label == long.label
    assert [one.setting for one in refused] == [short.label]
    ranked, refused = proposed(candidates, _Refuses("nobody"), _Everyone())
    assert ranked[0].label == short.label
    assert refused == ()
