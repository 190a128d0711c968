r"""A person's melanin and blood from the colour of their skin beside the printed sheet.

The sheet's paper white divides out lamp and exposure, so that a photograph is a spectrometer of
three broad bands. The same posterior as that of a spectrum follows from them, with the errors of
paper, lighting and camera (``data/photo/colour.toml``). Three bands of such errors tell melanin
within a factor and blood a little; the other numbers stay where the population has them.

The printed greys and colours of the sheet take no part: what a printer makes of them is not known.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from porelight.data.file_units import NM
from porelight.data.library import document, require_flag
from porelight.errors import PhotographError
from porelight.inference.measured_reflectance import (
    Instrument,
    Reader,
    one_person,
    rounded,
    skin_at,
)
from porelight.inference.own_optics import posterior
from porelight.inference.reflectance import reflectance_of
from porelight.photo.tone import PAPER, Tone, linear_of
from porelight.quantities import Floats
from porelight.tissue.own_optics import OwnOptics, prior_of_person, skin_values
from porelight.tissue.people import person
from porelight.tissue.person import Zone

_LEAST_TAIL = 1e-3  # share of people below which the colour is nobody's
_MATT = Instrument(specular="excluded")  # highlights are left out, and lamps stand to the side


@dataclass(frozen=True, slots=True, eq=False)
class Bands:
    """The bands of a camera that was balanced for daylight.

    Attributes
    ----------
    wavelength : ndarray of float64, shape (n_wavelengths,)
        Wavelengths [m].
    weight : ndarray of float64, shape (3, n_wavelengths)
        Weight in linear red, green and blue over a perfect white's [-]; each band sums to 1.
    """

    wavelength: Floats
    weight: Floats

    def of(self, reflectance: Floats) -> Floats:
        """Return linear red, green and blue of a reflectance, (3,)."""
        return np.asarray(self.weight @ reflectance)


@cache
def bands() -> Bands:
    """Return the bands of linear sRGB."""
    matching, daylight = (document("photo", "colour")[name] for name in ("matching", "daylight"))
    for name, entry in (("matching", matching), ("daylight", daylight)):
        require_flag(entry["flag"], f"data/photo/colour.toml, {name}")
    nm = np.array(daylight["wavelength"], dtype=np.float64)
    curves = {band: np.zeros(nm.size) for band in "xyz"}
    for lobe in matching["lobes"]:
        width = np.where(nm < lobe["centre"], lobe["below"], lobe["above"])
        curves[lobe["band"]] += lobe["height"] * np.exp(-0.5 * ((nm - lobe["centre"]) / width) ** 2)
    seen = np.array([curves[band] for band in "xyz"]) * np.array(daylight["power"])
    # the white of these samples is white: each band is measured against its own
    weight = linear_of(seen / seen.sum(axis=1, keepdims=True))
    return Bands(NM.to_si(1) * nm, weight / weight.sum(axis=1, keepdims=True))


def fit_colour(tone: Tone, zone: Zone, name: str, *, seed: int = 1) -> OwnOptics:
    """Return what the colour of the skin says of the person's optics.

    Parameters
    ----------
    tone : Tone
        Tone of the skin beside the sheet.
    zone : str
        Zone of the face that the photograph shows.
    name : str
        Name of the photograph.
    seed : int
        The same seed gives the same draws.

    Raises
    ------
    PhotographError
        If the white of the sheet was not in view, or nobody's skin has this colour.
    """
    if not tone.is_absolute:
        raise PhotographError(
            f"{name}: melanin and blood need the white of the printed sheet beside the skin "
            "('porelight marker' prints it); without it they are those of the skin type."
        )
    camera, prior, skin_of = bands(), prior_of_person(zone), skin_at(zone)
    reader = Reader(_MATT, zone)
    bias = np.interp(camera.wavelength, one_person().wavelength, one_person().bias)
    measured = np.maximum(tone.linear, 1e-3)

    def model(x: Floats) -> Floats:
        values = skin_values(person(prior.values(x[None]), 0))
        shown = reflectance_of(skin_of, values, camera.wavelength) * np.exp(bias)
        seen = camera.of(reader.seen(shown, values))
        return np.asarray(np.log(np.maximum(seen, 1e-4)))

    # of one and the same person, over the bands as they weigh the skin's spectrum
    typical = skin_values(person(prior.values(np.zeros((1, len(prior.names)))), 0))
    middle = reflectance_of(skin_of, typical, camera.wavelength)
    share = camera.weight * middle
    share /= share.sum(axis=1, keepdims=True)
    covariance = share @ one_person().covariance(camera.wavelength, zone) @ share.T
    covariance += reader.covariance(measured) + _camera_covariance(measured)
    found = posterior(model, np.log(measured), covariance, len(prior.names), seed=seed)
    if found.tail < _LEAST_TAIL:
        shown = ", ".join(f"{one:.2f}" for one in np.exp(found.fitted))
        seen = ", ".join(f"{one:.2f}" for one in measured)
        raise PhotographError(
            f"{name}: nobody's skin has the colour {seen} (linear red, green, blue over white); "
            f"the nearest has {shown}. Melanin and blood are those of the skin type. Light sheet "
            "and skin alike, without coloured walls, make-up or a beauty filter."
        )
    return OwnOptics(
        source=f"the colour of {name}", site=zone, **rounded(prior.values(found.draws))
    )


def _camera_covariance(measured: Floats) -> Floats:
    """Return the covariance of the logarithm by paper, lighting and camera, (3, 3)."""
    error = document("photo", "colour")["error"]
    require_flag(error["flag"], "data/photo/colour.toml, error")
    whole = [
        np.full(3, error["level"]),
        error["curve"] * np.log(measured / PAPER),
        np.array([0.0, 0.0, error["blue"]]),
    ]
    each = np.diag(np.full(3, error["band"] ** 2))
    return np.asarray(each + sum(np.outer(one, one) for one in whole))
