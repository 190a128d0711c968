"""A synthetic outcome: not computed by the physics, but shaped and sized like one that was."""

import json
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from porelight.course.healing_weeks import POPULATION_DRAWS
from porelight.course.outcome import Outcome, outcome_variables
from porelight.course.outcome_dataset import outcome_dataset
from porelight.course.outcome_variables import OutcomeVariable

DEPTH = np.concatenate([np.geomspace(2e-6, 1e-4, 18), np.geomspace(1.2e-4, 5e-3, 22)])
N_DRAW, N_MEMBER, N_CLOCK = 100, 8, 160
GENESIS = {
    "device": "laser-genesis",
    "wavelength_nm": 1064.0,
    "radiant_exposure_j_cm2": 14.0,
    "spot_mm": 5.0,
    "pulse_ms": 0.3,
    "rate_hz": 7.0,
    "pulses": 2000,
    "area_cm2": 100.0,
    "passes": 4,
    "overlap": 0.0,
    "stop_at_surface_c": 43.0,
}
PEARL = {
    "device": "pearl",
    "wavelength_nm": 2790.0,
    "radiant_exposure_j_cm2": 3.5,
    "spot_mm": 6.0,
    "pulse_ms": 0.4,
    "rate_hz": 3.0,
    "pulses": 553,
    "area_cm2": 100.0,
    "passes": 1,
    "overlap": 0.2,
}
USUAL = ((0.0, GENESIS), (14.0, GENESIS), (42.0, PEARL))
Sessions = Sequence[tuple[float, dict[str, object]]]


def build(
    sessions: Sessions = USUAL,
    *,
    last_day: float | None = None,
    notes: Sequence[str] = (),
    care: Sequence[dict[str, object]] = (),
    skin: dict[str, object] | None = None,
    daily: bool = True,
    extra: Sequence[OutcomeVariable] = (),
) -> Outcome:
    generator = np.random.default_rng(3)
    days = _days(sessions, last_day, daily=daily)
    rest = 306.15 + 4.0 * np.minimum(DEPTH / 3e-3, 1.0)
    variables = {
        **_weeks(days, sessions, generator),
        **_sessions(sessions, rest, generator),
        "pore_diameter": np.sort(generator.lognormal(np.log(2e-4), 0.3, 512)).clip(1.5e-4, 7e-4),
    }
    variables["pore_floor"] = 0.8 * variables["pore_diameter"]
    if sessions:
        variables["resting_temperature"] = rest
    area = 512 / 1.5e6
    diameter = variables["pore_diameter"] * variables["diameter_ratio"][:, :, None]
    diameter = np.maximum(diameter, variables["pore_floor"])
    seen = np.where(diameter >= 250e-6, diameter, 0.0)
    variables["mean_diameter"] = diameter.mean(axis=-1)
    variables["visible_density"] = (seen > 0.0).sum(axis=-1) / area
    variables["area_fraction"] = 0.25 * np.pi * (seen**2).sum(axis=-1) / area
    lengths = {"draw": N_DRAW, "day": days.size, "depth": DEPTH.size, "clock": N_CLOCK}
    lengths |= {"session": len(sessions), "member": N_MEMBER if sessions else 1, "pore": 512}
    declared = {**outcome_variables(), **{one.name: one for one in extra}}
    absent = {"resting_temperature", *POPULATION_DRAWS}  # where no photograph was measured
    for name in set(declared) - set(variables) - absent:
        variables[name] = np.zeros([lengths[dim] for dim in declared[name].dims])
    for one in extra:  # grows evenly by a tenth until the last day, the same in every draw
        shape = [lengths[dim] for dim in one.dims]
        growth = 1.0 + 0.1 * days / days[-1] if one.is_history else 0.1
        variables[one.name] = np.broadcast_to(growth, shape)
    dataset = outcome_dataset(
        variables,
        {"day": days, "depth": DEPTH, "session": np.arange(1.0, len(sessions) + 1)},
        {
            "porelight_version": "0.1.0",
            "data_fingerprint": "0123456789abcdef",
            "seed": "7",
            "draws": str(N_DRAW),
            "people": "5",
            "members": str(N_MEMBER if sessions else 0),
            "skin": json.dumps(
                skin
                or {
                    "zone": "cheek",
                    "fitzpatrick": 3,
                    "age_years": 35.0,
                    "sex": "female",
                    "oiliness": "oily",
                }
            ),
            "pores_measured": "false",
            "pore_area_m2": repr(area),
            "sessions": json.dumps([{"day": day, **one} for day, one in sessions]),
            "care": json.dumps(list(care)),
            "notes": json.dumps(list(notes)),
        },
        extra,
    )
    return Outcome(dataset)


def _days(sessions: Sessions, last_day: float | None, *, daily: bool) -> np.ndarray:
    last = max((day for day, _ in sessions), default=0.0)
    end = last + 182.0 if last_day is None else last_day
    days = {*np.arange(0.0, end, 7.0).tolist(), end}
    for day, one in sessions:
        days.add(day)
        if daily and one["device"] == "pearl":
            days |= {day + after for after in (*range(1, 8), 10.0, 14.0)}
    return np.array(sorted(one for one in days if one <= end))


def _weeks(days: np.ndarray, sessions: Sessions, generator: np.random.Generator) -> dict:
    def grown(rise: float, fall: float) -> np.ndarray:
        """Sum over sessions of a bump that starts at each session, shape (day,)."""
        total = np.zeros_like(days)
        for day, _ in sessions:
            after = np.maximum(days - day, 0.0)
            total += np.exp(-after / fall) - np.exp(-after / rise)
        return total

    def scattered(middle: float, spread: float) -> np.ndarray:
        return middle + spread * generator.standard_normal((N_DRAW, 1))

    bump = grown(25.0, 140.0)
    open_wound, dressing, erythema = (np.zeros((N_DRAW, days.size)) for _ in range(3))
    pearls = [day for day, one in sessions if one["device"] == "pearl"]
    closing = generator.uniform(2.6, 4.4, (N_DRAW, 1))
    for day in pearls:
        after = np.where(days > day, days - day, np.inf)
        open_wound += np.clip(1.0 - after / closing, 0.0, 1.0)
        dressing += np.clip((closing + 2.0 - after) / 2.0, 0.0, 1.0)
        erythema += np.exp(-after / (2.0 * closing))
    treated = 1.0 if sessions else 0.0
    scale = (1.0 - np.exp(-bump)) * treated
    return {
        "diameter_ratio": 1.0 - scale * scattered(0.025, 0.025),
        "collagen": 1.0 + scale * np.abs(scattered(0.10, 0.05)),
        "immature_collagen": 0.1 + scale * np.abs(scattered(0.08, 0.04)),
        "plug": 1.0 - scale * np.abs(scattered(0.2, 0.1)),
        "dressing": dressing,
        "epidermis": 1.0 - open_wound,
        "erythema": erythema,
        "redness": -scale * np.abs(scattered(0.03, 0.03)),
        "vessels": -scale * np.abs(scattered(0.02, 0.02)),
        "pigment": -scale * np.abs(scattered(0.2, 0.1)),
        "melanin": -scale * np.abs(scattered(0.1, 0.05)),
        "texture": -scale * np.abs(scattered(0.12, 0.06)),
        "fine_lines": -scale * np.abs(scattered(0.15, 0.08)),
        "acne_scars": -scale * np.abs(scattered(0.12, 0.06)),
        "pigment_risk": np.abs(generator.normal(0.04, 0.02, N_DRAW)) * bool(pearls),
    }


def _sessions(sessions: Sessions, rest: np.ndarray, generator: np.random.Generator) -> dict:
    n = len(sessions)
    shape = (n, N_MEMBER if n else 1, DEPTH.size)
    arrays = {
        name: np.zeros(shape)
        for name in ("killed", "heat_shocked", "denatured", "coagulated", "ablated")
    }
    peak, final = np.broadcast_to(rest, shape).copy(), np.broadcast_to(rest, shape).copy()
    clock = np.zeros((n, N_CLOCK))
    history = np.zeros((n, N_CLOCK, DEPTH.size))
    reading = np.full(shape[:2], rest[0])
    ablated_depth, coagulated_depth = np.zeros(shape[:2]), np.zeros(shape[:2])
    pulses = np.zeros(shape[:2])
    for i, (_, one) in enumerate(sessions):
        strength = generator.normal(1.0, 0.08, (shape[1], 1))
        if one["device"] == "pearl":
            clock[i] = np.concatenate([[0.0], np.geomspace(1e-5, 1.0, N_CLOCK - 1)])
            spread = 4e-6 + np.sqrt(4e-7 * np.maximum(clock[i], 1e-5))[:, None]
            amount = np.minimum(clock[i] / 4e-4, 1.0)[:, None]
            heat = 90.0 * amount * (3e-5 / (3e-5 + spread)) * np.exp(-((DEPTH / spread) ** 2))
            history[i] = rest + heat * np.minimum(3.0, 1.0 + 8e-6 / DEPTH)
            peak[i] = rest + strength * (history[i].max(axis=0) - rest)
            final[i] = rest + strength * (history[i][-1] - rest)
            ablated_depth[i] = 1.2e-5 * strength[:, 0]
            coagulated_depth[i] = 5.5e-5 * strength[:, 0] ** 3
            arrays["ablated"][i] = ablated_depth[i][:, None] > DEPTH
            dead = 1.0 / (1.0 + (DEPTH / coagulated_depth[i][:, None]) ** 6)
            arrays["killed"][i] = dead
            arrays["denatured"][i] = 1.0 / (
                1.0 + (DEPTH / (0.6 * coagulated_depth[i][:, None])) ** 6
            )
            arrays["heat_shocked"][i] = dead * (1.0 - dead) * 3.2
            pulses[i] = float(one["pulses"])
        else:
            end = float(one["pulses"]) / float(one["rate_hz"])
            clock[i] = np.linspace(0.0, end + 60.0, N_CLOCK)
            warm = 9.0 * np.sqrt(np.minimum(clock[i] / end, 1.0))
            warm = warm * np.exp(-np.maximum(clock[i] - end, 0.0) / 60.0)
            hit = 6.0 * (np.arange(N_CLOCK) % 23 == 7)
            shape_in_depth = np.exp(-DEPTH / 2.5e-3)
            history[i] = (
                rest + warm[:, None] * shape_in_depth + hit[:, None] * np.exp(-DEPTH / 1e-3)
            )
            epidermal = 12.0 * (DEPTH < 6e-5)
            peak[i] = rest + strength * (history[i].max(axis=0) - rest + epidermal)
            final[i] = rest + strength * (9.0 * shape_in_depth)
            arrays["heat_shocked"][i] = 0.3 * strength * np.exp(-DEPTH / 8e-4)
            arrays["killed"][i] = 0.004 * strength * (DEPTH < 6e-5)
            reading[i] = rest[0] + 8.5 * strength[:, 0]
            pulses[i] = float(one["pulses"])
    draws = np.resize(generator.lognormal(np.log(0.5), 0.4, N_DRAW), (n, N_DRAW))
    return {
        **arrays,
        "peak_temperature": peak,
        "final_temperature": final,
        "surface_reading": reading,
        "surface_felt": reading + 1.0,
        "ablated_depth": ablated_depth,
        "coagulated_depth": coagulated_depth,
        "pulses_delivered": pulses,
        "stimulus": draws,
        "clock_time": clock,
        "session_temperature": history,
    }


def plan() -> dict[str, object]:
    def candidate(number: int) -> dict[str, object]:
        return {
            "label": f"{number} x laser-genesis 14 J/cm2, 2000 pulses",
            "change": {"low": -0.21, "median": -0.09, "high": 0.02},
            "better_share": 0.55,
            "better_open": {"low": 0.11, "high": 0.92},
            **{f"{name}_share": 0.02 for name in ("worse", "painful", "darkening")},
            **{
                f"{name}_open": {"low": 0.0, "high": 0.31}
                for name in ("worse", "painful", "darkening")
            },
            "net_share": 0.49,
            "downtime_days": 0.0,
            "on_front": True,
            "why": "closest limit a surface too warm between pulses, 0.79 % of 1 % allowed",
            "sessions": [{"day": 14.0 * i, **GENESIS} for i in range(number)],
            "checks": [
                {
                    "limit": "vaporisation",
                    "chance": 0.0012,
                    "allowed": 0.01,
                    "detail": "55.0 degC, limit 90.0 degC",
                },
                {
                    "limit": "a surface too warm between pulses",
                    "chance": 0.0079,
                    "allowed": 0.01,
                    "detail": "41.7 degC, limit 44.0 degC",
                },
            ],
        }

    return {
        "format": "porelight-plan-2",
        "skin": {"zone": "cheek", "fitzpatrick": 3, "age_years": 35.0},
        "goal": "pore-area",
        "verdict": "5 x laser-genesis 14 J/cm2, 2000 pulses: area of visible pores -9.0 % "
        "(-21.0 % to +2.0 %) twelve weeks after the last session; closest limit: surface between "
        "pulses 41.7 degC; allowed 44.0 degC.",
        "seed": 1,
        "plans": [candidate(number) for number in range(5, 0, -1)],
        "refused": [
            {
                "setting": "laser-genesis 16 J/cm2, 2000 pulses",
                "reason": "surface between pulses would be 44.8 degC; allowed is 44.0 degC",
            }
        ],
    }


@pytest.fixture(scope="session")
def make_outcome() -> Callable[..., Outcome]:
    return build


@pytest.fixture
def genesis_settings() -> dict[str, object]:
    return dict(GENESIS)


@pytest.fixture(scope="session")
def outcome() -> Outcome:
    """Two sessions of Laser Genesis and one of Pearl."""
    return build()


@pytest.fixture(scope="session")
def untreated() -> Outcome:
    """No session, no care: nothing may change."""
    return build((), last_day=90.0)


@pytest.fixture(scope="session")
def pearl_only() -> Outcome:
    return build(((0.0, PEARL),))


@pytest.fixture(scope="session")
def genesis_only() -> Outcome:
    return build(((0.0, GENESIS),))


@pytest.fixture
def plan_document() -> dict[str, object]:
    return plan()


@pytest.fixture
def measured_summary() -> dict[str, object]:
    """Return what `porelight.files.measurements.summary` writes."""
    return {
        "interval_coverage": 0.95,
        "zone_area_cm2": 3.69,
        "found": 171,
        "counted_from_mm": 0.25,
        "count": {"value": 152.0, "low": 140.0, "high": 163.0},
        "density_per_cm2": {"value": 41.23, "low": 38.0, "high": 44.1},
        "area_fraction": {"value": 0.031, "low": 0.028, "high": 0.034},
        "diameter_mm": {
            "p50": {"value": 0.312, "low": 0.3, "high": 0.325},
            "p90": {"value": 0.5, "low": 0.47, "high": 0.54},
        },
        "estimated_false_share": 0.09,
        "unlabelled_share": 0.21,
        "warnings": ["only 7 px/mm"],
    }
