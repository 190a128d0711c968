"""Laws are known by their names, and say which settings of a session decide its result."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.errors import ParameterError
from porelight.laser.beam import Beam
from porelight.laser.devices import laser_genesis, pearl
from porelight.laser.motion import Motion, PulsePath
from porelight.session.ensemble import SESSION_MODELS, PhysicsEnsemble
from porelight.session.injury_law import library_injury

SETTINGS = EnsembleSettings(draws=8, members=2, photons=5000, seed=1)
GENESIS, PEARL = laser_genesis(), pearl()
RECORDED = PulsePath(np.array([0.0, 0.2]), np.array([[0.0, 0.0], [2e-3, 0.0]]))
SPIRAL, WARM = {"motion": Motion("spiral")}, {"stop_at_surface": 315.15}
GAUSSIAN = {"beam": Beam("gaussian", PEARL.beam.diameter)}
BY_PATH = laser_genesis(motion=RECORDED, passes=1)
UNUSED = [
    (GENESIS, {"overlap": 0.5}),
    (BY_PATH, {"passes": 2}),
    (PEARL, {"aspect": 4.0}),
    (PEARL, WARM),
    (PEARL, SPIRAL),
    (PEARL, {"area": 8e-3}),
    (PEARL, GAUSSIAN),
]
USED = [
    (PEARL, {"overlap": 0.3}),
    (PEARL, {"n_pulses": 400}),  # as many are delivered
    (PEARL, {"passes": 2}),
    (PEARL, {"cooling": "cold air"}),
    (replace(PEARL, overlap=0.0), {"area": 8e-3}),  # a hand's pulses per place follow from it
    (GENESIS, {"passes": 2}),
    (GENESIS, {"area": 8e-3}),
    (GENESIS, SPIRAL),
]


def identities(skin, before, change, laws=OWN_LAWS):
    return [laws.identity(skin, one.on_day(14.0)) for one in (before, replace(before, **change))]


@pytest.mark.parametrize(("before", "change"), UNUSED)
def test_what_the_model_of_a_session_does_not_use_makes_no_other_session(skin, before, change):
    one, other = identities(skin, before, change)
    assert one == other


@pytest.mark.parametrize(("before", "change"), USED)
def test_what_it_uses_makes_another_session(skin, before, change):
    one, other = identities(skin, before, change)
    assert one != other


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "change"),
    [(replace(GENESIS, n_pulses=20, passes=2), {"overlap": 0.5}), UNUSED[1], UNUSED[5]],
)
def test_what_is_not_used_leaves_every_bit_of_the_result(skin, before, change):
    one, other = (
        PhysicsEnsemble(skin, ({},), 1000, seed=1).treat_member(exposure, 0)
        for exposure in (before, replace(before, **change))
    )
    for name in ("peak_temperature", "final_temperature", "ablated", "wound_depth", "surface_felt"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    np.testing.assert_array_equal(one.field.killed, other.field.killed)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (WARM, "stop_at_surface has no effect on pearl at 2790 nm"),
        (SPIRAL, "motion has no effect"),
        ({"aspect": 2.0}, "aspect has no effect"),
        (GAUSSIAN, "the beam's profile has no effect"),
        ({"beam": Beam("flat-top", PEARL.beam.diameter, tilt=0.1)}, "the beam's angles"),
    ],
)
def test_what_ablation_would_pass_over_is_refused_before_anything_is_simulated(
    skin, monkeypatch, change, named
):
    monkeypatch.setattr(PhysicsEnsemble, "treat_member", None)
    course = Course(skin, [GENESIS.on_day(0.0), replace(PEARL, **change).on_day(14.0)])
    with pytest.raises(ParameterError, match=named):
        course.simulate_with(SETTINGS, last_day=30.0)


class AnyLaser:
    """A session model that looks at the name of the device."""

    def applies(self, skin, exposure):  # noqa: D102
        return exposure.device == "my-laser"

    def treat(self, ensemble, exposure, index):  # noqa: D102
        return SESSION_MODELS[1].treat(ensemble, exposure, index)


def test_a_foreign_session_model_may_look_at_every_setting(skin, treated):
    laws = Laws(sessions=(AnyLaser(), *SESSION_MODELS))
    named = {"device": "my-laser"}
    assert len(set(identities(skin, GENESIS, named))) == 1
    for before, change in [(GENESIS, named), *UNUSED]:
        one, other = identities(skin, before, change, laws)
        assert one != other
    course = Course(skin, [GENESIS.on_day(0.0)])
    state = advance(begin(skin, SETTINGS, laws=laws), course, [30.0], laws=laws,
                    results=[treated(GENESIS)])  # fmt: skip
    renamed = Course(skin, [replace(GENESIS, **named).on_day(0.0)])
    with pytest.raises(ParameterError, match="session of day 0 is not among those simulated"):
        advance(state, renamed, [60.0], laws=laws)


def test_fewer_session_models_or_another_order_are_other_laws():
    own, fewer, turned = (
        Laws(sessions=one).foreign
        for one in (SESSION_MODELS, SESSION_MODELS[1:], SESSION_MODELS[::-1])
    )
    assert own == {}
    assert [len(one["sessions"]) for one in (fewer, turned)] == [1, 2]
    assert turned["sessions"][::-1] != turned["sessions"]
    with pytest.raises(ParameterError, match="sessions is empty; give at least one"):
        Laws(sessions=())


def weaker(by):
    def law(time, temperature, values, *, resting):
        usual = library_injury(time, temperature, values, resting=resting)
        return replace(usual, killed=by * usual.killed)

    return law


@dataclass
class Weaker:
    """The same as an object."""

    by: float

    def __call__(self, time, temperature, values, *, resting):  # noqa: D102
        return weaker(self.by)(time, temperature, values, resting=resting)


def with_by(by, time, temperature, values, *, resting):
    return weaker(by)(time, temperature, values, resting=resting)


@pytest.mark.parametrize("law", [weaker(0.5), Weaker(0.5), partial(with_by, 0.5)])
def test_a_law_with_values_of_its_own_needs_a_name_that_says_them(skin, law):
    with pytest.raises(ParameterError, match="holds values of its own, by which it differs"):
        Laws(injury=law)
    law.name = "weaker by 0.5"
    assert Laws(injury=law).foreign == {"injury": ["weaker by 0.5"]}
    state = begin(skin, SETTINGS, laws=Laws(injury=law))
    other = weaker(0.1)
    other.name = "weaker by 0.1"
    with pytest.raises(ParameterError, match=r"weaker by 0\.5, this course with weaker by 0\.1"):
        advance(state, Course(skin), [30.0], laws=Laws(injury=other))
