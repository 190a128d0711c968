"""One light case in the six skin tones of Fitzpatrick, from one run of photons, and its file."""

from collections.abc import Callable, Sequence
from pathlib import Path

import xarray as xr

from porelight import __version__
from porelight.errors import ParameterError
from porelight.files.light_case import LightCase
from porelight.files.light_runs import field_dataset
from porelight.files.writing import replacing
from porelight.light.field import LightField
from porelight.light.sweep import sweep

FITZPATRICK = (1, 2, 3, 4, 5, 6)
_TOTALS = {
    "reflectance": "share that came back out of the skin, without the specular",
    "transmittance": "share that left through the bottom",
}


def tones_of(case: LightCase) -> list[LightCase]:
    """Return the case in every skin tone.

    Raises
    ------
    ParameterError
        If it has layers of its own, which know no tone, or a weight window.
    """
    if case.skin is None:
        raise ParameterError(
            "a sweep goes through the skin tones, and [[layer]] tables have none; expected a case "
            "with [skin] in place of them."
        )
    require_even_weights(case, "a sweep")
    skin = case.skin
    return [
        case.model_copy(update={"skin": skin.model_copy(update={"fitzpatrick": tone})})
        for tone in FITZPATRICK
    ]


def require_even_weights(case: LightCase, what: str) -> None:
    """Refuse a case with a weight window where photons carry weights of another kind."""
    if case.weight_window is not None:
        raise ParameterError(
            f"{what} follows its photons without a weight window; take [weight_window] out of the "
            "case."
        )


def tone_fields(
    case: LightCase,
    *,
    n_photons: int,
    seed: int,
    n_threads: int = 0,
    progress: Callable[[int], None] | None = None,
) -> list[LightField]:
    """Return the light field of a case in every skin tone, all from the same photons.

    Parameters
    ----------
    case : LightCase
        With [skin]; its own tone counts for nothing.
    n_photons, seed, n_threads, progress
        As for `porelight.light.sweep.sweep`.

    Raises
    ------
    ParameterError
        As `tones_of` and `sweep`.
    """
    return sweep(
        [toned.optics() for toned in tones_of(case)],
        case.beam.beam(),
        case.grid.grid(),
        n_photons=n_photons,
        seed=seed,
        n_threads=n_threads,
        cell_radius=case.cell_radius,
        progress=progress,
        follicle=case.pore(),
        vessels=case.vessels(),
        watches=case.watches(),
    )


def tone_dataset(case: LightCase, fields: Sequence[LightField]) -> xr.Dataset:
    """Return the light fields of all skin tones with units and names.

    Parameters
    ----------
    case : LightCase
        What they are fields of.
    fields : sequence of LightField
        From `tone_fields`.
    """
    by_tone = []
    for toned, field in zip(tones_of(case), fields, strict=True):
        found = field_dataset(field, toned)
        for name, meaning in _TOTALS.items():
            found[name] = ((), getattr(field, name), {"units": "1", "long_name": meaning})
            error = getattr(field, f"{name}_error")
            about = {"units": "1", "long_name": f"standard error of {meaning}"}
            found[f"{name}_error"] = ((), error, about)
        by_tone.append(found)
    tone = xr.DataArray(
        list(FITZPATRICK),
        dims="fitzpatrick",
        name="fitzpatrick",
        attrs={"units": "1", "long_name": "Fitzpatrick skin type"},
    )
    whole = xr.concat(
        by_tone,
        tone,
        data_vars="all",
        coords="minimal",
        compat="override",
        join="override",
        combine_attrs="drop_conflicts",
    )
    first = fields[0]
    return whole.assign_attrs(
        porelight_version=__version__,
        n_photons=first.n_photons,
        seeds=[first.seed],
        kernel=first.kernel,
        specular=first.specular,
        case=case.model_dump_json(),
    )


def save_tones(case: LightCase, fields: Sequence[LightField], path: str | Path) -> Path:
    """Write the light fields of all skin tones, whole or not at all.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    dataset = tone_dataset(case, fields)
    with replacing(target) as temporary:
        dataset.to_netcdf(temporary, engine="h5netcdf")
    return target
