"""Pigment that leaves with the epidermis and comes back."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.effects.pigment import PigmentParameters, epidermal_melanin, mottled_pigment
from porelight.errors import ParameterError

DAY = 86_400.0
UM = 1e-6
TYPICAL = PigmentParameters.typical()
TIMES = np.array([0.0, 30.0, 365.0]) * DAY
AT_START = np.zeros(1)


def test_nothing_removed_nothing_changed():
    none = np.zeros((1, 2))
    assert (epidermal_melanin(TIMES, AT_START, none, 3, TYPICAL) == 0.0).all()
    assert (mottled_pigment(TIMES, AT_START, none, TYPICAL) == 0.0).all()


def test_removed_share_grows_with_the_square_of_depth():
    depth = np.array([[5.0, 50.0, 500.0]]) * UM
    kept = replace(TYPICAL, pigment_depth=50.0 * UM, melanin_return_time=1e11)
    found = epidermal_melanin(TIMES, AT_START, depth, 3, kept)[1]
    np.testing.assert_allclose(found, np.expm1(-np.array([0.01, 1.0, 100.0])), rtol=1e-3)


def test_melanin_of_darker_skin_is_back_sooner():
    depth = np.full((1, 1), 60.0 * UM)
    by_type = [epidermal_melanin(TIMES, AT_START, depth, kind, TYPICAL)[1, 0] for kind in (1, 3, 6)]
    assert by_type[0] < by_type[1] < by_type[2] < 0.0
    np.testing.assert_allclose(
        epidermal_melanin(TIMES, AT_START, depth, 3, TYPICAL)[1, 0],
        np.expm1(-((60.0 / 50.0) ** 2)) * np.exp(-0.5),
        rtol=1e-12,
    )


def test_sun_brings_mottled_pigment_back_and_protection_keeps_it_away():
    depth = np.full((1, 3), 60.0 * UM)
    sun = np.array([0.0, 1.0, 4.0])
    found = mottled_pigment(TIMES, AT_START, depth, TYPICAL, sun)
    gone = TYPICAL.mottled_epidermal_share * np.expm1(-((60.0 / 50.0) ** 2))
    years = 365.0 * DAY / TYPICAL.mottled_return_time
    np.testing.assert_allclose(found[2], gone * np.exp(-sun * years), rtol=1e-12)
    assert (found[0] == 0.0).all()


def test_dermal_part_of_mottled_pigment_stays_however_deep_the_treatment():
    depth = np.full((3, 1), 1e-3)
    found = mottled_pigment(TIMES, np.zeros(3), depth, TYPICAL, 0.0)
    np.testing.assert_allclose(found[1:, 0], -TYPICAL.mottled_epidermal_share, rtol=1e-12)


def test_impossible_pigment_is_refused():
    depth = np.full((1, 1), 60.0 * UM)
    with pytest.raises(ParameterError, match="fitzpatrick is 7"):
        epidermal_melanin(TIMES, AT_START, depth, 7, TYPICAL)
    with pytest.raises(ParameterError, match="removed_depth is 60 m"):
        mottled_pigment(TIMES, AT_START, depth * 1e6, TYPICAL)
    with pytest.raises(ParameterError, match="sun_exposure is -1"):
        mottled_pigment(TIMES, AT_START, depth, TYPICAL, -1.0)
    with pytest.raises(ParameterError, match="Micrometres need"):
        replace(TYPICAL, pigment_depth=50.0)
