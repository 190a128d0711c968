import numpy as np

from porelight.course.outcome import Outcome
from porelight.report.cards import cards, of_ten_people
from porelight.report.formatting import change
from porelight.report.gaps import gaps
from porelight.report.words import answer, headline


def test_headline_names_the_treatments_in_their_order(outcome, untreated, pearl_only):
    assert headline(outcome) == "Two sessions of Laser Genesis and one of Pearl on the cheek"
    assert headline(pearl_only) == "One session of Pearl on the cheek"
    assert headline(untreated) == "No treatment on the cheek"


def test_answer_holds_median_and_interval_of_area_and_diameter(outcome):
    text = " ".join(answer(outcome))
    for name in ("area_fraction", "diameter_ratio"):
        low, middle, high = np.quantile(outcome.changes(name, 126.0), [0.05, 0.5, 0.95])
        assert f"{change(middle)} (" in text
        assert f"{change(low).removesuffix(' %')} to {change(high)}" in text


def test_answer_counts_people_of_ten(outcome):
    share = outcome.responders(126.0)
    better = round(10 * share.chance)
    said = f"{better} of 10 ({round(10 * share.low)} to {round(10 * share.high)}) such people would"
    assert said in answer(outcome)[1]
    assert "fewer than 1 of 10 would without any change, by the noise" in answer(outcome)[1]
    assert of_ten_people(outcome)[0] == better
    assert sum(of_ten_people(outcome)) == 10


def test_probability_is_said_of_what_nobody_knows_and_people_are_not(outcome):
    found = outcome.probability_below("area_fraction", -0.08, 126.0)
    said = f"in the middle of all such people shrink by that much is {100 * found.median:.0f} %"
    assert said in answer(outcome)[2]
    assert "robab" not in answer(outcome)[1]


def test_of_one_person_a_chance_is_told_and_no_people_are_counted(outcome):
    one = Outcome(outcome.dataset.assign_attrs(people="1"))
    chance = f"{100 * one.responders(126.0).chance:.0f} %"
    assert answer(one)[1].startswith(f"The chance is {chance} that this person would measure")
    assert "of 10" not in " ".join(answer(one))
    (card,) = (card for card in cards(one) if "measure" in card.what)
    assert (card.value, card.people) == (chance, ())


def test_answer_says_that_no_trial_gives_the_pore_diameter(genesis_only, pearl_only, outcome):
    said = "No published trial gives the pore diameter after"
    assert f"{said} Laser Genesis alone." in answer(genesis_only)[-1]
    assert f"{said} Pearl alone." in answer(pearl_only)[-1]
    assert f"{said} Laser Genesis alone, Pearl alone, or both" in answer(outcome)[-1]


def test_without_a_dose_nothing_changes(untreated):
    (sentence,) = answer(untreated)
    assert sentence.startswith("Nothing changes")


def test_cards_tell_the_dressing_only_after_a_wound(outcome, genesis_only):
    assert [card.what for card in cards(outcome)][-1] == "Dressing off after Pearl"
    assert len(cards(genesis_only)) == 3


def test_gaps_are_those_of_the_devices_used(outcome, genesis_only, pearl_only):
    def told(course):
        return " ".join(gap.missing for gap in gaps(course))

    assert "Any trial of both treatments" in told(outcome)
    assert "set-point" in told(genesis_only)
    assert "Ablation depth" not in told(genesis_only)
    assert "Any trial of both treatments" not in told(genesis_only) + told(pearl_only)
    assert "Ablation depth" in told(pearl_only)
    assert "set-point" not in told(pearl_only)


def test_answer_counts_those_whose_pores_grow(outcome):
    start = outcome["area_fraction"].sel(day=0.0)
    growing = start * (1.0 + 0.1 * outcome["day"])
    wider = Outcome(outcome.dataset.assign(area_fraction=growing))
    assert of_ten_people(wider) == (0, 0, 10)
    assert "more than 9 of 10 larger ones" in answer(wider)[1]
    same = 0.0 * outcome["area_fraction"] + 0.02
    steady = Outcome(outcome.dataset.assign(area_fraction=same))
    assert of_ten_people(steady) == (0, 10, 0)
    assert "fewer than 1 of 10 larger ones" in answer(steady)[1]


def test_a_device_of_ones_own_is_called_by_its_key_and_no_search_is_claimed(
    make_outcome, genesis_settings
):
    own = (0.0, {**genesis_settings, "device": "opal-1540"})
    alone = make_outcome((own,))
    assert headline(alone) == "One session of opal-1540 on the cheek"
    assert answer(alone)[-1].startswith(
        "porelight knows of no trial that gives the pore diameter after opal-1540 alone."
    )
    both = make_outcome((own, (14.0, genesis_settings)))
    assert "after Laser Genesis alone, opal-1540 alone, or both together." in answer(both)[-1]


def test_three_devices_are_told_apart(make_outcome, genesis_settings):
    devices = ("opal", "pearl", "laser-genesis")
    course = [(14.0 * i, {**genesis_settings, "device": one}) for i, one in enumerate(devices)]
    assert (
        "Laser Genesis alone, Pearl alone, opal alone, or all of them together"
        in (answer(make_outcome(course))[-1])
    )


def test_gaps_that_hang_on_pores_and_care_are_told_where_they_matter(make_outcome, untreated):
    def told(course):
        return " ".join(gap.missing for gap in gaps(course))

    assert "each zone of a face" in told(untreated)
    measured = Outcome(untreated.dataset.assign_attrs(pores_measured="true"))
    assert "each zone of a face" not in told(measured)
    picked = make_outcome((), last_day=90.0, care=[{"kind": "picking", "from_day": 7.0}])
    assert "picking widens" in told(picked)
    assert "picking widens" not in told(untreated)
