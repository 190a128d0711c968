import base64
import struct
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import xarray as xr

from porelight.errors import ParameterError
from porelight.files.vtk import write_vtr


@pytest.fixture
def field():
    values = np.arange(6.0).reshape(2, 3)
    return xr.Dataset(
        {"absorbed": (("z", "r"), values), "by_layer": (("layer",), np.ones(1))},
        coords={
            "r_edges": ("r_edge", np.array([0.0, 1.0, 2.0, 4.0])),
            "z_edges": ("z_edge", np.array([0.0, 0.5, 2.0])),
        },
    )


def arrays_of(path):
    """Read as the VTK specification has it: 8 bytes of length before the bytes, in base64."""
    found = {}
    for array in ET.parse(path).iter("DataArray"):  # noqa: S314  our own file
        raw = base64.b64decode(array.text)
        (length,) = struct.unpack("<Q", raw[:8])
        assert length == len(raw) - 8
        found[array.get("Name")] = np.frombuffer(raw[8:], dtype="<f8")
    return found


def test_cells_and_edges_are_those_of_the_field(field, tmp_path):
    found = arrays_of(write_vtr(field, tmp_path / "f.vtr"))

    assert set(found) == {"absorbed", "x", "y", "z"}
    np.testing.assert_array_equal(found["x"], [0.0, 1.0, 2.0, 4.0])
    np.testing.assert_array_equal(found["z"], [0.0, 0.5, 2.0])
    # r runs fastest
    np.testing.assert_array_equal(found["absorbed"], np.arange(6.0))


def test_extent_counts_cells(field, tmp_path):
    root = ET.parse(write_vtr(field, tmp_path / "f.vtr")).getroot()  # noqa: S314

    assert root.get("type") == "RectilinearGrid"
    assert root[0].get("WholeExtent") == "0 3 0 0 0 2"


def test_dataset_without_a_field_is_refused(field, tmp_path):
    with pytest.raises(ParameterError, match="lies on the grid"):
        write_vtr(field.drop_vars("absorbed"), tmp_path / "f.vtr")
