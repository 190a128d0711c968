"""Fields of light as voxels: each voxel holds the cell in which its centre lies."""

from types import SimpleNamespace

import numpy as np

from porelight.files.light_exchange import voxelised


def test_each_voxel_has_the_value_of_the_cell_at_its_centre():
    # two rows of 1 mm and two rings of 1 mm; 1e9 per m3 is 1 per mm3
    grid = SimpleNamespace(r_edges=np.array([0.0, 1e-3, 2e-3]), z_edges=np.array([0.0, 1e-3, 2e-3]))
    field = SimpleNamespace(grid=grid, absorbed=1e9 * np.array([[1.0, 2.0], [3.0, 4.0]]))
    volume = voxelised(field, voxel=1e-3, width=6e-3)
    assert volume.shape == (6, 6, 2)
    # along x through the middle row of voxels, centres at 0.5, 1.5, 2.5 mm off the axis
    for z, (inner, outer) in enumerate(((1.0, 2.0), (3.0, 4.0))):
        np.testing.assert_array_equal(volume[:, 3, z], [0.0, outer, inner, inner, outer, 0.0])
        np.testing.assert_array_equal(volume[:, :, z], volume[:, :, z].T)


def test_a_voxel_that_reaches_below_the_grid_is_empty_there():
    grid = SimpleNamespace(r_edges=np.array([0.0, 1e-3]), z_edges=np.array([0.0, 1.6e-3]))
    field = SimpleNamespace(grid=grid, absorbed=1e9 * np.ones((1, 1)))
    volume = voxelised(field, voxel=1e-3, width=1e-3)
    # 1.6 mm are two voxels; the centre of the second is at 1.5 mm, still inside
    np.testing.assert_array_equal(volume[0, 0], [1.0, 1.0])
    deep = voxelised(field, voxel=1.1e-3, width=1.1e-3)
    assert deep.shape[2] == 1
