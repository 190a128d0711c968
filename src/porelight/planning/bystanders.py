r"""Exposure limits of eye and skin for people beside a treatment, as a safety note.

Skin scatters a share :math:`\rho` of a pulse of energy Q back into the room. At a distance d in
front of it the radiant exposure is :math:`\rho\,Q / (\pi d^2)`; where that equals the limit the
hazard of a diffuse reflection ends. The numbers are flagged, most of them are recalled: the note
says that eyewear is needed, it does not say that anything is safe.
"""

import math
from dataclasses import dataclass

from porelight.data.library import Parameter, parameter
from porelight.laser.exposure import Exposure
from porelight.units import J_per_cm2, ms, nm

_BLINK = 10.0  # s, the duration of a train of pulses to which the limits are applied
# wavelengths [m] and durations [s] for which the data file has a limit
_NEAR, _NEAR_DURATION = (1050e-9, 1150e-9), (5e-5, 10.0)
_FAR, _FAR_DURATION = (2600e-9, 1e-3), (1e-7, 10.0)


@dataclass(frozen=True, slots=True)
class Bystander:
    """The limits for one pulse of an exposure, for people beside the treatment.

    Attributes
    ----------
    eye_limit, skin_limit : float
        Radiant exposures at the cornea and on the skin that one pulse may not exceed [J/m2].
    reflection_distance : float
        Distance from the treated skin within which its scattered light exceeds the limit of the
        eye, for one pulse of a train of ten seconds [m].
    flag : str
        How the limits are known; see `porelight.data.library.Flag`.
    """

    eye_limit: float
    skin_limit: float
    reflection_distance: float
    flag: str


def bystander(exposure: Exposure) -> Bystander:
    """Return the limits for one pulse of an exposure, and how far its reflection exceeds them.

    Parameters
    ----------
    exposure : Exposure
        Wavelength, pulse duration, energy and rate matter.

    Returns
    -------
    Bystander
        All zero, flagged "not held", for a wavelength or duration whose limit is not in the data
        file.

    Notes
    -----
    A train multiplies the limit of each pulse by N^-1/4 (Directive 2006/25/EC, Table 2.6), N the
    pulses of ten seconds. The relaxation for sources that the eye sees as extended is left out.
    """
    duration, wavelength = exposure.pulse_duration, exposure.wavelength
    if _holds(wavelength, _NEAR) and _holds(duration, _NEAR_DURATION):
        eye = _limit("eye_near_infrared").value * duration**0.75
        skin = _limit("skin_near_infrared").value * duration**0.25
        reflectance, flag = _limit("skin_reflectance_near_infrared"), "recalled"
    elif _holds(wavelength, _FAR) and _holds(duration, _FAR_DURATION):
        eye = skin = _limit("eye_and_skin_infrared").value * duration**0.25
        reflectance, flag = _limit("skin_reflectance_infrared"), "recalled"
    else:
        return Bystander(0.0, 0.0, 0.0, "not held")
    n_pulses = max(1.0, min(float(exposure.n_pulses), exposure.rate * _BLINK))
    of_train = eye * n_pulses**-0.25
    distance = math.sqrt(reflectance.high * exposure.pulse_energy / (math.pi * of_train))
    return Bystander(eye, skin, distance, flag)


def safety_note(exposure: Exposure) -> str:
    """Return the safety note for people in the room, in one paragraph.

    Examples
    --------
    >>> from porelight.laser.devices import pearl
    >>> safety_note(pearl()).split(":")[0]
    'Eyes, 2790 nm'
    """
    where = f"Eyes, {exposure.wavelength / nm:.0f} nm"
    rules = (
        "Everybody in the room wears eyewear made for this wavelength, the patient opaque shields, "
        "and the eye and the skin around it are not treated. The exposure limits are for people "
        "beside the treatment, not for the skin that is treated."
    )
    beside = bystander(exposure)
    if beside.flag == "not held":
        return (
            f"{where}: no exposure limit is held for this wavelength and pulse; look it up in IEC "
            "60825-1. "
            f"{rules}"
        )
    given = exposure.radiant_exposure
    return (
        f"{where}: a pulse of {given / J_per_cm2:g} J/cm2 in {exposure.pulse_duration / ms:g} ms "
        f"is {_times(given / beside.eye_limit)} the exposure limit of the eye "
        f"({beside.eye_limit / J_per_cm2:.2g} J/cm2, {beside.flag}) and "
        f"{_times(given / beside.skin_limit)} that of the skin "
        f"({beside.skin_limit / J_per_cm2:.2g} J/cm2, {beside.flag}); light that the treated skin "
        f"scatters back can exceed the limit of the eye up to about "
        f"{_away(beside.reflection_distance)} away. {rules}"
    )


def _holds(value: float, span: tuple[float, float]) -> bool:
    return span[0] * (1.0 - 1e-9) <= value <= span[1] * (1.0 + 1e-9)


def _times(ratio: float) -> str:
    return f"{float(f'{ratio:.2g}'):,.0f} times"


def _away(distance: float) -> str:
    return f"{distance:.1f} m" if distance >= 0.1 else f"{math.ceil(100.0 * distance)} cm"


def _limit(name: str) -> Parameter:
    return parameter("laser", "exposure_limits", name)
