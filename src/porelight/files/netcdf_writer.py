"""NetCDF-4 files, made in memory.

HDF5 keeps a file that could not be closed, as on a full disk, and ends the process with a
segmentation fault when it tries again. In memory there is no disk to be full; what is written then
is bytes, and a failure is an `OSError` like any other.
"""

import io
from collections.abc import Mapping
from typing import Any

import h5netcdf
import xarray as xr
from xarray.backends import H5NetCDFStore


def netcdf_image(
    dataset: xr.Dataset,
    *,
    encoding: Mapping[str, Mapping[str, Any]] | None = None,
    groups: Mapping[str, xr.Dataset] | None = None,
) -> io.BytesIO:
    """Return a NetCDF-4 file with a dataset in its root and others in groups.

    Parameters
    ----------
    dataset : Dataset
        What the root holds.
    encoding : mapping, optional
        How variables of the root are stored, as `xarray.Dataset.to_netcdf` takes it.
    groups : mapping of Dataset, optional
        What the groups hold, by name.

    Examples
    --------
    >>> image = netcdf_image(xr.Dataset({"a": ("x", [1.0, 2.0])}))
    >>> xr.load_dataset(image, engine="h5netcdf").a.values
    array([1., 2.])
    """
    image = io.BytesIO()
    with h5netcdf.File(image, "w") as file:
        dataset.dump_to_store(H5NetCDFStore(file), encoding=encoding or {})
        for name, one in (groups or {}).items():
            one.dump_to_store(H5NetCDFStore(file.create_group(name)))
    return image
