import numpy as np
import pytest
from scipy.stats import norm

from porelight.data.library import parameter
from porelight.errors import ParameterError
from porelight.tissue.population import DETECTION_THRESHOLD, PorePopulation, observed_pores

ZONES = ("forehead", "glabella", "nose", "cheek", "chin")


def number(name: str) -> float:
    return parameter("tissue", "pores", name).value


def trial_area_fraction(**values: float) -> float:
    """Visible area of a patient of Saedi 2013: age 40, cheek and nose, normal or oily."""
    return float(
        np.mean(
            [
                PorePopulation.typical(zone, 3, 40.0, oiliness=oil, values=values).area_fraction()
                for zone in ("cheek", "nose")
                for oil in ("normal", "oily")
            ]
        )
    )


@pytest.mark.validation
def test_trial_like_patient_has_the_published_area_fraction():
    # V13, Saedi 2013: 2.06 +- 0.8 % of the skin before treatment
    np.testing.assert_allclose(trial_area_fraction(), 0.0206, rtol=0.02)


@pytest.mark.validation
def test_people_of_one_description_scatter_as_the_trial_did():
    subject = parameter("tissue", "pores", "pore_diameter_subject")
    shares = (np.arange(41) + 0.5) / 41
    people = [trial_area_fraction(**{subject.name: v}) for v in subject.quantile(shares)]
    np.testing.assert_allclose(np.std(people), 0.008, rtol=0.15)


@pytest.mark.validation
def test_four_per_cent_smaller_pores_lower_the_area_by_about_17_per_cent():
    change = trial_area_fraction(pore_diameter_subject=0.96) / trial_area_fraction() - 1.0
    np.testing.assert_allclose(change, -0.17, atol=0.02)


@pytest.mark.verification
@pytest.mark.parametrize("n", [64, 512])
def test_total_area_is_the_truncated_moment_of_the_lognormal_for_any_n(n):
    pores = PorePopulation.typical("cheek", 3, 40.0, n=n)
    m, s = number("pore_diameter_reference"), number("pore_diameter_sdlog")
    upper = norm.cdf((np.log(m / number("smallest_pore")) + 2.0 * s * s) / s)
    expected = number("follicle_density_cheek") * np.pi / 4 * m * m * np.exp(2.0 * s * s) * upper
    np.testing.assert_allclose(pores.area_fraction(0.0), expected, rtol=1e-9)


@pytest.mark.verification
def test_visible_density_tends_to_the_tail_of_the_lognormal():
    exact = number("follicle_density_cheek") * norm.cdf(
        np.log(number("pore_diameter_reference") / DETECTION_THRESHOLD)
        / number("pore_diameter_sdlog")
    )
    for n in (256, 4096):
        pores = PorePopulation.typical("cheek", 3, 40.0, n=n)
        # a share of pores crosses the threshold as a whole: an error of at most one of them
        assert abs(pores.visible_density() - exact) < 1.0 / pores.area
    np.testing.assert_allclose(pores.visible_density(), exact, rtol=0.01)


def test_t_zone_has_more_and_larger_visible_pores_than_the_cheek():
    cheek = PorePopulation.typical("cheek", 3, 40.0)
    for zone in ("forehead", "nose", "chin"):
        pores = PorePopulation.typical(zone, 3, 40.0)
        assert pores.visible_density() > cheek.visible_density()
        assert pores.mean_diameter > cheek.mean_diameter


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ({"oiliness": "dry"}, {"oiliness": "normal"}),
        ({"oiliness": "normal"}, {"oiliness": "oily"}),
        ({"sex": "female"}, {"sex": "male"}),
        ({"fitzpatrick": 1}, {"fitzpatrick": 6}),
    ],
)
def test_modifiers_point_the_way_their_sources_say(smaller, larger):
    base = {"zone": "nose", "fitzpatrick": 3, "age": 40.0}
    few = PorePopulation.typical(**{**base, **smaller})
    many = PorePopulation.typical(**{**base, **larger})
    assert many.area_fraction() > few.area_fraction()
    assert many.visible_density() > few.visible_density()


def test_age_changes_nothing_unless_a_draw_says_so():
    young, old = (PorePopulation.typical("cheek", 3, age) for age in (25.0, 70.0))
    np.testing.assert_allclose(young.diameter, old.diameter)
    grown = PorePopulation.typical("cheek", 3, 70.0, values={"diameter_per_decade": 1.03})
    assert grown.area_fraction() > old.area_fraction()


def test_no_pore_can_vanish():
    for zone in ZONES:
        pores = PorePopulation.typical(zone, 3, 40.0, oiliness="dry")
        np.testing.assert_allclose(pores.floor, 0.7 * pores.diameter)


def test_measured_population_keeps_what_was_measured():
    sizes = np.array([4e-4, 2e-4, 3e-4])
    pores = PorePopulation.measured(sizes, 1e-4)
    np.testing.assert_array_equal(pores.diameter, sizes)
    assert pores.is_measured
    assert not PorePopulation.typical("nose", 3, 40.0).is_measured
    assert pores.density == pytest.approx(3e4)
    assert pores.visible_density() == pytest.approx(2e4)
    np.testing.assert_allclose(pores.area_fraction(), np.pi / 4 * (9e-8 + 16e-8) / 1e-4)
    assert pores.mean_diameter == pytest.approx(3e-4)


def test_observed_works_over_any_leading_axes():
    pores = PorePopulation.typical("nose", 3, 40.0, n=100)
    ratio = np.array([[1.0, 0.9, 0.8], [0.7, 1.1, 0.0]])
    seen = observed_pores(ratio[..., None] * pores.diameter, pores.area)
    assert seen.area_fraction.shape == (2, 3)
    np.testing.assert_allclose(seen.area_fraction[0, 0], pores.area_fraction())
    alone = observed_pores(0.8 * pores.diameter, pores.area)
    np.testing.assert_allclose(seen.visible_density[0, 2], alone.visible_density)
    np.testing.assert_allclose(seen.mean_diameter, ratio * pores.mean_diameter)
    assert seen.area_fraction[1, 2] == 0.0


def test_a_pore_at_the_threshold_is_seen():
    assert float(observed_pores(np.array([250e-6]), 1e-4).visible_density) == pytest.approx(1e4)
    assert float(observed_pores(np.array([249e-6]), 1e-4).visible_density) == 0.0


def test_quantiles_run_from_the_smallest_to_the_largest_pore():
    pores = PorePopulation.measured(np.array([4e-4, 2e-4, 3e-4]), 1e-4)
    np.testing.assert_allclose(pores.quantile(np.array([0.0, 0.5, 1.0])), [2e-4, 3e-4, 4e-4])
    with pytest.raises(ParameterError, match=r"p is 1\.5"):
        pores.quantile(np.array([1.5]))


def test_samples_follow_the_population():
    pores = PorePopulation.typical("nose", 3, 40.0)
    drawn = pores.sample(4000, seed=1)
    # standard error of a mean of independent draws; tails are cut to the largest pore
    error = pores.diameter.std() / np.sqrt(4000)
    assert abs(drawn.mean() - pores.mean_diameter) < 4.0 * error
    np.testing.assert_array_equal(drawn, pores.sample(4000, seed=1))
    assert (drawn != pores.sample(4000, seed=2)).any()


@pytest.mark.parametrize(
    ("diameter", "area", "text"),
    [
        (np.array([]), 1e-4, "at least one pore"),
        (np.array([0.3]), 1e-4, "Millimetres need"),
        (np.array([3e-4]), 0.0, "area is 0 m2; expected 1e-08 to 2"),
        (np.array([3e-4]), 100.0, "Square centimetres need"),
        (np.array([3e-3] * 20), 1e-4, "the pores cover"),
    ],
)
def test_impossible_measurement_is_refused(diameter, area, text):
    with pytest.raises(ParameterError, match=text):
        PorePopulation.measured(diameter, area)


@pytest.mark.parametrize(
    ("floor", "text"),
    [
        (np.array([1e-4]), "they must be equal"),
        (np.array([0.0, 1e-4]), "genetic size"),
        (np.array([5e-4, 1e-4]), "genetic size"),
    ],
)
def test_impossible_floor_is_refused(floor, text):
    with pytest.raises(ParameterError, match=text):
        PorePopulation(np.array([3e-4, 3e-4]), floor, 1e-4, is_measured=True)


@pytest.mark.parametrize(
    ("diameter", "text"),
    [
        (np.zeros((2, 0)), "holds no pore"),
        (np.array([-1e-4]), "negative"),
        (np.array([np.nan]), "not finite"),
    ],
)
def test_observed_refuses_impossible_pores(diameter, text):
    with pytest.raises(ParameterError, match=text):
        observed_pores(diameter, 1e-4)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: PorePopulation.typical("nose", 3, 40.0, n=0), "n is 0"),
        (lambda: PorePopulation.typical("nose", 3, 40.0).sample(0, 1), "n is 0"),
        (lambda: PorePopulation.typical("ear", 3, 40.0), "no zone named 'ear'"),
        (
            lambda: PorePopulation.typical("nose", 3, 40.0, values={"genetic_fraction": 0.0}),
            "genetic_fraction is 0",
        ),
        (
            lambda: PorePopulation.typical("nose", 3, 40.0, values={"pore_diameter_sdlog": 0.0}),
            "pore_diameter_sdlog is 0",
        ),
    ],
)
def test_impossible_population_is_refused(call, text):
    with pytest.raises(ParameterError, match=text):
        call()
