import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.render.distractors import DistractorLayers, Distractors, distractor_layers

SHAPE = (400, 420)


def layers(distractors: Distractors, seed: int = 3) -> DistractorLayers:
    return distractor_layers(SHAPE, distractors, np.random.SeedSequence(seed).spawn(4))


def test_none_change_nothing() -> None:
    empty = layers(Distractors())
    np.testing.assert_array_equal(empty.transmission, 1.0)
    assert not empty.melanin.any()
    assert not empty.glint.any()
    assert not empty.sunken.any()
    assert not empty.covered.any()


@pytest.mark.parametrize("name", ["n_hairs", "n_moles", "n_glints", "n_wrinkles"])
def test_each_covers_some_skin(name: str) -> None:
    share = layers(Distractors(**{name: 6})).covered.mean()
    assert 0.0005 < share < 0.5


def test_hairs_darken_moles_absorb_glints_shine() -> None:
    full = layers(Distractors(n_hairs=5, n_moles=2, n_glints=8))
    assert 0.1 < full.transmission.min() < 0.6
    assert full.melanin.max() > 0.3
    assert full.glint.max() > 0.05
    assert full.glint.min() >= 0.0


def test_fold_is_wider_and_deeper_than_a_wrinkle() -> None:
    wrinkle, fold = (
        layers(Distractors(**{name: 1}), seed=5).sunken for name in ("n_wrinkles", "n_folds")
    )
    assert fold.max() > wrinkle.max() > 2e-5
    assert (fold > 0.5 * fold.max()).mean() > 3 * (wrinkle > 0.5 * wrinkle.max()).mean()


def test_number_of_one_does_not_move_another() -> None:
    few = layers(Distractors(n_hairs=2, n_moles=2))
    many = layers(Distractors(n_hairs=9, n_moles=2))
    np.testing.assert_array_equal(few.melanin, many.melanin)


def test_lines_move_nothing_else() -> None:
    without, lined = (layers(Distractors(4, 1, 5, n, n)) for n in (0, 1))
    for name in ("transmission", "melanin", "glint"):
        np.testing.assert_array_equal(getattr(without, name), getattr(lined, name))


def test_more_hairs_keep_the_first() -> None:
    few = layers(Distractors(n_hairs=2)).transmission
    many = layers(Distractors(n_hairs=9)).transmission
    assert (many <= few + 1e-6).all()


def test_impossible_count_is_refused() -> None:
    with pytest.raises(ParameterError, match="n_moles is -1; expected 0 to 2000"):
        Distractors(n_moles=-1)
