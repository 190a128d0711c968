"""How strong one exposure must be to burn, coagulate or boil skin, in one call."""

from dataclasses import dataclass
from typing import Literal, get_args

from porelight.errors import ParameterError, did_you_mean
from porelight.heat.surface import Cooling
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Profile
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.quantities import FRACTION
from porelight.session.end_points import DEFAULT, EndPoint
from porelight.session.single_exposure import Heating, heating
from porelight.session.target import State, Target
from porelight.session.threshold import (
    ExposureOutcome,
    Threshold,
    exposure_outcome,
    single_exposure,
)
from porelight.session.threshold import threshold as threshold_of_heating
from porelight.tissue.own_optics import OwnOptics
from porelight.tissue.person import fitzpatrick_type
from porelight.units import J_per_cm2, mm, to_celsius, um

TargetSkin = Literal["human", "pig", "white-pig"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThresholdResult:
    """The exposure that just reaches an end point, if any; it also tells what other strengths do.

    Attributes
    ----------
    threshold : Threshold
        Radiant exposure, depth, and what just this exposure does.
    heated : Heating
        Temperature rise of the skin, per unit of radiant exposure.
    criterion : str
        Rate of cell death that was asked for.
    """

    threshold: Threshold
    heated: Heating
    criterion: str

    @property
    def radiant_exposure(self) -> float:
        """Energy of all pulses over the area of the spot that just reaches the end point [J/m2].

        Infinity if no strength that was tried reaches it.
        """
        return self.threshold.radiant_exposure

    @property
    def pulse_radiant_exposure(self) -> float:
        """Energy of one pulse over the area of the spot at the threshold [J/m2]."""
        return self.threshold.pulse_radiant_exposure

    @property
    def is_reached(self) -> bool:
        """Whether any strength that was tried reaches the end point."""
        return self.threshold.is_reached

    @property
    def depth(self) -> float:
        """Depth that decides [m]."""
        return self.threshold.depth

    def outcome(self, radiant_exposure: float) -> ExposureOutcome:
        """Return what the same exposure does at another strength.

        Parameters
        ----------
        radiant_exposure : float
            Energy of all pulses over the area of the spot [J/m2].
        """
        return exposure_outcome(self.heated, radiant_exposure, criterion=self.criterion)

    def __repr__(self) -> str:
        """Return the threshold and what it does, in clinic units."""
        found, done = self.threshold, self.threshold.outcome
        strength = f"{done.radiant_exposure / J_per_cm2:.3g} J/cm2"
        if found.n_pulses > 1:
            each = done.radiant_exposure / found.n_pulses / J_per_cm2
            strength = f"{each:.3g} J/cm2 per pulse, {strength} in {found.n_pulses} pulses"
        from_where = (
            f"from {strength} on, at {self.depth / um:.3g} um"
            if found.is_reached
            else f"not reached below {strength}"
        )
        return (
            f"{found.end_point} ({found.criterion}) {from_where}; "
            f"a {self.heated.exposure.beam.diameter / mm:g} mm beam of "
            f"{self.heated.exposure.wavelength * 1e9:g} nm, surface up to "
            f"{to_celsius(done.surface_peak):.3g} degC"
        )


def threshold(  # noqa: PLR0913  what a paper states of an exposure
    *,
    wavelength: float,
    spot_diameter: float,
    duration: float | TemporalProfile,
    end_point: EndPoint = DEFAULT,
    skin: TargetSkin | Target = "human",
    fitzpatrick: int = 2,
    melanosome_fraction: float = 0.0,
    optics: OwnOptics | None = None,
    state: State = "in vivo",
    profile: Profile | RadialProfile | BeamImage = "flat-top",
    n_pulses: int = 1,
    rate: float = 0.0,
    cooling: Cooling = "air",
    cooling_time: float = 0.0,
    cooling_lead: float = 0.0,
    blackened: bool = False,
    criterion: str = "two-channel",
    photons: int = 200_000,
    seed: int = 1,
) -> ThresholdResult:
    """Find the radiant exposure at which one place is just hurt as an end point says.

    Parameters
    ----------
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    spot_diameter : float
        Diameter at the skin [m]; of a Gaussian beam where it falls to 1/e2.
    duration : float or TemporalProfile
        Duration of one pulse [s], or its power over time.
    end_point : str
        What is looked for: "subcorneal", "basal layer", "blister", "80 um", "full epidermis",
        "dermal denaturation", "vessel" or "vaporisation" (`session.end_points`). The basal layer
        when left out: its injury is the first that an eye sees, a minimum visible lesion.
    skin : {"human", "pig", "white-pig"} or Target
        A person's cheek, a pigmented miniature pig (Yucatan), a white farm pig (Yorkshire), or a
        target of your own.
    fitzpatrick : int
        Skin type of a person, 1 to 6.
    melanosome_fraction : float
        Share of melanosomes in a person's epidermis [-]; that of the type when 0.
    optics : OwnOptics, optional
        Optics of this person (`porelight.fit_reflectance`), of which the middle is taken, in place
        of the type's.
    state : {"in vivo", "excised"}
        Excised skin has no blood flow and starts at room temperature.
    profile : {"flat-top", "gaussian"} or RadialProfile or BeamImage
        Profile of the beam.
    n_pulses : int
        Pulses on the same place.
    rate : float
        Pulses per second [Hz]; needed for more than one.
    cooling : {"air", "cold air", "contact", "cryogen"}
        Cooling of the surface from the start; air follows.
    cooling_time : float
        Duration of the cooling [s].
    cooling_lead : float
        Time from the start of the cooling to the first pulse [s].
    blackened : bool
        Whether soot or India ink on the skin takes up all the light.
    criterion : str
        Rate of cell death: "two-channel", or a published set ("henriques", "takata",
        "weaver-stoll").
    photons : int
        Photons to follow; 200 000 give a threshold to about 1 %.
    seed : int
        The same seed gives the same numbers.

    Raises
    ------
    ParameterError
        If a number or a name is impossible, or a person's pigment is not one seen in the visible.

    Examples
    --------
    >>> found = threshold(
    ...     wavelength=1.94e-6, spot_diameter=10e-3, duration=0.1, skin="pig", photons=20_000
    ... )
    >>> 1.0 < found.radiant_exposure / J_per_cm2 < 10.0
    True
    >>> found.outcome(2.0 * found.radiant_exposure).killed_depth > found.depth
    True
    """
    target = (
        skin
        if isinstance(skin, Target)
        else _target(skin, fitzpatrick, melanosome_fraction, optics, state)
    )
    exposure = single_exposure(
        target,
        wavelength=wavelength,
        spot_diameter=spot_diameter,
        duration=duration,
        profile=profile,
        n_pulses=n_pulses,
        rate=rate,
        cooling=cooling,
        cooling_time=cooling_time,
        cooling_lead=cooling_lead,
        blackened=blackened,
    )
    heated = heating(target, exposure, n_photons=photons, seed=seed)
    found = threshold_of_heating(heated, end_point, criterion=criterion)
    return ThresholdResult(found, heated, criterion)


def _target(
    skin: TargetSkin,
    fitzpatrick: int,
    melanosome_fraction: float,
    optics: OwnOptics | None,
    state: State,
) -> Target:
    if skin not in get_args(TargetSkin):
        raise ParameterError(
            f"no skin named {skin!r} to expose{did_you_mean(str(skin), get_args(TargetSkin))}"
        )
    FRACTION.require(melanosome_fraction, "melanosome_fraction")
    if optics is not None and (skin != "human" or melanosome_fraction > 0.0):
        other = f"skin is {skin!r}" if skin != "human" else "melanosome_fraction is given"
        raise ParameterError(
            f"optics of a person are given and {other}; expected a person's skin whose melanin is "
            "that of the optics. Leave one of the two out."
        )
    if skin == "human":
        own = {f"melanosome_fraction_{fitzpatrick_type(fitzpatrick)}": melanosome_fraction}
        values = own if melanosome_fraction > 0.0 else {}
        return Target.human("cheek", fitzpatrick, state=state, values=values, optics=optics)
    if melanosome_fraction > 0.0:
        raise ParameterError(
            f"melanosome_fraction is {melanosome_fraction:g} for a pig, whose breed sets it; "
            "expected 0, or a person's skin."
        )
    return Target.pig("yucatan" if skin == "pig" else "yorkshire", state=state)
