"""Runs of photons on disk: NetCDF-4 with the light field, and the averages to resume from.

The root of the file holds the light field with units, for any reader of NetCDF. The group ``run``
holds the averages bit for bit, and attributes the case, the seeds and the version, so a run can be
taken up again, or merged with others, from its file alone.
"""

import json
from pathlib import Path
from urllib.parse import quote, unquote

import h5py
import numpy as np
import xarray as xr

from porelight import __version__
from porelight.course.origin import ORIGIN, this_origin
from porelight.errors import InputFileError, ParameterError
from porelight.files.content import content_of_json
from porelight.files.foreign import ForeignTable
from porelight.files.kinds import ResultKind, hdf5_with
from porelight.files.light_case import LightCase, light_case_of
from porelight.files.netcdf_reader import StoredGroup, read_group
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.writing import replacing
from porelight.light.averages import Average, Averages
from porelight.light.field import LightField, fluence_of
from porelight.light.run import LightRun, begun, taken_up
from porelight.quantities import Floats
from porelight.workflows.light_setup import LightSetup

_GROUP = "run"
_WANTED = "a file written by 'porelight light run'"
LIGHT_RUN = ResultKind("a light run", (".nc",), hdf5_with(f"{_GROUP}/state"))
_ABOUT = {
    "absorbed": (("z", "r"), "1/m3", "absorbed energy density per joule delivered"),
    "fluence": (("z", "r"), "1/m2", "fluence per joule delivered, absorbed over mu_a"),
    "by_layer": (("layer",), "1", "share absorbed in each layer"),
    "by_region": (("region",), "1", "share absorbed in each layer and part of the follicle"),
    "radial_reflectance": (("r",), "1/m2", "reflectance per area and joule delivered"),
    "timed_reflectance": (("time",), "1", "share that came back out in each bin of time"),
    "timed_transmittance": (("time",), "1", "share that left below in each bin of time"),
    "detected": (("detector",), "1", "share taken in by each detector"),
    "timed_detected": (("detector", "time"), "1", "share of each detector in each bin of time"),
    "watched": (("part",), "1", "share absorbed in each tally region"),
}


def save_light_run(run: LightRun, case: LightCase, path: str | Path) -> Path:
    """Write a run of a case, whole or not at all.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, or something else is there.
    """
    target = Path(path)
    image = netcdf_image(light_dataset(run, case.setup()))
    with h5py.File(image, "a") as file:
        group = file.create_group(_GROUP)
        group.attrs["state"] = json.dumps(_state(run))
        group.attrs["case"] = case.model_dump_json()
        for name, part in run.averages.parts.items():
            place = quote(name, safe=" ")  # a slash would be a group of its own
            for kind, values in (("mean", part.mean), ("spread", part.spread)):
                group.create_dataset(f"{place}/{kind}", data=values)
    with replacing(target, LIGHT_RUN) as temporary:
        temporary.write_bytes(image.getvalue())
    return target


def load_light_run(path: str | Path) -> tuple[LightRun, LightCase]:
    """Read a run and its case.

    Raises
    ------
    InputFileError
        If the file is missing, damaged, or no run of `porelight light`.
    """
    source = Path(path)
    group = read_group(source, _WANTED, _GROUP)
    try:
        state = ForeignTable(content_of_json(str(group.attributes["state"])), "state", _WANTED)
        case = light_case_of(str(group.attributes["case"]), source)
        fingerprint, version = str(state.required("fingerprint")), str(state.required("version"))
        setup = case.setup()
        run = begun(
            setup.scene,
            seed=int(state.required("seeds")[0]),
            kernel=state.required("kernel"),
            tally_regions=setup.tally_regions,
            photons_per_batch=int(state.required("photons_per_batch")),
        )
        seeds = tuple(int(seed) for seed in state.required("seeds"))
        counts = (int(state.required(name)) for name in ("n_photons", "n_batches"))
        averages = Averages(_parts(group), *counts)
    except InputFileError:
        raise
    # a part that is missing, of another kind, or impossible
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as problem:
        reason = " ".join(str(problem).split())[:120]
        raise InputFileError(
            f"{source}: not a readable run ({reason}); expected {_WANTED}."
        ) from None
    if version != __version__:
        raise InputFileError(
            f"{source}: written by porelight {version}, whose photons differ from those of "
            f"{__version__}; its results can be read, but not gone on with. Run the case again."
        )
    if fingerprint != run.fingerprint:
        raise InputFileError(
            f"{source}: the case in it is not the one that was run, or its tables of optics have "
            "changed since; its results can be read, but not gone on with. Run the case again."
        )
    try:
        state.without_effect("what computed the run", ORIGIN)
        state.notes()  # refuses a key that nobody reads
        return taken_up(run, seeds, averages), case
    except ParameterError as problem:
        raise InputFileError(
            f"{source}: not a readable run ({problem}); expected {_WANTED}."
        ) from None


def light_run_origin(path: str | Path) -> dict[str, str]:
    """Return what computed a run that `load_light_run` reads; nothing if its file does not say."""
    state = content_of_json(str(read_group(Path(path), _WANTED, _GROUP).attributes["state"]))
    return dict(state.get(ORIGIN, {}))


def is_light_run(path: str | Path) -> bool:
    """Return whether a file holds a run of photons, rather than something else or nothing."""
    try:
        with h5py.File(path, "r") as file:
            return _GROUP in file
    except OSError:
        return False


def light_dataset(run: LightRun, setup: LightSetup) -> xr.Dataset:
    """Return the light field of a run with units and names.

    Parameters
    ----------
    run : LightRun
        A run of at least two batches.
    setup : LightSetup
        The input of the run.
    """
    field = run.field
    about_run = {
        "porelight_version": __version__,
        "n_photons": field.n_photons,
        "seeds": list(run.seeds),
        "kernel": field.kernel,
        "specular": field.specular,
        "specular_error": field.specular_error,
        "reflectance": field.reflectance,
        "reflectance_error": field.reflectance_error,
        "transmittance": field.transmittance,
        "transmittance_error": field.transmittance_error,
        "off_grid": field.off_grid,
    }
    return field_dataset(field, setup).assign_attrs(about_run)


def field_dataset(field: LightField, setup: LightSetup) -> xr.Dataset:
    """Return the arrays of a light field with units and names."""
    arrays = {
        "absorbed": (field.absorbed, field.absorbed_error),
        **_fluence(field, setup),
        "by_layer": (field.by_layer, field.by_layer_error),
        "by_region": (field.by_region, field.by_region_error),
        "radial_reflectance": (field.radial_reflectance, field.radial_reflectance_error),
    }
    grid = field.grid
    coordinates: dict[str, tuple[object, ...]] = {
        "z": ("z", grid.z, {"units": "m", "long_name": "depth below the surface"}),
        "r": ("r", grid.r, {"units": "m", "long_name": "distance from the axis"}),
        "z_edges": ("z_edge", grid.z_edges, {"units": "m"}),
        "r_edges": ("r_edge", grid.r_edges, {"units": "m"}),
        "layer": ("layer", list(setup.layer_names)),
        "region": ("region", list(field.region_names)),
    }
    if field.tally_shares:
        shares = np.array(list(field.tally_shares.values()))
        arrays["watched"] = (shares[:, 0], shares[:, 1])
        coordinates["part"] = ("part", list(field.tally_shares))
    if field.time is not None:
        about = {"units": "s", "long_name": "time since light met the skin"}
        arrays["timed_reflectance"] = (field.time.reflectance, field.time.reflectance_error)
        arrays["timed_transmittance"] = (field.time.transmittance, field.time.transmittance_error)
        coordinates["time_edges"] = ("time_edge", field.time.edges, about)
    if field.detected:
        shares = np.array(list(field.detected.values()))
        arrays["detected"] = (shares[:, 0], shares[:, 1])
        coordinates["detector"] = ("detector", list(field.detected))
        if field.time is not None:
            arrays["timed_detected"] = (field.time.detected, field.time.detected_error)
    data = {}
    for name, (values, errors) in arrays.items():
        dims, unit, meaning = _ABOUT[name]
        about = {"units": unit, "long_name": meaning}
        data[name] = xr.Variable(dims, values, about)
        about = {"units": unit, "long_name": f"standard error of {meaning}"}
        data[f"{name}_error"] = xr.Variable(dims, errors, about)
    return xr.Dataset(data, coords=coordinates)


def _fluence(field: LightField, setup: LightSetup) -> dict[str, tuple[Floats, Floats]]:
    """Return the fluence, or nothing where not all layers absorb or something lies in them."""
    if setup.follicle is not None or setup.vessels:
        return {}
    try:
        return {"fluence": fluence_of(field, setup.optics)}
    except ParameterError:
        return {}


def _state(run: LightRun) -> dict[str, object]:
    return {
        "version": __version__,
        "fingerprint": run.fingerprint,
        "kernel": run.kernel,
        "seeds": list(run.seeds),
        "photons_per_batch": run.photons_per_batch,
        "n_photons": run.averages.n_photons,
        "n_batches": run.averages.n_batches,
        ORIGIN: dict(this_origin()),
    }


def _parts(group: StoredGroup) -> dict[str, Average]:
    """Return the averages of a run; they are those that its scene has, or it cannot go on."""
    names = {path.rpartition("/")[0] for path in group.arrays}
    return {
        unquote(name): Average(group.arrays[f"{name}/mean"], group.arrays[f"{name}/spread"])
        for name in names
    }
