"""What results print: short, in a line or a few, however many numbers they hold."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

import porelight as pl
from porelight.brief import brief, table_html
from porelight.course.simulation import begin
from porelight.course.statistics import ShareOfPeople
from porelight.inference.sensitivity import Sensitivity
from porelight.photo.estimate import Estimate
from porelight.planning.limits import LimitCheck
from porelight.planning.plan import Candidate, Plan, Refusal
from porelight.render.skin import render_skin

SMALL = pl.EnsembleSettings(draws=8, members=1, photons=1000)


@dataclass(repr=False)
class Held:
    """What a result may hold."""

    one: float
    many: np.ndarray
    flags: np.ndarray
    empty: np.ndarray
    several: tuple[float, ...]
    nested: object

    __repr__ = brief


@pytest.fixture
def held() -> Held:
    picture = np.zeros((4, 5), bool)
    picture[1, :3] = True
    return Held(100215.0935, np.arange(7.0), picture, np.empty((0, 3)), tuple(range(90)), "x" * 200)


def test_arrays_print_by_shape_and_range_and_long_texts_are_cut(held):
    assert repr(held) == (
        "Held(one=100215, many=<7 numbers, 0 to 6>, flags=<4 x 5 flags, 3 true>, "
        f"empty=<0 x 3 float64>, several=<90 of them>, nested='{'x' * 56}...)"
    )


def test_a_long_dataclass_inside_prints_by_its_name(held):
    outside = replace(held, nested=held, several=(1.0, 2.0))
    assert repr(outside).endswith("several=(1.0, 2.0), nested=Held(...))")


def test_texts_of_a_table_are_escaped():
    text = table_html("a < b", ("x", "y"), [("1", "<b>")])
    assert "<p>a &lt; b</p>" in text
    assert "<tr><th>x</th><th>y</th></tr>" in text
    assert "<tr><td>1</td><td>&lt;b&gt;</td></tr>" in text


def test_a_skin_prints_who_where_and_its_pores():
    skin = pl.Skin.typical("nose", 3, 40.0, oiliness="oily")
    seen = skin.pores.area_fraction()
    assert repr(skin).startswith("Skin(nose, type 3, 40 years, female, oily oiliness, 5 layers, ")
    assert f"cover {100.0 * seen:.3g} % of the skin" in repr(skin)
    assert f"{1e-4 * skin.pores.visible_density():.3g} visible per cm2" in repr(skin)
    assert "and sebum +1.5 sd" in repr(replace(skin, sebum=1.5))
    assert "PorePopulation(typical, 0." in repr(skin)
    measured = pl.PorePopulation.measured(np.full(50, 4e-4), 1e-4)
    assert repr(measured).startswith("PorePopulation(measured, 0.4 mm on average, 50 visible")


def test_an_exposure_prints_in_clinic_units_what_is_not_usual_too():
    usual = pl.laser_genesis()
    assert repr(usual) == (
        "Exposure(laser-genesis, 1064 nm, 14 J/cm2, 0.3 ms, 5 mm flat-top beam, 2000 pulses at "
        "7 Hz in 4 passes over 100 cm2)"
    )
    assert repr(usual.on_day(14.0)) == repr(usual).replace("Exposure(", "Session(day 14: ")
    other = replace(usual, cooling="cold air", stop_at_surface=315.15, passes=1)
    assert repr(other).endswith(
        "2000 pulses at 7 Hz over 100 cm2, cold air cooling, stop at 42 degC (area mean))"
    )
    assert "overlap 20 %" in repr(pl.pearl())


def test_a_course_its_state_and_its_laws_print_in_a_few_lines():
    skin = pl.Skin.typical("cheek", 3, 40.0)
    course = pl.Course(skin, [pl.laser_genesis().on_day(7.0)], care=[pl.Care("sun-protection")])
    lines = repr(course).splitlines()
    assert lines[0] == f"Course of 1 session on {skin!r}"
    assert lines[1].startswith("  Session(day 7: laser-genesis")
    assert lines[2].startswith("  Care(kind='sun-protection'")
    assert repr(begin(skin, SMALL)) == (
        "CourseState(day 0, 0 sessions so far, 8 draws, porelight's own laws)"
    )
    assert repr(pl.Laws()) == "Laws(all porelight's own)"

    def mine(time, temperature, values, *, resting):
        return pl.library_injury(time, temperature, values, resting=resting)

    assert "mine; all else porelight's own)" in repr(pl.Laws(injury=mine))


def test_devices_and_outcomes_print_what_one_asks_them_for():
    pearl = pl.devices()["pearl"]
    exposure = pearl.settings["radiant_exposure"]
    numbers = (
        f"{exposure.low / 1e4:g} to {exposure.high / 1e4:g} J/cm2, usually {exposure.value / 1e4:g}"
    )
    assert repr(pearl) == f"Device(pearl: Pearl, 2790 nm, {numbers}; skin types I to III)"
    outcome = begin(pl.Skin.typical("cheek", 3, 40.0), SMALL).outcome
    assert repr(outcome.variable("pore area")) == (
        "OutcomeVariable(area_fraction [1] over (draw, day): share of skin covered by visible "
        "pores, goal 'pore-area')"
    )


def test_photographs_print_in_a_line_and_show_as_a_picture():
    rendered = render_skin(np.full(30, 4e-4), size=(0.008, 0.008), seed=1)
    assert repr(rendered) == "RenderedSkin(30 pores, 100 x 100 px, 12.5 px/mm)"
    photo = pl.Photograph(rendered.pixels, rendered.px_per_metre, 0.01, "a<b.png")
    assert repr(photo) == "Photograph(a<b.png, 100 x 100 px, 12.5 px/mm, 1.0 % uncertain)"
    html = photo._repr_html_()
    assert "data:image/png;base64,iVBOR" in html
    assert "Photograph(a&lt;b.png" in html
    picture = pl.Picture(rendered.pixels, (300.0, 300.0), name="scan.png")
    assert (
        repr(picture)
        == "Picture(scan.png, 100 x 100 px, 300 dpi; its scale on the skin is not known)"
    )
    assert "data:image/png;base64,iVBOR" in picture._repr_html_()
    assert repr(Estimate(86.7912, 58.81, 124.04)) == "86.79 (58.81 to 124)"


def test_a_plan_is_a_table_of_its_courses_and_of_what_is_refused():
    skin = pl.Skin.typical("cheek", 3, 40.0)
    outcome = begin(skin, SMALL).outcome
    check = LimitCheck("pain", 0.04, 0.1, "44 of 46", "a source")
    few = ShareOfPeople(0.1, 0.0, 0.3)
    change = outcome.change("pore area", 0.0)
    one = Candidate("3 x pearl", (), (check,), change, few, few, few, few, 6.0)
    assert repr(one) == (
        "3 x pearl: pore area 0 % (0 to 0), day 0, 10 % better, 10 % hurt, 10 % darkened, "
        "6 days of downtime"
    )
    refusal = Refusal("5 J/cm2", "too hot")
    plan = Plan(skin, outcome.variable("pore area"), (one,), (refusal,), 1, 1)
    html = plan._repr_html_()
    shares = "<td>10 %</td>" * 3
    row = f"<td>3 x pearl</td><td>0 % (0 to 0)</td>{shares}<td>6</td>"
    for text in (row, "1 refused.", "<td>5 J/cm2</td><td>too hot</td>"):
        assert text in html
    assert "refused." not in replace(plan, refused=())._repr_html_()


def test_a_sensitivity_prints_the_largest_first_and_how_many_are_left():
    n = 9
    shares = np.linspace(0.8, 0.0, n)
    found = Sensitivity(
        "texture",
        84.0,
        tuple("abcdefghi"),
        ("seen",) * n,
        shares,
        shares,
        shares,
        0.1 * shares,
        np.zeros(4),
    )
    lines = repr(found).splitlines()
    assert lines[0].startswith("texture on day 84: share of the variance")
    assert lines[1] == "  a: 0.80 ± 0.08"
    assert lines[-1] == "  and 3 more in .factors"
    assert found._repr_html_().count("<tr>") == n + 1
    few = Sensitivity(
        "texture",
        84.0,
        ("a", "b"),
        ("seen",) * 2,
        *(shares[:2],) * 3,
        0.1 * shares[:2],
        np.zeros(4),
    )
    assert repr(few).splitlines()[-1] == "  b: 0.70 ± 0.07"
