"""Published depths of ablation and thermal damage, and what the model says of the same pulses.

The table is ``data/session/ablation_depths.toml``. Rows of the role "calibration" set the
absorption of hot and of dry skin and the heat of ablation, all of them together; the others check.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from porelight.data.file_units import J_PER_CM2, MS, NM, UM
from porelight.data.library import document
from porelight.errors import DataFileError
from porelight.heat.ablation import AblationResult, ablate
from porelight.heat.surface import Surface
from porelight.injury.field import injured_depth
from porelight.session.ablative import ablation_material
from porelight.session.injury_law import library_injury
from porelight.tissue.skin import Skin
from porelight.units import J_per_cm2, um

MeasuredDepth = Literal[
    "ablated",
    "ablated per exposure",
    "denatured below the crater",
    "dead below the crater",
    "dead below the surface",
]
Role = Literal["calibration", "check"]

_NONE: Mapping[str, float] = MappingProxyType({})
_REST = 306.0  # K, of a face in room air
_INERTIAL = 1e-6  # s; skin does not move away within shorter pulses
_AFTER = 1.0  # s; a micrometre-thin layer of hot skin is long cold then


@dataclass(frozen=True, slots=True)
class PublishedDepth:
    """One depth as it was published.

    Attributes
    ----------
    name : str
        Key in the table.
    quantity : str
        What was measured: depth of the crater; its growth per radiant exposure from one exposure to
        twice as much; collagen or cells altered below its floor; cells dead below the old surface.
    wavelength, radiant_exposure, duration : float
        Vacuum wavelength [m], radiant exposure [J/m2] and duration of the pulse [s].
    low, high : float
        Range of what was measured [m], per radiant exposure [m per J/m2]; a `low` of 0 is "up to".
    role : {"calibration", "check"}
        "calibration" if numbers of the model were set by it.
    source, flag, note : str
        Where it was read, how it is known, and what is uncertain about it.
    """

    name: str
    quantity: MeasuredDepth
    wavelength: float
    radiant_exposure: float
    duration: float
    low: float
    high: float
    role: Role
    source: str
    flag: str
    note: str

    def holds(self, predicted: float) -> bool:
        """Return whether a prediction lies in the range."""
        return self.low <= predicted <= self.high

    def predicted(self, values: Mapping[str, float] = _NONE, *, cell: float = 0.0) -> float:
        """Return what the model says of this pulse, in the unit of `low` and `high`.

        Parameters
        ----------
        values : mapping of str to float
            Values of library parameters that differ from their medians.
        cell : float
            Thickness of the model's cells [m]; 0 leaves it to the model.
        """
        if self.quantity == "ablated per exposure":
            once, twice = (
                self._result(values, cell, times * self.radiant_exposure).ablated_depth
                for times in (1.0, 2.0)
            )
            return (twice - once) / self.radiant_exposure
        result = self._result(values, cell, self.radiant_exposure)
        if self.quantity == "ablated":
            return result.ablated_depth
        stays = ~result.ablated
        below = result.depth[stays] - result.ablated_depth
        injury = library_injury(result.time, result.temperature[:, stays], values, resting=_REST)
        altered = injury.denatured if "denatured" in self.quantity else injury.killed
        depth = float(injured_depth(below, altered))
        return depth + (result.ablated_depth if "surface" in self.quantity else 0.0)

    def _result(
        self, values: Mapping[str, float], cell: float, radiant_exposure: float
    ) -> AblationResult:
        skin = Skin.typical("cheek", 2, 40.0, values=values)
        material, entering = ablation_material(skin, self.wavelength, values)
        return ablate(
            material,
            entering * radiant_exposure,
            self.duration,
            Surface.from_values(values),
            _REST,
            self.duration + _AFTER,
            removal="blow-off" if self.duration < _INERTIAL else "steady",
            cell=cell,
        )


@cache
def published_depths() -> Mapping[str, PublishedDepth]:
    """Return the published depths by name.

    Raises
    ------
    DataFileError
        If an entry lacks a field.

    Examples
    --------
    >>> round(published_depths()["khatri_700us"].high * 1e6)  # um
    50
    """
    return {name: _entry(name, raw) for name, raw in document("session", "ablation_depths").items()}


def _entry(name: str, raw: Mapping[str, object]) -> PublishedDepth:
    def number(key: str) -> float:
        return float(cast("float", raw[key]))

    try:
        quantity = cast("MeasuredDepth", raw["quantity"])
        unit = um / J_per_cm2 if quantity == "ablated per exposure" else UM.to_si(1.0)
        return PublishedDepth(
            name=name,
            quantity=quantity,
            wavelength=NM.to_si(number("wavelength")),
            radiant_exposure=J_PER_CM2.to_si(number("radiant_exposure")),
            duration=MS.to_si(number("duration")),
            low=number("low") * unit,
            high=number("high") * unit,
            role=cast("Role", raw["role"]),
            source=str(raw["source"]),
            flag=str(raw["flag"]),
            note=str(raw.get("note", "")),
        )
    except KeyError as missing:
        raise DataFileError(
            f"data/session/ablation_depths.toml, {name}: missing {missing}."
        ) from None
