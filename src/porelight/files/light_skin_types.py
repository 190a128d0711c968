"""The light of one case in the six skin types of Fitzpatrick, as a NetCDF file."""

from pathlib import Path

import xarray as xr

from porelight import __version__
from porelight.files.kinds import ResultKind, hdf5_with
from porelight.files.light_case import LightCase
from porelight.files.light_runs import field_dataset
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.writing import replacing
from porelight.workflows.light_sweep import FITZPATRICK, LightBySkinType

SKIN_TYPES = ResultKind("the light in all skin types", (".nc",), hdf5_with("case", "fitzpatrick"))
_TOTALS = {
    "reflectance": "share that came back out of the skin, without the specular",
    "transmittance": "share that left through the bottom",
}


def skin_type_dataset(light: LightBySkinType) -> xr.Dataset:
    """Return the light fields of all skin types with units and names.

    Parameters
    ----------
    light : LightBySkinType
        The light in all skin types.
    """
    by_type = []
    for fitzpatrick in FITZPATRICK:
        field = light.fields[fitzpatrick]
        found = field_dataset(field, light.setups[fitzpatrick])
        for name, meaning in _TOTALS.items():
            found[name] = ((), getattr(field, name), {"units": "1", "long_name": meaning})
            error = getattr(field, f"{name}_error")
            about = {"units": "1", "long_name": f"standard error of {meaning}"}
            found[f"{name}_error"] = ((), error, about)
        by_type.append(found)
    types = xr.DataArray(
        list(FITZPATRICK),
        dims="fitzpatrick",
        name="fitzpatrick",
        attrs={"units": "1", "long_name": "Fitzpatrick skin type"},
    )
    whole = xr.concat(
        by_type,
        types,
        data_vars="all",
        coords="minimal",
        compat="override",
        join="override",
        combine_attrs="drop_conflicts",
    )
    first = light.fields[FITZPATRICK[0]]
    return whole.assign_attrs(
        porelight_version=__version__,
        n_photons=first.n_photons,
        seeds=[first.seed],
        kernel=first.kernel,
        specular=first.specular,
    )


def save_skin_types(light: LightBySkinType, case: LightCase, path: str | Path) -> Path:
    """Write the light fields of all skin types of a case, whole or not at all.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, or something else is there.
    """
    target = Path(path)
    dataset = skin_type_dataset(light).assign_attrs(case=case.model_dump_json())
    image = netcdf_image(dataset)
    with replacing(target, SKIN_TYPES) as temporary:
        temporary.write_bytes(image.getvalue())
    return target
