"""Claims about the intervals."""

import dataclasses

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.photo.blur import BlurEffect
from porelight.photo.estimate import SHARES, DetectedPores, Estimate, estimates

SIDE = 0.02  # m
PORE = 0.25 * np.pi * 2.5e-4**2


def found(n, *, seed=1, side=SIDE, **changes):
    rng = np.random.default_rng(seed)
    row, col = rng.uniform(0.0, side, (2, n))
    diameter = 3.5e-4 * np.exp(0.3 * rng.standard_normal(n))
    plain = DetectedPores(
        row=row,
        col=col,
        area=0.25 * np.pi * diameter**2,
        probability=np.full(n, 0.8),
        spot_row=row,
        spot_col=col,
        spot_counted=np.ones(n),
        zone_mask=np.ones((200, 200), dtype=bool),
        px_per_metre=200 / side,
        false_share=0.0,
        scale_error=0.0,
        diameter_error=0.0,
        count_error=0.0,
    )
    return dataclasses.replace(plain, **changes)


def width(estimate):
    return (estimate.high - estimate.low) / estimate.value


def test_values_are_those_of_the_pores():
    pores = found(200)
    got = estimates(pores, PORE)
    assert got.count.value == 200
    assert got.density.value == pytest.approx(200 / SIDE**2)
    assert got.area_fraction.value == pytest.approx(pores.area.sum() / SIDE**2)
    diameter = np.sqrt(4 * pores.area / np.pi)
    middle = got.diameter_quantiles[SHARES.index(0.5)].value
    assert middle == pytest.approx(np.median(diameter), rel=0.01)


@pytest.mark.verification
@pytest.mark.parametrize("n", [100, 400])
def test_count_of_scattered_pores_varies_as_poisson(n):
    # 90 % of a Poisson count lies within 1.645 sqrt(n)
    expected = 2 * 1.645 / np.sqrt(n)
    widths = [width(estimates(found(n, seed=seed), PORE).count) for seed in range(8)]
    assert np.mean(widths) == pytest.approx(expected, rel=0.12)


@pytest.mark.verification
def test_small_zone_counts_as_poisson_too():
    widths = [width(estimates(found(60, seed=seed, side=0.004), PORE).count) for seed in range(8)]
    assert np.mean(widths) == pytest.approx(2 * 1.645 / np.sqrt(60), rel=0.12)


def test_clustered_pores_make_a_count_less_sure():
    even = found(400)
    row, col = even.row**3 / SIDE**2, even.col**3 / SIDE**2
    clustered = dataclasses.replace(even, row=row, col=col, spot_row=row, spot_col=col)
    assert width(estimates(clustered, PORE).count) > 1.5 * width(estimates(even, PORE).count)


@pytest.mark.verification
def test_interval_holds_the_truth_in_nine_of_ten():
    # 20 pores per cm2, 4 cm2, Poisson
    rng = np.random.default_rng(5)
    hits = 0
    for seed in range(60):
        density = estimates(found(int(rng.poisson(80)), seed=seed), PORE).density
        hits += density.low <= 80 / SIDE**2 <= density.high
    # binomial with p = 0.9: fewer than 48 of 60 has a probability below 1 %
    assert 48 <= hits <= 60


@pytest.mark.verification
def test_scale_error_is_carried_twice_into_density_and_once_into_diameter():
    plain, unsure = (estimates(found(4000, scale_error=e), PORE) for e in (0.0, 0.08))
    assert width(unsure.diameter_quantiles[2]) == pytest.approx(2 * 1.645 * 0.08, rel=0.12)
    assert width(unsure.density) == pytest.approx(2 * 2 * 1.645 * 0.08, rel=0.12)
    assert width(unsure.area_fraction) == pytest.approx(width(plain.area_fraction), rel=0.1)


def test_error_of_size_leaves_the_count_alone():
    plain, unsure = (estimates(found(1000, diameter_error=e), PORE) for e in (0.0, 0.1))
    assert width(unsure.count) == pytest.approx(width(plain.count), rel=0.1)
    assert width(unsure.area_fraction) > 3 * width(plain.area_fraction)


@pytest.mark.verification
def test_false_share_lowers_the_low_end_of_the_area_by_about_itself():
    pores = found(4000, false_share=0.4)
    got = estimates(pores, PORE).area_fraction
    # uniform from 0 to 0.4: 5 % of the draws take more than 0.38
    assert got.low == pytest.approx(0.62 * pores.area.sum() / SIDE**2, rel=0.03)
    assert got.high >= got.value


def test_count_is_the_sum_of_the_chances():
    pores = found(300)
    chance = np.linspace(0.01, 0.99, 300)
    got = estimates(dataclasses.replace(pores, spot_counted=chance), PORE)
    assert got.count.value == pytest.approx(150.0)
    assert got.density.value == pytest.approx(150.0 / SIDE**2)


@pytest.mark.verification
def test_even_chances_leave_as_much_open_as_pores_that_come_and_go():
    # a Poisson number of spots of chance p has p n pores, Poisson again
    widths = []
    for seed in range(8):
        spots = dataclasses.replace(found(1000, seed=seed), spot_counted=np.full(1000, 0.2))
        widths.append(width(estimates(spots, PORE).count))
    assert np.mean(widths) == pytest.approx(2 * 1.645 / np.sqrt(200), rel=0.12)


@pytest.mark.verification
def test_error_of_number_is_carried_once():
    got = estimates(found(4000, count_error=0.1), PORE)
    assert width(got.count) == pytest.approx(2 * 1.645 * 0.1, rel=0.12)


def test_doubtful_pores_are_taken_away_first():
    pores = found(1000, false_share=0.6)
    small = pores.area < np.median(pores.area)
    doubted = dataclasses.replace(pores, probability=np.where(small, 0.3, 0.95))
    believed = dataclasses.replace(pores, probability=np.where(small, 0.95, 0.3))
    high, low = (estimates(p, PORE).diameter_quantiles[2] for p in (doubted, believed))
    assert high.high > high.value * 1.03
    assert low.low < low.value * 0.97


def test_no_pores_have_an_upper_limit():
    got = estimates(found(0), PORE)
    assert got.diameter_quantiles == ()
    assert got.count.value == got.density.value == got.area_fraction.value == 0.0
    # e^-3 = 0.05
    assert got.count.high == pytest.approx(3.0, rel=0.01)
    assert got.density.high == pytest.approx(3.0 / SIDE**2, rel=0.01)


def test_spots_that_no_threshold_kept_are_counted_all_the_same():
    nowhere = np.zeros(0)
    spots = dataclasses.replace(
        found(300), row=nowhere, col=nowhere, area=nowhere, probability=nowhere,
        spot_counted=np.full(300, 0.4),
    )  # fmt: skip
    got = estimates(spots, PORE)
    assert got.count.value == pytest.approx(120.0)
    assert got.count.low > 80.0
    assert got.area_fraction.value == 0.0
    assert got.diameter_quantiles == ()


def test_same_pores_give_the_same_numbers(same_estimates):
    one, other = (estimates(found(100, false_share=0.2), PORE) for _ in range(2))
    assert same_estimates(one, other)


def test_one_pore_has_an_interval():
    got = estimates(found(1), PORE)
    assert got.count.low < 1 < got.count.high


def test_value_outside_of_its_interval_is_refused():
    with pytest.raises(ParameterError, match="estimate of 3 lies outside"):
        Estimate(3.0, 1.0, 2.0)


def test_ragged_zone_makes_no_density_less_sure():
    # every other tile has a tenth of the skin, and a tenth of the pores
    mask = np.ones((200, 200), dtype=bool)
    for start in range(0, 200, 40):
        mask[:, start : start + 18] = False
    pores = found(4000)
    inside = mask[(pores.row * 200 / SIDE).astype(int), (pores.col * 200 / SIDE).astype(int)]
    fields = ("row", "col", "area", "probability", "spot_row", "spot_col", "spot_counted")
    kept = {name: getattr(pores, name)[inside] for name in fields}
    density = estimates(dataclasses.replace(pores, zone_mask=mask, **kept), PORE).density
    assert width(density) < 1.3 * 2 * 1.645 / np.sqrt(inside.sum())


SEEN_HALF = BlurEffect(
    blur=1.7e-4, half=1.7e-4, width=2e-5, error=0.1, narrowing=0.2, false_density=0.0
)


def test_pores_that_a_blur_hides_are_in_the_intervals():
    sharp, soft = (estimates(found(200, blur_effect=one), PORE) for one in (None, SEEN_HALF))
    assert soft.count.value == sharp.count.value == 200
    # half are seen, and with a tenth more blur 0.3: 1 / 0.19 at 1.645 SD
    assert soft.count.high > 2.0 * sharp.count.high
    assert soft.density.high > 2.0 * sharp.density.high
    # their area grows less, as the narrow ones are missed first
    grown = [s.area_fraction.high / s.area_fraction.value for s in (sharp, soft)]
    assert 1.2 < grown[1] / grown[0] < soft.count.high / sharp.count.high
    middle = SHARES.index(0.5)
    low = [s.diameter_quantiles[middle].low for s in (sharp, soft)]
    assert low[1] < 0.95 * low[0]
    assert np.median(soft.possible.diameter_factor) == pytest.approx(0.5**0.2, rel=0.02)


def test_pores_that_a_blur_feigns_are_taken_off_the_lower_bound():
    seen_all = dataclasses.replace(SEEN_HALF, half=1e-3)
    feigned = dataclasses.replace(seen_all, false_density=150 / SIDE**2)
    plain, less = (estimates(found(200, blur_effect=one), PORE) for one in (seen_all, feigned))
    # up to 150 of 200 are none, evenly: in 95 % more than 57.5 are left, less their own scatter
    assert plain.count.low > 170.0
    assert less.count.low == pytest.approx(57.5, rel=0.15)
    every = dataclasses.replace(seen_all, false_density=600 / SIDE**2)
    assert estimates(found(200, blur_effect=every), PORE).count.low < 1.0


def test_none_found_through_a_blur_leaves_many_possible():
    none = found(0, spot_counted=np.zeros(0), blur_effect=SEEN_HALF)
    sharp = estimates(dataclasses.replace(none, blur_effect=None), PORE)
    soft = estimates(none, PORE)
    least_seen = np.quantile(SEEN_HALF.seen(np.random.default_rng(5).standard_normal(20000)), 0.05)
    assert soft.count.high == pytest.approx(sharp.count.high / least_seen, rel=0.1)
    assert soft.area_fraction.high > 2.0 * sharp.area_fraction.high
