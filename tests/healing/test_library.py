"""The room's data file and its parameter objects fit one another."""

from dataclasses import fields

import numpy as np

from porelight.data.library import table
from porelight.healing.ageing import AgeingParameters
from porelight.healing.collagen import CollagenKinetics
from porelight.healing.contraction import ContractionParameters
from porelight.healing.epidermis import EpidermisParameters
from porelight.healing.plug import PlugParameters
from porelight.healing.stimulus import StimulusParameters

CLASSES = (
    AgeingParameters,
    CollagenKinetics,
    ContractionParameters,
    EpidermisParameters,
    PlugParameters,
    StimulusParameters,
)


def test_every_entry_belongs_to_exactly_one_parameter_object():
    names = [field.name for kind in CLASSES for field in fields(kind)]
    assert sorted(names) == sorted(table("tissue", "healing"))


def test_extreme_draws_of_every_prior_are_accepted():
    for probability in (1e-4, 0.5, 1.0 - 1e-4):
        values = {
            name: entry.quantile(np.array([probability, 0.3]))
            for name, entry in table("tissue", "healing").items()
        }
        for kind in CLASSES:
            assert kind.from_values(values) is not None


def test_given_values_replace_the_librarys_and_other_names_are_passed_over():
    kinetics = CollagenKinetics.from_values({"mmp_gain": 0.5, "poisson_ratio": 0.4})
    assert kinetics.mmp_gain == 0.5
    assert kinetics.immature_fraction == CollagenKinetics.typical().immature_fraction
