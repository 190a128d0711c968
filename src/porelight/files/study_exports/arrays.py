"""The measurements of a study as arrays in NetCDF: subject x visit x zone x take.

Each quantity is a variable, its bounds two more; what was not measured is missing. Units are those
of the CF conventions [1]_.

References
----------
.. [1] B. Eaton et al., "NetCDF Climate and Forecast (CF) Metadata Conventions," version 1.11
   (2023), https://cfconventions.org.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from porelight import __version__
from porelight.files.kinds import ResultKind, hdf5_with
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.study_exports.content import ExportedPhotograph, StudyContent
from porelight.files.study_exports.quantities import MEASURED
from porelight.files.writing import replacing

ARRAYS = ResultKind("arrays of a study", (".nc",), hdf5_with("porelight_study"))
STATES = ("none", "waiting", "measured", "refused")
_AXES = ("subject", "visit", "zone", "take")


def write_arrays(content: StudyContent, path: Path) -> Path:
    """Write the measurements of a study as one NetCDF-4 file.

    Parameters
    ----------
    content : StudyContent
        What is exported.
    path : Path
        File to write; its name ends in ``.nc``.

    Raises
    ------
    InputFileError
        If it cannot be written, or something else is there.
    """
    dataset = study_arrays(content)
    with replacing(path, ARRAYS) as temporary:
        temporary.write_bytes(netcdf_image(dataset).getvalue())
    return path


def study_arrays(content: StudyContent) -> xr.Dataset:
    """Return the measurements of a study.

    Parameters
    ----------
    content : StudyContent
        What is exported.

    Returns
    -------
    Dataset
        Variables of shape (subject, visit, zone, take), and of (subject, visit) for days and dates;
        NaN, -1 and "" are missing.
    """
    photographs = content.photographs
    labels: tuple[list[str], ...] = (
        [one.pseudonym for one in content.subjects],
        list(content.visit_names),
        sorted({one.zone for one in photographs}),
        sorted({one.take for one in photographs}, key=lambda take: (len(take), take)),
    )
    places = [{label: i for i, label in enumerate(axis)} for axis in labels]
    shape = tuple(map(len, labels))
    index = [
        tuple(place[key] for place, key in zip(places, _keys(one), strict=True))
        for one in photographs
    ]
    state = np.zeros(shape, np.int8)
    texts = {name: np.full(shape, "", object) for name in ("photograph", "arm", "reason")}
    numbers = {name: np.full(shape, np.nan) for one in MEASURED for name in one.columns()}
    for at, one in zip(index, photographs, strict=True):
        state[at] = STATES.index(one.state)
        texts["photograph"][at], texts["arm"][at], texts["reason"][at] = (
            one.sha256,
            one.arm,
            one.reason,
        )
        for quantity in MEASURED:
            for name, value in zip(quantity.columns(), quantity.values(one.summary), strict=True):
                numbers[name][at] = np.nan if value is None else value
    days = np.full(shape[:2], -1, np.int32)
    dates = np.full(shape[:2], "", object)
    for visit in content.visits:
        at = places[0][visit.subject], places[1][visit.name]
        days[at] = -1 if visit.day is None else visit.day
        dates[at] = visit.date
    dataset = xr.Dataset(
        {
            "state": (_AXES, state, _flags()),
            "day": (_AXES[:2], days, _about("days since the first visit with a date", "days")),
            "date": (_AXES[:2], dates.astype(str), _about("date of the visit, YYYY-MM-DD")),
            "photograph": (
                _AXES,
                texts["photograph"].astype(str),
                _about("SHA-256 of the imported file"),
            ),
            "arm": (_AXES, texts["arm"].astype(str), _about("how this skin is treated")),
            "reason": (
                _AXES,
                texts["reason"].astype(str),
                _about("why the photograph was refused"),
            ),
            **{name: (_AXES, value) for name, value in numbers.items()},
        },
        coords={axis: (axis, names) for axis, names in zip(_AXES, labels, strict=True)},
        attrs={
            "Conventions": "CF-1.11",
            "title": f"Pores measured in the study {content.study}",
            "source": f"porelight {__version__}; measured by {', '.join(content.versions)}",
            "history": f"records as of {content.as_of}",
            "porelight_study": content.study,
        },
    )
    for quantity in MEASURED:
        name, *bounds = quantity.columns()
        dataset[name].attrs = _about(quantity.meaning, quantity.cf_unit)
        if bounds:
            dataset[name].attrs["ancillary_variables"] = " ".join(bounds)
        for bound, end in zip(bounds, ("lower", "upper"), strict=False):
            meaning = f"{end} end of the interval: {quantity.meaning}"
            dataset[bound].attrs = _about(meaning, quantity.cf_unit)
    dataset["day"].encoding["_FillValue"] = np.int32(-1)
    return dataset


def _keys(one: ExportedPhotograph) -> tuple[str, str, str, str]:
    return one.subject, one.visit.name, one.zone, one.take


def _about(meaning: str, unit: str = "") -> dict[str, str]:
    return {"long_name": meaning, **({"units": unit} if unit else {})}


def _flags() -> dict[str, object]:
    return {
        "long_name": "what became of the photograph",
        "flag_values": np.arange(len(STATES), dtype=np.int8),
        "flag_meanings": " ".join(STATES),
    }
