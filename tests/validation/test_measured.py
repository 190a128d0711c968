"""Measurements on skin, and what sets numbers of the model: two lists that share no row."""

import numpy as np
import pytest

from porelight.errors import DataFileError
from porelight.session.ablation_depths import published_depths
from porelight.session.published import published_thresholds
from porelight.session.threshold import Threshold
from porelight.validation.measured import (
    calibrated,
    depths,
    emergent,
    forearm,
    skin_optics,
    trials,
)
from porelight.validation.measured import thresholds as burns
from porelight.validation.measured.experiments import experiment_of, experiments


@pytest.mark.parametrize(
    ("cases", "rows"),
    [(burns.cases, published_thresholds), (depths.cases, published_depths)],
)
def test_a_row_calibrates_or_validates_and_never_both(monkeypatch, cases, rows):
    monkeypatch.setattr(burns, "_case", lambda row, *_: row.name)
    monkeypatch.setattr(depths, "_case", lambda row, *_: row.name)
    lists = [set(cases(kind, n_draws=1)) for kind in ("calibration", "validation")]
    assert not lists[0] & lists[1]
    assert lists[0] | lists[1] == set(rows())
    assert all(lists)


def test_every_threshold_belongs_to_one_experiment():
    named = {experiment_of(row).about for row in published_thresholds()}
    assert named == {one.about for one in experiments().values()}
    assert all(0.05 < one.error < 0.5 and one.differs for one in experiments().values())
    with pytest.raises(DataFileError, match="0 experiments for the row nobody_1s"):
        experiment_of("nobody_1s")


def test_a_threshold_is_judged_by_the_errors_of_both_sides(monkeypatch):
    row = published_thresholds()["stoll_3s"]
    predicted = iter([1.2, 1.2 * np.e, 1.2 / np.e])

    def found(self, values=None, **_):
        threshold = object.__new__(Threshold)
        object.__setattr__(
            threshold, "peak_radiant_exposure", next(predicted) * row.radiant_exposure
        )
        return threshold

    monkeypatch.setattr(type(row), "predicted", found)
    case = burns._case(row, "validation", 2, 100, 1)
    assert case.expected == pytest.approx(row.radiant_exposure / 1e4)
    assert case.found == pytest.approx(1.2 * case.expected)
    # draws lie a factor e to either side: a deviation of root 2 of the logarithm
    assert case.standard_error / case.found == pytest.approx(2.0**0.5)
    assert case.expected_error / case.expected == pytest.approx(0.12)
    assert case.z == pytest.approx(np.log(1.2) / np.hypot(2.0**0.5, 0.12))
    assert case.specimen == "living skin"


def test_what_a_source_states_of_the_skin_is_not_drawn():
    white = published_thresholds()["ruby_694_protected"]
    own = white.target({"melanosome_fraction_2": 0.5, "perfusion_skin": 1e-3})
    assert own.values["perfusion_skin"] == 1e-3
    assert own.skin.layers[0].melanosome_fraction < 0.1
    assert "melanosome_fraction_2" not in burns.uncertain_inputs(white, 2, 1)
    pig = burns.uncertain_inputs(published_thresholds()["cain_1540_1mm"], 200, 1)
    # medians over animals: not the range between single ones
    assert "epidermis_thickness_yucatan" not in pig
    assert np.median(pig["melanosome_fraction_yucatan"]) == pytest.approx(0.035, rel=0.02)


@pytest.mark.parametrize("name", list(skin_optics.published_optics()))
def test_published_optics_follow_their_own_quantity(name):
    row = skin_optics.published_optics()[name]
    found = row.predicted({})
    assert 0.25 < found / row.measured.value < 4.0
    # twice the light scattered, absorbed or brought is another number
    assert found != row.predicted({"scattering_multiplier": 1.5, "melanosome_multiplier": 2.0,
                                   "scattering_multiplier_pig": 1.5})  # fmt: skip


def test_optics_without_a_quantity_of_the_model_are_refused():
    raw = {"about": "a", "quantity": "reduced scatering", "wavelength": 500.0}
    number = {"value": 1.0, "unit": "1/mm", "range": [0.9, 1.1], "source": "here", "flag": "seen"}
    raw |= {"specimen": "living skin", "differs": "", "measured": number}
    with pytest.raises(DataFileError, match="did you mean 'reduced scattering'"):
        skin_optics._entry("x", raw)


def test_the_forearms_that_set_the_optics_are_met(monkeypatch):
    monkeypatch.setattr(
        forearm, "document", lambda *_: {"forearm": {
            "wavelength": [650, 1050], "mean": [0.5562, 0.5515], "deviation": [0.03, 0.023],
            "source": "two of them"}},
    )  # fmt: skip
    found = forearm.cases()
    assert [one.passed for one in found] == [True, True]
    assert {one.kind for one in found} == {"calibration"}
    assert found[0].tolerance == pytest.approx(0.015)


def test_what_set_healing_and_pores_is_met_and_called_calibration():
    found = [*calibrated._heat_shock(), calibrated._short_pulse(), *calibrated._healing()]
    found.append(calibrated._pores_before())
    assert all(one.passed for one in found), [one for one in found if not one.passed]
    assert {one.kind for one in found} == {"calibration"}
    # solved for: to rounding of the number that ships
    assert found[-1].found == pytest.approx(0.0206, rel=2e-3)


def test_behaviour_that_nobody_put_in_is_there():
    found = emergent.cases()
    assert len(found) == 3
    assert all(one.passed for one in found), found


def test_a_trial_is_held_against_means_of_people():
    class Nested:
        people = 2

    values = np.array([1.0, 3.0, 10.0, 20.0, 7.0])
    np.testing.assert_array_equal(trials.means_of_people(Nested(), values), [2.0, 15.0])


def test_trials_say_how_many_sessions_they_gave_and_their_error():
    assert trials.trials()["acne_scars"].sessions == 8
    assert trials.trials()["redness"].sessions == 4
    assert trials._error("acne_scars").value == pytest.approx((0.418 - 0.169) / 3.92, rel=0.02)
