r"""The end points of thresholds, by name: which tissue, where, and how much of it is hurt.

A published threshold is that of what its observers looked for. A blister is another depth than a
red spot, and a purpura another tissue. Each end point here is one place or a range of depths, one
rate process, and the damage integral that is needed there:

==================== ============================ ============================================
name                 tissue                       reached when
==================== ============================ ============================================
subcorneal           cells                        anywhere below the stratum corneum
basal layer          cells                        in the middle of the basal layer
blister              cells                        at the lower edge of the epidermis
80 um                cells                        80 um below the surface, in every skin
full epidermis       cells                        everywhere down to the tips of the ridges
dermal denaturation  collagen                     anywhere below the epidermis
vessel               wall of a vessel             in the upper plexus, in its median vessel
vaporisation         water                        100 degC anywhere
==================== ============================ ============================================

Numbers and sources: ``data/tissue/end_points.toml``. How near an exposure is to its end point is
told as :math:`\ln(\Omega / \Omega_{needed})`, which is 0 there and rises with the strength.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.injury.field import InjuryParameters
from porelight.injury.published import PUBLISHED, published_coefficients
from porelight.injury.rate_process import Rate, damage_integral
from porelight.quantities import Floats
from porelight.session.exposed_vessel import vessel_excess
from porelight.session.single_exposure import Heating

EndPoint = Literal[
    "subcorneal",
    "basal layer",
    "blister",
    "80 um",
    "full epidermis",
    "dermal denaturation",
    "vessel",
    "vaporisation",
]
END_POINTS: tuple[EndPoint, ...] = get_args(EndPoint)
# a minimum visible lesion, that of most threshold studies, and the first injury that a clinic sees:
# basal cells are what the skin heals from, and what lies above them is shed anyway
DEFAULT: EndPoint = "basal layer"

TWO_CHANNEL = "two-channel"
_NOT_ANY = 1e-300  # damage whose logarithm stands for none
HOTTEST = 900.0  # K; far beyond any end point

Nearness = Callable[[float], tuple[float, float]]


def require_end_point(name: str) -> EndPoint:
    """Return the name of an end point, or say which was meant.

    Examples
    --------
    Commands may be typed without blanks:

    >>> require_end_point("basal-layer")
    'basal layer'
    """
    plain = str(name).lower().replace("-", " ").replace("_", " ")
    for known in END_POINTS:
        if plain in {known, known.replace(" ", "")}:
            return known
    raise ParameterError(f"no end point named {name!r}{did_you_mean(plain, END_POINTS)}")


def require_criterion(name: str) -> str:
    """Return the name of a rate of cell death, or say which was meant."""
    known = (TWO_CHANNEL, *PUBLISHED)
    if name not in known:
        raise ParameterError(f"no criterion named {name!r}{did_you_mean(name, known)}")
    return name


def criterion_of(end_point: EndPoint, criterion: str) -> str:
    """Return the name of the rate by which an end point is judged."""
    others = {
        "vaporisation": "100 degC",
        "dermal denaturation": "collagen",
        "vessel": "vessel wall",
    }
    return others.get(end_point, criterion)


def nearness(heated: Heating, end_point: EndPoint, criterion: str = TWO_CHANNEL) -> Nearness:
    """Return how near a radiant exposure is to an end point, and at which depth.

    Parameters
    ----------
    heated : Heating
        Temperature rise of the exposure.
    end_point : str
        One of `END_POINTS`.
    criterion : str
        Rate of cell death: "two-channel", or a name of `injury.published.PUBLISHED`.

    Returns
    -------
    callable
        Of the energy of all pulses over the area of the spot [J/m2]: the logarithm of the damage
        over the one that is needed, 0 at the end point, and the depth that decides [m]. Of
        vaporisation it is the rise over the one that is needed, less 1.

    Raises
    ------
    ParameterError
        If an end point or a criterion has no such name.
    """
    end_point = require_end_point(end_point)
    require_criterion(criterion)
    if end_point == "vaporisation":
        return _boiling(heated)
    if end_point == "vessel":
        return _vessel(heated)
    where = _places(heated, end_point)
    factor, process = damage_rate(heated, end_point, criterion)
    needed = math.log(_numbers(heated)(_NEEDED[end_point]))

    def near(strength: float) -> tuple[float, float]:
        temperature = where.of(heated.temperature(strength))
        damage = factor * damage_above_rest(heated, temperature, where.of(heated.unlit), process)
        logs = np.log(np.maximum(damage, _NOT_ANY))
        decides = int(logs.argmin() if where.everywhere else logs.argmax())
        return float(logs[decides]) - needed, float(where.depth[decides])

    return near


_NEEDED = {
    "subcorneal": "subcorneal_damage",
    "basal layer": "basal_layer_damage",
    "blister": "blister_damage",
    "80 um": "standard_burn_damage",
    "full epidermis": "full_epidermis_damage",
    "dermal denaturation": "dermal_denaturation_damage",
    "vessel": "vessel_damage",
}


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Depths that an end point looks at, between the centres of cells where it must."""

    depth: Floats  # (n_place,) [m]
    cells: Floats  # (n_depth,) centres of the cells [m]
    everywhere: bool = False  # reached where all of them are, instead of any

    def of(self, profile: Floats) -> Floats:
        """Return a profile (n_time, n_depth) at these depths, (n_time, n_place)."""
        upper = np.clip(np.searchsorted(self.cells, self.depth) - 1, 0, self.cells.size - 2)
        width = self.cells[upper + 1] - self.cells[upper]
        # above the first centre the profile goes on straight, which is half a cell
        share = (self.depth - self.cells[upper]) / width
        return np.asarray((1.0 - share) * profile[:, upper] + share * profile[:, upper + 1])


def epidermis_thickness(heated: Heating) -> float:
    """Return the depth of the lower edge of the epidermis [m]."""
    layers = heated.target.skin.layers
    return sum(layer.thickness for layer in layers if layer.name == "epidermis")


def _places(heated: Heating, end_point: EndPoint) -> _Places:
    """Return the depths that an end point looks at."""
    number, cells = _numbers(heated), heated.depth
    junction, living = epidermis_thickness(heated), heated.target.living_from
    basal = junction - 0.5 * number("basal_layer_height")
    if basal <= living and end_point == "basal layer":
        raise ParameterError(
            f"the epidermis is {junction:g} m thick with {living:g} m of stratum corneum, which "
            "leaves no basal layer; expected a thicker one, or the end point 'subcorneal'."
        )
    if end_point == "full epidermis":
        bottom = junction + number("rete_ridge_height")
        inside = cells[(cells > living) & (cells < bottom)]
        return _Places(np.concatenate([[living], inside, [bottom]]), cells, everywhere=True)
    if end_point == "subcorneal":
        return _Places(cells[cells >= living], cells)
    if end_point == "dermal denaturation":
        return _Places(np.concatenate([[junction], cells[cells > junction]]), cells)
    at = {
        "basal layer": basal,
        "blister": junction,
        "80 um": number("standard_burn_depth"),
    }[end_point]
    return _Places(np.array([at]), cells)


def damage_rate(heated: Heating, end_point: EndPoint, criterion: str) -> tuple[float, Rate]:
    """Return the factor of the damage rate of an end point, and that rate."""
    parameters = InjuryParameters.from_values(heated.target.values)
    if end_point == "dermal denaturation":
        return float(parameters.denaturation_rate_factor), parameters.denaturation()
    if criterion == TWO_CHANNEL:
        return float(parameters.death_rate_factor), parameters.death()
    return 1.0, published_coefficients(criterion).process


def damage_above_rest(heated: Heating, temperature: Floats, unlit: Floats, process: Rate) -> Floats:
    """Return the damage integral above that at rest, shape (n_place,).

    Parameters
    ----------
    heated : Heating
        Its times, and how often each step happens.
    temperature, unlit : ndarray of float64, shape (n_time, n_place)
        Temperature with and without the light [K].
    process : Rate
        Rate of the damage.
    """
    parameters = InjuryParameters.from_values(heated.target.values)
    tolerated = np.maximum(unlit[0], parameters.tolerated_temperature)
    damage = np.zeros(temperature.shape[1])
    hot = (temperature > tolerated).any(axis=0)  # elsewhere there is none above that at rest
    if hot.any():
        history = np.maximum(temperature[:, hot], tolerated[hot])
        spent = float(heated.repeats @ np.diff(heated.time))
        at_rest = np.exp(process.log_rate(tolerated[hot])) * spent
        whole = damage_integral(heated.time, history, process, repeats=heated.repeats)
        damage[hot] = np.maximum(whole - at_rest, 0.0)
    return damage


def _boiling(heated: Heating) -> Nearness:
    room = np.full(heated.rise.shape, np.inf)
    boiling = _numbers(heated)("boiling_temperature")
    np.divide(boiling - heated.unlit, heated.rise, out=room, where=heated.rise > 0.0)
    depth = float(heated.depth[np.unravel_index(room.argmin(), room.shape)[1]])
    needed = float(room.min())
    return lambda strength: (strength / needed - 1.0, depth)


def _vessel(heated: Heating) -> Nearness:
    depth, excess = vessel_excess(heated)
    places = _Places(np.array([depth]), heated.depth)
    process = published_coefficients("artery").process
    needed = math.log(_numbers(heated)(_NEEDED["vessel"]))
    unlit = places.of(heated.unlit)

    def near(strength: float) -> tuple[float, float]:
        tissue = places.of(heated.temperature(strength))
        wall = np.minimum(tissue + strength * excess[:, None], HOTTEST)
        damage = float(damage_above_rest(heated, wall, unlit, process)[0])
        return math.log(max(damage, _NOT_ANY)) - needed, depth

    return near


def _numbers(heated: Heating) -> LibraryValues:
    return LibraryValues("end_points", heated.target.values)
