"""Whether the pigment of a person's skin is one that visible light has seen.

Below a micrometre melanin decides when the epidermis burns. The fractions of the library may have
been chosen for infrared handpieces; a threshold in the visible that rests on too little pigment is
too high by a factor, and a burn. What spectrometers found in living skin at 694 nm is the measure.
"""

import math
from collections.abc import Mapping

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.optics import mu_a_melanosome
from porelight.tissue.skin import Skin
from porelight.units import nm

_FROM = 1000 * nm  # where water absorbs as much in the epidermis as the melanin of type II
_MEASURED_AT = 694 * nm
# either way: the epidermis of the spectrometers' models is not of the library's thickness
_SLACK = 1.5


def melanin_absorption(
    skin: LayeredTissue, wavelength: float, values: Mapping[str, float]
) -> float:
    """Return the absorption of the whole epidermis by its melanin [1/m]."""
    epidermis = [layer for layer in skin.layers if layer.name == "epidermis"]
    thickness = sum(layer.thickness for layer in epidermis)
    held = sum(layer.thickness * layer.melanosome_fraction for layer in epidermis)
    return held / thickness * mu_a_melanosome(wavelength, values)


def melanosomes_of(absorption: float) -> float:
    """Return the share of melanosomes in an epidermis whose melanin absorbs so much at 694 nm.

    Parameters
    ----------
    absorption : float
        Absorption of the whole epidermis by its melanin [1/m].

    Examples
    --------
    >>> 0.0 < melanosomes_of(300.0) < melanosomes_of(2500.0) < 0.5
    True
    """
    return absorption / mu_a_melanosome(_MEASURED_AT)


def require_pigment(skin: LayeredTissue, wavelength: float, values: Mapping[str, float]) -> None:
    """Refuse visible light on a person whose epidermis has less melanin than any that was measured.

    Parameters
    ----------
    skin : LayeredTissue
        Skin of a person; the pigment of pigs was set on their own burns, and passes.
    wavelength : float
        Vacuum wavelength [m]; from 1000 nm on every pigment passes.
    values : mapping of str to float
        Numbers of ``optics.toml`` and ``end_points.toml`` that replace the library's.

    Raises
    ------
    ParameterError
        If its absorption at 694 nm is below what was found in living skin, or above it.
    """
    if not isinstance(skin, Skin) or wavelength >= _FROM:
        return
    number = LibraryValues("end_points", values)
    low, high = number("melanin_absorption_694_light"), number("melanin_absorption_694_dark")
    found = melanin_absorption(skin, _MEASURED_AT, values)
    lowest, highest = low / _SLACK, high * _SLACK
    if not lowest <= found <= highest:
        per_share = mu_a_melanosome(_MEASURED_AT, values) / 100.0  # for each percent
        # rounded inwards, so that what is advised is taken
        least = math.ceil(10.0 * lowest / per_share) / 10.0
        most = math.floor(10.0 * highest / per_share) / 10.0
        raise ParameterError(
            f"the epidermis of type {skin.fitzpatrick} holds {found / per_share:.2g} % "
            f"melanosomes, which absorb {found:.3g} 1/m at 694 nm where living skin has {low:g} to "
            f"{high:g} 1/m; a threshold at {wavelength / nm:g} nm would be far off. State its "
            f"share of melanosomes, {least:g} to {most:g} %, or use {_FROM / nm:g} nm and longer."
        )
