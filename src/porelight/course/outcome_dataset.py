"""The labelled dataset of an outcome: arrays in SI with their units, meanings and declarations."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
import xarray as xr

from porelight.course.outcome import DECLARATION, Outcome
from porelight.course.outcome_registry import to_text, variables_with
from porelight.course.outcome_variables import HISTORY, OutcomeVariable
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import Floats

_COORDINATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "day": ("d", "days since the course began"),
        "depth": ("m", "below the surface before treatment"),
        "session": ("1", "number of the session"),
    }
)


def outcome_dataset(
    variables: Mapping[str, Floats],
    coordinates: Mapping[str, Floats],
    attributes: Mapping[str, str],
    extra: Iterable[OutcomeVariable] = (),
) -> xr.Dataset:
    """Return the arrays as one labelled dataset.

    Parameters
    ----------
    variables : mapping of name to ndarray
        Arrays in SI, axes in the order of their declaration.
    coordinates : mapping of name to ndarray
        Values along `day` [d], `depth` [m] and `session`.
    attributes : mapping of str to str
        Provenance: version, seed, settings, hash of the data files.
    extra : iterable of OutcomeVariable
        Declarations of variables that are not porelight's own; they travel with their variables.

    Raises
    ------
    ParameterError
        If a name is unknown or means something else already, or an array has the wrong number of
        axes.
    """
    added = tuple(extra)
    require_free_names(added)
    known = variables_with(added)
    data = {}
    for name, array in variables.items():
        if name not in known:
            raise ParameterError(
                f"no outcome variable is called {name!r}{did_you_mean(name, known)}"
            )
        about = known[name]
        if np.ndim(array) != len(about.dims):
            raise ParameterError(
                f"{name} has shape {np.shape(array)}; expected axes {', '.join(about.dims)}."
            )
        labels = {"units": about.unit, "long_name": about.meaning}
        if about in added:
            labels[DECLARATION] = to_text(about)
        data[name] = xr.Variable(about.dims, np.asarray(array, dtype=np.float64), labels)
    labelled = {
        name: xr.Variable(
            (name,), values, {"units": _COORDINATES[name][0], "long_name": _COORDINATES[name][1]}
        )
        for name, values in coordinates.items()
    }
    return xr.Dataset(data, coords=labelled, attrs=dict(attributes))


def require_free_names(extra: Iterable[OutcomeVariable]) -> None:
    """Refuse outcomes that are called like what every outcome has.

    Raises
    ------
    ParameterError
        If one is called like an attribute of `Outcome` or a coordinate.
    """
    for one in extra:
        if one.name in {*dir(Outcome), *_COORDINATES, *HISTORY}:
            raise ParameterError(
                f"an outcome cannot be called {one.name!r}: every outcome has an attribute or an "
                "axis of that name. Choose another one."
            )
