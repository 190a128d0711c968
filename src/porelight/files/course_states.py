"""States of courses on disk: NetCDF-4 in float64, written whole or not at all."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from porelight.course.documents import json_document, json_text
from porelight.course.outcome import Outcome
from porelight.course.state import CourseState, PoreMemory, SessionDoses, SkinMemory
from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION
from porelight.data.library import fingerprint
from porelight.errors import InputFileError, ParameterError, PorelightError
from porelight.files.kinds import ResultKind, hdf5_with
from porelight.files.netcdf_reader import read_dataset
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.outcomes import require_possible
from porelight.files.writing import replacing
from porelight.healing.collagen import CollagenState
from porelight.mechanics.mixture import PoolStrains, RestingCollagen
from porelight.mechanics.opening import MixtureState
from porelight.quantities import Floats

FORMAT = 4  # raised when an older file can no longer be read
_WANTED = "a state written by 'porelight simulate --state'"
STATE = ResultKind("the state of a skin", (".nc",), hdf5_with("porelight_state"))
_COLLAGEN = tuple(one.name for one in fields(CollagenState) if one.name != "time")
_RESTING = tuple(one.name for one in fields(RestingCollagen))


def save_course_state(state: CourseState, path: str | Path) -> Path:
    """Write a state to a NetCDF file, from which `load_course_state` gives the same bits.

    Parameters
    ----------
    state : CourseState
        The state to keep.
    path : str or Path
        File to write, ending in ``.nc``; an earlier state is replaced once the new one is
        complete.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, or something else is there.
    """
    about = {
        "porelight_state": FORMAT,
        "data_fingerprint": fingerprint(),
        "day": state.day,
        "skin": state.skin,
        "laws": json_text(dict(state.laws)),
        "settings": json_text(ENSEMBLE.document(state.settings, whole=True)),
        "parameters": json_text(list(state.values)),
        "sessions": json_text([SESSION.document(one) for one in state.sessions]),
        "care": json_text([CARE.document(one) for one in state.care]),
    }
    mixture = state.memory.pore.mixture
    arrays = {
        "values": np.array(list(state.values.values())),
        "doses": np.array([getattr(state.doses, one.name) for one in fields(SessionDoses)]),
        "pore_collagen": _packed(state.memory.pore.collagen),
        "skin_collagen": _packed(state.memory.between),
        "steps": np.array([mixture.time, mixture.last_step]),
        "resting": np.array([getattr(mixture.resting, name) for name in _RESTING]),
        # immature, mature, strain now and a step ago; each radial and hoop
        "strains": np.array(
            [
                mixture.strains.immature,
                mixture.strains.mature,
                mixture.strain,
                mixture.strain_before,
            ]
        ),
    }
    whole = xr.Dataset(
        {
            # axes are named after their array and mean nothing else
            name: (tuple(f"{name}_{i}" for i in range(array.ndim)), array)
            for name, array in arrays.items()
        },
        attrs=about,
    )
    target = Path(path)
    image = netcdf_image(whole, groups={"outcome": state.outcome.dataset})
    with replacing(target, STATE) as temporary:
        temporary.write_bytes(image.getvalue())
    return target


def load_course_state(path: str | Path) -> CourseState:
    """Read a state back.

    Raises
    ------
    InputFileError
        If the file is missing, is no state, or was made with other data files: a course goes on
        with the numbers that it began with, or not at all.
    """
    source = Path(path)
    whole = read_dataset(source, _WANTED)
    _require_state(source, whole.attrs)
    outcome = Outcome(read_dataset(source, _WANTED, group="outcome"))
    require_possible(source, outcome)
    try:
        return _state(whole, outcome)
    # a part that is missing, of another kind, or impossible
    except (LookupError, ValueError, TypeError, ArithmeticError, PorelightError) as problem:
        reason = " ".join(str(problem).split())[:120]
        raise InputFileError(
            f"{source}: not a readable state ({reason}); expected {_WANTED}."
        ) from None


def _require_state(source: Path, about: Mapping[str, Any]) -> None:
    if about.get("porelight_state") != FORMAT:
        raise InputFileError(
            f"{source}: not a state of a course (or of another version of porelight); expected "
            "a file written by 'porelight simulate --state'."
        )
    if about["data_fingerprint"] != fingerprint():
        raise InputFileError(
            f"{source}: made with data files {about['data_fingerprint']}, but these are "
            f"{fingerprint()}; a forecast may not change its numbers halfway. Simulate the "
            "course anew."
        )


def _state(whole: xr.Dataset, outcome: Outcome) -> CourseState:
    about = whole.attrs
    arrays = {str(name): whole[name].to_numpy() for name in whole.data_vars}
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise ParameterError(f"{name} holds a number that is not finite")
    immature, mature, now, before = ((one[0], one[1]) for one in arrays["strains"])
    pore = PoreMemory(
        collagen=_collagen(arrays["pore_collagen"], float(arrays["steps"][0])),
        mixture=MixtureState(
            time=float(arrays["steps"][0]),
            resting=RestingCollagen(*arrays["resting"]),
            strains=PoolStrains(immature, mature),
            strain=now,
            strain_before=before,
            last_step=float(arrays["steps"][1]),
        ),
    )
    between = _collagen(arrays["skin_collagen"], pore.mixture.time)
    return CourseState(
        day=float(about["day"]),
        settings=ENSEMBLE.object(json_document(about["settings"])),
        skin=str(about["skin"]),
        laws=json_document(about["laws"]),
        values=dict(zip(json_document(about["parameters"]), arrays["values"], strict=True)),
        sessions=tuple(SESSION.object(one) for one in json_document(about["sessions"])),
        doses=SessionDoses(*arrays["doses"]),
        care=tuple(CARE.object(one) for one in json_document(about["care"])),
        memory=SkinMemory(pore, between),
        outcome=outcome,
    )


def _packed(state: CollagenState) -> Floats:
    shape = state.immature.shape
    return np.array([np.broadcast_to(getattr(state, name), shape) for name in _COLLAGEN])


def _collagen(arrays: Floats, time: float) -> CollagenState:
    return CollagenState(time=time, **dict(zip(_COLLAGEN, arrays, strict=True)))
