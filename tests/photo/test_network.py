"""Claims about running the network; what it has learnt is shown by the scores."""

import cv2
import llvmlite.binding as llvm
import numpy as np
import pytest

from porelight.data.library import data_bytes
from porelight.errors import DataFileError
from porelight.photo import network
from porelight.photo.convolution import processor
from porelight.photo.flatten import flat_skin
from porelight.photo.network import network_of, network_output, outputs, pore_network

CONTENT = data_bytes("photo", "pores.onnx")


def noise(rows, cols):
    return np.random.default_rng(3).standard_normal((4, rows, cols), dtype=np.float32)


def everywhere(image):
    return np.ones(image.shape[1:], dtype=bool)


def test_weights_are_small():
    assert len(CONTENT) <= 300_000


@pytest.mark.parametrize("shape", [(1, 1), (7, 30), (64, 41)])
def test_picture_of_any_size_is_read(shape):
    image = noise(*shape)
    found = outputs(image, everywhere(image), pore_network())
    assert found.shape == (3, *shape)
    assert np.abs(found).max() < 50.0


@pytest.mark.parametrize("shape", [(64, 48), (200, 136)])
def test_outputs_are_those_of_opencv(shape):
    image = noise(*shape)
    other = cv2.dnn.readNetFromONNX(np.frombuffer(CONTENT, np.uint8))
    other.setInput(image[None])
    found = outputs(image, everywhere(image), pore_network())
    np.testing.assert_allclose(found, other.forward()[0], atol=2e-5)


@pytest.mark.parametrize("at_once", [1, 64 * 90, 1 << 30])
def test_rows_read_at_a_time_change_no_bit(monkeypatch, at_once):
    image = noise(201, 90)
    some = outputs(image, everywhere(image), pore_network())
    monkeypatch.setattr(network, "_AT_ONCE", at_once)
    np.testing.assert_array_equal(outputs(image, everywhere(image), pore_network()), some)


def test_rows_beyond_the_picture_are_those_mirrored_whatever_is_read_at_a_time():
    # a last step with fewer rows than are mirrored would mirror others
    for rows in range(1, 120):
        steps = network._steps((rows + -rows % 8, 10_000), rows)
        assert [row for part in steps for row in range(128)[part]] == list(range(rows + -rows % 8))
        assert len(steps) == 1 or rows - steps[-1].start >= 8


def test_one_and_two_threads_give_the_same_bits(monkeypatch):
    image = noise(150, 90)
    found = []
    for n in (1, 2):
        monkeypatch.setattr(network, "available_threads", lambda n=n: n)
        found.append(outputs(image, everywhere(image), pore_network()))
    np.testing.assert_array_equal(*found)


@pytest.mark.skipif(
    not llvm.get_host_cpu_features().get("avx2"), reason="only processors of one kind have AVX2"
)
def test_width_of_the_registers_changes_no_bit(monkeypatch):
    image = noise(80, 72)
    whole = outputs(image, everywhere(image), pore_network())
    older = processor("haswell")
    assert older.lanes == 8
    monkeypatch.setattr(network, "this_processor", lambda: older)
    np.testing.assert_array_equal(outputs(image, everywhere(image), pore_network()), whole)


def test_where_no_skin_is_near_the_network_does_not_look(monkeypatch):
    image = noise(400, 900)
    skin = np.zeros(image.shape[1:], bool)
    skin[30:60, 20:70] = skin[50:90, 700:] = skin[300:310, 400:420] = True
    whole = outputs(image, everywhere(image), pore_network())
    monkeypatch.setattr(network, "_AT_ONCE", 32 * 900)
    # what is not computed holds what was there before
    seen = np.where(np.isin(np.arange(900), np.r_[200:600])[None, :], np.float32(np.nan), image)
    for shown in (image, seen):
        part = skin.copy()
        part[:, 200:600] &= shown is image
        found = outputs(shown, part, pore_network())
        np.testing.assert_array_equal(found[:, part], whole[:, part])
    assert (found[:2, :, 300:500] == -20.0).all()
    assert (found[:2, 250:] == -20.0).all()


def test_cover_is_a_share(discs, lattice):
    photograph = discs(lattice(4), 4e-4)
    seen = network_output(
        flat_skin(photograph, np.ones(photograph.shape, dtype=bool)), pore_network()
    )
    assert seen.cover.min() >= 0.0
    assert seen.cover.max() <= 1.0


@pytest.mark.parametrize(
    "content", [b"no network", b"", CONTENT[:1000], CONTENT[: len(CONTENT) // 2], b"\x3a\x7f"]
)
def test_file_that_is_no_network_is_refused(content):
    with pytest.raises(DataFileError, match="is no ONNX file with weights"):
        network_of(content)


def test_file_with_another_network_is_refused():
    # the size of the first window, in the shape of its weights
    other = CONTENT.replace(
        b"\x08\x18\x08\x04\x08\x05\x08\x05", b"\x08\x18\x08\x0a\x08\x05\x08\x02", 1
    )
    assert other != CONTENT
    with pytest.raises(DataFileError, match=r"expected those of training/network\.py"):
        network_of(other)
