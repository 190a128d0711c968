"""Documents that porelight wrote itself are read back by the ranges of their numbers, too."""

import json

import pytest

from porelight.errors import InputFileError
from porelight.files.plans import load_plan_document
from porelight.files.sensitivities import load_sensitivity

SENSITIVITY = {
    "format": "porelight-sensitivity-1",
    "outcome": "area_fraction",
    "day": 84.0,
    "runs": 512,
    "seed": 1,
    "factors": [
        {
            "name": "collagen_half_life",
            "evidence": "assumed",
            "total_order": 0.4,
            "total_order_error": 0.1,
            "first_order": -0.01,
            "first_order_error": 0.1,
        }
    ],
}
PLAN = {
    "format": "porelight-plan-2",
    "skin": {"zone": "cheek", "fitzpatrick": 3, "age_years": 35},
    "goal": "pore-area",
    "verdict": "one course is safe",
    "seed": 1,
    "plans": [
        {
            "label": "Laser Genesis",
            "change": {"low": -0.3, "median": -0.1, "high": 0.0},
            **{f"{n}_share": 0.1 for n in ("better", "worse", "painful", "darkening")},
            **{
                f"{n}_open": {"low": 0.0, "high": 0.3}
                for n in ("better", "worse", "painful", "darkening")
            },
            "net_share": -0.2,
            "downtime_days": 0.0,
            "on_front": False,
            "why": "closest limit burn",
            "sessions": [{"day": 0, "device": "laser-genesis"}],
            "checks": [{"limit": "burn", "chance": 0.0, "allowed": 0.01, "detail": "cold"}],
        }
    ],
    "safety": [],
    "refused": [],
}


def changed(document, keys, value):
    copy = json.loads(json.dumps(document))
    table = copy
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = value
    return copy


@pytest.mark.parametrize(
    ("load", "document", "keys", "value", "message"),
    [
        (load_sensitivity, SENSITIVITY, ("factors", 0, "total_order"), 1e30,
         "factors[1].total_order is 1e+30; expected -100 to 100"),
        (load_sensitivity, SENSITIVITY, ("day",), -3, "day is -3 days; expected 0 to"),
        (load_sensitivity, SENSITIVITY, ("runs",), True, "runs is True; expected a whole number"),
        (load_plan_document, PLAN, ("plans", 0, "change", "low"), 0.5,
         "low 0.5 is above median -0.1"),
        (load_plan_document, PLAN, ("plans", 0, "painful_share"), 40,
         "plans[1].painful_share is 40; expected 0 to 1"),
        (load_plan_document, PLAN, ("plans", 0, "sessions", 0, "day"), -1,
         "plans[1].sessions[1].day is -1 days; expected 0 to"),
        (load_plan_document, PLAN, ("plans", 0, "painful_open", "low"), 0.5,
         "low 0.5 is above high 0.3"),
        (load_plan_document, PLAN, ("skin", "fitzpatrick"), True,
         "skin.fitzpatrick is True; expected 1 to 6, or I to VI"),
        (load_plan_document, PLAN, ("skin", "age_years"), 350, "skin.age_years is 350"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_are_refused(tmp_path, load, document, keys, value, message):
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load(path) == document
    path.write_text(json.dumps(changed(document, keys, value)), encoding="utf-8")
    with pytest.raises(InputFileError) as problem:
        load(path)
    assert message in str(problem.value)
    assert "\n" not in str(problem.value)
