r"""Optical properties of skin from what it is made of, 400 to 3000 nm.

Absorption is the sum over components of volume share times the component's absorption [1]_,

.. math:: \mu_a = W \mu_a^{w} + F \mu_a^{f} + M \mu_a^{m} + B \mu_a^{b} + \mu_a^{base},

with blood corrected for its packaging in vessels [2]_; reduced scattering is a power law of the
wavelength. Numbers and sources: ``data/tissue/optics.toml``, ``data/tissue/spectra.toml``.

References
----------
.. [1] S. L. Jacques, "Optical properties of biological tissues: a review," Phys. Med. Biol. 58,
   R37-R61 (2013), eq. 12. doi:10.1088/0031-9155/58/11/R37
.. [2] L. O. Svaasand et al., "Therapeutic response during pulsed laser treatment of port-wine
   stains," Lasers Med. Sci. 10, 235-243 (1995).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from porelight.data.file_units import NM
from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.quantities import (
    ANISOTROPY,
    FRACTION,
    LENGTH,
    MU_A,
    MU_S,
    REFRACTIVE_INDEX,
    WAVELENGTH,
    Floats,
    Quantity,
)
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.own_optics import skin_values
from porelight.tissue.phase_functions import PhaseFunction
from porelight.tissue.skin import Layer, Skin
from porelight.tissue.spectra import ROUNDING, spectrum

_NONE: Mapping[str, float] = MappingProxyType({})
SHORTEST, LONGEST = 400e-9, 3000e-9  # range of the mixture [m]
REFERENCE = 1064e-9  # wavelength at which the laws' coefficients are given [m]
MELANIN_REFERENCE = 500e-9  # that of melanin, which absorbs little at the other [m]
# mu_s follows from the reduced scattering, over 1 - g
FACTOR = Quantity("factor", "1", 0.0, 1e3, "factor on a component of skin")
DECAY_LENGTH = Quantity(
    "melanosome_decay_length",
    "m",
    1e-8,
    1e-5,
    "decay of melanin's absorption",
    "nm need '* units.nm'.",
)
ANISOTROPY_SKIN = Quantity("anisotropy_skin", "1", -0.9999, 0.9999, "that of all skin")


@dataclass(frozen=True, slots=True, eq=False, init=False)
class LayeredOptics:
    """Optical properties of plane layers at one wavelength, from the surface down.

    Attributes
    ----------
    thickness : ndarray of float64, shape (n_layers,)
        Thickness [m]; the last may be infinite.
    mu_a, mu_s : ndarray of float64, shape (n_layers,)
        Absorption and scattering coefficients [1/m]; `mu_s` is 0 where the anisotropy is 1, since
        light that is scattered straight on is not scattered.
    anisotropy, refractive_index : ndarray of float64, shape (n_layers,)
        Mean cosine of the scattering angle, real index [-].
    index_above, index_below : float
        Refractive index outside; below, that of the last layer unless given.
    phase : tuple of PhaseFunction or None
        Phase function of each layer, None for that of Henyey and Greenstein; empty where all are.
        A layer with one of its own has its anisotropy.
    """

    thickness: Floats
    mu_a: Floats
    mu_s: Floats
    anisotropy: Floats
    refractive_index: Floats
    index_above: float
    index_below: float
    # no part of the hash of a run where it is empty: runs from before it was there go on
    phase: tuple[PhaseFunction | None, ...] = field(default=(), metadata={"came_later": True})

    def __init__(  # noqa: PLR0913, PLR0917  as many as it has columns
        self,
        thickness: Floats,
        mu_a: Floats,
        mu_s: Floats,
        anisotropy: Floats,
        refractive_index: Floats,
        index_above: float = 1.0,
        index_below: float | None = None,
        phase: Sequence[PhaseFunction | None] = (),
    ) -> None:
        """Take the arrays and check them; see the class."""
        arrays = {
            "thickness": thickness,
            "mu_a": mu_a,
            "mu_s": mu_s,
            "anisotropy": anisotropy,
            "refractive_index": refractive_index,
        }
        for name, given in arrays.items():
            array = np.ascontiguousarray(given, dtype=np.float64)
            if array.ndim != 1 or array.shape != np.shape(thickness) or array.size == 0:
                raise ParameterError(
                    f"{name} has shape {array.shape} but thickness has shape "
                    f"{np.shape(thickness)}; all must be (n_layers,) with at least one layer."
                )
            object.__setattr__(self, name, array)
        if not (self.thickness > 0.0).all() or np.isinf(self.thickness[:-1]).any():
            raise ParameterError(
                "thickness must be positive, and only the last layer may be infinite [m]."
            )
        LENGTH.require(self.thickness[np.isfinite(self.thickness)], "thickness")
        MU_A.require(self.mu_a)
        MU_S.require(self.mu_s)
        ANISOTROPY.require(self.anisotropy)
        REFRACTIVE_INDEX.require(self.refractive_index)
        self._take_phase(tuple(phase))
        object.__setattr__(self, "mu_s", np.where(self.anisotropy == 1.0, 0.0, self.mu_s))
        below = float(self.refractive_index[-1]) if index_below is None else index_below
        object.__setattr__(self, "index_above", REFRACTIVE_INDEX.require(index_above))
        object.__setattr__(self, "index_below", REFRACTIVE_INDEX.require(below))

    def _take_phase(self, phase: tuple[PhaseFunction | None, ...]) -> None:
        """Take the phase functions; the anisotropy of a layer with one is that of it."""
        if phase and len(phase) != self.n_layers:
            raise ParameterError(
                f"{len(phase)} phase functions for {self.n_layers} layers; expected one for each, "
                "None for that of Henyey and Greenstein."
            )
        if not any(one is not None for one in phase):
            phase = ()
        own = np.array([math.nan if one is None else one.anisotropy for one in phase])
        if phase:
            known = np.where(np.isnan(own), self.anisotropy, own)
            object.__setattr__(self, "anisotropy", known)
        object.__setattr__(self, "phase", phase)

    @property
    def n_layers(self) -> int:
        """Number of layers."""
        return int(self.thickness.size)

    @property
    def mu_s_reduced(self) -> Floats:
        """Reduced scattering coefficient mu_s (1 - g) [1/m], shape (n_layers,)."""
        return np.asarray(self.mu_s * (1.0 - self.anisotropy), dtype=np.float64)


def mu_a_water(wavelength: float) -> float:
    """Return the absorption coefficient of water at 20 degC [1/m] (WOPP; Segelstein 1981).

    Parameters
    ----------
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].

    Raises
    ------
    ParameterError
        If the wavelength is outside the table.

    Examples
    --------
    >>> f"{mu_a_water(2790e-9):.3g}"
    '4.86e+05'
    """
    return spectrum("water").at(wavelength)


def mu_a_blood(
    wavelength: float, oxygen_saturation: float, values: Mapping[str, float] = _NONE
) -> float:
    """Return the absorption coefficient of whole blood, haematocrit 45 % [1/m].

    Parameters
    ----------
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    oxygen_saturation : float
        Share of the haemoglobin that carries oxygen [-].
    values : mapping of str to float
        Numbers of ``optics.toml`` to use in place of the library's.

    Raises
    ------
    ParameterError
        If the wavelength is outside 400 to 3000 nm.

    Notes
    -----
    Tables of Bosschaart et al. (2014) to 1995 nm. Beyond, blood is its water: haemoglobin has no
    strong band there, and at 1995 nm the rule joins the table to 1 %.
    """
    FRACTION.require(oxygen_saturation, "oxygen_saturation")
    oxygenated, deoxygenated = spectrum("blood_oxygenated"), spectrum("blood_deoxygenated")
    if not oxygenated.covers(_in_range(wavelength)):
        return LibraryValues("optics", values)("blood_water_fraction") * mu_a_water(wavelength)
    return oxygen_saturation * oxygenated.at(wavelength) + (
        1.0 - oxygen_saturation
    ) * deoxygenated.at(wavelength)


def mu_a_lipid(wavelength: float) -> float:
    """Return the absorption coefficient of lipid [1/m], 429 to 2400 nm, else 0.

    Raises
    ------
    ParameterError
        If the wavelength is outside 400 to 3000 nm.

    Notes
    -----
    Pig lard to 1098 nm; beyond, bands at published places whose heights follow from reflectance
    (``spectra.toml``). Outside the table lipid counts as transparent: fat is too clear there.
    """
    lipid = spectrum("lipid")
    return lipid.at(wavelength) if lipid.covers(_in_range(wavelength)) else 0.0


def mu_a_melanosome(wavelength: float, values: Mapping[str, float] = _NONE) -> float:
    r"""Return the absorption coefficient inside a melanosome [1/m].

    .. math:: \mu_a(\lambda) = \mu_a(500\,\mathrm{nm})\,e^{-(\lambda - 500\,\mathrm{nm})/\ell}

    A power law fits as well in the blue, and makes living dark skin too dark in the near infrared
    (docs/theory/optics_of_people.md).

    Examples
    --------
    >>> round(mu_a_melanosome(1064e-9))
    678
    """
    value = LibraryValues("optics", values)
    decay = DECAY_LENGTH.require(value("melanosome_decay_length"), "melanosome_decay_length")
    beyond = (_in_range(wavelength) - MELANIN_REFERENCE) / decay
    return value("melanosome_absorption_500") * math.exp(-beyond)


def packaging(mu_a: float, radius: float) -> float:
    r"""Return the share of blood's absorption that light in tissue meets, 0 to 1.

    Light does not reach the core of a vessel that is wide against the absorption length:

    .. math:: C = \frac{1 - e^{-2 \mu_a r}}{2 \mu_a r}.

    Parameters
    ----------
    mu_a : float
        Absorption of blood less that of its surroundings [1/m]; may be negative.
    radius : float
        Radius of the vessels [m].

    References
    ----------
    .. [1] Svaasand et al. (1995), the module's second reference.
    """
    thickness = 2.0 * abs(mu_a) * radius
    return -math.expm1(-thickness) / thickness if thickness > 0.0 else 1.0


def skin_optics(
    skin: LayeredTissue, wavelength: float, values: Mapping[str, float] = _NONE
) -> LayeredOptics:
    """Return the optical properties of skin at a wavelength.

    Parameters
    ----------
    skin : LayeredTissue
        Skin with layers: a `Skin`, or a `PigSkin`.
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    values : mapping of str to float
        Numbers of ``optics.toml`` to use in place of the library's, by name [SI]; names of other
        files are ignored, so a draw of all uncertain parameters can be passed as it is. Of a person
        whose optics were measured, the middle of these stands for the library's.

    Returns
    -------
    LayeredOptics
        One layer for each of the skin's, air above, the last layer's index below.

    Raises
    ------
    ParameterError
        If the wavelength is outside the range of the mixture, or an overriding value is impossible.

    Examples
    --------
    >>> from porelight.tissue.skin import Skin
    >>> optics = skin_optics(Skin.typical("cheek", 3, 40.0), 1064e-9)
    >>> [round(x) for x in optics.mu_a]
    [41, 20, 35, 20, 16]
    """
    wavelength = _in_range(wavelength)
    measured = skin.optics if isinstance(skin, Skin) else None
    own = _NONE if measured is None else skin_values(measured.middle)
    value = LibraryValues("optics", {**own, **values})
    anisotropy = ANISOTROPY_SKIN.require(value("anisotropy_skin"))
    reduced = np.array([_reduced_scattering(layer, wavelength, value) for layer in skin.layers])
    return LayeredOptics(
        thickness=skin.thickness,
        mu_a=np.array([_absorption(layer, wavelength, value) for layer in skin.layers]),
        mu_s=reduced / (1.0 - anisotropy),
        anisotropy=np.full(len(skin.layers), anisotropy),
        refractive_index=np.array([_index(layer, wavelength, value) for layer in skin.layers]),
    )


def _in_range(wavelength: float) -> float:
    wavelength = WAVELENGTH.require(wavelength)
    if not SHORTEST * (1.0 - ROUNDING) <= wavelength <= LONGEST * (1.0 + ROUNDING):
        raise ParameterError(
            f"wavelength is {NM.shown(wavelength)}; the optics of skin hold from "
            f"{NM.of_si(SHORTEST)} to {NM.shown(LONGEST)}. Choose a wavelength in this range."
        )
    return wavelength


# people's baselines differ up to the first of these wavelengths [m], no more beyond the second:
# what the fit of the mean spectrum leaves there is the error of the spectra of water and lipid, the
# same for all (50 people differ less at 1250 nm than at 1150 and at 1300)
_BASELINE_DIFFERS = ([1.1e-6, 1.2e-6], [1.0, 0.0])


def _kind(layer: Layer) -> str:
    """Return which of the three sets of coefficients a layer takes."""
    return layer.name if layer.name in ("epidermis", "fat") else "dermis"


def _absorption(layer: Layer, wavelength: float, value: LibraryValues) -> float:
    water = mu_a_water(wavelength)
    melanosomes = FRACTION.require(
        layer.melanosome_fraction * _factor("melanosome_multiplier", "melanin_model_form", value),
        "melanosome_fraction",
    )
    blood = FRACTION.require(
        layer.blood_fraction * _factor("blood_multiplier", "blood_model_form", value),
        "blood_fraction",
    )
    # the water of blood is packed no tighter than that of the tissue: only the rest is shadowed
    blood_water = value("blood_water_fraction") * water
    pigment = mu_a_blood(wavelength, layer.oxygen_saturation, value.overriding) - blood_water
    seen = blood_water + packaging(pigment, layer.vessel_radius) * pigment
    return MU_A.require(
        layer.water_fraction * water
        + layer.lipid_fraction * mu_a_lipid(wavelength)
        + melanosomes * mu_a_melanosome(wavelength, value.overriding)
        + blood * seen
        + _baseline(_kind(layer), wavelength, value),
        f"mu_a of the {layer.name}",
    )


def _baseline(kind: str, wavelength: float, value: LibraryValues) -> float:
    """Return the absorption of all but water, blood, melanin and lipid [1/m]: proteins, cells."""
    shape = spectrum("baseline").at(wavelength)
    size = value(f"baseline_absorption_{kind}")
    factor = _factor("baseline_multiplier", "baseline_model_form", value)
    differing = float(np.interp(wavelength, *_BASELINE_DIFFERS))
    return size * (1.0 + (factor - 1.0) * differing) * shape


def _reduced_scattering(layer: Layer, wavelength: float, value: LibraryValues) -> float:
    kind = _kind(layer)
    law = math.pow(wavelength / REFERENCE, -value(f"scattering_power_{kind}"))
    factor = _factor("scattering_multiplier", "scattering_model_form", value)
    multiplier = layer.scattering_ratio * factor
    return multiplier * value(f"reduced_scattering_{kind}") * law


def _factor(of_person: str, of_model: str, value: LibraryValues) -> float:
    """Return how people differ times what nobody knows of all of them."""
    return FACTOR.require(value(of_person), of_person) * FACTOR.require(value(of_model), of_model)


def _index(layer: Layer, wavelength: float, value: LibraryValues) -> float:
    """Return the index at 1064 nm plus the water share times the dispersion of water."""
    water = spectrum("water_refractive_index")
    dispersion = water.at(wavelength) - water.at(REFERENCE)
    return value(f"refractive_index_{_kind(layer)}") + layer.water_fraction * dispersion
