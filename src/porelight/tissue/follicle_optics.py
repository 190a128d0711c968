r"""Optical properties of what fills a hair follicle, from what it is made of.

.. math:: \mu_a = W \mu_a^{w} + F \mu_a^{f} + M \mu_a^{m}, \qquad
          \mu_s' = \mu_s'(1064\,\mathrm{nm}) \, (\lambda / 1064\,\mathrm{nm})^{-b}

with shares of water, lipid and melanosomes. Numbers and sources: ``data/tissue/follicle.toml``;
nearly all are assumed, since hardly any has been measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from porelight.data.values import LibraryValues
from porelight.quantities import ANISOTROPY, MU_A, MU_S, REFRACTIVE_INDEX
from porelight.tissue.optics import (
    ANISOTROPY_SKIN,
    REFERENCE,
    mu_a_lipid,
    mu_a_melanosome,
    mu_a_water,
)

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Medium:
    """Optical properties of a homogeneous part of the skin at one wavelength.

    Attributes
    ----------
    mu_a, mu_s : float
        Absorption and scattering coefficients [1/m]; `mu_s` is 0 where the anisotropy is 1.
    anisotropy, refractive_index : float
        Mean cosine of the scattering angle, real index [-].
    """

    mu_a: float
    mu_s: float
    anisotropy: float
    refractive_index: float

    def __post_init__(self) -> None:
        """Check that the medium can exist."""
        MU_A.require(self.mu_a)
        MU_S.require(self.mu_s)
        ANISOTROPY.require(self.anisotropy)
        REFRACTIVE_INDEX.require(self.refractive_index)
        if self.anisotropy == 1.0:  # scattered straight on is not scattered
            object.__setattr__(self, "mu_s", 0.0)


AIR = Medium(mu_a=0.0, mu_s=0.0, anisotropy=0.0, refractive_index=1.0)


@dataclass(frozen=True, slots=True)
class FollicleOptics:
    """The media of a follicle at one wavelength."""

    sebum: Medium
    plug: Medium
    duct: Medium
    gland: Medium
    hair: Medium


def follicle_optics(wavelength: float, values: Mapping[str, float] = _NONE) -> FollicleOptics:
    """Return the media of a follicle at a wavelength.

    Parameters
    ----------
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    values : mapping of str to float
        Numbers of ``follicle.toml`` and ``optics.toml`` to use in place of the library's [SI].

    Raises
    ------
    ParameterError
        If the wavelength is outside the range of the mixture, or an overriding value is impossible.

    Examples
    --------
    >>> media = follicle_optics(1064e-9)
    >>> round(media.gland.mu_a, 1), round(media.hair.refractive_index, 2)
    (10.0, 1.55)
    """
    value, skin = LibraryValues("follicle", values), LibraryValues("optics", values)
    water, lipid = mu_a_water(wavelength), mu_a_lipid(wavelength)
    anisotropy = ANISOTROPY_SKIN.require(skin("anisotropy_skin"))
    even_power = value("scattering_power_follicle")

    def medium(part: str, mu_a: float, power: float = even_power) -> Medium:
        reduced = value(f"{part}_reduced_scattering") * (wavelength / REFERENCE) ** -power
        index = value(f"{part}_refractive_index")
        return Medium(mu_a, reduced / (1.0 - anisotropy), anisotropy, index)

    def mixture(part: str) -> float:
        shares = value(f"{part}_water_fraction"), value(f"{part}_lipid_fraction")
        return shares[0] * water + shares[1] * lipid

    pigment = value("hair_melanosome_fraction") * mu_a_melanosome(wavelength, values)
    hair = value("hair_water_fraction") * water + pigment
    return FollicleOptics(
        sebum=medium("sebum", lipid),
        plug=medium("plug", mixture("plug")),
        duct=medium("duct", mixture("duct")),
        gland=medium("gland", mixture("gland")),
        hair=medium("hair", hair, value("hair_scattering_power")),
    )
