"""What several rooms' tests share: one skin, and one small ensemble that has been treated."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from porelight.course.draws import physics_members
from porelight.laser.exposure import Exposure
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import SessionResult
from porelight.tissue.skin import Skin

# programs in `benchmarks` import one another by name, as they do when they are run
sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

PHOTONS = 5000

# nothing that an earlier run computed takes the place of what is tested
os.environ["PORELIGHT_CACHE"] = "off"

# the same examples in every run, so that a failure is the change's; new ones are searched for with
# `pytest --hypothesis-profile=search`
settings.register_profile("same", derandomize=True)
settings.register_profile("search", derandomize=False, max_examples=1000)
settings.load_profile("same")


@pytest.fixture(scope="session")
def skin() -> Skin:
    return Skin.typical("cheek", 3, 35.0, oiliness="oily")


@pytest.fixture(scope="session")
def physics(skin: Skin) -> PhysicsEnsemble:
    return PhysicsEnsemble(skin, physics_members(2, seed=1), PHOTONS, seed=1)


@pytest.fixture(scope="session")
def treated(physics: PhysicsEnsemble) -> Callable[[Exposure], tuple[SessionResult, ...]]:
    """Treat the shared ensemble, once per exposure however many tests ask."""
    done: dict[Exposure, tuple[SessionResult, ...]] = {}

    def treat(exposure: Exposure) -> tuple[SessionResult, ...]:
        if exposure not in done:
            done[exposure] = physics.treat(exposure)
        return done[exposure]

    return treat
