"""An outcome answers what people ask, by the names that people use."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.stats import beta, norm

from porelight.course.documents import json_text
from porelight.course.outcome import Interval, Outcome
from porelight.course.outcome_dataset import outcome_dataset
from porelight.course.outcome_registry import outcome_variables
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.statistics import estimate, relative_to, share_of_people
from porelight.course.visible_change import unchanged_responders
from porelight.course.vocabulary import SESSION
from porelight.errors import InputFileError, ParameterError
from porelight.files.outcomes import load_outcome, save_outcome
from porelight.laser.devices import pearl

SESSIONS = json_text([SESSION.document(pearl().on_day(day)) for day in (0.0, 28.0)])
HYDRATION = OutcomeVariable(
    "hydration",
    "1",
    "water of the horny layer over its start",
    label="water of the horny layer",
    group="effects",
    written="share",
    goal="dryness",
)


def outcome(change: float = -0.2, **more: np.ndarray) -> Outcome:
    """101 draws whose area changes by 0 to twice `change`, evenly, on day 84; half on day 112."""
    step = change * np.linspace(0.0, 2.0, 101)
    area = 0.02 * (1.0 + np.stack([0.0 * step, step, 0.5 * step], axis=1))
    dataset = outcome_dataset(
        {
            "diameter_ratio": np.ones((101, 3)),
            "mean_diameter": np.full((101, 3), 2e-4),
            "plug": np.zeros((101, 3)),
            "area_fraction": area,
            "redness": np.stack([np.zeros(101), np.full(101, -0.1), np.full(101, -0.3)], axis=1),
            "pigment_risk": np.linspace(0.0, 0.4, 101),
            "pore_diameter": np.array([2e-4, 4e-4]),
            **more,
        },
        {"day": np.array([0.0, 84.0, 112.0])},
        {"porelight_version": "0", "sessions": SESSIONS},
        [HYDRATION] if more else (),
    )
    return Outcome(dataset)


def hydrated() -> Outcome:
    return outcome(hydration=np.stack([np.ones(101), np.full(101, 1.1), np.full(101, 1.3)], axis=1))


def test_variables_carry_unit_and_meaning_and_nothing_else():
    data = outcome()
    about = outcome_variables()["area_fraction"]
    assert data.area_fraction.attrs == {"units": about.unit, "long_name": about.meaning}
    assert data.day.attrs["units"] == "d"


def test_unknown_names_and_wrong_axes_are_refused():
    with pytest.raises(ParameterError, match="no outcome variable is called 'rednes'; did you mea"):
        outcome_dataset({"rednes": np.zeros(1)}, {}, {})
    with pytest.raises(ParameterError, match="expected axes draw, day"):
        outcome_dataset({"redness": np.zeros(3)}, {}, {})


@pytest.mark.parametrize(
    "name",
    ["area_fraction", "area of visible pores", "Area of visible pores", "pore-area", "pore area"],
)
def test_an_outcome_is_asked_for_by_name_label_or_goal(name):
    assert outcome().variable(name).name == "area_fraction"


def test_the_sizes_at_the_start_are_not_taken_for_the_diameter_over_the_weeks():
    assert outcome().variable("pore_diameter").name == "diameter_ratio"
    assert outcome()["pore_diameter"].dims == ("pore",)


def test_what_has_no_value_per_draw_is_no_answer_to_a_question():
    with pytest.raises(ParameterError, match="no outcome is called 'pore_floor'"):
        outcome(pore_floor=np.ones(2)).draws("pore_floor")


@pytest.mark.parametrize("ask", ["change", "value", "draws", "changes", "variable"])
def test_an_unknown_outcome_is_named_with_its_nearest(ask):
    with pytest.raises(
        ParameterError, match="no outcome is called 'rednes'; did you mean 'redness'"
    ):
        getattr(outcome(), ask)("rednes")


def test_known_outcomes_are_listed_by_one_name_each():
    with pytest.raises(ParameterError, match="known: ") as refusal:
        outcome().variable("xyz")
    listed = str(refusal.value).split("known: ")[1].split(", ")
    assert (
        len(set(listed))
        == len(listed)
        == sum(one.is_of_draws for one in outcome().variables.values())
    )


def test_change_is_relative_to_the_start_with_the_interval_asked_for():
    result = outcome().change("pore area", day=84.0, probability=0.8)
    # quantiles of 101 even values are exact
    np.testing.assert_allclose([result.low, result.median, result.high], [-0.36, -0.2, -0.04])
    assert result.probability == 0.8


def test_a_change_prints_what_when_and_how_much():
    assert str(outcome().change("pore area", day=84)) == "pore area -20.0 % (-38.0 to -2.0), day 84"
    assert repr(outcome().change("redness", 84)) == "redness -10.0 % (-10.0 to -10.0), day 84"


def test_an_outcome_that_is_a_change_already_is_not_divided_by_its_start():
    assert outcome().change("redness", 84.0).median == pytest.approx(-0.1)
    np.testing.assert_array_equal(outcome().changes("redness", 112.0), -0.3)


def test_what_is_nothing_at_the_start_does_not_change():
    np.testing.assert_array_equal(outcome().changes("plug", 84.0), 0.0)
    np.testing.assert_array_equal(
        relative_to(np.array([3.0, 3.0]), np.array([2.0, 0.0])), [0.5, 0.0]
    )


def test_what_rises_from_nothing_has_no_change_but_a_value():
    rising = np.tile([0.0, 0.4, 0.1], (101, 1))
    healing = outcome(erythema=rising, hydration=rising)
    assert healing.value("erythema", 84.0).median > 0.0
    with pytest.raises(ParameterError, match=r"erythema is 0 at the start, .* ask \.value of it"):
        healing.change("erythema", 84.0)
    assert healing.change("erythema", 0.0).median == 0.0


def test_values_are_those_of_the_day_in_si_and_print_in_clinic_units():
    value = outcome().value("mean_diameter", 84.0)
    assert value.median == 2e-4
    assert str(value) == "mean pore diameter 0.200 mm (0.200 to 0.200), day 84"
    area = outcome().value("pore-area", 0.0)
    assert str(area) == "area of visible pores 2.00 % (2.00 to 2.00), day 0"
    np.testing.assert_allclose(outcome().draws("area_fraction", 84.0)[50], 0.02 * 0.8)


def test_the_value_of_a_change_is_written_as_one():
    worse = Outcome(outcome().dataset.assign(redness=-outcome().redness))
    assert str(worse.value("redness", 84.0)) == ("diffuse redness +10.0 % (+10.0 to +10.0), day 84")


def test_the_value_of_a_plain_number_keeps_its_unit():
    loss = OutcomeVariable("loss", "g/(m2 h)", "m", label="water loss", group="effects")
    dataset = outcome_dataset({"loss": np.full((2, 1), 12.5)}, {"day": np.zeros(1)}, {}, [loss])
    assert str(Outcome(dataset).value("loss", 0.0)) == (
        "water loss 12.5 g/(m2 h) (12.5 to 12.5), day 0"
    )


def test_a_risk_has_one_value_on_every_day():
    risk = outcome().value("pigment_risk")
    assert str(risk) == "risk of darkening after inflammation 20 % (2.0 to 38)"
    with pytest.raises(ParameterError, match="pigment_risk has one value for all days"):
        outcome().change("pigment_risk")


def test_without_a_day_an_outcome_is_judged_twelve_weeks_after_the_last_session():
    assert outcome().judged_day == 28.0 + 84.0
    assert outcome().change("redness").when == "day 112"
    assert outcome().change("redness").median == pytest.approx(-0.3)
    assert outcome().value("area_fraction").median == pytest.approx(0.018)
    assert outcome(-0.2).responders() == outcome(-0.2).responders(112.0)


def test_without_sessions_the_weeks_count_from_the_start():
    untreated = Outcome(outcome().dataset.assign_attrs(sessions="[]"))
    assert untreated.judged_day == 84.0
    days = xr.Dataset(coords={"day": [0.0, 84.4, 85.0]}, attrs={"sessions": "[]"})
    assert Outcome(days).judged_day == 84.4


def test_the_observed_day_nearest_to_the_one_asked_is_taken_and_told():
    assert outcome().change("redness", 90.0).when == "day 84"
    assert outcome().change("redness", 99.0).when == "day 112"


@pytest.mark.parametrize("day", [-1.0, 112.1, 400.0])
def test_a_day_that_was_not_simulated_is_refused(day):
    with pytest.raises(ParameterError, match=r"was not simulated; expected 0 to 112 days"):
        outcome().change("redness", day)


def nested(one: Outcome, people: int) -> Outcome:
    return Outcome(one.dataset.assign_attrs(people=str(people)))


def test_responders_measure_more_than_the_smallest_detectable_change():
    # two photographs differ by chance, 0.08 / 1.96 of standard deviation: draw i falls by 0.0042 i
    falls = 0.0042 * np.arange(101)
    exact = norm.cdf((falls - 0.08) / (0.08 / 1.96)).mean()
    assert outcome(-0.21).responders(84.0).chance == pytest.approx(exact)
    assert outcome(0.21).worsened(84.0).chance == pytest.approx(exact)
    assert outcome(-0.21).worsened(84.0).chance < 0.025


def test_without_a_change_photographs_alone_make_one_responder_in_forty():
    for share in (outcome(0.0).responders(84.0), outcome(0.0).worsened(84.0)):
        assert share.chance == pytest.approx(0.025, abs=1e-4)
    assert unchanged_responders() == pytest.approx(0.025, abs=1e-4)
    held = nested(outcome(0.0), 5).responders(84.0)
    assert held.low == held.chance == held.high


def test_a_share_of_people_is_open_by_what_nobody_knows_alone():
    # draws fall evenly from 0 to 0.4: with neighbours as people, people agree and knowledge decides
    apart = nested(outcome(-0.2), 5).share_below("area_fraction", -0.2, 84.0)
    assert (apart.low, apart.high) == (pytest.approx(0.0, abs=1e-6), pytest.approx(1.0, abs=1e-6))
    # shuffled, people differ and knowledge tells nothing
    mixed = outcome(-0.2).dataset.isel(draw=np.random.default_rng(1).permutation(101))
    same = nested(Outcome(mixed), 5).share_below("area_fraction", -0.2, 84.0)
    assert same.chance == apart.chance
    assert same.high - same.low < 0.5
    # where every draw is another person under other knowledge, nothing tells them apart
    one = outcome(-0.2).share_below("area_fraction", -0.2, 84.0)
    assert (one.low, one.high) == (0.0, 1.0)


def test_a_probability_asks_whether_most_people_do_under_each_draw_of_knowledge():
    falls = -0.2 * np.linspace(0.0, 2.0, 101)
    middle = [np.median(falls[i : i + 4]) for i in range(0, 101, 4)]
    found = nested(outcome(-0.2), 4).probability_below("area_fraction", -0.1, 84.0)
    assert found.median == pytest.approx(np.mean(np.array(middle) < -0.1))
    assert found.low < found.median < found.high


@pytest.mark.parametrize(("people", "n"), [(5, 100), (10, 50), (20, 30)])
def test_the_interval_of_a_share_holds_what_it_says(people, n):
    # true shares from Beta(1, 2); what is held of that distribution, over 200 repetitions
    generator = np.random.default_rng(7)
    held = []
    for _ in range(200):
        true = generator.beta(1.0, 2.0, n)
        seen = generator.random((n, people)) < true[:, None]
        share = share_of_people(seen.ravel(), people)
        held.append(beta.cdf(share.high, 1, 2) - beta.cdf(share.low, 1, 2))
    assert np.mean(held) == pytest.approx(0.9, abs=0.03)


@pytest.mark.parametrize(
    ("chances", "people", "text"),
    [([], 1, "one value per draw"), ([0.5, 1.5], 1, "chances"), ([0.5, 0.5], 0, "people is 0")],
)
def test_what_is_no_share_of_people_is_refused(chances, people, text):
    with pytest.raises(ParameterError, match=text):
        share_of_people(np.array(chances), people)


def test_variables_are_attributes_and_items():
    data = outcome()
    assert data.area_fraction.identical(data.dataset["area_fraction"])
    assert data["redness"].identical(data.dataset["redness"])
    assert data.day.identical(data.dataset["day"])
    assert "redness" in data
    assert "vessels" not in data
    assert list(data) == list(data.dataset.data_vars)
    assert {"redness", "change", "day"} <= set(dir(data))


def test_an_attribute_that_is_not_there_names_the_nearest_or_where_to_look():
    with pytest.raises(AttributeError, match="no 'rednes'; did you mean 'redness'"):
        outcome().rednes  # noqa: B018
    with pytest.raises(AttributeError, match="no 'xyzzy'; list\\(outcome\\) names"):
        outcome().xyzzy  # noqa: B018
    with pytest.raises(KeyError, match="no 'rednes'"):
        outcome()["rednes"]
    assert not hasattr(outcome(), "_repr_png_")


def test_an_outcome_can_be_copied_and_sent_to_another_process():
    for other in (
        pickle.loads(pickle.dumps(outcome())),  # noqa: S301
        copy.copy(outcome()),
        copy.deepcopy(outcome()),
    ):
        assert other.dataset.identical(outcome().dataset)


def test_an_outcome_that_is_not_made_yet_has_no_dataset():
    # as copying and unpickling see it; looking for it must not go round in circles
    assert not hasattr(Outcome.__new__(Outcome), "dataset")


def test_a_print_is_short_and_says_what_changes():
    lines = repr(outcome()).splitlines()
    assert lines[0] == "Outcome of 2 sessions: days 0 to 112, 101 draws."
    assert "  pore area      -10.0 % (-19.0 to -1.0)" in lines
    assert len(lines) <= 12
    many = [
        OutcomeVariable(f"o{i}", "1", "m", label=f"l{i}", group="effects", goal=f"g{i}")
        for i in range(20)
    ]
    crowded = outcome_dataset(
        {one.name: np.ones((2, 1)) for one in many}, {"day": np.zeros(1)}, {}, many
    )
    assert len(repr(Outcome(crowded)).splitlines()) <= 12


def test_a_notebook_gets_a_table_in_which_foreign_words_stay_words():
    strange = OutcomeVariable("s", "1", "m", label="<b>x</b>", group="effects")
    dataset = outcome_dataset({"s": np.ones((2, 1))}, {"day": np.zeros(1)}, {}, [strange])
    table = Outcome(dataset)._repr_html_()
    assert "<td>&lt;b&gt;x&lt;/b&gt;</td><td>0 % (0 to 0)</td>" in table
    assert "of no sessions" in table


@pytest.mark.parametrize("text", ["{", '[{"device": "pearl"}]', '[{"day": "soon"}]', "3"])
def test_damaged_sessions_are_an_error_of_the_file(text):
    damaged = Outcome(outcome().dataset.assign_attrs(sessions=text))
    with pytest.raises(InputFileError, match="attribute 'sessions'"):
        damaged.change("redness")


def test_groups_come_in_the_order_asked_for():
    names = [one.name for one in outcome().of_group("effects", "pores")]
    assert names == ["redness", "area_fraction", "mean_diameter", "diameter_ratio"]


def test_an_extra_outcome_answers_like_any_other():
    data = hydrated()
    assert data.variable("dryness").meaning == HYDRATION.meaning
    assert str(data.change("dryness", 84.0)) == "dryness +10.0 % (+10.0 to +10.0), day 84"
    assert list(data.variables)[-1] == "hydration"
    assert data.of_group("effects")[-1] == HYDRATION
    assert data.hydration.attrs["units"] == "1"


def test_an_extra_outcome_is_known_where_its_file_is_opened(tmp_path):
    back = load_outcome(save_outcome(hydrated(), tmp_path / "run.nc"))
    assert back.variable("dryness") == HYDRATION
    assert back.change("water of the horny layer", 112.0).median == pytest.approx(0.3)


@pytest.mark.parametrize("name", ["change", "days", "dataset", "day", "depth", "draw"])
def test_an_extra_outcome_may_not_hide_what_every_outcome_has(name):
    taken = OutcomeVariable(name, "1", "m")
    with pytest.raises(ParameterError, match=f"cannot be called '{name}'"):
        outcome_dataset({}, {}, {}, [taken])


@pytest.mark.parametrize("probability", [0.0, 1.0, 1.5, -0.1])
def test_a_probability_lies_between_none_and_all(probability):
    for ask in (
        lambda: estimate(np.ones(3), probability),
        lambda: outcome().change("redness", probability=probability),
    ):
        with pytest.raises(ParameterError, match="expected between 0 and 1"):
            ask()


@pytest.mark.parametrize("draws", [np.zeros((2, 2)), np.zeros(0)])
def test_estimate_refuses_what_is_no_set_of_draws(draws):
    with pytest.raises(ParameterError, match="one value per draw"):
        estimate(draws)


def test_intervals_are_equal_if_their_numbers_are():
    assert estimate(outcome().changes("redness")) == outcome().change("redness")
    assert Interval(0.0, 1.0, 2.0) != Interval(0.0, 1.0, 2.0, 0.5)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (Interval(0.1, 0.25, 3.0), "0.250 (0.100 to 3.00)"),
        (Interval(8e-5, 2e-4, 3e-4, written="length"), "0.200 mm (80 um to 0.300 mm)"),
        (Interval(-0.1, 0.0, 0.1, written="change"), "0 % (-10.0 to +10.0)"),
        (Interval(1.0, 2.0, 3.0, unit="W/(m2 K)"), "2.00 W/(m2 K) (1.00 to 3.00)"),
    ],
)
def test_an_interval_prints_its_unit_once_unless_it_changes(result, text):
    assert str(result) == text


def test_outcome_survives_the_disk_to_float32(tmp_path):
    data = outcome()
    back = load_outcome(save_outcome(data, tmp_path / "run.nc"))
    np.testing.assert_allclose(back.area_fraction, data.area_fraction, rtol=1e-7)
    assert back.area_fraction.dtype == np.float32
    assert back.attrs == data.attrs
    assert back.area_fraction.attrs["units"] == "1"


def test_files_that_are_no_outcome_get_one_line(tmp_path):
    text = tmp_path / "run.nc"
    text.write_text("hello")
    with pytest.raises(InputFileError, match="not a readable NetCDF-4 file"):
        load_outcome(text)
    with pytest.raises(InputFileError, match="no such file"):
        load_outcome(tmp_path / "none.nc")
    other = tmp_path / "other.nc"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(InputFileError, match="no outcome of 'porelight simulate'"):
        load_outcome(other)
    with pytest.raises(InputFileError, match="its folder does not exist"):
        save_outcome(outcome(), tmp_path / "no" / "run.nc")


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda data: data["mean_diameter"].attrs.update(units="mm"), "is in 'mm'; expected 'm'"),
        (lambda data: data["hydration"].attrs.update(units="K"), "is in 'K'; expected '1'"),
        (lambda data: data["hydration"].attrs.update(porelight_declaration="{"), "cannot be read"),
    ],
)
def test_a_file_that_was_edited_is_told_from_one_that_was_not(tmp_path, edit, message):
    data = hydrated()
    edit(data.dataset)
    path = save_outcome(data, tmp_path / "run.nc")
    with pytest.raises(InputFileError, match=message) as raised:
        load_outcome(path)
    assert str(raised.value).startswith(f"{path}: ")


def test_a_file_with_other_axes_is_refused(tmp_path):
    data = outcome()
    turned = Outcome(data.dataset.assign(redness=data.redness.transpose("day", "draw")))
    path = save_outcome(turned, tmp_path / "run.nc")
    with pytest.raises(InputFileError, match="redness is over day, draw; expected draw, day"):
        load_outcome(path)


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = save_outcome(outcome(), tmp_path / "run.nc")
    before = path.read_bytes()

    def full_disk(*_args: object, **_settings: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(InputFileError, match="No space left"):
        save_outcome(outcome(), path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
