import math

import numpy as np
import pytest

from porelight.data import library
from porelight.errors import ConvergenceError, ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat import _ablation_kernel
from porelight.heat._ablation_steps import AbsorbedLight, Boiling
from porelight.heat._column import Column
from porelight.heat.ablation import (
    AblationMaterial,
    AblationResult,
    PulseTrain,
    ablate,
    ablate_places,
)
from porelight.heat.closed_form import steady_front_speed
from porelight.heat.conduction import temperature_rise
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.tissue.thermal import LayeredThermal

AIR = Surface.typical()
REST = 306.0  # K, facial surface in room air
PULSE = 4e-4  # s, Pearl
GAS_CONSTANT = 8.314462618
# names of the library
BOIL, HEAT = "boil_off_temperature", "heat_of_ablation"
HOT, DRY = "hot_absorption_2790", "dry_absorption"
# absorption that nothing changes, and the heat that boils all water: what closed forms assume
LINEAR = {HOT: 1.0, DRY: 1.0, HEAT: 2.0e9}


def pearl(values: dict[str, float] | None = None, exposure: float = 3.5e4) -> AblationResult:
    return ablate(AblationMaterial.from_values(values or {}), exposure, PULSE, AIR, REST, 10.0)


def dead_or_denatured_to(result: AblationResult, *processes: tuple[float, float]) -> float:
    """Depth below the original surface down to which the damage integral exceeds 1 [m].

    Several processes act in series: the slowest one decides.
    """
    rate = 1.0 / sum(
        np.exp(energy / (GAS_CONSTANT * result.temperature)) / frequency
        for frequency, energy in processes
    )
    damage = (0.5 * (rate[1:] + rate[:-1]) * np.diff(result.time)[:, None]).sum(axis=0)
    return float(result.depth[(damage > 1.0) | result.ablated].max(initial=0.0))


def death_depth(result: AblationResult) -> float:
    # minutes: Henriques & Moritz 1947; 0.3 to 100 ms: 1 eV, Simanovskii et al. 2006
    return dead_or_denatured_to(result, (3.1e98, 6.28e5), (1.06e16, 96485.0))


@pytest.mark.verification
@pytest.mark.parametrize("exposure", [1e3, 1e4, 3.5e4, 1e5])
@pytest.mark.parametrize("dry", [1.0, 0.1])
def test_energy_is_conserved(exposure, dry):
    result = pearl({DRY: dry}, exposure)
    out = result.stored + result.carried_away + result.surface_loss
    assert result.absorbed == pytest.approx(exposure, rel=1e-9)
    assert out == pytest.approx(result.absorbed, rel=1e-9)


def test_stored_heat_is_that_of_the_temperatures_returned():
    # after 10 s nothing boils any more, so all heat is sensible
    material = AblationMaterial.typical()
    result = pearl()
    # thickness of the cells from their centres: each ends where the next begins
    size = np.empty_like(result.depth)
    bottom = 0.0
    for i, centre in enumerate(result.depth):
        size[i] = 2.0 * (centre - bottom)
        bottom += size[i]
    heat = ((result.temperature[-1] - REST) * size)[~result.ablated].sum() * material.heat_capacity
    assert heat == pytest.approx(result.stored, rel=1e-6)


def steady(cell: float, *, heat_transfer: float, conductivity: float) -> AblationResult:
    material = AblationMaterial.from_values(
        {
            **LINEAR,
            BOIL: 373.15,
            "mu_a_skin_2790": 2e5,
            "thermal_conductivity_skin": conductivity,
        }
    )
    # 100 MW/m2 for 1 ms: 50 um
    return ablate(material, 1e5, 1e-3, Surface(heat_transfer, 295.0, 0.0), REST, 1.1e-3, cell=cell)


@pytest.mark.verification
def test_steady_front_has_the_speed_of_the_energy_balance():  # case H4
    # a strong exchange, so that the loss matters: 1e5 W/(m2 K) times 67 K is 7 % of 100 MW/m2
    result = steady(0.1e-6, heat_transfer=1e5, conductivity=0.37)
    material = AblationMaterial.from_values({})
    ahead = 2.0e9 + material.heat_capacity * (310.15 - REST)
    gone = np.flatnonzero((result.removal_time > 5e-4) & result.ablated)
    speed = np.polyfit(result.removal_time[gone], result.depth[gone], 1)[0]
    assert speed == pytest.approx(steady_front_speed(1e8, 1e5 * (373.15 - REST), ahead), rel=2e-3)


@pytest.mark.verification
def test_arrival_of_the_front_converges_with_second_order():  # case H4
    # without conduction a depth z leaves at t = h/(mu I) + z h/I exactly
    ahead = 2.0e9 + AblationMaterial.typical().heat_capacity * (310.15 - REST)
    errors = []
    for cell in (4e-6, 2e-6):
        result = steady(cell, heat_transfer=0.0, conductivity=0.0101)
        gone = np.flatnonzero(result.ablated)[1:-1]
        exact = ahead / (2e5 * 1e8) + result.depth[gone] * ahead / 1e8
        errors.append(np.abs(result.removal_time[gone] - exact).max())
    # the least conductivity allowed still conducts a little
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.2)


@pytest.mark.verification
def test_below_boiling_it_is_plain_conduction():
    # 0.05 J/cm2 in 10 ms warms by a few kelvin: the linear solver must agree
    material = AblationMaterial.from_values(LINEAR)
    result = ablate(material, 500.0, 1e-2, AIR, REST, 1.0)
    mu_a = material.mu_a
    grid = Grid(np.array([0.0, 1.0]), graded_edges(2e-7, 1.05, 2e-4, 8e-3))
    power = -np.diff(np.exp(-mu_a * grid.z_edges)) / np.diff(grid.z_edges) * 500.0 / 1e-2
    thermal = LayeredThermal(
        thickness=np.array([math.inf]),
        density=np.array([material.density]),
        specific_heat=np.array([material.specific_heat]),
        thermal_conductivity=np.array([material.thermal_conductivity]),
        perfusion_rate=np.zeros(1),
        arterial_temperature=310.15,
        blood_heat_capacity=3.8e6,
    )
    rise = temperature_rise(grid, thermal, AIR, power[:, None], 1e-2, result.time, tolerance=1e-6)[
        :, :, 0
    ]
    for i in (32, -20, -1):
        expected = np.interp(result.depth, grid.z, rise[i])
        np.testing.assert_allclose(
            result.temperature[i] - REST, expected, atol=0.01 * rise[32].max()
        )


@pytest.mark.validation
def test_pearl_ablates_and_coagulates_as_deep_as_histology_shows():
    # 5 to 20 um of ablation (energy balance), 30 to 80 um of thermal damage (Ross et al. 2009)
    result = pearl()
    assert 5e-6 < result.ablated_depth < 20e-6
    assert 30e-6 < death_depth(result) < 80e-6
    # birefringence loss of skin collagen (Pearce & Thomsen) is shallower than cell death
    denatured = dead_or_denatured_to(result, (1.606e45, 3.06e5))
    assert result.ablated_depth < denatured < death_depth(result)


def test_heat_of_ablation_boils_most_of_the_water():
    table = library.table("tissue", "ablation")
    water = table["water_fraction"].value * table["latent_heat_water"].value * 1109.0
    sensible = 1109.0 * 3391.0 * (373.15 - 310.15)
    # the rest flies off as liquid; published are 1.5 kJ/cm3 and more
    assert 0.75 < table[HEAT].value / (water + sensible) < 1.0


def test_no_light_changes_nothing():
    result = pearl(exposure=0.0)
    assert result.ablated_depth == 0.0
    assert (result.temperature == REST).all()


def test_nothing_flies_off_below_the_threshold():
    # threshold heat_of_ablation / mu: 1.7e9 / 3.3e5 = 5 kJ/m2
    result = pearl(exposure=4e3)
    assert not result.ablated.any()
    assert result.carried_away == 0.0
    assert result.residual_heat == pytest.approx(4e3, rel=1e-3)


def test_temperature_rests_at_boiling_while_water_boils():
    result = pearl()
    assert result.temperature.max() == pytest.approx(423.15, abs=1e-6)
    assert (result.temperature[result.time > 1e-4].max(axis=1)[:5] == 423.15).all()


def test_more_energy_ablates_more():
    depths = [pearl(exposure=exposure).ablated_depth for exposure in (2e4, 3e4, 5e4)]
    assert depths[0] < depths[1] < depths[2]


def test_superheat_leaves_more_heat_behind_the_front():
    cold, hot = pearl({BOIL: 373.15}), pearl({BOIL: 473.15})
    assert dead_or_denatured_to(hot, (1.606e45, 3.06e5)) > dead_or_denatured_to(
        cold, (1.606e45, 3.06e5)
    )


def test_water_that_has_left_lets_the_light_go_deeper():
    assert pearl().ablated_depth < pearl({DRY: 0.5}).ablated_depth
    assert death_depth(pearl()) > death_depth(pearl({DRY: 0.5}))


def test_warm_skin_is_damaged_deeper():
    material = AblationMaterial.typical()
    warm = ablate(material, 3.5e4, PULSE, AIR, 316.0, 10.0)
    assert death_depth(warm) > death_depth(pearl())


def test_finer_cells_change_the_ablation_by_less_than_one_of_them():
    material = AblationMaterial.typical()
    fine = ablate(material, 3.5e4, PULSE, AIR, REST, 1.0, cell=0.1e-6)
    assert fine.ablated_depth == pytest.approx(pearl().ablated_depth, abs=0.25e-6)


def test_shape_and_times_of_the_result():
    result = pearl()
    assert result.temperature.shape == (result.time.size, result.depth.size)
    assert result.time[0] == 0.0
    assert PULSE in result.time
    assert result.time[-1] == 10.0
    assert (np.diff(result.time) > 0.0).all()
    np.testing.assert_allclose(result.temperature[-1, result.ablated], 423.15, rtol=1e-12)


def train(values: dict[str, float] | None = None, n: int = 3, period: float = 0.3, **keywords):
    envelope = TemporalProfile.rectangle(PULSE).repeated(period, n)
    material = AblationMaterial.from_values(values or {})
    return ablate(material, n * 3.5e4, envelope, AIR, REST, n * period + 5.0, **keywords)


@pytest.mark.verification
@pytest.mark.parametrize("removal", ["steady", "blow-off"])
@pytest.mark.parametrize("escape", [0.0, 0.7])
def test_energy_of_a_train_is_conserved(removal, escape):
    result = train({"steam_escape": escape, "plume_attenuation": 2e4}, removal=removal)
    out = result.stored + result.carried_away + result.steam_loss + result.surface_loss
    assert out == pytest.approx(result.absorbed, rel=1e-9)
    assert result.absorbed + result.shielded == pytest.approx(3 * 3.5e4, rel=1e-9)
    assert (result.steam_loss > 0.0) == (escape > 0.0)


def test_pulses_of_a_train_add_up_to_its_depth():
    result = train()
    assert result.pulse_ablated.shape == result.pulse_end.shape == (3,)
    assert result.pulse_ablated.sum() == pytest.approx(result.ablated_depth)
    np.testing.assert_allclose(result.pulse_end, PULSE + 0.3 * np.arange(3))
    # the first pulse knows nothing of those that follow
    assert result.pulse_ablated[0] == pytest.approx(pearl().ablated_depth, abs=0.3e-6)


def test_a_pulse_on_warm_skin_ablates_more_and_heat_adds_up():
    close = train(period=0.05)
    assert (np.diff(close.pulse_ablated) > 0.0).all()
    assert (np.diff(close.pulse_residual) > 0.0).all()
    # residual heat of the first pulse: 40 % (theory page)
    assert close.pulse_residual[0] / 3.5e4 == pytest.approx(0.40, abs=0.03)


def test_pulses_far_apart_are_alike():
    far = train(n=2, period=20.0)
    assert far.pulse_ablated[1] == pytest.approx(far.pulse_ablated[0], rel=0.02)


def test_steam_that_leaves_dries_the_skin_and_the_next_pulse_ablates_less():
    wet, dry = train(), train({"steam_escape": 1.0})
    assert (wet.water_left == 1.0).all()
    assert dry.water_left[~dry.ablated].min() < 0.9
    assert dry.pulse_ablated[0] == wet.pulse_ablated[0]
    assert dry.pulse_ablated[1] < wet.pulse_ablated[1]


@pytest.mark.slow
def test_a_plume_shields_the_skin_and_clears_between_pulses():
    shielded = train({"plume_attenuation": 3e4})
    assert shielded.ablated_depth < train().ablated_depth
    assert shielded.shielded > 0.0
    assert shielded.pulse_ablated[1] == pytest.approx(shielded.pulse_ablated[0], rel=0.1)
    assert train().shielded == 0.0


def test_absorption_that_falls_with_temperature_coagulates_deeper():
    hot = pearl({HOT: 0.5})
    assert hot.ablated_depth < pearl().ablated_depth
    assert death_depth(hot) > death_depth(pearl())


@pytest.mark.verification
def test_blow_off_removes_what_beers_law_has_heated_enough():  # case H4
    # without conduction all of mu F exp(-mu z) above the heat of ablation: z = ln(mu F / h) / mu
    mu_a, exposure = 2e5, 5e4
    values = {
        **LINEAR,
        BOIL: 373.15,
        "mu_a_skin_2790": mu_a,
        "thermal_conductivity_skin": 0.011,
    }
    material = AblationMaterial.from_values(values)
    ahead = 2.0e9 + material.heat_capacity * (310.15 - REST)
    closed = Surface(0.0, 295.0, 0.0)
    result = ablate(material, exposure, 1e-6, closed, REST, 1e-3, removal="blow-off", cell=0.05e-6)
    expected = math.log(mu_a * exposure / ahead) / mu_a
    assert result.ablated_depth == pytest.approx(expected, abs=0.05e-6)
    # the steady limit of the same pulse: (F - F_th) / h with F_th = h / mu
    steady = ablate(material, exposure, 1e-3, closed, REST, 1e-2, cell=0.05e-6)
    expected = (exposure - ahead / mu_a) / ahead
    assert steady.ablated_depth == pytest.approx(expected, abs=0.15e-6)


def test_the_shape_of_a_short_pulse_moves_the_front_in_time_and_not_in_depth():
    material = AblationMaterial.typical()
    ramp = TemporalProfile.sampled(np.linspace(0.0, PULSE, 9), np.linspace(0.0, 1.0, 9))
    result = ablate(material, 3.5e4, ramp, AIR, REST, 1.0)
    assert result.absorbed == pytest.approx(3.5e4, rel=1e-9)
    assert result.pulse_end.size == 1
    assert result.ablated_depth == pytest.approx(pearl().ablated_depth, abs=0.25e-6)
    # a ramp has delivered a share of its energy after the root of that share of its length
    first = result.removal_time[0] / PULSE
    assert first == pytest.approx(math.sqrt(pearl().removal_time[0] / PULSE), rel=0.02)


@pytest.mark.verification
def test_absorption_follows_the_water_within_a_step():
    # a pulse too short for conduction: every cell by itself, in a hundred thousand explicit steps
    material = AblationMaterial.from_values({"thermal_conductivity_skin": 0.011})
    closed, exposure = Surface(0.0, 295.0, 0.0), 3.5e4
    result = ablate(material, exposure, 4e-7, closed, REST, 1e-5, removal="blow-off")
    edges = np.zeros(result.depth.size + 1)
    for i, middle in enumerate(result.depth):
        edges[i + 1] = 2.0 * middle - edges[i]
    size = np.diff(edges)
    boils = material.heat_capacity * (material.boil_off_temperature - REST)
    heat, each = np.zeros(size.size), exposure / 20_000
    for _ in range(20_000):
        wet = 1.0 - np.clip((heat - boils) / material.latent_heat, 0.0, 1.0)
        warm = 1.0 - (1.0 - material.hot_absorption) * np.minimum(heat / boils, 1.0)
        dry = material.dry_absorption
        through = np.exp(-material.mu_a * (dry + (1.0 - dry) * wet) * warm * size)
        arriving = np.concatenate([[1.0], np.cumprod(through)[:-1]])
        heat += each * arriving * (1.0 - through) / size
    gone = heat >= boils + material.latent_heat
    assert result.ablated_depth == pytest.approx(size[gone].sum(), abs=1e-9)
    assert result.residual_heat == pytest.approx((heat * size)[~gone].sum(), rel=3e-3)


def test_places_whose_pulses_begin_alike_are_as_if_each_were_alone():
    material = AblationMaterial.from_values({"steam_escape": 0.3, "plume_attenuation": 1e4})
    one = TemporalProfile.rectangle(PULSE)
    trains = [
        PulseTrain(3.5e4 * n, one.repeated(1.0 / 3.0, n), 1.0 / 3.0 * (n - 1) + 5.0)
        for n in (2, 1, 4)
    ]
    trains += [PulseTrain(7e4, one.repeated(0.5, 2), 5.0), trains[0]]
    together = ablate_places(material, trains, AIR, REST)
    for train_, found in zip(trains, together, strict=True):
        alone = ablate(material, *train_[:2], AIR, REST, train_.until)
        assert found.pulse_end.tolist() == alone.pulse_end.tolist()
        np.testing.assert_allclose(found.time, alone.time, rtol=1e-12)
        # on the cells of the deepest: those below the light lie elsewhere
        assert found.pulse_ablated == pytest.approx(alone.pulse_ablated, abs=1e-12)
        assert found.pulse_residual == pytest.approx(alone.pulse_residual, rel=1e-5)
        assert found.absorbed == pytest.approx(
            found.stored + found.carried_away + found.steam_loss + found.surface_loss, rel=1e-9
        )
        below = np.linspace(found.ablated_depth + 1e-6, 2e-4, 50)
        last = [np.interp(below, r.depth, r.temperature[-1]) for r in (found, alone)]
        np.testing.assert_allclose(*last, atol=0.02)
    deepest = ablate(material, *trains[2][:2], AIR, REST, trains[2].until)
    np.testing.assert_array_equal(together[2].temperature, deepest.temperature)
    np.testing.assert_array_equal(together[0].temperature, together[4].temperature)


def test_unknown_removal_says_what_was_meant():
    with pytest.raises(ParameterError, match="did you mean 'steady'"):
        train(removal="stedy")


def test_compiled_stage_solves_the_equation_and_equals_the_plain_one():
    share, conductance = 1e-6 / np.array([1e-6, 1e-6, 2e-6]), np.array([10.0, 4e5, 2e5])
    known, boiling, latent = np.array([3e8, 1.1e9, 1e8]), 4e8, np.full(3, 1.5e9)
    solutions = []
    for plain in (True, False):
        guess, gain, work = known.copy(), np.zeros(3), np.zeros((4, 3))
        # the plain stage calls compiled pieces: what is compared is the outer loop
        stage = _ablation_kernel.implicit_stage
        stage = stage.py_func if plain else stage
        skin = (share, conductance, 3.76e6, boiling, latent)
        loss, fits = stage(known, guess, *skin, gain, work, *(False,))
        assert loss > 0.0
        assert fits
        np.testing.assert_allclose(guess, known + gain, rtol=1e-12)
        solutions.append(guess)
        # the factors that are left solve the same again at once
        again = guess.copy()
        assert stage(known, again, *skin, gain, work, *(True,)) == (pytest.approx(loss), True)
        np.testing.assert_allclose(again, guess, rtol=1e-12)
    np.testing.assert_allclose(solutions[0], solutions[1], rtol=1e-12)


def test_factors_solve_the_dense_system():
    rng = np.random.default_rng(3)
    n, capacity, boiling, latent = 40, 3.76e6, 4e8, np.full(40, 1.5e9)
    enthalpy = rng.uniform(0.0, 2.5e9, n)  # wet, boiling and dry cells
    share, conductance = rng.uniform(0.1, 10.0, n), rng.uniform(1e5, 4e6, n)
    plateau = (enthalpy > boiling) & (enthalpy <= boiling + latent)
    slope = np.where(plateau, 0.0, 1.0 / capacity)
    drain = conductance + np.append(conductance[1:], 0.0)
    dense = np.diag(1.0 + share * drain * slope)
    dense -= np.diag(share[1:] * conductance[1:] * slope[:-1], -1)
    dense -= np.diag(share[:-1] * conductance[1:] * slope[1:], 1)
    factors, residual, guess = np.zeros((3, n)), rng.normal(size=n), enthalpy.copy()
    skin = (share, conductance, capacity, boiling, latent)
    _ablation_kernel.factorise(enthalpy, *skin, factors)
    asked = np.linalg.solve(dense, residual)
    _ablation_kernel.substitute(residual, guess, boiling, latent, factors)
    np.testing.assert_allclose(residual[-1], asked[-1], rtol=1e-10)
    np.testing.assert_allclose(guess - enthalpy, asked, atol=1e-6)


def test_cells_that_no_heat_has_reached_change_no_number(monkeypatch):
    some = train(n=1)
    monkeypatch.setattr("porelight.heat._column._AT_FIRST", some.depth.size)
    every = train(n=1)
    # 3 K is what a step of order one may miss; rounding alone moves the steps, too
    np.testing.assert_allclose(some.temperature, every.temperature, atol=0.1)
    assert some.residual_heat == pytest.approx(every.residual_heat, rel=1e-6)
    np.testing.assert_array_equal(some.ablated, every.ablated)


def test_stage_that_cannot_be_solved_ends_in_an_error():
    column = Column(np.full(5, 1e-6), 0.37, 10.0, Boiling(3.8e6, 4e8, 1.6e9))
    column.cells.enthalpy[1] = math.nan
    with pytest.raises(ConvergenceError, match="larger cells"):
        column.advance(1.0, 1e-3, 0.0, AbsorbedLight(1e5, 0.0, 0.25, 0.0))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"mu_a_skin_2790": 0.0}, "not absorbed cannot ablate"),
        ({BOIL: 300.0}, "boil_off_temperature"),
        ({BOIL: 473.15, HEAT: 5e8}, "boiling needs a part of it"),
        ({DRY: 1.5}, "dry_absorption is 1.5"),
        ({"steam_escape": -0.1}, "steam_escape is -0.1"),
        ({HOT: 4.0}, "hot_absorption is 4"),
        ({"plume_attenuation": -1.0}, "plume_attenuation is -1"),
        ({HEAT: 2.0}, "heat_of_ablation is 2 J/m3"),
    ],
)
def test_impossible_material_is_refused_with_a_reason(values, message):
    with pytest.raises(ParameterError, match=message):
        AblationMaterial.from_values(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"until": 1e-4}, r"until is 0\.0001 s"),
        ({"until": 600.0}, "until is 600 s"),
        ({"resting_temperature": 34.0}, "Celsius"),
        ({"resting_temperature": 430.0}, "not below the boil-off"),
        ({"radiant_exposure": 4.9e7}, "Split it into several pulses"),
        ({"pulse_duration": 0.0}, "pulse_duration"),
    ],
)
def test_impossible_pulse_is_refused_with_a_reason(change, message):
    sound = {
        "radiant_exposure": 3.5e4,
        "pulse_duration": PULSE,
        "surface": AIR,
        "resting_temperature": REST,
        "until": 1.0,
    }
    with pytest.raises(ParameterError, match=message):
        ablate(AblationMaterial.typical(), **(sound | change))
