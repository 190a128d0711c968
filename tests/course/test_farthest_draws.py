"""No draw of a usual forecast leaves the range in which its law is defined."""

import numpy as np
import pytest

from porelight.course.draws import BIOLOGY, PHYSICS
from porelight.data.priors import uncertain
from porelight.healing.collagen import CollagenKinetics
from porelight.healing.contraction import ContractionParameters
from porelight.healing.epidermis import EpidermisParameters
from porelight.healing.plug import PlugParameters
from porelight.heat.ablation import AblationMaterial
from porelight.injury.field import InjuryParameters
from porelight.mechanics.ring import RingMechanics

_FARTHEST = np.array([1e-15, 1.0 - 1e-15])
_SETS = (
    CollagenKinetics,
    ContractionParameters,
    EpidermisParameters,
    PlugParameters,
    RingMechanics,
    InjuryParameters,
    AblationMaterial,
)


@pytest.mark.parametrize("entry", uncertain((*BIOLOGY, *PHYSICS)), ids=lambda one: one.name)
def test_the_ends_of_a_prior_are_taken(entry):
    # the signal of a wound was once drawn too short for its law, and the whole forecast refused
    for value in entry.quantile(_FARTHEST):
        for parameters in _SETS:
            parameters.from_values({entry.name: float(value)})
