"""A law of injury of one's own: skin that was never heated is not injured by it."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.laws import Laws
from porelight.errors import ParameterError
from porelight.injury.rate_process import RateProcess, altered_fraction, damage_integral
from porelight.session.injury_law import library_injury, require_no_injury_at_rest

BURN = RateProcess("burn", 3.1e98, 6.28e5, "Henriques & Moritz 1947")


def counts_all(time, temperature, values, *, resting):
    """Count the whole rate, that of skin at rest too."""
    usual = library_injury(time, temperature, values, resting=resting)
    damage = damage_integral(time, temperature, BURN)
    return replace(usual, killed=altered_fraction(damage))


def counts_what_lies_above_rest(time, temperature, values, *, resting):
    usual = library_injury(time, temperature, values, resting=resting)
    at_rest = np.broadcast_to(resting, temperature.shape)
    damage = damage_integral(time, temperature, BURN) - damage_integral(time, at_rest, BURN)
    return replace(usual, killed=altered_fraction(damage))


def test_a_law_that_injures_skin_at_rest_is_refused():
    with pytest.raises(ParameterError, match=r"killed = .* at the resting temperature; expected 0"):
        Laws(injury=counts_all)


def test_a_law_that_gives_no_number_for_skin_at_rest_is_refused():
    def no_number(time, temperature, values, *, resting):
        usual = library_injury(time, temperature, values, resting=resting)
        return replace(usual, cem43=np.full_like(usual.cem43, np.nan))

    with pytest.raises(ParameterError, match="cem43 = nan"):
        Laws(injury=no_number)


def test_a_law_that_counts_what_lies_above_rest_is_taken():
    assert Laws(injury=counts_what_lies_above_rest).injury is counts_what_lies_above_rest


def test_the_law_of_the_library_leaves_skin_at_rest_unharmed():
    require_no_injury_at_rest(library_injury)


def test_a_law_that_loses_the_depths_is_refused_with_its_shape():
    def one_number(time, temperature, values, *, resting):
        usual = library_injury(time, temperature, values, resting=resting)
        return replace(usual, denatured=usual.denatured.max())

    with pytest.raises(ParameterError, match=r"denatured of shape \(\) for 8 depths"):
        Laws(injury=one_number)
