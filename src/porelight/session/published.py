"""Published burn thresholds, and what the model predicts for the same exposures.

The table is ``data/session/published_thresholds.toml``; clinic units are turned into SI here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from porelight.data.file_units import J_PER_CM2, MM, NM
from porelight.data.library import document
from porelight.errors import DataFileError
from porelight.laser.beam import Profile
from porelight.session.single_exposure import heating
from porelight.session.target import State, Target
from porelight.session.threshold import Endpoint, Threshold, single_exposure, threshold
from porelight.tissue.pig import Breed

Role = Literal["prediction", "calibration"]


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
    endpoint : {"burn", "coagulation", "vaporisation"}
        The injury that was looked for.
    state, breed : str
        Whether the pig's skin was alive ("in vivo") or excised, and the breed.
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
    endpoint: Endpoint
    state: State
    breed: Breed
    role: Role
    source: str
    note: str

    def predicted(self, *, n_photons: int = 200_000, seed: int = 1) -> Threshold:
        """Return what the model predicts for this exposure; compare `peak_radiant_exposure`."""
        target = Target.pig(self.breed, state=self.state)
        exposure = single_exposure(
            target,
            wavelength=self.wavelength,
            spot_diameter=self.spot_diameter,
            duration=self.duration,
            profile=self.profile,
        )
        return threshold(heating(target, exposure, n_photons=n_photons, seed=seed), self.endpoint)


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
            endpoint=cast("Endpoint", raw["endpoint"]),
            state=cast("State", raw["state"]),
            breed=cast("Breed", raw["breed"]),
            role=cast("Role", raw["role"]),
            source=str(raw["source"]),
            note=str(raw["note"]),
        )
    except KeyError as missing:
        raise DataFileError(
            f"data/session/published_thresholds.toml, {name}: missing {missing}."
        ) from None
