"""What tests of statistics share: long tables of a few subjects."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.study_values import EndpointTable, StudyValue, endpoint_table

QUANTITY = "density_per_cm2"


def study_value(subject, visit, zone="cheek", value=10.0, *, take="1", arm="", day=None):
    """Return a number of 10 % error."""
    return StudyValue(
        subject, visit, zone, take, arm, day, QUANTITY, value, value / 1.1, value * 1.1
    )


def plan_of(visits=("v1",), zones=("cheek",), control="", **more) -> AnalysisPlan:
    planned = tuple(PlannedVisit(one) for one in visits)
    return AnalysisPlan(QUANTITY, "v0", planned, tuple(zones), control, **more)


@pytest.fixture
def value() -> Callable[..., StudyValue]:
    return study_value


@pytest.fixture
def plan() -> Callable[..., AnalysisPlan]:
    return plan_of


@pytest.fixture
def drawn() -> Callable[..., tuple[list[StudyValue], AnalysisPlan]]:
    """Draw the numbers of a study with the usual scatter, and its plan."""

    def draw(
        arms: Sequence[str], visits=("v1",), zones=("cheek",), seed=1, effect=-0.1, control=""
    ):
        rng = np.random.default_rng(seed)
        found = []
        for s, arm in enumerate(arms):
            subject, of_visit = rng.normal(0.0, 0.3), rng.normal(0.0, 0.05, 1 + len(visits))
            for zone in zones:
                of_zone = rng.normal(0.0, 0.1)
                for k, visit in enumerate(("v0", *visits)):
                    log = subject + of_zone + of_visit[k] + effect * (k > 0) * (arm != "sham")
                    number = float(np.exp(3.0 + log + rng.normal(0.0, 0.07)))
                    found.append(study_value(f"S{s:02}", visit, zone, number, arm=arm))
        return found, plan_of(visits, zones, control)

    return draw


@pytest.fixture
def table(drawn) -> Callable[..., EndpointTable]:
    def tabled(*words, **more) -> EndpointTable:
        values, own = drawn(*words, **more)
        return endpoint_table(values, own, QUANTITY)

    return tabled
