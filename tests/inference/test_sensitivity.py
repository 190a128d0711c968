from dataclasses import replace

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.files.sensitivities import sensitivity_document
from porelight.inference.sensitivity import PHYSICS_FACTOR, POPULATION_FACTOR, sensitivity
from porelight.laser.devices import laser_genesis
from porelight.tissue.population import PorePopulation


@pytest.fixture(scope="module")
def of_genesis(skin, treated):
    injuries = treated(laser_genesis())
    course = Course(skin, [laser_genesis().on_day(day) for day in (0, 14)])
    asked = EnsembleSettings(members=2, seed=3)
    return sensitivity(course, "diameter_ratio", 28.0, asked, results=[injuries] * 2, n_base=8)


def test_what_decides_alone_has_all_of_the_variance(skin):
    # under habitual sun the loss of collagen is one number of the library, and nothing else enters
    sun = Course(skin, care=[Care("unprotected-sun", level=1.0)])
    result = sensitivity(sun, "collagen", 20.0, EnsembleSettings(), results=[], n_base=64)
    assert result.factors[0] == "collagen_loss"
    assert result.total_order[0] == pytest.approx(1.0, abs=result.total_error[0] + 0.05)
    assert (np.abs(result.total_order[1:]) < 1e-6).all()


def test_what_cannot_matter_has_none_of_it(of_genesis):
    total = dict(zip(of_genesis.factors, of_genesis.total_order, strict=True))
    for name in ("collagen_loss", "picking_widening", "cleansing_efficacy"):
        assert total[name] == 0.0
    assert total["heat_shock_weight"] > 0.05
    assert PHYSICS_FACTOR in total


def test_factors_come_in_the_order_of_their_weight_each_with_an_error(of_genesis):
    assert (np.diff(of_genesis.total_order) <= 0.0).all()
    assert (of_genesis.total_order >= 0.0).all()
    assert (of_genesis.total_error[of_genesis.total_order > 0.01] > 0.0).all()
    assert of_genesis.change.size == 8 * (len(of_genesis.factors) + 2)


def test_the_physics_is_no_factor_when_all_members_are_the_same(skin, treated):
    one = treated(laser_genesis())[:1]
    course = Course(skin, [laser_genesis().on_day(0)])
    asked = ("redness", 28.0)
    single, double = (EnsembleSettings(members=n) for n in (1, 2))
    alone = sensitivity(course, *asked, single, results=[one], n_base=2)
    assert PHYSICS_FACTOR not in alone.factors
    twice = sensitivity(course, *asked, double, results=[one * 2], n_base=2)
    total = dict(zip(twice.factors, twice.total_order, strict=True))
    assert total[PHYSICS_FACTOR] == 0.0
    assert total["vessel_heat_response"] > 0.0


@pytest.mark.parametrize(
    ("name", "day", "n_base", "message"),
    [
        ("killed", 42.0, 16, "no outcome over draws and days"),
        ("collagen", 0.0, 16, "a day after 0"),
        ("collagen", 42.0, 12, "a power of 2"),
        ("collagen", 42.0, 2, "the same in every draw"),
    ],
)
def test_questions_without_an_answer_are_refused(skin, name, day, n_base, message):
    with pytest.raises(ParameterError, match=message):
        sensitivity(Course(skin), name, day, EnsembleSettings(), results=[], n_base=n_base)


def test_every_factor_says_how_it_is_known_pores_as_measured_too(skin):
    pores = PorePopulation.measured(
        np.array([2e-4, 4e-4]), 1e-5, diameter_factor=np.array([0.8, 1.2]),
        density_factor=np.array([1.3, 0.8]),
    )  # fmt: skip
    sun = Course(replace(skin, pores=pores), care=[Care("unprotected-sun")])
    asked = EnsembleSettings(members=1)
    result = sensitivity(sun, "area_fraction", 2000.0, asked, results=[], n_base=4)
    told = {one["name"]: one["evidence"] for one in sensitivity_document(result)["factors"]}
    assert told[POPULATION_FACTOR] == "seen"
    assert told["collagen_loss"] == table("tissue", "healing")["collagen_loss"].flag
    assert set(told.values()) <= {"seen", "recalled", "derived", "assumed"}
