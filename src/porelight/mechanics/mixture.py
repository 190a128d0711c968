r"""Pore diameter over weeks from collagen over weeks: a homogenised constrained mixture.

New collagen is laid down under tension in the skin as it is on that day, and stays free of stress
at that shape. Each pool of collagen in each ring therefore carries the strain at which, on average,
it is free [1]_ [2]_,

.. math::
    \dot e_n = \frac{P}{n}\,(\Delta\varepsilon - \delta\,a - e_n), \qquad
    \dot e_m = \frac{M}{m}\,(e_n - e_m),

for the radial and the hoop direction. n and m are immature and mature collagen, P the deposition
flux, M the flux of maturation and repair, :math:`\Delta\varepsilon` the ring's strain since rest,
and :math:`a = (P - P_0)_+ / P` the share of deposition beyond the resting one :math:`P_0`, for
activated cells pull by :math:`\delta` along the hoop and by a part of it radially. The mixture is
free at

.. math:: e = \frac{m\,e_m + w\,n\,e_n}{m + w\,n} - e_{th}\,z - c ,

with denatured collagen z shrunk by heat and the contraction c of a healing wound; its modulus is

.. math:: \frac{E}{E_0} = \Bigl(\frac{m + w\,n}{m_0 + w\,n_0}\Bigr)^{\beta}
                          \bigl[1 + h\,(m + n - m_0 - n_0)\bigr].

Every day the ring of `porelight.mechanics.ring` is in equilibrium with it. Without treatment every
increment is zero and the diameter does not move.

References
----------
.. [1] J. D. Humphrey, K. R. Rajagopal, "A constrained mixture model for growth and remodeling of
       soft tissues", Math. Models Methods Appl. Sci. 12, 407-430 (2002),
       doi 10.1142/S0218202502001714.
.. [2] C. J. Cyron, R. C. Aydin, J. D. Humphrey, "A homogenized constrained mixture (and mechanical
       analog) model for growth and remodeling of soft tissue", Biomech. Model. Mechanobiol. 15,
       1389-1403 (2016), doi 10.1007/s10237-016-0770-9.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias, get_args

import numpy as np

from porelight.errors import ParameterError
from porelight.mechanics.ring import RestingRing, RingMechanics, RingMesh
from porelight.quantities import Floats

Mechanism: TypeAlias = Literal["stiffness", "pre-strain", "shrinkage", "plug", "contraction"]
MECHANISMS: frozenset[Mechanism] = frozenset(get_args(Mechanism))
Pair: TypeAlias = tuple[Floats, Floats]  # radial and hoop, each (n_element, n_draw)


@dataclass(frozen=True, slots=True, eq=False)
class RingCollagen:
    """Collagen of each ring over time, as fractions of the resting total.

    All arrays have the shape (n_time, n_draw, n_element). The first time must be skin at rest, at
    most with the heat of a first session already in it (mature collagen turned to denatured).
    """

    mesh: RingMesh
    immature: Floats  # n [-]
    mature: Floats  # m [-]
    denatured: Floats  # z [-]
    production: Floats  # P, deposition flux [1/s]
    maturation: Floats  # flux from immature to mature, repair included [1/s]

    def __post_init__(self) -> None:
        for name in ("immature", "mature", "denatured", "production", "maturation"):
            array = getattr(self, name)
            if array.ndim != 3 or array.shape[2] != self.mesh.n_element or array.size == 0:
                raise ParameterError(
                    f"{name} has shape {array.shape}; expected (n_time, n_draw, "
                    f"{self.mesh.n_element})."
                )
            if array.shape != self.immature.shape:
                raise ParameterError(
                    f"{name} has shape {array.shape} but immature has {self.immature.shape}; "
                    "all collagen histories must have the same shape."
                )
            if not ((array >= 0.0) & np.isfinite(array)).all():
                raise ParameterError(
                    f"{name} goes down to {array.min():g}; collagen and its fluxes cannot be "
                    "negative or undefined."
                )
        if not (self.immature > 0.0).all() or not (self.production > 0.0).all():
            raise ParameterError(
                "immature collagen or its production is 0 somewhere; living skin always holds and "
                "makes some. Check that the histories were filled."
            )


@dataclass(frozen=True, slots=True, eq=False)
class RestingCollagen:
    """Collagen of skin at rest, from which changes are reckoned; (n_element, n_draw or 1)."""

    immature: Floats  # n0 [-]
    mature: Floats  # m0 [-]
    production: Floats  # P0 [1/s]

    @classmethod
    def before(cls, collagen: RingCollagen) -> Self:
        """Return the collagen before the first time: what is denatured at that time was mature."""
        return cls(
            immature=_across(collagen.immature[0]),
            mature=_across(collagen.mature[0] + collagen.denatured[0]),
            production=_across(collagen.production[0]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class RingInstant:
    """The histories of a ring at one time; collagen (n_element, n_draw), the rest (n_draw,)."""

    immature: Floats
    mature: Floats
    denatured: Floats
    production: Floats
    maturation: Floats
    plug_pressure: Floats
    contraction: Floats

    @classmethod
    def at(
        cls, collagen: RingCollagen, i_time: int, plug_pressure: Floats, contraction: Floats
    ) -> Self:
        """Return the histories at time number `i_time`."""
        return cls(
            immature=_across(collagen.immature[i_time]),
            mature=_across(collagen.mature[i_time]),
            denatured=_across(collagen.denatured[i_time]),
            production=_across(collagen.production[i_time]),
            maturation=_across(collagen.maturation[i_time]),
            plug_pressure=plug_pressure[i_time],
            contraction=contraction[i_time],
        )

    def towards(self, other: "RingInstant", share: float) -> "RingInstant":
        """Return the values at `share` of the way to those of another time."""
        return RingInstant(
            immature=self.immature + share * (other.immature - self.immature),
            mature=self.mature + share * (other.mature - self.mature),
            denatured=self.denatured + share * (other.denatured - self.denatured),
            production=self.production + share * (other.production - self.production),
            maturation=self.maturation + share * (other.maturation - self.maturation),
            plug_pressure=self.plug_pressure + share * (other.plug_pressure - self.plug_pressure),
            contraction=self.contraction + share * (other.contraction - self.contraction),
        )


@dataclass(frozen=True, slots=True, eq=False)
class PoolStrains:
    """Strains at which the pools are free: their natural configurations."""

    immature: Pair
    mature: Pair

    @classmethod
    def at_rest(cls, shape: tuple[int, ...]) -> Self:
        """Return the strains of pools at rest, which are zero."""
        none = np.zeros(shape)
        return cls(immature=(none, none), mature=(none, none))


@dataclass(frozen=True, slots=True, eq=False)
class RingEquilibrium:
    """The ring in equilibrium with its mixture."""

    ratio: Floats  # diameter of the sheet's hole over its resting one, (n_draw,)
    strain: Pair  # since rest
    eigenstrain: Pair
    relative_modulus: Floats  # (n_element, n_draw)
    relative_pressure: Floats  # (n_draw,)


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """The laws of the mixture on one mesh: its equilibrium, and the strains of its pools."""

    ring: RestingRing
    resting: RestingCollagen
    parameters: RingMechanics
    mechanisms: AbstractSet[Mechanism]

    def equilibrium(self, instant: RingInstant, strains: PoolStrains) -> RingEquilibrium:
        """Return the ring in equilibrium at one time."""
        given, active = self.parameters, self.mechanisms
        young = given.immature_stiffness * instant.immature
        bearing = instant.mature + young
        relative_modulus = np.ones_like(bearing)
        if "stiffness" in active:
            rest = self.resting
            gain = bearing / (rest.mature + given.immature_stiffness * rest.immature)
            thickness = instant.mature + instant.immature - rest.mature - rest.immature
            relative_modulus = gain**given.collagen_stiffness_exponent
            relative_modulus = relative_modulus * (1.0 + given.dermal_thickening * thickness)
        free = []
        for i_axis, shrinkage_share in ((0, given.shrinkage_isotropy), (1, 1.0)):
            held = instant.mature * strains.mature[i_axis] + young * strains.immature[i_axis]
            strain = held / bearing
            if "shrinkage" in active:
                strain = strain - given.shrinkage_strain * shrinkage_share * instant.denatured
            if "contraction" in active:
                strain = strain - instant.contraction
            free.append(strain)
        pressure = (
            instant.plug_pressure if "plug" in active else np.ones_like(instant.plug_pressure)
        )
        eigenstrain = (free[0], free[1])
        ratio, radial, hoop = self.ring.changed(relative_modulus, eigenstrain, pressure)
        return RingEquilibrium(ratio, (radial, hoop), eigenstrain, relative_modulus, pressure)

    def relaxed(
        self,
        strains: PoolStrains,
        left: RingInstant,
        right: RingInstant,
        middle: Pair,
        step: float,
    ) -> PoolStrains:
        """Pool strains after one step of turnover at the strain `middle` (radial, hoop)."""
        if "pre-strain" not in self.mechanisms:
            return strains
        activity = 0.5 * (self.activity(left) + self.activity(right))
        renewal = left.production / left.immature + right.production / right.immature
        renewed = -np.expm1(-0.5 * step * renewal)
        # a ring without mature collagen takes on whatever matures first
        mature = left.mature + right.mature
        maturing = np.divide(
            step * (left.maturation + right.maturation),
            mature,
            out=np.full_like(mature, np.inf),
            where=mature > 0.0,
        )
        matured = -np.expm1(-maturing)
        immature, old = [], []
        pull = self.parameters.deposition_pre_strain
        for i_axis, share in ((0, self.parameters.deposition_isotropy), (1, 1.0)):
            was = strains.immature[i_axis]
            becomes = was + renewed * (middle[i_axis] - pull * share * activity - was)
            aged = strains.mature[i_axis]
            old.append(aged + matured * (0.5 * (was + becomes) - aged))
            immature.append(becomes)
        return PoolStrains(immature=(immature[0], immature[1]), mature=(old[0], old[1]))

    def activity(self, instant: RingInstant) -> Floats:
        """Share of deposition beyond the resting one, (n_element, n_draw)."""
        surplus = np.maximum(instant.production - self.resting.production, 0.0)
        return np.asarray(surplus / instant.production)


def _across(array: Floats) -> Floats:
    """Return (n_draw, n_element) as (n_element, n_draw), so that draws are contiguous."""
    return np.ascontiguousarray(array.T)
