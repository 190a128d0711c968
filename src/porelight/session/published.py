"""Published thresholds of injury, and what the model predicts for the same exposures.

Each is judged by the end point that its own observers looked for.

The table is ``data/session/published_thresholds.toml``; clinic units are turned into SI here.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

from porelight.data.file_units import J_PER_CM2, MM, NM, UM
from porelight.data.library import document
from porelight.errors import DataFileError
from porelight.laser.beam import Profile
from porelight.session.end_points import EndPoint, require_end_point
from porelight.session.single_exposure import SingleExposure, heating
from porelight.session.target import State, Target
from porelight.session.threshold import Threshold, single_exposure, threshold
from porelight.session.visible_pigment import melanosomes_of

Role = Literal["prediction", "calibration"]
TestedSkin = Literal["human", "yucatan", "yorkshire"]

_NONE: Mapping[str, float] = MappingProxyType({})
_NEAR = 0.1  # of the wavelength, within which a comparison speaks for another


@dataclass(frozen=True, slots=True)
class PublishedThreshold:
    """One threshold as it was published.

    Attributes
    ----------
    name : str
        Key in the table.
    wavelength, spot_diameter, duration : float
        Vacuum wavelength [m], diameter of the spot [m] and duration of the exposure [s].
    profile : {"flat-top", "gaussian"}
        Profile of the beam.
    radiant_exposure : float
        The threshold, where the beam is strongest [J/m2].
    end_point : str
        The injury that was looked for, one of `end_points.END_POINTS`.
    state : {"in vivo", "excised"}
        Whether the skin was alive.
    skin : {"human", "yucatan", "yorkshire"}
        A person's, or a pig's of that breed.
    epidermis_thickness : float
        Thickness of the epidermis where a person was exposed, if not on the face [m]; else 0.
    melanin_absorption : float
        Absorption of that epidermis by melanin at 694 nm, if it is known [1/m]; else 0.
    blackened : bool
        Whether the surface was blackened.
    role : {"prediction", "calibration"}
        "calibration" if a number of the model was set by this threshold.
    source, note : str
        Where the number was read, and what is uncertain about it.
    """

    name: str
    wavelength: float
    spot_diameter: float
    duration: float
    profile: Profile
    radiant_exposure: float
    end_point: EndPoint
    state: State
    skin: TestedSkin
    epidermis_thickness: float
    melanin_absorption: float
    blackened: bool
    role: Role
    source: str
    note: str

    def target(self, values: Mapping[str, float] = _NONE) -> Target:
        """Return the skin that was exposed.

        Parameters
        ----------
        values : mapping of str to float
            Numbers of the library that differ from their medians [SI]; what the source states of
            the skin goes before them.
        """
        if self.skin != "human":
            return Target.pig(self.skin, state=self.state, values=values)
        own = dict(values)
        if self.epidermis_thickness:
            own["epidermis_thickness"] = self.epidermis_thickness
        if self.melanin_absorption:
            own["melanosome_fraction_2"] = melanosomes_of(self.melanin_absorption)
        return Target.human(fitzpatrick=2, state=self.state, values=own)

    def exposure(self, target: Target) -> SingleExposure:
        """Return what it was exposed to."""
        return single_exposure(
            target,
            wavelength=self.wavelength,
            spot_diameter=self.spot_diameter,
            duration=self.duration,
            profile=self.profile,
            blackened=self.blackened,
        )

    def predicted(
        self,
        values: Mapping[str, float] = _NONE,
        *,
        n_photons: int = 200_000,
        seed: int = 1,
    ) -> Threshold:
        """Return what the model predicts for this exposure; compare `peak_radiant_exposure`.

        Parameters
        ----------
        values : mapping of str to float
            As for `target`.
        n_photons, seed : int
            Photons to follow, and the seed of their random numbers.
        """
        target = self.target(values)
        heated = heating(target, self.exposure(target), n_photons=n_photons, seed=seed)
        return threshold(heated, self.end_point)


@cache
def published_thresholds() -> Mapping[str, PublishedThreshold]:
    """Return the published thresholds by name.

    Raises
    ------
    DataFileError
        If an entry lacks a field.

    Examples
    --------
    >>> round(published_thresholds()["vincelette_25ms"].radiant_exposure / 1e4)  # J/cm2
    19
    """
    return {
        name: _entry(name, raw) for name, raw in document("session", "published_thresholds").items()
    }


def compared_near(exposure: SingleExposure) -> str:
    """Return one line on what is known of how true a threshold of such an exposure is."""
    blind = [one for one in published_thresholds().values() if one.role == "prediction"]
    near = [
        one
        for one in blind
        if one.blackened == exposure.blackened
        and (one.blackened or abs(math.log(one.wavelength / exposure.wavelength)) < _NEAR)
    ]
    if near:
        return (
            f"{len(near)} published thresholds {_like(exposure)} were compared, within a factor of "
            "two (docs/theory/burn.md): expect no better."
        )
    lit = sorted({NM.shown(one.wavelength) for one in blind if not one.blackened})
    return (
        f"No published threshold {_like(exposure)} was compared (those at {', '.join(lit)} were): "
        "how true this one is, is not known."
    )


def _like(exposure: SingleExposure) -> str:
    if exposure.blackened:
        return "of blackened skin"
    return f"within {_NEAR:.0%} of {NM.shown(exposure.wavelength)}"


def _entry(name: str, raw: Mapping[str, object]) -> PublishedThreshold:
    def number(key: str) -> float:
        return float(cast("float", raw[key]))

    try:
        return PublishedThreshold(
            name=name,
            wavelength=NM.to_si(number("wavelength")),
            spot_diameter=MM.to_si(number("spot_diameter")),
            duration=number("duration"),
            profile=cast("Profile", raw["profile"]),
            radiant_exposure=J_PER_CM2.to_si(number("radiant_exposure")),
            end_point=require_end_point(str(raw["end_point"])),
            state=cast("State", raw["state"]),
            skin=cast("TestedSkin", raw["skin"]),
            epidermis_thickness=UM.to_si(float(cast("float", raw.get("epidermis_thickness", 0.0)))),
            melanin_absorption=float(cast("float", raw.get("melanin_absorption_694", 0.0))),
            blackened=bool(raw.get("blackened", False)),
            role=cast("Role", raw["role"]),
            source=str(raw["source"]),
            note=str(raw["note"]),
        )
    except KeyError as missing:
        raise DataFileError(
            f"data/session/published_thresholds.toml, {name}: missing {missing}."
        ) from None
