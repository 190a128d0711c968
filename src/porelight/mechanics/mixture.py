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
from porelight.mechanics._mixture_kernel import free_strains, turn_over
from porelight.mechanics.ring import RestingRing, RingMechanics, RingMesh
from porelight.quantities import Floats

Mechanism: TypeAlias = Literal["stiffness", "pre-strain", "shrinkage", "plug", "contraction"]
MECHANISMS: frozenset[Mechanism] = frozenset(get_args(Mechanism))
# in the order of `_mixture_kernel`
_NUMBERS = (
    "immature_stiffness",
    "collagen_stiffness_exponent",
    "dermal_thickening",
    "shrinkage_strain",
    "shrinkage_isotropy",
    "deposition_pre_strain",
    "deposition_isotropy",
)
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
            immature=np.ascontiguousarray(collagen.immature[0].T),
            mature=np.ascontiguousarray((collagen.mature[0] + collagen.denatured[0]).T),
            production=np.ascontiguousarray(collagen.production[0].T),
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
        cls,
        collagen: RingCollagen,
        i_time: int,
        plug_pressure: Floats,
        contraction: Floats,
        n_draw: int,
    ) -> Self:
        """Return the histories at time number `i_time`, one course for all draws or for each."""
        return cls(
            immature=_across(collagen.immature[i_time], n_draw),
            mature=_across(collagen.mature[i_time], n_draw),
            denatured=_across(collagen.denatured[i_time], n_draw),
            production=_across(collagen.production[i_time], n_draw),
            maturation=_across(collagen.maturation[i_time], n_draw),
            plug_pressure=np.broadcast_to(plug_pressure[i_time], n_draw),
            contraction=_across(contraction[i_time], n_draw),
        )

    @property
    def fluxes(self) -> tuple[Floats, Floats, Floats, Floats]:
        """Immature and mature collagen, production and maturation."""
        return self.immature, self.mature, self.production, self.maturation

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

    @classmethod
    def of_array(cls, pools: Floats) -> Self:
        """Return what `as_array` returned."""
        return cls(immature=(pools[0], pools[1]), mature=(pools[2], pools[3]))

    def as_array(self) -> Floats:
        """Return a new array (4, n_element, n_draw): radial and hoop of each pool."""
        return np.array([*self.immature, *self.mature])


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
    """The laws of the mixture on one mesh: its equilibrium, and the strains of its pools.

    The pools' strains are one array here, (4, n_element, n_draw); see `PoolStrains.as_array`.
    """

    ring: RestingRing
    mechanisms: AbstractSet[Mechanism]
    resting: Floats  # (3, n_element, n_draw) immature, mature [-] and production [1/s]
    numbers: Floats  # (n_number, n_draw) of `RingMechanics`, see `_mixture_kernel`

    @classmethod
    def of(
        cls,
        ring: RestingRing,
        resting: RestingCollagen,
        parameters: RingMechanics,
        mechanisms: AbstractSet[Mechanism],
        shape: tuple[int, int],
    ) -> Self:
        """Return the laws for skin at rest; `shape` is (n_element, n_draw)."""
        collagen = (resting.immature, resting.mature, resting.production)
        numbers = [np.broadcast_to(getattr(parameters, name), shape[1]) for name in _NUMBERS]
        return cls(
            ring,
            mechanisms,
            np.array([np.broadcast_to(one, shape) for one in collagen]),
            np.array(numbers, dtype=np.float64),
        )

    def equilibrium(self, instant: RingInstant, pools: Floats) -> RingEquilibrium:
        """Return the ring in equilibrium at one time."""
        active = self.mechanisms
        modulus, free = np.empty(pools.shape[1:]), np.empty((2, *pools.shape[1:]))
        free_strains(
            *(instant.immature, instant.mature, instant.denatured, instant.contraction),
            *(pools, self.resting, self.numbers),
            ("stiffness" in active, "shrinkage" in active, "contraction" in active),
            *(modulus, free),
        )
        pressure = (
            instant.plug_pressure if "plug" in active else np.ones_like(instant.plug_pressure)
        )
        eigenstrain = (free[0], free[1])
        ratio, radial, hoop = self.ring.changed(modulus, eigenstrain, pressure)
        return RingEquilibrium(ratio, (radial, hoop), eigenstrain, modulus, pressure)

    def turn_over(
        self, pools: Floats, left: RingInstant, right: RingInstant, middle: Pair, step: float
    ) -> None:
        """Move the pools' strains by one step of turnover at the strain `middle`, in place."""
        if "pre-strain" in self.mechanisms:
            turn_over(left.fluxes, right.fluxes, self.resting, self.numbers, *middle, step, pools)


def _across(array: Floats, n_draw: int) -> Floats:
    """Return (n_draw, n_element) or (1, n_element) as (n_element, n_draw), draws side by side."""
    across = array.T
    return np.ascontiguousarray(np.broadcast_to(across, (*across.shape[:-1], n_draw)))
