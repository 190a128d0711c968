"""Claims about the sets of virtual photographs."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render.contrast import pore_contrast
from porelight.render.phantom import phantom, phantom_look, random_skin


@pytest.mark.slow
def test_number_is_the_picture() -> None:
    first, again, other = phantom(1), phantom(1), phantom(2)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    assert (first.pixels != other.pixels).any()


@pytest.mark.slow
@pytest.mark.validation
def test_set_has_the_contrast_of_labelled_skin() -> None:
    # labelled zones: depth 4, 10, 20 grey levels at 10, 50, 90 %; texture 3.7 (design, measured)
    found = []
    for number in range(5):
        skin = phantom(number)
        whole = np.ones(skin.labels.shape, dtype=bool)
        contrast = pore_contrast(skin.pixels, skin.px_per_metre, skin.labels, whole)
        found.append((*contrast.deciles, contrast.texture))
    low, middle, high, texture = np.mean(found, axis=0)
    assert low == pytest.approx(4.0, abs=1.0)
    assert middle == pytest.approx(10.0, abs=1.5)
    assert high == pytest.approx(20.0, abs=2.0)
    assert texture == pytest.approx(3.7, abs=0.4)


@pytest.mark.slow
def test_set_has_as_many_wide_pores_as_are_labelled() -> None:
    n = np.mean([phantom(i).visible().sum() for i in range(3)])
    # labelled cheek: 60 per cm2 on 2.56 cm2, few of them below 0.25 mm
    assert n == pytest.approx(60 * 2.56, rel=0.1)


def test_ratio_narrows_the_same_pores() -> None:
    before, after = phantom(3), phantom(3, ratio=0.9)
    np.testing.assert_allclose(after.diameter, 0.9 * before.diameter)
    np.testing.assert_array_equal(after.row, before.row)


def test_skin_can_be_without_pores() -> None:
    bare = phantom(0, pores=False)
    assert bare.row.size == 0
    assert not bare.truth_mask.any()


def test_clutter_is_known() -> None:
    assert phantom(0, clutter=True).distractor_mask.mean() > 0.01


@pytest.mark.slow
def test_training_skin_is_none_of_the_set() -> None:
    pictures = {random_skin(i).pixels.shape for i in range(3)}
    # every camera of the training set has a scale of its own
    assert len(pictures) == 3
    assert random_skin(0).row.size == 0


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda: phantom(-1), "number is -1"),
        (lambda: phantom(10_000), "number is 10000"),
        (lambda: random_skin(-1), "number is -1"),
        (lambda: phantom(0, fitzpatrick=7), "fitzpatrick is 7"),
    ],
)
def test_what_does_not_exist_is_refused(call, problem) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ParameterError, match=problem):
        call()


@pytest.mark.slow
def test_look_of_the_set_is_its_own_and_another_changes_the_skin() -> None:
    own = phantom(3, fitzpatrick=2)
    same = phantom(3, fitzpatrick=2, look=phantom_look(2))
    wells = phantom(3, fitzpatrick=2, look=replace(phantom_look(2), pore_profile=0.7))
    np.testing.assert_array_equal(own.pixels, same.pixels)
    np.testing.assert_array_equal(own.labels, wells.labels)
    # more of each opening is deep
    inside = own.labels > 0
    assert wells.pixels[inside].mean() < own.pixels[inside].mean() - 2.0
