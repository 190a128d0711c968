"""Claims about running the network; what it has learnt is shown by the scores."""

import numpy as np
import pytest

from porelight.data.library import data_bytes
from porelight.errors import DataFileError
from porelight.photo import network
from porelight.photo.flatten import flat_skin
from porelight.photo.network import network_of, network_output, outputs, pore_network


def noise(rows, cols):
    return np.random.default_rng(3).standard_normal((4, rows, cols), dtype=np.float32)


def everywhere(image):
    return np.ones(image.shape[1:], dtype=bool)


def test_weights_are_small():
    assert len(data_bytes("photo", "pores.onnx")) <= 300_000


@pytest.mark.parametrize("shape", [(1, 1), (7, 30), (64, 41)])
def test_picture_of_any_size_is_read(shape):
    image = noise(*shape)
    assert outputs(image, everywhere(image), pore_network()).shape == (3, *shape)


def test_tiles_leave_no_seam(monkeypatch):
    image = noise(200, 330)
    whole = outputs(image, everywhere(image), pore_network())
    monkeypatch.setattr(network, "_TILE", 136)
    tiled = outputs(image, everywhere(image), pore_network())
    np.testing.assert_allclose(tiled, whole, atol=1e-4)


def test_tiles_without_skin_are_not_read_and_change_nothing_elsewhere(monkeypatch):
    image = noise(136, 400)
    skin = everywhere(image)
    skin[:, 250:] = False
    monkeypatch.setattr(network, "_TILE", 136)
    whole = outputs(image, everywhere(image), pore_network())
    found = outputs(image, skin, pore_network())
    np.testing.assert_array_equal(found[:, skin], whole[:, skin])
    assert (found[:2, :, 360:] == -20.0).all()


def test_every_pixel_lies_in_a_tile():
    for length in (8, 1016, 1024, 1032, 1500, 4000):
        covered = np.zeros(length, dtype=bool)
        for first, last, skipped in network._spans(length):
            assert last - first <= network._TILE
            assert first % network._STRIDE == 0
            covered[first + skipped : last] = True
        assert covered.all()


def test_cover_is_a_share(discs, lattice):
    photograph = discs(lattice(4), 4e-4)
    seen = network_output(
        flat_skin(photograph, np.ones(photograph.shape, dtype=bool)), pore_network()
    )
    assert seen.cover.min() >= 0.0
    assert seen.cover.max() <= 1.0


def test_file_that_is_no_network_is_refused():
    with pytest.raises(DataFileError, match="cannot read the pore network"):
        network_of(b"no network")
