"""What a simulated course returns: one labelled dataset, and the meaning of each variable in it.

The physics computes on plain arrays; labels are attached here, at the end, and no formula reads
them back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import xarray as xr

from porelight.errors import ParameterError
from porelight.quantities import Floats


@dataclass(frozen=True, slots=True)
class Variable:
    """Dimensions, SI unit and meaning of one variable of an outcome."""

    dims: tuple[str, ...]
    unit: str
    meaning: str


_HISTORY = ("draw", "day")
_DEPTH = ("session", "member", "depth")
_SESSION = ("session", "member")

VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        # over the weeks, one value per draw of the biology
        "diameter_ratio": Variable(_HISTORY, "1", "pore diameter over its value at the start"),
        "mean_diameter": Variable(_HISTORY, "m", "mean diameter of all pores, seen or not"),
        "visible_density": Variable(_HISTORY, "1/m2", "pores above the visibility threshold"),
        "area_fraction": Variable(_HISTORY, "1", "share of skin covered by visible pores"),
        "collagen": Variable(_HISTORY, "1", "collagen at the pore wall over its start"),
        "immature_collagen": Variable(_HISTORY, "1", "young collagen over all collagen at start"),
        "plug": Variable(_HISTORY, "1", "pressure of the plug over its start"),
        "dressing": Variable(_HISTORY, "1", "share of the wound still under its dressing"),
        "epidermis": Variable(_HISTORY, "1", "share of the surface with a closed epidermis"),
        "erythema": Variable(_HISTORY, "1", "redness of the treatment itself, 1 at its worst"),
        "redness": Variable(_HISTORY, "1", "relative change of diffuse redness"),
        "vessels": Variable(_HISTORY, "1", "relative change of visible small vessels"),
        "pigment": Variable(_HISTORY, "1", "relative change of mottled pigment"),
        "melanin": Variable(_HISTORY, "1", "relative change of the epidermis' melanin"),
        "texture": Variable(_HISTORY, "1", "relative change of surface roughness"),
        "fine_lines": Variable(_HISTORY, "1", "relative change of fine lines"),
        "acne_scars": Variable(_HISTORY, "1", "relative change of acne scar depth"),
        # once per draw
        "pigment_risk": Variable(("draw",), "1", "chance of darkening after inflammation"),
        # during each session, one value per member of the physical ensemble
        "peak_temperature": Variable(_DEPTH, "K", "highest temperature reached"),
        "final_temperature": Variable(_DEPTH, "K", "temperature just after the last pulse"),
        "killed": Variable(_DEPTH, "1", "share of cells killed"),
        "heat_shocked": Variable(_DEPTH, "1", "share of cells heat-shocked and alive"),
        "denatured": Variable(_DEPTH, "1", "share of collagen denatured"),
        "coagulated": Variable(_DEPTH, "1", "share of blood coagulated"),
        "vessel_coagulated": Variable(
            _SESSION, "1", "share of the blood in small vessels coagulated"
        ),
        "ablated": Variable(_DEPTH, "1", "share of tissue removed"),
        "surface_reading": Variable(
            _SESSION, "K", "highest mean surface temperature between pulses"
        ),
        "surface_felt": Variable(_SESSION, "K", "highest surface temperature that nerves feel"),
        "ablated_depth": Variable(_SESSION, "m", "depth removed at once"),
        "coagulated_depth": Variable(
            _SESSION, "m", "depth below the old surface killed or denatured"
        ),
        "pulses_delivered": Variable(_SESSION, "1", "pulses until the end or the stop rule"),
        "stimulus": Variable(("session", "draw"), "1", "signal to make collagen; 1 doubles nearly"),
        # pictures of each session, median member
        "clock_time": Variable(("session", "clock"), "s", "time since the session began"),
        "session_temperature": Variable(("session", "clock", "depth"), "K", "temperature"),
        # the skin as it was
        "pore_diameter": Variable(("pore",), "m", "diameters at the start"),
        "pore_floor": Variable(("pore",), "m", "genetic size below which no pore shrinks"),
        "resting_temperature": Variable(("depth",), "K", "temperature before the first session"),
    }
)
# outcomes that are a change already, and need no dividing by their start
RELATIVE = frozenset(
    {"redness", "vessels", "pigment", "melanin", "texture", "fine_lines", "acne_scars"}
)
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
) -> xr.Dataset:
    """Return the arrays as one labelled dataset.

    Parameters
    ----------
    variables : mapping of name to ndarray
        Arrays in SI, axes in the order of `VARIABLES`.
    coordinates : mapping of name to ndarray
        NumberOrDraws along `day` [d], `depth` [m] and `session`.
    attributes : mapping of str to str
        Provenance: version, seed, settings, hash of the data files.

    Raises
    ------
    ParameterError
        If a name is unknown or an array has the wrong number of axes.
    """
    data = {}
    for name, array in variables.items():
        if name not in VARIABLES:
            raise ParameterError(f"no outcome variable is called {name!r}.")
        about = VARIABLES[name]
        if np.ndim(array) != len(about.dims):
            raise ParameterError(
                f"{name} has shape {np.shape(array)}; expected axes {', '.join(about.dims)}."
            )
        labels = {"units": about.unit, "long_name": about.meaning}
        data[name] = xr.Variable(about.dims, np.asarray(array, dtype=np.float64), labels)
    labelled = {
        name: xr.Variable(
            (name,), values, {"units": _COORDINATES[name][0], "long_name": _COORDINATES[name][1]}
        )
        for name, values in coordinates.items()
    }
    return xr.Dataset(data, coords=labelled, attrs=dict(attributes))


def interval(values: xr.DataArray, probability: float = 0.9) -> xr.DataArray:
    """Return low, median and high of an outcome over its draws, along a new axis `bound`.

    Parameters
    ----------
    values : DataArray with a dimension `draw`
        An outcome.
    probability : float
        Share of the draws between low and high.

    Returns
    -------
    DataArray
        The same without `draw`, with `bound` = "low", "median", "high" in front.
    """
    if not 0.0 < probability < 1.0:
        raise ParameterError(f"probability is {probability:g}; expected between 0 and 1.")
    tail = 0.5 * (1.0 - probability)
    bounds = values.quantile([tail, 0.5, 1.0 - tail], dim="draw").rename(quantile="bound")
    return bounds.assign_coords(bound=["low", "median", "high"])
